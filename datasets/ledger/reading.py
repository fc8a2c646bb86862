"""Reads a file or a folder as a ledger: its tables with their cells as values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may_administer
from datasets.ledger.files import read_file, read_folder
from datasets.ledger.questions import Question, questions, read_rows
from datasets.ledger.raw import RawFile
from datasets.ledger.rows import Ledger, Problem, Row
from datasets.ledger.sheets import SHEETS
from datasets.ledger.tables import Problem as TableProblem
from datasets.ledger.tables import Tables, find_tables


@dataclass(frozen=True)
class Reading:
    """`questions`: what has to be asked before the cells mean anything. `notices`: what was not read."""

    ledger: Ledger
    questions: list[Question]
    notices: list[str]


def read_ledger(path: Path, answers: Mapping[str, str] | None = None) -> Reading:
    """Raises FileRefused where nothing of it can be read."""
    if path.is_dir():
        return read_tables(find_tables(read_folder(path), list(SHEETS.values())), path.name, answers)
    with open(path, "rb") as content:
        return read_raw(read_file(content, path.name), path.name, answers)


def only_what_may_be_loaded(reading: Reading, *, by: User | None) -> Reading:
    """Without the accounts, where whoever loads the file does not administer them. None: whoever runs the server."""
    if by is None or may_administer(by) or "people" not in reading.ledger.rows:
        return reading
    ledger = replace(
        reading.ledger,
        rows={sheet: held for sheet, held in reading.ledger.rows.items() if sheet != "people"},
        problems=[each for each in reading.ledger.problems if each.sheet != "people"],
        unreadable={row: columns for row, columns in reading.ledger.unreadable.items() if row[0] != "people"},
    )
    notice = _("The sheet “%(sheet)s” was not read: administrators keep the accounts.")
    return replace(reading, ledger=ledger, notices=[*reading.notices, notice % {"sheet": SHEETS["people"].label}])


def read_raw(file: RawFile, name: str, answers: Mapping[str, str] | None = None) -> Reading:
    return read_tables(find_tables(file, list(SHEETS.values())), name, answers)


def read_tables(tables: Tables, name: str, answers: Mapping[str, str] | None = None) -> Reading:
    """`answers`: to the questions of an earlier reading."""
    rows: dict[str, list[Row]] = {}
    problems = [_problem("", each) for each in tables.problems]
    unreadable: dict[tuple[str, int], tuple[str, ...]] = {}
    asked: list[Question] = []
    notices = [str(each) for each in tables.notices]
    for table in tables.tables:
        sheet = table.sheet.name
        asked += questions(table, answers or {})
        read, wrong = read_rows(table, answers or {})
        rows.setdefault(sheet, []).extend(Row(sheet, row.number, dict(row.values)) for row in read)
        unreadable |= {(sheet, row.number): row.wrong for row in read if row.wrong}
        problems += [_problem(sheet, each) for each in (*table.problems, *wrong)]
        notices += [str(each) for each in table.notices]
    return Reading(Ledger(rows, problems, unreadable, tables.base, name), asked, notices)


def _problem(sheet: str, problem: TableProblem) -> Problem:
    return Problem(sheet, problem.row or 0, problem.column, str(problem))
