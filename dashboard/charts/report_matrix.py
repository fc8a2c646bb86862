"""Which departments have reported which month: a matrix of marks, as of a day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Department
from core.periods import MonthState
from dashboard.pages.links import Links
from reporting.months import ReportingMonth, reports_due_on
from web.charts.axes import Margin, layout, narrow_layout, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure
from web.charts.text_size import wrapped
from web.charts.theme import ACCENT, FONT, INK, INK_3, NARROW_FONT, RED
from web.formats.dates import format_day, format_iso_day, format_month_name, format_short_day, format_short_month
from web.formats.numbers import format_number
from web.language import is_chinese, localized

ROW, HEAD = 34, 60

MARKS: Mapping[MonthState, dict[str, Any]] = {
    MonthState.ON_TIME: {"symbol": "circle", "size": 11, "color": ACCENT},
    MonthState.LATE: {"symbol": "circle-open", "size": 11, "color": ACCENT, "line": {"width": 2}},
    MonthState.MISSING: {"symbol": "x-thin", "size": 10, "line": {"color": RED, "width": 2.5}},
    MonthState.PENDING: {"symbol": "line-ew", "size": 8, "line": {"color": INK_3, "width": 2}},
}


class MonthMark(NamedTuple):
    """A department's month, and how it stands with it; `state` is None where it owes nothing."""

    month: ReportingMonth
    state: MonthState | None

    @property
    def counted(self) -> str:
        return f"{self.month.filed}/{self.month.owed}"

    @property
    def is_gap(self) -> bool:
        return self.state == MonthState.MISSING

    @property
    def word(self) -> str:
        if self.is_gap:
            return _("Some submitted") if self.month.filed else _("None submitted")
        return str(self.state.label) if self.state else ""


class ReportRow(NamedTuple):
    """A department's months in their order; `key` is its slug, `url` where its marks lead."""

    key: str
    name: str
    url: str
    marks: Sequence[MonthMark]

    @property
    def has_gap(self) -> bool:
        return any(mark.is_gap for mark in self.marks)


def report_matrix(months: Sequence[date], rows: Sequence[ReportRow]) -> Figure:
    """A row for each department in the order given, a column for each month; no mark where nothing is owed."""
    places = list(range(len(months)))
    names = [format_short_month(month) for month in months]
    every = 1 if len(months) <= (8 if is_chinese() else 6) else 2
    height = ROW * len(rows) + HEAD
    traces = [_marks_of(state, months, rows) for state in MARKS]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            height=height,
            margin=Margin(8, 8, HEAD - 26, 8),
            xaxis=x_axis(range=[-0.5, len(months) - 0.5], tickvals=places, ticktext=names, side="top", showline=False),
            yaxis=y_axis(
                range=[len(rows) - 0.5, -0.5],
                tickvals=list(range(len(rows))),
                ticktext=[row.name for row in rows],
                tickfont={"size": FONT, "color": INK},
                ticklabelstandoff=5,
                automargin="width",
            ),
        ),
        "narrow": narrow_layout(
            height=height,
            margin=Margin(4, 4, HEAD - 26, 8),
            xaxis={"tickvals": places[::every], "ticktext": names[::every]},
            yaxis={"ticktext": [wrapped(row.name, 14) for row in rows], "tickfont": {"size": NARROW_FONT}},
        ),
    }


def _marks_of(state: MonthState, months: Sequence[date], rows: Sequence[ReportRow]) -> dict[str, Any]:
    found = [
        (place, n, row) for n, row in enumerate(rows) for place, mark in enumerate(row.marks) if mark.state == state
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place for place, _n, _row in found],
        "y": [n for _place, n, _row in found],
        "marker": {"opacity": 1, **MARKS[state]},
        "cliponaxis": False,
        "customdata": [row.url for _place, _n, row in found],
        "hovertext": [_hover(row, months[place], row.marks[place]) for place, _n, row in found],
        "hoverinfo": "text",
    }


def _hover(row: ReportRow, month: date, mark: MonthMark) -> str:
    counted = _("%(filed)s of %(owed)s submitted") % {
        "filed": format_number(mark.month.filed),
        "owed": format_number(mark.month.owed),
    }
    return f"{row.name}<br>{format_month_name(month)} {mark.word}<br>{counted}"


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
        kind="free",
        key_template="dashboard/_report_key.html",
        title=_("Monthly reports by department (as of %(day)s)") % {"day": format_day(day)},
        figure=report_matrix(months, drawn) if drawn else None,
        missing=_("Every report due by this day has been submitted.")
        if rows
        else _("No department has a report due by this day."),
        summary=_summary(rows, months=months, day=day),
        columns=[
            Column(_("Department"), is_number=False),
            Column(_("Month"), is_number=False),
            Column(pgettext("reports", "Due"), format_number),
            Column(pgettext("reports", "Submitted"), format_number),
            Column(_("Last submitted"), format_iso_day),
            Column(_("Status"), is_number=False),
        ],
        rows=[
            [row.name, f"{month:%Y-%m}", mark.month.owed, mark.month.filed, mark.month.last_on, mark.word]
            for row in drawn
            for month, mark in zip(months, row.marks, strict=True)
            if mark.state
        ],
        urls=[row.url for row in drawn for mark in row.marks if mark.state],
        note=_note(sum(not row.has_gap for row in rows) - sum(not row.has_gap for row in drawn)),
        source=_("Monthly reports of the departments"),
        provenance=provenance,
        rows_template="dashboard/_report_rows.html",
    )


def _note(left_out: int) -> str:
    due = {"day": settings.PILOTZONE_REPORT_DUE_DAY}
    rule = _(
        "On time: all reports due were submitted by day %(day)s of the month; late: the last came after that; "
        "none or some submitted: some or all are outstanding after that day."
    )
    notes = [rule % due]
    if left_out:
        words = ngettext(
            "%(count)s department with nothing outstanding is left out.",
            "%(count)s departments with nothing outstanding are left out.",
            left_out,
        )
        notes.append(words % {"count": format_number(left_out)})
    return ("" if is_chinese() else " ").join(notes)


def _summary(rows: Sequence[ReportRow], *, months: Sequence[date], day: date) -> str:
    """Of the newest month whose reports should be in; before the first one is due, of how many are in already."""
    newest = _newest_due(months, day)
    place = 0 if newest is None else newest
    states = Counter(row.marks[place].state for row in rows if row.marks[place].state)
    if not states:
        return _("No department has a report due by this day.")
    month = months[place]
    counts = {str(state.value): format_number(states[state]) for state in MonthState}
    gaps = [row.marks[place] for row in rows if row.marks[place].is_gap]
    counts |= {
        "some": format_number(sum(bool(mark.month.filed) for mark in gaps)),
        "none": format_number(sum(not mark.month.filed for mark in gaps)),
        "owing": format_number(states.total()),
        "month": format_month_name(month),
        "due": format_short_day(reports_due_on(month)),
    }
    if newest is None:
        return (
            _(
                "Departments with reports due for %(month)s: %(owing)s, of which %(on_time)s have submitted all "
                "(due by %(due)s)."
            )
            % counts
        )
    return (
        _(
            "Departments with reports due for %(month)s (by %(due)s): %(owing)s, of which %(on_time)s on time, "
            "%(late)s late, %(some)s with some submitted and %(none)s with none."
        )
        % counts
    )
