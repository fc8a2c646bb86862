"""The parts of the overview below its head, from a few measures and numbers worked out by hand."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from measures.models import Plan
from tests import factories as make
from tests.pages import joined

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def plan(today: date, open_reading: None, settings: Any) -> Plan:
    """Return a plan in which, of water's four measures, one was completed in time in March, one two days late in April,
    and two are overdue, one since 31 May; soil's is due at the year's end, as are air's five, of which one was
    completed and reopened."""
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 6, 1)
    clean = make.make_section(slug="clean", number=1, title_en="Clean growth")
    safe = make.make_section(clean.plan, slug="safe", number=2, title_en="Safety")
    water = make.make_department("water", short_en="Water", number=3)
    soil = make.make_department("soil", short_en="Soil", number=2)
    air = make.make_department("air", short_en="Air", number=1)
    in_time = make.make_measure(safe, water, due_on=date(2023, 3, 31))
    late = make.make_measure(safe, water, due_on=date(2023, 4, 10))
    make.make_measure(safe, water, due_on=date(2023, 5, 31))
    make.make_measure(clean, water, due_on=date(2023, 8, 1))
    make.make_change(in_time, "completed", date(2023, 3, 31))
    make.make_change(late, "completed", date(2023, 4, 12))
    make.make_measure(clean, soil, due_on=date(2023, 12, 31))
    airs = [make.make_measure(clean, air, due_on=date(2023, 12, 31)) for _n in range(5)]
    make.make_change(airs[0], "completed", date(2023, 2, 3))
    make.make_change(airs[0], "in_progress", date(2023, 4, 20), old_status="completed")
    # Air reports all of June in time, and of July a day late; soil files August alone, which stands for June and July.
    for measure in airs:
        make.make_report(measure, date(2023, 6, 25))
        make.make_report(measure, date(2023, 7, 26))
        make.make_report(measure, date(2023, 8, 20))
    make.make_report(clean.measures.get(lead_department=soil), date(2023, 8, 25))
    return clean.plan


def context(address: str = "/") -> Any:
    answer: Any = Client().get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.context


def text_of(address: str) -> str:
    return joined(Client().get(address, headers={"accept-language": "en"}).content.decode())


def test_months_count_what_fell_due_and_what_stayed_completed(plan: Plan) -> None:
    rows = context()["progress"]["rows"]
    assert [row.due for row in rows] == [0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 6]
    # The completion of February was taken back.
    assert [row.completed for row in rows] == [0, 0, 1, 1, 0, 0, 0, 0, None, None, None, None]
    # One is red from June on; the other from 2 August on.
    assert [row.red for row in rows[:8]] == [0, 0, 0, 0, 0, 1, 1, 2]
    assert [row.red for row in rows[8:]] == [None] * 4
    assert [row.is_current for row in rows].index(True) == 7


def test_a_department_reported_a_month_in_time_when_all_was_in_by_its_day(plan: Plan) -> None:
    rows = context()["progress"]["rows"]
    assert [(row.in_time, row.owing) for row in rows[4:9]] == [
        (None, None),  # nothing is owed before June
        (1, 3),
        (0, 3),
        (2, 3),
        (None, None),
    ]


def test_before_anything_is_due_on_a_phone_six_months_are_left(plan: Plan) -> None:
    rows = context("/?as_of=2023-02-10")["progress"]["rows"]
    assert [row.is_wide_only for row in rows] == [False] * 6 + [True] * 6


def test_the_sentence_says_what_was_completed_last_and_what_comes(plan: Plan) -> None:
    assert "1 was completed in April, none since; <strong>6 fall due in December</strong>." in text_of("/")
    assert "1 has been completed in March so far; <strong>" in text_of("/?as_of=2023-03-31")
    assert "None has been completed in 2023 so far; <strong>" in text_of("/?as_of=2023-01-31")


def test_without_a_forecast_the_pace_that_is_needed_is_said(plan: Plan) -> None:
    # Eight of ten are open, for the 28 months from September 2023 to December 2025.
    assert context()["progress"]["pace"] == (
        "Needed to complete all measures by the end of 2025: <strong>0.3</strong> a month; "
        "too few completions to tell the pace."
    )
    assert context("/?as_of=2022-12-31")["progress"]["pace"] == ""


def test_ends_of_months_begin_with_the_first_that_has_something(plan: Plan) -> None:
    rows = context()["progress"]["month_ends"]
    assert [(row["label"], row["due"], row["completed"]) for row in rows] == [
        ("February", 0, 1),
        ("March", 1, 2),
        ("April", 2, 2),
        ("May", 3, 2),
        ("June", 3, 2),
        ("July", 3, 2),
        ("29 August", 4, 2),
    ]
    assert [row["in_time_rate"] for row in rows] == [None] * 7  # four are too few
    # 2 of 10 completed and 4 due.
    assert str(rows[-1]["gap"]) == "-20.0"
    assert rows[-1]["is_day"]


def test_who_must_act_first_stands_first_and_is_named(plan: Plan) -> None:
    page = text_of("/")
    assert (
        "2 overdue measures lie with 1 department, in 2 priority areas"
        '<span class="wide-only">; first of all <strong>Water (2, longest 90 days)</strong></span>.'
    ) in page
    shown = context()["by_group"]
    # Of equal counts, the longest; then the gap to plan, then the number.
    assert [row.name for row in shown["sections"]] == ["Safety", "Clean growth"]
    assert [row.name for row in shown["departments"]] == ["Water", "Air", "Soil"]
    table = page[page.index('id="who"') : page.index('id="where"')]
    assert re.search(r"Water</a>\s*</th>\s*<td[^>]*>\s*<a class=\"figure overdue\"[^>]*>2</a>", table)
    assert re.search(r"1/4\s*</td>", table)
    assert "%" not in re.sub(r"<svg.*?</svg>", "", table, flags=re.DOTALL)
    assert '/lights/#order">' in table
    assert 'id="order"' in text_of("/lights/")


def test_with_nothing_overdue_it_says_so(plan: Plan) -> None:
    assert "No measure is overdue." in context("/?as_of=2023-03-31")["by_group"]["sentence"]
    # Nothing was due by then: no table of zeros.
    assert "table-bars urgency" not in text_of("/?as_of=2023-03-31") and "table-bars urgency" in text_of("/")


def test_the_course_of_the_year_and_of_the_plan_is_a_link_away(plan: Plan) -> None:
    links = [each["url"] for each in context()["progress"]["courses"]]
    assert links == ["/?course=year#course", "/?course=plan#course"]
    assert set(context("/?course=plan")["charts"]) == {"course"}
    assert [each["url"] for each in context("/?course=plan")["progress"]["courses"]] == [
        "/#course",
        "/?course=year#course",
    ]


def test_the_map_and_its_table_show_the_same_figure(plan: Plan) -> None:
    make.make_project(city="370200", investment=93_600_000)
    make.make_project(city="370100", investment=1_000_000)
    make.make_project(city="370100", investment=1_000_000)
    by_money, by_number = context()["by_city"], context("/?map=total")["by_city"]
    assert [(row["place"], row["name"]) for row in by_money["rows"][:2]] == [(1, "Qingdao"), (2, "Jinan")]
    assert [(row["place"], row["name"]) for row in by_number["rows"][:2]] == [(1, "Jinan"), (2, "Qingdao")]
    # Those without projects have no place.
    assert {row["place"] for row in by_money["rows"][2:]} <= {None}
    chosen = [[choice["is_chosen"] for choice in each["choices"]] for each in (by_money, by_number)]
    assert chosen == [[True, False, False, False], [False, True, False, False]]


def test_each_part_has_one_tag_and_one_way_to_how_it_is_counted(demonstration: None) -> None:
    page = text_of("/")
    for part, after in (("course", "who"), ("who", "where"), ("where", "brings"), ("brings", "</main>")):
        inside = page[page.index(f'id="{part}"') : page.index(f'id="{after}"' if "<" not in after else after)]
        # Problems, which are in the same part, are counted in a way of their own.
        assert inside.count('class="how"') == (2 if part == "who" else 1), part
        assert inside.count('class="tag') == (0 if part == "who" else 1), part
