"""Actions of people: each function draws a person and a change from the world, or gives None where there is nothing to
do.

Drawn now, a change may be made much later or twice, as from a page that was left open. The row is the one that was
read then; the person is read when the change is made, as a request does.
"""

from datetime import date, timedelta
from typing import Any

from accounts.models import Department, User
from core.periods import month_of
from core.scope import ScopeKind
from measures.editing.acceptances import undo_acceptance
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.scope import change_scope as change_measure_scope
from measures.editing.terms import change_terms, move_listing
from measures.models import Measure, Report, Section, StatusChange
from measures.reports import ReportData, accept_report, save_draft, submit_report
from measures.services import add_comment
from office.mergers import merge_departments
from reporting.services import discard_draft, return_report, withdraw_report
from tests.factories import file_report
from tests.simulator.expected import Entry, Expected
from tests.simulator.project_actions import PROJECT_ACTIONS
from tests.simulator.requests import Action, Request, stale
from tests.simulator.world import STATUSES, World


def _status(world: World, current: Entry) -> tuple[str, date | None]:
    """Mostly as the rules want it: completed stays so, and a change has a day."""
    is_done = current.status == "completed" and world.chance(0.9)
    status = current.status if is_done else world.random.choices(STATUSES, (1, 3, 2))[0]
    return status, None if (status == current.status) != world.chance(0.05) else world.a_day(current.day, spread=5)


def file(world: World) -> Request | None:
    """A whole report at once."""
    measure = world.a_measure_to_report()
    by, text = world.of_department(measure.lead), world.a_text("完成工作")
    status, day = _status(world, measure.current)
    evidence = [{"document_number": "1号"}] if world.chance(0.7) else []
    row, month = stale(Measure, measure.pk), world.clock.moment.date() - timedelta(days=31 * world.chance(0.2))

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.saved(ack, by=by, text=text)
        expected.reports[ack.pk].has_evidence = bool(evidence)
        expected.submitted(ack, by=by, first=first, last=last)

    def do(user: User) -> Report:
        texts = {"what_was_done": text, "problem": "设备迟到"}
        values = {"status": status, "effective_on": day, "texts": texts, "evidence": evidence}
        return file_report(row(), by=user, period=month, **values)

    return Request(by, do, note, measure.pk) if by else None


def write(world: World) -> Request | None:
    """A draft, begun or written on; the version is the one that the writer saw."""
    measure = world.a_measure()
    month = month_of(world.clock.moment.date())
    reports = world.expected.reports_of(measure.pk)
    seen = world.one_of(r for r in reports if r.state in ("draft", "returned") and r.department == measure.lead)
    by, text = world.of_department(measure.lead), world.a_text("进展")
    status, day = _status(world, measure.current)
    version, period = (seen.version, seen.period) if seen else (None, month)
    data = ReportData(status, measure.current.status, day, what_was_done=text, problem="原因")
    row = stale(Measure, measure.pk)
    return by and Request(
        by,
        lambda user: save_draft(row(), by=user, data=data, period=period, version=version),
        lambda expected, ack, first, last: expected.saved(ack, by=by, text=text, version=version),
        measure.pk,
    )


def _with_report(world: World, *states: str) -> Any:
    report = world.a_report(*states)
    return report and (report, stale(Report, report.pk))


def submit(world: World) -> Request | None:
    if not (found := _with_report(world, "draft", "returned")):
        return None
    report, row = found
    by = world.of_department(report.department)
    return by and Request(
        by,
        lambda user: submit_report(row(), by=user),
        lambda expected, ack, first, last: expected.submitted(ack, by=by, first=first, last=last),
        report.measure,
    )


def withdraw(world: World) -> Request | None:
    if not (found := _with_report(world, "submitted")):
        return None
    report, row = found
    by = world.of_department(report.department)
    return by and Request(
        by,
        lambda user: withdraw_report(row(), by=user),
        lambda expected, ack, first, last: expected.withdrawn(ack, by=by),
        report.measure,
    )


def discard(world: World) -> Request | None:
    if not (found := _with_report(world, "draft")):
        return None
    report, row = found
    by = world.of_department(report.department)
    return by and Request(
        by,
        lambda user: discard_draft(row(), by=user),
        lambda expected, ack, first, last: expected.discarded(report.pk, by=by),
        report.measure,
    )


def comment(world: World) -> Request | None:
    measure = world.a_measure()
    by, row, text = world.one_of(world.expected.people), stale(Measure, measure.pk), world.a_text("意见")
    return Request(
        by,
        lambda user: add_comment(row(), by=user, text=text),
        lambda expected, ack, first, last: expected.commented(measure.pk, by=by),
        measure.pk,
    )


def accept(world: World) -> Request | None:
    if not (found := _with_report(world, "submitted")):
        return None
    (report, row), by = found, world.of_the_office()

    def do(user: User) -> tuple[Report, StatusChange | None]:
        accepted = row()
        return accepted, accept_report(accepted, by=user)

    return Request(
        by,
        do,
        lambda expected, ack, first, last: expected.accepted(*ack, by=by, first=first, last=last),
        report.measure,
    )


def send_back(world: World) -> Request | None:
    if not (found := _with_report(world, "submitted")):
        return None
    (report, row), by = found, world.of_the_office()
    return Request(
        by,
        lambda user: return_report(row(), by=user, note="请补充"),
        lambda expected, ack, first, last: expected.returned(report.pk, by=by),
        report.measure,
    )


def undo(world: World) -> Request | None:
    today = world.clock.moment.date()
    accepted = [r for r in world.expected.reports.values() if r.state == "accepted"]
    report = world.one_of(r for r in accepted if r.decided_on == today) or world.one_of(accepted)
    if report is None:
        return None
    by, row = world.of_the_office(), stale(Report, report.pk)
    return Request(
        by,
        lambda user: undo_acceptance(row(), by=user, note="误点"),
        lambda expected, ack, first, last: expected.acceptance_undone(report.pk, by=by, first=first),
        report.measure,
    )


def correct(world: World) -> Request | None:
    measure = world.a_measure()
    entry = world.one_of(measure.history[-3:])
    by, row, status = world.of_the_office(), stale(StatusChange, entry.pk), world.one_of(STATUSES)
    day = entry.day + timedelta(days=world.random.randint(-3, 3)) if world.chance(0.5) else entry.day
    return Request(
        by,
        lambda user: correct_status(row(), by=user, status=status, effective_on=day, reason="更正"),
        lambda expected, ack, first, last: expected.status_corrected(entry.pk, ack, by=by, last=last),
        measure.pk,
    )


def reopen(world: World) -> Request | None:
    measures = world.expected.measures.values()
    measure = world.one_of(each for each in measures if each.current.status == "completed" or world.chance(0.02))
    if measure is None:
        return None
    by, row, status = world.of_the_office(), stale(Measure, measure.pk), world.one_of(STATUSES[:2])
    day = world.a_day(measure.current.day)
    return Request(
        by,
        lambda user: reopen_measure(row(), by=user, status=status, effective_on=day, reason="尚未完成"),
        lambda expected, ack, first, last: expected.reopened(ack, by=by, last=last),
        measure.pk,
    )


def _change_terms(world: World, **known: Any) -> Request:
    """`known`: terms as the expected measure has them: departments and sections by id."""
    measure = world.a_measure()
    by, row = world.of_the_office(), stale(Measure, measure.pk)

    def do(user: User) -> Any:
        terms: Any = {"due_on": known["due_on"]} if "due_on" in known else {}
        if "lead" in known:
            terms["lead_department"] = Department.objects.get(pk=known["lead"])
        if "section" in known:
            terms["section"] = Section.objects.get(pk=known["section"])
        return change_terms(row(), by=user, reason="职责调整", **terms)

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.terms_changed(measure.pk, known, by=by)

    return Request(by, do, note, measure.pk)


def change_due_day(world: World) -> Request | None:
    days = world.random.choice((1, 7, 30, 31, 60, 61, 0, -1, -7, -30, None))
    today = world.clock.moment.date()
    return _change_terms(world, due_on=None if days is None else today + timedelta(days=days))


def change_lead(world: World) -> Request | None:
    return _change_terms(world, lead=world.a_department())


def move(world: World) -> Request | None:
    """Move a measure to a section, seldom one of the other plan, and sometimes to another lead."""
    sections = [section for sections in world.sections.values() for section in sections]
    lead = {"lead": world.a_department()} if world.chance(0.3) else {}
    return _change_terms(world, section=world.one_of(sections), **lead)


def relist(world: World) -> Request | None:
    measure = world.a_measure()
    by, row, day = world.of_the_office(), stale(Measure, measure.pk), date(2023, 1, world.random.randint(1, 28))
    return Request(
        by,
        lambda user: move_listing(row(), by=user, listed_on=day),
        lambda expected, ack, first, last: expected.listing_moved(measure.pk, day),
        measure.pk,
    )


def change_scope(world: World) -> Request | None:
    """Suspend, withdraw, merge, split or resume a measure. One that is out comes back, mostly: else soon none would be
    left."""
    measures = list(world.expected.measures.values())
    out = [each for each in measures if each.is_out]
    measure = world.one_of(out) if out and world.chance(0.7) else world.one_of(measures)
    kinds = [ScopeKind.SUSPENDED, ScopeKind.WITHDRAWN, ScopeKind.RESUMED]
    kind = ScopeKind.RESUMED if measure.is_out and world.chance(0.8) else world.one_of(kinds)
    since = max([measure.listed_on, *(day for day, _kind in measure.scope)])
    by, row, on = world.of_the_office(), stale(Measure, measure.pk), world.a_day(since)
    are_named = kind == ScopeKind.WITHDRAWN and world.chance(0.5)
    named = {world.one_of(measures).pk for _each in range(2)} if are_named else set()

    def do(user: User) -> Any:
        successors = Measure.objects.filter(pk__in=named)
        return change_measure_scope(row(), kind, by=user, effective_on=on, reason="因故", successors=successors)

    return Request(
        by,
        do,
        lambda expected, ack, first, last: expected.scope_changed(ack, measure, by=by, last=last),
        measure.pk,
    )


def merge(world: World) -> Request | None:
    """Seldom two at once; a new department takes the place of one that is gone."""
    if len(world.departments) - len(world.expected.merged_into) < 5:
        world.add_department(people=1)
    source, into, by = world.a_department(), world.a_department(), world.of_the_office()

    def do(user: User) -> Any:
        first, second = (Department.objects.get(pk=each) for each in (source, into))
        return merge_departments(first, into=second, by=user, reason="机构改革")

    return Request(by, do, lambda expected, ack, first, last: expected.merged(source, into, by=by))


# With the weight of each.
ACTIONS: dict[Action, int] = {
    file: 16,
    write: 8,
    submit: 8,
    withdraw: 4,
    discard: 1,
    comment: 3,
    accept: 20,
    send_back: 5,
    undo: 4,
    correct: 5,
    reopen: 5,
    change_due_day: 6,
    change_lead: 4,
    move: 3,
    relist: 1,
    change_scope: 6,
    merge: 2,
    **PROJECT_ACTIONS,
}
