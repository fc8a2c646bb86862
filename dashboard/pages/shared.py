"""What the pages of the dashboard share: links that keep the day, sentences, orders, rows of tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.pace import Pace, pace, percent
from core.periods import month_end
from core.rounding import whole
from dashboard.figures import Row
from reporting.months import ReportingMonth
from web.addresses import address
from web.days import STICKY_PARAMETERS
from web.errors import BadQuery, not_one_of
from web.formats.money import WAN_PER_YI
from web.formats.numbers import format_number, format_percent
from web.language import is_chinese, local

# Below this a rate says more about how few there are than about the work.
LEAST_TO_RANK = 5


@dataclass(frozen=True)
class Links:
    """Addresses that keep the days and the plan which the reader chose."""

    kept: Mapping[str, str]

    @classmethod
    def of(cls, request: HttpRequest) -> "Links":
        return cls({name: request.GET[name] for name in STICKY_PARAMETERS if request.GET.get(name)})

    def on(self, day: date) -> "Links":
        """The same of another day, which is compared with none."""
        kept = {name: value for name, value in self.kept.items() if name != "compare"}
        return Links({**kept, "as_of": day.isoformat()})

    def to(self, name: str, code: str = "", /, **filters: Any) -> str:
        # What the API says of a figure is the same beside any other day, and most of its addresses refuse one.
        kept = {key: value for key, value in self.kept.items() if key != "compare" or not name.startswith("api-")}
        query = {**filters, **kept, **filters}
        return address(name, code) + _query(tuple((key, str(value)) for key, value in query.items()))


@lru_cache(maxsize=1024)
def _query(parts: tuple[tuple[str, str], ...]) -> str:
    return f"?{urlencode(parts)}" if parts else ""


def month_words(day: date) -> str:
    """The month's name where the year is clear: 8月, August."""
    return f"{day.month}月" if is_chinese() else str(MONTHS[day.month])


def short_day_words(day: date, year: int) -> str:
    """A day to compare with, beside a figure; with its year where that is another one: end of May, 5月末, 3 August."""
    if is_chinese():
        of_year = "" if day.year == year else f"{day.year}年"
        return of_year + (f"{day.month}月末" if day == month_end(day) else f"{day.month}月{day.day}日")
    of_year = "" if day.year == year else f" {day.year}"
    if day == month_end(day):
        return _("end of %(month)s") % {"month": f"{MONTHS[day.month]}{of_year}"}
    return f"{day.day} {MONTHS[day.month]}{of_year}"


def listed_words(words: Sequence[str]) -> str:
    if is_chinese():
        return "、".join(words)
    return (
        words[0]
        if len(words) == 1
        else _("%(many)s and %(last)s")
        % {
            "many": ", ".join(words[:-1]),
            "last": words[-1],
        }
    )


def rounding_note(parts: Iterable[Decimal], total: Decimal) -> str:
    """Said under amounts in whole units that a reader would add up to another sum than the one beside them. Each is
    rounded for itself, as official tables do, and is the same wherever it stands. Empty where they do add up.
    """
    adds_up = sum(whole(part) for part in parts) == whole(total)
    return "" if adds_up else _("Because of rounding, parts may not add up to the total.")


def pace_words(points: Decimal | None) -> SafeString:
    """The decisive half of a sentence, in bold."""
    words = {
        None: _("nothing to measure yet"),
        Pace.ON_PACE: _("in step with time elapsed"),
        Pace.AHEAD: _("%(points)s percentage points ahead of time elapsed"),
        Pace.BEHIND: _("%(points)s percentage points behind time elapsed"),
    }[pace(points, tolerance=settings.PILOTZONE_PACE_TOLERANCE)]
    return format_html("<strong>{}</strong>", words % {"points": abs(points or 0)})


def completed_words(figures: Mapping[str, Any]) -> str:
    return ngettext(
        "%(completed)s of %(total)s policy measures is completed (%(rate)s)",
        "%(completed)s of %(total)s policy measures are completed (%(rate)s)",
        figures["completed"],
    ) % {
        "completed": format_number(figures["completed"]),
        "total": format_number(figures["total"]),
        "rate": format_percent(figures["completion_rate"]),
    }


def red_words(count: int) -> str:
    if not count:
        return _("none has a red light")
    return ngettext("%(count)s has a red light", "%(count)s have a red light", count) % {"count": format_number(count)}


def unreported_words(count: int, day: date) -> str:
    month = month_words(day)
    if not count:
        return _("all departments have reported for %(month)s") % {"month": month}
    return ngettext(
        "%(count)s department still owes reports for %(month)s",
        "%(count)s departments still owe reports for %(month)s",
        count,
    ) % {"count": format_number(count), "month": month}


Sort = Mapping[str, Callable[[Row], Any]]
MEASURE_SORTS: Sort = {
    "name": lambda row: row.member.number,
    "total": lambda row: row.figures["total"],
    "completed": lambda row: row.figures["completed"],
    "in_progress": lambda row: row.figures["in_progress"],
    "promoting": lambda row: row.figures["promoting"],
    "rate": lambda row: row.figures["completion_rate"],
    "gap": lambda row: row.figures["gap"],
    "red": lambda row: row.figures["lights"]["red"],
    "yellow": lambda row: row.figures["lights"]["yellow"],
}
PROJECT_SORTS: Sort = {
    "name": lambda row: row.key,
    "total": lambda row: row.figures["total"],
    "total_investment": lambda row: row.figures["total_investment"],
}


def asked_ordering(request: HttpRequest, sorts: Sort, default: str) -> str:
    """Raises BadQuery for an order that the table does not have."""
    asked = request.GET.get("ordering", "") or default
    if asked.removeprefix("-") not in sorts:
        raise BadQuery({"ordering": [not_one_of(sorts)]})
    return asked


# Where the API's rollups name an order otherwise.
MEASURE_SORTS_OF_THE_API = {"name": "number", "rate": "completion_rate"}
PROJECT_SORTS_OF_THE_API = {"name": "key"}


def api_ordering(ordering: str, names: Mapping[str, str]) -> str:
    """The order of a table as the API names it."""
    name = ordering.removeprefix("-")
    return ("-" if ordering.startswith("-") else "") + names.get(name, name)


def in_order(rows: Iterable[Row], sorts: Sort, ordering: str) -> list[Row]:
    """Ties stay in the order given; rows without a value come last either way."""
    value = sorts[ordering.removeprefix("-")]
    rows = list(rows)
    known = sorted((r for r in rows if value(r) is not None), key=value, reverse=ordering.startswith("-"))
    return known + [row for row in rows if value(row) is None]


@dataclass(frozen=True)
class TableRow:
    """A member of a table: its name as tables write it, where it leads, its figures."""

    name: str
    url: str
    figures: Mapping[str, Any]
    month: ReportingMonth | None = None
    then: Mapping[str, Any] | None = None  # its figures on the day that is compared with
    red_url: str = ""
    yellow_url: str = ""

    @property
    def whole_investment(self) -> int:
        return whole(self.figures["total_investment"])

    @property
    def completed_change(self) -> int | None:
        return None if self.then is None else self.figures["completed"] - self.then["completed"]


def measure_rows(
    rows: Iterable[Row],
    by: str,
    links: Links,
    months: Mapping[int, ReportingMonth] | None = None,
    then: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[TableRow]:
    field = "title" if by == "section" else "short"
    return [
        TableRow(
            local(row.member, field),
            links.to(f"dashboard:{by}", row.key),
            row.figures,
            (months or {}).get(row.member.pk),
            (then or {}).get(row.key),
            red_url=_light_url(row, "red", by, links),
            yellow_url=_light_url(row, "yellow", by, links),
        )
        for row in rows
    ]


def _light_url(row: Row, light: str, by: str, links: Links) -> str:
    """The list of a member's measures with a light; empty where there are none."""
    return links.to("measures:list", light=light, **{by: row.key}) if row.figures["lights"][light] else ""


def city_rows(rows: Iterable[Row], links: Links) -> list[TableRow]:
    return [TableRow(local(row.member, "short"), links.to("dashboard:city", row.key), row.figures) for row in rows]


def project_changes(now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, int]:
    """By how much the projects of a set and their investment, in whole 亿元, differ from those of the earlier day."""
    return {
        "total_change": now["total"] - then["total"],
        "investment_change": whole(now["total_investment"] - then["total_investment"]),
    }


@dataclass(frozen=True)
class Rank:
    """`place` is None for a member that is not ranked; `is_tied`: others have the same."""

    place: int | None
    of: int
    is_tied: bool = False

    @property
    def before(self) -> str:
        """What stands before the place: joint, 第, 并列第."""
        words = _("joint") if self.is_tied else ""
        return f"{words}第" if is_chinese() else words

    @property
    def shown(self) -> str:
        """1st, 10; empty without a place."""
        if self.place is None:
            return ""
        return str(self.place) if is_chinese() else _ordinal(self.place)


def rank(key: str, rows: Iterable[Row], value: Callable[[Row], Any], *, least: int = 0) -> Rank:
    """The place of a member by a value, the greatest first; ties share a place; small members are left out."""
    ranked = {row.key: value(row) for row in rows if row.figures["total"] >= least and value(row) is not None}
    if key not in ranked:
        return Rank(None, len(ranked))
    values = list(ranked.values())
    return Rank(1 + sum(other > ranked[key] for other in values), len(ranked), values.count(ranked[key]) > 1)


def _ordinal(place: int) -> str:
    """In English: 1st, 2nd, 3rd, 11th, 21st."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def share_words(part: Decimal | int, of: Decimal | int) -> str:
    """A part of a sum in percent, to one decimal; a dash where the sum is nothing."""
    # Both in 万元 where they are amounts, so that the division is exact.
    return format_percent(percent(int(part * WAN_PER_YI), int(of * WAN_PER_YI)))
