"""Indicators whose values follow from those of one or two others, in one of five forms: plain functions of values.

There is no language of formulas: a form, `derived_from` and, but for a change on the year, `derived_with`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.pace import to_tenth
from indicators.rules import Value, year_before

if TYPE_CHECKING:
    from indicators.models import Observation

# Of a ratio: so many digits, and at most so many decimals.
DIGITS, DECIMALS = 4, 6


class DerivedForm(models.TextChoices):
    """How the values of an indicator follow from those of one or two others."""

    RATIO = "ratio", gettext_lazy("Ratio")
    SHARE = "share", gettext_lazy("Share")
    DIFFERENCE = "difference", gettext_lazy("Difference")
    YEAR_ON_YEAR = "year_on_year", gettext_lazy("Change on the year")
    PER_HEAD = "per_head", gettext_lazy("Per head")


# A verified and exact one of one region, as it was released on a day.
type Release = Observation
type Period = tuple[str, date, date]


class Derived(NamedTuple):
    """A value from the day on which both its inputs were released. `inputs`, as they were given: that of
    `derived_from`, then what it is divided by, what is taken away, or the year before."""

    value: Decimal
    released_on: date
    inputs: tuple[Release, Release]


def derived_values(form: str, own: Iterable[Release], others: Iterable[Release]) -> list[Derived]:
    """Every value of one region, by period and release; a revision of an input makes a later release of the value.

    `own`, `others`: what was released of `derived_from` and of `derived_with`, of which a change on the year needs
    none. A period has no value where it is not in both, or where the newest inputs give none.
    """
    found: list[Derived] = []
    for current, partners in _pairs(form, _by_period(own), _by_period(others)):
        releases = _releases(form, current, partners)
        # What would divide by zero since a revision has no value any more.
        if releases[-1] is not None:
            found += [each for each in releases if each is not None]
    return sorted(found, key=lambda each: (each.inputs[0].period_end, each.released_on, each.inputs[0].period_start))


def _by_period(rows: Iterable[Release]) -> dict[Period, list[Release]]:
    groups: dict[Period, list[Release]] = defaultdict(list)
    for row in rows:
        groups[row.period_kind, row.period_start, row.period_end].append(row)
    return groups


def _pairs(
    form: str, own: dict[Period, list[Release]], others: dict[Period, list[Release]]
) -> Iterator[tuple[list[Release], list[Release]]]:
    """The releases of each period, with those that they are set against."""
    for period, current in own.items():
        if form == DerivedForm.YEAR_ON_YEAR:
            partners = own.get(_year_earlier(period, own) or period, [])
            partners = [] if partners is current else partners
        elif form == DerivedForm.PER_HEAD:
            partners = _at_end_of_year(period, others)
        else:
            partners = others.get(period, [])
        if partners:
            yield current, partners


def _year_earlier(period: Period, periods: Iterable[Period]) -> Period | None:
    def placed(each: Period) -> Value:
        return Value("", *each, Decimal(0), date.min)

    candidates = [placed(each) for each in periods if each[0] == period[0] and each[2].year == period[2].year - 1]
    before = year_before(candidates, placed(period), on=date.max)
    return None if before is None else (before.kind, before.start, before.end)


def _at_end_of_year(period: Period, others: dict[Period, list[Release]]) -> list[Release]:
    """People are counted at the end of a year: of a period that ends otherwise nothing is known a head."""
    end = period[2]
    if (end.month, end.day) != (12, 31):
        return []
    return [row for (_kind, _start, last), rows in others.items() if last == end for row in rows]


def _releases(form: str, current: Sequence[Release], partners: Sequence[Release]) -> list[Derived | None]:
    """One for each day on which an input was released, from the first day on which there were both; None for one whose
    inputs give no value."""
    first = max(min(row.released_on for row in rows) for rows in (current, partners))
    days = sorted({row.released_on for row in (*current, *partners) if row.released_on >= first} | {first})
    found: list[Derived | None] = []
    for day in days:
        one, other = _newest(current, day), _newest(partners, day)
        value = combined(form, one, other)
        found.append(None if value is None else Derived(value, day, (one, other)))
    return found


def _newest(rows: Iterable[Release], day: date) -> Release:
    released = [row for row in rows if row.released_on <= day]
    return max(released, key=lambda row: (row.released_on, row.period_end - row.period_start))


def combined(form: str, one: Release, other: Release) -> Decimal | None:
    """The value of the form; None where it has none: nothing to divide by, or what is not the same thing."""
    if not _are_of_one_scope(form, one.scope, other.scope):
        return None
    if form == DerivedForm.DIFFERENCE:
        return one.value - other.value
    if other.value == 0 or (other.value < 0 and form != DerivedForm.RATIO):
        return None
    if form == DerivedForm.YEAR_ON_YEAR:
        return to_tenth((one.value - other.value) * 100 / other.value)
    if form == DerivedForm.SHARE:
        return (one.value * 100 / other.value).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0  # never "-0.00"
    return with_digits(one.value / other.value)


def _are_of_one_scope(form: str, one: str, other: str) -> bool:
    """A part may be set against a whole, but for years of one indicator."""
    return one == other or (form != DerivedForm.YEAR_ON_YEAR and "" in (one, other))


def with_digits(value: Decimal) -> Decimal:
    """Rounded half up to four digits, whole digits kept: 8.637, 86003, 0.004575; at most six decimals."""
    decimals = min(max(DIGITS - 1 - value.adjusted(), 0), DECIMALS)
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


class Part(NamedTuple):
    """The facts about an indicator, or about one that it is derived from, that its rule needs."""

    code: str
    unit: str
    is_derived: bool = False


class Misfit(NamedTuple):
    """Why an indicator cannot be derived so: the field at fault, and a sentence."""

    field: str
    sentence: str


def misfit(form: str, whole: Part, source: Part | None, other: Part | None) -> Misfit | None:
    """Return the fault in the derivation of `whole` from `source` and with `other`; None: nothing is wrong."""
    if not form:
        named = source or other
        return Misfit("derived_form", _("Say how it is derived from these, or name none.")) if named else None
    return _misfit_of_parts(form, whole, source, other) or (
        _misfit_of_units(form, whole, source, other) if source else None
    )


def _misfit_of_parts(form: str, whole: Part, source: Part | None, other: Part | None) -> Misfit | None:
    if source is None:
        return Misfit("derived_from", _("Name the indicator that it is derived from."))
    if form == DerivedForm.YEAR_ON_YEAR and other is not None:
        return Misfit("derived_with", _("A change on the year is derived from one indicator alone."))
    if form != DerivedForm.YEAR_ON_YEAR and other is None:
        return Misfit("derived_with", _("This form needs a second indicator."))
    if other is not None and source.code == other.code:
        return Misfit("derived_with", _("Name two different indicators."))
    return _misfit_of_part("derived_from", whole, source) or (
        _misfit_of_part("derived_with", whole, other) if other is not None else None
    )


def _misfit_of_part(name: str, whole: Part, part: Part) -> Misfit | None:
    if part.code == whole.code:
        return Misfit(name, _("An indicator is not derived from itself."))
    if part.is_derived:
        return Misfit(name, _("%(code)s is derived itself; name one that has values.") % {"code": part.code})
    return None


def _misfit_of_units(form: str, whole: Part, source: Part, other: Part | None) -> Misfit | None:
    """The unit of a ratio is what whoever defines it says."""
    if form in (DerivedForm.SHARE, DerivedForm.YEAR_ON_YEAR) and not whole.unit.startswith("%"):
        return Misfit("unit", _("A share or a change on the year is in per cent: its unit begins with %."))
    if form == DerivedForm.PER_HEAD and other is not None and not other.unit.endswith("people"):
        words = {"code": other.code, "unit": other.unit}
        return Misfit("derived_with", _("Per head needs a number of people; %(code)s is in %(unit)s.") % words)
    if form in (DerivedForm.SHARE, DerivedForm.DIFFERENCE) and other is not None and source.unit != other.unit:
        words = {"one": source.unit, "other": other.unit}
        sentence = _("A share or a difference needs two indicators of one unit; these are in %(one)s and %(other)s.")
        return Misfit("derived_with", sentence % words)
    # Of two rates the difference is in percentage points.
    if form == DerivedForm.DIFFERENCE and whole.unit not in (source.unit, *_points(source.unit)):
        return Misfit("unit", _("A difference is in the unit of its indicators, %(unit)s.") % {"unit": source.unit})
    return None


def _points(unit: str) -> tuple[str, ...]:
    return ("points",) if unit.startswith("%") else ()
