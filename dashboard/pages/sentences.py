"""Sentences and parts of sentences that several pages of the dashboard use."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.pace import Pace, pace, percent
from core.periods import month_end
from core.rounding import whole
from dashboard.figures import Figures
from web.formats.dates import format_month_name
from web.formats.money import WAN_PER_YI
from web.formats.numbers import format_number, format_percent
from web.language import is_chinese


def format_earlier_day(day: date, year: int) -> str:
    """A day that a figure is compared with; with its year where that is not `year`: end of May, 5月末, 3 August."""
    if is_chinese():
        of_year = "" if day.year == year else f"{day.year}年"
        return of_year + (f"{day.month}月末" if day == month_end(day) else f"{day.month}月{day.day}日")
    of_year = "" if day.year == year else f" {day.year}"
    if day == month_end(day):
        return _("end of %(month)s") % {"month": f"{format_month_name(day)}{of_year}"}
    return f"{day.day} {format_month_name(day)}{of_year}"


def format_since(figures: Figures, then: Figures | None) -> str:
    """The earlier day that figures are compared with; empty without one."""
    return format_earlier_day(then.day, figures.day.year) if then else ""


def rounding_note(parts: Iterable[Decimal], total: Decimal) -> str:
    """For amounts in whole units, each rounded for itself as official tables do. Empty where they add up."""
    adds_up = sum(whole(part) for part in parts) == whole(total)
    return "" if adds_up else _("Because of rounding, parts may not add up to the total.")


def format_pace(points: Decimal | None) -> SafeString:
    """The decisive half of a sentence, in bold."""
    text = {
        None: _("nothing to measure yet"),
        Pace.ON_PACE: _("on schedule"),
        Pace.AHEAD: _("%(points)s percentage points ahead of schedule"),
        Pace.BEHIND: _("%(points)s percentage points behind schedule"),
    }[pace(points, tolerance=settings.PILOTZONE_PACE_TOLERANCE)]
    return format_html("<strong>{}</strong>", text % {"points": abs(points or 0)})


def format_completed(figures: Mapping[str, Any]) -> str:
    return ngettext(
        "%(completed)s of %(total)s policy measures is completed (%(rate)s)",
        "%(completed)s of %(total)s policy measures are completed (%(rate)s)",
        figures["completed"],
    ) % {
        "completed": format_number(figures["completed"]),
        "total": format_number(figures["total"]),
        "rate": format_percent(figures["completion_rate"]),
    }


def format_red_lights(count: int) -> str:
    if not count:
        return _("none is rated red")
    return ngettext("%(count)s is rated red", "%(count)s are rated red", count) % {"count": format_number(count)}


def format_share(part: Decimal | int, of: Decimal | int) -> str:
    """In percent, to one decimal; a dash where `of` is 0."""
    # Both in 万元 where they are amounts, so that the division is exact.
    return format_percent(percent(int(part * WAN_PER_YI), int(of * WAN_PER_YI)))
