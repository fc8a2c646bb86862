"""The brief of a plan, a section or a department: its measures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from briefs.changes import changes_part
from briefs.problems import problems_part
from briefs.reports import reports_part
from briefs.sheet import (
    MAX_NAME,
    MAX_SHORT_NAME,
    MAX_TITLE,
    Brief,
    BriefFigure,
    Cell,
    Column,
    Part,
    StatusShare,
    rows_that_fit,
    shortened,
)
from briefs.subject import Subject
from core.lights import Light
from core.pace import shares
from core.periods import month_end
from core.statuses import MeasureStatus
from dashboard.figures import STATUSES, Figures
from dashboard.pages.groups import get_group_or_404
from dashboard.pages.links import Links
from dashboard.pages.sentences import format_earlier_day
from dashboard.pages.standing import format_day_of, format_end_of_plan, format_range, standing_sentence
from web.formats.dates import format_days, format_iso_day, format_month, format_month_name
from web.formats.numbers import format_number
from web.formats.text import format_counted
from web.language import localized

# Rows of the tables, and lines of text, of which names may take two. A sheet holds MOST_LINES, and HEADING_LINES less
# for each of the tables that it may go without: problems, and what falls due next. Each kind of change has a line.
MAX_OVERDUE, OVERDUE_LINES = 10, 12
MAX_COMING = 5
MOST_LINES, HEADING_LINES, CHANGE_LINES = 22, 3, 7


def measures_brief(figures: Figures, then: Figures, links: Links, *, by: str = "plan", key: str = "") -> Brief:
    """Raises Http404 for a section or a department that there is not."""
    group = get_group_or_404(figures.measures_by(by), key or figures.plan.slug)
    about = Subject(figures, then, by, group, links)
    return Brief(
        name=shortened(group.name, MAX_TITLE),
        day=figures.day,
        since=format_earlier_day(then.day, figures.day.year),
        sentence=standing_sentence(about.due, figures.plan, figures.day, total=group.figures["total"]),
        figures=_figures(about),
        statuses=status_shares(group.figures),
        counts=group.figures,
        parts=_parts(about),
        provenance=figures.provenance_of("measures", **about.members),
        back_url=links.url("dashboard:overview") if by == "plan" else links.url(f"dashboard:{by}", key),
        back_label=_("Overview") if by == "plan" else group.name,
    )


def status_shares(counts: Mapping[str, Any]) -> list[StatusShare]:
    if not counts["total"]:
        return []
    parts = shares(*(counts[status] for status in STATUSES))
    return [
        StatusShare(MeasureStatus(status), counts[status], share) for status, share in zip(STATUSES, parts, strict=True)
    ]


def _parts(about: Subject) -> list[Part]:
    """Return the parts of the brief; the measures due next take the lines that the others leave."""
    reports = [reports_part(about)] if about.by == "department" else []
    problems = problems_part(about)
    taken = sum(part.lines for part in reports)
    if problems is not None:
        taken += problems.lines + HEADING_LINES
    overdue = overdue_part(about, lines=min(OVERDUE_LINES, MOST_LINES - CHANGE_LINES - taken))
    taken += overdue.lines
    changes = changes_part(about, lines=MOST_LINES - taken)
    coming = coming_part(about, lines=MOST_LINES - HEADING_LINES - taken - changes.lines)
    parts = [overdue, problems, coming if coming.rows else None, changes, *reports]
    return [each for each in parts if each is not None]


def _columns(about: Subject, title: str, days: str) -> list[Column]:
    """Return the columns; who leads is known on a department's own sheet: there the status stands in its place."""
    last = _("Status") if about.by == "department" else _("Lead department")
    return [
        Column(title, 51),
        Column(_("Due date"), 13, is_number=True),
        Column(days, 12, is_number=True),
        Column(last, 24),
    ]


def _row(measure: Any, about: Subject, days: int, *, is_overdue: bool) -> list[Cell]:
    title = Cell(shortened(localized(measure, "title"), MAX_NAME), about.links.url("measures:detail", measure.code))
    if about.by == "department":
        last = Cell(_format_status(measure, with_light=not is_overdue))
    else:
        last = Cell(shortened(localized(measure.lead_department, "short"), MAX_SHORT_NAME))
    return [title, Cell(format_iso_day(measure.due_on)), Cell(format_days(days), is_bold=is_overdue), last]


def _format_status(measure: Any, *, with_light: bool) -> str:
    status, light = str(MeasureStatus(measure.status).label), Light(measure.light)
    if light.is_green or not with_light:
        return status
    return pgettext("between clauses", ", ").join([status, str(light.label)])


def overdue_part(about: Subject, *, lines: int) -> Part:
    """Return the part on overdue measures: those overdue longest, then in the order of the plan."""
    columns = _columns(about, _("Overdue measures"), _("Days overdue"))
    rows = [
        _row(measure, about, (about.day - measure.due_on).days, is_overdue=True)
        for measure in about.overdue[:MAX_OVERDUE]
    ]
    shown = rows_that_fit(columns, rows, most=MAX_OVERDUE, lines=lines)
    return Part(
        _("Longest overdue"),
        columns,
        shown,
        nothing=_("No measure is overdue"),
        left_out=about.due["overdue"] - len(shown),
        url=about.list_url(light="red", ordering="due_on"),
    )


def coming_part(about: Subject, *, lines: int) -> Part:
    """Return the part on measures that fall due next and are not completed, as far as there is room."""
    columns = _columns(about, _("Measures due next"), _("Days left"))
    rows = [
        _row(measure, about, (measure.due_on - about.day).days, is_overdue=False)
        for measure in about.coming[:MAX_COMING]
    ]
    shown = rows_that_fit(columns, rows, most=MAX_COMING, lines=lines)
    return Part(format_counted("Next measure due", "Next %(count)s measures due", len(shown)), columns, shown)


def _figures(about: Subject) -> list[BriefFigure]:
    return [_in_time(about.due), overdue_figure(about), next_due_figure(about), _forecast(about)]


def _in_time(due: Mapping[str, Any]) -> BriefFigure:
    """Return the figure of completion on time: the rate, or the count where too few measures were due for a rate."""
    in_time, rate = due["completed_in_time"], due["in_time_rate"]
    counts = {
        "in_time": format_number(in_time),
        "due": format_number(due["due_before"]),
        "late": format_number(due["completed_late"]),
    }
    if rate is None:
        note = _("of %(due)s due, %(late)s late") % counts
        shown = format_number(in_time)
        return BriefFigure(
            _("Completed on time"), "measures.completed_in_time", in_time, shown, unit=_unit(in_time), note=note
        )
    note = _("%(in_time)s of %(due)s due, %(late)s late") % counts
    return BriefFigure(
        _("On-time completion rate"), "measures.in_time_rate", rate, format_number(rate), unit="%", note=note
    )


def overdue_figure(about: Subject) -> BriefFigure:
    count, longest = about.due["overdue"], about.due["longest_overdue"]
    return BriefFigure(
        pgettext("figure", "Overdue"),
        "measures.overdue",
        count,
        format_number(count),
        unit=_unit(count),
        note=_("longest %(days)s") % {"days": format_days(longest)} if count else "",
        url=about.list_url(light="red", ordering="due_on"),
    )


def next_due_figure(about: Subject) -> BriefFigure:
    """Return the figure of the next month in which something falls due; below it the day on which most does
    afterwards."""
    ahead = about.due["next_due"]
    if ahead["month"] is None:
        return BriefFigure(_("Due next"), "", 0, format_number(0), unit=_unit(0))
    month, peak = date.fromisoformat(f"{ahead['month']}-01"), ahead["peak_on"]
    named = format_month_name(month) if month.year == about.day.year else format_month(month)
    note = ""
    if peak:
        note = _("%(day)s: %(count)s") % {
            "day": format_day_of(date.fromisoformat(peak), about.day.year),
            "count": format_number(ahead["on_peak"]),
        }
    return BriefFigure(
        _("Due in %(month)s") % {"month": named},
        "",
        ahead["in_month"],
        format_number(ahead["in_month"]),
        unit=_unit(ahead["in_month"]),
        note=note,
        url=about.list_url(due_from=max(month, about.day).isoformat(), due_to=month_end(month).isoformat()),
    )


def _forecast(about: Subject) -> BriefFigure:
    forecast = about.due["forecast"]
    expected = forecast["expected"]
    is_made = expected is not None
    return BriefFigure(
        _("Forecast for %(end)s") % {"end": format_end_of_plan(about.figures.plan)},
        "measures.forecast.expected",
        expected,
        format_number(expected),
        unit=_unit(expected) if is_made else "",
        note=format_range(forecast) if is_made else _("none: too few completions"),
    )


def _unit(count: int) -> str:
    return npgettext("unit", "measure", "measures", count)
