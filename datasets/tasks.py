"""Addresses and calls. Each may run twice, or by two workers at once, without harm."""

import logging

from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from datasets.models import Upload
from datasets.uploads import waiting_uploads, work_on

logger = logging.getLogger(__name__)

# Bytes. Without workers a person waits for what is smaller; the schedule takes what is larger.
SMALL = 200_000


@shared_task
def work_on_upload_task(pk: int) -> None:
    work_on(pk)


@shared_task
def work_on_waiting_uploads_task() -> None:
    for pk in list(waiting_uploads().values_list("pk", flat=True)):
        work_on(pk)


def ask_for_work(upload: Upload) -> None:
    """After the commit. Where nobody can be asked, the schedule finds it."""
    if settings.CELERY_TASK_ALWAYS_EAGER and len(upload.content) > SMALL:
        return
    transaction.on_commit(lambda: _ask(upload.pk), robust=True)


def _ask(pk: int) -> None:
    try:
        work_on_upload_task.delay(pk)
    except OperationalError as error:
        logger.warning("The broker does not answer; the schedule will find upload %s: %s", pk, error)
