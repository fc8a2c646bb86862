"""`manage.py serve` in a real process, on a folder of its own: an empty site and the link to its first account."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.lanes import clean_environment
from tests.services import Process, free_port, process, wait_until

GREETING = re.compile(
    r"set a password for the account admin at\n  http://127\.0\.0\.1:(\d+)(/accounts/set-password/\S+)\n"
)


@contextmanager
def started(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[tuple[Process, int]]:
    """The process, as soon as it has greeted, and its port."""
    port = free_port()
    own = {"PILOTZONE_DATA_DIR": str(data), "PILOTZONE_WEB_WORKERS": "1"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with process(command, {**clean_environment(), **own, **(environment or {})}) as one:
        wait_until(lambda: "(Ctrl-C ends it)" in one.output or not one.is_alive, "a greeting", 90)
        yield one, port
