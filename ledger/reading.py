"""Reads a file or a folder as a ledger: its tables with their cells as values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may_administer
from ledger.files import read_file, read_folder
from ledger.matching import MatchQuestion, is_kept, match_questions
from ledger.near_names import name_questions, with_meant_names
from ledger.questions import Question, conversions, differing_sums, questions, read_rows
from ledger.rows import Ledger, Place, Row
from ledger.sheets import SHEETS
from ledger.tables import Table, Tables, find_tables
from ledger.units import with_percentages
from measures.models import Load, Plan
from web.formats.text import format_list

# As on the pages of the office: the site's profile with the limits of its lights, and the accounts.
KEPT_BY_ADMINISTRATORS = ("site", "people")


@dataclass(frozen=True)
class Reading:
    """`questions`: what has to be asked before the cells mean anything, and `unmatched` before that, or after it of the
    names in them. `notices`: what was not read."""

    ledger: Ledger
    questions: list[Question]
    notices: list[str]
    unmatched: Sequence[MatchQuestion] = ()


def read_ledger(path: Path, answers: Mapping[str, str] | None = None) -> Reading:
    """Raises FileRefused where nothing of it can be read."""
    answers = answers or {}
    if path.is_dir():
        file = read_folder(path)
    else:
        with open(path, "rb") as content:
            file = read_file(content, path.name)
    tables = find_tables(file, list(SHEETS.values()), answers)
    if unmatched := match_questions(tables, answers):
        return Reading(Ledger({}, name=path.name), [], tables.notices, unmatched)
    return read_tables(tables, path.name, answers)


def known_matches() -> dict[str, str]:
    """Return what was said of the sheets and columns of files that were loaded; of the same the newest."""
    loads = Load.objects.filter(taken_back_at=None).exclude(matched={}).order_by("loaded_at", "pk")
    return {key: value for matched in loads.values_list("matched", flat=True) for key, value in matched.items()}


def only_what_may_be_loaded(reading: Reading, *, by: User | None) -> Reading:
    """Removes what administrators alone keep, unless one of them loads the file. `by`: None for whoever runs the
    server."""
    left_out = [sheet for sheet in KEPT_BY_ADMINISTRATORS if sheet in reading.ledger.rows]
    if by is None or may_administer(by) or not left_out:
        return reading
    words = {"sheets": format_list(str(SHEETS[sheet].label) for sheet in left_out)}
    notice = _("Not read, since administrators alone change it: %(sheets)s.") % words
    return replace(reading, ledger=_without(reading.ledger, left_out), notices=[*reading.notices, notice])


def with_names(reading: Reading, plan: Plan | None, answers: Mapping[str, str]) -> Reading:
    """Puts the rows of the site that somebody said are meant in place of the names that no row has, and asks about the
    others that may be one."""
    if reading.questions or reading.unmatched:
        return reading
    asked = {each.key: each for each in name_questions(reading.ledger, plan)}
    said = {key: answers[key] for key, each in asked.items() if answers.get(key) in dict(each.choices)}
    if not asked:
        return reading
    read = [f"{each.label} → {dict(each.choices)[said[key]]}" for key, each in asked.items() if key in said]
    notices = [_("Names were read as somebody said: %(names)s") % {"names": ", ".join(read)}] if read else []
    return replace(
        reading,
        ledger=with_meant_names(reading.ledger, said),
        unmatched=[each for key, each in asked.items() if key not in said],
        notices=[*reading.notices, *notices],
    )


def _without(ledger: Ledger, sheets: Collection[str]) -> Ledger:
    return replace(
        ledger,
        rows={sheet: rows for sheet, rows in ledger.rows.items() if sheet not in sheets},
        faults=[each for each in ledger.faults if each.sheet not in sheets],
        unreadable={row: columns for row, columns in ledger.unreadable.items() if row[0] not in sheets},
    )


def read_tables(tables: Tables, name: str, answers: Mapping[str, str]) -> Reading:
    """`answers`: to the questions of an earlier reading."""
    rows: dict[str, list[Row]] = {}
    faults = [*tables.faults]
    unreadable: dict[Place, tuple[str, ...]] = {}
    asked: list[Question] = []
    notices = [*tables.notices]
    for table in with_percentages(tables.tables):
        sheet = table.sheet.name
        asked += questions(table, answers)
        read, wrong = read_rows(table, answers)
        rows.setdefault(sheet, []).extend(Row(sheet, row.number, dict(row.values), table.own_name) for row in read)
        unreadable |= {(sheet, table.own_name, row.number): row.wrong for row in read if row.wrong}
        faults += (replace(each, table=table.own_name) for each in (*table.faults, *wrong))
        said = [*table.notices, *conversions(table, answers), *differing_sums(table, read, answers)]
        notices += said if len(tables.tables) == 1 else [_said_of(table, each) for each in said]
    matched = {key: value for key, value in answers.items() if is_kept(key, value)}
    return Reading(Ledger(rows, faults, unreadable, tables.base, name, matched), asked, notices)


def _said_of(table: Table, notice: str) -> str:
    """Returns what is said of one of several tables, with its sheet in the file."""
    return _("Sheet “%(name)s”: %(notice)s") % {"name": table.name, "notice": notice}
