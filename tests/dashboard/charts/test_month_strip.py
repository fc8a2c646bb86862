"""The months of a year as bars: what stands where. tests/browser sees them drawn."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from dashboard.charts.month_strip import DueDay, MonthCounts, largest_due_day, month_strip
from tests.charts import checked
from web.charts.chart import Figure

DAY, ENDS = date(2023, 8, 29), date(2025, 12, 31)
DUE = (0, 0, 1, 2, 5, 10, 3, 2, 12, 3, 0, 51)
COMPLETED = (0, 0, 1, 3, 2, 7, 0, 0)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def months(day: date = DAY) -> list[MonthCounts]:
    past = day.month if day.year == 2023 else 0
    return [
        MonthCounts(
            date(2023, n, 1),
            due,
            (COMPLETED[n - 1] if n <= 8 else 0) if n <= past else None,
            late=1 if n == 6 <= past else 0,
            due_url=f"/{n}/",
            completed_url=f"/{n}/completed/",
        )
        for n, due in enumerate(DUE, 1)
    ]


def strip(day: date = DAY, **more: Any) -> Figure:
    return checked(month_strip(months(day), as_of=day, ends_on=ENDS, **more))


def words(figure: Figure, layout: str = "layout") -> list[str]:
    """Return the words of a figure's annotations, without the numbers above the bars."""
    return [note["text"] for note in figure[layout]["annotations"] if not note["text"].isdigit()]


def test_what_is_due_and_what_was_completed_stand_side_by_side() -> None:
    due, coming, completed, _late = strip()["data"]
    assert (due["x"], due["y"]) == ([1.8, 2.8, 3.8, 4.8, 5.8, 6.8], [1, 2, 5, 10, 3, 2])
    assert (coming["x"], coming["y"]) == ([7.8, 8.8, 10.8], [12, 3, 51])
    assert (completed["x"], completed["y"]) == ([2.2, 3.2, 4.2, 5.2], [1, 3, 2, 7])
    assert due["marker"]["color"] == "#DCE9EF"
    assert coming["marker"]["color"] == "#FFFFFF"
    assert completed["marker"]["color"] == "#0A3448"
    # The two of a month do not meet.
    assert completed["width"] == due["width"] < 0.4
    assert due["customdata"][0] == "/3/" and completed["customdata"][0] == "/3/completed/"
    assert due["hovertext"][1] == completed["hovertext"][1] == "April 2023<br>2 due<br>3 completed"
    assert coming["hovertext"][0] == "September 2023<br>12 due"


def test_the_upper_end_of_what_was_completed_is_hatched_as_far_as_it_was_late() -> None:
    _due, _coming, completed, late = strip()["data"]
    assert (late["x"], late["base"], late["y"]) == ([5.2], [6], [1])
    pattern = late["marker"]["pattern"]
    # On a ground of its own: else the bar behind shows through, and nothing of it is seen.
    assert (pattern["shape"], pattern["bgcolor"]) == ("/", "#FFFFFF")
    assert completed["marker"]["color"] == pattern["fgcolor"] != pattern["bgcolor"]
    assert late["hovertext"] == ["June 2023<br>10 due<br>7 completed<br>1 of these late"]
    assert late["customdata"] == ["/6/completed/"]
    assert "pattern" not in completed["marker"]


def test_each_bar_has_its_number_above_it() -> None:
    notes = [note for note in strip()["layout"]["annotations"] if note["text"].isdigit()]
    found = {note["x"]: (note["y"], note["text"]) for note in notes}
    assert (found[2.8], found[3.2], found[4.8], found[5.2]) == ((2, "2"), (3, "3"), (10, "10"), (7, "7"))
    assert len(found) == len(notes) == 13


def test_the_line_stands_at_the_day_and_the_pace_goes_on_from_it() -> None:
    figure = strip(needed=Decimal("8.4"))
    line, pace = figure["layout"]["shapes"]
    assert line["x0"] == line["x1"] == 7.435  # 29 of the 31 days of August
    assert (pace["x0"], pace["x1"], pace["y0"], pace["y1"]) == (7.435, 11.5, 8.4, 8.4)
    assert pace["line"]["dash"] == "2px,3px"
    # Over October and November, whose bars end below it.
    assert words(figure) == ["29 Aug", "<b>needed<br>8.4/month</b>"]
    assert figure["layout"]["annotations"][1]["x"] == 9.5


def test_the_pace_ends_with_the_plan() -> None:
    figure = month_strip(months(), as_of=DAY, ends_on=date(2023, 10, 31), needed=Decimal("8.4"))
    assert figure["layout"]["shapes"][1]["x1"] == 9.5
    # September is higher than it: there is no room for the words.
    assert words(figure) == ["29 Aug"]


def test_a_large_day_is_explained_beside_its_bar() -> None:
    (note,) = [
        each
        for each in strip(largest=DueDay(date(2023, 12, 31), 51))["layout"]["annotations"]
        if "fall due" in each["text"]
    ]
    assert note["text"] == "51 fall due<br>on 31 Dec"
    assert (note["x"], note["y"], note["xanchor"]) == (10.58, 51, "right")
    early = month_strip(months(), as_of=DAY, ends_on=ENDS, largest=DueDay(date(2023, 3, 1), 1))
    assert (early["layout"]["annotations"][1]["x"], early["layout"]["annotations"][1]["xanchor"]) == (2.42, "left")


def test_a_narrow_plot_has_the_months_up_to_the_day_and_no_axis_for_their_names() -> None:
    figure = strip(needed=Decimal("8.4"), largest=DueDay(date(2023, 12, 31), 51))
    narrow = figure["narrow"]
    assert narrow["xaxis"]["range"] == [-0.5, 7.5]
    assert narrow["yaxis"]["range"] == [0, 12.5]  # of June's ten, not of December's 51
    assert narrow["margin"]["l"] == narrow["margin"]["r"] == 0
    assert words(figure, "narrow") == ["29 Aug"]
    due, completed = [1.8, 2.8, 3.8, 4.8, 5.8, 6.8], [2.2, 3.2, 4.2, 5.2]
    assert [note["x"] for note in narrow["annotations"] if note["text"].isdigit()] == due + completed
    # Six at least, so that January is not as wide as the phone.
    assert strip(date(2023, 1, 20))["narrow"]["xaxis"]["range"] == [-0.5, 5.5]


def test_a_day_of_another_year_has_no_line_and_no_pace() -> None:
    figure = month_strip(months(date(2022, 12, 1)), as_of=date(2022, 12, 1), ends_on=ENDS, needed=Decimal("7.0"))
    assert figure["layout"]["shapes"] == []
    assert words(figure) == []


def test_nothing_due_is_no_error() -> None:
    empty = [MonthCounts(date(2023, n, 1), 0, 0) for n in range(1, 13)]
    assert checked(month_strip(empty, as_of=DAY, ends_on=ENDS))["data"][0]["y"] == []


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ([date(2023, 12, 31)] * 51 + [date(2023, 9, 30)] * 12, DueDay(date(2023, 12, 31), 51)),
        # Of equal ones the first; other years do not count, nor do measures without a day.
        ([date(2023, 6, 30)] * 5 + [date(2023, 9, 30)] * 5, DueDay(date(2023, 6, 30), 5)),
        ([date(2024, 6, 30)] * 9 + [None, date(2023, 1, 1)], None),
        # Four are few, and five of 21 are less than one of four.
        ([date(2023, 6, 30)] * 4, None),
        ([date(2023, 6, 30)] * 5 + [date(2023, 9, n) for n in range(1, 17)], None),
        ([date(2023, 6, 30)] * 5 + [date(2023, 9, n) for n in range(1, 16)], DueDay(date(2023, 6, 30), 5)),
        ([], None),
    ],
)
def test_a_day_stands_out_with_five_measures_and_one_of_four(due: list[date | None], expected: DueDay | None) -> None:
    assert largest_due_day(due, 2023) == expected


def test_the_key_names_the_kinds_of_bars_in_both_languages() -> None:
    key = strip()["key"]
    assert [entry["label"] for entry in key] == ["due", "completed", "of these late", "still to come"]
    assert ["hatched" in entry for entry in key] == [False, False, True, False]
    with translation.override("zh-hans"):
        assert [entry["label"] for entry in strip()["key"]] == ["到期", "完成", "其中逾期完成", "将到期"]
        assert words(strip(needed=Decimal("8.4")))[1] == "<b>每月需<br>8.4项</b>"
