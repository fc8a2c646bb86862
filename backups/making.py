"""Makes a backup: rows first, in one snapshot, then each file that one of them names, and what is old in the log, which
has left the rows once its file is there."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from audit.archive import archive_files
from backups.contents import BackupError
from backups.databases import site_database
from backups.encryption import Source, write_piece
from backups.manifest import ENCRYPTED, EVIDENCE, LOG_ARCHIVE, Manifest, Piece
from core.progress import bar
from core.release import commit, release


def make_backup(folder: Path, *, recipient: str = "", is_scheduled: bool = False) -> Manifest:
    """Copies the site to a folder that is empty or not there, encrypted for a public key where one is given, and reads
    all of it back. Raises BackupError and OSError: then it is not whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: name another folder.")
    # Real time, also where the day is pinned.
    made_at = timezone.now().isoformat(timespec="seconds")
    database = site_database()
    end = ENCRYPTED if recipient else ""
    held, dumped = database.dump(folder / f"{database.file}{end}", recipient)
    sources: dict[str, Callable[[], Source]] = {}
    for name in held.files:
        sources[f"{EVIDENCE}{name}"] = partial(default_storage.open, name)
    for path in archive_files():
        sources[f"{LOG_ARCHIVE}{path.name}"] = partial(_open, path)
    copied, missing = _copy_files(sources, folder, recipient)
    manifest = Manifest(
        release=release(),
        commit=commit(),
        made_at=made_at,
        database=database.kind,
        migrations=held.migrations,
        rows=held.rows,
        files={f"{database.file}{end}": dumped, **copied},
        missing=missing,
        recipient=recipient,
        is_scheduled=is_scheduled,
        seal=held.seal,
    )
    manifest.check(folder)
    manifest.write(folder)
    return manifest


def _open(path: Path) -> Source:
    return path.open("rb")


def _copy_files(
    sources: Mapping[str, Callable[[], Source]], folder: Path, recipient: str
) -> tuple[dict[str, Piece], list[str]]:
    """`sources`: folder and name -> what opens it. What was copied, and which evidence was not there.

    A file is stored before its row is committed: each that a row of the snapshot names is there, unless its piece of
    evidence was removed since.
    """
    copied: dict[str, Piece] = {}
    missing: list[str] = []
    with bar("files") as progress:
        for name, open_source in sources.items():
            stored = f"{name}{ENCRYPTED if recipient else ''}"
            target = folder / stored
            # Of several folders that are made at once only the last has the mode.
            (folder / name.partition("/")[0]).mkdir(exist_ok=True, mode=0o700)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with open_source() as source:
                    copied[stored] = write_piece(
                        source, target, recipient=recipient, on_read=lambda piece: progress.update(len(piece))
                    )
            except FileNotFoundError:
                missing.append(name.removeprefix(EVIDENCE))
    return copied, missing
