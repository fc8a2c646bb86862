"""The web server of `manage.py demo`: it greets, runs the schedule, which has no beat here, and ends in order."""

import contextlib
import json
import os
import signal
import sys
import threading
from typing import Any

from django.conf import settings

from pilotzone import gunicorn

# Gunicorn reads the names of one file.
from pilotzone.gunicorn import *  # noqa: F403

loglevel = "warning"
FROM_TERMINALS = (signal.SIGINT, signal.SIGHUP)
# Until the server is ready, Ctrl-C ends it at once and without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)


# It goes on where the one that was read in with the other names ends.
def when_ready(server: Any) -> None:  # type: ignore[no-redef]
    gunicorn.when_ready(server)

    def end(*_args: Any) -> None:
        # A worker that was just forked has this handler too.
        if os.getpid() != server.pid:
            return
        server.signal(signal.SIGTERM, None)
        _say("Ending …")

    for number in (signal.SIGTERM, *FROM_TERMINALS):
        signal.signal(number, end)
    _greet(*server.cfg.address[0])


def _greet(host: str, port: int) -> None:
    from accounts.services import DEMO_ACCOUNTS, DEMO_PASSWORDS

    here = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host
    lines = [
        "",
        f"Pilotzone runs at http://{here}:{port}/ (Ctrl-C ends it). Today is {settings.PILOTZONE_TODAY} there.",
        "Anyone may read. Accounts to log in with:",
    ]
    passwords = json.loads((settings.DATA_DIR / DEMO_PASSWORDS).read_text(encoding="utf-8"))
    for name, (role, department) in DEMO_ACCOUNTS.items():
        what = "administrator" if name == "admin" else f"{role}, {department}" if department else str(role)
        lines.append(f"  {name:<6} {passwords[name]}   {what}")
    _say("\n".join([*lines, ""]))


def _say(words: str) -> None:
    # The terminal may be gone.
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()


def post_fork(_server: Any, _worker: Any) -> None:
    # A terminal sends its signals to a whole group of processes; the server tells its workers when to end.
    os.setpgid(0, 0)


def post_worker_init(_worker: Any) -> None:
    from pilotzone.scheduler import run_schedule_alone

    threading.Thread(target=run_schedule_alone, args=(threading.Event(),), daemon=True).start()
