"""Addresses and calls. Each may run twice, or by two workers at once, without harm."""

from celery import shared_task

from dashboard.services import rebuild_rollups, refresh_stale_rollups


@shared_task(autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=60, max_retries=5)
def refresh_rollups_task() -> None:
    refresh_stale_rollups()


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=3)
def rebuild_rollups_task() -> None:
    rebuild_rollups()
