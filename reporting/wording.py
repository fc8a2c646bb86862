"""Sentences about reports that are still owed, for every page that speaks of them."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import month_of, months_between
from reporting.months import LateReports, MonthTally, reports_due_on
from web.formats.dates import format_month, format_month_name
from web.formats.numbers import format_number
from web.formats.periods import format_month_names
from web.formats.text import format_counted, format_list, format_names

# So many months are named; of more the first and how many.
MAX_MONTHS = 4


def format_months(months: Sequence[date], *, day: date) -> str:
    """Months, the oldest first, three and more in a row as a span; with the year where it is not that of the day."""
    first, last = months[0], months[-1]
    if len(months) > 2 and list(months) == months_between(first, last) and first.year == last.year == day.year:
        return format_month_names(first, last)
    if len(months) > MAX_MONTHS:
        return _("%(count)s months since %(month)s") % {"count": len(months), "month": format_month(months[0])}
    return format_names([_name(month, day) for month in months])


def _name(month: date, day: date) -> str:
    return format_month_name(month) if month.year == day.year else format_month(month)


def format_missing(missing: Mapping[date, int], *, day: date) -> str:
    """Month by month, the oldest first, how many reports are missing; those that lack none are left out."""
    parts = [
        pgettext("number of reports", "%(month)s %(count)s")
        % {"month": _name(month, day), "count": format_number(count)}
        for month, count in missing.items()
        if count
    ]
    return pgettext("between months", " · ").join(parts)


def format_ended(ended: Mapping[date, int], *, day: date) -> str:
    """Month by month, the oldest first, of how many measures a later month ends the duty; empty for none."""
    parts = [
        pgettext("number of measures", "%(month)s for %(count)s")
        % {"month": _name(month, day), "count": format_number(count)}
        for month, count in ended.items()
    ]
    return format_names(parts)


def format_covered_count(count: int) -> str:
    """How many reports of a month were left out, where a later month was filed."""
    return format_counted("%(count)s covered later", "%(count)s covered later", count)


def format_covered(covered: Mapping[date, int], *, day: date) -> str:
    """Month by month, the oldest first, how many reports were left out where a later month was filed; empty for
    none."""
    months = format_missing(covered, day=day)
    return _("Covered later, their month was left out: %(months)s") % {"months": months} if months else ""


def format_tally(tally: MonthTally) -> str:
    """How many departments stand how with a month; those of which there are none are left out."""
    clauses = (
        (tally.on_time, _("%(count)s on time")),
        (tally.late, _("%(count)s late")),
        (tally.covered, pgettext("departments", "%(count)s covered later")),
        (tally.some + tally.none, _("%(count)s incomplete")),
    )
    return format_list(text % {"count": format_number(count)} for count, text in clauses if count)


def format_late(late: LateReports, *, day: date) -> str:
    """Half a sentence: how many departments still owe reports, and of which months. What is not yet due is none."""
    if late.months:
        count = len(late.departments)
        return format_counted(
            "%(count)s department has reports outstanding for %(months)s",
            "%(count)s departments have reports outstanding for %(months)s",
            count,
            months=format_months([each.month for each in late.months], day=day),
        )
    if late.is_reported and day > reports_due_on(month_of(day)):
        return _("all departments have reported for %(month)s") % {"month": format_month_name(day)}
    return _("no department has reports outstanding")
