"""Values beside an indicator's charts: the one value that makes no chart, those of other periods, those of cities."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from core.periods import month_end
from indicators.by_city import Cities
from indicators.charts.cities import cities_cell, cities_text
from indicators.charts.forms import Course, Form
from indicators.charts.points import IndicatorPoint
from indicators.models import Indicator
from indicators.state import is_rate
from indicators.wording import as_cell, shown_unit, signed_cell
from web.charts.text import value_text
from web.formats.numbers import NO_VALUE, trimmed


class SingleValue(NamedTuple):
    value: str
    unit: str
    point: IndicatorPoint


def single_value(indicator: Indicator, course: Course) -> SingleValue | None:
    """The one value of an indicator of which nothing is drawn; None for any other."""
    if course.form is not Form.NUMBER or not course.drawn:
        return None
    [point] = course.drawn
    text = point.said(percent=is_rate(indicator))
    return SingleValue(text.replace("%", ""), shown_unit(indicator), point)


class ApartRow(NamedTuple):
    """`change`: on the same period of the year before, with its sign."""

    point: IndicatorPoint
    value: str
    change: str


def apart_rows(indicator: Indicator, course: Course) -> list[ApartRow]:
    """Values of other periods than those that the chart shows; the newest first."""
    by_days = {(each.kind, each.start, each.end): each for each in course.apart}
    percent = is_rate(indicator)
    rows = []
    for each in course.apart:
        before = by_days.get((each.kind, _year_before(each.start), _year_before(each.end)))
        shown = NO_VALUE
        if before is not None:
            change = trimmed(Decimal(str(each.value)) - Decimal(str(before.value)))
            shown = signed_cell(change, value_text(change, percent=percent))
        rows.append(ApartRow(each, as_cell(each.said(percent=percent)), shown))
    return rows


def _year_before(day: date) -> date:
    """A month's last day is that of the month in the year before too."""
    if day == month_end(day):
        return month_end(date(day.year - 1, day.month, 1))
    return day.replace(year=day.year - 1)


def city_rows(cities: Cities) -> list[dict[str, Any]]:
    """Return the rows of the cities in the dot plot, in its order, and those of cities without a value below them."""
    rows: list[dict[str, Any]] = []
    for each in cities.values:
        change = None if each.earlier is None else each.row.value - each.earlier.value
        rows.append(
            {
                "region": each.region,
                "place": each.place,
                "value": cities_cell(cities, each.row),
                "earlier": cities_cell(cities, each.earlier) if each.earlier else NO_VALUE,
                "change": NO_VALUE if change is None else signed_cell(change, cities_text(cities, change)),
            }
        )
    return rows + [
        {"region": each, "place": None, "value": NO_VALUE, "earlier": NO_VALUE, "change": NO_VALUE}
        for each in cities.without
    ]
