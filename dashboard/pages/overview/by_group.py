"""The third part of the overview: who is responsible."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboard.changes import earlier_figures
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import MEASURE_SORT_KEYS, sort_groups
from dashboard.pages.rows import measure_rows
from dashboard.pages.sentences import format_earlier_day
from dashboard.pages.standing import MAX_CALLED, format_late, to_call
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_names, format_sentence
from web.language import localized

MAX_DEPARTMENTS = 11
# Where the heads of a table lead: to the full one, in this order.
ORDERINGS = {
    "name": "name",
    "overdue": "urgency",
    "longest": "-longest_overdue",
    "in_time": "in_time_rate",
    "gap_to_plan": "gap_to_plan",
    "total": "-total",
}


def by_group(figures: Figures, links: Links, departments: list[GroupFigures], then: Figures | None) -> dict[str, Any]:
    """Both tables with whoever must act first at the top."""
    with_problems = figures.with_problems(figures.measures_with_due_by("section"), "section")
    sections = sort_groups(with_problems, MEASURE_SORT_KEYS, "urgency")
    leading = sort_groups((row for row in departments if row.figures["total"]), MEASURE_SORT_KEYS, "urgency")
    shown = leading[:MAX_DEPARTMENTS]
    sections_then = earlier_figures(then, "section", sections) if then else None
    departments_then = earlier_figures(then, "department", shown) if then else None
    return {
        "since": then and format_earlier_day(then.day, figures.day.year),
        "sentence": _group_sentence(figures, sections, departments),
        "rule_url": links.url("measures:lights") + "#order",
        "sections": measure_rows(sections, "section", links, then=sections_then),
        # Before anything is due, the tables would be rows of zeros.
        "has_rows": any(row.figures["due_before"] or row.figures["problems"] for row in (*sections, *leading)),
        "sections_total": len(sections),
        "sections_url": links.url("dashboard:sections", ordering="urgency"),
        "sections_sorts": _sorts("section", links),
        "departments": measure_rows(shown, "department", links, then=departments_then),
        "departments_total": len(departments),
        "departments_url": links.url("dashboard:departments", ordering="urgency"),
        "departments_sorts": _sorts("department", links),
    }


def _sorts(by: str, links: Links) -> dict[str, str]:
    return {column: links.url(f"dashboard:{by}s", ordering=order) for column, order in ORDERINGS.items()}


def _group_sentence(
    figures: Figures, sections: Sequence[GroupFigures], departments: Sequence[GroupFigures]
) -> SafeString | str:
    """How much is overdue and where, and the departments that must act first, which are bold."""
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    late = to_call(departments)
    if not late:
        return (
            (_("No measure is overdue") + pgettext("end of a sentence", ".")) if sections else _("Nothing to measure")
        )
    overdue = sum(row.figures["overdue"] for row in late)
    areas = sum(bool(row.figures["overdue"]) for row in sections)
    text = ngettext(
        "%(overdue)s overdue measure lies with %(departments)s, in %(areas)s%(names)s.",
        "%(overdue)s overdue measures lie with %(departments)s, in %(areas)s%(names)s.",
        overdue,
    )
    called = [format_late(row, localized(row.group, "short")) for row in late[:MAX_CALLED]]
    first = format_sentence(
        _("; first of all %(names)s"), names=format_html("<strong>{}</strong>", format_names(called))
    )
    return format_sentence(
        text,
        overdue=format_number(overdue),
        departments=format_counted("%(count)s department", "%(count)s departments", len(late)),
        areas=format_counted("%(count)s priority area", "%(count)s priority areas", areas),
        # The table below begins with them, which is all that a phone shows.
        names=format_html('<span class="wide-only">{}</span>', first),
    )
