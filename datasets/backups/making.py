"""Makes a backup: rows first, in one snapshot, then each file that one of them names."""

import hashlib
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from core.files import copy_whole
from core.release import commit, release
from datasets.backups.contents import BackupError
from datasets.backups.databases import site_database
from datasets.backups.manifest import EVIDENCE, Manifest, Piece, piece_of
from datasets.backups.progress import bar


def make_backup(folder: Path) -> Manifest:
    """Copies the site to a folder that is empty or not there. Raises BackupError and OSError: then it is not whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: name another folder.")
    # Real time, also where the day is pinned.
    made_at = timezone.now().isoformat(timespec="seconds")
    database = site_database()
    held = database.dump(folder / database.file)
    copied, missing = _copy_files(held.files, folder)
    manifest = Manifest(
        release=release(),
        commit=commit(),
        made_at=made_at,
        database=database.kind,
        migrations=held.migrations,
        rows=held.rows,
        files={database.file: piece_of(folder / database.file), **copied},
        missing=missing,
    )
    manifest.write(folder)
    return manifest


def _copy_files(names: list[str], folder: Path) -> tuple[dict[str, Piece], list[str]]:
    """What was copied, and what was not there.

    A file is stored before its row is committed: each that a row of the snapshot names is there, unless its piece of
    evidence was removed since.
    """
    copied: dict[str, Piece] = {}
    missing: list[str] = []
    if names:
        (folder / EVIDENCE).mkdir(mode=0o700)
    with bar("files") as progress:
        for name in names:
            target = folder / EVIDENCE / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest = hashlib.sha256()

            def note(piece: bytes, digest: "hashlib._Hash" = digest) -> None:
                digest.update(piece)
                progress.update(len(piece))

            try:
                with default_storage.open(name) as source:
                    copy_whole(source, target, on_piece=note)
            except FileNotFoundError:
                missing.append(name)
            else:
                copied[EVIDENCE + name] = Piece(target.stat().st_size, digest.hexdigest())
    return copied, missing
