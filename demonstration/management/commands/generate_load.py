import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from demonstration.fixtures import read_demonstration
from demonstration.generated_load import MAX_PLANS, LoadRefused, generate_plans

# Seconds between two lines of progress where there is no terminal.
LOG_INTERVAL = 10


def number_of_plans(raw: str) -> int:
    if not (raw.isascii() and raw.isdecimal() and 1 <= int(raw) <= MAX_PLANS):
        raise ArgumentTypeError(f"a whole number of plans from 1 to {MAX_PLANS:,} is wanted, not {raw!r}")
    return int(raw)


class Command(BaseCommand):
    help = (
        "Fill a database for load tests: N plans of the demonstration's size, the first its own, the others copies."
        " Adds those that are missing; refuses a database that may hold somebody's work."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--times", type=number_of_plans, required=True, metavar="N", help="how many plans there shall be"
        )

        parser.add_argument(
            "--months",
            type=int,
            metavar="M",
            help="of the months of projects only the M newest, where a disk does not hold them all",
        )

    def handle(self, *args: Any, times: int, months: int | None = None, **options: Any) -> None:
        try:
            data = read_demonstration()
            interval = 0.1 if sys.stderr.isatty() else LOG_INTERVAL
            with tqdm(total=times, unit=" plans", mininterval=interval, leave=False) as bar:
                added = generate_plans(
                    times,
                    data,
                    months=months,
                    on_plan=bar.update,
                    on_totals=lambda: bar.set_description_str("Counting the totals"),
                )
        except LoadRefused as refusal:
            raise CommandError(f"{refusal} Nothing was changed: generate_load fills databases for tests.") from refusal
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database does not take the plans ({reason}). Those it has are whole.") from error
        except KeyboardInterrupt as stop:
            raise CommandError("Ended. The plans it has are whole; the same command goes on.", returncode=130) from stop
        text = "1 plan" if added == 1 else f"{added:,} plans"
        self.stdout.write(f"{text} added: {times:,} in all." if added else f"All {times:,} were there already.")
