"""The demonstration on a throwaway data folder, and what its processes take of the machine."""

import contextlib
import http.client
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import services
from tests.compose import compose_command
from tests.lanes import clean_environment

# Of the web server, and Celery's.
WORKERS = 2
# What is the demonstration's without a word.
AS_THE_DEMONSTRATION = {
    "PILOTZONE_TODAY": "2023-08-29",
    "PILOTZONE_FIRST_REPORTING_MONTH": "2023-02",
    "PILOTZONE_PUBLIC_READING": "on",
}


def fetch(port: int, path: str, form: str | None = None, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET" if form is None else "POST", path, form, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


@dataclass(frozen=True)
class Site:
    port: int
    seconds_to_start: float
    process_id: int

    @property
    def memory(self) -> list[int]:
        return memory(self.process_id)

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time of the demonstration's processes, with that of those that have ended."""
        ticks = 0
        for member in _family(self.process_id):
            # The name of the process, in brackets, may hold anything.
            stat = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(each) for each in stat[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")


def environment(data: Path, database_url: str = "") -> dict[str, str]:
    """Return the environment variables of every process that works on these data."""
    names = {
        **clean_environment(),
        **AS_THE_DEMONSTRATION,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PILOTZONE_DATA_DIR": str(data),
        "PILOTZONE_WEB_WORKERS": str(WORKERS),
        "PILOTZONE_LOG_LEVEL": "WARNING",
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

        services.wait_until(answers, "the demonstration's first answer", seconds=300)
        yield Site(port, time.monotonic() - start, process.popen.pid)


@contextlib.contextmanager
def workers(names: Mapping[str, str]) -> Iterator[list[int]]:
    """Celery workers as docker-compose.yml starts them, each with two processes; they answer some seconds later."""
    with contextlib.ExitStack() as stack:
        started = []
        for number in range(WORKERS):
            command = [*compose_command("worker"), "--concurrency", "2", "-n", f"bench{number}@%h"]
            started.append(stack.enter_context(services.process(command, names)).popen.pid)
        yield started


def memory(process_id: int) -> list[int]:
    """Bytes in use by a process and each of its children: shared pages are divided among them (PSS).

    Only Linux counts this; empty elsewhere.
    """
    with contextlib.suppress(OSError):
        return [_pss(member) for member in _family(process_id)]
    return []


def _family(process_id: int) -> list[int]:
    return [process_id, *(member for child in services.children(process_id) for member in _family(child))]


def _pss(process_id: int) -> int:
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
