"""Files that are there whole or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Leaves no half of a file that did not fit: it would take the last room on the disk. Names must be random."""

    def _save(self, name: str, content: "File[bytes]") -> str:
        try:
            return super()._save(name, content)  # type: ignore[misc,no-any-return]  # Django's own hook for storages
        except OSError:
            with suppress(OSError):
                self.delete(name)
            raise


# The end of the name of a file that is being written. Where its process was killed it stays, and is cleaned at night.
UNFINISHED = ".unfinished"


class DamagedFile(ValueError):
    """A file of ours that cannot be read as what it should be; the text names it."""


def write_whole(path: Path, text: str) -> None:
    """Writes a text (UTF-8) beside `path` and moves it there, once it is on the disk: a full disk or a kill leaves the
    file as it was, or none. Raises OSError.
    """
    with written_beside(path, mode=0o600) as file:
        file.write(text.encode())


@contextmanager
def unfinished_file(folder: Path) -> Iterator[Path]:
    """An empty file for its owner alone, gone at the end of the block; after a kill the night takes it."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=UNFINISHED, dir=folder)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        os.unlink(name)


@contextmanager
def written_beside(path: Path, *, mode: int) -> Iterator[IO[bytes]]:
    """A new file, which becomes `path` at the end of the block unless that fails."""
    # Only its owner may read it, from the first byte on.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to the disk: after a power cut a file could else have its old name, or none."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_texts(path: Path) -> dict[str, str]:
    """Names and texts of a JSON file. Raises DamagedFile for one that was cut off or holds something else, OSError."""
    try:
        texts = json.loads(path.read_bytes())
    # RecursionError: brackets within brackets.
    except (ValueError, RecursionError) as error:
        raise DamagedFile(f"The file {path} is damaged") from error
    if not isinstance(texts, dict) or not all(isinstance(value, str) for value in texts.values()):
        raise DamagedFile(f"The file {path} is damaged")
    return texts
