"""`./run demo`: prepares the demonstration's data, then becomes its web server."""

import json
import os
import sys
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.services import DEMO_PASSWORDS, make_demo_accounts
from core.files import DamagedFile, read_texts, write_whole
from datasets.demo_months.writing import make_months
from datasets.demonstration import FOLDER as FIXTURES
from datasets.embedded_site import EmbeddedSiteCommand
from measures.models import Plan
from rollups.services import refresh_stale_rollups

# The day of the article whose figures the first page shows.
PINNED_DAY = "2023-08-29"
# The plan is of January; the first reports are of the month after.
FIRST_REPORTING_MONTH = "2023-02"


class Command(EmbeddedSiteCommand):
    help = "Start the dashboard with its demonstration data. Ctrl-C ends it."

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        self._pin_day()
        self.stdout.write(f"Preparing the data in {settings.DATA_DIR} …")
        call_command("migrate", verbosity=0, interactive=False)
        if not Plan.objects.exists():
            call_command("load_data", FIXTURES, stdout=self.stdout)
        if months := make_months(date.fromisoformat(PINNED_DAY)):
            self.stdout.write(f"Made {months} months of projects.")
        refresh_stale_rollups()
        try:
            make_demo_accounts(settings.DATA_DIR / DEMO_PASSWORDS)
        except DamagedFile as error:
            raise CommandError(f"{error}: delete it, and start again. The accounts get new passwords then.") from error
        self.serve(host, port)

    def _pin_day(self) -> None:
        """Stores the pinned day in the data folder, so that every command on this folder uses the same day."""
        pinned = {
            "PILOTZONE_TODAY": os.environ.get("PILOTZONE_TODAY", "").strip() or PINNED_DAY,
            "PILOTZONE_FIRST_REPORTING_MONTH": FIRST_REPORTING_MONTH,
            "PILOTZONE_PUBLIC_READING": os.environ.get("PILOTZONE_PUBLIC_READING", "").strip() or "on",
        }
        file = settings.DEMO_FILE
        # Where another start wrote the file after these settings were read, they have to be read again too.
        if settings.PILOTZONE_DEMO and read_texts(file) == pinned:
            return
        # Half a file would stop every later command.
        write_whole(file, json.dumps(pinned))
        # Starts again, with settings that include the file.
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606  # our own interpreter, no shell
