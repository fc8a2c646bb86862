"""What the settings read from the data folder. A file that cannot be used stops the start with a sentence."""

import fcntl
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from core.files import DamagedFile, read_texts, write_whole
from pilotzone import env

SECRET_KEY_FILE = "secret-key"  # noqa: S105  # the name of a file


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be made ({error.strerror}): set PILOTZONE_DATA_DIR to another."
        ) from error


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
    """What `manage.py demo` stored: setting -> its value."""
    try:
        return read_texts(file)
    except DamagedFile as error:
        raise ImproperlyConfigured(f"{error}: delete it, and start the demonstration again.") from error
    except OSError as error:
        raise ImproperlyConfigured(f"The file {file} cannot be read: {error.strerror}.") from error
