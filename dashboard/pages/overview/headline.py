"""The three figures at the top of the overview."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.comparison import FigureChange
from core.pace import shares
from core.rounding import whole
from dashboard.changes import figure_changes
from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.overview.outcomes import GROWTH, state_of
from dashboard.pages.sentences import (
    format_earlier_day,
)
from indicators.state import ChangeSince, IndicatorState
from indicators.wording import (
    number_cell,
    period_words,
    since_words,
)
from measures.timeline import History
from projects.models import Category
from web.formats.dates import format_month_name
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import (
    MINUS,
    format_gap_cell,
    format_number,
    with_true_minus,
)
from web.language import is_chinese

STATUSES = ("completed", "in_progress", "promoting")
# Those of the headline that have a change beside them.
CHANGING = (
    *(f"measures.{status}" for status in STATUSES),
    "measures.gap",
    "measures.gap_to_plan",
    "projects.total",
    "projects.total_investment",
)


def headline(
    figures: Figures, links: Links, history: History, then: Figures | None, compared: date | None
) -> dict[str, Any]:
    measures, projects = figures.measures, figures.projects
    parts = shares(measures["completed"], measures["in_progress"], measures["promoting"])
    since = then.day if then else None
    changes = _changes(figures, then)
    investment, investment_unit = rounded_money(projects["total_investment"])
    return {
        "statuses": [
            {
                "status": status,
                "path": f"measures.{status}",
                "value": measures[status],
                "share": share if measures["total"] else None,
                "change": changes.get(f"measures.{status}"),
                "url": links.url("measures:list", status=status),
            }
            for status, share in zip(("completed", "in_progress", "promoting"), parts, strict=True)
        ],
        "total_url": links.url("measures:list"),
        "due_url": links.url("measures:list", due_to=figures.day.isoformat()),
        "plan_note": _(" (%(count)s due)") % {"count": format_number(measures["due"])},
        "since": since,
        "since_month": format_month_name(since) if since else "",
        "since_label": format_earlier_day(since, figures.day.year) if since else "",
        "compared": compared,
        "gap_change": changes.get("measures.gap"),
        "plan_change": changes.get("measures.gap_to_plan"),
        "projects_change": changes.get("projects.total"),
        "investment_change": _investment_change(changes),
        "changed": history.changed_since(since) if since else 0,
        "newly_listed": history.listed_since(since) if since else 0,
        "left": history.out_since(since) if since else 0,
        "returned": history.back_since(since) if since else 0,
        "changes_url": links.url("dashboard:changes"),
        "measures_published": _published(figures, *(f"measures.{each}" for each in ("total", *STATUSES))),
        "projects_published": _published(figures, "projects.total", "projects.total_investment"),
        "projects_url": links.url("projects:list"),
        "investment": investment,
        "investment_unit": investment_unit,
        "categories": [
            {
                "label": category.label,
                "path": f"projects.by_category.{category.value}",
                "url": links.url("projects:list", category=category.value),
                **projects["by_category"][category.value],
                "whole": whole(projects["by_category"][category.value]["total_investment"]),
            }
            for category in sorted(Category, key=lambda each: -projects["by_category"][each.value]["total_investment"])
        ],
        "measures_provenance": figures.provenance_of("measures"),
        "projects_provenance": figures.provenance_of("projects"),
        "growth": growth_headline(state_of(figures, GROWTH), links, figures.day, since),
    }


def _changes(figures: Figures, then: Figures | None) -> dict[str, FigureChange]:
    found = figure_changes(figures, then, CHANGING) if then else {}
    return {path: each for path, each in found.items() if each.change is not None}


def _investment_change(changes: Mapping[str, FigureChange]) -> str:
    """+621.8 billion yuan, −3亿元; empty for none, which the number of projects above says already."""
    each = changes.get("projects.total_investment")
    change = Decimal((each and each.change) or 0)
    return (MINUS if change < 0 else "+") + format_rounded_money(abs(change)) if change else ""


def _published(figures: Figures, *paths: str) -> date | None:
    """The day that a block's figures were published for; None where one of them is not."""
    rows = [figures.published_for(path) for path in paths]
    return None if not all(rows) else min(row.as_of for row in rows if row is not None)


def growth_headline(state: IndicatorState | None, links: Links, day: date, since: date | None) -> dict[str, Any] | None:
    """`since`: the earlier day that the value is compared with."""
    if state is None or state.latest is None:
        return None
    latest = state.latest
    own = [row for row in state.series if row.period_end < latest.period_end]
    same_year = [row for row in own if row.period_end.year == latest.period_end.year]
    before = max(same_year, key=lambda row: (row.period_end, row.released_on), default=None)
    year_before = [row for row in own if row.value == state.previous and row.period_kind == latest.period_kind]
    rows = []
    if state.comparator is not None:
        rows.append({"label": _("China"), "value": number_cell(state.indicator, state.comparator)})
    for row in (before, *year_before[-1:]):
        if row is not None:
            label = _("Shandong, %(period)s") % {"period": period_words(row)}
            rows.append({"label": label, "value": number_cell(state.indicator, row.value)})
    shown = with_true_minus(number_cell(state.indicator, state.value))
    return {
        "state": state,
        **format_gap_to_country(state.gap),
        "shown": shown,
        "period": period_words(latest),
        "since": since_words(ChangeSince(state, since), format_earlier_day(since, day.year)) if since else "",
        "rows": rows,
        "url": links.url("indicators:detail", state.indicator.code),
    }


def format_gap_to_country(points: Decimal | None) -> dict[str, str]:
    """For a headline: the size of the gap (0.7), and what stands before and after it. Empty without a gap."""
    if not points:
        same = "" if points is None else _("the same as the national rate")
        return {"gap_before": "", "gap_shown": "" if points is None else format_gap_cell(points), "gap_after": same}
    before = ""
    if is_chinese():
        before, after = ("高于全国" if points > 0 else "低于全国"), "个百分点"
    elif points > 0:
        after = _("points above the national rate")
    else:
        after = _("points below the national rate")
    return {"gap_before": before, "gap_shown": format_gap_cell(abs(points)).lstrip("+"), "gap_after": after}
