"""Values and dates as charts write them, in the reader's language."""

from datetime import date
from decimal import Decimal

from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _

from core.rounding import whole
from web.charts.chart import Number
from web.formats.numbers import format_number, with_true_minus
from web.language import is_chinese


def with_unit(text: str, unit: str) -> str:
    """10,307亿元, 83.82 GW."""
    if not unit:
        return text
    return f"{text}{unit}" if is_chinese() else f"{text} {unit}"


def month_name(month: date) -> str:
    return f"{month.month}月" if is_chinese() else str(MONTHS_3[month.month]).title()


def day_of_year(on: date) -> str:
    """A day where the year is clear: 8月29日, 29 Aug."""
    return f"{on.month}月{on.day}日" if is_chinese() else f"{on.day} {str(MONTHS_3[on.month]).title()}"


def year_name(year: int) -> str:
    return f"{year}年" if is_chinese() else str(year)


def hover_day() -> str:
    """Plotly's format of a day on a time axis: 2023年6月28日, 28 June 2023."""
    return "%{x|%Y年%-m月%-d日}" if is_chinese() else "%{x|%-d %B %Y}"


def value_text(
    value: Number, *, percent: bool = False, exact: bool = True, is_floor: bool = False, decimals: int = 0
) -> str:
    """83.820000 -> 83.82; a rate has at least one decimal; a minus is a true one; 约115 where it is not exact, and
    51以上 where the source says only that it is more. `decimals`: at least so many."""
    digits = f"{Decimal(str(value)):f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    decimals = max(decimals, int(percent))
    if decimals:
        whole_part, _point, own = digits.partition(".")
        digits = f"{whole_part}.{own:0<{decimals}}"
    text = with_true_minus(format_number(Decimal(digits))) + ("%" if percent else "")
    if is_floor:
        return _("more than %(value)s") % {"value": text}
    return text if exact else _("about %(value)s") % {"value": text}


def whole_text(value: Decimal) -> str:
    """Rounded half up, with thousands: 44,125."""
    return f"{whole(value):,}"
