"""What a reviewer sees of a submitted report: what it would change, and what it says that the last one did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from measures.models import Report
from measures.querysets import of_change_in_force
from measures.reports import NO_CHANGE
from reporting.text_diff import ComparedText, compare_texts
from reporting.workflow import ReportState


@dataclass
class ReviewRow:
    """`report` carries `current_status`, that of its measure today; `last` is the report that it is compared with."""

    report: Any
    last: Report | None
    texts: list[ComparedText]
    refusal: str = ""
    note: str | None = None

    @property
    def is_returning(self) -> bool:
        """Whether it was a return that was not done; `note` then holds the words that were typed."""
        return self.note is not None

    @property
    def has_moved(self) -> bool:
        return bool(self.report.current_status != self.report.against_status)

    @property
    def changes_status(self) -> bool:
        return bool(self.report.status != self.report.current_status)


def waiting_reports(*, day: date) -> QuerySet[Report]:
    """Submitted reports with the status of their measure on the day, and the id of its last accepted report."""
    accepted = Report.objects.accepted().filter(measure=OuterRef("measure")).order_by("-submitted_on", "-pk")
    return (
        Report.objects.filter(state=ReportState.SUBMITTED)
        .select_related("measure__lead_department", "submitted_by")
        .annotate(
            current_status=of_change_in_force("status", on=day, measure="measure"),
            last_accepted=Subquery(accepted.values("pk")[:1], output_field=IntegerField()),
        )
    )


def review_rows(reports: Iterable[Any]) -> list[ReviewRow]:
    """Rows for reports of `waiting_reports`. One query for all their last accepted reports."""
    shown = list(reports)
    lasts = Report.objects.in_bulk([each.last_accepted for each in shown if each.last_accepted])
    rows = []
    for each in shown:
        # "No change" says of itself that the last report stands: it is compared with nothing.
        last = lasts.get(each.last_accepted) if each.what_was_done_zh != NO_CHANGE else None
        rows.append(ReviewRow(each, last, compare_texts(each, last)))
    return rows
