"""The list of the projects of a city: those that need attention, or another kind of them, with why and who must act."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import percent
from core.periods import last_ended_month
from dashboard.figures import Figures, GroupFigures, project_figures
from dashboard.pages.city_statistics import (
    ATTENTION,
    BEHIND,
    LATE,
    NUMBER,
    SUSPENDED,
    CityStatistic,
    large_statistic,
)
from dashboard.pages.links import Links
from problems.rows import ProblemRow
from projects.lateness import BUILT, is_late
from projects.models import Project, ProjectMonth, Stage
from projects.querysets import ProjectQuerySet
from projects.rates import is_behind, plan_gap
from reporting.workflow import ReportState
from web.formats.dates import format_month
from web.formats.money import format_rounded_money
from web.formats.numbers import format_number
from web.language import localized

MAX_PROJECTS = 10


class ListedProject(NamedTuple):
    """`completion` and `gap`: of the annual plan, by the newest month that ended; None without one, or where the
    project has not reported it. `reason`: why it does not go on, as far as anybody said so."""

    project: Project
    completion: Decimal | None
    gap: Decimal | None
    is_behind: bool
    reason: str
    owner: str


def offered_statistics(figures: Figures) -> list[CityStatistic]:
    """Return the kinds of projects of which the page has a list; the last one is all of them."""
    by_months = [ATTENTION, BEHIND, LATE] if figures.has_project_months else []
    return [*by_months, SUSPENDED, large_statistic(figures.plan), NUMBER]


def project_part(
    figures: Figures,
    city: GroupFigures,
    problems: Sequence[ProblemRow],
    links: Links,
    *,
    asked: str,
) -> dict[str, Any]:
    """Return the kinds among which a reader chooses, and the rows of the one that is `asked` for, the largest first.
    Without one it is the first that has rows. `problems`: the open ones of the city's projects."""
    offered = {each.name: each for each in offered_statistics(figures)}
    sums = {name: _sums_of(each, figures, city) for name, each in offered.items()}
    chosen = asked or next((name for name, own in sums.items() if own["total"]), NUMBER.name)
    statistic, own = offered[chosen], sums[chosen]
    filters = {"city": city.key, **(statistic.filters or {})}
    return {
        "kinds": [
            {
                "label": f"{_('All projects') if each is NUMBER else each.label} {format_number(sums[name]['total'])}",
                "url": links.url("dashboard:city", city.key, kind=name) + "#projects",
                "is_chosen": name == chosen,
            }
            for name, each in offered.items()
        ],
        "listed_total": own["total"],
        "listed_investment": format_rounded_money(own["total_investment"]),
        "nothing_listed": statistic.nothing or _("No projects are listed by this day."),
        # Where cells say that there are none, nothing is asked.
        "projects": _rows(figures, city, statistic, problems) if own["total"] else [],
        "list_filters": filters,
        "list_url": links.url("projects:list", **filters),
        "most_projects": MAX_PROJECTS,
    }


def _sums_of(statistic: CityStatistic, figures: Figures, city: GroupFigures) -> Mapping[str, Any]:
    found: Mapping[str, Any] = statistic.sums(figures, ["city"]).get((city.group.pk,), project_figures({}))
    return found


def _rows(
    figures: Figures, city: GroupFigures, statistic: CityStatistic, problems: Sequence[ProblemRow]
) -> list[ListedProject]:
    projects: ProjectQuerySet = Project.objects.in_plan(figures.plan).in_scope(figures.day).filter(city=city.group)
    if statistic.kind is not None:
        projects = statistic.kind.narrow(projects, figures.day)
    elif statistic.stage is not None:
        projects = projects.filter(Q(stage=statistic.stage))
    month = last_ended_month(figures.day)
    said = ProjectMonth.objects.filter(project=OuterRef("pk"), state=ReportState.ACCEPTED, period__lte=month)
    said = said.exclude(stage_reason="").order_by("-period", "-submitted_on", "-pk")
    rows: Any = projects.with_annual_plan(month.year).annotate(
        month=F("in_force__period"),
        invested_wan=F("in_force__invested_wan"),
        planned_wan=F("annual_plan__planned_wan"),
        problem_zh=F("in_force__problem_zh"),
        problem_en=F("in_force__problem_en"),
        stage_reason=Subquery(said.values("stage_reason")[:1]),
    )
    rows = rows.select_related("lead_department").order_by("-investment_wan", "-position")
    # The one that is due first stands for the others.
    urgent = {each.problem.project_id: each for each in reversed(problems)}
    return [_row(each, urgent.get(each.pk), figures, city) for each in rows[:MAX_PROJECTS]]


def _row(project: Any, problem: ProblemRow | None, figures: Figures, city: GroupFigures) -> ListedProject:
    month = last_ended_month(figures.day)
    has_reported = project.month == month and bool(project.planned_wan)
    sums = {"planned_wan": project.planned_wan, "invested_wan": project.invested_wan}
    return ListedProject(
        project,
        percent(project.invested_wan, project.planned_wan) if has_reported else None,
        plan_gap(**sums, month=month) if has_reported else None,
        is_behind(**sums, month=month) if has_reported else False,
        pgettext("between clauses", "; ").join(_reasons(project, problem, figures)),
        _owner(project, problem, city),
    )


def _reasons(project: Any, problem: ProblemRow | None, figures: Figures) -> list[str]:
    """Say which planned day has passed, and what the project's open problem, its months or its city say of why."""
    days = (project.planned_start_on, project.planned_completion_on)
    clauses = []
    if is_late(project.stage, *days, on=figures.day):
        is_built = _("planned to be completed in %(month)s") % {"month": format_month(days[1])}
        is_begun = _("planned to start in %(month)s") % {"month": format_month(days[0])}
        clauses.append(is_begun if is_late(project.stage, days[0], None, on=figures.day) else is_built)
    said = problem.text if problem else localized(project, "problem")
    if project.stage == Stage.SUSPENDED:
        said = said or project.stage_reason or ""
    return [*clauses, said] if said else clauses


def _owner(project: Any, problem: ProblemRow | None, city: GroupFigures) -> str:
    """Return who must act: whoever has to solve its problem, else whoever looks after the project."""
    if project.stage in BUILT:
        return ""
    if problem is not None:
        solver = problem.step.responsible
        return localized(solver, "short") if solver else pgettext("problem state", "To be assigned")
    return localized(project.lead_department or city.group, "short")
