"""What a reviewer sees of a submitted report: what it would change, and what it says that the last one did not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise

from measures.models import Report
from measures.querysets import of_change_in_force
from measures.reports import NO_CHANGE
from reporting.text_diff import Piece, differences
from reporting.workflow import ReportState
from web.language import local, suffix

TEXTS = ("what_was_done", "problem", "next_step")


class Said(NamedTuple):
    """One text of a report: against the last accepted report's."""

    name: str
    label: str | Promise
    text: str
    pieces: list[Piece]

    @property
    def is_new(self) -> bool:
        """Nothing of it stood in the last report: then there is nothing to mark."""
        return all(piece.kind == "added" for piece in self.pieces)


@dataclass
class ReviewRow:
    """`report` carries `current_status`, that of its measure today; `last` is the report it is held against."""

    report: Any
    last: Report | None
    said: list[Said] = field(default_factory=list)
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


def _texts(report: Report, last: Report | None, name: str) -> tuple[str, str]:
    """The text now and last time in one language: that of the new one, else the reader's."""
    text = local(report, name)
    if last is None:
        return text, ""
    language = "zh" if text and text == getattr(report, f"{name}_zh") else suffix()
    return text, getattr(last, f"{name}_{language}") or local(last, name)


def review_rows(reports: Iterable[Any], *, labels: Mapping[str, str | Promise]) -> list[ReviewRow]:
    """Rows for reports of `waiting_reports`. One query for all their last accepted reports."""
    shown = list(reports)
    lasts = Report.objects.in_bulk([each.last_accepted for each in shown if each.last_accepted])
    rows = []
    for each in shown:
        last = lasts.get(each.last_accepted)
        # "No change" says of itself that the last report stands: nothing is held against it.
        row = ReviewRow(each, last if each.what_was_done_zh != NO_CHANGE else None)
        for name in TEXTS:
            text, before = _texts(each, row.last, name)
            if text or before:
                row.said.append(Said(name, labels[name], text, differences(before, text)))
        rows.append(row)
    return rows
