import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override
from tqdm import tqdm

from accounts.log_archive import DamagedArchive, check_archive
from accounts.log_check import Check, NotedSeal, check_log, read_noted
from accounts.models import LogSeal


def noted_seal(text: str) -> NotedSeal:
    try:
        return read_noted(text)
    except ValueError:
        raise ArgumentTypeError("it must be NUMBER:DIGEST, as the log of the server has it") from None


class Command(BaseCommand):
    help = (
        "Hold the log (who did what) against its seals: each entry against its digest, and each seal against the one"
        " before. Changes nothing. Names each entry that was altered, removed or inserted, and each break of the chain;"
        " exits 1 when there is one, else 0."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seal",
            type=noted_seal,
            action="append",
            default=[],
            metavar="NUMBER:DIGEST",
            help="a seal that the log must have, from a line of the log of the server; may be given several times",
        )
        parser.add_argument("--file", type=Path, help="check a file of pruned entries instead")

    def handle(self, *args: Any, seal: Sequence[NotedSeal], file: Path | None, **options: Any) -> None:
        begin = time.monotonic()
        with override("en"):
            check = self.check_file(file) if file else self.check_database(seal)
            for finding in check.findings:
                self.stdout.write(str(finding))
        if check.found > len(check.findings):
            self.stdout.write(f"… and {check.found - len(check.findings):,} more.")
        took = time.monotonic() - begin
        self.stdout.write(
            f"Checked {check.checked:,} entries in {took:.1f} s; the newest seal is {check.last or 'none'}."
        )
        if check.found:
            text = "1 fault" if check.found == 1 else f"{check.found:,} faults"
            raise CommandError(f"{text}: keep the database and the log of the server as they are, and find out why.")
        self.stdout.write("Every entry is as it was sealed.")

    def check_database(self, noted: Sequence[NotedSeal]) -> Check:
        with tqdm(total=LogSeal.objects.count(), unit=" entries", leave=False, disable=None) as bar:
            return check_log(noted=noted, on_progress=bar.update)

    def check_file(self, file: Path) -> Check:
        try:
            return check_archive(file)
        except (DamagedArchive, OSError) as error:
            raise CommandError(str(error)) from error
