"""What is old in the log goes to a file first: its entries with their seals, and a checksum beside it.

The last seal of those that go is kept: the chain is checked from it on. The log says what went, and where to.
"""

import gzip
import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.timezone import now

from accounts.log import Event, log_event_of_log
from accounts.log_check import ChainCheck, Check, pruned_seal, sealed_entries
from accounts.log_seals import EntryRow, moment_as_text
from accounts.models import LogSeal, User
from core.files import write_whole, written_beside

log = logging.getLogger(__name__)

# In the data folder.
FOLDER = "log-archive"
# Seals that one transaction deletes.
CHUNK = 5_000


class DamagedArchive(ValueError):
    """A file that does not hold what was written into it."""


def prune_log() -> int:
    """Exports what was sealed more than `PILOTZONE_LOG_DAYS` ago, reads it back, and only then deletes it; returns how
    many entries that were. Raises DamagedArchive and OSError: then nothing was deleted."""
    after, last = pruned_seal(), _last_old_seal()
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
    log_event_of_log(Event.LOG_PRUNED, seal=str(last), file=path.name, sha256=digest, entries=read.checked)
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
    """All that were exported so far, and their checksums."""
    return sorted((settings.DATA_DIR / FOLDER).glob("log-*.ndjson.gz*"))


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_archive(path: Path) -> Check:
    """Holds the entries of a file against their seals. Raises DamagedArchive where it is not as it was written, and
    OSError."""
    noted = path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8").partition(" ")[0]
    if noted != _digest_of_file(path):
        raise DamagedArchive(f"The file {path} is not the one that its checksum was made of.")
    try:
        return _check_lines(path)
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise DamagedArchive(f"The file {path} cannot be read ({error}).") from error


def _check_lines(path: Path) -> Check:
    with gzip.open(path) as lines:
        before = json.loads(next(iter(lines)))["after"]
        chain = ChainCheck(_as_seal(before) if before else None)
        for seal, entry in _pairs(lines):
            chain.take(seal, entry)
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
    """From the front on, piece by piece. Where it is ended in between, the next night exports the rest anew."""
    deleted = 0
    first = LogSeal.objects.order_by("number").values_list("number", flat=True).first() or 1
    for number in (*range(first + CHUNK, last, CHUNK), last):
        with transaction.atomic():
            gone = LogSeal.objects.filter(number__lte=number)
            # Past the managers: everybody else is refused.
            deleted += LogEntry.objects.filter(pk__in=gone.values("entry_id")).order_by()._raw_delete(DEFAULT_DB_ALIAS)
            LogSeal.objects.filter(number__lt=number).order_by()._raw_delete(DEFAULT_DB_ALIAS)
    return deleted
