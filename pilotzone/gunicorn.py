"""The web server: `gunicorn -c pilotzone/gunicorn.py pilotzone.wsgi`.

Options on the command line and in GUNICORN_CMD_ARGS win over these.
"""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotzone.settings")

bind = "0.0.0.0:8000"
workers = settings.PILOTZONE_WEB_WORKERS
worker_class = "gthread"
threads = 4
# One copy of the code for all workers. Nothing may open a connection while it loads: they would share it.
preload_app = True
timeout = 60
# Shorter than the 10 seconds after which a container is killed.
graceful_timeout = 8
max_requests = 10_000
max_requests_jitter = 1_000
# A heartbeat file on a slow disk would stall the workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# It would write to the home folder, which a service account need not have.
control_socket_disable = True
accesslog = None
# Objects after which the garbage collector looks at the newest. With Python's own 2,000 it looks some thirty times
# while one page is made, and finds what the page still needs.
NEW_OBJECTS = 10_000
# Bytes from which memory is taken from the system by itself, and given back to it: glibc's own figure, which it raises
# to the largest answer it has seen unless the figure is set. What long lists left behind cost each worker some 8 MB.
LONG_ANSWER = 128 * 1024
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h


def when_ready(_server: Any) -> None:
    """Loads what the workers would otherwise each load for themselves with their first pages: views, addresses, texts,
    templates. They share it as long as nobody writes to it, which the garbage collector is kept from doing."""
    # Not before: gunicorn reads this file before it loads the app.
    from django.template.loader import get_template
    from django.urls import get_resolver
    from django.utils.translation import gettext, override

    for code, _name in settings.LANGUAGES:
        with override(code):
            gettext("")
            get_resolver().reverse_dict.get("")
    templates = settings.BASE_DIR / "templates"
    for path in templates.rglob("*.html"):
        get_template(str(path.relative_to(templates)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    # Other C libraries have no such switch.
    with suppress(AttributeError, TypeError):
        for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            ctypes.CDLL(None).mallopt(option, LONG_ANSWER)
