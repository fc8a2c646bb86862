"""The small charts of due days: what they draw, and what is read aloud."""

import re
from itertools import pairwise

import pytest

from web.html.due_charts import MAX_CELLS, WIDTH, days_strip, due_strip, forecast_bar

pytestmark = pytest.mark.usefixtures("english")


def label_of(svg: str) -> str:
    found = re.search(r'aria-label="([^"]+)"', svg)
    assert found
    return found[1]


def left_ends(svg: str) -> list[float]:
    return [float(x) for x in re.findall(r'class="overdue" d="M([\d.-]+)', svg)]


def test_each_measure_that_was_due_has_a_mark():
    svg = due_strip(12, 1, 10)
    assert [svg.count(f'class="{name}"') for name in ("on-time", "late", "overdue")] == [12, 1, 10]
    assert label_of(svg) == "Completed on time 12, Completed late 1, Overdue 10"


def test_above_sixty_it_is_a_bar_whose_parts_are_as_wide_as_their_counts():
    svg = due_strip(MAX_CELLS, 20, 40)
    widths = [float(width) for width in re.findall(r'<rect class="[a-z-]+"[^>]* width="([\d.]+)"', svg)]
    assert widths == pytest.approx([WIDTH / 2, WIDTH / 6, WIDTH / 3], abs=0.1)


def test_days_stand_on_their_axis_and_equal_ones_side_by_side():
    svg = days_strip([60, 0, 90, 60])
    places = left_ends(svg)
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == WIDTH - 11
    assert places[2] - places[1] == 10
    assert re.findall(r">([^<>]+)</text>", svg) == ["0 days", "30 days", "60 days", "90 days"]
    assert label_of(svg) == "Days overdue: 0, 60, 60, 90"


@pytest.mark.parametrize("days", [[1], [3], [365] * 30, list(range(1, 200)), [4000, 1]])
def test_no_day_leaves_the_picture(days):
    places = left_ends(days_strip(days))
    assert len(places) == len(days)
    assert min(places) >= -0.05
    assert max(places) <= WIDTH - 11 + 0.05


def test_the_forecast_stands_in_its_range():
    svg = forecast_bar(13, 74, 50, 125, 249)
    assert re.findall(r">([^<>]+)</text>", svg) == ["13", "50", "74", "125", "of 249"]
    assert '<text class="strong"' in svg
    assert label_of(svg) == "Completed 13, expected 74, from 50 to 125, of 249"


@pytest.mark.parametrize("counts", [(3, 3, 3, 3, 5), (0, 1, 1, 1, 1), (5, 5, 5, 5, 5), (240, 249, 241, 249, 249)])
def test_its_numbers_do_not_run_into_each_other(counts):
    svg = forecast_bar(*counts)
    texts = [(float(x), text) for x, text in re.findall(r'x="([\d.]+)" y="31">([^<>]+)</text>', svg)]
    for (x, text), (after, _next) in pairwise(texts):
        assert x + 6.6 * len(text) <= after
