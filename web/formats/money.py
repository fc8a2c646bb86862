"""Amounts of money. Stored in whole 万元 (10,000 yuan), shown in 亿元 (100 million yuan) or, in English sentences, in
million, billion and trillion yuan."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from web.formats.numbers import NO_VALUE, format_number, format_whole, trimmed
from web.formats.units import format_with_unit
from web.language import is_chinese

WAN_PER_YI = 10_000
YI_PER_TRILLION, YI_PER_BILLION = Decimal(10_000), Decimal(10)


def wan_to_yi(wan: int) -> Decimal:
    """万元 as 亿元 (100 million yuan), exactly: up to four decimals."""
    return trimmed(Decimal(wan) / WAN_PER_YI)


def yi_number(wan: int) -> int | float:
    """万元 as 亿元: the number nearest to the exact decimal, as `json_number(yi(wan))` gives it, but faster."""
    return wan / WAN_PER_YI if wan % WAN_PER_YI else wan // WAN_PER_YI


def format_yi(wan: int | str | None) -> str:
    """万元 as 亿元, without the unit: 123456 -> 12.3456."""
    return NO_VALUE if wan is None or wan == "" else format_number(wan_to_yi(int(wan)))


def format_yi_cell(wan: int | str | None, decimals: int = 2) -> str:
    """The same with at least so many decimals, so that the points of a column stand below each other: 28000 -> 2.80.

    An amount with more decimals keeps them: `yi_decimals` says how many the column needs.
    """
    text = format_yi(wan)
    if text == NO_VALUE:
        return text
    integer, _point, fraction = text.partition(".")
    return f"{integer}.{fraction:0<{decimals}}"


def yi_decimals(amounts: Iterable[int | None]) -> int:
    """The decimals that a column of amounts of 万元 needs in 亿元: at least two."""
    return max((2, *(len(format_yi(wan).partition(".")[2]) for wan in amounts)))


def exact_money(wan: int) -> tuple[str, str]:
    """万元 without rounding, and the unit: 9.42 亿元; 942 million yuan, 1.2 billion yuan."""
    if is_chinese():
        return format_number(wan_to_yi(wan)), "亿元"
    units = ((10**8, _("trillion yuan")), (10**5, _("billion yuan")), (100, _("million yuan")))
    factor, unit = next((each for each in units if wan >= each[0]), units[-1])
    return format_number(trimmed(Decimal(wan) / factor)), unit


def format_exact_money(wan: int | str | None) -> str:
    """万元 in a sentence, without rounding: 9.42亿元; 942 million yuan."""
    return NO_VALUE if wan is None or wan == "" else format_with_unit(*exact_money(int(wan)))


def rounded_money(yi: Decimal) -> tuple[str, str]:
    """An amount of 亿元 as headlines have it, and its unit: 8.45 万亿元, 936 亿元, 1.81 亿元; 8.45 trillion yuan, 93.6
    billion, 181 million."""
    if yi >= YI_PER_TRILLION:
        trillions = (yi / YI_PER_TRILLION).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return format_number(trimmed(trillions)), _("trillion yuan")
    if 0 < yi < YI_PER_BILLION:
        return exact_money(int(yi.quantize(Decimal("0.01"), ROUND_HALF_UP) * WAN_PER_YI))
    if is_chinese():
        return format_whole(yi), "亿元"
    billions = (yi / 10).quantize(Decimal("0.1") if yi else Decimal(1), ROUND_HALF_UP)
    return format_number(billions), _("billion yuan")


def format_rounded_money(yi: Decimal) -> str:
    """The same in a sentence: 8.45万亿元; 93.6 billion yuan."""
    return format_with_unit(*rounded_money(yi))
