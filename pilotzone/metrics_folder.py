"""The folders where processes keep what they count, so that whichever of them is asked for `/metrics` tells of all.

The web server and each worker of tasks have a folder of their own below one that they share; each of their processes
has its files there. A folder is alive as long as a process holds its lock: whoever starts deletes the dead ones. In
memory, since a file that grows on a full disk would end the process.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings

LOCK = "lock"
# Files of processes that have ended, put together: else each that a server replaces would leave some.
ENDED = "ended"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own there, which nobody else may open
ENVIRONMENT = "PROMETHEUS_MULTIPROC_DIR"

_held: IO[str] | None = None


def shared_folder() -> Path:
    """Return the folder that all processes of this site share."""
    if settings.PILOTZONE_METRICS_DIR:
        return Path(settings.PILOTZONE_METRICS_DIR)
    site = hashlib.sha256(str(settings.DATA_DIR).encode()).hexdigest()[:12]
    if os.access(SHARED_MEMORY, os.W_OK):
        return SHARED_MEMORY / f"pilotzone-{os.getuid()}-{site}"
    return Path(settings.DATA_DIR) / "metrics"


def begin() -> None:
    """Make the folder of a web server or a worker, before it makes other processes, and before anything is counted.
    Where no folder can be made each process counts for itself."""
    global _held
    if _held is not None:
        return
    with suppress(OSError):
        shared = shared_folder()
        shared.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shared.stat().st_uid != os.getuid():
            return
        with _locked(shared / LOCK, fcntl.LOCK_EX):
            for each in _folders(shared):
                if _is_dead(each):
                    shutil.rmtree(each, ignore_errors=True)
            own = Path(tempfile.mkdtemp(prefix="process-", dir=shared))
            _held = (own / LOCK).open("w")
            # Those that are forked hold it too, until the last of them ends.
            fcntl.flock(_held, fcntl.LOCK_SH)
        os.environ[ENVIRONMENT] = str(own)


def own_folder() -> Path | None:
    """None where this process counts for itself."""
    return None if _held is None else Path(os.environ[ENVIRONMENT])


def _folders(shared: Path) -> Iterator[Path]:
    return shared.glob("process-*")


def _is_dead(folder: Path) -> bool:
    try:
        with (folder / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass
    return True


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, kind)
        yield


def merged_metrics() -> Iterable[Any]:
    """Families of prometheus_client, of all processes together."""
    from prometheus_client.multiprocess import MultiProcessCollector

    shared = shared_folder()
    # Nobody puts files together meanwhile, which would count them twice.
    with _locked(shared / LOCK, fcntl.LOCK_SH):
        files = [str(path) for folder in _folders(shared) for path in folder.glob("*.db") if _has_begun(path)]
        found: Iterable[Any] = MultiProcessCollector.merge(files)
    return found


def retire_ended() -> None:
    """Puts together what processes of this folder counted that have ended; what they held they hold no longer."""
    own = own_folder()
    if own is None:
        return
    with _locked(own.parent / LOCK, fcntl.LOCK_EX):
        for path in own.glob("*_*.db"):
            kind, number = path.stem.rpartition("_")[::2]
            if number == ENDED or _is_alive(int(number)):
                continue
            if not kind.startswith("gauge") and _has_begun(path):
                _add_file(path, own / f"{kind}_{ENDED}.db")
            path.unlink()


def _has_begun(path: Path) -> bool:
    """A process makes its file first and gives it a size after: in between, prometheus_client cannot read it."""
    return path.stat().st_size > 0


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _add_file(path: Path, to: Path) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    total = MmapedDict(str(to))
    try:
        for key, value, _time, _position in MmapedDict.read_all_values_from_file(str(path)):
            total.write_value(key, total.read_value(key)[0] + value, 0.0)
    finally:
        total.close()
