"""The standing of a plan, or a part of it, against its due days, in words: for the overview, briefs and presentations.

All take what `dashboard.due_days.due_figures` gives for the measures in question.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from core.periods import month_end
from dashboard.figures import GroupFigures
from dashboard.pages.sentences import counted_clauses
from measures.models import Plan
from web.formats.dates import format_day, format_days, format_month, format_month_name, format_year
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_sentence
from web.language import is_chinese

# Whoever leads the meeting calls no more.
MAX_CALLED = 3


def standing_sentence(
    due: Mapping[str, Any], plan: Plan, day: date, *, total: int, names_day: bool = True
) -> SafeString | str:
    """Return a sentence on what was due, what falls due next and the forecast, which is bold; what there is none of is
    left out."""
    if day < plan.starts_on:
        return _("The plan begins on %(day)s.") % {"day": format_day(plan.starts_on)}
    if not total:
        return _("As of %(day)s, no measure is listed yet.") % {"day": format_day(day)}
    first = format_due(due)
    parts: list[SafeString | str] = [first if names_day else first[0].upper() + first[1:]]
    if due["next_due"]["month"]:
        parts.append(format_next_due(due["next_due"], day))
    if due["forecast"]["expected"] is not None:
        parts.append(format_html("<strong>{}</strong>", format_forecast(due["forecast"], plan)))
    joined = parts[0]
    for part in parts[1:]:
        joined = format_sentence(_("%(first)s; %(second)s"), first=joined, second=part)
    if not names_day:
        return format_html("{}{}", joined, pgettext("end of a sentence", "."))
    return format_sentence(_("As of %(day)s, %(parts)s."), day=format_day(day), parts=joined)


def format_due(due: Mapping[str, Any]) -> str:
    """23 measures were due: 12 completed on time, 1 late, 10 overdue."""
    if not due["due_before"]:
        return _("no measure has been due yet")
    parts = counted_clauses(
        (due["completed_in_time"], _("%(count)s completed on time")),
        (due["completed_late"], _("%(count)s completed late")),
        (due["overdue"], _("%(count)s overdue")),
    )
    return format_counted(
        "%(count)s measure was due: %(parts)s",
        "%(count)s measures were due: %(parts)s",
        due["due_before"],
        parts=pgettext("between clauses", ", ").join(parts),
    )


def format_next_due(ahead: Mapping[str, Any], day: date) -> str:
    """12 fall due in September and 51 on 31 December."""
    month = date.fromisoformat(f"{ahead['month']}-01")
    values = {
        "count": format_number(ahead["in_month"]),
        "month": format_month_name(month) if month.year == day.year else format_month(month),
    }
    if not ahead["peak_on"]:
        text = ngettext("%(count)s falls due in %(month)s", "%(count)s fall due in %(month)s", ahead["in_month"])
        return text % values
    peak = date.fromisoformat(ahead["peak_on"])
    values |= {"peak": format_number(ahead["on_peak"]), "peak_day": format_day_of(peak, day.year)}
    text = ngettext(
        "%(count)s falls due in %(month)s and %(peak)s on %(peak_day)s",
        "%(count)s fall due in %(month)s and %(peak)s on %(peak_day)s",
        ahead["in_month"],
    )
    return text % values


def format_forecast(forecast: Mapping[str, int], plan: Plan) -> str:
    """Return the forecast as a clause: at the pace of the last six months about 74 (50–125) will be completed by the
    end of 2025."""
    text = _("at the pace of the last six months about %(expected)s %(range)s will be completed by %(end)s")
    return text % {
        "expected": format_number(forecast["expected"]),
        "range": format_range(forecast),
        "end": format_end_of_plan(plan),
    }


def format_range(forecast: Mapping[str, int]) -> str:
    """Return the range of a forecast: (50–125), （50—125项）; (60) where it is one number."""
    values = {"lowest": format_number(forecast["lowest"]), "highest": format_number(forecast["highest"])}
    if forecast["lowest"] == forecast["highest"]:
        return pgettext("range of a forecast", "(%(lowest)s)") % values
    return pgettext("range of a forecast", "(%(lowest)s–%(highest)s)") % values


def format_end_of_plan(plan: Plan) -> str:
    """The end of 2025, 2025年底; the day where it is not the last one of a year."""
    end = plan.ends_on
    if end == month_end(date(end.year, 12, 1)):
        return _("the end of %(year)s") % {"year": format_year(end.year)}
    return format_day(end)


def format_day_of(day: date, year: int) -> str:
    """31 December, 12月31日; with its year where that is not `year`."""
    if day.year != year:
        return format_day(day)
    return f"{day.month}月{day.day}日" if is_chinese() else f"{day.day} {format_month_name(day)}"


def to_call(groups: Iterable[GroupFigures]) -> Sequence[GroupFigures]:
    """Return the groups that have something overdue, whoever must act first before the others. `groups`: from
    `Figures.measures_with_due_by`."""
    late = [each for each in groups if each.figures["overdue"]]
    return sorted(late, key=lambda each: each.figures["urgency"])


def format_others(others: Sequence[GroupFigures], *, are_sections: bool = False) -> str:
    """The other six: 1 overdue each; of those beyond the ones that are named. Empty without any. Chinese counts
    departments and sections by words of their own."""
    if not others:
        return ""
    counts = [each.figures["overdue"] for each in others]
    are_alike, number = len(set(counts)) == 1, len(others)
    if are_sections and are_alike:
        text = npgettext(
            "priority areas", "%(count)s other: %(each)s overdue", "%(count)s others: %(each)s overdue each", number
        )
    elif are_sections:
        text = npgettext(
            "priority areas",
            "%(count)s other: %(overdue)s overdue",
            "%(count)s others: %(overdue)s overdue in all",
            number,
        )
    elif are_alike:
        text = ngettext("%(count)s other: %(each)s overdue", "%(count)s others: %(each)s overdue each", number)
    else:
        text = ngettext("%(count)s other: %(overdue)s overdue", "%(count)s others: %(overdue)s overdue in all", number)
    return text % {
        "count": format_number(number),
        "each": format_number(counts[0]),
        "overdue": format_number(sum(counts)),
    }


def format_late(group: GroupFigures, name: str) -> str:
    """Natural Resources (2, longest 60 days)"""
    overdue = group.figures["overdue"]
    text = _("%(name)s (%(count)s, longest %(days)s)") if overdue > 1 else _("%(name)s (%(count)s, %(days)s)")
    days = format_days(group.figures["longest_overdue"])
    return text % {"name": name, "count": format_number(overdue), "days": days}
