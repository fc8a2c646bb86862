"""The demonstration on a throwaway data folder, and what it weighs."""

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import fetch, log_in
from tests import services
from tests.compose import compose_command
from tests.lanes import clean_environment

# Of the web server, and Celery's.
WORKERS = 2


@dataclass(frozen=True)
class Site:
    port: int
    seconds_to_start: float
    process_id: int
    folder: Path

    def cookies_of(self, person: str) -> dict[str, str]:
        """The header with which one of the demonstration's people asks; none for anyone."""
        if not person:
            return {}
        return log_in(self.port, person, json.loads((self.folder / "demo-accounts.json").read_text())[person])

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
        return cpu_seconds(self.process_id)


def environment(data: Path, database_url: str = "") -> dict[str, str]:
    """Of every process that works on these data."""
    names = {
        **clean_environment(),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PILOTZONE_DATA_DIR": str(data),
        "PILOTZONE_WEB_WORKERS": str(WORKERS),
        "PILOTZONE_LOG_LEVEL": "WARNING",
        # A worker that is replaced, or a connection closed between two steps, would be counted as slowness.
        "GUNICORN_CMD_ARGS": "--max-requests 0 --keep-alive 60 --log-level warning",
    }
    return names | ({"DATABASE_URL": database_url} if database_url else {})


@contextlib.contextmanager
def demo(names: Mapping[str, str]) -> Iterator[Site]:
    port = services.free_port()
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    start = time.monotonic()
    with services.process(command, names) as process:

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
        yield Site(port, time.monotonic() - start, process.popen.pid, Path(names["PILOTZONE_DATA_DIR"]))


class Peaks:
    """The most memory (PSS, in bytes) that each process had with its children, by its id."""

    def __init__(self) -> None:
        self.bytes: dict[int, int] = {}

    def look(self, process_ids: Iterable[int]) -> None:
        for process_id in process_ids:
            # One of the family may end meanwhile.
            with contextlib.suppress(OSError):
                used = sum(_pss(member) for member in _family(process_id))
                self.bytes[process_id] = max(self.bytes.get(process_id, 0), used)


@contextlib.contextmanager
def watched(*process_ids: int) -> Iterator[Peaks]:
    """Looks at the memory of these processes three times a second while the block runs."""
    peaks, done = Peaks(), threading.Event()

    def watch() -> None:
        while not done.wait(0.3):
            peaks.look(process_ids)

    thread = threading.Thread(target=watch)
    peaks.look(process_ids)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


@contextlib.contextmanager
def workers(names: Mapping[str, str]) -> Iterator[list[services.Process]]:
    """Celery workers as docker-compose.yml starts them, each with two processes; they answer some seconds later."""
    with contextlib.ExitStack() as stack:
        started = []
        for number in range(WORKERS):
            command = [*compose_command("worker"), "--concurrency", "2", "-n", f"bench{number}@%h"]
            started.append(stack.enter_context(services.process(command, names)))
        yield started


def cpu_seconds(process_id: int) -> float:
    """What a process and its children, with those that have ended, have used of the processor."""
    ticks = sum(int(field) for member in _family(process_id) for field in _stat(member)[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_seconds_of_children(process_id: int) -> dict[int, float]:
    """What each process below it has used itself, by its id."""
    ticks = {member: sum(int(field) for field in _stat(member)[11:13]) for member in _family(process_id)[1:]}
    return {member: taken / os.sysconf("SC_CLK_TCK") for member, taken in ticks.items()}


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
