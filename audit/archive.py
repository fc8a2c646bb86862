"""The pruning of the log. Old entries go to a file first, with their seals, and a checksum beside it.

The last seal of those that go is kept: the chain is checked from it on. The log says what went, and where to. That
counts only where the file proves it: whoever writes to the database can have the log say so.
"""

import gzip
import hashlib
import json
import logging
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.timezone import now

from accounts.log import Event, log_event_of_log
from accounts.models import LogSeal, User
from audit.chain import ChainCheck, Check, Fault, Finding, sealed_entries
from audit.noted_seals import FOLDER, RESTORED, NotedSeal, read_noted
from audit.seals import EntryRow, entries_of_seals, moment_as_text
from core.files import write_whole, written_beside

log = logging.getLogger(__name__)

# The first seal and the last of those in it.
NAME = re.compile(r"log-(\d{1,18})-(\d{1,18})\.ndjson\.gz")
# The least that the setting PILOTZONE_LOG_DAYS may be.
LEAST_DAYS = 180
# Seals that one transaction deletes.
CHUNK = 5_000


class DamagedArchive(ValueError):
    """A file that does not hold what was written into it."""


def prune_log() -> int:
    """Exports what was sealed more than `PILOTZONE_LOG_DAYS` ago, reads it back, and only then deletes it; returns how
    many entries that were. Raises DamagedArchive and OSError: then nothing was deleted."""
    pruned = check_prunings(is_deep=False)
    if pruned.findings:
        raise DamagedArchive(f"{pruned.findings[0]} Nothing was deleted.")
    after, last = pruned_seal(pruned), _last_old_seal()
    if last is None or (after and last.number <= after.number):
        return 0
    folder = settings.DATA_DIR / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"log-{after.number + 1 if after else 1}-{last.number}.ndjson.gz"
    written = _write(path, after, last)
    digest = _digest_of_file(path)
    write_whole(path.with_name(f"{path.name}.sha256"), f"{digest}  {path.name}\n")
    read = check_archive(path)
    if (str(read.last), read.checked, read.found) != (str(last), written.checked, written.found):
        raise DamagedArchive(f"The file {path} does not hold what was written into it: nothing was deleted.")
    if read.found:
        log.error("Old entries of the log were altered; see `manage.py verify_audit --file %s`.", path)
    told = {"file": path.name, "sha256": digest, "entries": read.checked, "days": settings.PILOTZONE_LOG_DAYS}
    log_event_of_log(Event.LOG_PRUNED, seal=str(last), **told)
    return _delete_until(last.number)


def _last_old_seal() -> LogSeal | None:
    cutoff = now() - timedelta(days=settings.PILOTZONE_LOG_DAYS)
    rows = LogSeal.objects.order_by("number")
    kept = rows.filter(sealed_at__gte=cutoff).values_list("number", flat=True).first()
    return (rows if kept is None else rows.filter(number__lt=kept)).last()


def _write(path: Path, after: LogSeal | None, last: LogSeal) -> Check:
    """Makes the file: its first line has the seal before, each other one a seal, its entry, and what ids of it mean.
    Returns what the check says of its rows."""
    names = dict(User.objects.values_list("pk", "username"))
    models = {each.pk: f"{each.app_label}.{each.model}" for each in ContentType.objects.all()}
    chain = ChainCheck(after)
    with written_beside(path, mode=0o600) as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(_line({"after": _as_texts(after) if after else None}))
        for seal, entry in sealed_entries(after=after, until=last.number):
            chain.take(seal, entry)
            known = (
                {"actor": names.get(entry["actor_id"]), "model": models.get(entry["content_type_id"])} if entry else {}
            )
            packed.write(_line({"seal": _as_texts(seal), "entry": entry, **known}))
    return chain.check


def _as_texts(seal: LogSeal) -> dict[str, Any]:
    return {field.name: getattr(seal, field.name) for field in LogSeal._meta.concrete_fields}


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, default=moment_as_text).encode(errors="backslashreplace") + b"\n"


def archive_files() -> list[Path]:
    """All that were exported so far, their checksums, and when backups were brought back."""
    folder = settings.DATA_DIR / FOLDER
    return sorted([*folder.glob("log-*.ndjson.gz*"), *folder.glob(RESTORED)])


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Pruning:
    """An entry of the log about entries that went to a file: the numbers of the `first` seal that went and of the last,
    which is `seal`; when; and how many `days` old they had to be. `first` is None where the file has no name of ours.
    """

    first: int | None
    seal: NotedSeal
    at: datetime
    file: str
    sha256: str
    days: int


@dataclass
class Pruned:
    """All that went, as files prove it. `until`: the number of the last seal; `digests`: of the seals that were asked
    for, by their number; `findings`: prunings that no file proves, and what had been altered before it went.
    """

    until: int = 0
    digests: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check_prunings(folders: Sequence[Path] = (), *, wanted: Collection[int] = (), is_deep: bool = True) -> Pruned:
    """Looks for the file of each pruning in the data folder, then in `folders`. One that is there and the same is
    enough for a quick look; else each is read, held against its seals, and `wanted` seals are looked up in it.
    """
    pruned = Pruned()
    for pruning in sorted(_prunings(), key=lambda each: (each.seal.number, each.at)):
        path = _file_of(pruning, folders)
        if path is None or pruning.first is None:
            fault: Fault | None = Fault.NO_ARCHIVE
        elif _digest_of_file(path) != pruning.sha256:
            fault = Fault.ARCHIVE
        else:
            fault = _read(pruning, path, pruned, wanted) if is_deep else None
        if fault is not None:
            pruned.findings.append(Finding(fault, pruning.seal.number, at=pruning.at, file=pruning.file))
        elif pruning.first is not None and pruning.first <= pruned.until + 1:
            # Of one that was ended in between, the next night took the rest once more.
            pruned.until = max(pruned.until, pruning.seal.number)
    return pruned


def _prunings() -> Iterator[Pruning]:
    own = entries_of_seals()
    for at, told in own.filter(additional_data__event=Event.LOG_PRUNED).values_list("timestamp", "additional_data"):
        # One that was altered is found as such.
        with suppress(ValueError, TypeError):
            days = max(int(told.get("days", settings.PILOTZONE_LOG_DAYS)), LEAST_DAYS)
            seal, file, sha256 = (str(told.get(name)) for name in ("seal", "file", "sha256"))
            name = NAME.fullmatch(file)
            yield Pruning(int(name[1]) if name else None, read_noted(seal), at, file, sha256, days)


def _file_of(pruning: Pruning, folders: Sequence[Path]) -> Path | None:
    # The name is what the database says: another one might lead into any folder.
    if pruning.first is None:
        return None
    places = [folder / pruning.file for folder in (settings.DATA_DIR / FOLDER, *folders)]
    return next((path for path in places if path.is_file()), None)


def _read(pruning: Pruning, path: Path, pruned: Pruned, wanted: Collection[int]) -> Fault | None:
    """Adds to `pruned` what the file has; gives what is wrong with the file itself."""
    first: LogSeal | None = None
    youngest: datetime | None = None

    def note(seal: LogSeal) -> None:
        nonlocal first, youngest
        first, youngest = first or seal, max(youngest or seal.sealed_at, seal.sealed_at)
        if seal.number in wanted:
            pruned.digests[seal.number] = seal.digest

    try:
        check = check_archive(path, on_seal=note)
    except (DamagedArchive, OSError):
        return Fault.ARCHIVE
    pruned.findings += check.findings
    if first is None or youngest is None or first.number != pruning.first or str(check.last) != str(pruning.seal):
        return Fault.ARCHIVE
    return None if (pruning.at - youngest).days >= pruning.days else Fault.TOO_YOUNG


def pruned_seal(pruned: Pruned) -> LogSeal | None:
    """Return the last of the seals whose entries were pruned, which is kept; None where nothing was pruned, or where no
    file proves it."""
    first = LogSeal.objects.order_by("number").first()
    if first is None or LogEntry.objects.filter(pk=first.entry_id).exists():
        return None
    return first if first.number <= pruned.until else None


def check_archive(path: Path, *, on_seal: Callable[[LogSeal], object] = lambda seal: None) -> Check:
    """Holds the entries of a file against their seals, and calls `on_seal` with each. Raises DamagedArchive where it is
    not as it was written, and OSError."""
    noted = path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8", errors="replace").partition(" ")[0]
    if noted != _digest_of_file(path):
        raise DamagedArchive(f"The file {path} is not the one that its checksum was made of.")
    try:
        return _check_lines(path, on_seal)
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise DamagedArchive(f"The file {path} cannot be read ({error}).") from error


def _check_lines(path: Path, on_seal: Callable[[LogSeal], object]) -> Check:
    with gzip.open(path) as lines:
        before = json.loads(next(iter(lines)))["after"]
        chain = ChainCheck(_as_seal(before) if before else None)
        for seal, entry in _pairs(lines):
            chain.take(seal, entry)
            on_seal(seal)
    return chain.check


def _pairs(lines: Iterator[bytes]) -> Iterator[tuple[LogSeal, EntryRow | None]]:
    for line in lines:
        row = json.loads(line)
        entry = row["entry"]
        if entry:
            entry["timestamp"] = datetime.fromisoformat(entry["timestamp"])
        yield _as_seal(row["seal"]), entry


def _as_seal(texts: dict[str, Any]) -> LogSeal:
    return LogSeal(**{**texts, "sealed_at": datetime.fromisoformat(texts["sealed_at"])})


def _delete_until(last: int) -> int:
    """Deletes the entries up to the seal `last`, from the front on, piece by piece. Where it is ended in between, the
    next night exports the rest anew."""
    deleted = 0
    first = LogSeal.objects.order_by("number").values_list("number", flat=True).first() or 1
    for number in (*range(first + CHUNK, last, CHUNK), last):
        with transaction.atomic():
            gone = LogSeal.objects.filter(number__lte=number)
            # Past the managers: everybody else is refused.
            deleted += LogEntry.objects.filter(pk__in=gone.values("entry_id")).order_by()._raw_delete(DEFAULT_DB_ALIAS)
            LogSeal.objects.filter(number__lt=number).order_by()._raw_delete(DEFAULT_DB_ALIAS)
    return deleted
