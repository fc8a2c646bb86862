from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from indicators.rules import (
    Goal,
    Value,
    earliest_release,
    emission_intensity,
    goal_in_force,
    is_comparable,
    newest,
    same_period,
    why_too_early,
    year_before,
)

DAY = date(2023, 8, 29)


def value(
    amount: str,
    start: date = date(2023, 1, 1),
    end: date = date(2023, 6, 30),
    *,
    kind: str = "half_year",
    released: date = date(2023, 7, 20),
) -> Value:
    return Value("", kind, start, end, Decimal(amount), released)


def goal(amount: str, year: int, adopted: date = date(2021, 4, 6), **more: object) -> Goal:
    return Goal(year, Decimal(amount), adopted, **more)  # type: ignore[arg-type]


FIRST_QUARTER = value("4.7", end=date(2023, 3, 31), kind="quarter", released=date(2023, 4, 20))
HALF = value("6.2")


class TestTheValueOfADay:
    def test_is_that_of_the_period_that_ended_last(self) -> None:
        assert newest([HALF, FIRST_QUARTER], on=DAY) == HALF

    def test_counts_from_its_release(self) -> None:
        assert newest([HALF, FIRST_QUARTER], on=date(2023, 7, 20)) == HALF
        assert newest([HALF, FIRST_QUARTER], on=date(2023, 7, 19)) == FIRST_QUARTER
        assert newest([HALF], on=date(2023, 7, 19)) is None
        assert newest([], on=DAY) is None

    def test_is_the_revised_one_once_it_is_out(self) -> None:
        revised = value("6.1", released=date(2023, 8, 10))
        assert newest([revised, HALF], on=date(2023, 8, 9)) == HALF
        assert newest([revised, HALF], on=DAY) == revised

    def test_of_one_end_and_release_is_the_longest_period(self) -> None:
        month = value("7.0", start=date(2023, 6, 1), kind="month")
        assert newest([month, HALF], on=DAY) == HALF
        assert newest([HALF, month], on=DAY) == HALF


class TestTheValueAYearBefore:
    def test_is_of_the_same_kind_of_period(self) -> None:
        half = value("3.6", date(2022, 1, 1), date(2022, 6, 30), released=date(2022, 7, 20))
        quarter = value("5.2", date(2022, 1, 1), date(2022, 3, 31), kind="quarter", released=date(2022, 4, 20))
        months = value("3.7", date(2022, 1, 1), date(2022, 6, 30), kind="months", released=date(2022, 7, 20))
        assert year_before([quarter, months, half], HALF, on=DAY) == half
        assert year_before([quarter, months], HALF, on=DAY) is None

    def test_must_be_out_by_the_day(self) -> None:
        late = value("3.6", date(2022, 1, 1), date(2022, 6, 30), released=date(2023, 8, 30))
        assert year_before([late], HALF, on=DAY) is None

    @pytest.mark.parametrize(
        ("kind", "start", "end", "start_before", "end_before"),
        [
            ("months", date(2025, 1, 1), date(2025, 2, 28), date(2024, 1, 1), date(2024, 2, 29)),
            ("months", date(2024, 1, 1), date(2024, 2, 29), date(2023, 1, 1), date(2023, 2, 28)),
            ("month", date(2025, 2, 1), date(2025, 2, 28), date(2024, 2, 1), date(2024, 2, 29)),
            ("month", date(2023, 4, 1), date(2023, 4, 30), date(2022, 4, 1), date(2022, 4, 30)),
            ("day", date(2025, 2, 28), date(2025, 2, 28), date(2024, 2, 28), date(2024, 2, 28)),
            ("day", date(2024, 2, 29), date(2024, 2, 29), date(2023, 2, 28), date(2023, 2, 28)),
            ("year", date(2024, 1, 1), date(2024, 12, 31), date(2023, 1, 1), date(2023, 12, 31)),
        ],
    )
    def test_knows_leap_years(self, kind: str, start: date, end: date, start_before: date, end_before: date) -> None:
        now = value("2", start, end, kind=kind, released=date(2025, 7, 1))
        before = value("1", start_before, end_before, kind=kind, released=date(2025, 6, 1))
        assert year_before([now, before], now, on=date(2025, 8, 1)) == before

    @given(start=st.dates(), end=st.dates(), kind=st.sampled_from(["day", "month", "year"]))
    def test_never_breaks(self, start: date, end: date, kind: str) -> None:
        now = value("2", min(start, end), max(start, end), kind=kind, released=date.min)
        assert year_before([now], now, on=date.max) is None


def test_a_comparator_is_of_the_very_same_period_and_out_by_the_day() -> None:
    china = value("5.5", released=date(2023, 7, 17))
    assert same_period([china, FIRST_QUARTER], HALF, on=DAY) == china
    assert same_period([FIRST_QUARTER], HALF, on=DAY) is None
    assert same_period([china], HALF, on=date(2023, 7, 16)) is None


class TestTheTargetInForce:
    def test_is_the_nearest_that_is_not_past(self) -> None:
        near, far, past = goal("13", 2025), goal("20", 2030), goal("9", 2022)
        assert goal_in_force([far, past, near], on=DAY) == near
        assert goal_in_force([far, past, near], on=date(2026, 1, 1)) == far
        assert goal_in_force([past], on=DAY) is None

    def test_is_that_of_the_newest_document_adopted_by_the_day(self) -> None:
        old, new = goal("13", 2025), goal("14", 2025, date(2023, 8, 29))
        assert goal_in_force([new, old], on=date(2023, 8, 28)) == old
        assert goal_in_force([new, old], on=DAY) == new
        assert goal_in_force([goal("13", 2025, id=1), goal("14", 2025, id=2)], on=DAY) == goal("14", 2025, id=2)


def test_emission_intensity_is_tonnes_per_ten_thousand_yuan() -> None:
    # 900 Mt over 87,435.1 times 100 million yuan.
    assert emission_intensity(Decimal(900), Decimal("87435.1")) == Decimal("1.029")
    assert emission_intensity(Decimal("100.05"), Decimal(10_000)) == Decimal("1.001")  # 1.0005
    assert emission_intensity(Decimal(900), Decimal(0)) is None


@pytest.mark.parametrize(
    ("unit", "comparable"),
    [("%", True), ("% of GDP", True), ("µg/m3", True), ("points", True), ("100 million yuan", False), ("GW", False)],
)
def test_only_rates_and_concentrations_are_set_against_the_country(unit: str, comparable: bool) -> None:
    assert is_comparable(unit) is comparable


@pytest.mark.parametrize(
    ("source", "earliest"),
    [
        ("CEADs, Inventories 1997-2019; cite Guan et al. 2021, doi:10.1029/2021EF002241", date(2021, 1, 1)),
        ("引用Shan等（2022），doi:10.1016/j.scib.2022.08.024", date(2022, 1, 1)),
        ("Cui et al. (2021), Daily CO2 emission in 2019 and 2020", date(2021, 1, 1)),
        # A paper of a later year may quote what was long released.
        ("The Paper, January 2024, quoting the Yantai Bureau of Statistics", None),
        ("", None),
    ],
)
def test_no_figure_came_out_before_the_work_that_its_source_cites(source: str, earliest: date | None) -> None:
    assert earliest_release(source) == earliest


@pytest.mark.parametrize(
    ("source", "earliest"),
    [
        (
            "舜网，2023年8月16日，据全国生态日新闻发布 | Jinan News Net, on the National Ecology Day release",
            date(2023, 8, 16),
        ),
        ("Jinan News Net, 16 August 2023", date(2023, 8, 16)),
        ("Sina Finance, 2022-01-22 (public copy)", date(2022, 1, 22)),
        # A second source gives an earlier day than the report.
        ("China Daily, 29 August 2023; calendar of releases: 17 July 2023", date(2023, 7, 17)),
        # The newest of the works, and the day of the source that cites it.
        ("Guan et al. 2021, quoted by China Daily, 29 August 2023", date(2023, 8, 29)),
        ("Guan et al. 2024, in a table begun on 29 August 2023", date(2024, 1, 1)),
        # Nobody published anything on the day of a download.
        ("National Data, downloaded on 3 May 2025", None),
        ("国家数据，2025年5月3日下载", None),
        # The figure's own day, and what is none.
        ("Energy Administration, figure for 30 June 2023", None),
        ("doi:10.1029/2021EF002241, table 2023-13-45, page 12023-08-16", None),
    ],
)
def test_no_figure_came_out_before_the_day_of_its_source(source: str, earliest: date | None) -> None:
    assert earliest_release(source, after=date(2023, 6, 30) if "figure" in source else date.min) == earliest


def test_the_sentence_names_the_year_of_a_work_and_the_day_of_another_source() -> None:
    def why(source: str, day: date) -> str | None:
        with translation.override("en"):
            return why_too_early(source, day, period_end=date(2022, 12, 31))

    assert "a work of 2024" in (why("Guan et al. 2024", date(2023, 3, 1)) or "")
    assert "is of 2023-08-16" in (why("News, 16 August 2023", date(2023, 8, 15)) or "")
    assert why("News, 16 August 2023", date(2023, 8, 16)) is None
