"""The list of all that a backup consists of, with checksums. It is written last: a folder without it is no whole
backup."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from audit.noted_seals import FOLDER as LOG_FOLDER
from backups.contents import BackupError
from core.files import write_whole
from core.progress import bar

FILE = "backup.json"
# A backup of another shape is refused.
FORMAT = 1
EVIDENCE = "evidence/"
# What is old in the log, as it was exported.
LOG_ARCHIVE = f"{LOG_FOLDER}/"
# The end of the name of an encrypted file.
ENCRYPTED = ".age"


@dataclass(frozen=True)
class Piece:
    """`size` is in bytes, `sha256` in hexadecimal digits."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`files`: name within the folder -> its piece. `missing`: files that rows name and that were not there.
    `recipient`: the public key that all of them are encrypted for; empty where they are not. `seal`: the newest of the
    log, as `audit.noted_seals` writes it; empty where nothing was sealed, or by an earlier version."""

    release: str
    commit: str
    made_at: str
    database: str
    migrations: list[tuple[str, str]]
    rows: dict[str, int]
    files: dict[str, Piece]
    missing: list[str]
    recipient: str = ""
    is_scheduled: bool = False
    seal: str = ""

    @property
    def size(self) -> int:
        """Returns the size of all files in bytes, without this list."""
        return sum(piece.size for piece in self.files.values())

    @property
    def copied(self) -> dict[str, Piece]:
        """Returns the copied files, without the rows: folder and name on the site, such as `evidence/ab/abcd.pdf` ->
        its piece."""
        return {
            name.removesuffix(self._end): piece
            for name, piece in self.files.items()
            if name.startswith((EVIDENCE, LOG_ARCHIVE))
        }

    def stored(self, name: str) -> str:
        """Returns the name in the folder of the backup for a name of `copied`."""
        return f"{name}{self._end}"

    @property
    def stored_database(self) -> str:
        [name] = [name for name in self.files if not name.startswith((EVIDENCE, LOG_ARCHIVE))]
        return name

    @property
    def _end(self) -> str:
        return ENCRYPTED if self.recipient else ""

    def write(self, folder: Path) -> None:
        write_whole(folder / FILE, json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False))

    def check(self, folder: Path) -> None:
        """Raises BackupError for a file that is missing, or is not the one that was written."""
        with bar("checking", self.size) as progress:
            for name, piece in self.files.items():
                path = folder / name
                if not path.is_file():
                    raise BackupError(f"The backup {folder} is not whole: {name} is missing. Nothing was changed.")
                if piece_of(path) != piece:
                    raise BackupError(
                        f"The backup {folder} is damaged: {name} is not what was written. Nothing was changed."
                    )
                progress.update(piece.size)


def piece_of(path: Path) -> Piece:
    """Returns the piece of a file as it is on the disk, rather than in memory since it was written."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return Piece(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def read_manifest(folder: Path) -> Manifest:
    """Reads the manifest of a backup. Raises BackupError."""
    path = folder / FILE
    if not path.is_file():
        raise BackupError(f"{folder} is no whole backup: it has no {FILE}, which is written last.")
    try:
        return _parse(json.loads(path.read_bytes()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BackupError(f"The backup {folder} is damaged: {path} cannot be read. Nothing was changed.") from error


def _parse(data: Mapping[str, Any]) -> Manifest:
    if data["format"] != FORMAT:
        raise ValueError
    files = {name: Piece(**piece) for name, piece in data["files"].items()}
    for name in files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError
    manifest = {name: value for name, value in data.items() if name != "format"}
    return Manifest(**{**manifest, "files": files, "migrations": [(app, name) for app, name in data["migrations"]]})
