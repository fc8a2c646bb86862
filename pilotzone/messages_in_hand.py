"""A worker says of each message in its hands that it is still at it: then Redis hands it to no other one (ADR 33)."""

import logging
import time
from typing import Any

from celery import bootsteps
from celery.worker import state

from pilotzone.broker_settings import GRACE, RENEWED_EVERY

log = logging.getLogger(__name__)


class RenewMessages(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Runs in the process of a worker that runs no tasks itself, and so is never busy."""

    requires = {"celery.worker.consumer.tasks:Tasks"}
    timer: Any = None

    def start(self, consumer: Any) -> None:
        self.timer = consumer.timer.call_repeatedly(RENEWED_EVERY, renew, (consumer,))

    def stop(self, consumer: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()
        # A worker that was told to end goes on with its tasks, and has no timer any more. After a lost connection it
        # stops as well, and starts again.
        if consumer.blueprint.state == bootsteps.CLOSE:
            renew(consumer, ahead=GRACE)


def renew(consumer: Any, *, ahead: int = 0) -> None:
    """Mark all messages in hand as if they had been handed out just now: those at work, those that wait for a process,
    and those for a certain moment. `ahead`: or so many seconds later."""
    channel = consumer.task_consumer.channel
    tags = {each.message.delivery_tag for each in (*state.reserved_requests, *state.scheduled_requests)}
    if not tags:
        return
    try:
        with channel.conn_or_acquire() as client:
            # What has ended meanwhile stays away.
            client.zadd(channel.unacked_index_key, dict.fromkeys(tags, time.time() + ahead), xx=True)
    except channel.connection_errors as error:
        log.warning("Redis could not be told of %d messages in hand: %s", len(tags), error)
