"""Progress over time: the second part of the overview."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.pace import gap, percent, time_elapsed
from core.periods import month_end, months_between
from core.rounding import whole
from dashboard.charts.progress_curve import RunningTotal, in_view, progress_curve, progress_points
from dashboard.figures import Figures
from dashboard.pages.links import Links
from measures.timeline import History, total_on
from web.charts.chart import Chart, Column
from web.formats.dates import format_day, format_iso_day, format_month_name, format_year
from web.formats.numbers import (
    format_number,
)
from web.language import is_chinese

DAYS_A_MONTH = Fraction(1461, 48)


def progress(figures: Figures, history: History, links: Links, *, whole_plan: bool) -> dict[str, Any]:
    plan, day = figures.plan, figures.day
    year = min(max(day, plan.starts_on), plan.ends_on).year
    return {
        "sentence": _progress_sentence(figures, history),
        "whole_plan": whole_plan,
        "years": _years(plan.starts_on.year, plan.ends_on.year),
        "year": year,
        "other_url": links.url("dashboard:overview", **({} if whole_plan else {"course": "plan"})) + "#course",
        "month_ends": month_ends(figures, history),
        "without_due_date": history.without_due_date,
        "total": figures.measures["total"],
    }


def _years(first: int, last: int) -> str:
    return f"{first}—{last}年" if is_chinese() else f"{first} to {last}"


def progress_chart(figures: Figures, history: History, links: Links, *, whole_plan: bool) -> Chart:
    plan, day = figures.plan, figures.day
    completed = [
        RunningTotal(on, so_far, links.url("measures:list", status="completed", as_of=on))
        for on, so_far in history.completed
    ]
    due = [RunningTotal(on, so_far, links.url("measures:list", due_to=on)) for on, so_far in history.due]
    span: dict[str, Any] = {
        "total": figures.measures["total"],
        "as_of": day,
        "plan_start": plan.starts_on,
        "plan_end": plan.ends_on,
        "whole_plan": whole_plan,
    }
    start, end = in_view(day, plan_start=plan.starts_on, plan_end=plan.ends_on, whole_plan=whole_plan)
    title = _("Completion rate against planned completion and time elapsed, %(years)s, as of %(day)s (%%)")
    years = _years(start.year, end.year) if whole_plan else format_year(end.year)
    return Chart(
        name="course",
        title=title % {"years": years, "day": format_day(day)},
        figure=progress_curve(completed, due, tolerance=settings.PILOTZONE_PACE_TOLERANCE, **span),
        summary=_progress_sentence(figures, history),
        columns=[
            Column(_("Date"), format_iso_day, is_number=False),
            Column(pgettext("number of measures", "Completed"), format_number),
            Column(_("Completion rate (%)"), format_number),
            Column(pgettext("number of measures", "Due"), format_number),
            Column(_("Planned completion (%)"), format_number),
            Column(_("Time elapsed (%)"), format_number),
            Column(_("Straight-line pace (%)"), format_number),
        ],
        rows=progress_points(completed, due, **span),
        kind="course",
        provenance=figures.provenance_of("measures"),
    )


def month_ends(figures: Figures, history: History) -> list[dict[str, Any]]:
    """The year of the day month by month, to the end of each and to the day."""
    plan = figures.plan
    last = min(figures.day, plan.ends_on)
    first = max(plan.starts_on, date(last.year, 1, 1))
    rows = []
    for month in months_between(first, last):
        on = min(month_end(month), last)
        total, completed = total_on(history.listed, on), total_on(history.completed, on)
        rate = percent(completed, total)
        elapsed = time_elapsed(starts_on=plan.starts_on, ends_on=plan.ends_on, on=on)
        rows.append(
            {
                "label": format_month_name(on) if on == month_end(month) else _format_short_day(on),
                "due": min(total_on(history.due, on), total),
                "completed": completed,
                "rate": rate,
                "gap": gap(rate, elapsed),
            }
        )
    return rows


def _format_short_day(on: date) -> str:
    return f"{on.month}月{on.day}日" if is_chinese() else f"{on.day} {format_month_name(on)}"


def _progress_sentence(figures: Figures, history: History) -> str:
    plan, day = figures.plan, figures.day
    measures = figures.measures
    left = measures["total"] - measures["completed"]
    if day < plan.starts_on:
        return _("The day is before the plan began")
    if not left:
        return _("All measures are completed") if measures["total"] else _("Nothing to measure")
    if day >= plan.ends_on:
        return ngettext(
            "The plan has ended; %(count)s measure is not completed.",
            "The plan has ended; %(count)s measures are not completed.",
            left,
        ) % {"count": format_number(left)}
    started = max(plan.starts_on, date(day.year, 1, 1))
    this_year = measures["completed"] - total_on(history.completed, started - timedelta(days=1))
    needed = whole(Decimal(str(float(left / ((plan.ends_on - day).days / DAYS_A_MONTH)))))
    so_far = this_year / (((day - started).days + 1) / DAYS_A_MONTH)
    needed = max(needed, 1)
    return ngettext(
        "To complete all by %(end)s, about %(needed)s measure a month is needed from now on; the average this "
        "year so far is %(so_far)s.",
        "To complete all by %(end)s, about %(needed)s measures a month are needed from now on; the average this "
        "year so far is %(so_far)s.",
        needed,
    ) % {
        "end": format_day(plan.ends_on),
        "needed": format_number(needed),
        "so_far": f"{float(so_far):.1f}",
    }
