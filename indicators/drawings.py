"""Small drawings of a row: where the value stands on the way to its target, and how it went. Geometry alone; colours
are the style sheets'."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from core.periods import PeriodKind
from indicators.models import Observation
from indicators.state import IndicatorState
from indicators.verdicts import Judgement

# Beyond the target, in parts of the way to it.
ROOM = Decimal("1.15")
# In units of the drawing.
WIDTH, HEIGHT, MARGIN = 96, 24, 4
# Up to so many values are dots, more a line; so many at most.
MOST_DOTS, MOST_VALUES = 4, 16
# What lies further apart is not joined: a year is missing.
A_YEAR_AND_A_BIT = 380


class BulletBar(NamedTuple):
    """A bar from the baseline, at the left, past the target; in per cent of the width. Right is better, also for a
    cut."""

    value: Decimal
    required: Decimal
    target: Decimal


def bullet_bar(found: Judgement | None) -> BulletBar | None:
    """None without baseline, value and path."""
    if found is None or found.value is None or found.baseline is None or found.required is None:
        return None
    way = found.goal.value - found.baseline.value
    if not way:
        return None

    def place(value: Decimal) -> Decimal:
        assert found is not None and found.baseline is not None
        share = (value - found.baseline.value) * 100 / (way * ROOM)
        return min(max(share, Decimal(0)), Decimal(100)).quantize(Decimal("0.1"))

    return BulletBar(place(found.value.value), place(found.required), place(found.goal.value))


class Dot(NamedTuple):
    x: Decimal
    y: Decimal
    is_last: bool


class Trend(NamedTuple):
    """Values of one kind of period in a drawing of 96 x 24: dots, or lines that break where a year is missing, as
    points of SVG; the last value is a dot in any case."""

    dots: list[Dot]
    lines: list[str]


def trend(state: IndicatorState) -> Trend | None:
    """Return a drawing of the values on their own scale: only the direction can be read. None without a value."""
    rows = _of_one_kind(state)
    if not rows:
        return None
    first, span = rows[0].period_end, (rows[-1].period_end - rows[0].period_end).days
    values = [row.value for row in rows]
    low, high = min(values), max(values)

    def place(row: Observation) -> Dot:
        days = Decimal((row.period_end - first).days)
        x = MARGIN + (WIDTH - 2 * MARGIN) * (days / span if span else Decimal(1))
        share = (row.value - low) / (high - low) if high > low else Decimal("0.5")
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share
        return Dot(round(x, 1), round(y, 1), row is rows[-1])

    dots = [place(row) for row in rows]
    if len(rows) <= MOST_DOTS or not state.indicator.may_join:
        return Trend(dots, [])
    return Trend([dots[-1]], [" ".join(f"{dot.x},{dot.y}" for dot in line) for line in _unbroken(rows, dots)])


def _of_one_kind(state: IndicatorState) -> list[Observation]:
    """The newest release of each period like the newest value's."""
    latest = state.latest
    if latest is None:
        return []
    found = {(row.period_end, row.period_start): row for row in state.series if _is_like(row, latest)}
    return [found[key] for key in sorted(found)][-MOST_VALUES:]


def _is_like(row: Observation, latest: Observation) -> bool:
    """Return whether a row is of the same kind and scope as the newest; of parts of a year, the same part, and of
    changes since a year, since the same."""
    if row.period_kind != latest.period_kind or row.scope != latest.scope:
        return False
    if latest.period_kind in (PeriodKind.YEAR, PeriodKind.DAY):
        return True
    if latest.period_kind == PeriodKind.YEARS:
        return row.period_start == latest.period_start
    return (row.period_start.month, row.period_end.month) == (latest.period_start.month, latest.period_end.month)


def _unbroken(rows: Sequence[Observation], dots: Sequence[Dot]) -> list[list[Dot]]:
    lines = [[dots[0]]]
    for before, row, dot in zip(rows, rows[1:], dots[1:], strict=False):
        if (row.period_end - before.period_end).days > A_YEAR_AND_A_BIT:
            lines.append([])
        lines[-1].append(dot)
    return [line for line in lines if len(line) > 1]
