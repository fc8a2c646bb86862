import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditlog.models import LogEntry
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import override
from tqdm import tqdm

from accounts.models import LogSeal
from audit.archive import DamagedArchive, check_archive
from audit.chain import Check
from audit.check import check_log
from audit.noted_seals import NotedSeal, read_noted, restorations

NO_PLACE = (
    "No seal stands outside of the database, in a backup or in PILOTZONE_SEAL_FILE: a chain that was made anew as a"
    " whole would not show, but with --seal."
)
# Where more lies than the site itself knows of.
PLACES = (
    ("--archives", "FOLDER", "where files of old entries lie, besides the data folder"),
    ("--seals", "PATH", "a file of seals, or a folder of backups, to compare with besides those of the settings"),
)


def noted_seal(text: str) -> NotedSeal:
    try:
        return read_noted(text)
    except ValueError:
        raise ArgumentTypeError("it must be NUMBER:DIGEST, as the log of the server has it") from None


class Command(BaseCommand):
    help = (
        "Hold the log (who did what) against its seals: each entry against its digest, and each seal against the one"
        " before. Changes nothing. Names each entry that was altered, removed or inserted, and each break of the chain;"
        " exits 1 when there is one, or no entry at all, else 0."
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
        parser.add_argument("--even-empty", action="store_true", help="a log without entries is no fault")
        for option, metavar, words in PLACES:
            words = f"{words}; may be given several times"
            parser.add_argument(option, type=Path, action="append", default=[], metavar=metavar, help=words)
        parser.add_argument("--file", type=Path, help="check a file of pruned entries instead")

    def handle(
        self,
        *args: Any,
        seal: Sequence[NotedSeal],
        archives: Sequence[Path],
        seals: Sequence[Path],
        file: Path | None,
        even_empty: bool,
        **options: Any,
    ) -> None:
        begin = time.monotonic()
        with override("en"):
            check = self.check_file(file) if file else self.check_database(seal, archives, seals)
            for finding in check.findings:
                self.stdout.write(str(finding))
        if check.found > len(check.findings):
            self.stdout.write(f"… and {check.found - len(check.findings):,} more.")
        took = time.monotonic() - begin
        self.stdout.write(
            f"Checked {check.checked:,} entries in {took:.1f} s; the newest seal is {check.last or 'none'}."
        )
        if not file:
            self.tell_with_what(check)
        if check.found:
            text = "1 fault" if check.found == 1 else f"{check.found:,} faults"
            raise CommandError(f"{text}: keep the database and the log of the server as they are, and find out why.")
        if not (file or even_empty or LogEntry.objects.exists()):
            raise CommandError(
                f"The log in the database {connection.settings_dict['NAME']} has no entries: it is hardly that of the"
                " site that you mean, or all of it is gone. With --even-empty that is no fault."
            )
        self.stdout.write("Every entry is as it was sealed.")

    def check_database(self, noted: Sequence[NotedSeal], archives: Sequence[Path], places: Sequence[Path]) -> Check:
        with tqdm(total=LogSeal.objects.count(), unit=" entries", leave=False, disable=None) as bar:
            try:
                return check_log(noted=noted, archives=archives, places=places, on_progress=bar.update)
            except OSError as error:
                raise CommandError(str(error)) from error

    def tell_with_what(self, check: Check) -> None:
        """Says with which seals of elsewhere it was compared, and what cannot be told."""
        places = ", ".join(check.places)
        self.stdout.write(f"Compared with the seals in {places}." if places else NO_PLACE)
        for each in restorations():
            self.stdout.write(
                f"The backup of {each.made_at} was brought back at {each.restored_at}: what was noted in between is"
                " passed over."
            )
        if check.skipped and connection.vendor == "postgresql":
            self.stdout.write(
                f"{check.skipped:,} ids have no entry: transactions that were rolled back leave such, and so does"
                " whoever removes an entry before it is sealed."
            )

    def check_file(self, file: Path) -> Check:
        try:
            return check_archive(file)
        except (DamagedArchive, OSError) as error:
            raise CommandError(str(error)) from error
