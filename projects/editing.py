"""Projects that the reviewing office adds and changes. Each service is all or nothing, and says who."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypedDict, Unpack, cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.clock import now
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.provenance import Provenance
from core.published import MAX_SOURCE_LENGTH
from core.texts import clean_text
from measures.models import Measure, Plan
from measures.services import check_not_merged, lock_department
from projects.models import SAID, Project, Term, TermsChange
from projects.national_codes import clean_national_code
from projects.rules import MEASURE_OF_ANOTHER_PLAN
from projects.services import misplacements_of, save_project
from regions.models import Region
from web.formats.money import wan_to_yi

# What the form of a project holds in columns of its row.
COLUMNS = (
    "name_zh",
    "name_en",
    "city",
    "county",
    "category",
    "opening_stage",
    *SAID[:2],
    "lead_department",
    *SAID[2:],
)
type TermValue = int | date | None


class Terms(TypedDict, total=False):
    """Terms to be changed; one that is left out stays. The total is in 万元; a day of None: none is planned."""

    investment_wan: int
    planned_start_on: date | None
    planned_completion_on: date | None


def project_state(project: Project) -> State:
    """Returns the state that the form of a project holds."""
    columns = {name: as_state(getattr(project, name)) for name in COLUMNS}
    return {
        **columns,
        "also_in": as_state(project.also_in.all()),
        "measures": _codes_text(project.measures.all()),
    }


def _codes_text(measures: Iterable[Measure]) -> str:
    """Returns the codes of measures as the form has them: in the order of the plan."""
    return "; ".join(each.code for each in sorted(measures, key=lambda each: (each.position, each.code)))


def terms_state(project: Project) -> State:
    """Returns the state that the form of a project's terms holds: the total in 亿元."""
    days = {name: as_state(getattr(project, name)) for name in Term.values if name != Term.INVESTMENT}
    return {Term.INVESTMENT.value: f"{wan_to_yi(project.investment_wan):f}", **days}


@transaction.atomic
def add_project(
    plan: Plan,
    *,
    by: User,
    code: str,
    listed_on: date,
    columns: Mapping[str, Any],
    also_in: Collection[Region],
    measures: Collection[Measure],
    **terms: Unpack[Terms],
) -> Project:
    """A project that the office adds to a plan, with its terms as they are at first. `columns`: values of COLUMNS.

    Raises NotAllowed, with the field at fault.
    """
    check_reviewer(by)
    # Two at once wait for each other, so that the second finds the code taken.
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    _hold_lead(columns["lead_department"])
    project = Project(plan=plan, code=code, listed_on=listed_on, **{**columns, **terms})
    _check(project, also_in, measures)
    if Project.objects.in_plan(plan).filter(code=code).exists():
        raise NotAllowed(_("The plan has a project of this code already."), field="code")
    save_project(project, by=by)
    project.also_in.set(also_in)
    project.measures.set(measures)
    return project


@transaction.atomic
def change_project(
    project: Project,
    *,
    by: User,
    opened: State,
    columns: Mapping[str, Any],
    also_in: Collection[Region],
    measures: Collection[Measure],
    reason: str = "",
    source: str = "",
) -> Project:
    """Changes what a project is called, where it lies, how far it is and what it is sorted and linked by. Its form was
    opened with the state `opened`; `columns`: values of COLUMNS.

    Raises ChangedMeanwhile, and NotAllowed with the field at fault: where a published one changes without reason and
    source, too.
    """
    check_reviewer(by)
    if columns["lead_department"] != project.lead_department:
        _hold_lead(columns["lead_department"])
    stored = Project.objects.select_for_update(of=("self",)).select_related("plan__region").get(pk=project.pk)
    before = project_state(stored)
    check_unchanged(opened, before)
    for name, value in columns.items():
        setattr(stored, name, value)
    _check(stored, also_in, measures)
    links = {"also_in": as_state(also_in), "measures": _codes_text(measures)}
    if {name: as_state(getattr(stored, name)) for name in COLUMNS} | links == before:
        raise NotAllowed(_("Nothing was changed."))
    _check_explained(stored, reason=reason, source=source)
    save_project(stored, by=by, reason=reason, source=source)
    stored.also_in.set(also_in)
    stored.measures.set(measures)
    return stored


@transaction.atomic
def change_project_terms(
    project: Project, *, by: User, opened: State, reason: str, source: str = "", **terms: Unpack[Terms]
) -> list[TermsChange]:
    """Revises the total investment or the planned days; the old ones stay on record, with the reason.

    Returns a row for each term that really changed. Raises ChangedMeanwhile, and NotAllowed with the field at fault:
    where a published project changes without a source, too.
    """
    check_reviewer(by)
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    stored = Project.objects.select_for_update().get(pk=project.pk)
    check_unchanged(opened, terms_state(stored))
    changes = []
    for name, new in cast(dict[str, TermValue], terms).items():
        old = getattr(stored, name)
        if new != old:
            setattr(stored, name, new)
            changes.append(_terms_change(stored, Term(name), old, new, by=by, reason=reason))
    if not changes:
        raise NotAllowed(_("Nothing was changed."))
    _check_explained(stored, reason=reason, source=source)
    if any(each.field == Term.INVESTMENT for each in changes) and not stored.is_published:
        # The office says so, and no source.
        stored.investment_provenance = _unpublished(stored.investment_provenance)
    save_project(stored, by=by, reason=reason, source=source)
    TermsChange.objects.bulk_create(changes)
    return changes


def _unpublished(provenance: str) -> str:
    return Provenance.REPORTED if provenance == Provenance.PUBLISHED else provenance


def _terms_change(
    project: Project, term: Term, old: TermValue, new: TermValue, *, by: User, reason: str
) -> TermsChange:
    """Returns a change of a term, not yet saved."""
    return TermsChange(
        project=project,
        field=term,
        old_value=str(as_state(old)),
        new_value=str(as_state(new)),
        reason=reason,
        recorded_at=now(),
        recorded_by=by,
    )


def _hold_lead(department: Department | None) -> None:
    """Locks a lead department, so that it is not merged into another before the transaction ends. Departments are
    locked before projects."""
    if department is not None:
        check_not_merged(lock_department(department), field="lead_department")


def _check(project: Project, also_in: Collection[Region], measures: Collection[Measure]) -> None:
    check_named(project, "name")
    project.national_code = clean_national_code(project.national_code)
    for field, sentence in misplacements_of(project, also_in):
        raise NotAllowed(sentence, field=field)
    if any(measure.plan_id != project.plan_id for measure in measures):
        raise NotAllowed(str(MEASURE_OF_ANOTHER_PLAN), field="measures")


def _check_explained(project: Project, *, reason: str, source: str) -> None:
    """Refuses, at the fields of the office's forms, to change a published project without reason and source;
    `core.published` refuses it at those of the administration."""
    if project.is_published:
        clean_text(reason, field="reason", if_empty=_("Please say why."))
        clean_text(
            source,
            field="source",
            max_length=MAX_SOURCE_LENGTH,
            if_empty=_("Please name the source of the new value."),
        )
