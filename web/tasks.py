"""A task may run twice, or on two workers at once, without harm."""

from celery import shared_task

from web.cache.versions import delete_old_changes


@shared_task
def delete_old_changes_task() -> None:
    delete_old_changes()
