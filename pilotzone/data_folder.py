"""The files in the data folder that the settings read. A file that cannot be used stops the start with a sentence."""

import fcntl
import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from core.files import DamagedFile, read_texts, write_whole
from pilotzone import env

SECRET_KEY_FILE = "secret-key"  # noqa: S105  # the name of a file


def make_folder(folder: Path) -> None:
    """Make the folder for its owner alone: what lies there opens accounts."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be made ({error.strerror}): set PILOTZONE_DATA_DIR to another."
        ) from error
    keep_private(folder, 0o700)


def keep_private(path: Path, mode: int) -> None:
    """Takes from others what they may do with a file or folder that is there, and says so."""
    found = path.stat().st_mode if path.exists() else 0
    # A folder that all share, such as /tmp, is nobody's to close.
    if not found & 0o077 or found & stat.S_ISVTX:
        return
    try:
        path.chmod(mode)
    except OSError as error:
        sys.stderr.write(f"Others on this machine can read {path}: close it to them ({error.strerror}).\n")
    else:
        sys.stderr.write(f"Others on this machine could read {path}; it is for its owner alone now.\n")


def make_database_private(path: Path) -> None:
    """Makes the file before SQLite does, which would let all read it, and makes those beside it like that one."""
    with suppress(OSError):
        # It is there already, or the folder refuses it, which whoever opens the database is told.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        keep_private(each, 0o600)


def secret_key(folder: Path) -> str:
    """A key made once and kept in the data folder (mode 0600)."""
    path = folder / SECRET_KEY_FILE
    if not path.exists():
        try:
            _make_secret_key(path)
        except OSError as error:
            raise ImproperlyConfigured(
                f"The data folder {folder} cannot be written to ({error.strerror}): make that possible, or set"
                " PILOTZONE_DATA_DIR to another."
            ) from error
    try:
        return env.strong_key(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ImproperlyConfigured(f"The secret key in {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The secret key in {path} is empty, too short, too simple or damaged: delete the file, and start again. A"
            " new key is made then, and everybody has to log in again."
        ) from error


def _make_secret_key(path: Path) -> None:
    # Processes that start at once must agree on one.
    with path.with_name("secret-key.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            write_whole(path, secrets.token_urlsafe(50))


def demo_settings(file: Path) -> dict[str, str]:
    """Return the settings that `manage.py demo` stored: setting -> its value."""
    try:
        return read_texts(file)
    except DamagedFile as error:
        raise ImproperlyConfigured(f"{error}: delete it, and start the demonstration again.") from error
    except OSError as error:
        raise ImproperlyConfigured(f"The file {file} cannot be read: {error.strerror}.") from error
