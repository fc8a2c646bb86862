from datetime import date, datetime

import pytest

from core.clock import SHANGHAI
from measures.rules import (
    Change,
    correction_window,
    effective_changes,
    first_due_on,
    in_force,
    is_completion,
    owes_report,
)


def change(id: int, status: str, day: date, *, recorded: date | None = None, supersedes: int | None = None) -> Change:
    moment = recorded or day
    return Change(id, status, day, datetime(moment.year, moment.month, moment.day, tzinfo=SHANGHAI), supersedes)


LISTED = change(1, "promoting", date(2023, 1, 3))
MOVED = change(2, "in_progress", date(2023, 4, 10))
DONE = change(3, "completed", date(2023, 6, 20))
STORY = [DONE, LISTED, MOVED]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2023, 1, 2), None),
        (date(2023, 1, 3), "promoting"),
        (date(2023, 4, 9), "promoting"),
        (date(2023, 4, 10), "in_progress"),
        (date(2023, 6, 20), "completed"),
        (date.max, "completed"),
        (date.min, None),
    ],
)
def test_the_status_of_a_day_is_that_of_the_last_row_by_then(day: date, status: str | None) -> None:
    row = in_force(STORY, on=day)
    assert (row and row.status) == status


def test_a_corrected_row_counts_for_no_day() -> None:
    later = change(4, "in_progress", date(2023, 5, 15), recorded=date(2023, 8, 1), supersedes=2)
    rows = [*STORY, later]
    assert [row.id for row in effective_changes(rows)] == [1, 4, 3]
    assert in_force(rows, on=date(2023, 5, 14)) == LISTED
    assert in_force(rows, on=date(2023, 5, 15)) == later
    assert in_force(rows, on=date(2023, 6, 20)) == DONE


def test_of_one_day_the_row_recorded_last_holds_and_of_one_moment_the_newest() -> None:
    day = date(2023, 5, 1)
    first, second = change(7, "completed", day, recorded=date(2023, 5, 3)), change(8, "promoting", day)
    assert in_force([LISTED, first, second], on=day) == first
    again = change(9, "in_progress", day, recorded=date(2023, 5, 3))
    assert in_force([LISTED, again, first, second], on=day) == again


TODAY = date(2023, 8, 29)


@pytest.mark.parametrize(
    ("wrong", "window"),
    [
        (LISTED, (date(2023, 1, 3), date(2023, 1, 3))),
        (MOVED, (date(2023, 1, 3), date(2023, 6, 19))),
        (DONE, (date(2023, 4, 10), TODAY)),
    ],
)
def test_a_correction_stays_between_its_neighbours(wrong: Change, window: tuple[date, date]) -> None:
    assert correction_window(STORY, wrong, today=TODAY) == window


def test_a_correction_never_overtakes_the_row_after_it() -> None:
    """A correction on the same day would count after that row, being recorded later."""
    window = correction_window(STORY, MOVED, today=TODAY)
    assert window is not None
    fixed = change(4, "in_progress", window[1], recorded=TODAY, supersedes=2)
    assert in_force([*STORY, fixed], on=TODAY) == DONE


def test_a_row_followed_on_its_own_day_counts_for_no_day_and_has_no_window() -> None:
    same = change(5, "in_progress", date(2023, 1, 3), recorded=date(2023, 1, 4))
    assert correction_window([LISTED, same], LISTED, today=TODAY) is None
    assert correction_window([LISTED, same], same, today=TODAY) == (date(2023, 1, 3), TODAY)


def test_a_correction_is_never_after_today() -> None:
    assert correction_window(STORY, MOVED, today=date(2023, 5, 1)) == (date(2023, 1, 3), date(2023, 5, 1))
    assert correction_window(STORY, MOVED, today=date(2023, 1, 1)) is None


def test_the_first_day_of_the_calendar_does_no_harm() -> None:
    rows = [change(1, "promoting", date.min), change(2, "in_progress", date.min, recorded=date(1, 1, 2))]
    assert correction_window(rows, rows[0], today=TODAY) is None
    assert correction_window(rows, rows[1], today=TODAY) == (date.min, TODAY)


def test_a_correction_can_be_corrected_again() -> None:
    fixed = change(4, "in_progress", date(2023, 5, 15), recorded=date(2023, 8, 1), supersedes=2)
    assert correction_window([*STORY, fixed], fixed, today=TODAY) == (date(2023, 1, 3), date(2023, 6, 19))


def test_only_completed_is_completed() -> None:
    assert [is_completion(status) for status in ("promoting", "in_progress", "completed")] == [False, False, True]


@pytest.mark.parametrize(
    ("listed_on", "status_before", "is_out", "by", "owes"),
    [
        (date(2023, 8, 29), None, False, date(2023, 8, 29), True),
        (date(2023, 8, 30), None, False, date(2023, 8, 29), False),
        (date(2023, 8, 31), None, False, date(2023, 12, 1), True),
        (date(2023, 9, 1), None, False, date(2023, 12, 1), False),
        (date(2023, 1, 3), "in_progress", False, date(2023, 8, 29), True),
        (date(2023, 1, 3), "completed", False, date(2023, 8, 29), False),
        (date(2023, 1, 3), "in_progress", True, date(2023, 8, 29), False),
    ],
)
def test_a_measure_owes_reports_from_its_listing_to_its_completion(
    listed_on: date, status_before: str | None, is_out: bool, by: date, owes: bool
) -> None:
    month = date(2023, 8, 1)
    owed = owes_report(listed_on=listed_on, status_before=status_before, is_out=is_out, month=month, by=by)
    assert owed is owes


@pytest.mark.parametrize(
    ("first_month", "last_filed", "owes"),
    [
        (date(2023, 8, 1), None, True),
        (date(2023, 9, 1), None, False),
        (date(2023, 2, 1), date(2023, 7, 1), True),
        (date(2023, 2, 1), date(2023, 8, 1), False),
        (date(2023, 2, 1), date(2023, 9, 1), False),
    ],
)
def test_a_month_is_owed_from_the_first_one_until_it_or_a_later_one_is_filed(
    first_month: date, last_filed: date | None, owes: bool
) -> None:
    assert owes is owes_report(
        listed_on=date(2023, 1, 3),
        status_before="promoting",
        is_out=False,
        month=date(2023, 8, 1),
        by=date(2023, 10, 8),
        first_month=first_month,
        last_filed=last_filed,
    )


MAY, JUNE, JULY = date(2023, 5, 31), date(2023, 6, 30), date(2023, 7, 31)


@pytest.mark.parametrize(
    ("due_on", "moves", "first"),
    [
        (JUNE, [], JUNE),
        (None, [], None),
        (JULY, [(MAY, JUNE), (JUNE, JULY)], MAY),
        # Moved back again, taken away, given later, given later and moved.
        (MAY, [(MAY, JUNE), (JUNE, MAY)], MAY),
        (None, [(JUNE, None)], JUNE),
        (JULY, [(None, JULY)], JULY),
        (JULY, [(None, JUNE), (JUNE, JULY)], JUNE),
    ],
)
def test_the_first_due_day_is_the_first_that_there_was(
    due_on: date | None, moves: list[tuple[date | None, date | None]], first: date | None
) -> None:
    assert first_due_on(due_on, moves) == first
