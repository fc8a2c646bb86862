"""Values and dates as charts write them, in the reader's language."""

from decimal import Decimal

from django.utils.translation import gettext as _

from web.charts.chart import Number
from web.formats.numbers import format_number, with_true_minus
from web.language import is_chinese


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
