from celery import shared_task

from backups.schedule import make_scheduled_backup


@shared_task
def back_up_task() -> None:
    make_scheduled_backup()
