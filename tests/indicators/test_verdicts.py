"""Verdicts on targets: the expectations are computed by hand, with the path of each noted beside it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from indicators.models import Indicator
from indicators.rules import Goal, Value
from indicators.verdict_words import earlier_sentence, pace_sentence, verdict_note, working_sentences
from indicators.verdicts import (
    Judgement,
    Point,
    Reason,
    Verdict,
    earlier_goals,
    forecast,
    judge,
    judged_goal,
    path_value,
)

DAY = date(2023, 8, 29)
AHEAD, ON_TRACK, BEHIND, CANNOT_JUDGE = Verdict


def year(number: int, amount: str, *, released: date | None = None, scope: str = "") -> Value:
    """Return a value of a whole year, released on 28 February after it."""
    start, end = date(number, 1, 1), date(number, 12, 31)
    return Value(str(number), "year", start, end, Decimal(amount), released or date(number + 1, 2, 28), scope)


def since(number: int, until: date, amount: str) -> Value:
    """A change since the end of the year before `number`, released a month after its end."""
    released = date(until.year + 1, 1, 31)
    return Value("", "years", date(number, 1, 1), until, Decimal(amount), released)


def on_day(day: date, amount: str, released: date | None = None) -> Value:
    return Value("", "day", day, day, Decimal(amount), released or day)


def goal(amount: str, due: int, adopted: date = date(2021, 4, 6), **more: Any) -> Goal:
    return Goal(due, Decimal(amount), adopted, **more)


def from_2020(start: str, end: str, **more: Any) -> Goal:
    """Return a goal from the end of 2020 to that of 2025: 1,826 days, of which 730 have passed by the end of 2022."""
    return goal(end, 2025, baseline_value=Decimal(start), baseline_on=date(2020, 12, 31), **more)


def judged(values: list[Value], target: Goal, sign: int = 1, *, on: date = DAY, cumulative: bool = False) -> Judgement:
    return judge(values, target, sign=sign, cumulative=cumulative, on=on)


SHARE = Indicator(unit="%")
RISE, CUT = from_2020("10", "20"), from_2020("50", "40")
ENERGY = goal("-14.5", 2025, since=2020, baseline_value=Decimal(0), baseline_on=date(2020, 12, 31))
UNSTATED = goal("20", 2025, date(2022, 12, 31))
STEPS = from_2020("10", "20", milestones=((date(2021, 12, 31), Decimal(11)), (date(2023, 12, 31), Decimal(16))))


@pytest.mark.parametrize(
    ("amount", "verdict", "attainment"),
    [
        # 10 + 10 x 730 / 1,826 = 13.99781 is required: a way of 3.99781.
        ("14", ON_TRACK, "100.1"),
        ("13.8", ON_TRACK, "95.1"),
        ("13.79", BEHIND, "94.8"),
        ("14.19", ON_TRACK, "104.8"),
        ("14.2", AHEAD, "105.1"),
        ("10", BEHIND, "0.0"),
        ("9", BEHIND, "-25.0"),
        ("19.9", AHEAD, "247.6"),
        ("20", AHEAD, "250.1"),
    ],
)
def test_a_rise(amount: str, verdict: Verdict, attainment: str) -> None:
    got = judged([year(2022, amount)], RISE)
    assert (got.verdict, str(got.attainment)) == (verdict, attainment)
    assert (got.is_met, got.is_baseline_inferred) == (amount == "20", False)


@pytest.mark.parametrize(
    ("amount", "verdict", "attainment"),
    [
        # 50 - 3.99781 = 46.00219 is required.
        ("46", ON_TRACK, "100.1"),
        ("47", BEHIND, "75.0"),
        ("45", AHEAD, "125.1"),
        ("51", BEHIND, "-25.0"),
        ("40", AHEAD, "250.1"),
        ("39", AHEAD, "275.2"),
    ],
)
def test_a_cut(amount: str, verdict: Verdict, attainment: str) -> None:
    got = judged([year(2022, amount)], CUT, -1)
    assert (got.verdict, str(got.attainment)) == (verdict, attainment)


@pytest.mark.parametrize(
    ("amount", "verdict", "attainment"),
    [
        # By the end of 2023, -14.5 x 1,095 / 1,826 = -8.69523.
        ("-11.1", AHEAD, "127.7"),
        ("-8.5", ON_TRACK, "97.8"),
        ("-8", BEHIND, "92.0"),
        ("1", BEHIND, "-11.5"),
    ],
)
def test_a_change_since_a_year(amount: str, verdict: Verdict, attainment: str) -> None:
    got = judged([since(2021, date(2023, 12, 31), amount), year(2023, "-3")], ENERGY, -1, on=date(2024, 8, 29))
    assert (got.verdict, str(got.attainment)) == (verdict, attainment)


def test_a_change_since_a_year_starts_from_nothing_where_the_document_says_no_more() -> None:
    got = judged([since(2006, date(2021, 12, 31), "-30")], goal("-68", 2030, since=2005), -1)
    assert got.baseline == Point(date(2005, 12, 31), Decimal(0))
    # -68 x 5,844 / 9,131 = -43.52130.
    assert (got.verdict, str(got.attainment), got.is_baseline_inferred) == (BEHIND, "68.9", False)


def test_the_change_of_one_year_says_nothing_of_that_since_another() -> None:
    got = judged([year(2022, "-3"), since(2016, date(2020, 12, 31), "-17")], ENERGY, -1)
    assert (got.verdict, got.reason) == (CANNOT_JUDGE, Reason.OTHER_SCOPE)


class TestWithoutABaseline:
    """Goals without a baseline: the value of 2021 was known when the document of 31 December 2022 was adopted; 1,461
    days are left from there."""

    def test_the_newest_value_known_then_is_the_baseline(self) -> None:
        got = judged([year(2020, "8"), year(2021, "10"), year(2022, "12.5")], UNSTATED)
        assert (got.baseline, got.is_baseline_inferred) == (Point(date(2021, 12, 31), Decimal(10)), True)
        # 10 x 365 / 1,461 = 2.49829.
        assert (got.verdict, str(got.attainment)) == (ON_TRACK, "100.1")

    def test_nothing_is_known_before_a_later_value(self) -> None:
        got = judged([year(2021, "10"), year(2022, "12.5")], UNSTATED, on=date(2023, 2, 27))
        assert (got.verdict, got.reason) == (CANNOT_JUDGE, Reason.NO_LATER_VALUE)

    def test_nothing_is_known_where_no_value_was(self) -> None:
        got = judged([year(2021, "10"), year(2022, "12.5")], goal("20", 2025, date(2022, 1, 15)))
        assert (got.verdict, got.reason, got.baseline) == (CANNOT_JUDGE, Reason.NO_BASELINE, None)
        # 7.5 in three years; 2.5 in the last.
        assert (got.left, got.pace_needed, got.pace) == (Decimal("7.5"), Decimal("2.5"), Decimal("2.5"))

    def test_what_is_met_is_ahead_all_the_same(self) -> None:
        got = judged([year(2022, "20")], goal("20", 2025, date(2022, 1, 15)))
        assert (got.verdict, got.is_met, got.attainment) == (AHEAD, True, None)

    def test_a_revised_baseline_counts_from_the_day_of_its_release(self) -> None:
        values = [year(2021, "10"), year(2021, "11", released=date(2023, 6, 1)), year(2022, "12.5")]
        assert judged(values, UNSTATED, on=date(2023, 5, 31)).verdict == ON_TRACK
        got = judged(values, UNSTATED)
        # 9 x 365 / 1,461 = 2.24846, of which 1.5 is done.
        assert (got.verdict, str(got.attainment)) == (BEHIND, "66.7")


class TestMilestones:
    @pytest.mark.parametrize(
        ("amount", "verdict", "attainment"),
        # Half way from 11 to 16 at the end of 2022: 13.5, a way of 3.5.
        [("13.5", ON_TRACK, "100.0"), ("14", AHEAD, "114.3"), ("13", BEHIND, "85.7")],
    )
    def test_the_path_leads_over_them(self, amount: str, verdict: Verdict, attainment: str) -> None:
        got = judged([year(2022, amount)], STEPS)
        assert (got.verdict, str(got.attainment)) == (verdict, attainment)

    @pytest.mark.parametrize(("amount", "verdict"), [("9.5", AHEAD), ("9", ON_TRACK), ("8.9", BEHIND)])
    def test_a_path_that_first_leads_back_is_a_line_to_keep(self, amount: str, verdict: Verdict) -> None:
        target = from_2020("10", "20", milestones=((date(2022, 12, 31), Decimal(9)),))
        assert judged([year(2022, amount)], target).verdict == verdict

    def test_one_before_the_baseline_is_past(self) -> None:
        target = from_2020("10", "20", milestones=((date(2019, 12, 31), Decimal(15)),))
        assert judged([year(2022, "14")], target).attainment == Decimal("100.1")


class TestAfterTheDueYear:
    def test_it_waits_for_the_value_of_the_year(self) -> None:
        got = judged([year(2022, "19")], goal("20", 2023), on=date(2024, 1, 15))
        assert (got.verdict, got.reason) == (CANNOT_JUDGE, Reason.NOT_RELEASED)

    @pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30)])
    def test_what_was_met_by_then_stays_met(self, day: date) -> None:
        values = [on_day(date(2024, 12, 31), "85"), on_day(date(2025, 6, 30), "92")]
        got = judged(values, goal("90", 2025), on=day)
        assert (got.verdict, got.is_met, got.value) == (AHEAD, True, values[1])

    def test_what_was_met_and_lost_again_by_then_is_not(self) -> None:
        values = [on_day(date(2024, 12, 31), "92"), on_day(date(2025, 6, 30), "89")]
        assert judged(values, goal("90", 2025), on=date(2026, 1, 1)).reason == Reason.NOT_RELEASED

    def test_the_value_of_the_year_decides_though_an_earlier_one_met_it(self) -> None:
        values = [on_day(date(2025, 6, 30), "92"), on_day(date(2025, 12, 31), "89", released=date(2026, 1, 30))]
        assert judged(values, goal("90", 2025), on=date(2026, 1, 29)).verdict == AHEAD
        assert judged(values, goal("90", 2025), on=date(2026, 1, 30)).verdict == BEHIND

    @pytest.mark.parametrize(("amount", "verdict"), [("20", AHEAD), ("19.9", BEHIND)])
    def test_that_value_decides(self, amount: str, verdict: Verdict) -> None:
        values = [year(2022, "25"), year(2023, amount), year(2024, "30")]
        got = judged(values, goal("20", 2023), on=date(2025, 8, 29))
        assert (got.verdict, got.value) == (verdict, values[1])
        assert got.pace_needed is None

    def test_of_a_stock_that_of_its_last_month_does(self) -> None:
        values = [on_day(date(2025, 11, 30), "89"), on_day(date(2025, 12, 31), "91"), on_day(date(2026, 3, 31), "95")]
        assert judged(values, goal("90", 2025), on=date(2026, 6, 30)).value == values[1]
        got = judged([values[0], values[2]], goal("90", 2025), on=date(2026, 6, 30))
        assert got.reason == Reason.NOT_RELEASED


class TestForASingleYear:
    """A growth of a year, as of R&D spending, and a level of a year, as of PM2.5: judged by the value of that year."""

    GROWTH = goal("10", 2025, date(2024, 5, 31), single_year=True)
    KNOWN = (year(2022, "12.1"), year(2024, "9.4"))

    @pytest.mark.parametrize("stated", [{}, {"baseline_value": Decimal(12), "baseline_on": date(2022, 12, 31)}])
    def test_no_other_year_decides_and_no_path_leads_to_it(self, stated: dict[str, Any]) -> None:
        got = judged([*self.KNOWN], self.GROWTH._replace(**stated), on=date(2025, 6, 30))
        assert got == Judgement(got.goal, CANNOT_JUDGE, Reason.NOT_RELEASED)

    @pytest.mark.parametrize(
        ("amount", "verdict", "left"), [("11", AHEAD, "-1"), ("10", AHEAD, "0"), ("9.9", BEHIND, "0.1")]
    )
    def test_the_growth_of_the_year_does(self, amount: str, verdict: Verdict, left: str) -> None:
        own = year(2025, amount)
        got = judged([*self.KNOWN, own, year(2026, "10")], self.GROWTH, on=date(2027, 6, 30))
        assert (got.verdict, got.value, got.left) == (verdict, own, Decimal(left))
        assert (got.required, got.attainment, got.pace_needed, got.forecast) == (None, None, None, None)

    @pytest.mark.parametrize("cumulative", [False, True])
    def test_january_to_december_is_the_year(self, cumulative: bool) -> None:
        months = year(2025, "10.2")._replace(kind="months", period="2025-01/12")
        part = months._replace(end=date(2025, 11, 30))
        got = judged([part, months], self.GROWTH, on=date(2026, 3, 1), cumulative=cumulative)
        assert (got.verdict, got.value) == (AHEAD, months)
        assert judged([part], self.GROWTH, on=date(2026, 3, 1), cumulative=cumulative).reason == Reason.OTHER_SCOPE

    def test_a_level_met_two_years_before_is_not_met_yet(self) -> None:
        level = goal("36", 2025, single_year=True)
        got = judged([year(2023, "35")], level, -1, on=date(2024, 8, 29))
        assert (got.verdict, got.reason, got.is_met) == (CANNOT_JUDGE, Reason.NOT_RELEASED, False)

    @pytest.mark.parametrize("day", [date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2026, 8, 29)])
    def test_a_level_met_in_its_year_stays_met(self, day: date) -> None:
        own, later = year(2023, "35", released=date(2023, 12, 30)), year(2024, "39")
        got = judged([own, later], goal("36", 2023, single_year=True), -1, on=day)
        assert (got.verdict, got.is_met, got.value) == (AHEAD, True, own)

    def test_a_level_met_in_the_year_before_waits_for_its_year(self) -> None:
        got = judged([year(2022, "35")], goal("36", 2023, single_year=True), -1, on=date(2024, 1, 15))
        assert (got.verdict, got.reason) == (CANNOT_JUDGE, Reason.NOT_RELEASED)


class TestWhatCannotBeJudged:
    def test_without_any_value(self) -> None:
        got = judged([], RISE)
        assert (got.verdict, got.reason) == (CANNOT_JUDGE, Reason.NO_VALUE)
        assert judged([year(2022, "14")], RISE, on=date(2023, 2, 27)).reason == Reason.NO_VALUE

    def test_of_another_scope(self) -> None:
        values = [year(2021, "11"), year(2022, "14")]
        assert judged(values, RISE._replace(scope="renewables")).reason == Reason.OTHER_SCOPE
        values.append(year(2022, "14", scope="renewables"))
        got = judged(values, RISE._replace(scope="renewables"))
        assert (got.verdict, got.value) == (ON_TRACK, values[2])
        assert judged(values[2:], RISE).reason == Reason.OTHER_SCOPE

    def test_on_the_day_of_the_baseline(self) -> None:
        assert judged([year(2020, "10")], RISE).reason == Reason.NO_LATER_VALUE

    def test_where_neither_direction_is_better(self) -> None:
        assert judged([year(2022, "14")], RISE, 0).reason == Reason.NO_DIRECTION

    def test_by_a_part_of_a_year_that_sums_up(self) -> None:
        half = Value("2023H1", "half_year", date(2023, 1, 1), date(2023, 6, 30), Decimal(14), date(2023, 7, 20))
        assert judged([half], RISE, cumulative=True).reason == Reason.OTHER_SCOPE
        stock = on_day(date(2023, 6, 30), "14")
        assert judged([stock], RISE).verdict == BEHIND
        assert judged([stock], RISE, cumulative=True).reason == Reason.OTHER_SCOPE


def test_a_value_behind_that_moved_away_says_so() -> None:
    assert judged([year(2021, "13"), year(2022, "12")], RISE).is_diverging
    assert not judged([year(2021, "11"), year(2022, "12")], RISE).is_diverging
    assert judged([year(2021, "46"), year(2022, "48")], CUT, -1).is_diverging
    assert not judged([year(2022, "12")], RISE).is_diverging


def test_a_baseline_beyond_the_target_may_be_lost() -> None:
    back = from_2020("50", "40")
    got = judged([year(2022, "47")], back)
    # 46.00219 is required: no share of a way that leads back, of which 75 per cent would be "behind".
    assert (got.verdict, got.attainment) == (AHEAD, None)
    assert judged([year(2022, "39")], back).verdict == BEHIND


class TestPaces:
    def test_needed_and_so_far(self) -> None:
        got = judged([year(2021, "12"), year(2022, "14")], RISE)
        # 6 in three years, and 2 in the last.
        assert (got.left, got.pace_needed, got.pace) == (6, 2, 2)

    def test_of_one_value_there_is_none_so_far(self) -> None:
        assert judged([year(2022, "14")], RISE).pace is None

    def test_of_a_stock_it_is_that_of_the_last_year(self) -> None:
        days = (date(2022, 3, 31), date(2022, 6, 30), date(2022, 9, 30), date(2023, 6, 30))
        got = judged([on_day(day, str(amount)) for day, amount in zip(days, (10, 12, 15, 18), strict=True)], RISE)
        # 6 since the end of June 2022; 2 are left for two years and a half.
        assert (got.pace, got.pace_needed) == (6, Decimal("0.8"))

    def test_between_other_days_it_is_counted_by_days(self) -> None:
        got = judged([on_day(date(2022, 7, 2), "12"), on_day(date(2023, 7, 2), "15")], RISE)
        # 3 in 365 days of 365.25 a year.
        assert round(got.pace or 0, 4) == Decimal("3.0021")


class TestForecasts:
    END = date(2025, 12, 31)

    def test_is_the_line_of_three_values(self) -> None:
        got = forecast([year(2020, "10"), year(2021, "12"), year(2022, "14")], self.END)
        assert got is not None
        # 10 + 2 x 1,826 / 365, without any spread.
        assert (round(got.value, 4), round(got.high - got.low, 4)) == (Decimal("20.0055"), 0)
        assert (got.values, got.first, got.last) == (3, date(2020, 12, 31), date(2022, 12, 31))

    def test_spreads_as_its_values_do(self) -> None:
        got = forecast([year(2020, "10"), year(2021, "13"), year(2022, "14")], self.END)
        assert got is not None
        # Left over: a third, two thirds, a third. 0.66667 x (1 + 1/3 + 1461 x 1461 / 266450) = 6.22953, of which the
        # root is 2.49590.
        assert round(got.value, 4) == Decimal("20.3388")
        assert (round(got.low, 4), round(got.high, 4)) == (Decimal("17.8429"), Decimal("22.8347"))

    def test_is_not_of_two_values_nor_of_a_day_that_is_past(self) -> None:
        assert forecast([year(2021, "12"), year(2022, "14")], self.END) is None
        assert forecast([year(2023, "1"), year(2024, "2"), year(2025, "3")], self.END) is None

    def test_is_of_the_last_five(self) -> None:
        values = [year(2016 + number, str(2 * number)) for number in range(6)]
        got = forecast([values[0]._replace(value=Decimal(99)), *values[1:]], self.END)
        assert got is not None
        assert got.values == 5
        assert round(got.high - got.low, 1) == 0


class TestTheJudgedTarget:
    WHOLE, RENEWABLE = goal("90", 2025, date(2022, 12, 31)), goal("90", 2025, date(2023, 1, 31), scope="renewables")
    FAR = goal("170", 2030, date(2022, 12, 31))

    def test_is_of_the_scope_of_the_value(self) -> None:
        goals = [self.WHOLE, self.RENEWABLE, self.FAR]
        assert judged_goal(goals, scope="", on=DAY) == self.WHOLE
        assert judged_goal(goals, scope="renewables", on=DAY) == self.RENEWABLE
        assert judged_goal(goals, scope="coal", on=DAY) is None

    def test_is_of_the_nearest_year_and_then_of_the_last(self) -> None:
        assert judged_goal([self.FAR, self.WHOLE], scope="", on=date(2026, 1, 1)) == self.FAR
        assert judged_goal([self.WHOLE], scope="", on=date(2026, 1, 1)) == self.WHOLE
        assert judged_goal([goal("1", 2022), goal("2", 2023)], scope="", on=date(2024, 1, 1)) == goal("2", 2023)

    def test_was_adopted_by_the_day(self) -> None:
        assert judged_goal([self.WHOLE], scope="", on=date(2022, 12, 30)) is None

    def test_those_before_it_are_the_newest_of_each_earlier_year(self) -> None:
        first, older = goal("35000", 2024, date(2024, 5, 31)), goal("36000", 2025, date(2022, 12, 31))
        newer, far = goal("38000", 2025, date(2024, 5, 31)), goal("40000", 2027, date(2022, 12, 31))
        part = goal("1", 2026, scope="part")
        assert earlier_goals([first, older, newer, part, far], far) == [newer, first]
        assert earlier_goals([first, older, newer, part, far], first) == []


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        (date.min, "10"),
        (date(2020, 12, 31), "10"),
        (date(2023, 7, 2), "15"),
        (date(2025, 12, 31), "20"),
        (date.max, "20"),
    ],
)
def test_a_path_is_straight(day: date, stands: str) -> None:
    path = [Point(date(2020, 12, 31), Decimal(10)), Point(date(2025, 12, 31), Decimal(20))]
    assert path_value(path, day) == Decimal(stands)


AMOUNTS = st.decimals(-50, 50, places=1)
RELEASES = st.dates(date(2019, 1, 1), date(2026, 12, 31))
VALUES = st.lists(
    st.builds(
        lambda number, amount, released, scope: year(number, str(amount), released=released, scope=scope),
        st.integers(2017, 2025),
        AMOUNTS,
        RELEASES,
        st.sampled_from(["", "", "", "part"]),
    ),
    max_size=8,
)
GOALS = st.builds(
    lambda amount, due, adopted, base, milestone, single: Goal(
        due,
        amount,
        adopted,
        baseline_value=base and base[0],
        baseline_on=base and base[1],
        milestones=() if milestone is None else ((date(2022, 12, 31), milestone),),
        single_year=single,
    ),
    AMOUNTS,
    st.integers(2021, 2030),
    RELEASES,
    st.none() | st.tuples(AMOUNTS, st.dates(date(2016, 1, 1), date(2024, 12, 31))),
    st.none() | AMOUNTS,
    st.booleans(),
)
SIGNS = st.sampled_from([1, -1])
RANK = {BEHIND: 0, ON_TRACK: 1, AHEAD: 2}


@given(VALUES, GOALS, SIGNS, st.dates(date(2021, 1, 1), date(2031, 12, 31)), AMOUNTS)
def test_a_better_value_never_gives_a_worse_verdict(
    values: list[Value], target: Goal, sign: int, on: date, more: Decimal
) -> None:
    before = judged(values, target, sign, on=on)
    if before.value is None or (before.baseline and before.baseline.on == before.value.end):
        return
    better = before.value._replace(value=before.value.value + abs(more) * sign)
    after = judged([better if value is before.value else value for value in values], target, sign, on=on)
    if before.verdict is not CANNOT_JUDGE:
        assert RANK[after.verdict] >= RANK[before.verdict]


@given(VALUES, GOALS, SIGNS, st.dates(date(2021, 1, 1), date(2031, 12, 31)))
def test_what_was_not_released_by_the_day_does_not_count(
    values: list[Value], target: Goal, sign: int, on: date
) -> None:
    known = [value for value in values if value.released_on <= on]
    assert judged(values, target, sign, on=on) == judged(known, target, sign, on=on)


@pytest.mark.parametrize(
    ("found", "note"),
    [
        (Judgement(goal("20", 2022), CANNOT_JUDGE, Reason.NOT_RELEASED), "2022 figure not released"),
        (Judgement(goal("20", 2022), BEHIND), "target missed"),
        (judged([year(2024, "14"), year(2025, "19")], RISE, on=date(2026, 3, 1)), "target missed"),
        (judged([year(2022, "14")], RISE), "14.0 required by then"),
        (judged([year(2021, "10"), year(2022, "9")], RISE), "14.0 required by then, and moving away"),
    ],
)
@override("en")
def test_what_follows_a_verdict(found: Judgement, note: str) -> None:
    assert verdict_note(SHARE, found) == note


@override("en")
def test_how_a_verdict_comes_about() -> None:
    found = judged([year(2022, "9")], RISE)
    path, pace = working_sentences(SHARE, found)
    assert path == (
        "From 10.0% on 31 December 2020 to 20.0% by the end of 2025, 14.0% was required by 31 December 2022, and 9.0% "
        "was reached: it went the other way"
    )
    assert pace == "To reach it by the end of 2025: up 4.0 percentage points a year"
    # Nine years apart: an average, and no change "over the last year".
    far = judged([year(2012, "3"), year(2021, "12")], RISE)
    assert pace_sentence(SHARE, far) == (
        "To reach it by the end of 2025: up 2.0 percentage points a year; since 2012: up 1.0 percentage points a year"
    )
    same = judged([year(2021, "14"), year(2022, "14")], RISE)
    assert pace_sentence(SHARE, same) == (
        "To reach it by the end of 2025: up 2.0 percentage points a year; no change since 2021"
    )
    missed = Judgement(goal("20", 2022), BEHIND, value=year(2022, "18"), left=Decimal(2))
    assert pace_sentence(SHARE, missed) == "The target was missed by 2.0 percentage points"
    assert pace_sentence(Indicator(unit="Mt"), missed) == "The target was missed by 2 Mt"


@pytest.mark.parametrize(
    ("amount", "target", "share"),
    [
        # 13.99781 is required, a way of 3.99781: 18 is 200.1 per cent of it, and 17.9 is 197.6.
        ("18", RISE, ": 2.0 times the way that was due"),
        ("17.9", RISE, ": 197.6% of the way that was due"),
        ("10", RISE, ": 0.0% of the way that was due"),
        ("9.9", RISE, ": it went the other way"),
        ("45", CUT, "; what was required is no better than the baseline, so it alone counts"),
    ],
)
@override("en")
def test_a_share_that_would_astonish_is_said_in_words(amount: str, target: Goal, share: str) -> None:
    path = working_sentences(SHARE, judged([year(2022, amount)], target))[0]
    assert path.endswith(f" was reached{share}")


@override("en")
def test_of_a_single_year_it_is_said_what_decides() -> None:
    target = goal("10", 2025, single_year=True)
    waits = judged([year(2024, "9.4")], target, on=date(2025, 6, 30))
    assert working_sentences(SHARE, waits) == ["The target is for 2025 alone: the value of no other year decides"]
    missed = judged([year(2025, "9.4")], target, on=date(2026, 6, 30))
    assert working_sentences(SHARE, missed) == [
        "The target is for 2025 alone and judged by the value of that year, 9.4%",
        "The target was missed by 0.6 percentage points",
    ]
    assert working_sentences(SHARE, judged([], target)) == []


@override("en")
def test_what_became_of_the_target_before_is_said() -> None:
    firms = Indicator(unit="enterprises", unit_zh="户")
    missed = judged([year(2025, "35000")], goal("38000", 2025), on=date(2026, 4, 1))
    assert earlier_sentence(firms, missed) == (
        "The target for 2025, 38,000 enterprises, was missed: 35,000 enterprises"
    )
    met = judged([year(2025, "55.3")], goal("53", 2025), on=date(2026, 4, 1))
    assert earlier_sentence(SHARE, met) == "The target for 2025, 53.0%, was met: 55.3%"
    assert earlier_sentence(SHARE, None) == ""
