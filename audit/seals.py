"""Seals the log: each entry gets a link in a chain of digests, so that `audit.check` sees what was altered,
removed or inserted afterwards.

Transactions that run at once commit in another order than that of their entries' ids, so the chain has an order of its
own. The newest seal goes to the log of the server, and to a file where the settings name one: whoever holds the
database alone could make the whole chain anew.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils.timezone import now

from accounts.models import LogSeal
from audit.noted_seals import add_to_file

log = logging.getLogger(__name__)

# Entries that one transaction seals: some 20 ms, for which writers wait on SQLite.
CHUNK = 500
# Of one run. The next one goes on, a minute later.
MOST_SECONDS = 45
# As long as a transaction may take: an entry of it comes so much later than others with higher ids.
LATEST = timedelta(hours=1)

# The column of an entry -> its value.
type EntryRow = Mapping[str, Any]


class Method(NamedTuple):
    """How a seal is computed: the hash as hashlib calls it, and the columns of the entry. Neither may change once there
    are seals: what comes later, such as SM3 or a further column, is a method with a name of its own."""

    hash_name: str
    columns: tuple[str, ...]


COLUMNS = (
    "id",
    "timestamp",
    "actor_id",
    "actor_email",
    "remote_addr",
    "remote_port",
    "cid",
    "content_type_id",
    "object_pk",
    "object_id",
    "object_repr",
    "action",
    "changes",
    "changes_text",
    "serialized_data",
    "additional_data",
)
# As `LogSeal.algorithm` names them.
METHODS = {"sha256": Method("sha256", COLUMNS)}
DEFAULT_METHOD = "sha256"


def digest_of(value: Any, hash_name: str) -> str:
    """Hexadecimal; of the value as JSON in ASCII with its names in order."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=moment_as_text)
    return hashlib.new(hash_name, text.encode("ascii")).hexdigest()


def moment_as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def content_of(entry: EntryRow, algorithm: str) -> str:
    """The digest of an entry. Raises KeyError for an algorithm that nobody knows."""
    method = METHODS[algorithm]
    return digest_of({name: entry[name] for name in method.columns}, method.hash_name)


def link_of(previous: LogSeal | None, seal: LogSeal) -> str:
    """The digest of a seal after the previous one; None: it is the first. Raises KeyError likewise."""
    link = [seal.number, seal.entry_id, moment_as_text(seal.sealed_at), seal.algorithm, seal.content]
    return digest_of([previous.digest if previous else "", *link], METHODS[seal.algorithm].hash_name)


def _next_seal(previous: LogSeal | None, entry: EntryRow, sealed_at: datetime) -> LogSeal:
    seal = LogSeal(
        number=previous.number + 1 if previous else 1,
        entry_id=entry["id"],
        sealed_at=sealed_at,
        algorithm=DEFAULT_METHOD,
        content=content_of(entry, DEFAULT_METHOD),
    )
    seal.digest = link_of(previous, seal)
    return seal


def newest_seal() -> LogSeal | None:
    return LogSeal.objects.order_by("-number").first()


def entries_of_seals() -> QuerySet[LogEntry]:
    """Return what the log says of itself: its checks and prunings."""
    entries: QuerySet[LogEntry] = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(LogSeal))
    return entries


def settled_id() -> int:
    """No transaction that still runs has an entry with this id or a lower one: what is not sealed of them stays so."""
    old = LogSeal.objects.filter(sealed_at__lt=now() - LATEST).order_by("-sealed_at", "-number")
    return old.values_list("entry_id", flat=True).first() or 0


def unsealed(*, above: int) -> QuerySet[LogEntry]:
    """Returns the entries without a seal that have a higher id than `above`, in no order."""
    seals = LogSeal.objects.filter(entry_id=OuterRef("pk"))
    entries: QuerySet[LogEntry] = LogEntry.objects.filter(~Exists(seals), pk__gt=above).order_by()
    return entries


@dataclass(frozen=True)
class SealState:
    """`newest`: None before the first seal. `waiting`: entries that have none yet."""

    newest: LogSeal | None
    waiting: int


def seal_state() -> SealState:
    return SealState(newest_seal(), unsealed(above=settled_id()).count())


def oldest_unsealed() -> datetime | None:
    """The time of the entry that has waited longest for its seal."""
    oldest: datetime | None = unsealed(above=settled_id()).aggregate(oldest=Min("timestamp"))["oldest"]
    return oldest


def seal_log() -> int:
    """Seals what is not sealed, and returns how much that was. Several may run at once: they take turns."""
    end, sealed, newest = time.monotonic() + MOST_SECONDS, 0, None
    # Not within the transaction: after a long pause this takes a while, for which nobody is to wait.
    first = unsealed(above=settled_id()).order_by("pk").values_list("pk", flat=True).first()
    above = None if first is None else first - 1
    while above is not None and time.monotonic() < end:
        seals = _seal_chunk(above)
        sealed += len(seals)
        newest = seals[-1] if seals else newest
        above = seals[-1].entry_id if len(seals) == CHUNK else None
    if newest:
        log.info("The log is sealed up to %s (%d entries).", newest, sealed)
        add_to_file(newest)
    return sealed


def _seal_chunk(above: int) -> list[LogSeal]:
    content_type = ContentType.objects.get_for_model(LogSeal)
    with transaction.atomic():
        # Another one waits here, and goes on after the seals of this one.
        ContentType.objects.select_for_update(no_key=True).get(pk=content_type.pk)
        entries = unsealed(above=above).order_by("pk").values(*METHODS[DEFAULT_METHOD].columns)[:CHUNK]
        seals = list(_chain(newest_seal(), entries))
        LogSeal.objects.bulk_create(seals)
    return seals


def _chain(previous: LogSeal | None, entries: Iterable[EntryRow]) -> Iterable[LogSeal]:
    sealed_at = now()
    for entry in entries:
        previous = _next_seal(previous, entry, sealed_at)
        yield previous
