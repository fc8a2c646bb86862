from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from ledger import questions as module
from ledger.declaration import Column, Kind, Sheet
from ledger.questions import conversions, questions, read_rows
from ledger.tables import Table, TableRow
from ledger.units import with_percentages

from .samples import PROJECTS

TARGETS = Sheet(
    "targets",
    "Targets",
    "",
    ("code",),
    (
        Column("code", "Code", "", kind=Kind.CODE, required=True),
        Column("unit", "Unit", ""),
        Column("value", "Value", "", kind=Kind.NUMBER, decimals=3, unit_in="unit"),
    ),
)


def table(name, *cells, header=None, has_base=False):
    """Return a table of one column beside the code."""
    rows = [TableRow(number, {"code": f"P{number}", name: cell}) for number, cell in enumerate(cells, 2)]
    return Table(PROJECTS, "项目", {"code": "code", name: header or f"any {name}"}, rows, has_base)


def asked(found, answers=None):
    return [(each.key, each.kind, each.examples) for each in questions(found, answers or {})]


def values(found, name, answers):
    return [row.values.get(name) for row in read_rows(found, answers)[0]]


def test_a_day_without_a_year_is_asked_for_once_and_the_answer_holds_for_all(settings):
    settings.PILOTZONE_TODAY = date(2023, 8, 29)
    found = table("due_on", "6月30日", "7月1日", "2022-01-01", "6月30日", "8.1", "9.1")
    assert asked(found) == [("projects.due_on", "year", ("6月30日", "7月1日", "8.1"))]
    assert [value for value, _label in questions(found, {})[0].choices][0::5] == ["2018", "2023", "2028"]
    answers = {"projects.due_on": "2024"}
    assert asked(found, answers) == []
    assert values(found, "due_on", answers)[:3] == [date(2024, 6, 30), date(2024, 7, 1), date(2022, 1, 1)]


def test_amounts_without_a_unit_are_asked_for():
    found = table("investment", "1,234", 3, "2 亿元", None, 0, header="总投资")
    assert asked(found) == [("projects.investment", "unit", ("1,234", "3"))]
    assert values(found, "investment", {"projects.investment": "wan"}) == [1_234, 3, 20_000, None, 0]
    assert values(found, "investment", {"projects.investment": "yi"}) == [12_340_000, 30_000, 20_000, None, 0]


def test_amounts_finer_than_what_is_kept_are_asked_about_once_their_unit_is_known():
    """The question says what would be kept; nothing is rounded unless somebody wants it, and then the preview says
    so."""
    found = table("investment", "1,234.5", 3, "0.25 万元", "x", None, header="总投资")
    examples = ("1,234.5 → 1,235 万元", "0.25 万元 → 0 万元")
    unit, rounding = ("projects.investment", "unit"), ("projects.investment.rounding", "rounding")
    assert asked(found) == [(*unit, ("1,234.5", "3")), (*rounding, examples[1:])]
    answers = {"projects.investment": "wan"}
    assert asked(found, answers) == [(*rounding, examples)]
    # In 亿元 the same digits are whole.
    assert asked(found, {"projects.investment": "yi"}) == [(*rounding, examples[1:])]
    assert asked(table("investment", "9.4201", 10, header="总投资（亿元）")) == []
    assert values(found, "investment", answers) == [None, 3, None, None, None]
    assert values(found, "investment", answers | {"projects.investment.rounding": "refuse"})[0] is None
    answers |= {"projects.investment.rounding": "round"}
    assert asked(found, answers) == []
    assert values(found, "investment", answers) == [1_235, 3, 0, None, None]
    with translation.override("en"):
        sentence = "Projects, Total investment: amounts that were rounded to whole 万元: 2"
        assert [str(each) for each in conversions(found, answers)] == [sentence]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("总投资（亿元）", 30_000),
        ("总投资\n（万元）", 3),
        ("Total investment (100 million yuan)", 30_000),
        ("Total investment (10,000 yuan)", 3),
        ("总投资(万元)", 3),
        ("investment", 30_000),
    ],
)
def test_a_header_that_names_the_unit_is_not_asked_about(header, expected):
    found = table("investment", 3, header=header)
    assert asked(found) == []
    assert values(found, "investment", {"projects.investment": "wan"}) == [expected]


def test_amounts_that_all_name_their_unit_are_not_asked_about():
    assert asked(table("investment", "3亿元", "1,234 万元", 0, "-")) == []


def test_shares_that_all_lie_between_0_and_1_are_asked_about():
    found = table("share", 0.9, "0.5", 0, None, "80%")
    assert asked(found) == [("projects.share", "scale", ("0.9", "0.5"))]
    assert values(found, "share", {"projects.share": "share"}) == [90, 50, 0, None, 80]
    assert values(found, "share", {"projects.share": "percent"}) == [Decimal("0.9"), Decimal("0.5"), 0, None, 80]


@pytest.mark.parametrize("cells", [(0.9, 90), ("90%", "80%"), (0, 0), (None,), ("much",)])
def test_shares_that_say_what_they_are_are_not_asked_about(cells):
    assert asked(table("share", *cells)) == []


def test_shares_that_we_wrote_ourselves_are_not_asked_about():
    assert asked(table("share", 0.9, has_base=True)) == []
    assert asked(table("share", 0.9, header="share")) == []


def targets(*values, has_formats=False):
    """Each value with its unit."""
    rows = [
        TableRow(number, {"code": f"T{number}", "unit": unit, "value": value})
        for number, (value, unit) in enumerate(values, 2)
    ]
    header = {"code": "code", "unit": "unit", "value": "value"}
    [found] = with_percentages([Table(TARGETS, "目标", header, rows, has_formats=has_formats)])
    return found


def test_values_of_percentages_that_all_lie_below_1_are_asked_about_and_those_of_other_units_are_not():
    found = targets(
        (0.052, "%"), ("-.25", "％"), (0, "%"), (None, "%"), (0.9, "Mt"), (38, "µg/m3"), (0.0249, "% of GDP")
    )
    assert asked(found) == [("targets.value", "scale", ("0.052", "-.25", "0.0249"))]
    shares = [Decimal("5.2"), -25, 0, None, Decimal("0.9"), 38, Decimal("2.49")]
    assert values(found, "value", {"targets.value": "share"}) == shares
    as_they_are = [Decimal("0.052"), Decimal("-0.25"), 0, None, Decimal("0.9"), 38]
    assert values(found, "value", {"targets.value": "percent"})[:6] == as_they_are


@pytest.mark.parametrize("cells", [((0.9, "%"), (1.2, "%")), (("5.2%", "%"),), ((0.9, "Mt"),), ((0.9, None),)])
def test_values_that_say_what_they_are_are_not_asked_about(cells):
    assert asked(targets(*cells)) == []


def test_where_percentages_say_so_other_numbers_are_not_asked_about():
    assert asked(targets((0.9, "%"), has_formats=True)) == []


def test_shares_that_we_wrote_are_asked_about_where_another_format_has_lost_percentages():
    assert asked(replace(table("share", 0.9, has_base=True), has_formats=False))


def test_a_cell_that_shows_a_percentage_is_said_to_be_read_so():
    found = targets(("5.2%", "%"), ("３%", "%"), (7, "%"), ("4%", "Mt"))
    assert values(found, "value", {}) == [Decimal("5.2"), 3, 7, None]
    with translation.override("en"):
        sentence = "Targets, Value: percentages were read as they are shown, such as 5.2%; cells: 2"
        assert [str(each) for each in conversions(found, {})] == [sentence]
        assert list(conversions(targets((5.2, "%")), {})) == []


def test_an_answer_that_is_none_of_the_choices_answers_nothing():
    found = table("investment", 3)
    assert asked(found, {"projects.investment": "dollars"})
    with translation.override("en"):
        rows, problems = read_rows(found, {"projects.investment": "dollars"})
    assert rows[0].wrong == ("investment",)
    assert [problem.sentence for problem in problems] == ["The amount has no unit; write 万元 or 亿元 behind it."]


def test_every_wrong_cell_is_told_with_its_place_and_the_others_are_read():
    found = table("position", "1", "many", 3)
    rows, problems = read_rows(found, {})
    assert [(row.number, dict(row.values), row.wrong) for row in rows] == [
        (2, {"code": "P2", "position": 1}, ()),
        (3, {"code": "P3"}, ("position",)),
        (4, {"code": "P4", "position": 3}, ()),
    ]
    assert [(each.sheet, each.number, each.column) for each in problems] == [("projects", 3, "position")]


def test_of_very_many_wrong_cells_the_first_are_told_and_the_others_counted(monkeypatch):
    monkeypatch.setattr(module, "MAX_FAULTS", 2)
    with translation.override("en"):
        rows, problems = read_rows(table("position", *["x"] * 5), {})
    assert [each.number for each in problems] == [2, 3, 0]
    assert problems[-1].sentence == "3 more cells of this sheet are wrong."
    assert sum(len(row.wrong) for row in rows) == 5
