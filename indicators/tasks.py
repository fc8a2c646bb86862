"""Celery tasks. Each may run twice, or in two workers at once, without harm."""

from celery import shared_task

from core.clock import today
from indicators.value_notices import notify_of_due_values


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def notify_of_due_values_task() -> None:
    notify_of_due_values(today())
