from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from ledger.export import export_folder, export_workbook
from measures.models import Plan


class Command(BaseCommand):
    help = (
        "Write the ledger of a plan: all that the site holds of it, as `manage.py load_data` reads it. A workbook where"
        " the name ends with .xlsx, else a folder of CSV files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination", type=Path, help="the workbook (.xlsx), or the folder to be filled")
        parser.add_argument("--format", choices=["xlsx", "csv"], help="whatever the name ends with")
        parser.add_argument("--plan", metavar="SLUG", help="the current one by default")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, destination: Path, plan: str | None, language: str, **options: Any) -> None:
        if not Plan.objects.exists():
            raise CommandError("There is no plan yet.")
        chosen = Plan.objects.filter(slug=plan).first() if plan else Plan.objects.current()
        if chosen is None:
            raise CommandError(f"There is no plan {plan}.")
        is_workbook = (options["format"] or destination.suffix.lstrip(".")) == "xlsx"
        try:
            with override(language):
                if is_workbook:
                    with open(destination, "wb") as output:
                        count = export_workbook(chosen, output)
                else:
                    count = export_folder(chosen, destination)
        except OSError as error:
            raise CommandError(f"{destination} cannot be written ({error.strerror}).") from error
        self.stdout.write(f"Wrote {count:,} rows of {chosen.slug} to {destination}.")
