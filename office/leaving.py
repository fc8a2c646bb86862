"""The work that an account leaves when it is closed: the measures that its owner looks after, what was begun and not
submitted, and whether anybody else reports for its department or city."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role, User
from indicators.models import ValueReport
from measures.models import Measure, Plan, Report
from measures.owners import PLACES, reporters_of
from problems.models import Problem
from projects.models import ProjectMonth
from reporting.workflow import ReportState
from web.formats.dates import format_month
from web.formats.periods import format_period
from web.language import localized


@dataclass(frozen=True)
class LeftRow:
    """`note`: what of it is left: the place at a measure, the state of a report and its month."""

    name: str
    url: str
    note: str


@dataclass(frozen=True)
class Left:
    """`is_only_reporter`: nobody else reports for the department or city. `colleagues`: to whom the measures can be
    handed over."""

    is_only_reporter: bool
    colleagues: Any
    measures: list[LeftRow]
    filings: list[LeftRow]


def find_left(person: User) -> Left:
    """The number of queries does not grow with what is left."""
    plans = {each.pk: each for each in Plan.objects.all()}
    colleagues = reporters_of(person.department).exclude(pk=person.pk) if person.department else User.objects.none()
    return Left(
        is_only_reporter=person.is_reporter and not _others(person).exists(),
        colleagues=colleagues if person.is_reporter else colleagues.none(),
        measures=_measures(person, plans),
        filings=_filings(person, plans),
    )


def _others(person: User) -> Any:
    """Returns the others who report for the same department or city."""
    same = {"department": person.department} if person.department else {"city": person.city}
    return User.objects.filter(role=Role.REPORTER, is_active=True, **same).exclude(pk=person.pk)


def _measures(person: User, plans: Mapping[int, Plan]) -> list[LeftRow]:
    kept = Measure.objects.kept_by(person).order_by("plan", "position", "code")
    columns: list[Any] = [Measure._meta.get_field(name) for name in PLACES]
    owner, deputy = (str(column.verbose_name) for column in columns)
    return [_row(each, "title", plans, owner if each.owner_id == person.pk else deputy) for each in kept]


def _filings(person: User, plans: Mapping[int, Plan]) -> list[LeftRow]:
    """Drafts that the person wrote last, and what came back of what the person submitted."""
    own = Q(state=ReportState.DRAFT, edited_by=person) | Q(state=ReportState.RETURNED, submitted_by=person)
    reports = Report.objects.filter(own).select_related("measure").order_by("measure__code", "period")
    months = ProjectMonth.objects.filter(own).select_related("project").order_by("project__code", "period")
    values = ValueReport.objects.filter(own).select_related("indicator", "region")
    problems = Problem.objects.filter(raised_on=None, edited_by=person).select_related("measure", "project")
    return [
        *(_row(each.measure, "title", plans, _state_of(each, format_month(each.period))) for each in reports),
        *(_row(each.project, "name", plans, _state_of(each, format_month(each.period))) for each in months),
        *(_row_of_value(each) for each in values.order_by("indicator__code", "period_end", "pk")),
        *(
            _row(each.subject, "title" if each.measure else "name", plans, _("draft of a problem"))
            for each in problems.order_by("pk")
        ),
    ]


def _row(subject: Any, field: str, plans: Mapping[int, Plan], note: str) -> LeftRow:
    """Makes the row of a measure or a project."""
    # The address asks which plan it is: of each plan once.
    subject.plan = plans[subject.plan_id]
    return LeftRow(f"{subject.code} {localized(subject, field)}", subject.get_absolute_url(), note)


def _row_of_value(report: ValueReport) -> LeftRow:
    name = f"{localized(report.indicator, 'name')} {localized(report.region, 'short')}"
    return LeftRow(name, report.indicator.get_absolute_url(), _state_of(report, format_period(*report.span)))


def _state_of(report: Any, period: str) -> str:
    return _("%(state)s, %(period)s") % {"state": report.get_state_display(), "period": period}
