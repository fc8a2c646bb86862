"""Rows of the dashboard's tables of sections, departments and cities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.rounding import whole
from core.statuses import MeasureStatus
from dashboard.figures import MIN_MEASURES_TO_RANK, STATUSES, GroupFigures
from dashboard.pages.links import Links
from web.formats.dates import format_days
from web.language import localized
from web.limits import thresholds


def days_left(measure: Any, day: date) -> int | None:
    """Return the days until the due day of a measure with its status, negative once that is over; None where it is
    completed or has none."""
    if measure.due_on is None or measure.status == MeasureStatus.COMPLETED:
        return None
    return int((measure.due_on - day).days)


@dataclass(frozen=True)
class MeasureLine:
    """A measure in a table. `overdue`: for how long, `left`: for how long not, where it is due soon; each may be
    empty."""

    measure: Any
    overdue: str = ""
    left: str = ""


def measure_lines(measures: Iterable[Any], day: date) -> list[MeasureLine]:
    return [_measure_line(each, days_left(each, day)) for each in measures]


def _measure_line(measure: Any, left: int | None) -> MeasureLine:
    if left is None or left > thresholds().due_soon:
        return MeasureLine(measure)
    if left < 0:
        return MeasureLine(measure, overdue=_("%(days)s overdue") % {"days": format_days(-left)})
    return MeasureLine(measure, left=_("%(days)s left") % {"days": format_days(left)})


@dataclass(frozen=True)
class GroupRow:
    """`missing`: how many late reports a department owes; None where it owed none. `then`: the figures on the day that
    is compared with. `place`: by completion rate, where the rows are ranked by it."""

    name: str
    url: str
    figures: Mapping[str, Any]
    missing: int | None = None
    then: Mapping[str, Any] | None = None
    red_url: str = ""
    yellow_url: str = ""
    problems_url: str = ""
    place: str = ""

    @property
    def gap_to_plan(self) -> Decimal | None:
        """Return the gap to the planned completion; None of so few measures that one of them decides it."""
        points: Decimal | None = self.figures["gap_to_plan"]
        return points if self.figures["total"] >= MIN_MEASURES_TO_RANK else None

    @property
    def completed_change(self) -> int | None:
        return None if self.then is None else self.figures["completed"] - self.then["completed"]


def measure_rows(
    rows: Iterable[GroupFigures],
    by: str,
    links: Links,
    missing: Mapping[int, int] | None = None,
    then: Mapping[str, Mapping[str, Any]] | None = None,
    places: Mapping[str, str] | None = None,
) -> list[GroupRow]:
    field = "title" if by == "section" else "short"
    return [
        GroupRow(
            localized(row.group, field),
            links.url(f"dashboard:{by}", row.key),
            row.figures,
            (missing or {}).get(row.group.pk),
            (then or {}).get(row.key),
            red_url=_light_url(row, "red", by, links),
            yellow_url=_light_url(row, "yellow", by, links),
            problems_url=_problems_url(row, by, links),
            place=(places or {}).get(row.key, ""),
        )
        for row in rows
    ]


def _light_url(row: GroupFigures, light: str, by: str, links: Links) -> str:
    """The list of a group's measures with a light; empty where there are none."""
    return links.url("measures:list", light=light, **{by: row.key}) if row.figures["lights"][light] else ""


def _problems_url(row: GroupFigures, by: str, links: Links) -> str:
    """The list of the open problems that the row counts; empty where there are none, or none are counted."""
    if not row.figures.get("problems"):
        return ""
    return links.url("problems:list", state="open", **{"owner" if by == "department" else by: row.key})


def status_rows(
    counts: Mapping[str, Any], links: Links, then: Mapping[str, Any] | None, **filters: str
) -> list[dict[str, Any]]:
    """Return a row for each status with how many measures have it, and how many more than `then`. `filters`: of the
    list of these measures."""
    return [
        {
            "status": status,
            "path": f"measures.{status}",
            "value": counts[status],
            "change": None if then is None else counts[status] - then[status],
            "url": links.url("measures:list", status=status, **filters),
        }
        for status in STATUSES
    ]


def city_rows(rows: Iterable[GroupFigures], links: Links) -> list[GroupRow]:
    return [GroupRow(localized(row.group, "short"), links.url("dashboard:city", row.key), row.figures) for row in rows]


def project_changes(now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, int]:
    """Return by how much the projects and their investment, in whole 亿元, differ from those of the earlier day."""
    return {
        "total_change": now["total"] - then["total"],
        "investment_change": whole(now["total_investment"] - then["total_investment"]),
    }
