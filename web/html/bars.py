"""Bars in SVG: the statuses of a group, and a plain one for a value.

Widths are attributes in percent, so that bars need neither a script nor a style attribute, which the content security
policy refuses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.statuses import MeasureStatus
from web.formats.numbers import Number, format_number, format_percent, round_to_tenth, to_decimal
from web.formats.text import format_list

STATUSES = (MeasureStatus.COMPLETED, MeasureStatus.IN_PROGRESS, MeasureStatus.PROMOTING)
# Percent of the width from which on the label of a tick stands at its left.
LABEL_TURNS_AT = 55


class BarShape(NamedTuple):
    """Top and height in pixels. A part of less than `least` percent is drawn 3 px wide, over everything else."""

    top: int
    height: int
    least: int


class LabelRow(NamedTuple):
    """How far down the tick of a label reaches, and where the label stands."""

    tick_height: int
    dy: str


IN_ROW = BarShape(top=3, height=14, least=3)
TALL = BarShape(top=8, height=22, least=1)
UPPER, LOWER, NO_LABEL = LabelRow(38, "0.75em"), LabelRow(56, "2.25em"), LabelRow(20, "")
# Where the labels of the ticks stand unless one would run through the other.
ROWS = {"elapsed": UPPER, "plan": LOWER}


@dataclass(frozen=True)
class Tick:
    kind: str  # elapsed or plan
    at: Number  # percent of the width
    label: str
    note: str = ""

    @property
    def text(self) -> str:
        return f"{self.label} {format_percent(self.at)}"

    @property
    def has_label_at_left(self) -> bool:
        return round_to_tenth(self.at) > LABEL_TURNS_AT


@dataclass(frozen=True)
class Part:
    """One status of a bar: `count` of `total`, behind `before` of others."""

    status: MeasureStatus
    count: int
    before: int
    total: int

    @property
    def x(self) -> str:
        return share(self.before, self.total)

    @property
    def width(self) -> str:
        return share(self.count, self.total)

    @property
    def is_last(self) -> bool:
        return self.before + self.count == self.total

    def is_less_than(self, percent: int) -> bool:
        return self.count * 100 < percent * self.total


def status_bar(
    completed: int,
    in_progress: int,
    promoting: int,
    total: int,
    tick: Number | None = None,
    plan_tick: Number | None = None,
    labels: bool = False,
    plan_note: str = "",
) -> SafeString:
    """The three statuses of a group as one bar. `tick`: time elapsed in percent; `plan_tick`: the plan curve.

    `labels=True` makes the tall bar of a headline block, with words below the ticks; `plan_note` follows those of the
    plan curve (23 due). Without it the bar fits a table row.
    """
    shape = TALL if labels else IN_ROW
    counts = dict(zip(STATUSES, (completed, in_progress, promoting), strict=True))
    parts = list(_parts(counts, total))
    ticks = list(_ticks(tick, plan_tick, plan_note))
    rows = _label_rows(ticks) if labels else dict.fromkeys(ROWS, NO_LABEL)
    elements = [
        *(_draw_part(part, shape) for part in parts),
        f'<rect class="frame" x="0" y="{shape.top}" width="100%" height="{shape.height}"/>',
        *(_draw_tick(each, rows[each.kind]) for each in reversed(ticks)),
        *(_draw_thin_part(part, shape) for part in parts if part.is_less_than(shape.least)),
        *(_draw_label(each, rows[each.kind]) for each in ticks if labels),
    ]
    return format_html(
        '<svg class="bar{}" role="img" aria-label="{}" focusable="false">{}</svg>',
        " bar-tall" if labels else "",
        _description(counts, total, ticks),
        mark_safe("".join(elements)),  # noqa: S308  # each element was made by format_html
    )


def value_bar(value: Number | None, maximum: Number) -> SafeString:
    """One plain bar in a table row whose number stands in the cell before it."""
    return format_html(
        '<svg class="bar bar-plain" aria-hidden="true" focusable="false">'
        '<rect class="plain" y="3" width="{}" height="14"/></svg>',
        share(value or 0, maximum),
    )


def share(part: Number, whole: Number) -> str:
    """25.00% of the width; 0% of nothing."""
    return f"{to_decimal(part) * 100 / to_decimal(whole):.2f}%" if whole else "0%"


def _parts(counts: Mapping[MeasureStatus, int], total: int) -> Iterator[Part]:
    before = 0
    for status, count in counts.items():
        if count and total:
            yield Part(status, count, before, total)
            before += count


def _ticks(tick: Number | None, plan_tick: Number | None, plan_note: str) -> Iterator[Tick]:
    if tick is not None:
        yield Tick("elapsed", tick, _("Time elapsed"))
    if plan_tick is not None:
        yield Tick("plan", plan_tick, _("Planned completion"), plan_note)


def _label_rows(ticks: Sequence[Tick]) -> Mapping[str, LabelRow]:
    """Return the row of each label. Of two labels on one side of their ticks, the upper one is that whose words the
    other tick does not run through."""
    if len(ticks) < 2:
        return ROWS
    elapsed, plan = ticks
    is_left = elapsed.has_label_at_left
    plan_is_further = plan.at < elapsed.at if is_left else plan.at > elapsed.at
    if plan_is_further and is_left == plan.has_label_at_left:
        return {"elapsed": LOWER, "plan": UPPER}
    return ROWS


# What is drawn here is made of numbers and names of ours: there is nothing to escape.


def _draw_part(part: Part, shape: BarShape) -> str:
    rect = (
        f'<rect class="part status-{part.status.tone}" x="{part.x}" y="{shape.top}" width="{part.width}"'
        f' height="{shape.height}"/>'
    )
    if not part.before:
        return rect
    return f'{rect}<line class="seam" x1="{part.x}" x2="{part.x}" y1="{shape.top}" y2="{shape.top + shape.height}"/>'


def _draw_thin_part(part: Part, shape: BarShape) -> str:
    """Too thin to be seen in percent: in pixels, over the tick that may stand there."""
    x, halo_x, part_x = ("100%", -5, -3) if part.is_last else (part.x, 0, 0)
    # From one percent on the part may be wider than the halo, which would cut it in two.
    halo = f'<rect class="halo" x="{halo_x}" width="5" height="100%"/>' if part.is_less_than(1) else ""
    return (
        f'<svg class="thin" x="{x}" y="{shape.top}" width="5" height="{shape.height}" overflow="visible">{halo}'
        f'<rect class="part status-{part.status.tone}" x="{part_x}" width="3" height="100%"/></svg>'
    )


def _draw_tick(tick: Tick, row: LabelRow) -> str:
    # The white halo keeps an ink tick visible on the dark part of a bar.
    return (
        f'<svg x="{round_to_tenth(tick.at)}%" width="1" height="{row.tick_height}" overflow="visible">'
        '<rect class="halo" x="-2.5" width="5" height="100%"/>'
        f'<line class="tick tick-{tick.kind}" y2="100%"/></svg>'
    )


def _draw_label(tick: Tick, row: LabelRow) -> SafeString:
    """Draw a label below the bar at its tick, on the side where there is room."""
    return format_html(
        '<text class="tick-label tick-label-{}" x="{}%" y="40" dy="{}"{}>{}{}</text>',
        tick.kind,
        round_to_tenth(tick.at),
        row.dy,
        mark_safe(' text-anchor="end"') if tick.has_label_at_left else "",
        tick.text,
        tick.note,
    )


def _description(counts: Mapping[MeasureStatus, int], total: int, ticks: Sequence[Tick]) -> str:
    """Return the text that is read aloud: Completed 13, In progress 105, Being promoted 131; Time elapsed 22.0%."""
    statuses = format_list(f"{status.label} {format_number(count)}" for status, count in counts.items())
    clauses = [statuses if total else _("Nothing to measure"), *(tick.text for tick in ticks)]
    return pgettext("between clauses", "; ").join(clauses)
