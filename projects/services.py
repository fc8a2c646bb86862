"""Services that change projects. Each is all or nothing, says who, and signals the cells it touched."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.permissions import check_reviewer
from core.bounds import check_columns
from core.codes import next_position
from core.exceptions import NotAllowed
from core.published import explain_change
from core.scope import PROJECT_KINDS, ScopeKind
from core.scope_changes import add_scope_change
from core.signals import figures_changed
from projects.models import Project, ScopeChange, Stage
from projects.rules import CATEGORY_OF_ANOTHER_PLAN, COMPLETION_BEFORE_START, misplacements, place_of
from regions.models import Region

PLANNED_DAYS = ("planned_start_on", "planned_completion_on")
Cell = tuple[int, int, int, str]


def cells_of_place(plan_id: int, city_id: int, category_id: int) -> set[Cell]:
    """The cells that count the projects of a city and a category. What touches a project touches them all: its stage
    on the day is that of its months."""
    return {(plan_id, city_id, category_id, stage) for stage in Stage.values}


def touch_cells(*projects: Project) -> None:
    """Signals that figures count them anew."""
    cells = set().union(*(cells_of_place(each.plan_id, each.city_id, each.category_id) for each in projects))
    figures_changed.send(sender=Project, kind="projects", cells=cells)


def misplacements_of(project: Project, also_in: Iterable[Region]) -> Iterator[tuple[str, str]]:
    """Returns the faults in where a project lies, by field."""
    region, county = project.plan.region, project.county
    return misplacements(
        None if region is None else place_of(region),
        place_of(project.city),
        None if county is None else place_of(county),
        map(place_of, also_in),
        is_divided=region is not None and region.children.exists(),
    )


def _check_columns(project: Project) -> None:
    check_columns(project, "code", "national_code", "investment_wan", "listed_on", *PLANNED_DAYS)
    start, completion = (getattr(project, name) for name in PLANNED_DAYS)
    if start is not None and completion is not None and completion < start:
        raise NotAllowed(str(COMPLETION_BEFORE_START), field="planned_completion_on")


@transaction.atomic
def save_project(project: Project, *, by: User, reason: str = "", source: str = "") -> Project:
    """Adds a project, or saves a changed one; signals the cells that it leaves and enters.

    Of a project that is there the terms change by `projects.editing.change_project_terms`, which keeps the old ones.
    Raises NotAllowed for a value out of bounds, for a category of another plan, where it lies in no city of its plan's
    region, and where a published one changes without reason and source.
    """
    _check_columns(project)
    if project.category.plan_id != project.plan_id:
        raise NotAllowed(str(CATEGORY_OF_ANOTHER_PLAN), field="category")
    # The other cities are links, which the form saves after the project and has checked.
    for field, sentence in misplacements_of(project, also_in=()):
        raise NotAllowed(sentence, field=field)
    stored = None if project.pk is None else Project.objects.select_for_update().get(pk=project.pk)
    explain_change(project, stored, reason=reason, source=source)
    if stored is None or stored.plan_id != project.plan_id:
        project.position = next_position(Project.objects.in_plan(project.plan_id))
    project.save()
    if stored and stored.listed_on != project.listed_on:
        # A measure shows which of its projects are listed.
        project.measures.mark_updated()
    touch_cells(*(each for each in (stored, project) if each))
    return project


@transaction.atomic
def change_scope(project: Project, kind: ScopeKind, *, by: User, effective_on: date, reason: str) -> ScopeChange:
    """Withdraw or readmit a project: from the day on it counts nowhere, or again; the days before keep their totals.

    Raises NotAllowed, with the field at fault.
    """
    check_reviewer(by)
    project = Project.objects.select_for_update().get(pk=project.pk)
    row: ScopeChange = add_scope_change(
        project, kind, kinds=PROJECT_KINDS, by=by, effective_on=effective_on, reason=reason
    )
    Project.objects.filter(pk=project.pk).mark_updated()
    # A measure shows which of its projects are in the plan.
    project.measures.mark_updated()
    touch_cells(project)
    return row
