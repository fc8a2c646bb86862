"""Derived values by hand, and against a plain recount."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from indicators.derived import Derived, Part, derived_values, misfit, with_digits


class Row(NamedTuple):
    value: Decimal
    released_on: date
    period_kind: str = "year"
    period_start: date = date(2022, 1, 1)
    period_end: date = date(2022, 12, 31)
    scope: str = ""


def row(value: str, released: date = date(2023, 1, 20), year: int = 2022, **more: Any) -> Row:
    own = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), **more}
    return Row(Decimal(value), released, **own)


def values(found: list[Derived]) -> list[tuple[str, str]]:
    return [(str(each.value), each.released_on.isoformat()) for each in found]


JANUARY, MARCH, MAY = date(2023, 1, 20), date(2023, 3, 1), date(2023, 5, 1)


class TestTheForms:
    @pytest.mark.parametrize(
        ("form", "one", "other", "expected"),
        [
            # GDP of 2022 in 100 million yuan, its tertiary sector, and people in 10 thousand.
            ("share", "46122.3", "87435", "52.75"),
            ("ratio", "393.316", "87435", "0.004498"),
            ("per_head", "87435", "10162.79", "8.603"),
            ("per_head", "87435000", "1017", "85973"),
            ("difference", "42.92", "31.45", "11.47"),
            ("difference", "5.5", "6.2", "-0.7"),
            # Half up, away from zero too.
            ("share", "1", "800", "0.13"),
            ("share", "-1", "800", "-0.13"),
            ("ratio", "-1", "4", "-0.2500"),
            ("ratio", "1", "-4", "-0.2500"),
            ("ratio", "0", "4", "0.000"),
            ("share", "-0.001", "100", "0.00"),
        ],
    )
    def test_of_one_period(self, form: str, one: str, other: str, expected: str) -> None:
        assert values(derived_values(form, [row(one)], [row(other)])) == [(expected, "2023-01-20")]

    @pytest.mark.parametrize(
        ("form", "other"), [("ratio", "0"), ("share", "0"), ("share", "-5"), ("per_head", "0"), ("per_head", "-1")]
    )
    def test_nothing_is_divided_by_nothing(self, form: str, other: str) -> None:
        assert derived_values(form, [row("5")], [row(other)]) == []

    def test_a_change_on_the_year(self) -> None:
        series = [row("83100", date(2022, 1, 20), 2021), row("87435")]
        [found] = derived_values("year_on_year", series, [])
        assert (found.value, found.released_on, found.inputs) == (Decimal("5.2"), JANUARY, (series[1], series[0]))
        assert derived_values("year_on_year", [row("0", year=2021), row("5")], []) == []
        assert derived_values("year_on_year", [row("-2", year=2021), row("5")], []) == []
        assert derived_values("year_on_year", [row("4", year=2020), row("5")], []) == []

    def test_a_change_on_the_year_needs_the_same_kind_of_period(self) -> None:
        quarter = {"period_kind": "quarter", "period_start": date(2022, 10, 1)}
        assert derived_values("year_on_year", [row("4", year=2021), row("5", **quarter)], []) == []

    def test_a_month_of_february_follows_on_february(self) -> None:
        month = {"period_kind": "month"}
        february = row("110", **month, period_start=date(2024, 2, 1), period_end=date(2024, 2, 29))
        before = row("100", **month, period_start=date(2023, 2, 1), period_end=date(2023, 2, 28))
        assert values(derived_values("year_on_year", [before, february], [])) == [("10.0", "2023-01-20")]

    def test_people_are_those_of_the_end_of_the_year(self) -> None:
        day = {"period_kind": "day", "period_start": date(2022, 12, 31)}
        people = row("10162.79", MARCH, **day)
        assert values(derived_values("per_head", [row("87435")], [people])) == [("8.603", "2023-03-01")]
        half = row("41717", period_kind="half_year", period_end=date(2022, 6, 30))
        june = row("10160", period_kind="day", period_start=date(2022, 6, 30), period_end=date(2022, 6, 30))
        assert derived_values("per_head", [half], [people, june]) == []

    @pytest.mark.parametrize("form", ["ratio", "share", "difference"])
    def test_the_very_same_period_is_needed(self, form: str) -> None:
        day = row("5", period_kind="day", period_start=date(2022, 12, 31))
        assert derived_values(form, [row("5")], [day, row("5", year=2021)]) == []

    def test_a_part_is_set_against_the_whole_but_not_against_another_part(self) -> None:
        part, other = row("5", scope="可再生|renewables"), row("7", scope="核电|nuclear")
        assert len(derived_values("share", [part], [row("10")])) == 1
        assert len(derived_values("share", [part], [part])) == 1
        assert derived_values("share", [part], [other]) == []
        assert derived_values("year_on_year", [row("4", year=2021), part], []) == []


class TestReleases:
    def test_a_value_is_known_when_the_later_input_is(self) -> None:
        assert values(derived_values("ratio", [row("1", MARCH)], [row("2", JANUARY)])) == [("0.5000", "2023-03-01")]

    def test_a_revision_of_either_input_makes_a_later_release(self) -> None:
        own = [row("10", JANUARY), row("12", MAY)]
        others = [row("40", JANUARY), row("50", MARCH)]
        assert values(derived_values("share", own, others)) == [
            ("25.00", "2023-01-20"),
            ("20.00", "2023-03-01"),
            ("24.00", "2023-05-01"),
        ]

    def test_a_revision_before_the_other_input_came_is_no_release(self) -> None:
        own = [row("10", JANUARY), row("12", MARCH)]
        assert values(derived_values("share", own, [row("50", MAY)])) == [("24.00", "2023-05-01")]

    def test_a_revised_year_before_revises_the_change(self) -> None:
        series = [row("100", JANUARY, 2021), row("80", MAY, 2021), row("120", MARCH)]
        assert values(derived_values("year_on_year", series, [])) == [("20.0", "2023-03-01"), ("50.0", "2023-05-01")]

    def test_a_value_that_a_revision_takes_away_is_none(self) -> None:
        others = [row("4", JANUARY), row("0", MARCH)]
        assert derived_values("share", [row("1")], others) == []
        assert values(derived_values("share", [row("1")], others[:1])) == [("25.00", "2023-01-20")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("8.63749", "8.637"), ("8.6375", "8.638"), ("86003.4", "86003"), ("0.0045749", "0.004575"), ("1E-9", "0.000000")],
)
def test_ratios_have_four_digits_and_at_most_six_decimals(value: str, expected: str) -> None:
    assert str(with_digits(Decimal(value))) == expected


amounts = st.decimals(min_value="0.01", max_value="99999", places=2)
days = st.dates(date(2023, 1, 1), date(2023, 1, 12))
rows = st.lists(
    st.builds(row, amounts, days, st.integers(2019, 2022)),
    max_size=12,
    unique_by=lambda each: (each.period_end, each.released_on),
)
forms = st.sampled_from(["ratio", "share", "difference", "year_on_year", "per_head"])


def newest_by(rows: list[Row], year: int, day: date) -> Row | None:
    released = [each for each in rows if each.period_end.year == year and each.released_on <= day]
    return max(released, key=lambda each: each.released_on, default=None)


def recount(form: str, own: list[Row], others: list[Row], year: int, day: date) -> Decimal | None:
    """The value of a year as of a day, from nothing but the newest inputs, with fractions."""
    one = newest_by(own, year, day)
    other = newest_by(own, year - 1, day) if form == "year_on_year" else newest_by(others, year, day)
    if one is None or other is None:
        return None
    if form == "difference":
        return one.value - other.value
    exact = Fraction(one.value) / Fraction(other.value)
    if form == "year_on_year":
        return round_half_up((exact - 1) * 100, 1)
    if form == "share":
        return round_half_up(exact * 100, 2)
    whole = len(str(int(exact))) if exact >= 1 else 0
    leading = 0
    while exact < 1 and exact * 10 ** (leading + 1) < 1:
        leading += 1
    return round_half_up(exact, min(max(4 - whole, 0) if whole else 4 + leading, 6))


def round_half_up(exact: Fraction, decimals: int) -> Decimal:
    scaled = abs(exact) * 10**decimals
    amount = Decimal(int(scaled + Fraction(1, 2))).scaleb(-decimals)
    return amount if exact >= 0 else -amount


def as_of(found: list[Derived], year: int, day: date) -> Decimal | None:
    released = [each for each in found if each.inputs[0].period_end.year == year and each.released_on <= day]
    return max(released, key=lambda each: each.released_on).value if released else None


@given(form=forms, own=rows, others=rows, day=days)
def test_each_day_has_what_a_plain_recount_of_that_day_gives(
    form: str, own: list[Row], others: list[Row], day: date
) -> None:
    found = derived_values(form, own, others)
    for year in range(2019, 2023):
        assert as_of(found, year, day) == recount(form, own, others, year, day)


@given(form=forms, own=rows, others=rows, day=days)
def test_as_of_a_day_only_what_was_released_by_it_is_used(
    form: str, own: list[Row], others: list[Row], day: date
) -> None:
    known_own, known_others = ([each for each in given if each.released_on <= day] for given in (own, others))
    by_then = derived_values(form, known_own, known_others)
    assert by_then == [each for each in derived_values(form, own, others) if each.released_on <= day]
    assert all(released.released_on <= day for each in by_then for released in each.inputs)


GDP, TERTIARY = Part("gdp", "100 million yuan"), Part("tertiary", "100 million yuan")
PEOPLE, RATE = Part("people", "10 thousand people"), Part("rate", "%")


@pytest.mark.parametrize(
    ("form", "unit", "source", "other"),
    [
        ("share", "%", TERTIARY, GDP),
        ("share", "% of GDP", TERTIARY, GDP),
        ("difference", "100 million yuan", GDP, TERTIARY),
        ("difference", "points", RATE, Part("other_rate", "%")),
        ("per_head", "10 thousand yuan", GDP, PEOPLE),
        ("ratio", "Mtce per 100 million yuan", Part("energy", "Mtce"), GDP),
        ("year_on_year", "%", GDP, None),
        ("", "%", None, None),
    ],
)
def test_what_fits(form: str, unit: str, source: Part | None, other: Part | None) -> None:
    assert misfit(form, Part("own", unit, bool(form)), source, other) is None


@pytest.mark.parametrize(
    ("form", "unit", "source", "other", "field", "sentence"),
    [
        ("", "%", GDP, None, "derived_form", "Say how it is derived from these, or name none."),
        ("share", "%", None, GDP, "derived_from", "Name the indicator that it is derived from."),
        ("share", "%", GDP, None, "derived_with", "This form needs a second indicator."),
        (
            "year_on_year",
            "%",
            GDP,
            TERTIARY,
            "derived_with",
            "A change on the year is derived from one indicator alone.",
        ),
        ("share", "%", Part("own", "%"), GDP, "derived_from", "An indicator is not derived from itself."),
        ("share", "%", GDP, GDP, "derived_with", "Name two different indicators."),
        (
            "share",
            "%",
            TERTIARY,
            GDP._replace(is_derived=True),
            "derived_with",
            "gdp is derived itself; name one that has values.",
        ),
        (
            "share",
            "yuan",
            TERTIARY,
            GDP,
            "unit",
            "A share or a change on the year is in per cent: its unit begins with %.",
        ),
        (
            "share",
            "%",
            PEOPLE,
            GDP,
            "derived_with",
            "A share or a difference needs two indicators of one unit; these are in 10 thousand people and 100 million "
            "yuan.",
        ),
        (
            "difference",
            "yuan",
            GDP,
            TERTIARY,
            "unit",
            "A difference is in the unit of its indicators, 100 million yuan.",
        ),
        (
            "per_head",
            "yuan",
            GDP,
            TERTIARY,
            "derived_with",
            "Per head needs a number of people; tertiary is in 100 million yuan.",
        ),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    form: str, unit: str, source: Part | None, other: Part | None, field: str, sentence: str
) -> None:
    with translation.override("en"):
        found = misfit(form, Part("own", unit, bool(form)), source, other)
    assert found == (field, sentence)


def test_the_recount_rounds_half_up() -> None:
    assert round_half_up(Fraction(1, 8), 2) == Decimal("0.125").quantize(Decimal("0.01"), ROUND_HALF_UP)
