"""The figure of a measure: how its status changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.periods import months_between
from core.statuses import MeasureStatus
from web.charts.axes import Margin, layout, narrow_layout, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import label
from web.charts.text import day_of_year, hover_day, month_name, year_name
from web.charts.theme import ACCENT, EDGE, INK_2, INK_3, RED, SUBJECT_LINE
from web.formats.dates import format_day


class StatusStep(NamedTuple):
    """A status change. `is_superseded`: a later row says that it was wrong."""

    effective_on: date
    status: str
    is_superseded: bool = False


def status_steps(changes: Sequence[StatusStep], due_on: date | None, as_of: date) -> Figure:
    """The history of one measure on three steps, up to the day: changes that took effect later are left out.

    `changes` come newest first, as tables list them, so that of two on one day the newer one holds.
    """
    levels = {status.value: n for n, status in enumerate(MeasureStatus)}
    known = [change for change in reversed(changes) if change.effective_on <= as_of]
    known.sort(key=lambda change: change.effective_on)
    counted = [change for change in known if not change.is_superseded]
    wrong = [change for change in known if change.is_superseded]
    first = min((change.effective_on for change in known), default=as_of)

    passed = max((as_of - first).days, 1)
    is_due_in_sight = due_on is not None and due_on >= first and (due_on - as_of).days <= max(passed // 2, 31)
    last = max(as_of, due_on) if due_on and is_due_in_sight else as_of
    pad = timedelta(days=max((last - first).days // 40, 1))
    start, end = first - min(pad, first - date.min), last + min(pad, date.max - last)

    bottom = 30 if first.year == last.year else 46

    data = []
    if counted:
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [*(change.effective_on.isoformat() for change in counted), as_of.isoformat()],
                "y": [*(levels[change.status] for change in counted), levels[counted[-1].status]],
                "line": SUBJECT_LINE | {"shape": "hv"},
                "marker": {"size": 9, "color": ACCENT},
                "hovertemplate": hover_day() + "<br>%{y}<extra></extra>",
            }
        )
    notes = []
    if wrong:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [change.effective_on.isoformat() for change in wrong],
                "y": [levels[change.status] for change in wrong],
                "marker": {"size": 10, "symbol": "x-thin", "line": {"color": INK_3, "width": 2.5}},
                "hovertemplate": hover_day() + "<br>%{y}<extra></extra>",
            }
        )
    for change in wrong:
        is_late = (change.effective_on - start).days * 2 > (end - start).days
        notes.append(
            label(
                _("%(day)s, corrected") % {"day": day_of_year(change.effective_on)},
                x=change.effective_on.isoformat(),
                y=levels[change.status],
                colour=INK_3,
                xanchor="right" if is_late else "left",
                xshift=-9 if is_late else 9,
            )
        )
    narrow_notes = list(notes)
    shapes = []
    if due_on and is_due_in_sight:
        shapes.append(
            {
                "type": "line",
                "x0": due_on.isoformat(),
                "x1": due_on.isoformat(),
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": RED, "width": 2, "dash": "4px,3px"},
            }
        )
        is_at_right = (due_on - start).days * 3 > (end - start).days * 2
        words = (_("Due date"), day_of_year(due_on) if first.year == last.year else format_day(due_on))
        beside: dict[str, Any] = {
            "x": due_on.isoformat(),
            "y": _free_height(counted, levels, due_on, room=(end - start).days * LABEL_SHARE, to_left=is_at_right),
            "colour": RED,
            "xanchor": "right" if is_at_right else "left",
            "align": "right" if is_at_right else "left",
            "xshift": -6 if is_at_right else 6,
        }
        # On paper the steps are too close for two lines between them.
        notes.append(label(" ".join(words), **beside))
        narrow_notes.append(label("<br>".join(words), **beside))
    elif due_on:
        # Far ahead, it would squeeze the history; far back, before the first change, likewise.
        is_ahead = due_on > as_of
        said = f"{_('Due date')} {format_day(due_on)}"
        far = label(
            f"{said} →" if is_ahead else f"← {said}",
            x=1 if is_ahead else 0,
            y=0.5 if counted and levels[counted[-1].status] == 2 else 1.5,
            colour=INK_2 if is_ahead else RED,
            xref="paper",
            xanchor="right" if is_ahead else "left",
        )
        notes.append(far)
        narrow_notes.append(far)
    return {
        "data": data,
        "layout": layout(
            height=190,
            margin=Margin(12, 12, 8, bottom),
            xaxis=x_axis(
                type="date",
                range=[start.isoformat(), end.isoformat()],
                ticks="outside",
                tickcolor=EDGE,
                **_month_ticks(first, last, at_most=10),
            ),
            yaxis=y_axis(
                range=[-0.4, 2.35],
                tickvals=list(levels.values()),
                ticktext=[str(status.label) for status in MeasureStatus],
                ticklabelstandoff=4,
                automargin="width",
            ),
            annotations=notes,
            shapes=shapes,
        ),
        "narrow": narrow_layout(
            height=190,
            margin=Margin(8, 8, 8, bottom),
            xaxis=_month_ticks(first, last, at_most=5),
            annotations=narrow_notes,
        ),
    }


# How much of the plot's width a label beside the due day takes, at most.
LABEL_SHARE = 0.45


def _free_height(
    counted: Sequence[StatusStep], levels: dict[str, int], due_on: date, *, room: float, to_left: bool
) -> float:
    """Between which two steps the words beside the due day stand: where the line does not go up through them. `room`:
    the days that they take."""
    crossed = set()
    for before, after in pairwise(counted):
        days = (after.effective_on - due_on).days
        if 0 <= (-days if to_left else days) <= room:
            low, high = sorted((levels[before.status], levels[after.status]))
            crossed |= {height for height in (0.5, 1.5) if low < height < high}
    return next((height for height in (0.5, 1.5) if height not in crossed), 0.5)


def _month_ticks(first: date, last: date, *, at_most: int) -> dict[str, Any]:
    """First days of months, as many as find room; over more than a year, the year under its first one.
    Within a month, the last day."""
    months = months_between(first, last)
    if len(months) == 1:
        return {"tickvals": [last.isoformat()], "ticktext": [day_of_year(last)]}
    every = next((n for n in (1, 2, 3, 6) if len(months) <= n * at_most), 12)
    named = [month for month in months if (month.month - 1) % every == 0]
    words = [month_name(month) for month in named]
    if first.year != last.year:
        for n, month in enumerate(named):
            if n == 0 or named[n - 1].year != month.year:
                words[n] += f"<br>{year_name(month.year)}"
    return {"tickvals": [month.isoformat() for month in named], "ticktext": words}
