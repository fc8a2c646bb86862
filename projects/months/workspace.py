"""The reports that are filed of projects for a month: the project rows of a workspace, and the office's board by
city."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.periods import month_end, month_of, months_between
from core.scope import PlanScope
from projects.models import Project, ProjectMonth
from regions.models import Region
from reporting.months import LateMonth, ReportingMonth, late_of, reports_due_on
from reporting.workflow import FILED_STATES, OPEN_STATES, ReportState

OUTSTANDING = "outstanding"
# States of a project's month, in the order of the page: what is to be done comes first.
STATES: dict[str, str | Promise] = {
    ReportState.RETURNED.value: pgettext_lazy("report state", "Returned"),
    OUTSTANDING: _("Not begun"),
    ReportState.DRAFT.value: pgettext_lazy("report state", "Draft"),
    ReportState.SUBMITTED.value: pgettext_lazy("report state", "Submitted"),
    ReportState.ACCEPTED.value: pgettext_lazy("report state", "Accepted"),
}


@dataclass(frozen=True)
class ProjectRow:
    """`report`: the open one of the month, else the accepted one that decides; None: nobody has begun one. A returned
    one of another month has a row of its own, since it must be answered too."""

    project: Any
    month: date
    report: ProjectMonth | None

    @property
    def state(self) -> str:
        return self.report.state if self.report is not None else OUTSTANDING

    @property
    def state_label(self) -> str | Promise:
        return STATES[self.state]

    @property
    def is_returned(self) -> bool:
        return self.state == ReportState.RETURNED

    @property
    def is_to_do(self) -> bool:
        return self.state not in FILED_STATES


@dataclass(frozen=True)
class ProjectWork:
    """`rows`: those that count in the month, returned ones first, then the largest; `withdrawn`: those that are out."""

    month: date
    rows: Sequence[ProjectRow]
    returned_elsewhere: Sequence[ProjectRow]
    withdrawn: Sequence[Any]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the number of rows of the month, by state."""
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in STATES}

    @property
    def owed(self) -> int:
        return len(self.rows)

    @property
    def filed(self) -> int:
        return sum(not row.is_to_do for row in self.rows)

    @property
    def missing(self) -> int:
        return self.owed - self.filed

    def shown(self, state: str) -> list[ProjectRow]:
        """Return the rows in the state, all where it is empty; a returned one of another month is always answered
        first."""
        of_month = [row for row in self.rows if state in ("", row.state)]
        returned = [row for row in of_month if row.is_returned]
        elsewhere = self.returned_elsewhere if state in ("", ReportState.RETURNED) else ()
        return [*elsewhere, *returned, *(row for row in of_month if not row.is_returned)]


def load_project_work(own: Any, *, month: date, day: date) -> ProjectWork:
    """Return the work on these projects for a month. `own`: a query of `Project`. Two queries."""
    listed = own.filter(listed_on__lte=min(month_end(month), day)).with_scope(day).with_stage(day)
    projects = list(listed.select_related("plan", "city").order_by("-investment_wan", "position", "code"))
    inside = {each.pk: each for each in projects if each.scope == PlanScope.IN_PLAN}
    months = _months_to_show(inside, month)
    of_month = {each.project_id: each for each in months if each.period == month}
    return ProjectWork(
        month,
        [ProjectRow(project, month, of_month.get(key)) for key, project in inside.items()],
        [ProjectRow(inside[each.project_id], each.period, each) for each in months if each.period != month],
        [each for each in projects if each.scope != PlanScope.IN_PLAN],
    )


def _months_to_show(projects: Collection[int], month: date) -> list[ProjectMonth]:
    """Return the reports of the month and the returned ones of all months. Of one project and month the one that counts
    comes last: an open one is newer than all that are accepted."""
    if not projects:
        return []
    asked = Q(period=month) | Q(state=ReportState.RETURNED)
    months = ProjectMonth.objects.filter(asked, project__in=projects)
    return sorted(months.order_by("submitted_on", "submitted_at", "pk"), key=lambda each: each.state in OPEN_STATES)


@dataclass(frozen=True, kw_only=True)
class CityMonth(ReportingMonth):
    """A city's month on the office's board. `filed`: submitted or accepted; `late`: filed after the day, or still
    outstanding after it."""

    city: Region
    accepted: int
    returned: int
    late: int


def city_board(plan: Any, *, month: date, day: date) -> list[CityMonth]:
    """The month of each city that has projects in the plan, those that miss most first. Three queries."""
    listed = Project.objects.in_plan(plan).filter(listed_on__lte=month_end(month)).in_scope(day)
    projects: dict[int, set[int]] = defaultdict(set)
    for project, city in listed.order_by().values_list("pk", "city"):
        projects[city].add(project)
    months = ProjectMonth.objects.in_plan(plan).filter(period=month).order_by("-submitted_on")
    of_month = list(months.values_list("project", "state", "submitted_on"))
    rows = [
        _city_month(city, projects[city.pk], of_month, due_on=reports_due_on(month), day=day)
        for city in Region.objects.filter(pk__in=projects)
    ]
    return sorted(rows, key=lambda row: (-row.missing, row.city.code))


def _city_month(
    city: Region,
    projects: Collection[int],
    of_month: Iterable[tuple[int, str, date | None]],
    *,
    due_on: date,
    day: date,
) -> CityMonth:
    """`of_month`: project, state and day of each one of the month, those that came last first."""
    own = [(project, state, came_on) for project, state, came_on in of_month if project in projects]
    # When each first came, of those that are not sent back.
    filed_on = {project: came_on for project, state, came_on in own if came_on and state in FILED_STATES}
    missing = len(projects) - len(filed_on)
    in_state = {
        state: len({project for project, its_state, _came_on in own if its_state == state})
        for state in (ReportState.ACCEPTED, ReportState.RETURNED)
    }
    return CityMonth(
        city=city,
        owed=len(projects),
        filed=len(filed_on),
        accepted=in_state[ReportState.ACCEPTED],
        returned=in_state[ReportState.RETURNED],
        late=sum(each > due_on for each in filed_on.values()) + (missing if day > due_on else 0),
        last_on=max(filed_on.values(), default=None),
    )


# Who files the months of a project, as its columns are called.
type FilingUnit = Literal["city", "lead_department"]


def first_owed_month(plan: Any, *, by: date) -> date:
    """The month from which projects owe months: that of the plan's oldest one, else that of the day `by`, and none
    before the first month that the plan or the settings name. A query."""
    oldest = ProjectMonth.objects.in_plan(plan).filter(period__lte=by).aggregate(oldest=Min("period"))["oldest"]
    first: date = oldest or month_of(by)
    return max(first, plan.named_first_month or first)


def months_owed(
    plan: Any,
    *,
    day: date,
    months: Sequence[date] | None = None,
    unit: FilingUnit = "city",
    of: int | None = None,
) -> dict[date, dict[int, ReportingMonth]]:
    """Return how many reports the projects of each city owe for each of the months, by the city's id, and how many of
    them are filed: as `city_board` counts. `unit`: who files, cities or lead departments; `of`: the id of the only one
    that is asked for. Where no months are named, all up to the day, the oldest first. Two queries, one more to find the
    months."""
    if months is None:
        months = months_between(first_owed_month(plan, by=day), day)
    projects = Project.objects.in_plan(plan).in_scope(day).filter(**{f"{unit}__isnull": False}).order_by()
    if of is not None:
        projects = projects.filter(**{unit: of})
    listed = list(projects.values_list(unit, "listed_on").annotate(number=Count("pk")))
    in_months = ProjectMonth.objects.filter(project__in=projects.values("pk"), period__in=months).order_by()
    by_day = in_months.filter(state__in=FILED_STATES).values_list("period", f"project__{unit}", "project__listed_on")
    owed, filed = Counter[tuple[date, int]](), Counter[tuple[date, int]]()
    for month in months:
        for key, listed_on, number in listed:
            owed[month, key] += number if listed_on <= month_end(month) else 0
    for month, key, listed_on, number in by_day.annotate(number=Count("project", distinct=True)):
        filed[month, key] += number if listed_on <= month_end(month) else 0
    found: dict[date, dict[int, ReportingMonth]] = {month: {} for month in months}
    for (month, key), number in owed.items():
        if number:
            found[month][key] = ReportingMonth(number, filed[month, key])
    return found


def late_project_months(plan: Any, *, day: date) -> list[LateMonth]:
    """The months, the oldest first, for which cities still owe any project after the day on which they were due. Three
    queries."""
    return late_of(months_owed(plan, day=day), day=day) if plan is not None else []
