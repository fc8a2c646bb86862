import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.log import Event, log_event_of_log
from audit.noted_seals import keep_restorations, note_restoration, restorations
from backups.contents import BackupError
from backups.encryption import identities_for
from backups.restoring import put_back, readable_backup, replaced
from rollups.services import rebuild_rollups, verify_rollups


class Command(BaseCommand):
    help = (
        "Bring back what `manage.py backup` copied. Checks it before anything is touched; brings rows of an older"
        " version up to this one; recomputes all totals and checks them. Stop web server, worker and beat before."
    )

    # They ask the database, which may be damaged: that is what a backup is for.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that `manage.py backup` filled")
        parser.add_argument("--identity", type=Path, help="the file with the secret key of an encrypted backup")
        parser.add_argument("--replace", action="store_true", help="also where the database has rows: these are lost")

    def handle(self, *args: Any, folder: Path, identity: Path | None, replace: bool, **options: Any) -> None:
        begin = time.monotonic()
        try:
            backup = readable_backup(folder)
            identities = identities_for(backup, identity)
            if lost := replaced():
                if not replace:
                    raise CommandError(f"{lost}: with --replace the backup takes its place. Nothing was changed.")
                self.stdout.write(f"{lost}: replaced.")
            earlier = restorations()
            try:
                put_back(backup, folder, identities)
            finally:
                # Also where it broke off: the backup's list may have taken the place of this site's.
                keep_restorations(earlier)
            note_restoration(datetime.fromisoformat(backup.made_at))
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        log_event_of_log(Event.RESTORED, made_at=backup.made_at)
        cells = rebuild_rollups().cells
        differing = verify_rollups()
        took = time.monotonic() - begin
        self.stdout.write(
            f"Brought back {sum(backup.rows.values()):,} rows in {len(backup.rows)} tables and {len(backup.copied):,}"
            f" files, as of {backup.made_at}; recomputed {cells:,} cells of totals: {took:.1f} s."
        )
        if backup.missing:
            self.stderr.write(f"{len(backup.missing)} files that rows name were missing when the backup was made.")
        if differing:
            raise CommandError(f"{len(differing)} cells differ from their rows: `manage.py verify_rollups` names them.")
