"""Leases, by which one of several processes does what all would do: the one that holds a row of the database, and
renews it in time.

A process that was killed, or that hangs, loses the row once it has not renewed it for LASTS.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connection, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from web.models import Lease

log = logging.getLogger(__name__)

LASTS = timedelta(seconds=30)
# The lease of whichever beat hands out tasks.
SCHEDULE = "schedule"
# Seconds between two looks at whether a lease is to be renewed.
TICK = LASTS.total_seconds() / 6


class LeaseLost(Exception):
    """Another process has taken the lease over: what this one was doing is the other's to do."""


def _leave_old_connections() -> None:
    """Closes those that the server has ended meanwhile; but in a transaction none, since that would end with it."""
    if not connection.in_atomic_block:
        close_old_connections()


class HeldLease:
    """A lease as one process knows it. `taken_after`: when the process that had it before renewed it last, where this
    one has just taken it over; whoever reads it sets it to None.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self.taken_after: datetime | None = None
        # As `time.monotonic` has it.
        self._held_until = 0.0

    def is_held(self) -> bool:
        """Takes or renews it. While the database is away it stays as it was, for as long as it lasts."""
        left = self._held_until - time.monotonic()
        if left > LASTS.total_seconds() / 2:
            return True
        begin = time.monotonic()
        try:
            _leave_old_connections()
            is_held = self._take(timezone.now())
        except DatabaseError as error:
            log.warning("The lease of %s could not be renewed: %s", self.name, error)
            return left > 0
        self._held_until = begin + LASTS.total_seconds() if is_held else 0.0
        return is_held

    @transaction.atomic
    def _take(self, moment: datetime) -> bool:
        new = {"holder": self.holder, "renewed_at": moment}
        row, is_new = Lease.objects.select_for_update().get_or_create(name=self.name, defaults=new)
        if is_new:
            return True
        is_own = row.holder == self.holder
        # A moment that lies ahead is of a clock that was put back since. Without a holder it was given back.
        if not is_own and row.holder and abs(moment - row.renewed_at) < LASTS:
            return False
        if not is_own:
            log.info("The lease of %s was that of %s until %s.", self.name, row.holder or "nobody", row.renewed_at)
            self.taken_after = row.renewed_at
        Lease.objects.filter(pk=row.pk).update(**new)
        return True

    def confirm(self) -> None:
        """Check in a transaction, before its end, that the lease is held: until then nobody takes it over. Raises
        LeaseLost."""
        if Lease.objects.select_for_update().filter(name=self.name, holder=self.holder).first() is None:
            raise LeaseLost(self.name)

    def release(self) -> None:
        """Leaves it to nobody, so that the next process need not wait. Until when it was held stays known."""
        self._give_back(lambda own: own.update(holder="", renewed_at=timezone.now()))

    def forget(self) -> None:
        """Gives it back, where its name may never come again."""
        self._give_back(lambda own: own.delete())

    def _give_back(self, change: Callable[[QuerySet[Lease]], object]) -> None:
        self._held_until = 0.0
        try:
            _leave_old_connections()
            change(Lease.objects.filter(name=self.name, holder=self.holder))
        except DatabaseError as error:
            log.warning("The lease of %s could not be given back: %s", self.name, error)


@contextmanager
def leased(name: str) -> Iterator[HeldLease | None]:
    """Hold the lease of this name until the end of the block, so that this process alone does what is called so. Yields
    None where another one is at it.

    A thread renews the lease meanwhile, so that work may take longer than it lasts.
    """
    lease = HeldLease(name)
    if not lease.is_held():
        yield None
        return
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(lease, stop), name=f"lease of {name}", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        stop.set()
        thread.join()
        lease.forget()


def _renew(lease: HeldLease, stop: threading.Event) -> None:
    try:
        while not stop.wait(TICK):
            lease.is_held()
    finally:
        connections.close_all()


def delete_ended_leases() -> int:
    """Delete the leases that nobody has renewed for a day: a process that is killed forgets none."""
    return Lease.objects.filter(renewed_at__lt=timezone.now() - timedelta(days=1)).delete()[0]
