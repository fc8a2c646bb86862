"""The life of a report: what departments and the reviewing office do with it.

Each service is all or nothing and says who. What is refused raises NotAllowed with a sentence for the
person; nothing of it is half-saved.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, Role, User
from accounts.permissions import may_report, may_review
from core.clock import now, today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.provenance import Provenance
from core.statuses import MeasureStatus
from core.texts import MAX_TEXT_LENGTH, clean_text
from measures.models import Evidence, Measure, Notice, NoticeKind, Plan, Report, StatusChange
from measures.reporting_months import month_of_department
from measures.rules import effective_changes, is_completion
from measures.services import (
    cell_of,
    current_change,
    load_changes,
    lock_measure,
    mark_updated,
    next_recorded_at,
    send_figures_changed,
)
from reporting.file_types import check_file
from reporting.workflow import OPEN_STATES, ReportState, moves_from
from web.errors import not_one_of

logger = logging.getLogger(__name__)

TEXTS = ("what_was_done", "problem", "next_step")
EDITABLE = (ReportState.DRAFT, ReportState.RETURNED)
# Reports of one measure hold at most so many pieces of evidence.
MOST_EVIDENCE = 20


@dataclass(frozen=True)
class ReportData:
    """What a person filled in. `against_status`: the status that the form showed as the current one."""

    status: str
    against_status: str
    effective_on: date | None = None
    what_was_done: str = ""
    problem: str = ""
    next_step: str = ""


class DraftChanged(NotAllowed):
    """Somebody else saved the draft in the meantime; `theirs` is what stands in the database now."""

    def __init__(self, theirs: Report) -> None:
        super().__init__(_("A colleague has saved this report in the meantime; both versions are shown."))
        self.theirs = theirs


class StatusMoved(NotAllowed):
    """The status of the measure changed after the report was begun: `was` then, `current` now."""

    def __init__(self, was: str, current: str) -> None:
        super().__init__(_("The status has changed since you began this report"), field="status")
        self.was = was
        self.current = current


@dataclass(frozen=True)
class Outcome:
    """What became of one row of many; `reason` says why it failed."""

    subject: Measure | Report
    reason: str = ""

    @property
    def ok(self) -> bool:
        return not self.reason


def each_by_itself[T: (Measure, Report)](subjects: Iterable[T], do: Callable[[T], object]) -> list[Outcome]:
    outcomes = []
    for subject in subjects:
        try:
            do(subject)
        except NotAllowed as refusal:
            outcomes.append(Outcome(subject, str(refusal)))
        else:
            outcomes.append(Outcome(subject))
    return outcomes


def _check_lead(measure: Measure, by: User) -> None:
    if not may_report(by, lead=measure.lead_department_id):
        raise NotAllowed(_("Only the lead department may report on this measure"))


def _read_anew(report: Report) -> None:
    """The report as it is now; the caller holds the measure's lock."""
    try:
        report.refresh_from_db()
    except Report.DoesNotExist:
        raise NotAllowed(_("A colleague has thrown this draft away.")) from None


def _check_move(report: Report, *names: str, role: str, else_say: str) -> None:
    """The guard: one of the moves must stand in the table for the report's state."""
    if not any(move.name in names for move in moves_from(report.state, role=role)):
        raise NotAllowed(else_say)


def _month(measure: Measure, period: date | None) -> date:
    month = month_of(period or today())
    if month > today():
        raise NotAllowed(_("The day is in the future"), field="period")
    if month < month_of(measure.listed_on):
        raise NotAllowed(_("The measure was not yet listed in this month."), field="period")
    return month


def open_report(measure: Measure, period: date) -> Report | None:
    """The one report of the month that is a draft, submitted or returned."""
    return measure.reports.filter(period=period, state__in=OPEN_STATES).first()


def _clean(data: ReportData) -> dict[str, Any]:
    typed = {name: getattr(data, name).replace("\r\n", "\n") for name in TEXTS}
    texts = {name: clean_text(text, field=name, max_length=MAX_TEXT_LENGTH) for name, text in typed.items()}
    if texts["what_was_done"] == NO_CHANGE_EN:
        # As the English form shows it.
        texts["what_was_done"] = NO_CHANGE
    if data.status not in MeasureStatus.values or data.against_status not in MeasureStatus.values:
        raise NotAllowed(not_one_of(MeasureStatus.values), field="status")
    return {
        "status": data.status,
        "against_status": data.against_status,
        "effective_on": data.effective_on,
        # Typed texts are kept in the working language's column; readers of the other language see them too.
        **{f"{name}_zh": text for name, text in texts.items()},
        "what_was_done_en": NO_CHANGE_EN if texts["what_was_done"] == NO_CHANGE else "",
    }


@transaction.atomic
def save_draft(
    measure: Measure, *, by: User, data: ReportData, period: date | None = None, version: int | None = None
) -> Report:
    """Makes the month's report, or saves what was typed into it; it need not be complete.

    `version` is that of the report that was being edited; None for a new one. Raises DraftChanged when another
    one stands in the database, and NotAllowed when the report is no longer the department's to edit.
    """
    measure = lock_measure(measure.pk)
    _check_lead(measure, by)
    month = _month(measure, period)
    values = _clean(data)
    report = open_report(measure, month)
    if report is None:
        report = Report(measure=measure, period=month, version=0, provenance=Provenance.ILLUSTRATIVE)
    elif report.state not in EDITABLE:
        raise NotAllowed(_("This report waits for its review; withdraw it to change it."))
    elif all(getattr(report, name) == value for name, value in values.items()):
        return report
    elif version != report.version:
        raise DraftChanged(report)
    for name, value in values.items():
        setattr(report, name, value)
    report.version += 1
    report.edited_at, report.edited_by = now(), by
    report.save()
    return report


@transaction.atomic
def submit_report(report: Report, *, by: User) -> Report:
    """Hands a draft or returned report to the office. Raises NotAllowed, with the field at fault."""
    measure = lock_measure(report.measure_id)
    _check_lead(measure, by)
    _read_anew(report)
    _check_move(report, "submit", "resubmit", role="reporter", else_say=_("This report has been submitted already."))
    current = current_change(measure)
    _check_complete(report, current.status, current.effective_on)
    report.state = ReportState.SUBMITTED
    report.submitted_on, report.submitted_at, report.submitted_by = today(), now(), by
    # A decision on an earlier submission has been answered by this one; its words stay in the note.
    report.decided_on = report.decided_at = report.decided_by = None
    report.save()
    return report


def _check_complete(report: Report, current: str, since: date) -> None:
    if not report.what_was_done_zh and not report.what_was_done_en:
        raise NotAllowed(_("This field is required"), field="what_was_done")
    if report.against_status != current:
        raise StatusMoved(report.against_status, current)
    changes = report.status != current
    if changes and is_completion(current):
        raise NotAllowed(_("Only the reviewing office reopens a completed measure."), field="status")
    if changes and is_completion(report.status) and not report.evidence.exists():
        raise NotAllowed(_("Completion needs evidence"), field="evidence")
    if report.effective_on is not None and report.effective_on > today():
        raise NotAllowed(_("The day is in the future"), field="effective_on")
    if changes and report.effective_on is not None and not since <= report.effective_on <= today():
        days = {"first": since, "last": today()}
        raise NotAllowed(_("The day must lie between %(first)s and %(last)s.") % days, field="effective_on")


@transaction.atomic
def file_report(
    measure: Measure,
    *,
    by: User,
    status: str,
    period: date | None = None,
    effective_on: date | None = None,
    texts: Mapping[str, str] | None = None,
    evidence: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """A whole report at once: drafted, with its evidence, and submitted. `texts`: what_was_done, problem, next_step."""
    measure = lock_measure(measure.pk)
    month = month_of(period or today())
    if open_report(measure, month) is not None:
        raise NotAllowed(_("There is an open report for this month already."))
    current = current_change(measure).status
    said = {"what_was_done": NO_CHANGE if status == current else "", **(texts or {})}
    data = ReportData(status=status, against_status=current, effective_on=effective_on, **said)
    report = save_draft(measure, by=by, data=data, period=month)
    for item in evidence:
        _keep_evidence(report, **item)
    return submit_report(report, by=by)


# What "no change this month" files. Nobody types it, so that it is known in both languages.
NO_CHANGE, NO_CHANGE_EN = "本月状态无变化。", "No change this month."


def report_no_change(measures: Iterable[Measure], *, by: User, period: date | None = None) -> list[Outcome]:
    """Files "no change this month" for each measure; each succeeds or fails by itself."""

    @transaction.atomic
    def file(measure: Measure) -> None:
        # An old page still offers it for a month that has been accepted meanwhile.
        lock_measure(measure.pk)
        if measure.reports.accepted().filter(period=month_of(period or today())).exists():
            raise NotAllowed(_("This report has already been reviewed"))
        status = current_change(measure).status
        file_report(measure, by=by, status=status, period=period, texts={"what_was_done": NO_CHANGE})

    return each_by_itself(measures, file)


@transaction.atomic
def withdraw_report(report: Report, *, by: User) -> Report:
    """Takes a submitted report back into the department until it is decided."""
    measure = lock_measure(report.measure_id)
    _check_lead(measure, by)
    _read_anew(report)
    _check_move(report, "withdraw", role="reporter", else_say=_("This report has already been reviewed"))
    report.state = ReportState.DRAFT
    report.version += 1
    report.edited_at, report.edited_by = now(), by
    report.save()
    return report


@transaction.atomic
def discard_draft(report: Report, *, by: User) -> None:
    """Throws a draft away that was never submitted."""
    measure = lock_measure(report.measure_id)
    _check_lead(measure, by)
    _read_anew(report)
    if report.state != ReportState.DRAFT or report.submitted_on is not None:
        raise NotAllowed(_("Only a draft that was never submitted can be thrown away."))
    for evidence in report.evidence.all():
        _forget_file(evidence)
    report.delete()


def _check_decision(report: Report, *, by: User, move: str) -> None:
    """Reads the report anew and checks the table of moves; the caller holds the measure's lock."""
    if not may_review(by):
        raise NotAllowed(_("You may not do this"))
    _read_anew(report)
    _check_move(report, move, role="reviewer", else_say=_("This report has already been reviewed"))


def _save_decision(report: Report, state: ReportState, *, by: User, note: str) -> None:
    report.state = state
    report.decided_at = now()
    report.decided_on = report.decided_at.date()
    report.decided_by = by
    report.decision_note = note
    report.save()
    kind = NoticeKind.ACCEPTED if state == ReportState.ACCEPTED else NoticeKind.RETURNED
    tell(report.measure.lead_department_id, kind, measure=report.measure, report=report)


@transaction.atomic
def accept_report(report: Report, *, by: User, note: str = "") -> StatusChange | None:
    """Accepts a submitted report and writes its status change; None where the status stays as it is.

    Raises NotAllowed, and changes nothing, when somebody decided before, or the status has changed since.
    """
    note = clean_text(note, field="note")
    measure = lock_measure(report.measure_id)
    _check_decision(report, by=by, move="accept")
    rows = load_changes(measure)
    current = effective_changes(rows)[-1]
    if current.status != report.against_status:
        raise StatusMoved(report.against_status, current.status)
    _save_decision(report, ReportState.ACCEPTED, by=by, note=note)
    change = None
    if report.status != current.status:
        wanted = report.effective_on or report.submitted_on
        assert wanted is not None
        change = StatusChange.objects.create(
            measure=measure,
            old_status=current.status,
            status=report.status,
            effective_on=max(wanted, current.effective_on),
            recorded_at=next_recorded_at(rows),
            recorded_by=by,
            report=report,
            reason_zh=report.what_was_done_zh[:300],
            reason_en=report.what_was_done_en[:400],
            provenance=report.provenance,
            source=report.source,
        )
    mark_updated(measure)
    send_figures_changed(cell_of(measure))
    return change


@transaction.atomic
def return_report(report: Report, *, by: User, note: str) -> Report:
    """Returns a submitted report to its department with words."""
    lock_measure(report.measure_id)
    note = clean_text(note, field="note", if_empty=_("Please say why the report is returned"))
    _check_decision(report, by=by, move="return")
    _save_decision(report, ReportState.RETURNED, by=by, note=note)
    return report


def accept_reports(reports: Iterable[Report], *, by: User) -> list[Outcome]:
    """Accepts many; each succeeds or fails by itself."""
    return each_by_itself(reports, lambda report: accept_report(report, by=by))


def _editable(report: Report, by: User) -> Report:
    """The report, locked and still the department's to edit."""
    measure = lock_measure(report.measure_id)
    _check_lead(measure, by)
    _read_anew(report)
    if report.state not in EDITABLE:
        raise NotAllowed(_("This report waits for its review; withdraw it to change it."), field="evidence")
    if report.evidence.count() >= MOST_EVIDENCE:
        raise NotAllowed(_("At most %(count)s pieces of evidence") % {"count": MOST_EVIDENCE}, field="evidence")
    return report


def _keep_evidence(report: Report, *, url: str = "", document_number: str = "", **titles: str) -> Evidence:
    """A link or an issued document; refused where it is neither."""
    url = clean_text(url, field="url", max_length=500)
    if_empty = "" if url else _("This field is required")
    number = clean_text(document_number, field="document_number", max_length=80, if_empty=if_empty)
    if url:
        try:
            URLValidator(schemes=["http", "https"])(url)
        except ValidationError as error:
            raise NotAllowed(error.messages[0], field="url") from None
    return Evidence.objects.create(report=report, url=url, document_number=number, attached_at=now(), **titles)


@transaction.atomic
def attach_file(report: Report, *, by: User, file: File) -> Evidence:
    """Keeps a file as evidence, under a random name. Raises NotAllowed for what is too large or no document."""
    content_type = check_file(file)
    report = _editable(report, by)
    name = (file.name or "").replace("\x00", "").rsplit("/", 1)[-1].rsplit("\\", 1)[-1][-255:]
    try:
        return Evidence.objects.create(
            report=report, file=file, file_name=name, content_type=content_type, size=file.size, attached_at=now()
        )
    except OSError as error:
        # A full disk must not take what was typed with it.
        logger.exception("A file of evidence could not be kept")
        sentence = _("Please choose the files once more: they could not be kept.")
        raise NotAllowed(sentence, field="evidence") from error


@transaction.atomic
def attach_link(report: Report, *, by: User, url: str, title: str = "") -> Evidence:
    url = clean_text(url, field="url", max_length=500, if_empty=_("This field is required"))
    return _keep_evidence(_editable(report, by), url=url, title_zh=title[:200])


@transaction.atomic
def attach_document(report: Report, *, by: User, number: str, title: str = "") -> Evidence:
    """An issued document by its number (发文字号) and title."""
    return _keep_evidence(_editable(report, by), document_number=number, title_zh=title[:200])


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User) -> None:
    """Takes a piece of evidence off a report that is still being written; its file goes after the commit."""
    report = evidence.report
    measure = lock_measure(report.measure_id)
    _check_lead(measure, by)
    _read_anew(report)
    if report.state not in EDITABLE:
        raise NotAllowed(_("This report waits for its review; withdraw it to change it."), field="evidence")
    _forget_file(evidence)
    evidence.delete()


def _forget_file(evidence: Evidence) -> None:
    """The file goes once its row is gone for good."""
    if evidence.file:
        storage, name = evidence.file.storage, str(evidence.file.name)
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def tell(
    department_id: int,
    kind: NoticeKind,
    *,
    measure: Measure | None = None,
    report: Report | None = None,
    period: date | None = None,
) -> int:
    """Puts a notice in the inbox of each reporter of a department; returns how many were told."""
    people = User.objects.filter(department_id=department_id, role=Role.REPORTER, is_active=True)
    notices = [
        Notice(user=user, kind=kind, measure=measure, report=report, period=period, day=today(), created_at=now())
        for user in people
    ]
    return len(Notice.objects.bulk_create(notices))


@transaction.atomic
def remind_department(department: Department, *, by: User, plan: Plan, period: date) -> int:
    """Reminds a department that owes reports for the month; returns how many people were told."""
    if not may_review(by):
        raise NotAllowed(_("You may not do this"))
    # Two reviewers who press at once: the second sees that the first has.
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    if month_of_department(department.pk, plan=plan, month=period, by=today()).is_reported:
        raise NotAllowed(_("This department has reported the month."))
    if Notice.objects.filter(
        user__department=department, kind=NoticeKind.REMINDER, period=period, day=today()
    ).exists():
        raise NotAllowed(_("This department has been reminded today."))
    return tell(department.pk, NoticeKind.REMINDER, period=period)
