"""Words that must not contradict the rule, nor each other."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from core.lights import OVERDUE, is_overdue
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "open_reading")]


def overview(client: Any, **query: str) -> str:
    return text_of(client.get("/", {"lang": "en", **query}).content.decode())


def test_red_says_that_the_due_day_is_over_since_on_that_day_it_is_not_red():
    day = date(2023, 8, 29)
    assert not is_overdue(due_on=day, status="promoting", on=day)
    with translation.override("zh-hans"):
        assert str(OVERDUE) == "已超过完成时限仍未完成"


def test_the_overview_compares_with_no_day_before_the_plan(client):
    make.make_measure(listed_on=date(2023, 1, 3))
    text = overview(client, as_of="2023-01-31")
    assert "Since the end of December" not in text and "since end of December" not in text
    assert "unchanged since" not in text
    assert "unchanged since end of January" in overview(client, as_of="2023-02-28")


def test_what_was_newly_listed_is_no_lack_of_change(client):
    make.make_measure(listed_on=date(2023, 1, 3))
    for _new in range(2):
        make.make_measure(listed_on=date(2023, 3, 5))
    text = overview(client, as_of="2023-03-31")
    assert "+2 since end of February" in text and "2 newly listed" in text
    assert "no status changed" not in text
    # Whoever asks for a day before the plan is told the same.
    text = overview(client, as_of="2023-01-31", compare="2022-12-31")
    assert "1 newly listed" in text and "no status changed" not in text
