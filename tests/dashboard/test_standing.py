"""The words that say where a plan stands against its due days."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from dashboard.figures import GroupFigures
from dashboard.pages.standing import (
    format_day_of,
    format_due,
    format_end_of_plan,
    format_forecast,
    format_next_due,
    format_others,
    standing_sentence,
    to_call,
)

PLAN: Any = SimpleNamespace(starts_on=date(2023, 1, 3), ends_on=date(2025, 12, 31))
DAY = date(2023, 8, 29)
NOTHING_NEXT = {"month": None, "in_month": 0, "peak_on": None, "on_peak": 0}
NO_FORECAST = {"expected": None, "lowest": None, "highest": None}
DUE = {
    "due_before": 23,
    "completed_in_time": 12,
    "completed_late": 1,
    "overdue": 10,
    "next_due": {"month": "2023-09", "in_month": 12, "peak_on": "2023-12-31", "on_peak": 51},
    "forecast": {"expected": 74, "lowest": 50, "highest": 125},
}


def said(language: str, **changes: Any) -> str:
    day, total = changes.pop("day", DAY), changes.pop("total", 249)
    with translation.override(language):
        return str(standing_sentence({**DUE, **changes}, PLAN, day, total=total))


def test_the_sentence_has_all_parts_and_the_forecast_is_bold():
    assert said("en") == (
        "As of 29 August 2023, 23 measures were due: 12 completed on time, 1 completed late, 10 overdue; "
        "12 fall due in September and 51 on 31 December; "
        "<strong>at the pace of the last six months about 74 (50–125) will be completed by the end of 2025</strong>."
    )
    assert said("zh-hans") == (
        "截至2023年8月29日，到期23项：按期完成12项，逾期完成1项，逾期未完成10项；9月到期12项，12月31日到期51项；"
        "<strong>按近六个月速度，到2025年底约完成74项（50—125项）</strong>。"
    )


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        (
            {"forecast": NO_FORECAST},
            "10 overdue; 12 fall due in September and 51 on 31 December.",
            "12月31日到期51项。",
        ),
        (
            {"next_due": NOTHING_NEXT, "forecast": NO_FORECAST},
            "1 completed late, 10 overdue.",
            "逾期未完成10项。",
        ),
        ({"day": date(2023, 1, 2)}, "The plan begins on 3 January 2023.", "行动计划自2023年1月3日起实施。"),
        ({"total": 0}, "As of 29 August 2023, no measure is listed yet.", "截至2023年8月29日，尚未列入政策措施。"),
        (
            {"due_before": 0, "completed_in_time": 0, "completed_late": 0, "overdue": 0, "forecast": NO_FORECAST},
            "As of 29 August 2023, no measure has been due yet; 12 fall due",
            "截至2023年8月29日，尚无到期的政策措施；9月到期12项",
        ),
    ],
)
def test_what_there_is_none_of_is_left_out(changes, english, chinese):
    assert english in said("en", **changes)
    assert chinese in said("zh-hans", **changes)


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("english")
class TestParts:
    def test_what_was_due(self):
        assert format_due({**DUE, "due_before": 1, "completed_in_time": 1, "completed_late": 0, "overdue": 0}) == (
            "1 measure was due: 1 completed on time"
        )

    def test_what_falls_due(self):
        one = {"month": "2023-09", "in_month": 1, "peak_on": None, "on_peak": 0}
        assert format_next_due(one, DAY) == "1 falls due in September"
        # Of another year: it says so.
        far = {"month": "2024-03", "in_month": 2, "peak_on": "2024-12-31", "on_peak": 9}
        assert format_next_due(far, DAY) == "2 fall due in March 2024 and 9 on 31 December 2024"

    def test_the_end_of_a_plan(self):
        assert format_end_of_plan(PLAN) == "the end of 2025"
        short: Any = SimpleNamespace(ends_on=date(2025, 6, 30))
        assert format_end_of_plan(short) == "30 June 2025"
        assert format_forecast(DUE["forecast"], short).endswith("(50–125) will be completed by 30 June 2025")

    def test_a_day_has_its_year_where_it_is_another(self):
        assert (format_day_of(DAY, 2023), format_day_of(DAY, 2024)) == ("29 August", "29 August 2023")


def group(key: str, overdue: int, longest: int, gap: str = "0.0", number: int = 0) -> GroupFigures:
    order = (-overdue, -longest, Decimal(gap), number)
    figures = {"overdue": overdue, "longest_overdue": longest, "urgency": order}
    return GroupFigures(key, key, None, figures)


def test_who_is_called_first():
    rows = [
        group("c", 1, 60, "-33.3"),
        group("a", 2, 60, "-22.2"),
        group("none", 0, 0),
        group("d", 1, 60, "-3.9"),
        group("b", 1, 90, "-10.0"),
    ]
    assert [each.key for each in to_call(rows)] == ["a", "b", "c", "d"]


@pytest.mark.usefixtures("english")
def test_the_others_are_counted():
    assert format_others([]) == ""
    assert format_others([group("a", 1, 3)]) == "1 other: 1 overdue"
    assert format_others([group("a", 1, 3), group("b", 1, 9)]) == "2 others: 1 overdue each"
    assert format_others([group("a", 2, 3), group("b", 1, 9)]) == "2 others: 3 overdue in all"


def test_chinese_counts_departments_and_priority_areas_by_words_of_their_own():
    alike, unlike = [group("a", 1, 3), group("b", 1, 9)], [group("a", 2, 3), group("b", 1, 9)]
    with translation.override("zh-hans"):
        assert [format_others(alike), format_others(unlike)] == ["其余2家各逾期1项", "其余2家共逾期3项"]
        assert format_others(alike, are_sections=True) == "其余2项任务各逾期1项"
        assert format_others(unlike, are_sections=True) == "其余2项任务共逾期3项"


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("", ["到期23项：按期完成12项", "（50—125项）", "自然资源厅", "水利厅", "民政厅", "其余6家各逾期1项"]),
        ("?as_of=2023-03-31", ["月数或完成项数太少，不作测算"]),
        ("?as_of=2023-01-10", ["尚无到期的政策措施", "没有部门逾期"]),
        ("?as_of=2022-12-01", ["尚无到期的政策措施"]),
    ],
)
def test_the_overview_opens_with_it(demonstration: None, day: str, shown: list[str]) -> None:
    page = Client(headers={"accept-language": "zh-hans"}).get(f"/{day}").content.decode()
    for each in shown:
        assert each in page
