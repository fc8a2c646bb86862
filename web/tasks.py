"""Each may run twice, or by two workers at once, without harm."""

from celery import shared_task

from web.cache.versions import forget_old_changes


@shared_task
def forget_old_changes_task() -> None:
    forget_old_changes()
