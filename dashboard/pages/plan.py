"""The content of the page of the plan: what it is, its milestones and years, its priority areas."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.rows import GroupRow, measure_rows
from measures.models import Plan
from web.formats.dates import format_day, format_month, format_year
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_counted, format_sentence
from web.html.sources import source_link
from web.language import localized


@dataclass(frozen=True)
class Milestone:
    """A milestone or a year of the plan. `when`: the day or the month of what happened, else a year of the plan.
    `source` is markup."""

    when: str
    name: str
    starts_on: date
    is_to_come: bool
    provenance: str = ""
    source: SafeString | str = ""


@dataclass(frozen=True)
class DueYear:
    """The measures that are due in a year; those without a due date where `label` says so."""

    label: str
    due: int
    completed: int
    url: str = ""

    @property
    def left(self) -> int:
        return self.due - self.completed


class PlanContext(NamedTuple):
    """The values of the page. `left`: how many measures are not yet completed."""

    name: str
    sentence: SafeString
    region: str | None
    source: SafeString
    milestones: list[Milestone]
    sections: list[GroupRow]
    years: list[DueYear]
    left: int
    sections_url: str
    measures_url: str


def plan_context(figures: Figures, links: Links) -> PlanContext:
    plan, day = figures.plan, figures.day
    sections = figures.measures_with_due_by("section")
    years = list(_due_years(figures, links))
    return PlanContext(
        name=localized(plan, "name"),
        sentence=_sentence(figures, len(sections)),
        region=localized(plan.region, "name") if plan.region else None,
        source=source_link(plan.source),
        milestones=_milestones(plan, day),
        sections=measure_rows(sections, "section", links),
        years=years,
        left=sum(each.left for each in years),
        sections_url=links.url("dashboard:sections"),
        measures_url=links.url("measures:list"),
    )


def _sentence(figures: Figures, sections: int) -> SafeString:
    plan, measures = figures.plan, figures.measures
    return format_sentence(
        _("%(measures)s in %(sections)s, from %(first)s to %(last)s; %(completed)s completed (%(rate)s)."),
        measures=format_counted("%(count)s policy measure", "%(count)s policy measures", measures["total"]),
        sections=format_counted("%(count)s priority area", "%(count)s priority areas", sections),
        first=format_day(plan.starts_on),
        last=format_day(plan.ends_on),
        completed=format_html("<strong>{}</strong>", format_number(measures["completed"])),
        rate=format_percent(measures["completion_rate"]),
    )


def _milestones(plan: Plan, day: date) -> list[Milestone]:
    """Return the milestones of the plan and each of its years, in their order."""
    own = [
        Milestone(
            format_day(each.happens_on) if each.day_known else format_month(each.happens_on),
            localized(each, "name"),
            each.happens_on,
            each.happens_on > day,
            each.provenance,
            source_link(each.source),
        )
        for each in plan.milestones.all()
    ]
    # Of equal days what happened comes before the year that begins.
    return sorted([*own, *_years(plan, day)], key=lambda each: each.starts_on)


def _years(plan: Plan, day: date) -> Iterable[Milestone]:
    years = range(plan.starts_on.year, plan.ends_on.year + 1)
    for number, year in enumerate(years, start=1):
        first, last = max(plan.starts_on, date(year, 1, 1)), min(plan.ends_on, date(year, 12, 31))
        name = _("Year %(number)s of %(of)s") % {"number": number, "of": len(years)}
        if first <= day <= last:
            name = _("%(year)s, the present one") % {"year": name}
        yield Milestone(format_year(year), name, first, first > day)


def _due_years(figures: Figures, links: Links) -> Iterable[DueYear]:
    """One row a year in which something falls due; the last for what has no due date."""
    rows = figures.measure_days
    due = Counter(each.due_on.year if each.due_on else None for each in rows)
    completed = Counter(each.due_on.year if each.due_on else None for each in rows if each.completed_on)
    for year in sorted(year for year in due if year is not None):
        url = links.url("measures:list", due_from=f"{year:04}-01-01", due_to=f"{year:04}-12-31")
        yield DueYear(format_year(year), due[year], completed[year], url)
    if due[None]:
        yield DueYear(pgettext("measures", "No due date"), due[None], completed[None])
