from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from datasets.loading import SHARED, InvalidData, SiteRow, find_differing, read_data_set, write_data_set
from measures.models import Plan

# So many are named.
FIRST_FEW = 5


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
            data = read_data_set(folder)
            others = Plan.objects.exclude(slug__in={row["slug"] for row in data.rows["plans"]})
            differing = find_differing(data)
            added = write_data_set(data)
        except InvalidData as error:
            self.stderr.write("\n".join(map(str, error.problems)))
            raise CommandError(f"{len(error.problems)} problems; nothing was loaded.") from error
        except DatabaseError as error:
            # What agrees in itself may still clash with rows that the site has: a section's number, a headline's place.
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database does not take the data ({reason}); nothing was loaded.") from error
        loaded = ", ".join(f"{count} {name}" for name, count in added.items() if count)
        self.stdout.write(f"Loaded {loaded}." if loaded else "Everything was loaded already.")
        # What a plan brings besides its own rows is there for every plan.
        if others.exists() and (shared := ", ".join(f"{added[name]} {name}" for name in SHARED if added[name])):
            self.stdout.write(f"Of these {shared} belong to the site, and so to its other plans too.")
        self.stdout.writelines(_kept(differing))


def _kept(differing: list[SiteRow]) -> Iterator[str]:
    for name, each in groupby(differing, key=attrgetter("file")):
        rows = list(each)
        named = ", ".join(f"{row.name} ({', '.join(row.columns)})" for row in rows[:FIRST_FEW])
        more = f" and {len(rows) - FIRST_FEW} more" if len(rows) > FIRST_FEW else ""
        yield f"Left as the site has them, with other values than in {name}.csv: {len(rows)} {name}: {named}{more}.\n"
