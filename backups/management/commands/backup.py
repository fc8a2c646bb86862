import sqlite3
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from accounts.models import User
from backups.contents import BackupError
from backups.making import make_backup
from measures.models import Plan

FIRST_FEW = 5


def is_empty() -> bool:
    """Not of a database that cannot be read: whoever copies it says what is wrong with it."""
    with suppress(DatabaseError):
        return not (User.objects.exists() or Plan.objects.exists())
    return False


class Command(BaseCommand):
    help = (
        "Copy the site to an empty folder, while it runs: all rows as of one moment, each file that one of them names,"
        " old entries of the log that were exported, and a list with checksums, which is written last; encrypted where"
        " PILOTZONE_BACKUP_RECIPIENT names a key. Not in it: settings and the secret key."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is empty, or that is to be made")
        parser.add_argument("--even-empty", action="store_true", help="also a site without an account and a plan")

    def handle(self, *args: Any, folder: Path, even_empty: bool, **options: Any) -> None:
        begin = time.monotonic()
        if not even_empty and is_empty():
            raise CommandError(
                f"The database {connection.settings_dict['NAME']} holds no account and no plan: it is hardly the site"
                " that you mean. No backup was made; --even-empty makes one."
            )
        try:
            backup = make_backup(folder, recipient=settings.PILOTZONE_BACKUP_RECIPIENT)
        except BackupError as error:
            raise CommandError(f"{error} No backup was made.") from error
        except (OSError, sqlite3.Error) as error:
            raise CommandError(
                f"No backup was made ({error}): delete what there is of it in {folder}, see to the disk, and try again."
            ) from error
        took = time.monotonic() - begin
        encrypted = f", encrypted for {backup.recipient}" if backup.recipient else ""
        self.stdout.write(
            f"Copied {sum(backup.rows.values()):,} rows in {len(backup.rows)} tables and {len(backup.copied):,} files"
            f" to {folder}{encrypted}, and read them back: {backup.size / 1_000_000:,.1f} MB in {took:.1f} s."
        )
        if backup.missing:
            named = ", ".join(backup.missing[:FIRST_FEW])
            more = f" and {len(backup.missing) - FIRST_FEW} more" if len(backup.missing) > FIRST_FEW else ""
            self.stderr.write(
                f"Missing on the site, or removed meanwhile: {len(backup.missing)} files that rows name: {named}{more}."
            )
