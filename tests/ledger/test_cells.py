from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import TextChoices
from django.utils import translation

from core.clock import SHANGHAI
from ledger.cells import Hint, parse_cell, split_many
from ledger.declaration import Column, Kind
from ledger.raw import CellFault
from ledger.sentences import CellError
from projects.models import Stage

YI = Decimal(10_000)


def parse(value, kind, hint=None, **options):
    return parse_cell(value, Column("x", "X", "", kind=kind, **options), hint or Hint())


def refusal(value, kind, hint=None, language="en", **options):
    with pytest.raises(CellError) as caught:
        parse(value, kind, hint, **options)
    with translation.override(language):
        return str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-06-30", date(2023, 6, 30)),
        ("2023年6月30日", date(2023, 6, 30)),
        ("2023年06月30", date(2023, 6, 30)),
        (" 2023 年 6 月 30 日 ", date(2023, 6, 30)),
        ("２０２３年６月３０日", date(2023, 6, 30)),
        ("2023.6.30", date(2023, 6, 30)),
        ("2023/6/30", date(2023, 6, 30)),
        ("2023/06/30 00:00:00", date(2023, 6, 30)),
        ("20230630", date(2023, 6, 30)),
        (20230630, date(2023, 6, 30)),
        (45107, date(2023, 6, 30)),
        (45107.0, date(2023, 6, 30)),
        ("45107", date(2023, 6, 30)),
        (date(2023, 6, 30), date(2023, 6, 30)),
        (datetime.fromisoformat("2023-06-30T08:00"), date(2023, 6, 30)),
    ],
)
def test_a_day_is_read_however_it_is_written(value, expected):
    assert parse(value, Kind.DAY) == expected


@pytest.mark.parametrize("value", ["6月30日", "6-30", "6.30", "６月３０日", "06/30"])
def test_a_day_without_a_year_takes_the_answer_and_is_wrong_without_one(value):
    assert parse(value, Kind.DAY, Hint(year=2024)) == date(2024, 6, 30)
    assert "no year" in refusal(value, Kind.DAY)


@pytest.mark.parametrize(
    "value",
    ["6月底", "2023年", "六月三十日", "soon", "2023-02-30", "2023-13-01", "0000-01-01", 3, True, "2023-W05-1", -1],
)
def test_what_is_no_day_is_refused(value):
    assert refusal(value, Kind.DAY)


def test_what_is_wanted_is_said_in_the_readers_language():
    assert refusal("6月底", Kind.DAY) == "A day such as 2023-06-30 or 2023年6月30日 is wanted, not “6月底”."
    assert refusal("6月底", Kind.DAY, language="zh-hans") == "应填写日期，如2023-06-30或2023年6月30日，不能是“6月底”。"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-06", date(2023, 6, 1)),
        ("2023年6月", date(2023, 6, 1)),
        ("2023年6月份", date(2023, 6, 1)),
        ("2023.6", date(2023, 6, 1)),
        (2023.6, date(2023, 6, 1)),
        ("202306", date(2023, 6, 1)),
        (202306, date(2023, 6, 1)),
        ("2023-06-30", date(2023, 6, 1)),
        (datetime.fromisoformat("2023-06-30T00:00"), date(2023, 6, 1)),
    ],
)
def test_a_month_is_its_first_day(value, expected):
    assert parse(value, Kind.MONTH) == expected


@pytest.mark.parametrize("value", ["June", "2023-13", "2023-00", "6月", ""])
def test_what_is_no_month_is_refused(value):
    if value:
        assert "2023-06" in refusal(value, Kind.MONTH)
    else:
        assert parse(value, Kind.MONTH) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-06-30 16:00", datetime(2023, 6, 30, 16, tzinfo=SHANGHAI)),
        ("2023-06-30 9:05", datetime(2023, 6, 30, 9, 5, tzinfo=SHANGHAI)),
        ("2023-06-30T16:00:01.000005", datetime(2023, 6, 30, 16, 0, 1, 5, tzinfo=SHANGHAI)),
        ("2023-06-30 16:00:00+00:00", datetime(2023, 6, 30, 16, tzinfo=UTC)),
        ("2023年6月30日 16:00", datetime(2023, 6, 30, 16, tzinfo=SHANGHAI)),
        ("2023-06-30", datetime(2023, 6, 30, tzinfo=SHANGHAI)),
        (45107.5, datetime(2023, 6, 30, 12, tzinfo=SHANGHAI)),
        (datetime.fromisoformat("2023-06-30T16:00"), datetime(2023, 6, 30, 16, tzinfo=SHANGHAI)),
        (date(2023, 6, 30), datetime(2023, 6, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_moment_is_shanghais_unless_it_says_otherwise(value, expected):
    assert parse(value, Kind.MOMENT) == expected


@pytest.mark.parametrize("value", ["2023-06-30 25:00", "16:00", "2023-06-30 soon", 7.5])
def test_what_is_no_moment_is_refused(value):
    assert "16:00" in refusal(value, Kind.MOMENT)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,234.0 万元", 1_234),
        # What a formula's 0.3 of 亿元 is.
        (0.1 + 0.2, 3_000),
        ("１，２３４ 万元", 1_234),
        ("2.5亿元", 25_000),
        ("2.5 亿", 25_000),
        ("9.42", 94_200),
        (9.42, 94_200),
        (3, 30_000),
        ("0.0001", 1),
        ("12,340,000元", 1_234),
        ("3 million", None),
    ],
)
def test_an_amount_is_whole_wan_and_yi_where_it_has_no_unit(value, expected):
    if expected is None:
        assert "number" in refusal(value, Kind.MONEY)
    else:
        assert parse(value, Kind.MONEY) == expected


@pytest.mark.parametrize(
    ("value", "amount", "kept"),
    [
        ("1,234.5 万元", "1234.5", 1_235),
        ("1,234.4万元", "1234.4", 1_234),
        ("0.12345", "1234.5", 1_235),
        (0.33333333, "3333.3333", 3_333),
        ("12,345,678元", "1234.5678", 1_235),
        ("3000元", "0.3", 0),
    ],
)
def test_an_amount_finer_than_what_is_kept_is_rounded_only_where_somebody_said_so(value, amount, kept):
    sentence = f"Amounts are kept in whole 万元 (10,000 yuan): {amount} would become {kept}. Write a whole one."
    assert refusal(value, Kind.MONEY) == sentence
    assert parse(value, Kind.MONEY, Hint(rounds=True)) == kept


def test_an_amount_without_a_unit_takes_the_answer():
    assert parse("94,200", Kind.MONEY, Hint(unit=Decimal(1))) == 94_200
    assert parse("94,200亿元", Kind.MONEY, Hint(unit=Decimal(1))) == 942_000_000
    assert "unit" in refusal("94,200", Kind.MONEY, Hint(unit=None))


def test_the_bounds_of_an_amount_are_in_wan():
    assert parse("1", Kind.MONEY, most=10_000) == 10_000
    assert refusal("1.0001", Kind.MONEY, most=10_000) == "At most 10000 万元 (10,000 yuan) is wanted."
    assert refusal("-1", Kind.MONEY, least=0) == "At least 0 万元 (10,000 yuan) is wanted."


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (90, Hint(), "90"),
        ("90%", Hint(), "90"),
        ("９０％", Hint(), "90"),
        ("90 %", Hint(is_share=True), "90"),
        (0.9, Hint(), "0.9"),
        (0.9, Hint(is_share=True), "90"),
        (0.07, Hint(is_share=True), "7"),
        ("0.125", Hint(is_share=True), "12.5"),
        (1, Hint(is_share=True), "100"),
    ],
)
def test_a_share_is_percent(value, hint, expected):
    assert parse(value, Kind.PERCENT, hint, decimals=2) == Decimal(expected)


def test_a_share_without_decimals_is_a_whole_number():
    found = parse("40%", Kind.PERCENT)
    assert (found, type(found)) == (40, int)
    assert refusal("40.5%", Kind.PERCENT) == "A whole number is wanted, not 40.5."


def test_a_percentage_is_the_number_that_it_shows_in_a_row_whose_unit_is_per_cent():
    options = {"decimals": 6, "unit_in": "unit"}
    assert parse("5.2%", Kind.NUMBER, Hint(is_percentage=True), **options) == Decimal("5.2")
    assert parse("-5.2 ％", Kind.NUMBER, Hint(is_percentage=True), **options) == Decimal("-5.2")
    assert parse(0.052, Kind.NUMBER, Hint(is_percentage=True), **options) == Decimal("0.052")
    assert parse(0.052, Kind.NUMBER, Hint(is_percentage=True, is_share=True), **options) == Decimal("5.2")
    # An answer about percentages says nothing of tonnes.
    assert parse(0.052, Kind.NUMBER, Hint(is_share=True), **options) == Decimal("0.052")
    sentence = "This is a percentage, and the row is in another unit: write the number in the unit of the row."
    assert refusal("5.2%", Kind.NUMBER, **options) == sentence
    assert refusal("5.2%", Kind.MONEY) == "A number is wanted, not “5.2%”."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,234.5", "1234.5"),
        ("１２３．５", "123.5"),
        ("-3.25", "-3.25"),
        ("−3", "-3"),
        ("+3", "3"),
        (".5", "0.5"),
        (0.1 + 0.2, "0.3"),
        (6.2, "6.2"),
        (1e-3, "0.001"),
        ("3.000", "3"),
        ("-0", "0"),
    ],
)
def test_a_number_is_exactly_what_is_written(value, expected):
    found = parse(value, Kind.NUMBER, decimals=3)
    assert (found, str(found)) == (Decimal(expected), expected)


@pytest.mark.parametrize(
    "value", ["many", "1,23", "1e5", "nan", "inf", "1.2.3", "-", float("inf"), float("nan"), True, date(2023, 1, 1)]
)
def test_what_is_no_number_is_refused(value):
    assert "A number is wanted" in refusal(value, Kind.NUMBER)


def test_a_number_keeps_to_the_bounds_of_its_column():
    assert refusal("1.2345", Kind.NUMBER, decimals=3) == "Up to 3 decimals are wanted."
    assert refusal("1.5", Kind.WHOLE) == "A whole number is wanted, not 1.5."
    assert refusal("1" * 40, Kind.NUMBER) == "The number is too large."
    assert refusal("11", Kind.WHOLE, most=10) == "At most 10 is wanted."
    assert parse(12.0, Kind.WHOLE) == 12


@pytest.mark.parametrize("value", ["是", "Yes", "√", "TRUE", True, 1, "１", "对"])
def test_yes_in_both_languages(value):
    assert parse(value, Kind.YES_NO) is True


@pytest.mark.parametrize("value", ["否", "no", "×", False, 0, " N "])
def test_no_in_both_languages(value):
    assert parse(value, Kind.YES_NO) is False
    assert "Yes or no" in refusal("maybe", Kind.YES_NO)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("value", ["completed", "Completed", " COMPLETED ", "建成"])
def test_a_choice_is_read_by_value_and_by_its_label_in_either_language(value, language):
    with translation.override(language):
        assert parse(value, Kind.CHOICE, choices=Stage.choices) == "completed"


def test_a_choice_that_is_none_names_those_that_are():
    assert (
        refusal("done", Kind.CHOICE, choices=Stage.choices)
        == "“done” is not one of: Preparing, Under construction, Completed, In production, Suspended."
    )


def test_a_label_that_two_choices_share_names_neither():
    twins = TextChoices("Twins", {"A": ("a", "Same"), "B": ("b", "Same")})
    assert refusal("Same", Kind.CHOICE, choices=twins.choices)
    assert parse("b", Kind.CHOICE, choices=twins.choices) == "b"


def test_a_code_is_in_ascii_digits_and_a_reference_stays_as_written():
    assert parse(" Ｍ００１ ", Kind.CODE) == "M001"
    assert parse(12, Kind.CODE) == "12"
    assert parse("省科技厅（局）", Kind.REFERENCE) == "省科技厅（局）"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a; b", ("a", "b")),
        ("a；b；", ("a", "b")),
        ("a、b", ("a", "b")),
        ("甲、乙厅;丙", ("甲、乙厅", "丙")),
        ("a\r\nb", ("a", "b")),
        (None, ()),
        (" ", ()),
        (12, ("12",)),
    ],
)
def test_many_values_stand_in_one_cell(cell, expected):
    assert parse(cell, Kind.REFERENCE, many=True) == expected
    assert split_many(" ; ; ") == []


def test_a_text_keeps_its_lines_and_is_bounded():
    assert parse(" one\r\ntwo ", Kind.TEXT) == "one\ntwo"
    assert parse(3.5, Kind.TEXT) == "3.5"
    assert parse(date(2023, 6, 30), Kind.TEXT) == "2023-06-30"
    assert refusal("four", Kind.TEXT, most=3) == "Up to 3 characters; this has 4."


@pytest.mark.parametrize("letter", ["\x00", "\x0b", "\x1b", "\u202e"])
def test_control_characters_are_refused(letter):
    assert "control" in refusal(f"a{letter}b", Kind.TEXT)
    assert "control" in refusal(f"a{letter}b", Kind.CODE)


@pytest.mark.parametrize("kind", Kind)
def test_a_failed_formula_is_refused_in_every_column(kind):
    options = {"choices": Stage} if kind is Kind.CHOICE else {}
    assert "(#REF!)" in refusal(CellFault("#REF!"), kind, **options)
    assert "(#N/A)" in refusal("#N/A", kind, **options)
    assert "no value" in refusal(CellFault(""), kind, **options)


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_cell_is_none(kind):
    assert parse(None, kind) is None
    assert parse(" 　", kind) is None
