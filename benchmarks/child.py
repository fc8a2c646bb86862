"""A process inside Django that measures when it is asked: one line of JSON there, one back.

It stays between two questions, so that two sizes of the data can be asked in turns.
"""

import json
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.services import ROOT, end, folder, program_path


def last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


class Child:
    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def ask(self, step: str, *, patience: float = 120, **values: Any) -> Any:
        """What the step found. RuntimeError when it fails or takes longer than `patience`, in seconds."""
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):  # it has ended: the empty answer below says so
            self.process.stdin.write(json.dumps({"step": step, **values}).encode() + b"\n")
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise RuntimeError(f"the measurement “{step}” took longer than {patience:g} s")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the measurement “{step}” failed: {last_line(self._log.read_text(errors='replace'))}")
        return json.loads(line)


@contextmanager
def child(environment: Mapping[str, str]) -> Iterator[Child]:
    with folder("pilotzone-bench-child-") as home:
        log = home / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.inside"],
                cwd=ROOT,
                # What it measures is made each time.
                env={**program_path(environment), "PILOTZONE_PAGE_CACHE_SECONDS": "0"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                # Unbuffered: a line that waits in a buffer is not seen by select.
                bufsize=0,
                start_new_session=True,
            )
        try:
            yield Child(process, log)
        finally:
            end(process)
