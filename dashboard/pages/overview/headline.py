"""The counts of measures and projects and the first headline indicators: the second row of the overview."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.comparison import FigureChange
from core.lights import Light
from core.pace import shares
from dashboard.changes import figure_changes
from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.overview.outcomes import featured_states
from dashboard.pages.sentences import counted_clauses, format_earlier_day, format_turned
from indicators.state import ChangeSince, IndicatorState, is_rate
from indicators.wording import number_cell, period_words, shown_unit, signed_cell, since_words, with_unit
from measures.timeline import History
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import MINUS, format_gap, with_true_minus
from web.formats.text import format_list
from web.language import localized

STATUSES = ("completed", "in_progress", "promoting")
# Those of the headline that have a change beside them.
CHANGING = (
    *(f"measures.{status}" for status in STATUSES),
    "projects.total",
    "projects.total_investment",
)


def headline(
    figures: Figures, links: Links, history: History, then: Figures | None, turned: Counter[Light]
) -> dict[str, Any]:
    """Return what the template takes. `turned`: how many measures turned to each light since the day of `then`."""
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
        "since_label": format_earlier_day(since, figures.day.year) if since else "",
        "projects_change": changes.get("projects.total"),
        "investment_change": _investment_change(changes),
        "changes_url": links.url("dashboard:changes"),
        "changes_text": _format_changes(history, turned, since, figures.day) if since else "",
        "measures_published": published_on(figures, *(f"measures.{each}" for each in ("total", *STATUSES))),
        "projects_published": published_on(figures, "projects.total", "projects.total_investment"),
        "projects_url": links.url("projects:list"),
        "investment": investment,
        "investment_unit": investment_unit,
        "measures_provenance": figures.provenance_of("measures"),
        "projects_provenance": figures.provenance_of("projects"),
        "featured": [featured_row(each, links, figures.day, since) for each in featured_states(figures)],
    }


def _changes(figures: Figures, then: Figures | None) -> dict[str, FigureChange]:
    found = figure_changes(figures, then, CHANGING) if then else {}
    return {path: each for path, each in found.items() if each.change is not None}


def _investment_change(changes: Mapping[str, FigureChange]) -> str:
    """+621.8 billion yuan, −3亿元; empty for none, which the number of projects above says already."""
    each = changes.get("projects.total_investment")
    change = Decimal((each and each.change) or 0)
    return (MINUS if change < 0 else "+") + format_rounded_money(abs(change)) if change else ""


def published_on(figures: Figures, *paths: str) -> date | None:
    """The day that a block's figures were published for; None where one of them is not."""
    rows = [figures.published_for(path) for path in paths]
    return None if not all(rows) else min(row.as_of for row in rows if row is not None)


def _format_changes(history: History, turned: Counter[Light], since: date, day: date) -> str:
    """Return the changes as a clause: since the end of July 5 turned red and 2 changed status; or that nothing
    changed."""
    lights = format_turned(turned)
    parts = [lights] if lights else []
    parts += counted_clauses(
        (history.changed_since(since), _("%(count)s changed status")),
        (history.listed_since(since), _("%(count)s newly listed")),
        (history.out_since(since), _("%(count)s suspended or withdrawn")),
        (history.back_since(since), _("%(count)s resumed")),
    )
    values = {"since": format_earlier_day(since, day.year), "changes": format_list(parts)}
    if not parts:
        return _("unchanged since %(since)s") % values
    return _("since %(since)s: %(changes)s") % values


def featured_row(state: IndicatorState, links: Links, day: date, since: date | None) -> dict[str, Any]:
    """Return an indicator that stands among the counts. `since`: the earlier day that its value is compared with."""
    return {
        **featured_figures(state),
        "against": format_against(state),
        "since": since_words(ChangeSince(state, since), format_earlier_day(since, day.year)) if since else "",
        "url": links.url("indicators:detail", state.indicator.code),
    }


def featured_figures(state: IndicatorState) -> dict[str, Any]:
    """Return the name, the value and the paths of an indicator that stands among the counts."""
    assert state.latest is not None
    indicator = state.indicator
    return {
        "name": localized(indicator, "name"),
        "path": f"indicators.{indicator.code}.value",
        "gap_path": f"indicators.{indicator.code}.gap",
        "value": state.value,
        "shown": with_true_minus(number_cell(indicator, state.value)),
        "unit": shown_unit(indicator),
        "gap": state.gap,
        "gap_shown": _format_gap_of(state),
        "is_rate": is_rate(indicator),
        "period": period_words(state.latest),
        "provenance": state.latest.provenance,
        "region": state.against_name,
    }


def _format_gap_of(state: IndicatorState) -> str:
    """Return how far the value is from what it is compared with, with its sign; empty where it is not."""
    if state.gap is None:
        return ""
    if is_rate(state.indicator):
        return format_gap(state.gap)
    return with_true_minus(signed_cell(state.gap, number_cell(state.indicator, state.gap)))


def format_against(state: IndicatorState) -> str:
    """Return the comparison as words: above China (5.5%); empty without a value to compare with."""
    if state.gap is None or state.comparator is None:
        return ""
    values = {"region": state.against_name, "value": with_true_minus(with_unit(state.indicator, state.comparator))}
    if not state.gap:
        return _("as in %(region)s (%(value)s)") % values
    return (_("above %(region)s (%(value)s)") if state.gap > 0 else _("below %(region)s (%(value)s)")) % values
