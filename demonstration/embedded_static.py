"""The static files of `manage.py demo` and `manage.py serve`: collected into the data folder, hashed and compressed.

`python -m demonstration.embedded_static FOLDER` makes their Brotli files, which takes so long that the server runs
already.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from whitenoise.compress import Compressor

from core.files import write_whole

# In the folders of packages, and on no page of ours.
UNUSED = ["widgetbundle.js", "datasets", "templates", "redoc", "rest_framework", "*.map"]
# What was collected; that all is compressed.
COLLECTED, COMPRESSED = ".collected", ".compressed"


def collect_static_files(folder: Path) -> None:
    """Collects the files anew where one of them has changed since the last time, each with its gzip file."""
    # Found once Django is set up.
    from django.contrib.staticfiles.management.commands import collectstatic
    from django.core.management import call_command

    from web.static_files import HashedFilesStorage

    fingerprint = _fingerprint()
    collected = folder / COLLECTED
    if collected.exists() and collected.read_text() == fingerprint:
        return
    folder.mkdir(exist_ok=True)
    command = collectstatic.Command()
    command.storage = HashedFilesStorage(folder)
    call_command(command, interactive=False, verbosity=0, clear=True, ignore_patterns=[*UNUSED])
    for name in _manifest(folder):
        # No page asks for it: all addresses are hashed.
        (folder / name).unlink()
    compressor = Compressor(use_brotli=False, quiet=True)
    with ThreadPoolExecutor() as pool:
        list(pool.map(compressor.compress, map(str, _files_with_hash(folder))))
    write_whole(collected, fingerprint)


def compress_in_background(folder: Path) -> None:
    """Starts what makes the Brotli files, where some are missing. The web server takes each once it is there."""
    if not (folder / COMPRESSED).exists():
        command = [sys.executable, "-m", "demonstration.embedded_static", str(folder)]
        nowhere = subprocess.DEVNULL
        subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=nowhere, stdout=nowhere, stderr=nowhere)


def _fingerprint() -> str:
    """A digest of the names, sizes and times of all static files."""
    from django.contrib.staticfiles.finders import get_finders

    paths = [storage.path(name) for finder in get_finders() for name, storage in finder.list(UNUSED)]
    facts = [(path, each.st_size, each.st_mtime_ns) for path in paths for each in [os.stat(path)]]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _manifest(folder: Path) -> dict[str, str]:
    """Return the file names with a hash in them, each by its plain name."""
    paths: dict[str, str] = json.loads((folder / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    return paths


def _files_with_hash(folder: Path) -> Iterator[Path]:
    """The collected files that are worth compressing, small ones first: each page needs those."""
    paths = [folder / name for name in _manifest(folder).values()]
    paths = [path for path in paths if Compressor(quiet=True).should_compress(str(path))]
    yield from sorted(paths, key=lambda path: path.stat().st_size)


def _make_brotli_files(folder: Path) -> None:
    # Whoever reads a page goes first.
    os.nice(19)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    compressor = Compressor(use_gzip=False, quiet=True)
    for path in _files_with_hash(folder):
        content, made = path.read_bytes(), path.with_name(f"{path.name}.br")
        if made.exists():
            continue
        compressed = compressor.compress_brotli(content)
        if compressor.is_compressed_effectively("Brotli", path, len(content), compressed):
            # A server that starts meanwhile must find neither half of it nor a file that is gone the next moment.
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(compressed)
            unfinished.replace(made)
    (folder / COMPRESSED).touch()


def _end_with(server: int) -> None:
    """Ends this process once the web server has; the next start goes on."""
    while os.getppid() == server:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    _make_brotli_files(Path(sys.argv[1]))
