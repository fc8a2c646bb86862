"""Rules about indicators: plain functions of plain values."""

import re
from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext_lazy

HALF_BASELINE = gettext_lazy("A baseline needs both its value and its day.")
NO_SHARE = gettext_lazy("The indicator is a share of a whole: its value lies between 0 and 100.")
HAS_NO_SHARES = gettext_lazy("It has values below 0 or above 100, which no share of a whole can be.")
OF_A_WORK = gettext_lazy("The source is a work of %(year)s: no earlier day of release can be assumed.")
OF_A_DAY = gettext_lazy(
    "The source is of %(day)s: no earlier day of release can be assumed. Where another source gives one, name it, too."
)
SHARES = (Decimal(0), Decimal(100))


class Value(NamedTuple):
    """A verified and exact observation, as the rules see it."""

    period: str
    kind: str
    start: date
    end: date
    value: Decimal
    released_on: date
    scope: str = ""


class Goal(NamedTuple):
    """A target as the rules see it; `baseline_*` are None where the document states no baseline. `since`: the year at
    whose end a change begins, of a target for the change since then. `single_year`: it is for the due year alone, such
    as a growth of the year. `milestones`: days with their values, in order."""

    due_year: int
    value: Decimal
    adopted_on: date
    id: int = 0
    baseline_value: Decimal | None = None
    baseline_on: date | None = None
    scope: str = ""
    since: int | None = None
    single_year: bool = False
    milestones: tuple[tuple[date, Decimal], ...] = ()


# How a document says of a target that it is for the change since a year.
VERSUS = re.compile(r"\bversus (?P<year>[0-9]{4})\b")
# The year of the work that a source names: Guan et al. 2021, Guan等（2021）.
CITED_WORK = re.compile(r"(?:et al\.?,? \(?|等（)((?:19|20)[0-9]{2})")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# A day that a source states: 2023-08-16, 2023年8月16日, 16 August 2023.
STATED_DAYS = (
    re.compile(r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})年(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日"),
    re.compile(rf"\b(?P<day>[0-9]{{1,2}}) (?P<month>{'|'.join(MONTHS)}) (?P<year>(?:19|20)[0-9]{{2}})\b"),
)
# What says that a day is that of a copy: nobody published anything on it.
COPIED_BEFORE = re.compile(r"(?:downloaded|retrieved|accessed|read|seen)(?: on| in)? $")
COPIED_AFTER = re.compile(r"(?:下载|读取|访问|查阅|所见)")


def earliest_release(source: str, *, after: date = date.min) -> date | None:
    """The first day on which the source can have been read; None where it tells nothing. A release day is assumed from
    when such figures usually come: not before this day.

    It is the earliest day that the source states, such as that of a release calendar beside a later report, and not
    before the year of the newest work that it cites. `after`: the end of the period; a day up to it is one of the
    figure's own."""
    stated = [day for day in _stated_days(source) if day > after]
    return max([*_cited_years(source), *([min(stated)] if stated else [])], default=None)


def _cited_years(source: str) -> list[date]:
    return [date(int(year), 1, 1) for year in CITED_WORK.findall(source)]


def _stated_days(source: str) -> Iterator[date]:
    for pattern in STATED_DAYS:
        for found in pattern.finditer(source):
            if COPIED_BEFORE.search(source, 0, found.start()) or COPIED_AFTER.match(source, found.end()):
                continue
            name = found["month"]
            month = MONTHS.index(name) + 1 if name in MONTHS else int(name)
            with suppress(ValueError):  # 30 February is no day.
                yield date(int(found["year"]), month, int(found["day"]))


def why_too_early(source: str, released_on: date, *, period_end: date) -> str | None:
    """Return the sentence that refuses to assume a day of release before the source's own; None where it may be."""
    earliest = earliest_release(source, after=period_end)
    if earliest is None or released_on >= earliest:
        return None
    sentence = OF_A_WORK if earliest in _cited_years(source) else OF_A_DAY
    return str(sentence) % {"year": earliest.year, "day": earliest}


def newest(values: Iterable[Value], *, on: date) -> Value | None:
    """The value with the greatest (period end, release day, length of period) among those released by the day."""
    released = [value for value in values if value.released_on <= on]
    return max(released, key=lambda v: (v.end, v.released_on, v.end - v.start), default=None)


def is_whole_year(start: date, end: date) -> bool:
    """Return whether days are a calendar year, whatever their kind of period: January to December is the year."""
    return (start.month, start.day) == (1, 1) and end == date(start.year, 12, 31)


def year_before(values: Iterable[Value], current: Value, *, on: date) -> Value | None:
    """The value of the same kind of period one year earlier; None where none is known by the day."""

    def back(day: date, *, to_month_end: bool = False) -> str:
        length = 29 if day.month == 2 and isleap(day.year - 1) else monthrange(1999, day.month)[1]
        # As text: a day before the year 1 is none.
        return f"{day.year - 1:04}-{day.month:02}-{length if to_month_end else min(day.day, length):02}"

    # A period that ends with February ends with it in the year before as well, leap year or not.
    ends_a_month = current.kind != "day" and current.end.day == monthrange(current.end.year, current.end.month)[1]
    before = (current.kind, back(current.start), back(current.end, to_month_end=ends_a_month))
    return newest([v for v in values if (v.kind, v.start.isoformat(), v.end.isoformat()) == before], on=on)


def same_period(values: Iterable[Value], current: Value, *, on: date) -> Value | None:
    """The comparator's value of the very same period, released by the day."""
    return newest([v for v in values if (v.start, v.end) == (current.start, current.end)], on=on)


def goal_in_force(goals: Iterable[Goal], *, on: date) -> Goal | None:
    """Return the target in force: the nearest due of those adopted by the day and not yet past; of that year's, the
    newest adopted."""
    adopted = [goal for goal in goals if goal.adopted_on <= on and goal.due_year >= on.year]
    return min(adopted, key=lambda goal: (goal.due_year, -goal.adopted_on.toordinal(), -goal.id), default=None)


def may_be_share(value: Decimal) -> bool:
    """Return whether a value, in per cent, can be a part of a whole."""
    least, most = SHARES
    return least <= value <= most


def emission_intensity(emissions: Decimal, gdp: Decimal) -> Decimal | None:
    """Tonnes of CO2 per 10,000 yuan of GDP of the same year, from Mt and 100 million yuan; None without GDP."""
    return None if gdp == 0 else (emissions * 100 / gdp).quantize(Decimal("0.001"), ROUND_HALF_UP)


def is_comparable(unit: str) -> bool:
    """Return whether a province's value can be set against the country's where the indicator does not say: rates and
    concentrations can, parts of its sums cannot."""
    return unit.startswith(("%", "µg")) or unit == "points"
