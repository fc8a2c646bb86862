"""The content of the page of projects by lead department, size or list."""

from typing import Any

from core.rounding import whole
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import SortKeys, by_figures, sort_groups
from dashboard.pages.sentences import rounding_note
from dashboard.project_groups import GROUPINGS, grouped_projects
from web.formats.numbers import format_gap_cell, format_percent

SORT_KEYS: SortKeys = {
    "name": lambda _row: 0,
    **by_figures("total", "total_investment", "built_rate", "start_rate"),
    **by_figures("plan_completion", "plan_gap", "without_month"),
}


def group_list(figures: Figures, links: Links, *, by: str, ordering: str) -> dict[str, Any]:
    """Groups without projects are left out. Orders by name keep the usual one."""
    groups = [each for each in grouped_projects(figures, by) if each.figures["total"]]
    shown = groups[::-1] if ordering == "-name" else sort_groups(groups, SORT_KEYS, ordering)
    [total] = figures.projects_by("plan")
    return {
        "by": by,
        "head": GROUPINGS[by].label,
        "switch": [
            {
                "label": each.label,
                "url": links.url("dashboard:project_groups", by=name),
                "is_chosen": name == by,
            }
            for name, each in GROUPINGS.items()
        ],
        "rows": [_row(each, links.url("projects:list", **{by: each.key})) for each in shown],
        "total": _row(total, ""),
        "largest": max((each.figures["total_investment"] for each in groups), default=0),
        "rounding": rounding_note(
            (each.figures["total_investment"] for each in groups), total.figures["total_investment"]
        ),
        "shows_rates": figures.has_project_months,
        "provenance": figures.provenance_of("projects"),
        "api_ordering": {"name": "number", "-name": "-number"}.get(ordering, ordering),
    }


def _row(group: GroupFigures, url: str) -> dict[str, Any]:
    own = group.figures
    return {
        "name": group.name,
        "url": url,
        "total": own["total"],
        "total_investment": own["total_investment"],
        "whole": whole(own["total_investment"]),
        "built_rate": format_percent(own["built_rate"]),
        "start_rate": format_percent(own["start_rate"]),
        "completion": format_percent(own["plan_completion"]),
        "gap": format_gap_cell(own["plan_gap"]),
        "without_month": own["without_month"],
    }
