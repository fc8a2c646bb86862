"""Tests of who moves a report from which state how: the table of design section 6, written here by hand."""

from datetime import date

import pytest

from core.clock import now
from core.exceptions import NotAllowed
from measures.editing.acceptances import undo_acceptance
from measures.models import Report, ReportStep, StatusChange
from measures.reports import accept_report, submit_report
from notices.models import Notice
from reporting.moves import moves_from
from reporting.services import return_report, withdraw_report
from reporting.workflow import MOVES, ReportState
from tests.factories import make_department, make_measure, make_report, make_user

pytestmark = pytest.mark.django_db

STATES = ("draft", "submitted", "accepted", "returned")
# The moves a person has in each state, in the order of STATES; "-" is none.
TABLE = {
    "vic, who only looks": ("-", "-", "-", "-"),
    "ada, of the lead": ("submit", "withdraw", "-", "resubmit"),
    "ben, of another department": ("-", "-", "-", "-"),
    "pat, of a participating department": ("-", "-", "-", "-"),
    "eva, of the lead but no reporter": ("-", "-", "-", "-"),
    "rita, a reviewer": ("-", "accept return", "undo_acceptance", "-"),
    "audit, the auditor": ("-", "-", "-", "-"),
    "admin, the superuser": ("-", "accept return", "undo_acceptance", "-"),
    "root, a superuser who reports for the lead": ("submit", "withdraw accept return", "undo_acceptance", "resubmit"),
}
# Where each move leads.
LEADS_TO = {
    "submit": "submitted",
    "resubmit": "submitted",
    "withdraw": "draft",
    "accept": "accepted",
    "return": "returned",
    "undo_acceptance": "submitted",
}
# Submitting and submitting again are one service.
SERVICES = {
    ("submit", "resubmit"): submit_report,
    ("withdraw",): withdraw_report,
    ("accept",): accept_report,
    ("return",): lambda report, *, by: return_report(report, by=by, note="请补充材料"),
    ("undo_acceptance",): lambda report, *, by: undo_acceptance(report, by=by, note="误点"),
}


@pytest.fixture
def measure(today):
    measure = make_measure(lead_department=make_department("science-technology"))
    measure.participating_departments.add(make_department("energy-saving"))
    return measure


def person(name, measure):
    lead, joined = measure.lead_department, measure.participating_departments.get()
    return {
        "vic": lambda: make_user("vic"),
        "ada": lambda: make_user("ada", role="reporter", department=lead),
        "ben": lambda: make_user("ben", role="reporter", department=make_department("energy")),
        "pat": lambda: make_user("pat", role="reporter", department=joined),
        "eva": lambda: make_user("eva", department=lead),
        "rita": lambda: make_user("rita", role="reviewer"),
        "audit": lambda: make_user("audit", role="auditor"),
        "admin": lambda: make_user("admin", is_superuser=True),
        "root": lambda: make_user("root", role="reporter", department=lead, is_superuser=True),
    }[name.split(",")[0]]()


def everything(report):
    """All that a refused move must leave as it was."""
    report.refresh_from_db()
    values = {field.attname: getattr(report, field.attname) for field in report._meta.concrete_fields}
    return values, StatusChange.objects.count(), Notice.objects.count(), ReportStep.objects.count()


@pytest.mark.parametrize("names", SERVICES, ids="/".join)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", TABLE)
def test_a_move_is_made_by_those_who_may_and_by_nobody_else(measure, who, state, names):
    report = make_report(measure, date(2023, 8, 10), state=state, status="in_progress")
    if state == "accepted":
        # Today, by somebody.
        moment = {"decided_on": now().date(), "decided_at": now(), "decided_by": make_user("rob", role="reviewer")}
        Report.objects.filter(pk=report.pk).update(**moment)
    by = person(who, measure)
    move = SERVICES[names]
    wanted = [name for name in TABLE[who][STATES.index(state)].split() if name in names]
    if wanted:
        move(report, by=by)
        report.refresh_from_db()
        assert report.state == LEADS_TO[wanted[0]]
        assert StatusChange.objects.count() == 1 + (wanted == ["accept"])
        [step] = report.steps.all()
        assert (step.move, step.made_by) == (wanted[0], by)
        return
    before = everything(report)
    with pytest.raises(NotAllowed) as refusal:
        move(report, by=by)
    assert str(refusal.value)
    assert everything(report) == before


def test_the_table_of_moves_says_the_same():
    reporter, reviewer = TABLE["ada, of the lead"], TABLE["rita, a reviewer"]
    for state, of_reporter, of_reviewer in zip(STATES, reporter, reviewer, strict=True):
        assert [move.name for move in moves_from(MOVES, state, by=["reporter"])] == of_reporter.replace("-", "").split()
        assert [move.name for move in moves_from(MOVES, state, by=["reviewer"])] == of_reviewer.replace("-", "").split()
    assert {move.name: str(move.after) for move in MOVES} == LEADS_TO
    assert {party for move in MOVES for party in move.by} == {"reporter", "reviewer"}
    assert set(ReportState.values) == set(STATES)
    assert {name for names in SERVICES for name in names} == {move.name for move in MOVES}
