"""Progress over time: the second part of the overview."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.forecast import MONTHS
from core.pace import gap, percent
from core.periods import month_end, months_between
from core.punctuality import punctuality
from dashboard.charts.progress_curve import Course, RunningTotal, progress_curve
from dashboard.due_days import forecast_of
from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.overview.months import Months, months_chart
from dashboard.pages.standing import format_day_of, format_end_of_plan, format_next_due
from measures.timeline import History, total_on
from web.charts.chart import Chart, Column
from web.formats.dates import format_day, format_iso_day, format_month_name, format_year
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_sentence
from web.language import is_chinese

# What the part draws: the months of the year, or the rate over the year or the whole plan.
COURSES = ("months", "year", "plan")


def progress(
    figures: Figures, history: History, months: Months, links: Links, *, course: str, map_of: Mapping[str, str]
) -> dict[str, Any]:
    """`map_of`: what another part of the page shows, as its address names it."""
    plan = figures.plan
    return {
        "sentence": _progress_sentence(figures, months),
        "pace": _pace_sentence(figures, months),
        "rows": months.rows,
        "month_ends": month_ends(figures, history, links),
        "course": course,
        "courses": [
            {"url": _course_url(each, links, map_of), "label": label}
            for each, label in (
                ("months", _("Month by month")),
                ("year", _("Course of %(year)s") % {"year": format_year(months.year)}),
                ("plan", _("Whole plan, %(years)s") % {"years": _years(plan.starts_on.year, plan.ends_on.year)}),
            )
            if each != course and not (each == "plan" and plan.starts_on.year == plan.ends_on.year)
        ],
        "without_due_date": history.without_due_date,
        "total": figures.measures["total"],
    }


def _course_url(course: str, links: Links, map_of: Mapping[str, str]) -> str:
    chosen = {} if course == COURSES[0] else {"course": course}
    return links.url("dashboard:overview", **chosen, **map_of) + "#course"


def _years(first: int, last: int) -> str:
    if first == last:
        return format_year(first)
    return f"{first}—{last}年" if is_chinese() else f"{first} to {last}"


def month_by_month_chart(figures: Figures, months: Months) -> Chart:
    return months_chart(figures, months, summary=strip_tags(_progress_sentence(figures, months)))


def progress_chart(figures: Figures, history: History, links: Links, *, whole_plan: bool) -> Chart:
    plan, day = figures.plan, figures.day
    completed = [
        RunningTotal(on, so_far, links.url("measures:list", status="completed", as_of=on))
        for on, so_far in history.completed
    ]
    due = [RunningTotal(on, so_far, links.url("measures:list", due_to=on)) for on, so_far in history.due]
    course = Course(
        completed,
        due,
        total=figures.measures["total"],
        as_of=day,
        plan_start=plan.starts_on,
        plan_end=plan.ends_on,
        whole_plan=whole_plan,
    )
    title = _("Completion rate against planned completion and time elapsed, %(years)s, as of %(day)s (%%)")
    years = _years(course.start.year, course.end.year) if whole_plan else format_year(course.end.year)
    return Chart(
        name="course",
        title=title % {"years": years, "day": format_day(day)},
        figure=progress_curve(course, tolerance=settings.PILOTZONE_PACE_TOLERANCE),
        summary=_course_summary(figures),
        columns=[
            Column(_("Date"), format_iso_day, is_number=False),
            Column(pgettext("number of measures", "Completed"), format_number),
            Column(_("Completion rate (%)"), format_number),
            Column(pgettext("number of measures", "Due"), format_number),
            Column(_("Planned completion (%)"), format_number),
            Column(_("Time elapsed (%)"), format_number),
            Column(_("Straight-line pace (%)"), format_number),
        ],
        rows=course.points(),
        kind="course",
        provenance=figures.provenance_of("measures"),
    )


def month_ends(figures: Figures, history: History, links: Links) -> list[dict[str, Any]]:
    """The year of the day month by month, to the end of each and to the day, without the months before anything was
    due or completed."""
    plan = figures.plan
    last = min(figures.day, plan.ends_on)
    first = max(plan.starts_on, date(last.year, 1, 1))
    rows: list[dict[str, Any]] = []
    for month in months_between(first, last):
        on = min(month_end(month), last)
        total, completed = total_on(history.listed, on), total_on(history.completed, on)
        due = min(total_on(history.due, on), total)
        if rows or due or completed:
            then = links.as_of(on)
            rows.append(
                {
                    "label": format_month_name(on) if on == month_end(month) else format_day_of(on, on.year),
                    "is_day": on == last,
                    "due": due,
                    "due_url": then.url("measures:list", due_to=on) if due else "",
                    "completed": completed,
                    "completed_url": then.url("measures:list", status="completed") if completed else "",
                    "in_time_rate": punctuality(history.due_days(on), on=on).in_time_rate,
                    "gap": gap(percent(completed, total), percent(due, total)),
                }
            )
    return rows


def _progress_sentence(figures: Figures, months: Months) -> SafeString | str:
    """Return a sentence that says when something was completed last, and what falls due next, which is bold."""
    plan, measures = figures.plan, figures.measures
    left = measures["total"] - measures["completed"]
    if figures.day < plan.starts_on:
        return _("The day is before the plan began")
    if not left:
        return _("All measures are completed") if measures["total"] else _("Nothing to measure")
    if figures.day > plan.ends_on:
        return format_counted(
            "The plan has ended; %(count)s measure is not completed.",
            "The plan has ended; %(count)s measures are not completed.",
            left,
        )
    ahead = figures.due_figures["next_due"]
    done = _format_last_completed(months)
    if not ahead["month"]:
        return f"{done[0].upper()}{done[1:]}{pgettext('end of a sentence', '.')}"
    return format_sentence(
        _("%(completed)s; %(next)s."),
        completed=f"{done[0].upper()}{done[1:]}",
        next=format_html("<strong>{}</strong>", format_next_due(ahead, figures.day)),
    )


def _format_last_completed(months: Months) -> str:
    """7 were completed in June, none since."""
    newest = next((each for each in reversed(months.counts) if each.completed), None)
    if newest is None or newest.completed is None:
        return _("none has been completed in %(year)s so far") % {"year": format_year(months.year)}
    values = {"count": format_number(newest.completed), "month": format_month_name(newest.month)}
    if newest.month == months.ended[-1]:
        text = ngettext(
            "%(count)s has been completed in %(month)s so far",
            "%(count)s have been completed in %(month)s so far",
            newest.completed,
        )
    else:
        text = ngettext(
            "%(count)s was completed in %(month)s, none since",
            "%(count)s were completed in %(month)s, none since",
            newest.completed,
        )
    return text % values


def _pace_sentence(figures: Figures, months: Months) -> SafeString | str:
    """The pace of the last months beside the pace that is needed."""
    plan = figures.plan
    found = forecast_of(figures.measure_days, plan, figures.day)
    end = format_end_of_plan(plan)
    if months.needed is None:
        return ""
    if found is None:
        text = _(
            "Needed to complete all measures by %(end)s: %(needed)s a month; too few completions to tell the pace."
        )
    else:
        text = _("%(pace)s a month in the last %(months)s months; %(needed)s a month to complete all by %(end)s.")
    needed = format_html("<strong>{}</strong>", format_number(months.needed))
    return format_sentence(text, pace=found and found.pace, months=MONTHS, needed=needed, end=end)


def _course_summary(figures: Figures) -> str:
    measures: Mapping[str, Any] = figures.measures
    if measures["completion_rate"] is None:
        return _("Nothing to measure")
    return _(
        "As of %(day)s, %(rate)s%% are completed; %(due)s%% were due by then, and %(elapsed)s%% of the time had gone."
    ) % {
        "day": format_day(figures.day),
        "rate": measures["completion_rate"],
        "due": measures["due_rate"],
        "elapsed": measures["time_elapsed"],
    }
