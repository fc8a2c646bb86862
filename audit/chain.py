"""The chain of seals, and what may be wrong with it: of the log in the database, and of files of entries that went."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from auditlog.models import LogEntry
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from accounts.models import LogSeal
from audit.seals import COLUMNS, LATEST, EntryRow, content_of, link_of

# Seals that are read at once.
CHUNK = 500
# So many findings are named; all are counted.
MOST_NAMED = 100


class Fault(models.TextChoices):
    """The faults that a check finds, each as a sentence of an entry, a seal and a moment."""

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
    NOTED_ELSEWHERE = (
        "noted_elsewhere",
        gettext_lazy(
            "Seal %(number)s is not the one that stands in %(file)s: the chain was made anew, or cut off before that"
            " seal. If a backup was brought back by other means than `manage.py restore`, that is why."
        ),
    )
    SKIPPED = (
        "skipped",
        gettext_lazy(
            "There are no entries from %(entry)s on, before that of seal %(number)s: they were removed before they were"
            " sealed."
        ),
    )
    NOT_CHECKED = (
        "not_checked",
        gettext_lazy(
            "The log was not checked by night since %(at)s: the site was off, its schedule stands still, or what it had"
            " noted was removed."
        ),
    )
    NO_ARCHIVE = (
        "no_archive",
        gettext_lazy(
            "The entries up to seal %(number)s are said to have gone to the file %(file)s on %(at)s, and it is nowhere:"
            " they were removed, or it lies in a folder that --archives is to name."
        ),
    )
    ARCHIVE = (
        "archive",
        gettext_lazy(
            "The file %(file)s is not the one to which the entries up to seal %(number)s went, or does not hold them."
        ),
    )
    TOO_YOUNG = (
        "too_young",
        gettext_lazy("Entries up to seal %(number)s went to the file %(file)s before they were old enough."),
    )


@dataclass(frozen=True)
class Finding:
    fault: Fault
    number: int | None = None
    entry: int | None = None
    at: datetime | None = None
    file: str = ""

    def __str__(self) -> str:
        """Returns the sentence of the fault in the active language."""
        at = f"{localtime(self.at):%Y-%m-%d %H:%M:%S}" if self.at else ""
        words = {"entry": self.entry, "number": self.number, "at": at, "file": self.file}
        return str(self.fault.label) % words


@dataclass
class Check:
    """`findings`: the first of those `found`. `last`: the newest seal that was checked, None where there was none.
    `places`: outside of the database, where seals were found to compare with. `skipped`: ids that no entry has."""

    checked: int = 0
    found: int = 0
    places: list[str] = field(default_factory=list)
    skipped: int = 0
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
        is_early = self.latest is not None and self.latest - moment > LATEST
        # By differences: a day at the end of the calendar, which somebody wrote there, has no later one.
        is_ahead = moment - seal.sealed_at > LATEST
        if is_early or is_ahead:
            self.check.add(Finding(Fault.ORDER, seal.number, seal.entry_id, moment))
        else:
            self.latest = max(self.latest or moment, moment)


def _is_known(holds: Callable[[], bool]) -> bool:
    """Returns the answer of `holds`; False for an algorithm that nobody knows."""
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
