"""A line of steps: how something passed from one state to another, up to a day. Plain values in, a figure out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from web.charts.axes import Margin, layout, month_ticks, narrow_layout, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import label
from web.charts.text import hover_day
from web.charts.theme import ACCENT, EDGE, INK_2, INK_3, RED, SUBJECT_LINE
from web.formats.dates import format_day, format_short_day

# px of a level, and beside the levels.
LEVEL, BESIDE = 40, 70


class Step(NamedTuple):
    """The state from a day on. `is_superseded`: a later step says that it was wrong."""

    on: date
    state: str
    is_superseded: bool = False


@dataclass(frozen=True)
class StepHistory:
    """The history that is drawn: the steps that took effect by the day, the oldest first; the states, each with its
    level; and the day on which the last one is due, with its name."""

    points: Sequence[Step]
    levels: Mapping[str, int]
    due_on: date | None
    due_name: str
    as_of: date

    @cached_property
    def effective(self) -> list[Step]:
        return [point for point in self.points if not point.is_superseded]

    @cached_property
    def superseded(self) -> list[Step]:
        return [point for point in self.points if point.is_superseded]

    @cached_property
    def first(self) -> date:
        return self.points[0].on if self.points else self.as_of

    @cached_property
    def last(self) -> date:
        return max(self.as_of, self.due_on_axis or self.as_of)

    @cached_property
    def due_on_axis(self) -> date | None:
        """The due day, unless it lies before the first change, or so far ahead that the axis would squeeze the history:
        further than a month and half as long as the history is."""
        if self.due_on is None or self.due_on < self.first:
            return None
        passed = max((self.as_of - self.first).days, 1)
        return self.due_on if (self.due_on - self.as_of).days <= max(passed // 2, 31) else None

    @cached_property
    def axis(self) -> tuple[date, date]:
        """The first and the last day of the axis, which begins and ends a little outside the history."""
        room = timedelta(days=max((self.last - self.first).days // 40, 1))
        return self.first - min(room, self.first - date.min), self.last + min(room, date.max - self.last)

    def share_of_axis(self, day: date) -> float:
        start, end = self.axis
        return (day - start).days / (end - start).days


def steps_figure(
    points: Sequence[Step], names: Mapping[str, str], due_on: date | None, as_of: date, *, due_name: str
) -> Figure:
    """`points` come newest first: of two on one day the newer one holds. Those after the day are left out. `names`: the
    states from below, with what the axis calls them; `due_name`: what the day is on which the last one is due."""
    known = sorted((each for each in reversed(points) if each.on <= as_of), key=lambda each: each.on)
    levels = {state: level for level, state in enumerate(names)}
    history, height = StepHistory(known, levels, due_on, due_name, as_of), LEVEL * len(names) + BESIDE
    bottom = 30 if history.first.year == history.last.year else 46
    return {
        "data": [*_status_line(history), *_superseded_marks(history)],
        "layout": layout(
            height=height,
            margin=Margin(12, 12, 26, bottom),
            xaxis=x_axis(
                type="date",
                range=[day.isoformat() for day in history.axis],
                ticks="outside",
                tickcolor=EDGE,
                **month_ticks(history.first, history.last, at_most=10),
            ),
            yaxis=y_axis(
                range=[-0.4, len(names) - 0.65],
                tickvals=list(levels.values()),
                ticktext=list(names.values()),
                ticklabelstandoff=4,
                automargin="width",
            ),
            annotations=[*(_superseded_label(history, each) for each in history.superseded), *_due_label(history)],
            shapes=_due_line(history),
        ),
        "narrow": narrow_layout(
            height=height, margin=Margin(8, 8, 26, bottom), xaxis=month_ticks(history.first, history.last, at_most=5)
        ),
    }


def _status_line(history: StepHistory) -> list[dict[str, Any]]:
    if not history.effective:
        return []
    days = [*(point.on for point in history.effective), history.as_of]
    levels = [history.levels[point.state] for point in history.effective]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [day.isoformat() for day in days],
            "y": [*levels, levels[-1]],
            "line": SUBJECT_LINE | {"shape": "hv"},
            "marker": {"size": 9, "color": ACCENT},
            "hovertemplate": hover_day() + "<br>%{y}<extra></extra>",
        }
    ]


def _superseded_marks(history: StepHistory) -> list[dict[str, Any]]:
    if not history.superseded:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [point.on.isoformat() for point in history.superseded],
            "y": [history.levels[point.state] for point in history.superseded],
            "marker": {"size": 10, "symbol": "x-thin", "line": {"color": INK_3, "width": 2.5}},
            "hovertemplate": hover_day() + "<br>%{y}<extra></extra>",
        }
    ]


def _superseded_label(history: StepHistory, point: Step) -> dict[str, Any]:
    """Return the label of a superseded step: beside its mark, on the side that has more room."""
    to_left = history.share_of_axis(point.on) > 1 / 2
    return label(
        _("%(day)s, corrected") % {"day": format_short_day(point.on)},
        x=point.on.isoformat(),
        y=history.levels[point.state],
        colour=INK_3,
        xanchor="right" if to_left else "left",
        xshift=-9 if to_left else 9,
    )


def _due_line(history: StepHistory) -> list[dict[str, Any]]:
    if history.due_on_axis is None:
        return []
    due_on = history.due_on_axis.isoformat()
    line = {"color": RED, "width": 2, "dash": "4px,3px"}
    return [{"type": "line", "x0": due_on, "x1": due_on, "y0": 0, "y1": 1, "yref": "paper", "line": line}]


def _due_label(history: StepHistory) -> list[dict[str, Any]]:
    """Return the label of the due day, above the plot: at the end of its line, or where the due day lies beyond the
    axis, at that side."""
    due_on = history.due_on
    if due_on is None:
        return []
    above: dict[str, Any] = {"y": 1, "yref": "paper", "yanchor": "bottom"}
    if history.due_on_axis is None:
        is_ahead = due_on > history.as_of
        text = f"{history.due_name} {format_day(due_on)}"
        text, side = (f"{text} →", "right") if is_ahead else (f"← {text}", "left")
        above |= {"x": int(is_ahead), "xref": "paper", "xanchor": side}
        return [label(text, colour=INK_2 if is_ahead else RED, **above)]
    share = history.share_of_axis(due_on)
    side = "left" if share < 1 / 4 else "right" if share > 3 / 4 else "center"
    written = format_short_day(due_on) if history.first.year == history.last.year else format_day(due_on)
    return [label(f"{history.due_name} {written}", x=due_on.isoformat(), xanchor=side, colour=RED, **above)]
