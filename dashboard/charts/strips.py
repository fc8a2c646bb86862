"""Bars of the presentation, which its templates write as SVG. Plain values in, places out: px of a 1920 px screen."""

from collections.abc import Sequence
from typing import NamedTuple


class Block(NamedTuple):
    """A part of a bar: what it counts, its left end and its width."""

    kind: str
    x: float
    width: float


class MonthBar(NamedTuple):
    """The bars of a month: what falls due in it, and what was completed in it, as heights."""

    x: float
    due: float
    completed: float


def blocks(counts: Sequence[tuple[str, int]], *, width: int) -> list[Block]:
    """One for each kind, as wide as its share."""
    total, before, found = sum(count for _kind, count in counts), 0, []
    for kind, count in counts:
        if count:
            found.append(Block(kind, round(before * width / total, 1), round(count * width / total, 1)))
        before += count
    return found


def month_bars(counts: Sequence[tuple[int, int]], *, pitch: int, height: int) -> list[MonthBar]:
    """`counts`: due and completed, month by month."""
    most = max((max(pair) for pair in counts), default=0) or 1
    return [
        MonthBar(n * pitch, round(due * height / most, 1), round(completed * height / most, 1))
        for n, (due, completed) in enumerate(counts)
    ]
