"""Addresses and calls. Each may run twice, or by two workers at once, without harm."""

from celery import shared_task

from workbooks.uploads import waiting_uploads, work_on


@shared_task
def work_on_upload_task(pk: int) -> None:
    work_on(pk)


@shared_task
def work_on_waiting_uploads_task() -> None:
    for pk in list(waiting_uploads().values_list("pk", flat=True)):
        work_on(pk)
