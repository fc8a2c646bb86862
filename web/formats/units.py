"""Units of indicators that only Chinese counts in: 亿 and 万 become billions, millions and thousands in English. The
API, the exports and `data-value` keep the unit that a value is stored in."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from web.formats.numbers import trimmed
from web.language import is_chinese


def format_with_unit(text: str, unit: str) -> str:
    """Return a number with its unit: 10,307亿元, 83.82 GW."""
    if not unit:
        return text
    return f"{text}{unit}" if is_chinese() else f"{text} {unit}"


class EnglishUnit(NamedTuple):
    """A stored value times `factor` is in this unit. `decimals`: of a rounded value."""

    name: str
    factor: Decimal
    decimals: int


def _english_units() -> dict[str, EnglishUnit]:
    return {
        # As statistics bureaus count in English: a city's sector has a figure to read, and so has a province.
        "100 million yuan": EnglishUnit(_("billion yuan"), Decimal("0.1"), 1),
        "10,000 yuan": EnglishUnit(_("yuan"), Decimal(10_000), 0),
        "10 thousand tonnes": EnglishUnit(_("thousand tonnes"), Decimal(10), 1),
        "10 thousand vehicles": EnglishUnit(_("thousand vehicles"), Decimal(10), 0),
        "10 thousand people": EnglishUnit(_("million people"), Decimal("0.01"), 2),
    }


def english_unit(unit: str) -> str:
    """Billion yuan for 100 million yuan; a unit that English has itself stays."""
    english = _english_units().get(unit)
    return english.name if english else unit


def in_english_unit(value: Decimal, unit: str, *, exactly: bool = False) -> Decimal:
    """A value in the unit of `english_unit`: 44,125 (100 million yuan) is 4,412.5."""
    english = _english_units().get(unit)
    if english is None:
        return trimmed(value)
    value = value * english.factor
    return trimmed(value if exactly else value.quantize(Decimal(1).scaleb(-english.decimals), ROUND_HALF_UP))


def english_decimals(unit: str) -> int:
    """How many decimals a rounded value has, so that a change stands below it: 643.8 and +40.1."""
    english = _english_units().get(unit)
    return english.decimals if english else 0
