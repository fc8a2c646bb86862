"""Sentences about reports that are still owed, for every page that speaks of them."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import month_of
from reporting.months import LateMonth, LateReports, MonthTally, reports_due_on
from web.formats.dates import format_day, format_month, format_month_name
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_names

# So many months are named; of more the first and how many.
MAX_MONTHS = 4


def format_months(months: Sequence[date], *, day: date) -> str:
    """Months, the oldest first; with the year where it is not that of the day."""
    if len(months) > MAX_MONTHS:
        return _("%(count)s months since %(month)s") % {"count": len(months), "month": format_month(months[0])}
    return format_names([_name(month, day) for month in months])


def _name(month: date, day: date) -> str:
    return format_month_name(month) if month.year == day.year else format_month(month)


def format_missing(missing: Mapping[date, int], *, day: date) -> str:
    """Month by month, the oldest first, how many reports are missing."""
    parts = [
        _("%(month)s: %(missing)s outstanding") % {"month": _name(month, day), "missing": format_number(count)}
        for month, count in missing.items()
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
    parts = [
        pgettext("number of reports", "%(month)s %(count)s")
        % {"month": _name(month, day), "count": format_number(count)}
        for month, count in covered.items()
        if count
    ]
    months = pgettext("between months", " · ").join(parts)
    return _("Covered later, their month was left out: %(months)s") % {"months": months} if months else ""


def format_tally(tally: MonthTally) -> str:
    """How many departments stand how with a month."""
    counts = {name: format_number(getattr(tally, name)) for name in ("on_time", "late", "covered", "some", "none")}
    return (
        _("%(on_time)s on time, %(late)s late, %(covered)s covered later, %(some)s partial and %(none)s with none")
        % counts
    )


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


def format_late_months(late: LateReports, *, day: date) -> str:
    """Month by month, the oldest first: how many departments filed nothing, how many some, and what is missing."""
    if not late.months:
        if not late.is_owed:
            return _("none outstanding")
        if late.is_reported and day > reports_due_on(month_of(day)):
            return _("all reports for %(month)s are submitted") % {"month": format_month_name(day)}
        if day > reports_due_on(month_of(day)):
            return _("none outstanding")
        due = {"month": format_month_name(day), "day": format_day(reports_due_on(month_of(day)))}
        return _("none outstanding; reports for %(month)s are due by %(day)s") % due
    return pgettext("between months", " · ").join(_format_late_month(each, day=day) for each in late.months)


def _format_late_month(late: LateMonth, *, day: date) -> str:
    """Return the words for a late month; a count of none is left out."""
    counts = [
        (late.unreported, _("%(count)s with none")),
        (late.incomplete, _("%(count)s partial")),
    ]
    return _("%(month)s: %(departments)s (%(missing)s outstanding)") % {
        "month": _name(late.month, day),
        "departments": format_names([words % {"count": format_number(count)} for count, words in counts if count]),
        "missing": format_number(late.missing),
    }
