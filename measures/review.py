"""The view of a reviewer on submitted reports: what each would change, and what it says that the last one did not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.statuses import MeasureStatus
from measures.models import Report
from measures.querysets import of_change_in_force
from measures.rules import NO_CHANGE, is_completion, is_step_back
from reporting.doubts import Doubt, with_kept
from reporting.models import ProblemChoice
from reporting.review_rows import WaitingRow
from reporting.steps import Entry, last_return, step_rows
from reporting.text_diff import ComparedText, compare_texts
from web.language import localized


@dataclass(kw_only=True)
class ReviewRow(WaitingRow):
    """`report` carries `current_status`, that of its measure today; `last` is the last accepted report; `texts` are
    compared with what was returned, else with that one."""

    last: Report | None
    texts: list[ComparedText]

    @property
    def has_moved(self) -> bool:
        return bool(self.report.current_status != self.report.against_status)

    @property
    def changes_status(self) -> bool:
        return bool(self.report.status != self.report.current_status)

    @property
    def is_completion(self) -> bool:
        return self.changes_status and is_completion(self.report.status)

    @property
    def is_step_back(self) -> bool:
        return is_step_back(self.report.current_status, self.report.status)

    @property
    def doubts(self) -> list[Doubt]:
        """Return the doubts that whoever filed the report was asked about and said are so."""
        return with_kept([], self.report.answers)

    @property
    def has_new_problem(self) -> bool:
        """Return whether the report says that its problem is new; else whether it names one that the last accepted
        report did not name."""
        if self.report.problem_choice:
            return bool(self.report.problem_choice == ProblemChoice.NEW)
        problem = localized(self.report, "problem")
        return bool(problem) and (self.last is None or problem != localized(self.last, "problem"))

    @property
    def is_ticked_with_all(self) -> bool:
        """Completions, steps back, problems that are gone and what is unlikely are looked at one by one."""
        is_plain = not (self.has_moved or self.is_completion or self.is_step_back or self.report.denies_problem)
        return is_plain and not self.doubts


def with_facts(waiting: QuerySet[Report], *, day: date) -> QuerySet[Report]:
    """Reports that wait, with the status of their measure on the day, and the id of its last accepted one."""
    accepted = Report.objects.accepted().filter(measure=OuterRef("measure")).order_by("-submitted_on", "-pk")
    return waiting.annotate(
        current_status=of_change_in_force("status", on=day, measure="measure"),
        last_accepted=Subquery(accepted.values("pk")[:1], output_field=IntegerField()),
    )


def review_rows(reports: Iterable[Any]) -> list[ReviewRow]:
    """Rows for reports of `with_facts`. One query for the last accepted report of each."""
    shown = list(reports)
    lasts = Report.objects.in_bulk([each.last_accepted for each in shown if each.last_accepted])
    rows = []
    for each in shown:
        # "No change" says of itself that the last report stands: it is compared with nothing.
        last = lasts.get(each.last_accepted) if each.what_was_done_zh != NO_CHANGE else None
        returned = last_return(each)
        before = SimpleNamespace(**returned.content) if returned else last
        rows.append(ReviewRow(report=each, last=last, texts=compare_texts(each, before), steps=step_rows(each)))
    return rows


def status_entries(content: Mapping[str, Any]) -> list[Entry]:
    """Return the values that a step of a report kept of the status, label by label."""
    return [
        (_("Status"), str(MeasureStatus(content["status"]).label)),
        (_("Effective date"), content["effective_on"] or ""),
    ]
