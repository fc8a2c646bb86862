import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from measures.models import Plan
from rollups.engine import Difference
from rollups.services import verify_and_record, verify_rollups


class Command(BaseCommand):
    help = (
        "Hold every stored total against a fresh count from its rows. Changes no total. Prints each cell that differs"
        " and exits 1 when there is one, else 0. Cells that wait to be recomputed are left out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--record",
            action="store_true",
            help="also keep the result, as the check of each night does: the page /runs/ and /metrics show it",
        )

    def handle(self, *args: Any, record: bool, **options: Any) -> None:
        begin = time.monotonic()
        with tqdm(total=Plan.objects.count(), unit=" plans", leave=False, disable=None) as bar:
            if record:
                check = verify_and_record(bar.update)
                found, differing = [Difference(**each) for each in check.differences], check.differing
            else:
                found = verify_rollups(bar.update)
                differing = len(found)
        for difference in found:
            self.stdout.write(str(difference))
        if differing > len(found):
            self.stdout.write(f"… and {differing - len(found):,} more, which are not kept.")
        if record:
            self.stdout.write("The result is kept: the page /runs/ shows it.")
        if differing:
            text = "1 cell differs" if differing == 1 else f"{differing:,} cells differ"
            raise CommandError(f"{text}; `manage.py refresh_rollups --all` recomputes every cell from its rows.")
        took = time.monotonic() - begin
        self.stdout.write(f"Every stored total is what its rows say. Checked in {took:.1f} s.")
