"""Seals that stand outside of the database too, where whoever writes to it reaches none: in the manifest of each
backup, and in a file to which lines are only added. Against them a chain that was made anew, or cut off, shows.

After a backup was brought back, what was noted since it was made is of rows that are gone: the folder of data says when
that was, and such notes count no longer.
"""

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.timezone import now

from accounts.models import LogSeal
from core.files import write_whole

log = logging.getLogger(__name__)

# In the data folder: what was exported of the log, and when backups were brought back.
FOLDER = "log-archive"
RESTORED = "restored.txt"
# Bytes: more than two lines of a file of seals.
TWO_LINES = 400


@dataclass(frozen=True)
class NotedSeal:
    """A seal that stands somewhere else too: outside of the database, or in the log itself."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def read_noted(text: str) -> NotedSeal:
    """Reads a seal from the text NUMBER:DIGEST. Raises ValueError."""
    number, _colon, digest = text.strip().partition(":")
    # Eighteen digits fit into a column.
    if not re.fullmatch("[0-9]{1,18}", number) or not digest:
        raise ValueError(text)
    return NotedSeal(int(number), digest)


@dataclass(frozen=True)
class SealNote:
    """A note that a file or a backup, the `place`, has a seal, and since when."""

    seal: NotedSeal
    at: datetime
    place: str


@dataclass(frozen=True)
class Restoration:
    """A backup was brought back: what came between these moments is gone."""

    made_at: datetime
    restored_at: datetime

    def __str__(self) -> str:
        return f"{self.made_at.isoformat()} {self.restored_at.isoformat()}"


type FolderReader = Callable[..., Iterable[SealNote]]
_folder_readers: list[FolderReader] = []


def read_folders_with(reader: FolderReader) -> None:
    """Registers a reader, for apps above this one, when they are loaded: it finds the seals that a folder holds, such
    as one of backups. It is called with the folder and `is_deep`, as `seal_notes` has it."""
    if reader not in _folder_readers:
        _folder_readers.append(reader)


def seal_notes(places: Iterable[Path] = (), *, is_deep: bool = True) -> list[SealNote]:
    """Reads the file and the backups of the settings, and `places`: files of seals, or folders of backups.
    Without `is_deep` only the newest of each. Raises OSError where one of `places` cannot be read; where that is so of
    the site's own, a line of the server's log says it."""
    notes = [note for path in places for note in _notes_in(path, is_deep=is_deep)]
    for path in filter(None, (settings.PILOTZONE_SEAL_FILE, settings.PILOTZONE_BACKUP_DIR)):
        try:
            notes += _notes_in(path, is_deep=is_deep)
        except OSError as error:
            log.error("The seals in %s could not be read: %s.", path, error.strerror)
    gone = restorations()
    return [note for note in notes if not any(each.made_at < note.at < each.restored_at for each in gone)]


def _notes_in(path: Path, *, is_deep: bool) -> Iterator[SealNote]:
    if path.is_dir():
        for reader in _folder_readers:
            yield from reader(path, is_deep=is_deep)
    else:
        yield from _notes_in_file(path, is_deep=is_deep)


def _notes_in_file(path: Path, *, is_deep: bool) -> Iterator[SealNote]:
    with path.open("rb") as file:
        if not is_deep:
            file.seek(max(path.stat().st_size - TWO_LINES, 0))
        lines = file.read().decode(errors="replace").splitlines()
    for line in lines if is_deep else lines[-1:]:
        at, _space, seal = line.partition(" ")
        # One that was cut off by a full disk says nothing.
        with suppress(ValueError):
            yield SealNote(read_noted(seal), _moment(at), str(path))


def _moment(text: str) -> datetime:
    """Raises ValueError, also without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def add_to_file(seal: LogSeal) -> None:
    """Adds a line to the file of the settings, if there is one. A failure is logged: the log is sealed nevertheless."""
    path = settings.PILOTZONE_SEAL_FILE
    if path is None:
        return
    try:
        # Opened for adding alone, which the file system may enforce (chattr +a).
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(file, f"{now().isoformat()} {seal}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
    except OSError:
        log.exception("The seal %s could not be added to %s.", seal, path)


def restorations() -> list[Restoration]:
    """Reads those of this data folder, and those that the backups brought along."""
    found = []
    with suppress(OSError):
        for line in _restored().read_text(encoding="utf-8").splitlines():
            made_at, _space, restored_at = line.partition(" ")
            with suppress(ValueError):
                found.append(Restoration(_moment(made_at), _moment(restored_at)))
    return found


def note_restoration(made_at: datetime) -> None:
    """Notes that a backup of that moment was brought back now."""
    keep_restorations([Restoration(made_at, now())])


def keep_restorations(known: Iterable[Restoration]) -> None:
    """Adds to the list of this data folder those that it lacks. The list of a backup may have taken its place."""
    lines = {str(each): None for each in (*restorations(), *known)}
    if not lines:
        return
    _restored().parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(_restored(), "".join(f"{line}\n" for line in lines))


def _restored() -> Path:
    return Path(settings.DATA_DIR) / FOLDER / RESTORED
