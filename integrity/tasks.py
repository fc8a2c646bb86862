"""The nightly data checks, as a task of Celery."""

from celery import shared_task

from integrity.running import log_errors, run_and_keep


@shared_task
def check_integrity_task() -> None:
    log_errors(run_and_keep())
