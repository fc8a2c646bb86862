"""Asks for tasks: a worker does them, and without a broker this process does them at once."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

# Headers of a message: the request that asked for it, and the second of the epoch at which it was sent.
REQUEST_ID = "pilotzone_request_id"
SENT_AT = "pilotzone_sent_at"


class BrokerAway(Exception):
    """The broker does not answer: nobody was asked."""


def start_task(name: str, *args: Any) -> str:
    """Have the task of this dotted name done. Returns `queued`, `done` or `failed`; raises BrokerAway."""
    # Celery takes 7 MB and an eighth of the time in which a command starts: only of a process that asks for a task.
    from celery.result import EagerResult
    from kombu.exceptions import OperationalError

    # A shared task takes the app that is there, and would else be asked for at a broker on this machine.
    import_string(settings.TASK_APP)
    try:
        result = import_string(name).delay(*args)
    except OperationalError as error:
        raise BrokerAway(str(error)) from error
    if not isinstance(result, EagerResult):
        return "queued"
    return "done" if result.successful() else "failed"
