from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backups.contents import BackupError
from backups.databases import database_of_kind
from backups.encryption import identities_for, plain_file, read_piece
from backups.manifest import read_manifest


class Command(BaseCommand):
    help = (
        "Say whether a backup is whole: reads each of its files and compares the checksum, and reads its rows to their"
        " end. Of an encrypted one the checksums alone, but all with --identity. Changes nothing."
    )

    # It asks the backup alone.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that `manage.py backup` filled")
        parser.add_argument("--identity", type=Path, help="the file with the secret key of an encrypted backup")

    def handle(self, *args: Any, folder: Path, identity: Path | None, **options: Any) -> None:
        try:
            backup = read_manifest(folder)
            backup.check(folder)
            is_readable = not backup.recipient or identity is not None
            if is_readable:
                identities = identities_for(backup, identity)
                with plain_file(folder / backup.stored_database, identities) as dump:
                    database_of_kind(backup.database).check(dump)
                with Path("/dev/null").open("wb") as nowhere:
                    for name in backup.copied:
                        read_piece(
                            folder / backup.stored(name), nowhere, identities=identities, on_piece=lambda piece: None
                        )
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        read = "its rows can be read" if is_readable else "its rows were not read, since it is encrypted: --identity"
        self.stdout.write(
            f"The backup of {backup.made_at} is whole: {sum(backup.rows.values()):,} rows, {len(backup.copied):,}"
            f" files, {backup.size / 1_000_000:,.1f} MB; {read}."
        )
