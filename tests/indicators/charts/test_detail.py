"""The places of the parts in the figure of an indicator. tests/browser sees it drawn."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from indicators.charts.detail import Scene, indicator_line
from indicators.charts.forms import choose_course
from indicators.charts.points import IndicatorPoint, TargetPoint
from tests.charts import checked
from web.charts.chart import Figure


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def words(figure: Figure, layout: str = "layout") -> list[str]:
    return [note["text"] for note in figure[layout]["annotations"]]


def year(number: int, value: str, **more: Any) -> IndicatorPoint:
    return IndicatorPoint(date(number, 1, 1), date(number, 12, 31), "year", Decimal(value), str(number), **more)


def figure_of(points: list[IndicatorPoint], chosen: dict[str, Any] | None = None, **more: Any) -> Figure:
    return checked(indicator_line(Scene(choose_course(points, **chosen or {}), "Shandong", **more)))


FIVE = [year(2018 + n, str(50 - n)) for n in range(5)]


def test_few_values_have_their_numbers_and_no_line() -> None:
    figure = figure_of([year(2020, "46"), year(2022, "36")])
    (dots,) = figure["data"]
    assert (dots["mode"], dots["y"]) == ("markers", [46.0, None, 36.0])
    assert words(figure) == ["46", "<b>36</b>", "no data"]


def test_the_newest_of_days_says_its_day() -> None:
    points = [
        IndicatorPoint(on, on, "day", Decimal(value), on.isoformat())
        for on, value in ((date(2022, 6, 30), "66.37"), (date(2023, 6, 30), "83.82"))
    ]
    assert words(figure_of(points)) == ["66.37", "2023-06-30<br><b>83.82</b>"]


def test_a_line_ends_with_name_and_value_and_has_gaps() -> None:
    figure = figure_of([year(2017, "57"), *[year(2019 + n, str(50 - n)) for n in range(5)]])
    (line,) = figure["data"]
    assert (line["mode"], line["y"]) == ("lines+markers", [57.0, None, 50.0, 49.0, 48.0, 47.0, 46.0])
    assert words(figure) == ["<b>Shandong 46</b>"]
    assert words(figure, "narrow") == ["<b>Shandong<br>46</b>"]


def test_marks_say_how_sound_a_value_is() -> None:
    points = [*FIVE, year(2023, "45", verified=False), year(2024, "44", exact=False)]
    points.append(year(2025, "43", exact=False, is_floor=True))
    (line,) = figure_of(points)["data"]
    assert line["marker"]["symbol"] == ["circle"] * 6 + ["diamond", "triangle-up"]
    assert line["marker"]["color"] == ["#0B5775"] * 5 + ["#FFFFFF"] * 3
    few = figure_of([year(2021, "39", verified=False), year(2022, "51", exact=False, is_floor=True)], percent=True)
    assert words(few) == ["unverified<br>39.0%", "<b>more than 51.0%</b>"]


def test_sums_since_january_start_at_zero_each_year() -> None:
    points = [
        IndicatorPoint(date(number, 1, 1), date(number, month, last), kind, Decimal(value), kind)
        for number in (2021, 2022)
        for kind, month, last, value in (("quarter", 3, 31, 1), ("half_year", 6, 30, 2), ("three_quarters", 9, 30, 3))
    ]
    (line,) = figure_of(points, {"cumulative": True})["data"]
    assert line["y"] == [0.0, 1, 2, 3, None, 0.0, 1, 2, 3]
    assert (line["x"][0], line["x"][5]) == ("2021-01-01", "2022-01-01")


def test_the_target_is_a_cross_in_its_year_with_words_beyond_it() -> None:
    figure = figure_of([year(2021, "80"), year(2022, "83.82")], targets=[TargetPoint(2025, Decimal(90), "at least 90")])
    mark = figure["data"][-1]
    assert (mark["x"], mark["y"], mark["marker"]["symbol"]) == (["2025-07-01"], [90.0], "cross-thin")
    assert "at least 90<br>2025" in words(figure)
    assert figure["layout"]["xaxis"]["ticktext"] == ["2021", "2022", "2023", "2024", "2025"]
    assert "Required path" not in words(figure)


def test_of_several_targets_the_last_has_words_the_others_their_number() -> None:
    aims = [TargetPoint(2024, 35000, "above 35,000"), TargetPoint(2027, 40000, "above 40,000")]
    texts = words(figure_of([year(2021, "20412"), year(2022, "26000")], targets=aims))
    assert "35,000" in texts and "above 40,000<br>2027" in texts and "above 35,000<br>2024" not in texts


def test_the_path_is_dashed_and_named_on_the_side_of_those_who_are_behind() -> None:
    latest = year(2022, "83.82", url="#value-1")
    aim = TargetPoint(2025, Decimal(90), "at least 90", latest, "#targets")
    figure = figure_of([year(2021, "80"), latest], targets=[aim])
    path, _dots, mark = figure["data"]
    assert (path["x"], path["y"]) == (["2022-07-02", "2025-07-01"], [83.82, 90.0])
    assert (path["line"]["dash"], path["line"]["color"]) == ("2px,3px", "#0B5775")
    (name,) = (note for note in figure["layout"]["annotations"] if note["text"] == "Required path")
    assert name["yanchor"] == "top"
    assert mark["customdata"] == ["#targets"]


def test_numbers_keep_inside_the_plot_and_clear_of_targets() -> None:
    on = date(2024, 12, 31)
    points = [IndicatorPoint(each, each, "day", 3, each.isoformat()) for each in (date(2022, 12, 31), on)]
    alone = figure_of(points)["layout"]["annotations"][1]
    assert alone["xanchor"] == "right"
    beside_target = figure_of(points, targets=[TargetPoint(2024, 3, "above 3")])["layout"]["annotations"][1]
    assert beside_target["xanchor"] == "right"
    assert "xanchor" not in figure_of(points, targets=[TargetPoint(2026, 3, "above 3")])["layout"]["annotations"][1]


def test_the_comparator_is_dashed_with_open_markers() -> None:
    others = [year(each.end.year, "5.5") for each in FIVE]
    country, subject = figure_of(FIVE, others=others, comparator_name="China", percent=True)["data"]
    assert country["line"]["dash"] and country["marker"]["color"] == ["#FFFFFF"] * 5
    assert subject["line"]["width"] > country["line"]["width"]


def test_no_value_is_no_error() -> None:
    assert figure_of([])["data"] == []
