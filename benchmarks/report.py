"""Findings, and how they are printed."""

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tqdm import tqdm

HEADS = ("database", "data", "what", "measured", "baseline", "ratio", "budget", "")
_begin = time.monotonic()


def say(what: str) -> None:
    """A line on stderr, above whatever bar a terminal shows."""
    tqdm.write(f"{time.monotonic() - _begin:4.0f} s  {what} …", file=sys.stderr)


@dataclass
class Finding:
    """One line of the table. `budget` is for the ratio where there is a baseline, else for the measured value; the most
    that it may be, or the least where `is_floor`. `size`: how many times the demonstration's data; 0 where that does
    not matter.
    """

    what: str
    database: str = ""
    size: int = 0
    measured: float | None = None
    baseline: float | None = None
    budget: float | None = None
    unit: str = ""
    p95: float | None = None
    note: str = ""
    is_wrong: bool = False
    is_floor: bool = False

    @property
    def ratio(self) -> float | None:
        return self.measured / self.baseline if self.measured is not None and self.baseline else None

    @property
    def judged(self) -> float | None:
        return self.ratio if self.baseline else self.measured

    @property
    def verdict(self) -> str:
        if self.is_wrong:
            return "WRONG"
        if self.measured is None:
            return "not measured"
        if self.budget is None or self.judged is None:
            return ""
        if self.is_floor:
            return "ok" if self.judged >= self.budget else "UNDER"
        return "ok" if self.judged <= self.budget else "OVER"

    @property
    def cells(self) -> tuple[str, ...]:
        measured = _say(self.measured, self.unit)
        if self.p95 is not None:
            measured += f" (p95 {_say(self.p95)})"
        limit = "" if self.budget is None else _say(self.budget, "x" if self.baseline else self.unit)
        return (
            self.database,
            f"{self.size:,}x" if self.size else "",
            self.what,
            measured,
            _say(self.baseline, self.unit),
            _say(self.ratio, "x"),
            limit and f"{'>=' if self.is_floor else '<='} {limit}",
            f"{self.verdict}: {self.note}" if self.note and self.verdict else self.verdict or self.note,
        )

    def as_json(self) -> dict[str, object]:
        return {**self.__dict__, "ratio": self.ratio, "verdict": self.verdict}


def _say(value: float | None, unit: str = "") -> str:
    if value is None:
        return ""
    digits = f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2f}"
    return f"{digits} {unit}".strip()


def table(findings: Sequence[Finding]) -> str:
    rows = [HEADS, *(finding.cells for finding in findings)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], re.sub(".", "-", lines[0]), *lines[1:]])
