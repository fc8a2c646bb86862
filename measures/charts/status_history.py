"""How the status of a measure changed, up to a day."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from core.statuses import MeasureStatus
from web.charts.chart import Chart, Column, Figure
from web.charts.steps import Step, steps_figure
from web.formats.dates import format_day, format_iso_day


def status_history_chart(points: Sequence[Step], due_on: date | None, as_of: date) -> Chart:
    """`points` come newest first, as tables list them."""
    latest = next((point for point in points if not point.is_superseded), None)
    summary = _("The status was not recorded by this day.")
    if latest:
        status, since = MeasureStatus(latest.state).label, format_day(latest.on)
        summary = _("%(status)s since %(day)s.") % {"status": status, "day": since}
    return Chart(
        name="status",
        title=_("Status over time, as of %(day)s") % {"day": format_day(as_of)},
        figure=status_history_figure(points, due_on, as_of),
        summary=summary,
        columns=[
            Column(_("Effective date"), format_iso_day, is_number=False),
            Column(_("New status"), is_number=False),
            Column(_("Corrected"), is_number=False),
        ],
        rows=[(each.on, str(MeasureStatus(each.state).label), each.is_superseded) for each in points],
        kind="steps",
        has_own_table=True,
    )


def status_history_figure(points: Sequence[Step], due_on: date | None, as_of: date) -> Figure:
    """`points` come newest first."""
    names = {status.value: str(status.label) for status in MeasureStatus}
    return steps_figure(points, names, due_on, as_of, due_name=_("Due date"))
