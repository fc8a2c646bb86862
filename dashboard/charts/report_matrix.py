"""The chart of which departments have reported which month, as of a day: a table whose cells are shaded by share, and
its rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Department
from core.periods import MonthState
from dashboard.pages.links import Links
from reporting.months import ReportingMonth, reports_due_on, tally
from reporting.wording import format_covered_count, format_tally
from web.charts.chart import Chart, Column
from web.formats.dates import format_day, format_iso_day, format_month_name, format_short_day
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_names
from web.language import is_chinese, localized
from web.limits import report_due_day

# From this share of its reports on, in percent, a month that is not whole is shaded darker.
MOST = 80


def month_share(month: ReportingMonth) -> str:
    """How much of what was owed is submitted: none, some, most or all; empty where nothing was owed."""
    if not month.owed:
        return ""
    if month.is_reported:
        return "all"
    if not month.filed:
        return "none"
    return "most" if month.filed * 100 >= month.owed * MOST else "some"


class MonthMark(NamedTuple):
    """A department's month, and how it stands with it; `state` is None where it owes nothing."""

    month: ReportingMonth
    state: MonthState | None

    @property
    def share(self) -> str:
        return month_share(self.month)

    @property
    def is_gap(self) -> bool:
        return self.state == MonthState.MISSING

    @property
    def word(self) -> str:
        if self.is_gap:
            words = _("Some submitted") if self.month.filed else _("None submitted")
        elif self.state == MonthState.COVERED:
            return self.covered_word
        else:
            words = str(self.state.label) if self.state else ""
        return format_names([words, self.covered_word]) if self.month.covered else words

    @property
    def covered_word(self) -> str:
        """How many reports a later month covers; empty for none."""
        return format_covered_count(self.month.covered) if self.month.covered else ""


class ReportRow(NamedTuple):
    """A department's months in their order; `key` is its slug, `url` where its marks lead."""

    key: str
    name: str
    url: str
    marks: Sequence[MonthMark]

    @property
    def has_gap(self) -> bool:
        return any(mark.is_gap for mark in self.marks)


def report_rows(
    departments: Sequence[Department],
    found: Mapping[int, Sequence[ReportingMonth]],
    *,
    months: Sequence[date],
    day: date,
    links: Links,
) -> list[ReportRow]:
    """The departments that owe something for one of the months, `found` by their id: first those that miss the newest
    month whose reports are due, then those that miss most months, else in the order given."""
    rows = [
        ReportRow(
            each.slug,
            localized(each, "short"),
            links.url("dashboard:department", each.slug) + "#months",
            [MonthMark(own, own.state(month, day=day)) for month, own in zip(months, found[each.pk], strict=True)],
        )
        for each in departments
        if each.pk in found
    ]
    newest = _newest_due(months, day)
    return sorted(
        rows, key=lambda row: (newest is None or not row.marks[newest].is_gap, -sum(mark.is_gap for mark in row.marks))
    )


def _newest_due(months: Sequence[date], day: date) -> int | None:
    """The place of the newest month whose reports should be in."""
    return max((n for n, month in enumerate(months) if reports_due_on(month) < day), default=None)


def report_chart(
    rows: Sequence[ReportRow], drawn: Sequence[ReportRow], *, months: Sequence[date], day: date, provenance: str
) -> Chart:
    """`rows`: all departments that owe something, which the summary speaks of; `drawn`: those to be shown."""
    return Chart(
        name="reports",
        title=_("Monthly reports by department (as of %(day)s)") % {"day": format_day(day)},
        figure=None,  # the page writes its own table
        missing=_missing(rows) if rows else _("No department has a report due by this day."),
        summary=_summary(rows, months=months, day=day),
        columns=[
            Column(_("Department"), is_number=False),
            Column(_("Month"), is_number=False),
            Column(pgettext("reports", "Due"), format_number),
            Column(pgettext("reports", "Submitted"), format_number),
            Column(pgettext("month's reports", "Covered later"), format_number),
            Column(_("Last submitted"), format_iso_day),
            Column(_("Status"), is_number=False),
        ],
        rows=[
            [row.name, f"{month:%Y-%m}", *_counts(mark.month), mark.month.last_on, mark.word]
            for row in drawn
            for month, mark in zip(months, row.marks, strict=True)
            if mark.state
        ],
        urls=[row.url for row in drawn for mark in row.marks if mark.state],
        note=_note(sum(not row.has_gap for row in rows) - sum(not row.has_gap for row in drawn)),
        source=_("Monthly reports of the departments"),
        provenance=provenance,
        has_own_table=True,
    )


def _counts(month: ReportingMonth) -> tuple[int, int, int]:
    return month.owed, month.filed, month.covered


def _missing(rows: Sequence[ReportRow]) -> str:
    """Return the sentence that stands where nothing is outstanding."""
    if any(mark.month.covered for row in rows for mark in row.marks):
        return _("No report is outstanding; some were left out, and a later month was submitted.")
    return _("Every report due by this day has been submitted.")


def _note(left_out: int) -> str:
    due = {"day": report_due_day()}
    rule = _(
        "On time: all reports due were submitted by day %(day)s of the month; late: the last came after that; "
        "covered later: some were not, and a later month was (their number follows a +); "
        "none or some submitted: some or all are outstanding after that day."
    )
    shades = _("The darker a cell, the larger the share submitted: under %(most)s%%, more, all.")
    notes = [rule % due, shades % {"most": MOST}]
    if left_out:
        notes.append(
            format_counted(
                "%(count)s department with nothing outstanding is left out.",
                "%(count)s departments with nothing outstanding are left out.",
                left_out,
            )
        )
    return ("" if is_chinese() else " ").join(notes)


def _summary(rows: Sequence[ReportRow], *, months: Sequence[date], day: date) -> str:
    """Return a summary of the newest month whose reports should be in; before the first one is due, of how many are in
    already."""
    newest = _newest_due(months, day)
    place = newest or 0
    owing = [row.marks[place].month for row in rows if row.marks[place].month.owed]
    if not owing:
        return _("No department has a report due by this day.")
    month = months[place]
    found = tally(owing, month, day=day)
    words = {
        "owing": format_number(found.owing),
        "on_time": format_number(found.on_time),
        "month": format_month_name(month),
        "due": format_short_day(reports_due_on(month)),
        "counts": format_tally(found),
    }
    if newest is None:
        return (
            _(
                "Departments with reports due for %(month)s: %(owing)s, of which %(on_time)s have submitted all "
                "(due by %(due)s)."
            )
            % words
        )
    return _("Departments with reports due for %(month)s (by %(due)s): %(owing)s, of which %(counts)s.") % words
