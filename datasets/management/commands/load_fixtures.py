from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from datasets.loading import InvalidData, read_data_set, write_data_set


class Command(BaseCommand):
    help = (
        "Load a data set from a folder of CSV files (fixtures/ by default): all of it or nothing. Rows that are"
        " there already stay as they are. With bad input it lists every problem and changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.BASE_DIR / "fixtures", help="the folder with the files"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        try:
            added = write_data_set(read_data_set(folder))
        except InvalidData as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was loaded.") from error
        except DatabaseError as error:
            # What agrees in itself may still clash with rows that the site has: a section's number, a headline's place.
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database does not take the data ({reason}); nothing was loaded.") from error
        if any(added.values()):
            self.stdout.write("Loaded " + ", ".join(f"{count} {name}" for name, count in added.items() if count) + ".")
        else:
            self.stdout.write("Everything was loaded already.")
