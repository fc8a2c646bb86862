"""The seals of the log that backups have in their manifests."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from audit.noted_seals import SealNote, read_noted
from backups.contents import BackupError
from backups.manifest import FILE, read_manifest


def seals_of_backups(folder: Path, *, is_deep: bool = True) -> Iterator[SealNote]:
    """Yields that of a backup, or those of a folder that has some; none of one that is damaged, that goes meanwhile,
    or that is another's. Without `is_deep` only that of the last by name, which begins with the day: the list of a
    backup names each file of evidence."""
    for path in sorted([folder, *folder.iterdir()], reverse=True):
        with suppress(BackupError, ValueError, OSError):
            if (path / FILE).is_file():
                backup = read_manifest(path)
                yield SealNote(read_noted(backup.seal), datetime.fromisoformat(backup.made_at), str(path))
                if not is_deep:
                    return
