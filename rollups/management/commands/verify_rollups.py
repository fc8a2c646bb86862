import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from measures.models import Plan
from rollups.consistency import contradictions
from rollups.engine import Difference
from rollups.services import verify_and_record, verify_rollups


class Command(BaseCommand):
    help = (
        "Hold every stored total against a fresh count from its rows. Changes no total. Prints each cell that differs,"
        " and each row that contradicts another, such as a measure in a section of another plan; exits 1 when there is"
        " one, else 0. Cells that wait to be recomputed are left out."
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
        wrong = list(contradictions())
        for sentence in wrong:
            self.stdout.write(sentence)
        if record:
            self.stdout.write("The result is kept: the page /runs/ shows it.")
        if sentences := list(_refusals(found, differing, wrong=len(wrong))):
            raise CommandError(" ".join(sentences))
        took = time.monotonic() - begin
        self.stdout.write(f"Every stored total is what its rows say. Checked in {took:.1f} s.")


def _refusals(found: list[Difference], differing: int, *, wrong: int) -> Iterator[str]:
    uncountable = sum(bool(each.error) for each in found)
    if count := differing - uncountable:
        text = "1 cell differs" if count == 1 else f"{count:,} cells differ"
        yield f"{text}; `manage.py refresh_rollups --all` recomputes every cell from its rows."
    if uncountable:
        text = "1 cell cannot be counted" if uncountable == 1 else f"{uncountable:,} cells cannot be counted"
        yield f"{text}: correct the rows of it that the error speaks of."
    if wrong:
        text = "1 row contradicts" if wrong == 1 else f"{wrong:,} rows contradict"
        yield f"{text} another, see above; correct it in the administration."
