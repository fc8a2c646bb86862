"""The form of a chart follows from what the values are."""

from datetime import date, timedelta

import pytest

from indicators.charts.forms import Form, Scheme, choose_course, missing_years, near_targets, runs, value_bounds
from indicators.charts.points import IndicatorPoint, TargetPoint

DAY = date(2023, 8, 29)


def year(number: int, value: float = 1) -> IndicatorPoint:
    return IndicatorPoint(date(number, 1, 1), date(number, 12, 31), "year", value, str(number))


def day(on: date, value: float = 1) -> IndicatorPoint:
    return IndicatorPoint(on, on, "day", value, on.isoformat())


def to_date(number: int, kind: str, value: float = 1) -> IndicatorPoint:
    month, last = {"quarter": (3, 31), "half_year": (6, 30), "three_quarters": (9, 30)}[kind]
    return IndicatorPoint(date(number, 1, 1), date(number, month, last), kind, value, f"{number} {kind}")


def years(first: int, last: int, value: float = 1) -> IndicatorPoint:
    return IndicatorPoint(date(first, 1, 1), date(last, 12, 31), "years", value, f"{first}-{last}")


@pytest.mark.parametrize(
    ("values", "form"),
    [(0, Form.NUMBER), (1, Form.NUMBER), (2, Form.DOTS), (4, Form.DOTS), (5, Form.LINE), (20, Form.LINE)],
)
def test_one_is_a_number_few_are_dots_more_are_a_line(values: int, form: Form) -> None:
    assert choose_course([year(2000 + n) for n in range(values)]).form is form


def test_what_the_method_does_not_let_be_joined_are_dots() -> None:
    assert choose_course([year(2000 + n) for n in range(20)], may_join=False).form is Form.DOTS


def test_parts_of_a_year_are_never_in_a_line_of_years() -> None:
    months = [IndicatorPoint(date(2022, n, 1), date(2022, n, 28), "month", n, f"2022-{n}") for n in range(1, 13)]
    course = choose_course([*months, year(2022), to_date(2022, "half_year"), year(2021)])
    assert [each.label for each in course.drawn] == ["2021", "2022"]
    assert len(course.apart) == 13 and course.apart[0].label == "2022-12"
    assert course.scheme is Scheme.YEARS and not course.is_at_end


def test_a_missing_year_breaks_the_line() -> None:
    course = choose_course([year(number) for number in (2015, 2016, 2018, 2019, 2020)])
    assert [[each.label for each in run] for run in runs(course, course.drawn)] == [
        ["2015", "2016"],
        ["2018", "2019", "2020"],
    ]
    assert missing_years(course) == [2017]


def test_quarters_of_a_capacity_are_joined_by_their_days_and_a_missing_one_breaks_the_line() -> None:
    ends = [date(2021, 3, 31), date(2021, 6, 30), date(2021, 12, 31), date(2022, 3, 31), date(2022, 6, 30)]
    course = choose_course([day(end) for end in ends])
    assert (course.form, course.scheme) == (Form.LINE, Scheme.DATES)
    assert [len(run) for run in runs(course, course.drawn)] == [2, 3]


def test_the_capacity_of_a_month_is_that_of_its_last_day() -> None:
    month = IndicatorPoint(date(2024, 5, 1), date(2024, 5, 31), "month", 97, "May 2024")
    course = choose_course([day(date(2023, 12, 31)), month, day(date(2024, 6, 30))])
    assert (len(course.drawn), course.apart, course.place(month)) == (3, [], "2024-05-31")


def test_sums_since_january_begin_anew_each_year_and_rates_go_on() -> None:
    points = [to_date(number, kind) for number in (2021, 2022) for kind in ("quarter", "half_year", "three_quarters")]
    sums = choose_course(points, cumulative=True)
    assert [len(run) for run in runs(sums, sums.drawn)] == [3, 3]
    rates = choose_course([*points, year(2021)], cumulative=True, is_rate=True)
    assert [len(run) for run in runs(rates, rates.drawn)] == [7]


def test_what_accumulates_since_the_base_of_a_path_is_set_against_it_alone() -> None:
    base = day(date(2020, 12, 31), 0)
    points = [year(2020), years(2016, 2020), years(2021, 2022), years(2021, 2023)]
    course = choose_course(points, base=base)
    assert (course.scheme, [each.label for each in course.drawn]) == (Scheme.FROM_BASE, ["2021-2022", "2021-2023"])
    assert [each.label for each in course.apart] == ["2020", "2016-2020"]
    # With its base, one value is two.
    assert choose_course(points[:3], base=base).form is Form.DOTS
    # Changes within single years have no base.
    assert choose_course([year(2021), year(2022)], base=base).base is None


@pytest.mark.parametrize(
    ("values", "is_level", "is_cut"),
    [([82, 83], True, False), ([82, 83], False, True), ([40, 83], False, False), ([-15, -14], False, False)],
)
def test_levels_start_at_zero_rates_need_not(values: list[float], is_level: bool, is_cut: bool) -> None:
    bounds = value_bounds(values, is_level=is_level)
    assert bounds.is_cut is is_cut
    assert (bounds.span[0] > 0) is is_cut and bounds.span[0] <= min(values) and bounds.span[1] >= max([*values, 0])


def test_targets_that_would_squeeze_the_story_are_far() -> None:
    values = [day(date(2022, 6, 30), 66), day(date(2023, 6, 30), 84)]
    aims = [
        TargetPoint(2025, 90, "a"),
        TargetPoint(2030, 200, "b"),
        TargetPoint(2027, 95, "c"),
        TargetPoint(2060, 9, "d"),
    ]
    assert [each.label for each in near_targets(aims, values, on=DAY)] == ["a", "c"]
    # One to which a path leads is drawn.
    led = TargetPoint(2030, 200, "b", path_from=values[-1])
    assert near_targets([led], values, on=DAY) == [led]
    assert near_targets([led._replace(due_year=2034)], values, on=DAY) == []
    assert near_targets(aims, [], on=DAY + timedelta(days=1)) == []
