"""What a reviewer sees of a value that waits: the values beside which it stands, and what of it is unlikely."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, QuerySet

from indicators.models import Observation, Purpose, ValueReport
from indicators.value_history import Series, load_histories
from indicators.value_rules import doubts_about
from indicators.value_wording import entries, step_texts, value_rows
from indicators.wording import period_words, with_unit
from reporting.doubts import Doubt
from reporting.steps import Entry, StepRow, step_rows
from reporting.workflow import ReportState
from web.language import local_columns

SHOWN_VALUES = 6


@dataclass
class ReviewRow:
    """`earlier`: the value of the same period that it revises or corrects; `last`: the last values of other periods;
    `doubts`: what whoever filed it was asked about and said is so. `refusal`: why it was not decided just now."""

    report: Any
    earlier: Observation | None
    last: list[Any]
    doubts: list[Doubt]
    steps: list[StepRow]
    refusal: str = ""
    # Whether it was ticked in what was sent just now.
    is_sent: bool = False

    @property
    def value(self) -> str:
        return with_unit(self.report.indicator, self.report.value, exact=self.report.exact, exactly=True)

    @property
    def earlier_value(self) -> str:
        row = self.earlier
        return "" if row is None else with_unit(self.report.indicator, row.value, exact=row.exact, exactly=True)

    @property
    def period(self) -> str:
        return period_words(self.report)

    @property
    def entries(self) -> list[Entry]:
        return entries(self.report)

    @property
    def returned_before(self) -> list[Any]:
        """The steps with which the office returned it."""
        return [row.step for row in self.steps if row.step.is_return]

    @property
    def is_ticked_with_all(self) -> bool:
        """What is unlikely, unchecked or a correction is looked at one by one."""
        return bool(not self.doubts and self.report.verified and self.report.purpose != Purpose.CORRECTION)


@dataclass
class AcceptedRow:
    """A value that was accepted today: its acceptance can be undone. `note`: the words of an undoing that failed."""

    report: Any
    refusal: str = ""
    note: str = ""

    @property
    def value(self) -> str:
        return with_unit(self.report.indicator, self.report.value, exact=self.report.exact, exactly=True)

    @property
    def period(self) -> str:
        return period_words(self.report)


def waiting_values() -> QuerySet[ValueReport]:
    """Of all indicators: these are of no plan."""
    waiting = ValueReport.objects.filter(state=ReportState.SUBMITTED)
    return waiting.select_related("indicator", "region", "department", "corrects", "submitted_by")


def waiting_by_department() -> list[tuple[str, str, int]]:
    """Slug and short name of each department with values that wait, and how many."""
    waiting = ValueReport.objects.filter(state=ReportState.SUBMITTED).order_by()
    groups = waiting.values_list("department__slug", *local_columns("department__short"))
    rows = groups.annotate(rows=Count("pk")).order_by("department__slug")
    return [(slug, next(filter(None, names)), rows) for slug, *names, rows in rows]


def review_rows(reports: Iterable[ValueReport]) -> list[ReviewRow]:
    """Rows for reports of `waiting_values`, with their evidence and steps fetched. One query."""
    shown = list(reports)
    histories = load_histories(Series(each.indicator_id, each.region_id) for each in shown)
    rows = []
    for each in shown:
        history = histories[Series(each.indicator_id, each.region_id)]
        releases = history.releases(each)
        rows.append(
            ReviewRow(
                each,
                each.corrects or (releases[-1] if releases else None),
                value_rows(each.indicator, history.last_values(each)[:SHOWN_VALUES]),
                list(doubts_about(each, history)),
                step_rows(each, partial(step_texts, each.indicator)),
            )
        )
    return rows


def accepted_on(day: Any) -> list[AcceptedRow]:
    """Those that somebody accepted on the day, the newest first."""
    reports = ValueReport.objects.accepted().filter(decided_on=day, decided_by__isnull=False)
    reports = reports.select_related("indicator", "region", "department", "decided_by")
    return [AcceptedRow(each) for each in reports.order_by("-decided_at", "-pk")]
