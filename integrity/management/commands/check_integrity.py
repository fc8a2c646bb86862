from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from integrity.checks import Severity, all_checks
from integrity.running import found_in, run_and_keep
from integrity.shown import first_lines


class Command(BaseCommand):
    help = (
        "Look for rows that are wrong in ways that the database cannot forbid, by the checks in"
        " integrity/checks. Changes nothing but the result that the page /integrity/ and /metrics show. Exits"
        " 1 where an error was found, or a check could not run; else 0."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--severity",
            choices=Severity.values,
            default=Severity.INFO,
            help="only checks that are as bad as this one, or worse",
        )

    def handle(self, *args: Any, severity: str, **options: Any) -> None:
        worst_first = list(Severity)
        shown = worst_first[: worst_first.index(Severity(severity)) + 1]
        run = run_and_keep()
        errors = failed = 0
        for check in all_checks():
            found = found_in(run, check)
            assert found is not None
            if check.severity not in shown:
                continue
            errors += found.count if check.severity == Severity.ERROR else 0
            failed += bool(found.error)
            with translation.override("en"):
                title = check.said("title")
            self.stdout.write(f"{check.severity.value:<8} {found.count:>6}  {check.name}: {title}")
            self.stdout.writelines(f"         {line}\n" for line in first_lines(found))
        if errors or failed:
            raise CommandError(f"Rows that are errors: {errors:,}. Checks that could not run: {failed:,}.")
