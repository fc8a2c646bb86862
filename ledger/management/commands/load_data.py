from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import override

from accounts.models import User
from core.exceptions import NotAllowed
from core.progress import bar
from integrity.shown import CheckRow, findings_of, first_lines, said_of_load
from ledger.answers import read_answers
from ledger.commit import LoadRefused, commit_ledger
from ledger.last_changes import LastChange, last_changes
from ledger.matching import MatchQuestion
from ledger.merging import CellName, Item, What
from ledger.preview import Preview, preview
from ledger.questions import Question
from ledger.reading import known_matches, only_what_may_be_loaded, read_ledger, with_names
from ledger.report_changes import said_of_changes
from ledger.rows import Fault, Ledger
from ledger.sentences import FileRefused
from ledger.sheets import SHEETS
from ledger.shown import in_order_of_file
from ledger.take_back import take_back
from ledger.written import written_text
from measures.models import Load, Plan
from rollups.services import refresh_stale_rollups

# So many rows and faults are printed; the number of all is.
MOST_PRINTED = 200


def _answer(text: str) -> tuple[str, str]:
    key, equals, value = text.rpartition("=")
    if not equals:
        raise ArgumentTypeError(f"a column and a choice are wanted, as sheet.column=choice, not {text!r}")
    return key, value


def _answers_of(path: Path | None) -> dict[str, str]:
    """Returns the answers that stand in a file."""
    if path is None:
        return {}
    try:
        return read_answers(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as text ({error}). Nothing was changed.") from error
    except FileRefused as error:
        raise CommandError(f"{path}: {error} Nothing was changed.") from error


class Command(BaseCommand):
    help = (
        "Load the ledger of a plan, a workbook or a folder of CSV files: all of it or nothing. Rows that the site has"
        " are updated, what is not in the file stays. With bad input it lists every fault and changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", type=Path, help="the workbook (.xlsx, .xls, .ods), CSV file, ZIP or folder"
        )
        parser.add_argument("--plan", metavar="SLUG", help="the plan that it is of, where the file does not say")
        parser.add_argument("--preview", action="store_true", help="only say what would be loaded")
        parser.add_argument("--leave-out-wrong", action="store_true", help="load the rows that are right")
        parser.add_argument(
            "--change", action="store_true", help="change and remove rows of the site as the file says: see --preview"
        )
        parser.add_argument(
            "--unlikely-is-so", action="store_true", help="load what is unlikely as it stands: see --preview"
        )
        parser.add_argument(
            "--conflicts",
            choices=["file", "site"],
            help="which value holds in cells that were changed in the file and on the site",
        )
        parser.add_argument(
            "--answer",
            action="append",
            type=_answer,
            default=[],
            metavar="QUESTION=CHOICE",
            help="what a sheet, a column or its cells are that may be several things; may be given again",
        )
        parser.add_argument(
            "--columns",
            type=Path,
            metavar="FILE",
            help="such answers, one a line: the page of an uploaded file writes them",
        )
        parser.add_argument("--by", metavar="ACCOUNT", help="the reviewer who loads it; changes of terms need one")
        parser.add_argument(
            "--take-back", type=int, metavar="LOAD", help="undo the load of that number, as long as nothing rests on it"
        )
        parser.add_argument("--reason", default="", help="why terms change, or why a load is taken back")

    def handle(self, *args: Any, path: Path | None, plan: str | None, by: str | None, **options: Any) -> None:
        person = User.objects.filter(username=by).first() if by else None
        if by and person is None:
            raise CommandError(f"There is no account {by}.")
        with override("en"):
            try:
                if options["take_back"] is not None:
                    self._take_back(options["take_back"], person, options["reason"])
                else:
                    self._load_path(path, plan, person, options)
            except (FileRefused, NotAllowed) as error:
                raise CommandError(f"{error} Nothing was changed.") from error
            except DatabaseError as error:
                reason = str(error).strip().splitlines()[0]
                raise CommandError(f"The database does not take the data ({reason}); nothing was changed.") from error

    def _load_path(self, path: Path | None, plan: str | None, by: User | None, options: dict[str, Any]) -> None:
        if path is None or not path.exists():
            raise CommandError(f"{path} is not there." if path else "Name a file or a folder, or --take-back a load.")
        answers = known_matches() | _answers_of(options["columns"]) | dict(options["answer"])
        ledger, chosen = self._read(path, answers, plan, by)
        if options["preview"]:
            self._print(preview(ledger, chosen, has_person=by is not None))
        else:
            self._load(ledger, chosen, by, options)

    def _take_back(self, number: int, by: User | None, reason: str) -> None:
        load = Load.objects.filter(pk=number).first()
        if load is None:
            raise CommandError(f"There is no load {number}.")
        take_back(load, by=by, reason=reason)
        refresh_stale_rollups()
        self.stdout.write(f"Load {number} was taken back: {_counted(load.rows.values_list('sheet', 'what'))}.")

    def _read(
        self, path: Path, answers: dict[str, str], plan: str | None, by: User | None
    ) -> tuple[Ledger, Plan | None]:
        reading = only_what_may_be_loaded(read_ledger(path, answers), by=by)
        chosen = _plan_of(reading.ledger, plan)
        reading = with_names(reading, chosen, answers)
        for notice in reading.notices:
            self.stderr.write(notice)
        asked: list[Question | MatchQuestion] = [*reading.unmatched, *reading.questions]
        if asked:
            for each in asked:
                choices = ", ".join(f"{value} ({label})" for value, label in each.choices)
                self.stderr.write(f"{each.key}, such as {', '.join(each.examples)}: one of {choices}")
            first = asked[0]
            example = f"--answer '{first.key}={first.guess or first.choices[0][0]}'"
            wanted = "These sheets, columns or names may be several, or their cells mean several things"
            raise CommandError(f"{wanted}: say which, for example with {example}. Nothing was changed.")
        return reading.ledger, chosen

    def _load(self, ledger: Ledger, plan: Plan | None, by: User | None, options: dict[str, Any]) -> None:
        follows: list[str] = []
        with bar("Sheets", len(SHEETS), unit=" sheets") as sheets:

            def advance(sheet: str) -> None:
                sheets.set_description_str(sheet)
                sheets.update()

            try:
                load = commit_ledger(
                    ledger,
                    plan,
                    by=by,
                    answers=_answers(ledger, plan, options["conflicts"]),
                    leave_out_wrong=options["leave_out_wrong"],
                    confirmed=options["change"],
                    unlikely_is_so=options["unlikely_is_so"],
                    reason=options["reason"],
                    on_preview=lambda seen: follows.extend([*seen.notices, said_of_changes(seen.merged)]),
                    on_sheet=advance,
                )
            except LoadRefused as refusal:
                self._print_problems(refusal.preview)
                self._print_conflicts(refusal.preview)
                count = len(refusal.preview.faults)
                faults = f"{count} faults. " if count else ""
                flags = _flags_wanted(refusal.preview)
                if "--unlikely-is-so" in flags:
                    self.stderr.writelines(_asked(refusal.preview))
                hint = f" See --preview, and then {' and '.join(flags)}." if flags else ""
                raise CommandError(f"{faults}{refusal} Nothing was changed.{hint}") from refusal
        if load is None:
            self.stdout.write("Everything was loaded already.")
            return
        # As in a request: the totals are there when the command ends.
        refresh_stale_rollups()
        counts = load.rows.values_list("sheet", "what")
        self.stdout.write(f"Load {load.pk}: {_counted(counts)}.")
        self._say(*follows)
        if options["verbosity"]:
            self._print_findings(findings_of(load.integrity_run))

    def _print_findings(self, findings: list[CheckRow]) -> None:
        """Prints the findings of the data checks on what was loaded."""
        self._say(said_of_load(findings))
        for each in findings:
            assert each.found is not None
            self.stdout.write(f"{each.check.severity.value}, {each.found.count}: {each.title}")
            self.stdout.writelines(f"  {line}\n" for line in first_lines(each.found))

    def _say(self, *sentences: str) -> None:
        """Prints the sentences that are not empty."""
        self.stdout.writelines(f"{sentence}\n" for sentence in sentences if sentence)

    def _print(self, seen: Preview) -> None:
        self._print_problems(seen)
        changes = last_changes(seen)
        shown = [each for each in seen.entries if each.what in (What.CHANGED, What.REMOVED, What.CONFLICT)]
        for entry in shown[:MOST_PRINTED]:
            self.stdout.writelines(_differences(entry, changes))
        if len(shown) > MOST_PRINTED:
            self.stdout.write(f"… and {len(shown) - MOST_PRINTED} rows more.")
        self.stdout.writelines(_asked(seen))
        counts = seen.count()
        self.stdout.write(", ".join(f"{counts[what]} {what}" for what in What if counts[what]) or "No rows.")
        self._say(*seen.notices, said_of_changes(seen.merged))

    def _print_conflicts(self, seen: Preview) -> None:
        changes = last_changes(seen)
        for entry in seen.conflicts[:MOST_PRINTED]:
            self.stderr.writelines(_differences(entry, changes))

    def _print_problems(self, seen: Preview) -> None:
        if seen.is_base_lost:
            self.stderr.write("The site does not keep any more what this file was made from, or never had it.")
        self.stderr.writelines(_named(seen.faults))
        wrong = {each.place for each in seen.faults}
        if more := {each.place for each in seen.consequences if each.number} - wrong:
            self.stderr.write(f"{len(more)} rows more rest on these.")


def _flags_wanted(seen: Preview) -> list[str]:
    """Returns the flags that are still needed. Errors are corrected before anything is asked."""
    wanted = {"--change": seen.needs_confirmation, "--unlikely-is-so": bool(seen.unlikely) and not seen.faults}
    return [flag for flag, is_wanted in wanted.items() if is_wanted]


def _asked(seen: Preview) -> list[str]:
    return [f"Is this so? {each}\n" for each in seen.unlikely]


def _named(faults: list[Fault]) -> list[str]:
    """Returns the faults as lines in the file's order; an empty line ends each in `writelines` of a command."""
    known = in_order_of_file(faults)
    more = [f"… and {len(known) - MOST_PRINTED} more."] if len(known) > MOST_PRINTED else []
    return [f"{each}\n" for each in [*known[:MOST_PRINTED], *more]]


def _plan_of(ledger: Ledger, slug: str | None) -> Plan | None:
    """The plan that the file or the person names, else the current one; None for a new one."""
    named = slug or next((row.values["slug"] for row in ledger.rows.get("plan", ()) if row.values.get("slug")), None)
    if named is None:
        return Plan.objects.current() if Plan.objects.exists() else None
    plan = Plan.objects.filter(slug=named).first()
    if plan is None and slug:
        raise CommandError(f"There is no plan {slug}.")
    return plan


def _answers(ledger: Ledger, plan: Plan | None, answer: str | None) -> dict[CellName, str]:
    """The same one for each cell in conflict."""
    if answer is None:
        return {}
    conflicts = preview(ledger, plan).conflicts
    return {
        (each.sheet, each.key, cell.column): answer for each in conflicts for cell in each.cells if cell.is_conflict
    }


def _counted(rows: Any) -> str:
    order = list(SHEETS)
    found = sorted(Counter(rows).items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
    return ", ".join(f"{count} {sheet} {what}" for (sheet, what), count in found)


def _differences(entry: Item, changes: Mapping[CellName, LastChange]) -> list[str]:
    key = " ".join(str(part) for part in entry.key if part is not None)
    sheet = SHEETS[entry.sheet]
    place = ", ".join(filter(None, (entry.sheet, entry.table, str(entry.number))))
    lines = []
    for cell in entry.cells:
        old, new = (written_text(value, sheet.column(cell.column)) or "-" for value in (cell.old, cell.new))
        change = changes.get((entry.sheet, entry.key, cell.column))
        conflict = f" (conflict{f': {change}' if change else ''})" if cell.is_conflict else ""
        lines.append(f"{place}, {key}: {cell.column}: {old} → {new}{conflict}\n")
    return lines
