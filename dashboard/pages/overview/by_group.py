"""Who is responsible: the third part of the overview."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.changes import earlier_figures
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import MEASURE_SORT_KEYS, sort_groups
from dashboard.pages.rows import measure_rows
from dashboard.pages.sentences import (
    format_earlier_day,
)
from web.formats.numbers import (
    format_number,
    format_percent,
)
from web.language import localized

MAX_DEPARTMENTS = 11


def by_group(figures: Figures, links: Links, departments: list[GroupFigures], then: Figures | None) -> dict[str, Any]:
    sections = sort_groups(figures.measures_with_due_by("section"), MEASURE_SORT_KEYS, "gap")
    leading = [row for row in departments if row.figures["total"]]
    largest = sorted(leading, key=lambda row: -row.figures["total"])[:MAX_DEPARTMENTS]
    sections_then = earlier_figures(then, "section", sections) if then else None
    departments_then = earlier_figures(then, "department", largest) if then else None
    return {
        "since": then and format_earlier_day(then.day, figures.day.year),
        "sentence": _group_sentence(sections),
        "sections": measure_rows(sections, "section", links, then=sections_then),
        "sections_total": len(sections),
        "sections_url": links.url("dashboard:sections"),
        "sections_sorts": _sorts("section", links),
        "departments": measure_rows(
            sort_groups(largest, MEASURE_SORT_KEYS, "gap"), "department", links, then=departments_then
        ),
        "departments_total": len(departments),
        "departments_url": links.url("dashboard:departments"),
        "departments_sorts": _sorts("department", links),
    }


def _sorts(by: str, links: Links) -> dict[str, str]:
    """Where the heads of a table lead: to the full one, the most lights and measures first."""
    orders = {"name": "name", "rate": "rate", "gap": "gap", "red": "-red", "yellow": "-yellow", "total": "-total"}
    return {column: links.url(f"dashboard:{by}s", ordering=order) for column, order in orders.items()}


def _group_sentence(sections: list[GroupFigures]) -> str:
    rated = [row for row in sections if row.figures["gap"] is not None]
    if not rated:
        return _("Nothing to measure")
    tolerance = settings.PILOTZONE_PACE_TOLERANCE
    behind = sum(row.figures["gap"] < -tolerance for row in rated)
    if behind == len(rated) > 1:
        pace = _("all %(count)s priority areas are behind schedule") % {"count": behind}
    else:
        pace = ngettext(
            "%(count)s of %(total)s priority areas is behind schedule",
            "%(count)s of %(total)s priority areas are behind schedule",
            behind,
        ) % {"count": behind, "total": len(rated)}
    lowest = rated[0].figures["completion_rate"]
    last = [row for row in rated if row.figures["completion_rate"] == lowest]
    values = {"rate": format_percent(lowest), "pace": pace}
    if len(last) > 1:
        values["count"] = format_number(len(last))
        if len(last) == len(rated):
            return _("All %(count)s priority areas have a completion rate of %(rate)s; %(pace)s.") % values
        return _("%(count)s priority areas have the lowest completion rate (%(rate)s); %(pace)s.") % values
    values["section"] = localized(last[0].group, "title")
    return _("“%(section)s” has the lowest completion rate (%(rate)s); %(pace)s.") % values
