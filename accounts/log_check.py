"""Holds the log against its seals: says what was altered, removed or inserted, and where the chain is broken.

A check that runs while old entries are pruned may name these; the next one does not.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy

from accounts.log import Event, log_event_of_log
from accounts.log_seals import COLUMNS, LATEST, EntryRow, content_of, link_of, newest_seal, settled_id, unsealed
from accounts.models import LogSeal

# Seals that are read at once.
CHUNK = 500
# So many findings are named; all are counted.
MOST_NAMED = 100
# An entry that has no seal after that time was inserted behind the others, or nothing is sealed any more.
LONGEST_WAIT = timedelta(minutes=10)


class Fault(models.TextChoices):
    """What is wrong, as a sentence of an entry, a seal and a moment."""

    ALTERED = "altered", gettext_lazy("Entry %(entry)s (seal %(number)s) was altered.")
    REMOVED = "removed", gettext_lazy("Entry %(entry)s (seal %(number)s, sealed at %(at)s) was removed.")
    UNSEALED = (
        "unsealed",
        gettext_lazy("Entry %(entry)s of %(at)s has no seal: it was inserted later, or nothing is sealed any more."),
    )
    ORDER = (
        "order",
        gettext_lazy(
            "Entry %(entry)s (seal %(number)s) says %(at)s, which does not fit in its place: it was inserted later, or"
            " the clock was put back."
        ),
    )
    GAP = "gap", gettext_lazy("Seals before seal %(number)s were removed.")
    BROKEN = "broken", gettext_lazy("The chain is broken at seal %(number)s: it, or the one before, was altered.")
    NOTED = (
        "noted",
        gettext_lazy(
            "Seal %(number)s is not the one that was noted: the chain was made anew, or cut off before that seal."
        ),
    )


@dataclass(frozen=True)
class Finding:
    fault: Fault
    number: int | None = None
    entry: int | None = None
    at: datetime | None = None

    def __str__(self) -> str:
        """In the present language."""
        at = f"{localtime(self.at):%Y-%m-%d %H:%M:%S}" if self.at else ""
        return str(self.fault.label) % {"entry": self.entry, "number": self.number, "at": at}


@dataclass
class Check:
    """`findings`: the first of those `found`. `last`: the newest seal that was checked, None where there was none."""

    checked: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)
    last: LogSeal | None = None

    def add(self, finding: Finding) -> None:
        self.found += 1
        if len(self.findings) < MOST_NAMED:
            self.findings.append(finding)


class ChainCheck:
    """Is given seals in order, each with its entry; None where there is no such entry. `after`: the seal before them,
    None where they begin with the first."""

    def __init__(self, after: LogSeal | None) -> None:
        self.check = Check(last=after)
        # Of the entries so far.
        self.latest: datetime | None = None

    def take(self, seal: LogSeal, entry: EntryRow | None) -> None:
        previous, self.check.last = self.check.last, seal
        self.check.checked += 1
        if seal.number != (previous.number + 1 if previous else 1):
            self.check.add(Finding(Fault.GAP, seal.number))
        elif not _is_known(lambda: seal.digest == link_of(previous, seal)):
            self.check.add(Finding(Fault.BROKEN, seal.number))
        if entry is None:
            self.check.add(Finding(Fault.REMOVED, seal.number, seal.entry_id, seal.sealed_at))
        elif not _is_known(lambda: seal.content == content_of(entry, seal.algorithm)):
            self.check.add(Finding(Fault.ALTERED, seal.number, seal.entry_id))
        else:
            self._look_at_time(seal, entry["timestamp"])

    def _look_at_time(self, seal: LogSeal, moment: datetime) -> None:
        is_early = self.latest is not None and moment < self.latest - LATEST
        is_ahead = moment > seal.sealed_at + LATEST
        if is_early or is_ahead:
            self.check.add(Finding(Fault.ORDER, seal.number, seal.entry_id, moment))
        else:
            self.latest = max(self.latest or moment, moment)


def _is_known(holds: Callable[[], bool]) -> bool:
    """Whether it holds; not with an algorithm that nobody knows."""
    try:
        return holds()
    except KeyError:
        return False


def sealed_entries(*, after: LogSeal | None, until: int | None = None) -> Iterator[tuple[LogSeal, EntryRow | None]]:
    """Seals in order with their entries, to the newest or to number `until`. Two queries for each chunk."""
    number = after.number if after else 0
    rows = LogSeal.objects.order_by("number")
    if until is not None:
        rows = rows.filter(number__lte=until)
    while seals := list(rows.filter(number__gt=number)[:CHUNK]):
        ids = [seal.entry_id for seal in seals]
        entries = {entry["id"]: entry for entry in LogEntry.objects.filter(pk__in=ids).order_by().values(*COLUMNS)}
        for seal in seals:
            yield seal, entries.get(seal.entry_id)
        number = seals[-1].number


@dataclass(frozen=True)
class NotedSeal:
    """A seal that stands somewhere else too: in the log of the server, or in the log itself. `is_pruned`: it and those
    before were exported and deleted."""

    number: int
    digest: str
    is_pruned: bool = False


def read_noted(text: str, *, is_pruned: bool = False) -> NotedSeal:
    """NUMBER:DIGEST. Raises ValueError."""
    number, _colon, digest = text.strip().partition(":")
    # Eighteen digits fit into a column.
    if not re.fullmatch("[0-9]{1,18}", number) or not digest:
        raise ValueError(text)
    return NotedSeal(int(number), digest, is_pruned)


def _noted_in_log() -> list[NotedSeal]:
    """What each check and each pruning said."""
    own = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(LogSeal)).order_by("pk")
    told = own.values_list("additional_data__event", "additional_data__seal")
    noted = []
    for event, seal in told:
        # One that was altered is found as such.
        with suppress(ValueError):
            noted.append(read_noted(str(seal), is_pruned=event == Event.LOG_PRUNED))
    return noted


def pruned_seal() -> LogSeal | None:
    """The last of those that were pruned, which is kept; None where none was."""
    first = LogSeal.objects.order_by("number").first()
    if first is None or LogEntry.objects.filter(pk=first.entry_id).exists():
        return None
    return first if any(each.is_pruned and each.number >= first.number for each in _noted_in_log()) else None


def check_log(
    *, newest: int | None = None, noted: Iterable[NotedSeal] = (), on_progress: Callable[[], object] = lambda: None
) -> Check:
    """Changes nothing. `newest`: only so many of the newest seals, and entries that came after them; else all. `noted`:
    seals that the chain must have, besides those that the log itself tells. `on_progress` is called for each seal."""
    pruned, last = pruned_seal(), newest_seal()
    after = pruned
    if newest is not None and last and last.number - newest > (pruned.number if pruned else 0):
        after = LogSeal.objects.filter(number__lte=last.number - newest).order_by("-number").first()
    chain = ChainCheck(after)
    for seal, entry in sealed_entries(after=after):
        chain.take(seal, entry)
        on_progress()
    check = chain.check
    for number in _differing([*noted, *_noted_in_log()], since=pruned.number if pruned else 1):
        check.add(Finding(Fault.NOTED, number))
    above = 0 if after is None or after == pruned else after.entry_id
    settled = Q(timestamp__lt=now() - LONGEST_WAIT) | Q(pk__lte=settled_id())
    waiting = unsealed(above=above).filter(settled).order_by("pk").values_list("pk", "timestamp")
    for pk, timestamp in waiting.iterator():
        check.add(Finding(Fault.UNSEALED, entry=pk, at=timestamp))
    return check


def _differing(noted: Iterable[NotedSeal], *, since: int) -> list[int]:
    """The numbers of those that the chain has not, or with another digest."""
    asked = {each for each in noted if each.number >= since}
    seals = LogSeal.objects.filter(number__in={each.number for each in asked})
    stored = dict(seals.values_list("number", "digest"))
    return sorted({each.number for each in asked if stored.get(each.number) != each.digest})


def check_and_log() -> Check:
    """What is done each night: checks all, and keeps the result in the log, which the next seal then holds."""
    check = check_log()
    log_event_of_log(
        Event.LOG_CHECKED, seal=str(check.last) if check.last else None, checked=check.checked, found=check.found
    )
    return check
