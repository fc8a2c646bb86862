"""Holds the log against its seals: says what was altered, removed or inserted, and where the chain is broken.

A check that runs while old entries are pruned may name these; the next one does not.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import batched, groupby
from operator import itemgetter
from pathlib import Path

from auditlog.models import LogEntry
from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet, Window
from django.db.models.functions import Lag
from django.utils.timezone import now

from accounts.log import Event, log_event_of_log
from accounts.models import LogSeal
from audit.archive import check_prunings, pruned_seal
from audit.chain import CHUNK, ChainCheck, Check, Fault, Finding, sealed_entries
from audit.noted_seals import NotedSeal, read_noted, restorations, seal_notes
from audit.seals import entries_of_seals, newest_seal, settled_id, unsealed
from core.signals import log_alarm

# An entry that has no seal after that time was inserted behind the others, or nothing is sealed any more.
LONGEST_WAIT = timedelta(minutes=10)
# Between two checks by night; two hours for a long one.
LONGEST_NIGHT = timedelta(hours=26)


def _noted_in_log() -> list[NotedSeal]:
    """Returns the seals that each check and each pruning noted in the log."""
    noted = []
    for seal in entries_of_seals().order_by("pk").values_list("additional_data__seal", flat=True):
        # One that was altered is found as such.
        with suppress(ValueError):
            noted.append(read_noted(str(seal)))
    return noted


def check_log(
    *,
    newest: int | None = None,
    noted: Iterable[NotedSeal] = (),
    archives: Sequence[Path] = (),
    places: Sequence[Path] = (),
    on_progress: Callable[[], object] = lambda: None,
) -> Check:
    """Changes nothing. `newest`: only so many of the newest seals, and entries that came after them, and of the files
    of old entries only whether they are there and the same; else all. `noted`: seals that the chain must have, besides
    those that the log, the backups and the file of seals tell. `archives`: folders with files of old entries, and
    `places`: files of seals and folders of backups, besides those of the site. `on_progress` is called for each seal.

    Raises OSError where one of `places` cannot be read.
    """
    is_deep = newest is None
    notes = [(seal, "") for seal in (*noted, *_noted_in_log())]
    notes += [(note.seal, note.place) for note in seal_notes(places, is_deep=is_deep)]
    went = check_prunings(archives, wanted={seal.number for seal, _place in notes}, is_deep=is_deep)
    pruned = pruned_seal(went)
    after = pruned if newest is None else _seal_before(newest, pruned)
    check = _check_chain(after, on_progress)
    check.places = sorted({place for _seal, place in notes} - {""})
    check.skipped = _count_skipped(after)
    # Those of old entries stand in files, which a quick look does not read.
    since = pruned.number if pruned and not is_deep else 1
    for finding in (
        *went.findings,
        *_differing(notes, went.digests, since=since),
        *_removed_before_sealing(after, check),
        *_nights_without_check(),
        *_unsealed(above=0 if after is None or after == pruned else after.entry_id),
    ):
        check.add(finding)
    return check


def _check_chain(after: LogSeal | None, on_progress: Callable[[], object]) -> Check:
    chain = ChainCheck(after)
    for seal, entry in sealed_entries(after=after):
        chain.take(seal, entry)
        on_progress()
    return chain.check


def _seal_before(newest: int, pruned: LogSeal | None) -> LogSeal | None:
    """The one before so many of the newest; where there are no more, the last that was pruned."""
    last = newest_seal()
    if last is None or last.number - newest <= (pruned.number if pruned else 0):
        return pruned
    return LogSeal.objects.filter(number__lte=last.number - newest).order_by("-number").first()


def _unsealed(*, above: int) -> Iterator[Finding]:
    """Entries with a higher id that should have a seal by now."""
    settled = Q(timestamp__lt=now() - LONGEST_WAIT) | Q(pk__lte=settled_id())
    waiting = unsealed(above=above).filter(settled).order_by("pk").values_list("pk", "timestamp")
    for pk, timestamp in waiting.iterator():
        yield Finding(Fault.UNSEALED, entry=pk, at=timestamp)


def _digests(numbers: Collection[int]) -> dict[int, str]:
    """Reads the digests of the seals with these numbers, where the database has them."""
    found: dict[int, str] = {}
    for part in batched(sorted(numbers), CHUNK):
        found |= dict(LogSeal.objects.filter(number__in=part).values_list("number", "digest"))
    return found


def _differing(notes: Iterable[tuple[NotedSeal, str]], archived: Mapping[int, str], *, since: int) -> Iterator[Finding]:
    """Names each seal that neither the chain nor a file of old entries has, or that has another digest there; of each
    place elsewhere only the first, since those after it differ, too. `notes`: seals with their places, empty for those
    that the log tells itself or somebody asks for."""
    asked = [note for note in notes if note[0].number >= since]
    stored = {**archived, **_digests({seal.number for seal, _place in asked})}
    wrong = sorted({(place, seal.number) for seal, place in asked if stored.get(seal.number) != seal.digest})
    for place, of_place in groupby(wrong, key=itemgetter(0)):
        numbers = [number for _place, number in of_place]
        if place:
            yield Finding(Fault.NOTED_ELSEWHERE, numbers[0], file=place)
        else:
            yield from (Finding(Fault.NOTED, number) for number in numbers)


def _count_skipped(after: LogSeal | None) -> int:
    """Ids between the lowest and the highest of the sealed entries that no entry has."""
    seals = _seals_from(after)
    told = seals.aggregate(count=Count("number"), lowest=Min("entry_id"), highest=Max("entry_id"))
    missing: int = told["highest"] - told["lowest"] + 1 - told["count"] if told["count"] else 0
    if not missing:
        return 0
    waiting = unsealed(above=told["lowest"]).filter(pk__lt=told["highest"])
    return missing - waiting.count()


def _removed_before_sealing(after: LogSeal | None, check: Check) -> Iterator[Finding]:
    """Names the gaps in the ids of sealed entries, on SQLite. On PostgreSQL each transaction that was rolled back skips
    ids as well: there the number of skipped ids alone is told."""
    if check.skipped and connection.vendor == "sqlite":
        # Those that went with their seals are named already.
        named = {each.number for each in check.findings if each.fault == Fault.GAP}
        before = Window(Lag("entry_id"), order_by="entry_id")
        gaps = _seals_from(after).annotate(before=before).filter(before__lt=F("entry_id") - 1)
        rows = gaps.order_by("number").values_list("number", "before")
        for number, last in (row for row in rows.iterator() if row[0] not in named):
            yield Finding(Fault.SKIPPED, number, entry=last + 1)


def _seals_from(after: LogSeal | None) -> QuerySet[LogSeal]:
    return LogSeal.objects.filter(number__gte=after.number if after else 1).order_by()


def last_check() -> LogEntry | None:
    """Returns what the last check of a night noted in the log."""
    found: LogEntry | None = entries_of_seals().filter(additional_data__event=Event.LOG_CHECKED).order_by("-pk").first()
    return found


def _nights_without_check() -> Iterator[Finding]:
    """Names the time without a check, where something was sealed in it: else the site was off. A backup that is brought
    back may be older than a night."""
    newest, last = newest_seal(), last_check()
    if newest and last:
        since = max([last.timestamp, *(each.restored_at for each in restorations())])
        if newest.sealed_at - since > LONGEST_NIGHT:
            yield Finding(Fault.NOT_CHECKED, at=last.timestamp)


def check_and_log() -> Check:
    """Checks all, as each night does, and keeps the result in the log, which the next seal then holds. Those who read
    the log are told where something was found."""
    # Outside of the transaction, for which others wait on SQLite: it reads for minutes.
    check = check_log()
    with transaction.atomic():
        log_event_of_log(
            Event.LOG_CHECKED, seal=str(check.last) if check.last else None, checked=check.checked, found=check.found
        )
        if check.found:
            log_alarm.send(sender=LogSeal, found=check.found)
    return check
