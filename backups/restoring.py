"""Brings a backup back: files first, then all rows at once, so that no row names a file that is still to come."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from backups.contents import MADE_BY_MIGRATE, BackupError, Contents
from backups.databases import DamagedDatabase, site_database
from backups.encryption import Identity, plain_file, read_piece
from backups.manifest import EVIDENCE, LOG_ARCHIVE, Manifest, read_manifest
from core.files import written_beside
from core.own_apps import unknown_migrations
from core.progress import bar

# So many tables are named.
FIRST_FEW = 6


def readable_backup(folder: Path) -> Manifest:
    """The backup, where it is whole and this site can take it; nothing is touched. Raises BackupError."""
    backup = read_manifest(folder)
    database = site_database()
    if backup.database != database.kind:
        raise BackupError(f"The backup is of {backup.database}, and this site's database is {database.kind}.")
    if unknown := unknown_migrations(backup.migrations):
        raise BackupError(
            f"The backup is of a newer version ({backup.release}, {backup.commit}): this code lacks its migration"
            f" {'.'.join(unknown[0])}. Bring it back with that version."
        )
    backup.check(folder)
    return backup


def replaced() -> str:
    """Returns a description of the data that a restore would replace; empty where there is nothing."""
    database = site_database()
    try:
        held = database.contents()
    except DamagedDatabase as error:
        return str(error).rstrip(".")
    return "" if held.is_empty else f"The database {database.name} has {_summary(held)}"


def _summary(held: Contents) -> str:
    counts = [(count, table) for table, count in held.rows.items() if count and table not in MADE_BY_MIGRATE]
    largest = ", ".join(f"{count:,} in {table}" for count, table in sorted(counts, reverse=True)[:FIRST_FEW])
    more = f" and {len(counts) - FIRST_FEW} more tables" if len(counts) > FIRST_FEW else ""
    return f"{sum(count for count, _table in counts):,} rows ({largest}{more}) and names {len(held.files):,} files"


def put_back(backup: Manifest, folder: Path, identities: Sequence[Identity]) -> None:
    """Raises BackupError and OSError. Until the last step, which is one transaction, the rows are those of before."""
    with plain_file(folder / backup.stored_database, identities) as dump:
        _put_files_back(backup, folder, identities)
        site_database().load(dump)
    if (found := site_database().contents().rows) != backup.rows:
        differing = sorted(name for name in {*found, *backup.rows} if found.get(name) != backup.rows.get(name))
        raise BackupError(
            f"The rows came back, but something else writes to the database too ({', '.join(differing)}): stop it, and"
            " bring the backup back once more."
        )


def _put_files_back(backup: Manifest, folder: Path, identities: Sequence[Identity]) -> None:
    with bar("files", sum(piece.size for piece in backup.copied.values())) as progress:
        for name in backup.copied:
            target, mode = _place(name)
            with written_beside(target, mode=mode) as file:
                read_piece(
                    folder / backup.stored(name),
                    file,
                    identities=identities,
                    on_piece=lambda piece: progress.update(len(piece)),
                )


def _place(name: str) -> tuple[Path, int]:
    """Returns the path where a file of a backup belongs, in a folder that is there, and its mode."""
    if name.startswith(LOG_ARCHIVE):
        target, mode = settings.DATA_DIR / name, 0o600
        target.parent.mkdir(mode=0o700, exist_ok=True)
    else:
        target, mode = Path(default_storage.path(name.removeprefix(EVIDENCE))), settings.FILE_UPLOAD_PERMISSIONS
        target.parent.mkdir(parents=True, exist_ok=True)
    return target, mode
