"""What the pages of sections, departments and cities show, and the lists of them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department
from dashboard import charts
from dashboard.changes import fallen_most, members_then
from dashboard.figures import Figures, Row, project_figures
from dashboard.pages import (
    LEAST_TO_RANK,
    MEASURE_SORTS,
    PROJECT_SORTS,
    Links,
    TableRow,
    city_rows,
    in_order,
    listed_words,
    measure_rows,
    money_words,
    month_words,
    pace_words,
    rank,
    rounding_note,
    sentence,
    share_words,
    short_day_words,
)
from measures.models import Measure
from measures.reporting_months import Month, months_of, months_of_department
from projects.models import Category, Project
from regions.models import Region
from reporting.lights import thresholds
from reporting.pace import gap
from reporting.periods import months_between
from reporting.rounding import whole
from web.language import local
from web.templatetags.pilotzone import day as day_words
from web.templatetags.pilotzone import number
from web.templatetags.pilotzone import percent as percent_words

LARGEST_PROJECTS = 20


def measure_table(
    figures: Figures,
    by: str,
    links: Links,
    *,
    ordering: str,
    unreported_only: bool = False,
    fallen_only: bool = False,
    then: Figures | None = None,
) -> dict[str, Any]:
    """The list of sections or of departments: the table in full, and the same order as stacked bars. `then`: the
    figures of the day that it is compared with."""
    rows = figures.measures_by(by)
    months = months_of(figures.plan, day=figures.day) if by == "department" else {}
    behind = sum(row.figures["gap"] is not None and row.figures["gap"] < 0 for row in rows)
    if unreported_only:
        rows = [row for row in rows if row.member.pk in months and not months[row.member.pk].is_reported]
    before = members_then(then, by, rows) if then else None
    if fallen_only:
        rows = [each.row for each in fallen_most(rows, before)] if before else []
    table = measure_rows(in_order(rows, MEASURE_SORTS, ordering), by, links, months, before)
    return {
        "since": then and short_day_words(then.day, figures.day.year),
        "members": table,
        "behind": behind,
        "chart": charts.status_stack([_status_row(row) for row in table if row.figures["total"]]),
        "has_chart": any(row.figures["total"] for row in table),
        "month": month_words(figures.day),
        "least": LEAST_TO_RANK,
        "unreported": sum(not month.is_reported for month in months.values()),
    }


def _status_row(row: TableRow) -> charts.StatusRow:
    counts = row.figures
    return charts.StatusRow(row.name, counts["completed"], counts["in_progress"], counts["promoting"], row.url)


def measure_member(
    figures: Figures, by: str, slug: str, links: Links, *, then: Figures | None = None
) -> dict[str, Any] | None:
    """A section or a department with its figures, rank and measures; None for one that the plan does not know.
    `then`: the figures of the day that it is compared with."""
    rows = figures.measures_by(by)
    row = next((each for each in rows if each.key == slug), None)
    if row is None:
        return None
    before = members_then(then, by, [row])[slug] if then else None
    measures: Any = Measure.objects.in_plan(figures.plan).as_of(figures.day, limits=thresholds())
    measures = measures.select_related("section__plan", "lead_department").order_by("code")
    if then:
        measures = measures.with_status_then(then.day)
    filters = {by: slug}
    if by == "department":
        measures = measures.filter(lead_department=row.member)
        month = months_of(figures.plan, day=figures.day).get(row.member.pk)
    else:
        measures = measures.filter(section=row.member)
        month = None
    return {
        "row": row,
        "counts": row.figures,
        "name": row.name,
        "sentence": _measure_sentence(figures, row, month, by),
        "statuses": [
            {
                "status": status,
                "path": f"measures.{status}",
                "value": row.figures[status],
                "change": None if before is None else row.figures[status] - before[status],
                "url": links.to("measures:list", status=status, **filters),
            }
            for status in ("completed", "in_progress", "promoting")
        ],
        "since": then and short_day_words(then.day, figures.day.year),
        "rate_change": before and gap(row.figures["completion_rate"], before["completion_rate"]),
        "gap_change": before and gap(row.figures["gap"], before["gap"]),
        "list_url": links.to("measures:list", **filters),
        "rank": rank(slug, rows, lambda each: each.figures["completion_rate"], least=LEAST_TO_RANK),
        "least": LEAST_TO_RANK,
        "measures": measures,
        "merged": _merged_words(row.member) if by == "department" else "",
        "months": _months(figures, row.member) if by == "department" else [],
        "due_url": links.to("measures:list", due_to=figures.day.isoformat(), **filters),
        "lights": [
            {
                "light": light,
                "path": f"measures.lights.{light}",
                "value": row.figures["lights"][light],
                "url": links.to("measures:list", light=light, **filters),
            }
            for light in ("red", "yellow", "green")
        ],
    }


def _months(figures: Figures, department: Department) -> list[dict[str, Any]]:
    """What it owed and filed for each month of the year up to the day."""
    day = figures.day
    first = max(figures.plan.starts_on, date(day.year, 1, 1))
    months = months_between(first, day) if first <= day else []
    found = months_of_department(department.pk, plan=figures.plan, months=months, by=day)
    return [{"label": month_words(each), "month": row} for each, row in zip(months, found, strict=True)]


def _merged_words(department: Department) -> str:
    """Which departments were merged into it, and since when; empty for none."""
    merged = [
        _("%(name)s (since %(day)s)") % {"name": local(each, "name"), "day": day_words(each.merged_on)}
        for each in department.merged_from.order_by("merged_on", "number")
    ]
    return _("Merged into this department: %(departments)s") % {"departments": listed_words(merged)} if merged else ""


def _measure_sentence(figures: Figures, row: Row, month: Month | None, by: str) -> str:
    counts = row.figures
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    if not counts["total"]:
        return _("It leads no measure of this plan.") if by == "department" else _("Nothing to measure")
    total = (
        ngettext("Leads %(count)s measure", "Leads %(count)s measures", counts["total"])
        if by == "department"
        else ngettext("Holds %(count)s measure", "Holds %(count)s measures", counts["total"])
    ) % {"count": number(counts["total"])}
    completed = ngettext(
        "%(count)s is completed (%(rate)s)", "%(count)s are completed (%(rate)s)", counts["completed"]
    ) % {"count": number(counts["completed"]), "rate": percent_words(counts["completion_rate"])}
    parts = {"total": total, "completed": completed, "pace": pace_words(counts["gap"]), "lights": _lights(counts)}
    if month is None:
        return sentence(_("%(total)s; %(completed)s, %(pace)s; %(lights)s."), **parts)
    return sentence(
        _("%(total)s; %(completed)s, %(pace)s; %(lights)s; %(reports)s."), **parts, reports=_reports(figures, month)
    )


def _lights(counts: Mapping[str, Any]) -> str:
    red, yellow = counts["lights"]["red"], counts["lights"]["yellow"]
    if not red and not yellow:
        return _("no red or yellow light")
    reds = ngettext("%(count)s red light", "%(count)s red lights", red) % {"count": number(red)}
    yellows = ngettext("%(count)s yellow light", "%(count)s yellow lights", yellow) % {"count": number(yellow)}
    if not yellow:
        return reds
    return _("%(red)s and %(yellow)s") % {"red": reds, "yellow": yellows} if red else yellows


def _reports(figures: Figures, month: Month) -> str:
    words = {"month": month_words(figures.day), "count": number(month.missing)}
    if month.is_reported:
        return _("all reports for %(month)s are in") % words
    return (
        ngettext(
            "%(count)s report for %(month)s is missing", "%(count)s reports for %(month)s are missing", month.missing
        )
        % words
    )


def categories_of(figures: Figures) -> dict[int, dict[str, dict[str, Any]]]:
    """City id -> category -> figures, from the cells that the page has read anyway."""
    sums: dict[int, dict[str, dict[str, int]]] = {}
    for key, counts in figures.project_cells.rows.items():
        cell = sums.setdefault(int(key[1]), {}).setdefault(str(key[2]), {"total": 0, "investment": 0})
        cell["total"] += counts["total"]
        cell["investment"] += counts["investment"]
    return {
        city: {each.value: project_figures(by_category.get(each.value, {})) for each in Category}
        for city, by_category in sums.items()
    }


def city_table(figures: Figures, links: Links, *, ordering: str, show: str) -> dict[str, Any]:
    """The list of cities; `show` (total or total_investment) is what the bars of the chart measure."""
    rows = in_order(figures.projects_by("city"), PROJECT_SORTS, ordering)
    table = city_rows(rows, links)
    is_investment = show == "total_investment"
    cells, sums = _city_cells(figures, rows, show)
    bars = [
        charts.CityRow(
            name=shown.name, url=shown.url, **{each.value: cell for each, cell in zip(Category, own, strict=True)}
        )
        for shown, own in zip(table, cells, strict=True)
    ]
    other = "total" if show == "total_investment" else "total_investment"
    return {
        "cities": [
            {"city": shown, "categories": [whole(each) for each in own]}
            for shown, own in zip(table, cells, strict=True)
        ],
        "categories": [{"label": each.label, "shown": whole(own)} for each, own in zip(Category, sums, strict=True)],
        "rounding": rounding_note(
            (row.figures["total_investment"] for row in rows), figures.projects["total_investment"]
        )
        or rounding_note(sums, figures.projects[show]),
        "whole_total": whole(figures.projects["total_investment"]),
        "is_investment": is_investment,
        "chart": charts.projects_by_city(bars, unit=_("100 million yuan") if is_investment else ""),
        "other_url": links.to("dashboard:cities", show=other),
        "largest": max((row.figures["total_investment"] for row in rows), default=0),
        "sentence": _("%(total)s projects in %(cities)s cities, with an investment of %(investment)s.")
        % {
            "total": number(figures.projects["total"]),
            "cities": number(sum(bool(row.figures["total"]) for row in rows)),
            "investment": money_words(figures.projects["total_investment"]),
        },
    }


def _city_cells(figures: Figures, rows: list[Row], show: str) -> tuple[list[list[Decimal]], list[Decimal]]:
    """What each city has in each category, and the sums of the categories: of projects, or investment in 亿元."""
    by_city = categories_of(figures)
    nothing = {each.value: project_figures({}) for each in Category}
    of_rows = [by_city.get(row.member.pk, nothing) for row in rows]
    sums = figures.projects["by_category"]
    return [[own[each.value][show] for each in Category] for own in of_rows], [sums[each][show] for each in Category]


def city_member(figures: Figures, city: Region, links: Links) -> dict[str, Any]:
    rows = figures.projects_by("city")
    row = next(each for each in rows if each.member == city)
    total, investment = figures.projects["total"], figures.projects["total_investment"]
    own = row.figures
    by_category = categories_of(figures).get(city.pk, {})
    place = rank(row.key, rows, lambda each: each.figures["total_investment"], least=1)
    projects = Project.objects.in_plan(figures.plan).listed(figures.day).filter(city=city)
    shares = {"total": share_words(own["total"], total), "investment": share_words(own["total_investment"], investment)}
    return {
        "row": row,
        "counts": own,
        "name": local(city, "name"),
        "short": local(city, "short"),
        "sentence": _city_sentence(own, shares["investment"]),
        "whole_investment": whole(own["total_investment"]),
        "shares": shares,
        "rank": place,
        "list_url": links.to("projects:list", city=city.code),
        "categories": [
            {
                "label": each.label,
                "path": f"projects.by_category.{each.value}",
                "url": links.to("projects:list", city=city.code, category=each.value),
                **by_category.get(each.value, project_figures({})),
            }
            for each in Category
        ],
        "largest": max((each["total_investment"] for each in by_category.values()), default=Decimal(0)),
        "projects": projects.order_by("-investment_wan", "code")[:LARGEST_PROJECTS],
    }


def _city_sentence(own: Mapping[str, Any], share: str) -> str:
    if not own["total"]:
        return _("No projects are listed by this day.")
    return sentence(
        ngettext(
            "%(count)s project with an investment of %(investment)s, %(share)s.",
            "%(count)s projects with an investment of %(investment)s, %(share)s.",
            own["total"],
        ),
        count=number(own["total"]),
        investment=money_words(own["total_investment"]),
        share=sentence("<strong>%(share)s</strong>", share=_("%(share)s of the province") % {"share": share}),
    )
