"""What the pages of sections, departments and cities show, and the lists of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Department
from core.lights import thresholds
from core.pace import gap
from core.provenance import Provenance
from core.rounding import whole
from core.statuses import MeasureStatus
from dashboard.changes import fallen_most, members_then
from dashboard.charts.due_dates import Due, due_chart, due_rows
from dashboard.charts.report_matrix import report_chart, report_rows
from dashboard.charts.stacked_bars import CityRow, StatusRow, city_bars, status_bars
from dashboard.charts.treemap import Area, investment_chart
from dashboard.figures import MIN_MEASURES_TO_RANK, Figures, GroupFigures, project_figures
from dashboard.pages.links import Links
from dashboard.pages.ordering import (
    API_MEASURE_ORDERINGS,
    API_PROJECT_ORDERINGS,
    MEASURE_SORT_KEYS,
    PROJECT_SORT_KEYS,
    api_ordering,
    rank,
    sort_groups,
)
from dashboard.pages.rows import GroupRow, city_rows, measure_rows, project_changes
from dashboard.pages.sentences import format_earlier_day, format_names, format_pace, format_share, rounding_note
from measures.models import Measure
from measures.reporting_months import months_by_department, months_of, months_of_department, months_shown
from projects.models import Category, Project
from regions.models import Region
from reporting.months import ReportingMonth
from web.charts.chart import Chart, Column
from web.charts.text import month_name
from web.formats.dates import format_day, format_month_name
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_sentence
from web.language import local

LARGEST_PROJECTS = 20
STATUSES = ("completed", "in_progress", "promoting")


def measure_table(
    figures: Figures,
    by: str,
    links: Links,
    *,
    ordering: str,
    unreported_only: bool = False,
    fallen_only: bool = False,
    all_months: bool = False,
    then: Figures | None = None,
) -> dict[str, Any]:
    """The list of sections or of departments: the table in full, and the same order as stacked bars. `then`: the
    figures of the day that it is compared with. `all_months`: departments that miss no month's reports are shown among
    those that do."""
    rows = figures.measures_by(by)
    shown = months_shown(figures.plan, figures.day) if by == "department" else []
    found = months_by_department(figures.plan, months=shown, by=figures.day)
    months = {pk: own[-1] for pk, own in found.items() if own[-1].owed}
    owing = report_rows([row.group for row in rows], found, months=shown, day=figures.day, links=links)
    behind = sum(row.figures["gap"] is not None and row.figures["gap"] < 0 for row in rows)
    if unreported_only:
        rows = [row for row in rows if row.group.pk in months and not months[row.group.pk].is_reported]
    before = members_then(then, by, rows) if then else None
    if fallen_only:
        rows = [each.row for each in fallen_most(rows, before)] if before else []
    table = measure_rows(sort_groups(rows, MEASURE_SORT_KEYS, ordering), by, links, months, before)
    listed = {row.key for row in rows}
    kept = [row for row in owing if row.key in listed]
    drawn = [row for row in kept if all_months or row.has_gap]
    return {
        "since": then and format_earlier_day(then.day, figures.day.year),
        "members": table,
        "keys": ",".join(row.key for row in rows),
        "api_ordering": api_ordering(ordering, API_MEASURE_ORDERINGS),
        "behind": behind,
        "charts": {
            "status": status_chart(table, by, figures),
            **(
                {"due": due_chart(due_rows(figures), figures, links)}
                if by == "section"
                else {"reports": report_chart(owing, drawn, months=shown, day=figures.day)}
            ),
        },
        "report_months": [month_name(month) for month in shown],
        "report_rows": drawn,
        "are_months_left_out": len(drawn) < len(kept),
        "month": format_month_name(figures.day),
        "least": MIN_MEASURES_TO_RANK,
        "unreported": sum(not month.is_reported for month in months.values()),
    }


def status_chart(table: list[GroupRow], by: str, figures: Figures) -> Chart:
    """Members with measures as stacked bars, in the order of the table."""
    shown = [row for row in table if row.figures["total"]]
    stack = [StatusRow(row.name, **{status: row.figures[status] for status in STATUSES}, url=row.url) for row in shown]
    title = (
        _("Measures by section and status, as of %(day)s")
        if by == "section"
        else _("Measures by lead department and status, as of %(day)s")
    )
    sums = [sum(row.figures[status] for row in shown) for status in STATUSES]
    parts = [
        f"{MeasureStatus(status).label} {format_number(count)}" for status, count in zip(STATUSES, sums, strict=True)
    ]
    return Chart(
        name="status",
        title=title % {"day": format_day(figures.day)},
        figure=status_bars(stack) if shown else None,
        summary=pgettext("between clauses", "; ").join(parts),
        columns=[
            Column(_("Section") if by == "section" else _("Department"), is_number=False),
            *(Column(str(MeasureStatus(status).label), format_number) for status in STATUSES),
            Column(_("Total"), format_number),
        ],
        rows=[(row.name, *(row.figures[status] for status in STATUSES), row.figures["total"]) for row in shown],
        urls=[row.url for row in shown],
        kind="free",
        missing=_("Nothing to measure"),
        provenance=Provenance.ILLUSTRATIVE,
        has_own_table=True,
    )


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
        measures = list(measures.filter(lead_department=row.group))
        month = months_of(figures.plan, day=figures.day).get(row.group.pk)
    else:
        measures = list(measures.filter(section=row.group))
        month = None
    due = [Due(each.due_on, each.status, each.light) for each in measures]
    return {
        "charts": {"due": due_chart(due, figures, links, **filters)},
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
                "url": links.url("measures:list", status=status, **filters),
            }
            for status in ("completed", "in_progress", "promoting")
        ],
        "since": then and format_earlier_day(then.day, figures.day.year),
        "rate_change": before and gap(row.figures["completion_rate"], before["completion_rate"]),
        "gap_change": before and gap(row.figures["gap"], before["gap"]),
        "list_url": links.url("measures:list", **filters),
        "rank": rank(slug, rows, lambda each: each.figures["completion_rate"], least=MIN_MEASURES_TO_RANK),
        "least": MIN_MEASURES_TO_RANK,
        "measures": measures,
        "merged": _merged_words(row.group) if by == "department" else "",
        "months": _months(figures, row.group) if by == "department" else [],
        "due_url": links.url("measures:list", due_to=figures.day.isoformat(), **filters),
        "lights": [
            {
                "light": light,
                "path": f"measures.lights.{light}",
                "value": row.figures["lights"][light],
                "url": links.url("measures:list", light=light, **filters),
            }
            for light in ("red", "yellow", "green")
        ],
    }


def _months(figures: Figures, department: Department) -> list[dict[str, Any]]:
    """What it owed and filed for each month of the year up to the day."""
    months = months_shown(figures.plan, figures.day)
    found = months_of_department(department.pk, plan=figures.plan, months=months, by=figures.day)
    return [{"label": format_month_name(each), "month": row} for each, row in zip(months, found, strict=True)]


def _merged_words(department: Department) -> str:
    """Which departments were merged into it, and since when; empty for none."""
    merged = [
        _("%(name)s (since %(day)s)") % {"name": local(each, "name"), "day": format_day(each.merged_on)}
        for each in department.merged_from.order_by("merged_on", "number")
    ]
    return _("Merged into this department: %(departments)s") % {"departments": format_names(merged)} if merged else ""


def _measure_sentence(figures: Figures, row: GroupFigures, month: ReportingMonth | None, by: str) -> str:
    counts = row.figures
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    if not counts["total"]:
        return _("It leads no measure of this plan.") if by == "department" else _("Nothing to measure")
    total = (
        ngettext("The department leads %(count)s measure", "The department leads %(count)s measures", counts["total"])
        if by == "department"
        else ngettext("The section has %(count)s measure", "The section has %(count)s measures", counts["total"])
    ) % {"count": format_number(counts["total"])}
    completed = ngettext(
        "%(count)s is completed (%(rate)s)", "%(count)s are completed (%(rate)s)", counts["completed"]
    ) % {"count": format_number(counts["completed"]), "rate": format_percent(counts["completion_rate"])}
    parts = {"total": total, "completed": completed, "pace": format_pace(counts["gap"]), "lights": _lights(counts)}
    if month is None:
        return format_sentence(_("%(total)s; %(completed)s, %(pace)s; %(lights)s."), **parts)
    return format_sentence(
        _("%(total)s; %(completed)s, %(pace)s; %(lights)s; %(reports)s."), **parts, reports=_reports(figures, month)
    )


def _lights(counts: Mapping[str, Any]) -> str:
    red, yellow = counts["lights"]["red"], counts["lights"]["yellow"]
    if not red and not yellow:
        return _("no red or yellow light")
    reds = ngettext("%(count)s red light", "%(count)s red lights", red) % {"count": format_number(red)}
    yellows = ngettext("%(count)s yellow light", "%(count)s yellow lights", yellow) % {"count": format_number(yellow)}
    if not yellow:
        return reds
    return _("%(red)s and %(yellow)s") % {"red": reds, "yellow": yellows} if red else yellows


def _reports(figures: Figures, month: ReportingMonth) -> str:
    words = {"month": format_month_name(figures.day), "count": format_number(month.missing)}
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
    for key, counts in figures.project_cells.counts.items():
        cell = sums.setdefault(int(key[1]), {}).setdefault(str(key[2]), {"total": 0, "investment": 0})
        cell["total"] += counts["total"]
        cell["investment"] += counts["investment"]
    return {
        city: {each.value: project_figures(by_category.get(each.value, {})) for each in Category}
        for city, by_category in sums.items()
    }


def city_table(
    figures: Figures, links: Links, *, ordering: str, show: str, then: Figures | None = None
) -> dict[str, Any]:
    """The list of cities; `show` (total or total_investment) is what the bars of the chart measure. `then`: the figures
    of the day that it is compared with."""
    rows = sort_groups(figures.projects_by("city"), PROJECT_SORT_KEYS, ordering)
    before = members_then(then, "city", rows) if then else {}
    since = [row.figures["total_investment"] - before[row.key]["total_investment"] for row in rows if before]
    table = city_rows(rows, links)
    is_investment = show == "total_investment"
    cells, sums = _city_cells(figures, rows, show)
    other = "total" if show == "total_investment" else "total_investment"
    return {
        "cities": [
            {
                "city": shown,
                "categories": [whole(each) for each in own],
                "change": project_changes(row.figures, before[row.key]) if before else None,
            }
            for row, shown, own in zip(rows, table, cells, strict=True)
        ],
        "since": then and format_earlier_day(then.day, figures.day.year),
        "change": then and project_changes(figures.projects, then.projects),
        "categories": [{"label": each.label, "shown": whole(own)} for each, own in zip(Category, sums, strict=True)],
        "rounding": rounding_note(
            (row.figures["total_investment"] for row in rows), figures.projects["total_investment"]
        )
        or rounding_note(sums, figures.projects[show])
        or (
            rounding_note(since, figures.projects["total_investment"] - then.projects["total_investment"])
            if then
            else ""
        ),
        "whole_total": whole(figures.projects["total_investment"]),
        "is_investment": is_investment,
        "charts": {
            "categories": categories_chart(table, cells, sums, figures, is_investment=is_investment),
            "investment": investment_chart(
                investment_areas(figures, rows, links),
                {"": links.url("projects:list")}
                | {each.value: links.url("projects:list", category=each.value) for each in Category},
                on=figures.day,
            ),
        },
        "api_ordering": api_ordering(ordering, API_PROJECT_ORDERINGS),
        "other_url": links.url("dashboard:cities", show=other),
        "largest": max((row.figures["total_investment"] for row in rows), default=0),
        "sentence": _cities_sentence(figures.projects, sum(bool(row.figures["total"]) for row in rows)),
    }


def categories_chart(
    table: list[GroupRow], cells: list[list[Decimal]], sums: list[Decimal], figures: Figures, *, is_investment: bool
) -> Chart:
    """The cities' projects by category as stacked bars, in the order of the table."""
    bars = [
        CityRow(name=shown.name, url=shown.url, **{each.value: cell for each, cell in zip(Category, own, strict=True)})
        for shown, own in zip(table, cells, strict=True)
    ]
    title = (
        _("Investment by city and category, as of %(day)s (100 million yuan)")
        if is_investment
        else _("Projects by city and category, as of %(day)s")
    )
    head = _("%(category)s (100 million yuan)") if is_investment else _("%(category)s (projects)")
    parts = [
        f"{each.label} {format_rounded_money(part) if is_investment else format_number(part)}"
        for each, part in zip(Category, sums, strict=True)
    ]
    return Chart(
        name="categories",
        title=title % {"day": format_day(figures.day)},
        figure=city_bars(bars, **({"format_value": format_rounded_money} if is_investment else {}))
        if figures.projects["total"]
        else None,
        summary=pgettext("between clauses", "; ").join(parts),
        columns=[
            Column(pgettext("table head", "City"), is_number=False),
            *(Column(head % {"category": each.label}, format_number) for each in Category),
        ],
        rows=[(shown.name, *own) for shown, own in zip(table, cells, strict=True)],
        total=(_("Total"), *sums),
        urls=[shown.url for shown in table],
        kind="free",
        missing=_("No projects are listed by this day."),
        provenance=Provenance.ILLUSTRATIVE,
        has_own_table=True,
    )


def investment_areas(figures: Figures, rows: list[GroupFigures], links: Links) -> list[Area]:
    """What each city has in each category."""
    by_city = categories_of(figures)
    return [
        Area(
            category,
            local(row.group, "short"),
            counts["total"],
            counts["total_investment"],
            links.url("projects:list", category=category.value, city=row.key),
        )
        for row in rows
        for category in Category
        if (counts := by_city.get(row.group.pk, {}).get(category.value))
    ]


def _cities_sentence(projects: Mapping[str, Any], cities: int) -> str:
    return _("%(projects)s in %(cities)s, with an investment of %(investment)s.") % {
        "projects": ngettext("%(count)s project", "%(count)s projects", projects["total"])
        % {"count": format_number(projects["total"])},
        "cities": ngettext("%(count)s city", "%(count)s cities", cities) % {"count": format_number(cities)},
        "investment": format_rounded_money(projects["total_investment"]),
    }


def _city_cells(figures: Figures, rows: list[GroupFigures], show: str) -> tuple[list[list[Decimal]], list[Decimal]]:
    """What each city has in each category, and the sums of the categories: of projects, or investment in 亿元."""
    by_city = categories_of(figures)
    nothing = {each.value: project_figures({}) for each in Category}
    of_rows = [by_city.get(row.group.pk, nothing) for row in rows]
    sums = figures.projects["by_category"]
    return [[own[each.value][show] for each in Category] for own in of_rows], [sums[each][show] for each in Category]


def city_member(figures: Figures, city: Region, links: Links, *, then: Figures | None = None) -> dict[str, Any]:
    """`then`: the figures of the day that it is compared with."""
    rows = figures.projects_by("city")
    row = next(each for each in rows if each.group == city)
    total, investment = figures.projects["total"], figures.projects["total_investment"]
    own = row.figures
    by_category = categories_of(figures).get(city.pk, {})
    before = categories_of(then).get(city.pk, {}) if then else {}
    place = rank(row.key, rows, lambda each: each.figures["total_investment"], least=1)
    projects = Project.objects.in_plan(figures.plan).listed(figures.day).filter(city=city)
    categories = {each: by_category.get(each.value, project_figures({})) for each in Category}
    amount, unit = rounded_money(own["total_investment"])
    shares = {
        "total": format_share(own["total"], total),
        "investment": format_share(own["total_investment"], investment),
    }
    return {
        "row": row,
        "counts": own,
        "since": then and format_earlier_day(then.day, figures.day.year),
        "change": then and project_changes(own, members_then(then, "city", [row])[row.key]),
        "name": local(city, "name"),
        "short": local(city, "short"),
        "sentence": _city_sentence(own, shares["investment"]),
        "investment": amount,
        "investment_unit": unit,
        "whole_investment": whole(own["total_investment"]),
        "shares": shares,
        "rank": place,
        "list_url": links.url("projects:list", city=city.code),
        "categories": [
            {
                "label": each.label,
                "path": f"projects.by_category.{each.value}",
                "url": links.url("projects:list", city=city.code, category=each.value),
                "whole": whole(figures_of["total_investment"]),
                **figures_of,
                "change": then and project_changes(figures_of, before.get(each.value, project_figures({}))),
            }
            for each, figures_of in categories.items()
        ],
        "rounding": rounding_note((each["total_investment"] for each in categories.values()), own["total_investment"]),
        "largest": max(each["total_investment"] for each in categories.values()),
        "projects": projects.order_by("-investment_wan", "-code")[:LARGEST_PROJECTS],
        "most_projects": LARGEST_PROJECTS,
    }


def _city_sentence(own: Mapping[str, Any], share: str) -> str:
    if not own["total"]:
        return _("No projects are listed by this day.")
    return format_sentence(
        ngettext(
            "%(count)s project with an investment of %(investment)s, %(share)s.",
            "%(count)s projects with an investment of %(investment)s, %(share)s.",
            own["total"],
        ),
        count=format_number(own["total"]),
        investment=format_rounded_money(own["total_investment"]),
        share=format_sentence("<strong>%(share)s</strong>", share=_("%(share)s of the province") % {"share": share}),
    )
