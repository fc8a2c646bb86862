"""Rows of the dashboard's tables of sections, departments and cities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.rounding import whole
from dashboard.figures import STATUSES, GroupFigures
from dashboard.pages.links import Links
from web.language import localized


@dataclass(frozen=True)
class GroupRow:
    """`missing`: how many late reports a department owes; None where it owed none. `then`: the figures on the day that
    is compared with."""

    name: str
    url: str
    figures: Mapping[str, Any]
    missing: int | None = None
    then: Mapping[str, Any] | None = None
    red_url: str = ""
    yellow_url: str = ""

    @property
    def status_counts(self) -> dict[str, int]:
        return {status: self.figures[status] for status in STATUSES}

    @property
    def whole_investment(self) -> int:
        return whole(self.figures["total_investment"])

    @property
    def completed_change(self) -> int | None:
        return None if self.then is None else self.figures["completed"] - self.then["completed"]


def measure_rows(
    rows: Iterable[GroupFigures],
    by: str,
    links: Links,
    missing: Mapping[int, int] | None = None,
    then: Mapping[str, Mapping[str, Any]] | None = None,
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
        )
        for row in rows
    ]


def _light_url(row: GroupFigures, light: str, by: str, links: Links) -> str:
    """The list of a group's measures with a light; empty where there are none."""
    return links.url("measures:list", light=light, **{by: row.key}) if row.figures["lights"][light] else ""


def city_rows(rows: Iterable[GroupFigures], links: Links) -> list[GroupRow]:
    return [GroupRow(localized(row.group, "short"), links.url("dashboard:city", row.key), row.figures) for row in rows]


def project_changes(now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, int]:
    """By how much the projects and their investment, in whole 亿元, differ from those of the earlier day."""
    return {
        "total_change": now["total"] - then["total"],
        "investment_change": whole(now["total_investment"] - then["total_investment"]),
    }
