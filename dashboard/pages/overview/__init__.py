"""The overview, part by part: figures and sentences in, dicts for the template out."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dashboard.changes import EarlierFigures
from dashboard.figures import Figures
from dashboard.pages.city_statistics import CityStatistic, chosen, measured_cities
from dashboard.pages.links import Links
from dashboard.pages.overview.attention import Attention
from dashboard.pages.overview.by_city import by_city, map_chart
from dashboard.pages.overview.by_group import by_group
from dashboard.pages.overview.due import due_block
from dashboard.pages.overview.headline import headline
from dashboard.pages.overview.months import Months
from dashboard.pages.overview.outcomes import indicators
from dashboard.pages.overview.progress import COURSES, month_by_month_chart, progress, progress_chart
from dashboard.pages.problems import problem_block
from dashboard.pages.standing import standing_sentence
from measures.models import Module, Plan
from measures.reporting_months import reports_owed
from measures.timeline import load_history
from web.days import end_of_month_before
from web.formats.text import numbered


def overview_context(
    figures: Figures, links: Links, *, course: str, measure: CityStatistic, compared: date | None = None
) -> dict[str, Any]:
    """Return what the template of the overview takes. `measure`: what the map shows. `compared`: the day that is
    compared with; without one, changes are since the end of last month."""
    history = load_history(figures.plan, figures.day)
    since = compared or _end_of_month_before(figures)
    then = EarlierFigures(figures, since, history) if since else None
    owed = reports_owed(figures.plan, by=figures.day, history=history)
    departments = figures.with_problems(figures.measures_with_due_by("department"), "department")
    cities = measured_cities(figures, measure)
    months = Months(figures, history, owed, links, since)
    where = by_city(figures, links, cities, measure=measure, course={} if course == COURSES[0] else {"course": course})
    return {
        "headings": _headings(figures.plan, figures.day),
        "sentence": where["sentence"]
        if figures.plan.hides.get(Module.MEASURES)
        else standing_sentence(figures.due_figures, figures.plan, figures.day, total=figures.measures["total"]),
        "due_block": due_block(figures, links, history, departments),
        "headline": headline(figures, links, history, then, months.turned),
        "attention": Attention(figures, links, history, departments, months, then).context(),
        "problem_block": problem_block(figures, links, departments),
        "progress": progress(figures, history, months, links, course=course, map_of=chosen(figures, measure, "map")),
        "by_group": by_group(figures, links, departments, then if compared else None),
        "by_city": where,
        "indicators": indicators(figures, links),
        "charts": {
            each.name: each
            for each in (
                month_by_month_chart(figures, months)
                if course == COURSES[0]
                else progress_chart(figures, history, links, whole_plan=course == "plan"),
                map_chart(figures, links, cities, measure=measure),
            )
            if each is not None
        },
    }


def _headings(plan: Plan, day: date) -> dict[str, str]:
    """Return the numbered headings of the parts that the plan shows on the day, by what the template calls them."""
    parts = (
        ("attention", _("What needs attention"), [Module.MEASURES]),
        ("progress", _("Progress over time"), [Module.MEASURES]),
        ("by_group", _("Who is responsible"), [Module.MEASURES]),
        ("by_city", _("Projects by region"), [Module.PROJECTS, Module.REGIONS]),
        ("indicators", _("Outcomes"), [Module.INDICATORS]),
    )
    titles = {name: title for name, title, of in parts if not any(map(plan.hides.get, of))}
    if day < plan.starts_on:
        titles.pop("progress", None)
    return dict(zip(titles, numbered(titles.values()), strict=True))


def _end_of_month_before(figures: Figures) -> date | None:
    """None before the plan: there is nothing to compare with."""
    end = end_of_month_before(figures.day)
    return end if end and end >= figures.plan.starts_on else None
