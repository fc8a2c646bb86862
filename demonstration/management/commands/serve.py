"""`./run serve`: prepares a site of one's own, empty at first, then becomes its web server."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from demonstration.embedded_site import EmbeddedSiteCommand, root_address
from rollups.services import refresh_stale_rollups


class Command(EmbeddedSiteCommand):
    help = "Start a site of your own on the embedded database, empty at first. Ctrl-C ends it."

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        if settings.PILOTZONE_DEMO:
            raise CommandError(
                f"The folder {settings.DATA_DIR} holds the demonstration, whose day is pinned: name another one with"
                " --data-dir or PILOTZONE_DATA_DIR."
            )
        self.stdout.write(f"Preparing the data in {settings.DATA_DIR} …")
        call_command("migrate", verbosity=0, interactive=False)
        refresh_stale_rollups()
        # E-mails name the address of the site.
        root = os.environ.setdefault("PILOTZONE_SITE_URL", root_address(host, port))
        # Each start makes a new link, until a password is set.
        call_command("first_administrator", site_url=root, verbosity=0, stdout=self.stdout)
        self.serve(host, port)
