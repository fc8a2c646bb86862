"""`./run demo`: the whole dashboard with its demonstration data, and nothing else to install or start."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.services import DEMO_ACCOUNTS, make_demo_accounts
from dashboard.scheduler import run_schedule
from dashboard.services import refresh_stale_rollups
from measures.models import Plan

# The day of the article whose figures the first page shows.
PINNED_DAY = "2023-08-29"
# Longer than the server's own 8 seconds for open requests, shorter than the 10 after which people pull the plug.
PATIENCE = 9


class Command(BaseCommand):
    help = "Start the dashboard with its demonstration data. Ctrl-C ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="port to listen on (8000)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        self._pin_day()
        self.stdout.write(f"Preparing the data in {settings.DATA_DIR} …")
        call_command("migrate", verbosity=0, interactive=False)
        if not Plan.objects.exists():
            call_command("load_fixtures", stdout=self.stdout)
        refresh_stale_rollups()
        passwords = make_demo_accounts(settings.DATA_DIR / "demo-accounts.json")
        self._serve(host, port, passwords)

    def _pin_day(self) -> None:
        """Keeps the pinned day beside the data, so that every command on this folder sees the same day."""
        wanted = {
            "PILOTZONE_TODAY": os.environ.get("PILOTZONE_TODAY", "").strip() or PINNED_DAY,
            "PILOTZONE_PUBLIC_READING": os.environ.get("PILOTZONE_PUBLIC_READING", "").strip() or "on",
        }
        file = settings.DEMO_FILE
        # Another start may have written it after these settings were read: then they must be read again too.
        if settings.PILOTZONE_DEMO and json.loads(file.read_text(encoding="utf-8")) == wanted:
            return
        # Whole or not at all: one that ends half-way would stop every later command.
        whole = file.with_name(f"{file.name}.{os.getpid()}")
        whole.write_text(json.dumps(wanted), encoding="utf-8")
        whole.replace(file)
        # The settings were read without the file: start again with it.
        os.execv(sys.executable, [sys.executable, *sys.argv])

    def _serve(self, host: str, port: str, passwords: dict[str, str]) -> None:
        address = f"[{host}]" if ":" in host else host
        environment = dict(os.environ)
        if host not in ("127.0.0.1", "localhost", "::1"):
            # Whoever opens the demonstration to other machines cannot know by which name they will call it.
            environment.setdefault("PILOTZONE_ALLOWED_HOSTS", "*")
        command = ["-m", "gunicorn", "-c", "pilotzone/gunicorn.py", "--bind", f"{address}:{port}"]
        command += ["--log-level", "warning", "pilotzone.wsgi"]
        # A session of its own: Ctrl-C reaches this process alone, which then ends the server in order.
        server = subprocess.Popen(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, start_new_session=True
        )
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_args: stop.set())
        here = "127.0.0.1" if host in ("0.0.0.0", "::", "") else address
        if self._answers(server, stop, f"http://{here}:{port}/healthz"):
            self._greet(f"http://{here}:{port}/", passwords)
            threading.Thread(target=run_schedule, args=(stop,), daemon=True).start()
        while server.poll() is None and not stop.wait(0.2):
            pass
        if server.poll() is None:
            self.stdout.write("Ending …")
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
        elif not stop.is_set():
            raise CommandError(f"The web server ended by itself (code {server.returncode}); its last lines say why.")

    def _answers(self, server: subprocess.Popen[bytes], stop: threading.Event, url: str) -> bool:
        end = time.monotonic() + 60
        while server.poll() is None and not stop.is_set() and time.monotonic() < end:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return True
            except urllib.error.HTTPError:
                return True
            except OSError:
                time.sleep(0.1)
        return False

    def _greet(self, url: str, passwords: dict[str, str]) -> None:
        self.stdout.write(f"\nPilotzone runs at {url} (Ctrl-C ends it). Today is {settings.PILOTZONE_TODAY} there.\n")
        self.stdout.write("Anyone may read. Accounts to log in with:\n")
        for name, password in passwords.items():
            role, department = DEMO_ACCOUNTS.get(name, ("", None))
            what = "administrator" if name == "admin" else f"{role}, {department}" if department else str(role)
            self.stdout.write(f"  {name:<6} {password}   {what}")
        self.stdout.write("")
        self.stdout.flush()
