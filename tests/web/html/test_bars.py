import re

import pytest

from web.html.bars import status_bar, value_bar

pytestmark = pytest.mark.usefixtures("english")


def test_the_status_bar_says_its_counts_and_its_parts_fill_it():
    bar = status_bar(13, 105, 131, 249, tick=22.0, plan_tick=9.2, labels=True, plan_note=" (23 due)")
    assert (
        'aria-label="Completed 13, Progress made 105, Under way 131; Time elapsed 22.0%; Planned completion 9.2%"'
        in bar
    )
    assert 'x="0.00%" y="8" width="5.22%"' in bar
    assert 'x="5.22%" y="8" width="42.17%"' in bar
    assert 'x="47.39%" y="8" width="52.61%"' in bar
    assert 'x="22.0%"' in bar and "Planned completion 9.2% (23 due)" in bar
    assert "style=" not in bar


def test_an_empty_group_has_an_empty_bar():
    bar = status_bar(1, 0, 248, 249, plan_tick=0.4, labels=True)
    assert bar.index("tick-plan") < bar.index('status-completed" x="0" width="3"'), "one of many is seen, over its tick"
    bar = status_bar(0, 0, 0, 0)
    assert 'aria-label="Nothing to measure"' in bar
    assert "part" not in bar


def test_a_tick_label_near_the_end_of_the_bar_stands_on_its_left():
    assert 'text-anchor="end"' in status_bar(9, 1, 0, 10, tick=90, labels=True)
    assert "text-anchor" not in status_bar(9, 1, 0, 10, tick=20, labels=True)


@pytest.mark.parametrize(
    ("tick", "plan_tick", "upper"),
    [(22, 9.2, "elapsed"), (9.2, 22, "plan"), (88.5, 80.1, "plan"), (80.1, 88.5, "elapsed"), (50, 60, "elapsed")],
)
def test_no_tick_runs_through_the_words_of_another(tick, plan_tick, upper):
    """Words at the right of their ticks: the upper ones belong to the tick further right; at the left, further left."""
    bar = status_bar(9, 1, 0, 10, tick=tick, plan_tick=plan_tick, labels=True)
    rows = re.findall(r'tick-label-(\w+)" x="[\d.]+%" y="40" dy="([\d.]+)em"', bar)
    assert {kind for kind, row in rows if row == "0.75"} == {upper}
    assert len(rows) == 2
    heights = dict(re.findall(r'height="(\d+)" overflow.*?tick-(\w+)"', bar))
    assert heights == {"38": upper, "56": "plan" if upper == "elapsed" else "elapsed"}


def test_a_value_bar_is_a_share_of_the_largest():
    assert 'width="25.00%"' in value_bar(5, 20)
    assert 'width="0%"' in value_bar(5, 0)
