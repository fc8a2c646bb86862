"""What the overview shows, part by part: figures and sentences in, dicts for the template out."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dashboard.changes import EarlierFigures
from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.overview.attention import attention
from dashboard.pages.overview.by_city import by_city, map_chart
from dashboard.pages.overview.by_group import by_group
from dashboard.pages.overview.headline import headline
from dashboard.pages.overview.outcomes import growth_chart, indicators
from dashboard.pages.overview.progress import progress, progress_chart
from dashboard.pages.sentences import (
    format_completed,
    format_pace,
    format_red_lights,
)
from measures.reporting_months import late_reports, reports_owed
from measures.timeline import load_history
from reporting.months import LateReports
from reporting.wording import format_late
from web.days import end_of_month_before
from web.formats.dates import format_day
from web.formats.text import format_sentence


def overview_context(
    figures: Figures, links: Links, *, whole_plan: bool, map_of: str, compared: date | None = None
) -> dict[str, Any]:
    """`compared`: the day that is compared with; without one, changes are since the end of last month."""
    history = load_history(figures.plan, figures.day)
    since = compared or _end_of_month_before(figures)
    then = EarlierFigures(figures, since, history) if since else None
    owed = reports_owed(figures.plan, by=figures.day, history=history)
    late = late_reports(figures.plan, day=figures.day, owed=owed)
    departments, cities = figures.measures_with_due_by("department"), figures.projects_by("city")
    return {
        "sentence": lead_sentence(figures, late),
        "headline": headline(figures, links, history, then, compared),
        "attention": attention(figures, links, history, departments, late, then, compared),
        "progress": progress(figures, history, links, whole_plan=whole_plan),
        "by_group": by_group(figures, links, departments, then if compared else None),
        "by_city": by_city(figures, links, cities, map_of=map_of),
        "indicators": indicators(figures, links),
        "charts": {
            each.name: each
            for each in (
                progress_chart(figures, history, links, whole_plan=whole_plan),
                map_chart(figures, links, cities, map_of=map_of),
                growth_chart(figures, links),
            )
        },
    }


def _end_of_month_before(figures: Figures) -> date | None:
    """None before the plan: there is nothing to compare with."""
    end = end_of_month_before(figures.day)
    return end if end and end >= figures.plan.starts_on else None


def lead_sentence(figures: Figures, late: LateReports) -> str:
    measures = figures.measures
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    if not measures["total"]:
        return _("As of %(day)s, no measure is listed yet.") % {"day": format_day(figures.day)}
    return format_sentence(
        _("As of %(day)s, %(completed)s, %(pace)s; %(red)s, and %(reports)s."),
        day=format_day(figures.day),
        completed=format_completed(measures),
        pace=format_pace(measures["gap"]),
        red=format_red_lights(measures["lights"]["red"]),
        reports=format_late(late, day=figures.day),
    )
