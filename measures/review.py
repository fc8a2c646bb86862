"""What a reviewer sees of a submitted report: what it would change, and what it says that the last one did not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery

from measures.models import Report
from measures.querysets import of_change_in_force
from measures.reports import NO_CHANGE
from measures.rules import is_completion, is_step_back
from reporting.models import ProblemChoice
from reporting.steps import StepRow, step_rows
from reporting.text_diff import ComparedText, compare_texts
from reporting.workflow import ReportState
from web.language import localized


@dataclass
class ReviewRow:
    """`report` carries `current_status`, that of its measure today; `last` is the report that it is compared with."""

    report: Any
    last: Report | None
    texts: list[ComparedText]
    steps: list[StepRow]
    refusal: str = ""
    note: str | None = None

    @property
    def is_returning(self) -> bool:
        """Whether it was a return that was not done; `note` then holds the words that were typed."""
        return self.note is not None

    @property
    def returned_before(self) -> list[Any]:
        """The steps with which the office returned it."""
        return [row.step for row in self.steps if row.step.is_return]

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
    def has_new_problem(self) -> bool:
        """Whether it says so; else whether it names one that the last accepted report did not name."""
        if self.report.problem_choice:
            return bool(self.report.problem_choice == ProblemChoice.NEW)
        problem = localized(self.report, "problem")
        return bool(problem) and (self.last is None or problem != localized(self.last, "problem"))

    @property
    def is_ticked_with_all(self) -> bool:
        """Completions, steps back and problems that are gone are looked at one by one."""
        return not (self.has_moved or self.is_completion or self.is_step_back or self.report.denies_problem)


@dataclass
class AcceptedRow:
    """A report that was accepted today: its acceptance can be undone. `note`: the words of an undoing that failed."""

    report: Report
    refusal: str = ""
    note: str = ""


def waiting_reports(plan: Any, *, day: date) -> QuerySet[Report]:
    """Submitted reports of a plan with the status of their measure on the day, and the id of its last accepted one."""
    accepted = Report.objects.accepted().filter(measure=OuterRef("measure")).order_by("-submitted_on", "-pk")
    return (
        Report.objects.in_plan(plan)
        .filter(state=ReportState.SUBMITTED)
        .select_related("measure__lead_department", "submitted_by", "about_problem__measure", "about_problem__plan")
        .prefetch_related("steps__made_by")
        .annotate(
            current_status=of_change_in_force("status", on=day, measure="measure"),
            last_accepted=Subquery(accepted.values("pk")[:1], output_field=IntegerField()),
        )
    )


def review_rows(reports: Iterable[Any], *, plan: Any, day: date) -> tuple[list[ReviewRow], list[AcceptedRow]]:
    """Rows for reports of `waiting_reports`, and for those of the plan that somebody accepted on the day, newest first.
    One query for these and for the last accepted report of each that waits."""
    shown = list(reports)
    lasts, accepted = _accepted([each.last_accepted for each in shown if each.last_accepted], plan=plan, day=day)
    rows = []
    for each in shown:
        # "No change" says of itself that the last report stands: it is compared with nothing.
        last = lasts.get(each.last_accepted) if each.what_was_done_zh != NO_CHANGE else None
        rows.append(ReviewRow(each, last, compare_texts(each, last), step_rows(each)))
    return rows, [AcceptedRow(each) for each in accepted]


def _accepted(ids: Collection[int], *, plan: Any, day: date) -> tuple[dict[int, Report], list[Report]]:
    """The reports of these ids, and those that somebody accepted on the day."""
    of_the_day = Q(state=ReportState.ACCEPTED, decided_on=day, decided_by__isnull=False)
    found = (
        Report.objects.in_plan(plan)
        .filter(Q(pk__in=ids) | of_the_day)
        .select_related("measure", "department", "decided_by")
    )
    by_id = {each.pk: each for each in found.order_by("-decided_at", "-pk")}
    return by_id, [each for each in by_id.values() if each.decided_on == day and each.decided_by is not None]
