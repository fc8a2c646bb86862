import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rollups.services import rebuild_rollups, refresh_stale_rollups


class Command(BaseCommand):
    help = (
        "Recompute the stored totals from their rows: those that some change has marked, or with --all every one."
        " May run at any time and any number of times; pages show the old totals until the new ones are complete."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="recompute every cell, marked or not")

    def handle(self, *args: Any, **options: Any) -> None:
        begin = time.monotonic()
        cells = rebuild_rollups().cells if options["all"] else refresh_stale_rollups()
        took = time.monotonic() - begin
        if not cells and not options["all"]:
            self.stdout.write("No cell waits: nothing to do. With --all every cell is recomputed.")
            return
        text = "1 cell" if cells == 1 else f"{cells:,} cells"
        self.stdout.write(f"{text} recomputed in {took:.1f} s.")
