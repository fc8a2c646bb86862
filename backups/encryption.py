"""Backups that whoever holds them cannot read: each file in the age format (age-encryption.org), for one public key.

What is read and written goes through in pieces: a file of any size takes the same memory.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyrage
from django.conf import settings

from backups.contents import BackupError
from backups.manifest import Manifest, Piece
from core.files import unfinished_file, written_beside

if TYPE_CHECKING:
    from django.core.files.base import File

# Bytes. pyrage asks for 8 KB at a time.
PIECE = 1 << 20
# How a file begins that age has encrypted: also one with a secret key, where that has a password.
AGE = b"age-encryption.org/"

type Identity = pyrage.x25519.Identity
type Source = IO[bytes] | File[bytes]


class _Stream:
    """A file for pyrage, which tells of an error of its files in words only: here it is kept."""

    def __init__(self, file: Source, on_piece: Callable[[bytes], Any]) -> None:
        self._file, self._on_piece = file, on_piece
        self.failure: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        with self._kept():
            piece: bytes = self._file.read(size)
            self._on_piece(piece)
            return piece

    def write(self, piece: bytes) -> int:
        with self._kept():
            self._on_piece(piece)
            self._file.write(piece)
            return len(piece)

    def flush(self) -> None:
        with self._kept():
            self._file.flush()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failure = error
            raise


def write_piece(source: Source, path: Path, *, recipient: str, on_read: Callable[[bytes], Any]) -> Piece:
    """Writes a file of a backup, encrypted for a recipient where there is one; what was written. `on_read` is told of
    each piece as it was read. Raises OSError."""
    digest, size = hashlib.sha256(), 0

    def note(piece: bytes) -> None:
        nonlocal size
        digest.update(piece)
        size += len(piece)

    with written_beside(path, mode=0o600) as file:
        read, written = _Stream(source, on_read), _Stream(file, note)
        if recipient:
            try:
                pyrage.encrypt_io(read, written, [pyrage.x25519.Recipient.from_str(recipient)])
            except pyrage.EncryptError as error:
                raise (read.failure or written.failure or OSError(str(error))) from error
        else:
            shutil.copyfileobj(read, written, PIECE)
    return Piece(size, digest.hexdigest())


def read_piece(
    path: Path, target: IO[bytes], *, identities: Sequence[Identity], on_piece: Callable[[bytes], Any]
) -> None:
    """Writes what a file of a backup holds to `target`; without identities it is not encrypted. Raises BackupError and
    OSError."""
    with path.open("rb") as source:
        read, written = _Stream(source, on_piece), _Stream(target, lambda piece: None)
        if not identities:
            shutil.copyfileobj(read, written, PIECE)
            return
        try:
            pyrage.decrypt_io(read, written, list(identities))
        except (pyrage.DecryptError, OSError) as error:
            if failure := read.failure or written.failure:
                raise failure from error
            raise BackupError(
                f"{path} cannot be decrypted with the key that was given ({error}): it is another one's, or damaged."
                " Nothing was changed."
            ) from error


@contextmanager
def plain_file(path: Path, identities: Sequence[Identity]) -> Iterator[Path]:
    """The file itself, or a decrypted copy in the data folder, gone at the end. Raises BackupError and OSError."""
    if not identities:
        yield path
        return
    with unfinished_file(Path(settings.DATA_DIR)) as plain:
        with plain.open("wb") as target:
            read_piece(path, target, identities=identities, on_piece=lambda piece: None)
        yield plain


def identities_for(backup: Manifest, file: Path | None) -> list[Identity]:
    """The keys in a file, of which one opens the backup; none where it is not encrypted. Raises BackupError."""
    if not backup.recipient:
        return []
    if file is None:
        raise BackupError(
            f"The backup is encrypted for {backup.recipient}: name the file with its secret key by --identity. Nothing"
            " was changed."
        )
    found = _read_identities(file)
    if backup.recipient not in (owners := [str(each.to_public()) for each in found]):
        raise BackupError(
            f"The backup is encrypted for {backup.recipient}, and {file} holds the key of {', '.join(owners)}. Nothing"
            " was changed."
        )
    return found


def _read_identities(file: Path) -> list[Identity]:
    """Reads secret keys as `age-keygen` writes them: a line each, while other lines begin with "#"."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BackupError(f"The key {file} cannot be read: {error.strerror}. Nothing was changed.") from error
    if content.startswith(AGE):
        raise BackupError(f"The key {file} has a password: `age --decrypt {file}` takes it off. Nothing was changed.")
    lines = [line.strip() for line in content.decode(errors="replace").splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BackupError(
            f"{file} holds no secret key of age, which begins with AGE-SECRET-KEY-1. Nothing was changed."
        )
    return found
