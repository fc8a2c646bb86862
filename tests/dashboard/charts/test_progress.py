"""Charts as data: what stands where. tests/browser sees them drawn."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from dashboard.charts.progress_curve import Course, RunningTotal, progress_curve
from tests.charts import checked
from web.charts.axes import scale
from web.charts.chart import Figure
from web.charts.labels import apart
from web.charts.text import value_text
from web.charts.theme import ACCENT, COMPARATOR, INK_2, RED, SEQUENCE_TONES, STATUS_TONES
from web.charts.tile_map import Tile, city_tile_map

ROOT = Path(__file__).parents[3]
PLAN = {"plan_start": date(2023, 1, 1), "plan_end": date(2025, 12, 31), "total": 249}
COMPLETED = [
    RunningTotal(date(2023, 3, 20), 1),
    RunningTotal(date(2023, 5, 31), 7),
    RunningTotal(date(2023, 6, 19), 13),
]
DUE = [
    RunningTotal(date(2023, 6, 30), 18),
    RunningTotal(date(2023, 8, 15), 23),
    RunningTotal(date(2023, 12, 31), 89),
    RunningTotal(date(2025, 12, 31), 219),
]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def words(figure: Figure, layout: str = "layout") -> list[str]:
    return [note["text"] for note in figure[layout]["annotations"]]


def course(as_of: date, **more: Any) -> Figure:
    return checked(progress_curve(Course(COMPLETED, DUE, as_of=as_of, **PLAN | more)))


class TestCourse:
    def test_labels_give_each_lines_end_and_the_gap_as_a_subtraction(self) -> None:
        assert words(course(date(2023, 8, 29))) == [
            "Planned completion 35.7%",
            "Straight-line pace 18.9%",
            "Time elapsed",
            "66 fall due<br>on 31 Dec",
            "<b>Completion rate 5.2%<br>16.8 points behind<br>schedule</b>",
        ]

    def test_completion_is_steps_up_to_the_day_with_a_dot(self) -> None:
        *_, line, dot = course(date(2023, 8, 29))["data"]
        assert line["x"] == ["2023-01-01", "2023-03-20", "2023-05-31", "2023-06-19", "2023-08-29"]
        assert line["y"] == [0.0, 0.4, 2.8, 5.2, 5.2]
        assert line["line"] == {"color": "#0B5775", "width": 3.5, "shape": "hv"}
        assert (dot["mode"], dot["x"], dot["y"]) == ("markers", ["2023-08-29"], [5.2])

    def test_the_year_of_the_day_is_in_view(self) -> None:
        figure = course(date(2024, 2, 29))
        assert figure["layout"]["xaxis"]["range"] == ["2023-12-31T12:00", "2024-12-31"]
        assert figure["data"][2]["x"] == ["2024-02-29", "2024-12-31"]

    def test_the_whole_plan_names_years_and_ends_at_all_measures(self) -> None:
        figure = course(date(2023, 8, 29), whole_plan=True)
        assert figure["layout"]["xaxis"]["ticktext"] == ["2023", "2024", "2025"]
        assert words(figure)[:3] == ["Planned completion 88.0%", "Straight-line pace 100.0%", "Time elapsed"]

    @pytest.mark.parametrize("whole_plan", [False, True])
    def test_the_verdict_stands_in_the_upper_left_corner(self, whole_plan: bool) -> None:
        figure = course(date(2023, 8, 29), whole_plan=whole_plan)
        for part in ("layout", "narrow"):
            found = figure[part]["annotations"][-1]
            assert (found["x"], found["xanchor"]) == ("2023-01-01", "left")
            assert (found["y"], found["yref"], found["yanchor"]) == (1, "paper", "top")

    def test_one_line_alone_is_dashed(self) -> None:
        figure = course(date(2023, 8, 29))
        dashed = [trace for trace in figure["data"] if "dash" in trace["line"]]
        assert [trace["y"] for trace in dashed] == [[5.2, 18.9]]

    def test_a_jump_at_the_end_is_explained_where_it_is(self) -> None:
        def jump(figure: Figure) -> list[Any]:
            return [(each["text"], each["y"]) for each in figure["layout"]["annotations"] if "fall due" in each["text"]]

        # From 23 of 249, which is 9.2 %, to 89; over the whole plan from 89 of 249, 35.7 %, to 219.
        assert jump(course(date(2023, 8, 29))) == [("66 fall due<br>on 31 Dec", 9.2)]
        assert jump(course(date(2023, 8, 29), whole_plan=True)) == [("130 fall due<br>on 31 Dec", 35.7)]
        assert jump(course(date(2024, 8, 29))) == []

    def test_before_the_plan_there_is_no_rate_and_no_gap(self) -> None:
        figure = course(date(2022, 12, 1))
        assert len(figure["data"]) == 2
        assert words(figure) == ["Planned completion 35.7%", "Time elapsed", "66 fall due<br>on 31 Dec"]
        assert figure["layout"]["shapes"] == []

    def test_after_the_plan_nothing_is_needed_any_more(self) -> None:
        figure = course(date(2026, 3, 1))
        assert figure["data"][-1]["x"] == ["2025-12-31"]
        assert not any("Straight-line pace" in text for text in words(figure))

    def test_without_measures_there_is_nothing_to_measure(self) -> None:
        figure = checked(progress_curve(Course([], [], as_of=date(2023, 8, 29), **PLAN | {"total": 0})))
        assert words(figure) == ["Time elapsed"]

    def test_ahead_and_on_pace_are_said(self) -> None:
        ahead = checked(
            progress_curve(Course([RunningTotal(date(2023, 1, 2), 90)], DUE, as_of=date(2023, 5, 20), **PLAN))
        )
        assert "<b>Completion rate 36.1%<br>23.3 points ahead of<br>schedule</b>" in words(ahead)
        on_pace = checked(
            progress_curve(Course([RunningTotal(date(2023, 1, 2), 55)], DUE, as_of=date(2023, 8, 29), **PLAN))
        )
        assert "<b>Completion rate 22.1%<br>On schedule</b>" in words(on_pace)
        assert on_pace["layout"]["shapes"] == []

    @pytest.mark.parametrize("day", [date(1, 1, 1), date(2023, 1, 1), date(2023, 1, 31), date(9999, 12, 31)])
    def test_no_day_breaks_it(self, day: date) -> None:
        course(day)
        course(day, whole_plan=True)

    def test_narrow_plots_have_labels_in_two_lines_and_every_second_month(self) -> None:
        narrow = course(date(2023, 8, 29))["narrow"]
        assert narrow["annotations"][0]["text"] == "Planned<br>35.7%"
        assert narrow["xaxis"]["ticktext"] == ["Jan", "Mar", "May", "Jul", "Sep", "Nov"]
        assert narrow["height"] == 320

    def test_months_are_numbers_in_chinese(self) -> None:
        with translation.override("zh-hans"):
            assert course(date(2023, 8, 29))["layout"]["xaxis"]["ticktext"][:2] == ["1月", "2月"]


TILES = [
    Tile("Dezhou", 1, 1, Decimal("3865.5"), "/cities/371400/"),
    Tile("Yantai", 1, 5, Decimal(10307), "/cities/370600/"),
    Tile("Zaozhuang", 4, 3, Decimal("2999.9999"), "/cities/370400/"),
    Tile("Weihai", 1, 6, None, "/cities/371000/"),
]


class TestTileMap:
    def test_each_tile_carries_name_value_class_and_address(self) -> None:
        (bars,) = checked(city_tile_map(TILES))["data"]
        assert bars["text"] == [
            "<b>Dezhou</b><br>3,866",
            "<b>Yantai</b><br>10,307",
            "<b>Zaozhuang</b><br>3,000",
            "<b>Weihai</b><br>—",
        ]
        assert bars["marker"]["color"] == ["#82B3C9", "#0A3448", "#E3EEF3", "#E3EEF3"]
        assert bars["insidetextfont"]["color"] == ["#17242F", "#FFFFFF", "#17242F", "#17242F"]
        assert bars["customdata"][1] == "/cities/370600/"

    def test_rows_go_down_from_the_north(self) -> None:
        figure = city_tile_map(TILES)
        assert figure["data"][0]["base"] == [0.52, 0.52, 3.52, 0.52]
        assert figure["layout"]["yaxis"]["range"] == [4.5, 0.5]
        assert "annotations" not in figure["layout"]

    def test_the_key_names_the_classes_of_the_values(self) -> None:
        key = city_tile_map(TILES)["key"]
        assert [entry["label"] for entry in key] == ["under 3,500", "3,500–10,000", "10,000 and over"]

    def test_small_counts_have_classes_of_whole_numbers(self) -> None:
        tiles = [Tile(f"City {n}", 1, n, n, "#") for n in (0, 1, 2, 8)]
        figure = checked(city_tile_map(tiles, are_few=True))
        assert [entry["label"] for entry in figure["key"]] == ["0", "1–2", "3–4", "5–6", "7 and over"]
        colours = figure["data"][0]["marker"]["color"]
        assert colours[0] == "#E3EEF3" and colours[1] == colours[2] == "#B7D3E0" and colours[3] == "#0A3448"
        ones = city_tile_map([Tile("A", 1, 1, 4, "#")], are_few=True)["key"]
        assert [entry["label"] for entry in ones] == ["0", "1", "2", "3", "4 and over"]

    def test_one_value_makes_no_key(self) -> None:
        assert city_tile_map(TILES[:1])["key"] == []


class TestValueText:
    @pytest.mark.parametrize(
        ("value", "percent", "text"),
        [
            (Decimal("83.820000"), False, "83.82"),
            (Decimal("8382.000000"), False, "8,382"),
            (Decimal("10.000000"), True, "10.0%"),
            (Decimal("-2.41"), True, "−2.41%"),
            (Decimal("2.49"), True, "2.49%"),
            (0, False, "0"),
        ],
    )
    def test_digits_are_the_sources(self, value: Any, percent: bool, text: str) -> None:
        assert value_text(value, percent=percent) == text


class TestLabelsApart:
    def test_neighbours_get_room_upwards(self) -> None:
        assert apart([100, 105, 300], room=20, highest=400) == [0, 15, 0]

    def test_the_top_pushes_down(self) -> None:
        assert apart([330, 332], room=20, highest=332) == [-18, 0]

    def test_nothing_to_place(self) -> None:
        assert apart([], room=20, highest=10) == []


class TestScale:
    @pytest.mark.parametrize(
        ("lowest", "highest", "ticks"),
        [
            (0, 35.7, [0, 10, 20, 30, 40]),
            (0, 100, [0, 25, 50, 75, 100]),
            (0, 6.2, [0, 2, 4, 6, 8]),
            (-20.4, 0, [-30, -20, -10, 0]),
            (0, 0, [0, 0.25]),
            (0, 0.4, [0, 0.1, 0.2, 0.3, 0.4]),
        ],
    )
    def test_steps_are_round(self, lowest: float, highest: float, ticks: list[float]) -> None:
        assert scale(lowest, highest)[0] == ticks


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


class TestPalette:
    TONES = [*STATUS_TONES.values(), *SEQUENCE_TONES]

    def test_its_colours_are_those_of_the_pages(self) -> None:
        """Every colour is one of the pages, but for the grid, which is quieter than a rule, and the ink that tones too
        dark for ink take."""
        source = (ROOT / "web/charts/theme.py").read_text(encoding="utf-8")
        tokens = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8").lower()
        used = {colour.lower() for colour in re.findall(r"#[0-9A-Fa-f]{6}\b", source)}
        assert {colour for colour in used if colour not in tokens} == {"#e2e7ea", "#060b0f"}

    def test_text_on_areas_can_be_read(self) -> None:
        for tone in self.TONES:
            assert contrast(tone.fill, tone.text) >= 4.5, tone

    def test_lines_and_edges_can_be_seen(self) -> None:
        for tone in self.TONES:
            assert max(contrast(tone.fill, "#FFFFFF"), contrast(tone.edge, "#FFFFFF")) >= 3, tone
        for colour in (ACCENT, COMPARATOR, INK_2, RED):
            assert contrast(colour, "#FFFFFF") >= 4.5
