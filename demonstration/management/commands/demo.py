"""`./run demo`: prepares the demonstration's data, then becomes its web server."""

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import User
from core.files import DamagedFile, read_texts, write_whole
from demonstration.accounts import DEMO_ACCOUNTS, DEMO_PASSWORDS, make_demo_accounts
from demonstration.embedded_site import EmbeddedSiteCommand
from demonstration.fixtures import FOLDER as FIXTURES
from demonstration.months.writing import make_months
from measures.models import Plan
from projects.models import ProjectMonth
from rollups.services import refresh_stale_rollups

# Its plan.
DEMONSTRATION = "shandong-2023-2025"
# The day of the article whose figures the first page shows.
PINNED_DAY = "2023-08-29"
# The plan is of January; the first reports are of the month after.
FIRST_REPORTING_MONTH = "2023-02"


@contextmanager
def without_garbage_collector() -> Iterator[None]:
    """Turns the garbage collector off in the block: looking again and again through what stays until the end takes a
    fifth of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Command(EmbeddedSiteCommand):
    help = "Start the dashboard with its demonstration data. Ctrl-C ends it."

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        self._refuse_another_site()
        self._pin_day()
        self.stdout.write(f"Preparing the data in {settings.DATA_DIR} …")
        with without_garbage_collector():
            self._prepare()
        self.serve(host, port)

    def _prepare(self) -> None:
        self.stdout.write("Making the tables …")
        call_command("migrate", verbosity=0, interactive=False)
        try:
            make_demo_accounts(settings.DATA_DIR / DEMO_PASSWORDS, meanwhile=self._fill)
        except DamagedFile as error:
            raise CommandError(f"{error}: delete it, and start again. The accounts get new passwords then.") from error

    def _refuse_another_site(self) -> None:
        """Accounts whose passwords are printed, one of them a superuser's, are not for a site of somebody's own."""
        database = connection.settings_dict["NAME"]
        if settings.PILOTZONE_DEMO and str(database) == str(settings.EMBEDDED_DATABASE):
            return
        # Before anything is made or migrated.
        if User._meta.db_table not in connection.introspection.table_names():
            return
        people = set(User.objects.values_list("username", flat=True))
        plans = set(Plan.objects.values_list("slug", flat=True))
        has_its_people = not people or people >= DEMO_ACCOUNTS.keys()
        is_demonstration = settings.PILOTZONE_DEMO and has_its_people and plans <= {DEMONSTRATION}
        if (people or plans) and not is_demonstration:
            raise CommandError(
                f"The database {database} holds another site ({len(people)} accounts, {len(plans)} plans), and nothing"
                " of it was changed: the demonstration would add accounts with printed passwords. Start it with"
                " another PILOTZONE_DATA_DIR, or with --data-dir, and without DATABASE_URL."
            )

    def _fill(self) -> None:
        if not Plan.objects.exists():
            self.stdout.write("Loading the plan, its measures and projects …")
            call_command("load_data", FIXTURES, unlikely_is_so=True, stdout=self.stdout, verbosity=0)
        if not ProjectMonth.objects.exists():
            self.stdout.write("Making months of projects …")
            make_months(date.fromisoformat(PINNED_DAY))
        refresh_stale_rollups()

    def _pin_day(self) -> None:
        """Stores the pinned day in the data folder, so that every command on this folder uses the same day."""
        pinned = {
            "PILOTZONE_TODAY": os.environ.get("PILOTZONE_TODAY", "").strip() or PINNED_DAY,
            "PILOTZONE_FIRST_REPORTING_MONTH": FIRST_REPORTING_MONTH,
            "PILOTZONE_PUBLIC_READING": os.environ.get("PILOTZONE_PUBLIC_READING", "").strip() or "on",
        }
        file = settings.DEMO_FILE
        # Another start may have written the file after these settings were read.
        if settings.PILOTZONE_DEMO and read_texts(file) == pinned:
            return
        # Half a file would stop every later command.
        write_whole(file, json.dumps(pinned))
        # The web server reads it with all settings. What is made here depends on these two; to start this process again
        # for them would take a second.
        settings.PILOTZONE_TODAY = date.fromisoformat(pinned["PILOTZONE_TODAY"])
        settings.PILOTZONE_FIRST_REPORTING_MONTH = date.fromisoformat(f"{FIRST_REPORTING_MONTH}-01")
