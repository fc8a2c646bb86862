from datetime import date

import pytest

from reporting.months import ReportingMonth

AUGUST = date(2023, 8, 1)


@pytest.mark.parametrize(("owed", "filed", "reported"), [(3, 2, False), (3, 3, True), (0, 0, True)])
def test_a_department_has_reported_when_nothing_is_missing(owed: int, filed: int, reported: bool) -> None:
    assert ReportingMonth(owed, filed).is_reported is reported


@pytest.mark.parametrize(
    ("owed", "filed", "last", "day", "state", "late"),
    [
        (2, 2, 25, 29, "on_time", 0),
        (2, 2, 26, 29, "late", 1),
        (2, 1, 20, 25, "pending", 0),
        (2, 0, None, 26, "missing", 1),
        (2, 1, 28, 29, "missing", 4),
    ],
)
def test_a_month_is_late_when_the_last_of_it_came_after_its_day(owed, filed, last, day, state, late) -> None:
    month = ReportingMonth(owed, filed, last and date(2023, 8, last))
    assert month.state(AUGUST, day=date(2023, 8, day)) == state
    assert month.days_late(AUGUST, day=date(2023, 8, day)) == late


def test_a_month_for_which_nothing_is_owed_has_no_state() -> None:
    assert ReportingMonth(0, 0).state(AUGUST, day=date(2023, 8, 29)) is None
