"""The web server of `manage.py demo` and `manage.py serve`: prints its address, the demonstration's accounts too, and
runs the schedule of `celery beat`."""

import contextlib
import json
import os
import signal
import sys
import threading
from typing import Any

from django.conf import settings

from pilotzone import gunicorn
from pilotzone.embedded_schedule import run_schedule_once_per_folder

# Gunicorn reads its options from the names of this module.
from pilotzone.gunicorn import *  # noqa: F403

if not settings.STATIC_ROOT.is_dir():
    # The command that became this server has just collected them.
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = settings.EMBEDDED_STATIC_ROOT, False

loglevel = "warning"
TERMINAL_SIGNALS = (signal.SIGINT, signal.SIGHUP)
# Until the server is ready, Ctrl-C ends it at once and without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)


def when_ready(server: Any) -> None:  # type: ignore[no-redef]
    gunicorn.when_ready(server)

    def end(*_args: Any) -> None:
        # A worker that was just forked has this handler too.
        if os.getpid() != server.pid:
            return
        server.signal(signal.SIGTERM, None)
        _print("Ending …")

    for number in (signal.SIGTERM, *TERMINAL_SIGNALS):
        signal.signal(number, end)
    _print_welcome(*server.cfg.address[0])


def _print_welcome(host: str, port: int) -> None:
    from demonstration.embedded_site import root_address

    today = f" Today is {settings.PILOTZONE_TODAY} there." if settings.PILOTZONE_TODAY else ""
    accounts = _demo_accounts() if settings.PILOTZONE_DEMO else []
    _print("\n".join(["", f"Pilotzone runs at {root_address(host, port)}/ (Ctrl-C ends it).{today}", *accounts, ""]))


def _demo_accounts() -> list[str]:
    from demonstration.accounts import DEMO_ACCOUNTS, DEMO_PASSWORDS

    lines = ["Anyone may read. Accounts to log in with:"]
    passwords = json.loads((settings.DATA_DIR / DEMO_PASSWORDS).read_text(encoding="utf-8"))
    for name, (role, department, city) in DEMO_ACCOUNTS.items():
        of = department or (city and f"city {city}")
        description = "administrator" if name == "admin" else ", ".join(filter(None, (str(role), of)))
        lines.append(f"  {name:<6} {passwords[name]}   {description}")
    return lines


def _print(text: str) -> None:
    # The terminal may be gone.
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def post_fork(_server: Any, _worker: Any) -> None:
    # Ctrl-C reaches all processes of a group. With groups of their own, workers end when the server tells them to.
    os.setpgid(0, 0)


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef]
    gunicorn.post_worker_init(worker)
    threading.Thread(target=run_schedule_once_per_folder, args=(threading.Event(),), daemon=True).start()
