"""The rule as a function, case by case. That the query conditions say the same: tests/measures/test_querysets.py."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from core.lights import (
    Light,
    Thresholds,
    is_due_soon,
    is_overdue,
    light_of,
    should_have_moved,
    silent_since,
)

LIMITS = Thresholds(due_soon=60, silent=62)
DAY = date(2023, 8, 29)
QUIET = {"status": "in_progress", "due_on": None, "listed_on": date(2023, 1, 3), "last_report_on": date(2023, 8, 20)}


@pytest.mark.parametrize(
    ("what", "light", "rule"),
    [
        ({"status": "completed", "due_on": date(2023, 1, 31), "last_report_on": None}, "green", "completed"),
        ({"due_on": date(2023, 8, 28)}, "red", "overdue"),
        ({"due_on": date(2023, 8, 28), "status": "promoting"}, "red", "overdue"),
        ({"due_on": DAY}, "green", "on_course"),
        ({"due_on": DAY, "status": "promoting"}, "yellow", "due_soon"),
        ({"due_on": date(2023, 10, 28), "status": "promoting"}, "yellow", "due_soon"),  # 60 days
        ({"due_on": date(2023, 10, 29), "status": "promoting"}, "green", "on_course"),
        ({"due_on": None, "status": "promoting"}, "green", "on_course"),
        ({"last_report_on": date(2023, 6, 28)}, "green", "on_course"),  # 62 days
        ({"last_report_on": date(2023, 6, 27)}, "yellow", "silent"),
        ({"last_report_on": None}, "yellow", "silent"),
        ({"last_report_on": None, "listed_on": date(2023, 6, 28)}, "green", "on_course"),
        ({"last_report_on": None, "listed_on": date(2023, 6, 27)}, "yellow", "silent"),
        ({"last_report_on": date(2023, 1, 1), "listed_on": date(2023, 6, 28)}, "green", "on_course"),
        # 62 days since reports are owed, and 63.
        ({"last_report_on": None, "reports_from": date(2023, 6, 28)}, "green", "on_course"),
        ({"last_report_on": None, "reports_from": date(2023, 6, 27)}, "yellow", "silent"),
        ({"last_report_on": None, "reports_from": date(2023, 9, 1)}, "green", "on_course"),
        ({"last_report_on": date(2023, 5, 1), "reports_from": date(2023, 4, 1)}, "yellow", "silent"),
        ({"due_on": date(2023, 8, 28), "last_report_on": None}, "red", "overdue"),
        ({"due_on": date(2023, 9, 30), "last_report_on": None, "status": "promoting"}, "yellow", "due_soon"),
    ],
)
def test_the_first_rule_that_holds_gives_the_light(what: dict[str, Any], light: str, rule: str) -> None:
    verdict = light_of(**{**QUIET, **what}, on=DAY, limits=LIMITS)
    assert (verdict.light, verdict.rule) == (light, rule)


def test_a_light_says_why() -> None:
    silent = light_of(**{**QUIET, "last_report_on": date(2023, 6, 20)}, on=DAY, limits=LIMITS)
    with translation.override("en"):
        assert silent.reason == "No accepted report for 70 days"
        soon = light_of(**{**QUIET, "due_on": DAY, "status": "promoting"}, on=DAY, limits=LIMITS)
        assert soon.reason == "Due today and still “Under way”"
        for due_on, words in ((date(2023, 8, 30), "Due in 1 day"), (date(2023, 9, 8), "Due in 10 days")):
            soon = light_of(**{**QUIET, "due_on": due_on, "status": "promoting"}, on=DAY, limits=LIMITS)
            assert soon.reason == f"{words} and still “Under way”"
        late = light_of(**{**QUIET, "due_on": date(2023, 8, 1)}, on=DAY, limits=LIMITS)
        assert (late.reason, late.days) == ("Past its due date and not completed", 28)
        assert light_of(**QUIET, on=DAY, limits=LIMITS).reason == ""


@pytest.mark.parametrize(
    ("due_on", "status", "overdue", "soon", "should_move"),
    [
        (None, "promoting", False, False, False),
        (date(2023, 8, 28), "promoting", True, False, False),
        (date(2023, 8, 28), "in_progress", True, False, False),
        (date(2023, 8, 28), "completed", False, False, False),
        (DAY, "promoting", False, True, True),
        (DAY, "in_progress", False, True, False),
        (DAY, "completed", False, False, False),
        (date(2023, 10, 28), "promoting", False, True, True),  # 60 days
        (date(2023, 10, 29), "promoting", False, False, False),
    ],
)
def test_overdue_due_soon_and_what_should_have_moved(
    due_on: date | None, status: str, overdue: bool, soon: bool, should_move: bool
) -> None:
    due: dict[str, Any] = {"due_on": due_on, "status": status, "on": DAY}
    assert is_overdue(**due) is overdue
    assert is_due_soon(**due, limits=LIMITS) is soon
    assert should_have_moved(**due, limits=LIMITS) is should_move


@pytest.mark.parametrize("on", [date.min, date.max])
def test_the_ends_of_the_calendar_do_no_harm(on: date) -> None:
    verdict = light_of(status="promoting", due_on=on, listed_on=on, last_report_on=None, on=on, limits=LIMITS)
    assert (verdict.light, verdict.rule) == (Light.YELLOW, "due_soon")
    assert silent_since(date.min, LIMITS) == date.min
    assert silent_since(date.max, Thresholds(due_soon=10**20, silent=10**20)) == date.min
