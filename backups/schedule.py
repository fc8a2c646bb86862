"""The backups of each night: made, read back, and deleted once retention no longer keeps them.

One that is being made has a name of its own: a folder `YYYY-MM-DDTHHMM` is whole, whenever the process was killed.
"""

import fcntl
import json
import logging
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from backups.contents import BackupError
from backups.making import make_backup
from backups.manifest import Manifest, read_manifest
from backups.retention import kept
from core.clock import SHANGHAI
from core.files import UNFINISHED, sync_folder, write_whole

log = logging.getLogger(__name__)

NAME = "%Y-%m-%dT%H%M"
OURS = re.compile(r"\d{4}-\d{2}-\d{2}T\d{4}")
OURS_UNFINISHED = re.compile(rf"\.{OURS.pattern}{re.escape(UNFINISHED)}")
# One a night, and two hours for a long one.
STALE_HOURS = 26
# What came of the last one: in the data folder, which web servers have that do not see the backups, and not in the
# database, since a backup that is brought back is no news of this machine.
STATE_FILE = "backups.json"


@dataclass(frozen=True)
class LatestBackup:
    """The last that went well. `size` is in bytes. Its checksums were read back at `checked_at`."""

    folder: str
    made_at: datetime
    checked_at: datetime
    seconds: float
    size: int
    rows: int
    files: int
    missing: int
    is_encrypted: bool

    @property
    def age_seconds(self) -> float:
        return (timezone.now() - self.made_at).total_seconds()

    @property
    def is_stale(self) -> bool:
        return self.age_seconds > STALE_HOURS * 3600


@dataclass(frozen=True)
class FailedBackup:
    """The last that failed, where none has gone well since."""

    failed_at: datetime
    reason: str


def latest_backup() -> LatestBackup | None:
    found = _state().get("latest")
    moments = ("made_at", "checked_at")
    return LatestBackup(**found | {name: datetime.fromisoformat(found[name]) for name in moments}) if found else None


def failed_backup() -> FailedBackup | None:
    found = _state().get("failed")
    return FailedBackup(datetime.fromisoformat(found["failed_at"]), found["reason"]) if found else None


def make_scheduled_backup() -> None:
    """Nothing where the site has no folder for backups, or another process makes one. A failure is logged and kept."""
    folder = settings.PILOTZONE_BACKUP_DIR
    if folder is None:
        return
    begin = time.monotonic()
    try:
        with _alone_in(folder) as is_alone:
            if not is_alone:
                log.warning("Another process is making a backup in %s: none was begun.", folder)
                return
            _delete_unfinished(folder)
            name, backup = _make(folder)
            _remember_success(folder / name, backup, time.monotonic() - begin)
            _delete_old(folder)
    except Exception as error:
        reason = str(error) if isinstance(error, BackupError) else f"{type(error).__name__}: {error}."
        log.exception("No backup was made in %s: %s", folder, reason)
        _remember({"failed": {"failed_at": timezone.now().isoformat(), "reason": reason}})


@contextmanager
def _alone_in(folder: Path) -> Iterator[bool]:
    """Yields whether no other process makes a backup in the folder, and keeps others out until the end of the block:
    the task of a worker that hangs is handed to a second one."""
    if not folder.is_dir():
        # Not made: where a disk is not mounted, its place would fill another one.
        raise BackupError(f"The folder {folder} is not there: mount its disk, or make it.")
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _delete_unfinished(folder: Path) -> None:
    """Deletes backups that a process was making when it was killed."""
    for path in _folders(folder, OURS_UNFINISHED):
        log.warning("The backup %s was cut off, and is deleted.", path)
        shutil.rmtree(path)


def _make(folder: Path) -> tuple[str, Manifest]:
    name = f"{timezone.now().astimezone(SHANGHAI):{NAME}}"
    if (folder / name).exists():
        raise BackupError(f"{folder / name} is there already.")
    unfinished = folder / f".{name}{UNFINISHED}"
    try:
        backup = make_backup(unfinished, recipient=settings.PILOTZONE_BACKUP_RECIPIENT, is_scheduled=True)
    except BaseException:
        # On a full disk others need the room.
        with suppress(OSError):
            shutil.rmtree(unfinished)
        raise
    unfinished.rename(folder / name)
    sync_folder(folder)
    return name, backup


def _delete_old(folder: Path) -> None:
    """Deletes those backups made by the schedule that retention no longer keeps. A new one has just been read back."""
    made = {datetime.strptime(path.name, NAME): path for path in _folders(folder, OURS) if _is_scheduled(path)}  # noqa: DTZ007  # by the clock of Shanghai, like all names
    for moment in made.keys() - kept(made, settings.PILOTZONE_BACKUP_KEEP):
        path = made[moment]
        log.info("The backup %s is no longer kept, and is deleted.", path)
        try:
            # A half one must not have the name of a whole one.
            shutil.rmtree(path.rename(folder / f".{path.name}{UNFINISHED}"))
        except OSError:
            log.exception("The backup %s could not be deleted; it is tried again in the next night.", path)


def _folders(folder: Path, pattern: "re.Pattern[str]") -> list[Path]:
    return [
        path for path in folder.iterdir() if pattern.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]


def _is_scheduled(path: Path) -> bool:
    """One that is damaged is left to people."""
    try:
        return read_manifest(path).is_scheduled
    except BackupError:
        return False


def _remember_success(path: Path, backup: Manifest, seconds: float) -> None:
    latest = LatestBackup(
        folder=str(path),
        made_at=datetime.fromisoformat(backup.made_at),
        checked_at=timezone.now(),
        seconds=seconds,
        size=backup.size,
        rows=sum(backup.rows.values()),
        files=len(backup.copied),
        missing=len(backup.missing),
        is_encrypted=bool(backup.recipient),
    )
    _remember({"latest": asdict(latest), "failed": None})
    log.info("The backup %s was made and read back: %.1f MB in %.1f s.", path, backup.size / 1_000_000, seconds)


def _state_path() -> Path:
    return Path(settings.DATA_DIR) / STATE_FILE


def _state() -> dict[str, Any]:
    """Empty where there is none, or where it is damaged: the next night writes it anew."""
    try:
        found = json.loads(_state_path().read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(news: dict[str, Any]) -> None:
    try:
        write_whole(_state_path(), json.dumps(_state() | news, default=datetime.isoformat))
    except OSError:
        log.exception("What came of the backup could not be written to %s.", _state_path())
