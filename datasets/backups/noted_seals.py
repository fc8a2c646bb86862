"""The seals of the log that backups have in their manifests."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from accounts.noted_seals import SealNote, read_noted
from datasets.backups.contents import BackupError
from datasets.backups.manifest import FILE, read_manifest


def seals_of_backups(folder: Path) -> Iterator[SealNote]:
    """Yields that of a backup, or those of a folder that has some; none of one that is damaged."""
    for path in sorted([folder, *folder.iterdir()]):
        if (path / FILE).is_file():
            with suppress(BackupError, ValueError):
                backup = read_manifest(path)
                yield SealNote(read_noted(backup.seal), datetime.fromisoformat(backup.made_at), str(path))
