"""The brief says which reports a department still owes, and which it left out."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from briefs.sheet import FEW_NAMES, Cell, Column, Part, format_some, rows_that_fit
from briefs.subject import Subject
from measures.models import Measure
from measures.reporting_months import (
    ReportsOwed,
    count_by_department,
    late_months,
    months_shown,
    outstanding_codes,
    reports_owed,
)
from reporting.wording import format_covered
from web.formats.dates import format_month
from web.formats.numbers import format_number
from web.language import localized

MAX_MONTHS, LINES = 4, 8


def reports_part(about: Subject) -> Part:
    """Month by month, the oldest first, what is outstanding after the day on which it was due; below, in which months
    of the year a later one covers what was left out."""
    plan, department = about.figures.plan, about.group.group.pk
    owed = reports_owed(plan, by=about.day)
    months = [each for each in late_months(plan, day=about.day, owed=owed) if department in each.units]
    missing = {each.month: outstanding_codes(owed, each.month, department) for each in months}
    titles = _titles(about, {code for codes in missing.values() for code in codes})
    columns = [
        Column(_("Month"), 17),
        Column(pgettext("reports", "Due"), 9, is_number=True),
        Column(pgettext("reports", "Submitted"), 12, is_number=True),
        Column(pgettext("month's reports", "Covered later"), 13, is_number=True),
        Column(pgettext("reports", "Outstanding"), 13, is_number=True),
        Column(pgettext("table head", "Which"), 36),
    ]
    rows = []
    for each in months:
        month, owing = each.units[department], set(missing[each.month])
        codes = list(filter(owing.__contains__, titles))
        rows.append(
            [
                Cell(format_month(each.month)),
                Cell(format_number(month.owed)),
                Cell(format_number(month.filed)),
                Cell(format_number(month.covered)),
                Cell(format_number(month.missing), is_bold=True),
                Cell(format_some([titles[code] for code in codes], len(codes), room=FEW_NAMES)),
            ]
        )
    note = _covered(about, owed)
    shown = rows_that_fit(columns, rows, most=MAX_MONTHS, lines=LINES - bool(note))
    return Part(
        _("Reports outstanding"),
        columns,
        shown,
        nothing=_("No report is outstanding"),
        note=note,
        left_out=len(rows) - len(shown),
        url=about.links.as_of(about.day).url("dashboard:department", about.group.key),
    )


def _covered(about: Subject, owed: ReportsOwed) -> str:
    months = months_shown(about.figures.plan, about.day)
    own = count_by_department(owed, months).get(about.group.group.pk, [])
    return format_covered({month: each.covered for month, each in zip(months, own, strict=False)}, day=about.day)


def _titles(about: Subject, codes: set[str]) -> Mapping[str, str]:
    """Return the titles of measures by code, in the order of the plan."""
    measures = Measure.objects.in_plan(about.figures.plan).filter(code__in=codes)
    return {each.code: localized(each, "title") for each in measures} if codes else {}
