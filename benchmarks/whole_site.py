"""The demonstration's data on the processes of docker-compose.yml, over loopback: web server, worker, beat, PostgreSQL,
and a Redis each for tasks and for kept pages."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks import serving
from benchmarks.serving import AS_THE_DEMONSTRATION, fetch
from tests.compose import SERVICES, compose_command
from tests.lanes import clean_environment
from tests.services import ROOT, free_port, process, program_path, redis, wait_until


@dataclass(frozen=True)
class WholeSite:
    """`pages`: the address of the Redis with kept pages."""

    site: serving.Site
    environment: Mapping[str, str]
    pages: str

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300)


@contextmanager
def whole_site(
    folder: Path, database_url: str, *, setup: str = "", is_filled: bool = False, **settings: str
) -> Iterator[WholeSite]:
    """Run the whole site on an empty database, which is filled first, or on one that is filled. `setup`: what
    `manage.py shell` does before the first process starts; `settings`: further variables of all processes, with those
    of gunicorn's options in `GUNICORN_CMD_ARGS`."""
    with ExitStack() as stack:
        tasks = stack.enter_context(redis())
        pages = stack.enter_context(redis(*SERVICES["cache"]["command"]))
        port = free_port()
        options = f"--bind 127.0.0.1:{port} {settings.pop('GUNICORN_CMD_ARGS', '')}"
        ours = {
            "DATABASE_URL": database_url,
            "REDIS_URL": f"{tasks.url}/0",
            "CACHE_URL": f"{pages.url}/0",
            "PILOTZONE_DATA_DIR": str(folder),
            "PILOTZONE_SECRET_KEY": uuid4().hex + uuid4().hex,
            "GUNICORN_CMD_ARGS": options,
        }
        environment = program_path({**clean_environment(), **AS_THE_DEMONSTRATION, **ours, **settings})
        made = WholeSite(serving.Site(port, 0, 0), environment, pages.url)
        fill = [["migrate"], ["load_data", str(ROOT / "fixtures"), "--unlikely-is-so"], ["refresh_rollups"]]
        for arguments in (
            *([] if is_filled else fill),
            *([["shell", "--no-imports", "-c", setup]] if setup else []),
        ):
            done = made.manage(*arguments)
            assert done.returncode == 0, done.stdout + done.stderr
        processes = {
            service: stack.enter_context(process(compose_command(service), environment))
            for service in ("web", "worker", "beat")
        }
        site = serving.Site(port, 0, processes["web"].popen.pid)
        wait_until(lambda: _is_ready(port), "/readyz answering 200", 60)
        yield WholeSite(site, environment, pages.url)


def _is_ready(port: int) -> bool:
    try:
        return fetch(port, "/readyz")[0].status == 200
    except OSError:
        return False
