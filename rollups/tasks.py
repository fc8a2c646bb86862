"""Addresses and calls. Each may run twice, or by two workers at once, without harm."""

import logging
from typing import Any

from celery import shared_task

from rollups.consistency import contradictions
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_and_record

log = logging.getLogger(__name__)


@shared_task(bind=True, autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=60, max_retries=5)
def refresh_rollups_task(self: Any) -> None:
    refresh_stale_rollups(retries=self.request.retries)


@shared_task(bind=True, autoretry_for=(Exception,), retry_backoff=True, max_retries=3)
def rebuild_rollups_task(self: Any) -> None:
    rebuild_rollups(retries=self.request.retries)


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=3)
def verify_rollups_task() -> None:
    verify_and_record()
    for sentence in contradictions():
        log.error("Rows contradict each other: %s.", sentence)
