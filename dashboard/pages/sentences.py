"""Sentences and parts of sentences that several pages of the dashboard use."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.lights import Light
from core.pace import percent
from core.periods import month_end
from core.rounding import whole
from dashboard.figures import Figures
from web.formats.dates import format_month_name
from web.formats.money import WAN_PER_YI
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_names
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


def counted_clauses(*clauses: tuple[int, str]) -> list[str]:
    """Return the clauses of which the number is not 0, each with it as %(count)s."""
    return [text % {"count": format_number(count)} for count, text in clauses if count]


def format_turned(turned: Mapping[Light, int]) -> str:
    """Return how many lights turned, the worst first: 5 turned red and 2 turned green. Empty where none did."""
    clauses = counted_clauses(
        (turned.get(Light.RED, 0), _("%(count)s turned red")),
        (turned.get(Light.YELLOW, 0), _("%(count)s turned yellow")),
        (turned.get(Light.GREEN, 0), _("%(count)s turned green")),
    )
    return format_names(clauses)


def rounding_note(parts: Iterable[Decimal], total: Decimal) -> str:
    """Return a note for amounts in whole units, each rounded for itself as official tables do. Empty where they add
    up."""
    adds_up = sum(whole(part) for part in parts) == whole(total)
    return "" if adds_up else _("Because of rounding, parts may not add up to the total.")


def format_share(part: Decimal | int, of: Decimal | int) -> str:
    """Return the share in percent, to one decimal; a dash where `of` is 0."""
    # Both in 万元 where they are amounts, so that the division is exact.
    return format_percent(percent(int(part * WAN_PER_YI), int(of * WAN_PER_YI)))
