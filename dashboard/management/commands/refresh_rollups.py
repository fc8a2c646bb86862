from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.services import rebuild_rollups, refresh_stale_rollups


class Command(BaseCommand):
    help = "Recompute the stored totals: those that some change has marked, or with --all every one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="recompute every cell, marked or not")

    def handle(self, *args: Any, **options: Any) -> None:
        cells = rebuild_rollups().cells if options["all"] else refresh_stale_rollups()
        self.stdout.write(f"{cells} cells recomputed.")
