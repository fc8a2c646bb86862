from itertools import product

import pytest

from core.statuses import MeasureStatus
from reporting.moves import moves_from
from reporting.workflow import MOVES, OPEN_STATES, ReportState

# state, role -> moves; nothing else is allowed.
EXPECTED = {
    ("draft", "reporter"): ["submit"],
    ("returned", "reporter"): ["resubmit"],
    ("submitted", "reporter"): ["withdraw"],
    ("submitted", "reviewer"): ["accept", "return"],
    ("accepted", "reviewer"): ["undo_acceptance"],
}


@pytest.mark.parametrize(
    ("state", "role"), list(product(ReportState.values, ["reporter", "reviewer", "viewer", "auditor"]))
)
def test_who_may_move_a_report_from_where(state: str, role: str) -> None:
    assert [move.name for move in moves_from(MOVES, state, by=[role])] == EXPECTED.get((state, role), [])


def test_where_each_move_leads() -> None:
    assert {move.name: (move.before, move.after) for move in MOVES} == {
        "submit": (("draft",), "submitted"),
        "resubmit": (("returned",), "submitted"),
        "withdraw": (("submitted",), "draft"),
        "accept": (("submitted",), "accepted"),
        "return": (("submitted",), "returned"),
        "undo_acceptance": (("accepted",), "submitted"),
    }


def test_an_accepted_report_stays_accepted_but_for_the_office_on_the_same_day() -> None:
    [undoing] = [move for move in MOVES if "accepted" in move.before]
    assert (undoing.by, undoing.same_day) == (("reviewer",), True)
    assert not [move for move in MOVES if move.same_day and move is not undoing]
    assert set(OPEN_STATES) == {"draft", "submitted", "returned"}


def test_there_are_three_statuses_and_the_last_is_done() -> None:
    assert MeasureStatus.values == ["promoting", "in_progress", "completed"]
    assert [(status.tone, status.depth) for status in MeasureStatus] == [
        ("promoting", 1),
        ("in-progress", 2),
        ("completed", 3),
    ]
