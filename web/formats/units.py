"""Units that a language counts in: 亿 and 万 in Chinese, thousands, millions and trillions in English. The API, the
exports and `data-value` keep the unit that a value is stored in."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.rounding import whole
from web.formats.numbers import trimmed
from web.formats.numbers import yi as exact_yi
from web.language import suffix

YI_PER_TRILLION = Decimal(10_000)


class Shown(NamedTuple):
    """What English pages show a unit as: so many times `factor`, rounded to `decimals` where it is not a table of
    exact values."""

    name: str
    factor: Decimal
    decimals: int


def _in_english() -> dict[str, Shown]:
    return {
        "100 million yuan": Shown(_("trillion yuan"), Decimal("0.0001"), 2),
        "10 thousand vehicles": Shown(_("thousand vehicles"), Decimal(10), 0),
        "10 thousand people": Shown(_("million people"), Decimal("0.01"), 2),
    }


def english_unit(unit: str) -> str:
    """Trillion yuan for 100 million yuan; units that English has itself stay."""
    shown = _in_english().get(unit)
    return shown.name if shown else unit


def in_english(value: Decimal, unit: str, *, exactly: bool = False) -> Decimal:
    """A value in the unit of `english_unit`: 44,125 (100 million yuan) is 4.41, exactly 4.4125."""
    shown = _in_english().get(unit)
    if shown is None:
        return trimmed(value)
    value = value * shown.factor
    return trimmed(value if exactly else value.quantize(Decimal(1).scaleb(-shown.decimals), ROUND_HALF_UP))


def exact_money(wan: int) -> tuple[str, str]:
    """万元 as exact as they are, and the unit: 9.42亿元; 942 million yuan, 1.2 billion yuan."""
    if suffix() == "zh":
        return f"{exact_yi(wan):,f}", "亿元"
    units = ((10**8, _("trillion yuan")), (10**5, _("billion yuan")), (100, _("million yuan")))
    many, unit = next((each for each in units if wan >= each[0]), units[-1])
    return f"{trimmed(Decimal(wan) / many):,f}", unit


def english_decimals(unit: str) -> int:
    """How many decimals a rounded value has, so that a change stands below it: 6.44 and +0.40."""
    shown = _in_english().get(unit)
    return shown.decimals if shown else 0


def money(yi: Decimal) -> tuple[str, str]:
    """An amount of 亿元 and its unit as headlines have them: 8.45万亿元, 936亿元, 8.45 trillion yuan, 93.6 billion"""
    if yi >= YI_PER_TRILLION:
        return f"{trimmed((yi / YI_PER_TRILLION).quantize(Decimal('0.01'), ROUND_HALF_UP)):,f}", _("trillion yuan")
    if suffix() == "zh":
        return f"{whole(yi):,}", "亿元"
    return f"{(yi / 10).quantize(Decimal('0.1') if yi else Decimal(1), ROUND_HALF_UP):,f}", _("billion yuan")


def money_words(yi: Decimal) -> str:
    text, unit = money(yi)
    return f"{text}{unit}" if suffix() == "zh" else f"{text} {unit}"
