"""What the page of all departments shows, and that of one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department
from dashboard.changes import earlier_figures, fallen_most
from dashboard.charts.report_matrix import ReportRow, report_chart, report_rows
from dashboard.figures import MIN_MEASURES_TO_RANK, Figures, GroupFigures
from dashboard.pages.groups import (
    find_group,
    group_detail,
    group_sentence,
    group_table,
    listed_measures,
    status_chart,
)
from dashboard.pages.links import Links
from measures.reporting_months import months_by_department, months_of_department, months_shown
from reporting.months import ReportingMonth
from web.formats.dates import format_day, format_month_name, format_short_month
from web.formats.numbers import format_number
from web.formats.text import format_names
from web.language import localized


def department_list(
    figures: Figures,
    links: Links,
    *,
    ordering: str,
    unreported_only: bool = False,
    fallen_only: bool = False,
    all_months: bool = False,
    then: Figures | None = None,
) -> dict[str, Any]:
    """`unreported_only`: those that still owe reports for the month. `fallen_only`: those that fell furthest behind
    since the day of `then`. `all_months`: the chart of reports has also departments that miss no month's.
    """
    departments = figures.measures_by("department")
    months = months_shown(figures.plan, figures.day)
    by_department = months_by_department(figures.plan, months=months, by=figures.day)
    this_month = {pk: own[-1] for pk, own in by_department.items() if own[-1].owed}
    reports = report_rows(
        [each.group for each in departments], by_department, months=months, day=figures.day, links=links
    )
    if unreported_only:
        departments = _unreported(departments, this_month)
    if fallen_only:
        departments = _fallen_most(departments, then)
    table = group_table(figures, "department", departments, links, ordering=ordering, then=then, months=this_month)
    listed_reports = _of_departments(reports, departments)
    shown_reports = [row for row in listed_reports if all_months or row.has_gap]
    title = _("Measures by lead department and status, as of %(day)s")
    return {
        **table,
        "charts": {
            "status": status_chart(table["rows"], figures, title=title, head=_("Department")),
            "reports": report_chart(reports, shown_reports, months=months, day=figures.day),
        },
        "report_months": [format_short_month(month) for month in months],
        "report_rows": shown_reports,
        "are_months_left_out": len(shown_reports) < len(listed_reports),
        "month": format_month_name(figures.day),
        "least": MIN_MEASURES_TO_RANK,
        "unreported": sum(not month.is_reported for month in this_month.values()),
    }


def _unreported(departments: Sequence[GroupFigures], months: Mapping[int, ReportingMonth]) -> list[GroupFigures]:
    owing = {pk for pk, month in months.items() if not month.is_reported}
    return [each for each in departments if each.group.pk in owing]


def _of_departments(reports: Sequence[ReportRow], departments: Sequence[GroupFigures]) -> list[ReportRow]:
    keys = {each.key for each in departments}
    return [row for row in reports if row.key in keys]


def _fallen_most(departments: Sequence[GroupFigures], then: Figures | None) -> list[GroupFigures]:
    if then is None:
        return []
    return [fall.group for fall in fallen_most(departments, earlier_figures(then, "department", departments))]


def department_detail(
    figures: Figures, slug: str, links: Links, *, then: Figures | None = None
) -> dict[str, Any] | None:
    """None for a department that there is not, or that was merged."""
    groups = figures.measures_by("department")
    department = find_group(groups, slug)
    if department is None:
        return None
    measures = list(listed_measures(figures, then).filter(lead_department=department.group))
    months = _months(figures, department.group)
    this_month = months[-1][1] if months else ReportingMonth(0, 0)
    count = department.figures["total"]
    total = ngettext("The department leads %(count)s measure", "The department leads %(count)s measures", count)
    return {
        **group_detail(figures, "department", department, groups, measures, links, then=then),
        "sentence": group_sentence(
            figures,
            department.figures,
            total=total % {"count": format_number(count)},
            nothing=_("It leads no measure of this plan."),
            reports=_format_reports(figures, this_month) if this_month.owed else "",
        ),
        "merged": _format_merged(department.group),
        "months": [{"label": format_month_name(day), "month": month} for day, month in months],
    }


def _months(figures: Figures, department: Department) -> list[tuple[date, ReportingMonth]]:
    """What it owed and filed for each month of the year up to that of the day."""
    months = months_shown(figures.plan, figures.day)
    found = months_of_department(department.pk, plan=figures.plan, months=months, by=figures.day)
    return list(zip(months, found, strict=True))


def _format_merged(department: Department) -> str:
    """Which departments were merged into it, and since when; empty for none."""
    merged = [
        _("%(name)s (since %(day)s)") % {"name": localized(each, "name"), "day": format_day(each.merged_on)}
        for each in department.merged_from.order_by("merged_on", "number")
    ]
    return _("Merged into this department: %(departments)s") % {"departments": format_names(merged)} if merged else ""


def _format_reports(figures: Figures, month: ReportingMonth) -> str:
    parts = {"month": format_month_name(figures.day), "count": format_number(month.missing)}
    if month.is_reported:
        return _("all reports for %(month)s are in") % parts
    text = ngettext(
        "%(count)s report for %(month)s is missing", "%(count)s reports for %(month)s are missing", month.missing
    )
    return text % parts
