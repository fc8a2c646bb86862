"""Celery tasks. Each may run twice, or in two workers at once, without harm."""

from celery import shared_task

from core.clock import now, today
from notices.digests import send_digests, send_returns
from notices.due_dates import notify_of_due_dates
from notices.due_months import notify_of_due_months
from notices.due_values import notify_of_due_values


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def notify_of_due_dates_task() -> None:
    notify_of_due_dates(today())


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def notify_of_due_values_task() -> None:
    notify_of_due_values(today())


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def notify_of_due_months_task() -> None:
    notify_of_due_months(today())


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
def send_digests_task() -> None:
    send_digests(today())


@shared_task
def send_returns_task() -> None:
    send_returns(now())
