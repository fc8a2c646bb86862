"""Addresses and calls. Each may run twice, or by two workers at once, without harm."""

import logging

from celery import shared_task

from audit.check import check_and_log
from audit.mail import mail_newest_seal
from audit.seals import seal_log

log = logging.getLogger(__name__)


@shared_task
def seal_log_task() -> None:
    seal_log()


@shared_task
def verify_log_task() -> None:
    check = check_and_log()
    mail_newest_seal(check)
    for finding in check.findings:
        log.error("The log is not as it was sealed: %s", finding)
    if check.found:
        log.error("%d faults of the log; `manage.py verify_audit` names them.", check.found)
