"""The content of the page of all departments, and of that of one."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Department
from dashboard.changes import earlier_figures, fallen_most
from dashboard.charts.report_matrix import ReportRow, report_chart, report_rows
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.department_work import Months, department_work, month_rows, participation
from dashboard.pages.groups import (
    get_group_or_404,
    group_detail,
    group_sentence,
    group_table,
    listed_measures,
    urgency_sentence,
)
from dashboard.pages.links import Links
from dashboard.pages.problems import department_problems
from measures.reporting_months import (
    count_by_department,
    late_months,
    late_reports,
    missing_by_department,
    months_shown,
    reports_owed,
)
from measures.timeline import load_history
from reporting.months import LateMonth, ReportingMonth
from reporting.wording import format_covered, format_late, format_months
from web.formats.dates import format_day, format_month_name, format_short_month
from web.formats.text import format_counted, format_names
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
    departments = figures.with_problems(figures.measures_with_due_by("department"), "department")
    months = months_shown(figures.plan, figures.day)
    owed = reports_owed(figures.plan, by=figures.day)
    by_department = count_by_department(owed, months)
    late = late_reports(figures.plan, day=figures.day, owed=owed)
    missing = missing_by_department(owed, late.months)
    reports = report_rows(
        [each.group for each in departments], by_department, months=months, day=figures.day, links=links
    )
    late_text = format_late(late, day=figures.day)
    sentence = urgency_sentence(figures, "department", departments, reports=late_text)
    if unreported_only:
        departments = [each for each in departments if missing.get(each.group.pk)]
    if fallen_only:
        departments = _fallen_most(departments, then)
    table = group_table(figures, "department", departments, links, ordering=ordering, then=then, missing=missing)
    listed_reports = _of_departments(reports, departments)
    shown_reports = [row for row in listed_reports if all_months or row.has_gap]
    return {
        **table,
        "unreported_only": unreported_only,
        "fallen_only": fallen_only,
        "all_months": all_months,
        "sentence": sentence,
        "charts": {
            "reports": report_chart(
                reports,
                shown_reports,
                months=months,
                day=figures.day,
                provenance=figures.provenance_of("measures"),
            ),
        },
        "report_months": [format_short_month(month) for month in months],
        "report_rows": shown_reports,
        "are_months_left_out": len(shown_reports) < len(listed_reports),
        "late_text": late_text,
        "unreported": len(late.departments),
    }


def _of_departments(reports: Sequence[ReportRow], departments: Sequence[GroupFigures]) -> list[ReportRow]:
    keys = {each.key for each in departments}
    return [row for row in reports if row.key in keys]


def _fallen_most(departments: Sequence[GroupFigures], then: Figures | None) -> list[GroupFigures]:
    if then is None:
        return []
    return [fall.group for fall in fallen_most(departments, earlier_figures(then, "department", departments))]


def department_detail(
    figures: Figures,
    slug: str,
    links: Links,
    *,
    months: Months | None,
    then: Figures | None = None,
) -> dict[str, Any]:
    """Raises Http404 for a department that there is not, or that was merged. `months`: those of which the page tells
    what the department did; None before the plan."""
    groups = figures.measures_with_due_by("department")
    department = get_group_or_404(groups, slug)
    measures = list(listed_measures(figures, then).filter(lead_department=department.group))
    history = load_history(figures.plan, figures.day)
    owed = reports_owed(figures.plan, by=figures.day, history=history)
    rows = month_rows(department.group, history, owed, shown=months_shown(figures.plan, figures.day))
    late = [
        LateMonth(each.month, {department.group.pk: each.units[department.group.pk]})
        for each in late_months(figures.plan, day=figures.day, owed=owed)
        if department.group.pk in each.units
    ]
    count = department.figures["total"]
    return {
        **group_detail(figures, "department", department, groups, measures, links, then=then),
        "sentence": group_sentence(
            figures,
            department,
            groups,
            measures,
            total=format_counted(
                "The department leads %(count)s measure", "The department leads %(count)s measures", count
            ),
            nothing=_("It leads no measure of this plan."),
            reports=_format_reports(figures, late, rows[-1].reports if rows else None),
        ),
        "merged": _format_merged(department.group),
        "months": rows,
        "covered_text": format_covered({each.month: each.reports.covered for each in rows}, day=figures.day),
        **department_problems(figures, department, links),
        **participation(figures, department.group, links),
        "work": months and department_work(figures, department.group, months),
    }


def _format_merged(department: Department) -> str:
    """Return the names of the departments that were merged into it, and since when; empty for none."""
    merged = [
        _("%(name)s (since %(day)s)") % {"name": localized(each, "name"), "day": format_day(each.merged_on)}
        for each in department.merged_from.order_by("merged_on", "number")
    ]
    return _("Merged into this department: %(departments)s") % {"departments": format_names(merged)} if merged else ""


def _format_reports(figures: Figures, late: Sequence[LateMonth], this_month: ReportingMonth | None) -> str:
    if late:
        missing = sum(each.missing for each in late)
        months = format_months([each.month for each in late], day=figures.day)
        return format_counted(
            "%(count)s report for %(months)s is outstanding",
            "%(count)s reports for %(months)s are outstanding",
            missing,
            months=months,
        )
    if this_month is None or not this_month.owed:
        return ""
    month = {"month": format_month_name(figures.day)}
    return _("all reports for %(month)s are in") % month if this_month.is_reported else _("none is outstanding")
