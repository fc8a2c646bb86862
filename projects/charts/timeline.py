"""The milestones of a project on one axis of time: as planned at first, as planned now, and as reached. Plain values
in, a figure out."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise, zip_longest
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import ProjectMonth, Stage
from projects.standing import Milestone, Standing
from web.charts.axes import Margin, layout, month_ticks, narrow_layout, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure
from web.charts.labels import label
from web.charts.theme import ACCENT, COMPARATOR, GROUND, INK, INK_2, RED
from web.formats.dates import format_day, format_iso_day, format_month, format_short_day
from web.formats.numbers import format_number

# px: of a row, and of what is above and below them. Where milestones are close, their words stand in two lines.
ROW, ABOVE, BELOW, LINE = 46, 62, 96, 16
CLOSE = 0.45
# A slip of more days than this is red while it is still to come.
LONG_SLIP = 30

type Span = tuple[date, date]


def timeline_chart(standing: Standing, months: Sequence[ProjectMonth], *, provenance: str) -> Chart:
    """`months`: those that decided by the day, the oldest first."""
    milestones = standing.milestones
    return Chart(
        name="timeline",
        title=_("Planned and actual, as of %(day)s") % {"day": format_day(standing.on)},
        figure=timeline_figure(milestones, suspended_spans(months, on=standing.on), on=standing.on)
        if milestones
        else None,
        summary=pgettext("between clauses", "; ").join(
            f"{each.name}{pgettext('before a list', ': ')}{each.slip}" for each in milestones if each.slip
        ),
        columns=[
            Column(pgettext("of a project", "Milestone"), is_number=False),
            Column(_("Planned at first"), format_iso_day, is_number=False),
            Column(_("Planned"), format_iso_day, is_number=False),
            Column(_("Actual"), format_iso_day, is_number=False),
            Column(_("Days late"), format_number),
        ],
        rows=[
            (each.name, each.first_planned_on, each.planned_on, each.reached_on, each.days_late) for each in milestones
        ],
        kind="timeline",
        provenance=provenance,
        missing="" if milestones else _("No planned day is set for this project"),
    )


def suspended_spans(months: Sequence[ProjectMonth], *, on: date) -> list[Span]:
    """Return from when to when a project was suspended: from the first day of the first month that says so."""
    spans: list[Span] = []
    for month, after in zip_longest(months, months[1:]):
        if month.stage != Stage.SUSPENDED:
            continue
        end = on if after is None else after.period - timedelta(days=1)
        goes_on = bool(spans) and spans[-1][1] == month.period - timedelta(days=1)
        spans[-1:] = [(spans[-1][0], end)] if goes_on else [*spans[-1:], (month.period, end)]
    return spans


def timeline_figure(milestones: Sequence[Milestone], suspended: Sequence[Span], *, on: date) -> Figure:
    """Return the lines, from above: the days planned at first, where any was moved; those planned now; and what is
    reached, with what is late or suspended in red."""
    days = [day for each in milestones for day in (each.first_planned_on, each.planned_on, each.reached_on) if day]
    first, last = min(*days, on), max(*days, on)
    room = timedelta(days=max((last - first).days // 30, 5))
    axis = (first - room, last + room)
    names = [_("Actual"), _("Planned")]
    if any(each.is_moved for each in milestones):
        names.append(_("Planned at first"))
    height = ROW * (len(names) - 1) + ABOVE + BELOW
    ticks, narrow_ticks = month_ticks(first, last, at_most=4), month_ticks(first, last, at_most=3)
    bottom = 46 if any("<br>" in text for text in ticks["ticktext"]) else 30
    words = [
        *_names(milestones, axis, top=len(names) - 1),
        *_slips(milestones, axis),
        *_suspended_words(suspended),
        _day_label(on, axis),
    ]
    return {
        "data": [*_planned(milestones, rows=len(names)), *_actual(milestones, suspended, on)],
        "layout": layout(
            height=height,
            margin=Margin(12, 12, ABOVE - 8, bottom),
            xaxis=x_axis(
                type="date",
                range=[day.isoformat() for day in axis],
                ticks="outside",
                **ticks,
            ),
            yaxis=y_axis(
                range=[-(BELOW - bottom) / ROW, len(names) - 1 + 8 / ROW],
                tickvals=list(range(len(names))),
                ticktext=names,
                showgrid=False,
                automargin="width",
            ),
            shapes=[*_joins(milestones, rows=len(names)), _day_line(on)],
            annotations=words,
        ),
        "narrow": narrow_layout(height=height, margin=Margin(8, 8, ABOVE - 8, bottom), xaxis=narrow_ticks),
    }


def _points(milestones: Sequence[Milestone], days: Sequence[date | None], y: int, **more: Any) -> dict[str, Any]:
    """Return a line through those milestones that have a day. What it says of each stands in a list beside it."""
    shown = [(each, day) for each, day in zip(milestones, days, strict=True) if day is not None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [day.isoformat() for _each, day in shown],
        "y": [y] * len(shown),
        "hovertext": [f"{each.name}<br>{format_day(day)}" for each, day in shown],
        "hoverinfo": "text",
        "cliponaxis": False,
        **more,
    }


def _planned(milestones: Sequence[Milestone], *, rows: int) -> list[dict[str, Any]]:
    marks = {"size": 10, "color": GROUND, "line": {"color": INK_2, "width": 2}}
    lines = [
        _points(
            milestones, [each.planned_on for each in milestones], 1, line={"color": INK_2, "width": 2}, marker=marks
        )
    ]
    if rows > 2:
        earlier = marks | {"line": {"color": COMPARATOR, "width": 1.5}}
        days = [each.first_planned_on for each in milestones]
        lines.append(_points(milestones, days, 2, line={"color": COMPARATOR, "width": 1}, marker=earlier))
    return lines


def _actual(milestones: Sequence[Milestone], suspended: Sequence[Span], on: date) -> list[dict[str, Any]]:
    """Return what is done, what is still planned, and in red what is overdue or suspended."""
    lines = [_still_open(each, each.planned_on, on) for each in milestones if each.planned_on and not each.reached_on]
    lines = [_under_way(milestones, on), *lines]
    for span in suspended:
        lines += [_span(span, color=GROUND, width=6), _span(span, color=RED, width=4, dash="4px,3px")]
    reached = [each.reached_on for each in milestones]
    marks = {"size": 11, "color": ACCENT}
    return [*filter(None, lines), _points(milestones, reached, 0, line={"color": ACCENT, "width": 4}, marker=marks)]


def _under_way(milestones: Sequence[Milestone], on: date) -> dict[str, Any] | None:
    """Return the line from the start to the day, unless the project is built."""
    reached = {each.stage: each.reached_on for each in milestones if each.reached_on is not None}
    started_on = reached.pop(Stage.UNDER_CONSTRUCTION, None)
    return None if started_on is None or reached else _span((started_on, on), color=ACCENT, width=4)


def _still_open(each: Milestone, planned_on: date, on: date) -> dict[str, Any] | None:
    """Return the line of what is overdue, or of what is still to come."""
    if each.overdue_days:
        return _span((planned_on, on), color=RED, width=4)
    return _span((on, planned_on), color=ACCENT, width=2, dash="2px,3px") if planned_on > on else None


def _span(span: Span, **line: Any) -> dict[str, Any]:
    days = [day.isoformat() for day in span]
    return {"type": "scatter", "mode": "lines", "x": days, "y": [0, 0], "line": line, "hoverinfo": "skip"}


def _joins(milestones: Sequence[Milestone], *, rows: int) -> list[dict[str, Any]]:
    """Return the thin lines between the days of a milestone."""
    line = {"color": COMPARATOR, "width": 1, "dash": "3px,2px"}
    joined = []
    for each in milestones:
        days = [each.reached_on, each.planned_on, each.first_planned_on][:rows]
        for below in range(rows - 1):
            ends = days[below], days[below + 1]
            if ends[0] is not None and ends[1] is not None:
                joined.append(_join(ends[0], ends[1], below, line))
    return joined


def _join(start: date, end: date, y: int, line: dict[str, Any]) -> dict[str, Any]:
    days = {"x0": start.isoformat(), "x1": end.isoformat()}
    return {"type": "line", **days, "y0": y, "y1": y + 1, "line": line, "layer": "below"}


def _share(day: date, axis: Span) -> float:
    return (day - axis[0]).days / (axis[1] - axis[0]).days


def _side(day: date, axis: Span) -> str:
    share = _share(day, axis)
    return "left" if share < 0.25 else "right" if share > 0.75 else "center"


def _raised(days: Sequence[date], axis: Span) -> list[int]:
    """Return how many lines the words at each day stand away: those of close days take turns."""
    lines = [0]
    for before, day in pairwise(days):
        lines.append((lines[-1] + 1) % 2 if _share(day, axis) - _share(before, axis) < CLOSE else 0)
    return lines


def _names(milestones: Sequence[Milestone], axis: Span, *, top: int) -> list[dict[str, Any]]:
    """Return the names of the milestones above their planned days, with the month."""
    planned = [(each, each.planned_on) for each in milestones if each.planned_on is not None]
    lines = _raised([day for _each, day in planned], axis) if planned else []
    return [
        label(
            f"{each.name} {format_month(day)}",
            x=(each.first_planned_on if top > 1 and each.first_planned_on else day).isoformat(),
            y=top,
            colour=INK_2,
            xanchor=_side(day, axis),
            yanchor="bottom",
            yshift=9 + LINE * line,
        )
        for (each, day), line in zip(planned, lines, strict=True)
    ]


def _slips(milestones: Sequence[Milestone], axis: Span) -> list[dict[str, Any]]:
    """Return how late each was reached, or is: below its day, or below the middle of what is overdue."""
    shown = []
    for each in milestones:
        day = each.reached_on or (each.planned_on if each.overdue_days else None)
        if day is not None and each.slip:
            shown.append((each, day))
    lines = _raised([day for _each, day in shown], axis) if shown else []
    return [
        label(
            f"<b>{each.slip}</b>" if each.overdue_days else each.slip,
            x=day.isoformat(),
            y=0,
            colour=RED if each.overdue_days > LONG_SLIP else INK_2,
            xanchor=_side(day, axis),
            yanchor="top",
            yshift=-9 - LINE * line,
        )
        for (each, day), line in zip(shown, lines, strict=True)
    ]


def _suspended_words(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Return the word above each time of suspension."""
    return [
        label(
            f"<b>{Stage.SUSPENDED.label}</b>",
            x=(start + (end - start) / 2).isoformat(),
            y=0,
            colour=RED,
            yanchor="bottom",
            yshift=7,
        )
        for start, end in spans
    ]


def _day_line(on: date) -> dict[str, Any]:
    day = on.isoformat()
    line = {"color": INK, "width": 1.5}
    return {"type": "line", "x0": day, "x1": day, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _day_label(on: date, axis: Span) -> dict[str, Any]:
    side = "right" if _share(on, axis) > 0.5 else "left"
    place: dict[str, Any] = {"xanchor": side, "xshift": -6 if side == "right" else 6}
    return label(format_short_day(on), x=on.isoformat(), y=0, yref="paper", yanchor="bottom", **place)
