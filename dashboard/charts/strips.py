"""Bars of the presentation, which its templates write as SVG. Plain values in, places out: px of a 1920 px screen."""

from collections.abc import Sequence
from typing import NamedTuple


class Block(NamedTuple):
    """A part of a bar: what it counts, its left end and its width."""

    kind: str
    x: float
    width: float


class MonthBar(NamedTuple):
    """The bars of a month as heights: what falls due in it, what was completed in it, and how much of that was late.
    `due_top` and `completed_top`: how far down from the upper end the numbers above the bars stand."""

    x: float
    due: float
    completed: float
    late: float
    due_top: float
    completed_top: float

    @property
    def in_time(self) -> float:
        return round(self.completed - self.late, 1)


# Above the highest bar, and between a bar and its number.
NUMBER_ROOM, NUMBER_GAP = 30, 7


def blocks(counts: Sequence[tuple[str, int]], *, width: int) -> list[Block]:
    """One for each kind, as wide as its share."""
    total, before, found = sum(count for _kind, count in counts), 0, []
    for kind, count in counts:
        if count:
            found.append(Block(kind, round(before * width / total, 1), round(count * width / total, 1)))
        before += count
    return found


def month_bars(counts: Sequence[tuple[int, int, int]], *, pitch: int, height: int) -> list[MonthBar]:
    """`counts`: due, completed, and late ones among these, month by month."""
    most = max((max(each) for each in counts), default=0) or 1

    def scaled(count: int) -> float:
        return round(count * (height - NUMBER_ROOM) / most, 1)

    def top(count: int) -> float:
        return round(height - scaled(count) - NUMBER_GAP, 1)

    return [
        MonthBar(n * pitch, scaled(due), scaled(completed), scaled(late), top(due), top(completed))
        for n, (due, completed, late) in enumerate(counts)
    ]
