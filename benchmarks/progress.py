import sys
import time


class Progress:
    """A line on stderr that says what is going on; on a terminal it replaces itself and has a bar."""

    WIDTH = 20
    # Seconds between two lines about the same thing where lines stay.
    PAUSE = 10

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.overwrites = sys.stderr.isatty()
        self.what = ""
        self.said = 0.0

    def __call__(self, what: str, done: int = 0, of: int = 0) -> None:
        now = time.monotonic()
        if not self.overwrites and what == self.what and now - self.said < self.PAUSE:
            return
        self.what, self.said = what, now
        full = self.WIDTH * done // of if of else 0
        share = f"  [{'#' * full}{'.' * (self.WIDTH - full)}] {done:,} of {of:,}" if of else " …"
        line = f"{now - self.start:4.0f} s  {what}{share}"
        print(f"\r\033[K{line}" if self.overwrites else line, end="" if self.overwrites else "\n", file=sys.stderr)
        sys.stderr.flush()

    def clear(self) -> None:
        if self.overwrites:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
