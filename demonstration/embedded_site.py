"""The common part of `manage.py demo` and `manage.py serve`: a site on the embedded database, with its web server."""

import os
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from demonstration.embedded_static import collect_static_files, compress_in_background

# As in the Dockerfile, which gives the reason.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}


def root_address(host: str, port: int | str) -> str:
    """Returns the address at which a browser on this machine reaches a server that listens on the host and port."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  # it is compared with, not bound to
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class EmbeddedSiteCommand(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="port to listen on (8000)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")

    def serve(self, host: str, port: str) -> None:
        """Replaces this process by the web server, which frees the memory that the preparation took (ADR 9)."""
        if not settings.STATIC_ROOT.is_dir():
            collect_static_files(settings.EMBEDDED_STATIC_ROOT)
            compress_in_background(settings.EMBEDDED_STATIC_ROOT)
        if host not in ("127.0.0.1", "localhost", "::1"):
            # Nobody knows by which name other machines will call this one.
            os.environ.setdefault("PILOTZONE_ALLOWED_HOSTS", "*")
        address = f"[{host}]" if ":" in host else host
        application = settings.WSGI_APPLICATION.replace(".application", ":application")
        command = ["-m", "gunicorn", "-c", settings.EMBEDDED_SERVER, "--bind", f"{address}:{port}", application]
        self.stdout.flush()
        connections.close_all()
        os.chdir(settings.BASE_DIR)
        os.execve(sys.executable, [sys.executable, *command], {**MALLOC, **os.environ})  # noqa: S606  # our own interpreter, no shell
