"""How far a long command is, for the person who waits for it."""

import sys
import time
from typing import TextIO

WIDTH = 30
# In seconds: the eye sees no more, and a short job shows nothing at all.
FIRST, BETWEEN = 0.5, 0.1


class Bar:
    """A line that replaces itself: [######........] 7 of 30 plans, 12 s left. Where nobody sits at a terminal it
    writes a line every `lines` seconds instead, or with 0 nothing.

    Leave it with `with`, so that what is written next, an error too, begins on a line of its own.
    """

    def __init__(self, unit: str, out: TextIO | None = None, *, lines: float = 0) -> None:
        self.unit = unit
        self.out = out or sys.stderr
        self.is_terminal = self.out.isatty()
        self.is_silent = not self.is_terminal and not lines
        self.between = BETWEEN if self.is_terminal else lines
        self.next_at = time.monotonic() + (FIRST if self.is_terminal else lines)
        self.begin: tuple[float, int] | None = None
        self.is_shown = False

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.is_shown and self.is_terminal:
            self._replace("")

    def show(self, done: int, of: int) -> None:
        """The time left is reckoned from the first call on."""
        now = time.monotonic()
        if self.begin is None:
            self.begin = (now, done)
        if now < self.next_at:
            return
        self.next_at = now + self.between
        line = f"{done:,} of {of:,} {self.unit}"
        began, done_before = self.begin
        if done_before < done < of:
            left = (now - began) / (done - done_before) * (of - done)
            line += f", {left:.0f} s left" if left < 120 else f", {left / 60:.0f} min left"
        full = WIDTH * done // of
        self.say(f"[{'#' * full}{'.' * (WIDTH - full)}] {line}" if self.is_terminal else line)

    def say(self, line: str) -> None:
        """For a step that cannot be counted."""
        if self.is_terminal:
            self._replace(line)
        elif not self.is_silent:
            self.out.write(f"{line}\n")
            self.out.flush()

    def _replace(self, line: str) -> None:
        self.is_shown = True
        self.out.write(f"\r\033[K{line}")
        self.out.flush()
