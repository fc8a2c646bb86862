from datetime import date

import pytest
from django.utils import translation
from django.utils.safestring import mark_safe

from problems.rules import time_left
from problems.workflow import ProblemState
from web.html.bars import status_bar
from web.html.marks import (
    change_mark,
    light_count,
    light_mark,
    problem_due,
    problem_state_mark,
    provenance_tag,
    status_mark,
)

pytestmark = pytest.mark.usefixtures("english")


def test_a_light_that_nothing_has_is_quiet():
    assert 'class="light light-red light-none"' in light_mark("red", count=0)
    assert "light-none" not in light_mark("red", count=1) + light_mark("red")


@pytest.mark.parametrize(
    ("status", "filled", "word"),
    [("promoting", 1, "Under way"), ("in_progress", 2, "Progress made"), ("completed", 3, "Completed")],
)
def test_a_status_is_three_cells_and_its_word(status, filled, word):
    mark = status_mark(status)
    assert mark.count("<rect") == 3
    assert mark.count('class="cell on"') == filled
    assert mark.endswith(f"{word}</span>")


def test_a_light_is_a_shape_and_its_word_and_says_why():
    mark = light_mark("red", note="60 days <late>")
    assert "light-red" in mark and "Red light" in mark and "60 days &lt;late&gt;" in mark
    assert "<circle" in light_mark("green")


def test_in_a_count_column_a_light_is_its_number_and_none_is_a_quiet_zero():
    assert light_count("red", 0) == '<span class="zero">0</span>'
    link = light_count("red", 3, href="/measures/?light=red&section=energy")
    assert '<a class="figure" href="/measures/?light=red&amp;section=energy">3</a>' in link
    bare = light_count("yellow", 12)
    assert ">12</span>" in bare and "Yellow" not in bare


def test_a_published_figure_says_for_which_day():
    assert ">Published 2023-06-30<" in provenance_tag("published", on=date(2023, 6, 30))
    assert ">Illustrative<" in provenance_tag("illustrative", on=date(2023, 6, 30))
    assert provenance_tag("") == ""


def test_a_note_is_escaped_unless_it_is_markup_and_so_is_an_address():
    note = "<script>"
    assert light_mark("red", note=note).endswith('<span class="quiet">&lt;script&gt;</span>')
    assert light_mark("red", note=mark_safe(note)).endswith('<span class="quiet"><script></span>')
    shown = light_count("red", 2, href='/?a="><script>&b')
    assert '<a class="figure" href="/?a=&quot;&gt;&lt;script&gt;&amp;b">2</a>' in shown


def test_marks_and_bars_follow_the_language():
    with translation.override("en"):
        assert "Completed" in status_mark("completed")
        assert "Completed 2, Progress made 0, Under way 1" in status_bar(2, 0, 1, 3)
    with translation.override("zh-hans"):
        assert "已完成" in status_mark("completed")
        assert "已完成2" in status_bar(2, 0, 1, 3).replace(" ", "")


def test_a_change_of_status_says_which_way_it_went():
    assert change_mark("in_progress", "in_progress") == ""
    assert change_mark(None, "promoting") == '<span class="tag">Newly listed</span>'
    assert change_mark("promoting", "completed") == (
        '<span class="tag">Changed</span> <span class="quiet nowrap">was: Under way</span>'
    )
    assert ">Status reversed<" in change_mark("completed", "in_progress")


def test_the_state_of_a_problem_is_four_dots_and_its_word():
    filled = {"raised": 1, "assigned": 2, "solved": 3, "closed": 4, "withdrawn": 0}
    for state, count in filled.items():
        mark = problem_state_mark(ProblemState(state))
        assert mark.count("<circle") == 4
        assert mark.count('class="dot on"') == count, state
        assert mark.endswith(f"{ProblemState(state).label}</span>")


def test_a_problem_says_how_long_is_left():
    day, words = date(2023, 8, 29), {}
    for state in ("raised", "assigned", "solved", "closed"):
        for name, due_on in (("late", date(2023, 8, 20)), ("today", day), ("ahead", date(2023, 9, 15)), ("none", None)):
            words[state, name] = problem_due(time_left(state, due_on, since=day, on=day))
    assert words["assigned", "late"] == '<strong class="past-due nowrap">9 days overdue</strong>'
    assert ">Due today<" in words["assigned", "today"]
    assert ">17 days left<" in words["assigned", "ahead"]
    assert ">No due date set<" in words["assigned", "none"]
    # What waits for the office has its seven days, whatever the owner's due date.
    for state in ("raised", "solved"):
        assert {words[state, name] for name in ("late", "today", "ahead", "none")} == {
            '<span class="nowrap">7 days left</span>'
        }
        waited = [problem_due(time_left(state, None, since=date(2023, 8, since), on=day)) for since in (22, 21)]
        assert waited == [
            '<span class="nowrap">Due today</span>',
            '<strong class="past-due nowrap">1 day overdue</strong>',
        ]
    assert words["closed", "late"] == words["closed", "none"] == "—"
