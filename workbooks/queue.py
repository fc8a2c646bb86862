"""Has files worked on: by a worker, and where there is none at once or by the schedule."""

import logging

from django.conf import settings
from django.db import transaction

from core.queue import BrokerAway, start_task
from workbooks.models import Upload

logger = logging.getLogger(__name__)

# Bytes. Without workers a person waits for what is smaller; the schedule takes what is larger.
SMALL = 200_000


def ask_for_work(upload: Upload) -> None:
    """Asks for work on the upload after the commit. Where nobody can be asked, the schedule finds it."""
    if settings.CELERY_TASK_ALWAYS_EAGER and len(upload.content) > SMALL:
        return
    transaction.on_commit(lambda: _ask(upload.pk), robust=True)


def _ask(pk: int) -> None:
    try:
        start_task("workbooks.tasks.work_on_upload_task", pk)
    except BrokerAway as error:
        logger.warning("The broker does not answer; the schedule will find upload %s: %s", pk, error)
