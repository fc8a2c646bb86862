"""The chart of a measure's status as data. tests/browser sees it drawn."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from measures.charts.status_history import status_history_figure
from tests.charts import checked
from web.charts.steps import Step

CHANGES = (
    Step(date(2023, 5, 31), "in_progress"),
    Step(date(2023, 5, 31), "completed", is_superseded=True),
    Step(date(2023, 4, 20), "in_progress"),
    Step(date(2023, 1, 3), "promoting"),
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_the_line_passes_what_counts_and_ends_at_the_day() -> None:
    line, wrong = checked(status_history_figure(CHANGES, date(2023, 6, 30), date(2023, 8, 29)))["data"]
    assert line["x"] == ["2023-01-03", "2023-04-20", "2023-05-31", "2023-08-29"]
    assert line["y"] == [0, 1, 1, 1]
    assert (wrong["x"], wrong["y"], wrong["marker"]["symbol"]) == (["2023-05-31"], [2], "x-thin")


def test_the_due_day_is_a_red_dashed_line_with_its_date_above_the_plot() -> None:
    figure = status_history_figure(CHANGES, date(2023, 6, 30), date(2023, 8, 29))
    corrected, due = figure["layout"]["annotations"]
    assert (corrected["text"], due["text"]) == ("31 May, corrected", "Due date 30 Jun")
    assert (due["x"], due["y"], due["yref"], due["yanchor"]) == ("2023-06-30", 1, "paper", "bottom")
    (line,) = figure["layout"]["shapes"]
    assert (line["x0"], line["line"]["color"]) == ("2023-06-30", "#B3261E")


@pytest.mark.parametrize(
    ("due_on", "side"), [(date(2023, 1, 10), "left"), (date(2023, 5, 1), "center"), (date(2023, 8, 20), "right")]
)
def test_the_label_of_the_due_day_stays_within_the_chart(due_on: date, side: str) -> None:
    *_corrected, due = status_history_figure(CHANGES, due_on, date(2023, 8, 29))["layout"]["annotations"]
    assert due["xanchor"] == side


def test_a_due_day_far_ahead_is_said_and_not_red() -> None:
    figure = checked(status_history_figure(CHANGES[2:], date(2025, 12, 31), date(2023, 8, 29)))
    (note,) = figure["layout"]["annotations"]
    assert note["text"] == "Due date 31 December 2025 →"
    assert note["font"]["color"] == "#43525F"
    assert figure["layout"]["shapes"] == []


def test_of_two_changes_on_one_day_the_newer_holds() -> None:
    same_day = [Step(date(2023, 4, 20), "completed"), Step(date(2023, 4, 20), "in_progress")]
    (line,) = checked(status_history_figure([*same_day, CHANGES[-1]], None, date(2023, 8, 29)))["data"]
    assert line["y"] == [0, 1, 2, 2]


def test_later_changes_are_left_out() -> None:
    (line,) = checked(status_history_figure(CHANGES, None, date(2023, 3, 31)))["data"]
    assert (line["x"], line["y"]) == (["2023-01-03", "2023-03-31"], [0, 0])


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2023, 1, 3), date(9999, 12, 31)])
def test_no_day_breaks_it(day: date) -> None:
    checked(status_history_figure(CHANGES, date(2023, 6, 30), day))
