"""The demonstration on a throwaway data folder, and what it weighs."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import fetch
from tests import services
from tests.lanes import clean_environment

WORKERS = 2


@dataclass
class Site:
    port: int
    environment: dict[str, str]
    seconds_to_start: float
    process_id: int

    @property
    def memory(self) -> list[int]:
        """Bytes in use by the demonstration and each of its children: shared pages are divided among them (PSS).

        Only Linux counts this; empty elsewhere.
        """
        with contextlib.suppress(OSError):
            return [_pss(process_id) for process_id in _family(self.process_id)]
        return []

    @property
    def cpu_seconds(self) -> float:
        """What the demonstration and its children have used of the processor since they began."""
        ticks = sum(int(field) for process_id in _family(self.process_id) for field in _stat(process_id)[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def demo(data: Path, database_url: str = "") -> Iterator[Site]:
    environment = {
        **clean_environment(),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PILOTZONE_DATA_DIR": str(data),
        "PILOTZONE_WEB_WORKERS": str(WORKERS),
        "PILOTZONE_LOG_LEVEL": "WARNING",
        # A worker that is replaced, or a connection closed between two steps, would be counted as slowness.
        "GUNICORN_CMD_ARGS": "--max-requests 0 --keep-alive 60 --log-level warning",
    }
    if database_url:
        environment["DATABASE_URL"] = database_url
    port = services.free_port()
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    start = time.monotonic()
    with services.process(command, environment) as process:

        def answers() -> bool:
            if not process.is_alive:
                lines = [line for line in process.output.splitlines() if line.strip()]
                raise RuntimeError(f"the demonstration did not start: {lines[-1] if lines else 'it said nothing'}")
            try:
                fetch(port, "/")
            except OSError:
                return False
            return True

        services.wait_until(answers, "the demonstration's first answer", seconds=120)
        yield Site(port, environment, time.monotonic() - start, process.popen.pid)


def _stat(process_id: int) -> list[str]:
    """The fields of proc(5)'s stat from the third on: the second, a name in parentheses, may hold anything."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()


def _family(process_id: int) -> list[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(path.name)] = int(_stat(int(path.name))[1])
    family = [process_id] if process_id in parents else []
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _pss(process_id: int) -> int:
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def machine() -> dict[str, str | float]:
    """What the figures depend on; no name of the machine."""
    model = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    memory = 0
    with contextlib.suppress(OSError, ValueError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "processor": model or "unknown",
        "cores": cores,
        "memory_gb": round(memory / 1e9),
        "python": sys.version.split()[0],
        "load": round(os.getloadavg()[0], 1),
    }
