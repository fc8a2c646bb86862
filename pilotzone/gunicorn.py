"""The web server: `gunicorn -c pilotzone/gunicorn.py pilotzone.wsgi`, with workers of `pilotzone.worker`.

Options on the command line and in GUNICORN_CMD_ARGS win over these.
"""

import gc
import os
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.translation import gettext, override

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotzone.settings")

from pilotzone import metrics_folder  # found once the path is set
from pilotzone.starting import check_database, faults_in_a_sentence

with faults_in_a_sentence():
    check_database()
# Before anything is imported that counts.
metrics_folder.begin()

bind = "0.0.0.0:8000"
workers = settings.PILOTZONE_WEB_WORKERS
worker_class = "pilotzone.worker.Worker"
threads = settings.PILOTZONE_WEB_THREADS
# Seconds for which a connection stays open for a next request.
keepalive = 5
# One copy of the code for all workers. Nothing may open a connection while it loads: they would share it.
preload_app = True
# Seconds after which a worker that hangs is replaced.
timeout = 30
# Shorter than the 10 seconds after which a container is killed.
graceful_timeout = 8
# A process keeps 10 MB more after each few thousand answers than it had.
max_requests = 5_000
max_requests_jitter = 1_000
# A heartbeat file on a slow disk would stall the workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn makes a file of its own there
# It would write to the home folder, which a service account need not have.
control_socket_disable = True
# Ours is that of `pilotzone.access`.
accesslog = None
logger_class = "pilotzone.gunicorn_log.Logger"


def when_ready(_server: Any) -> None:
    """Loads views, URLs, texts, Babel's data and templates before the workers are forked: they share them in memory."""
    # Found once the folder of the project is on the path.
    from core.clock import today
    from web.formats.dates import format_day

    for code, _name in settings.LANGUAGES:
        with override(code):
            gettext("")
            get_resolver().reverse_dict.get("")
            # Babel reads its data of a language when it is first used.
            format_day(today())
    # A site with Redis is sure to use these.
    for module in [
        *(["web.cache.backend"] if settings.CACHE_URL else []),
        *(["pilotzone.celery", "kombu.transport.redis"] if settings.REDIS_URL else []),
    ]:
        import_module(module)
    templates = settings.BASE_DIR / "templates"
    for path in templates.rglob("*.html"):
        get_template(str(path.relative_to(templates)))
    # The garbage collector writes to what it looks at, which would give each worker a copy: 35 MB each.
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, _worker: Any) -> None:
    metrics_folder.retire_ended()


def post_worker_init(_worker: Any) -> None:
    """Each worker looks whether its settings are those that the log knows; only here may one ask the database."""
    from pilotzone.logged_settings import log_settings_of_process

    # It waits for the database: pages must not.
    threading.Thread(target=log_settings_of_process, daemon=True).start()
