"""The downloads: the empty template, the site's data of a plan, and the wrong rows of people's own files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from ledger.csv_files import write_csv_zip
from ledger.declaration import Sheet
from ledger.export import export_archive, export_workbook
from ledger.last_changes import last_changes
from ledger.preview import Preview, preview
from ledger.rows import Fault, Place
from ledger.sheets import SHEETS
from ledger.shown import cell_text
from ledger.tables import Table
from ledger.workbook import Mark, write_workbook
from measures.models import Plan
from office.forms import LANGUAGE_SUFFIXES
from web.site import offered_languages
from workbooks.models import Upload
from workbooks.uploads import cells_chosen, tables_of, understood

FORMATS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "application/zip"}


def write_template(output: BinaryIO, file_format: str) -> None:
    """Write a template to fill in: each sheet without a row, in the languages that the site offers."""
    sheets = [offered_sheet(sheet) for sheet in SHEETS.values()]
    if file_format == "xlsx":
        write_workbook(output, sheets, {})
    else:
        write_csv_zip(output, sheets, {name: [] for name in SHEETS})


def offered_sheet(sheet: Sheet) -> Sheet:
    """Returns the sheet without the columns of a language that the site does not offer."""
    other = tuple(f"_{language}" for language in {*LANGUAGE_SUFFIXES} - {*offered_languages()})
    return replace(sheet, columns=tuple(each for each in sheet.columns if not each.name.endswith(other)))


def write_current(output: BinaryIO, file_format: str, plan: Plan) -> int:
    """Returns the number of rows."""
    return export_workbook(plan, output) if file_format == "xlsx" else export_archive(plan, output)


def write_marked(output: BinaryIO, upload: Upload) -> int:
    """The wrong rows of a file and those in conflict, in the layout of the template, with what is to be corrected or
    decided in each. Returns how many rows.

    Raises FileRefused.
    """
    tables = tables_of(upload)
    reading = understood(upload, tables)
    seen = preview(reading.ledger, upload.plan, answers=cells_chosen(upload))
    found = (*seen.faults, *seen.consequences, *_conflicts(seen))
    faults = [each for each in found if each.number and each.sheet in SHEETS]
    wrong = {each.place for each in faults}
    parsed = {row.place: row.values for held in reading.ledger.rows.values() for row in held}
    rows: dict[str, list[Mapping[str, Any]]] = {}
    places: dict[Place, int] = {}
    for place, values in _rows_of(tables.tables, wrong, parsed):
        held = rows.setdefault(place[0], [])
        places.setdefault(place, len(held))
        held.append(values)
    marks = [
        Mark(each.sheet, places[each.place], _known(each.sheet, each.column), each.sentence)
        for each in faults
        if each.place in places
    ]
    sheets = [sheet for name, sheet in SHEETS.items() if name in rows]
    write_workbook(output, sheets, rows, base=reading.ledger.base, marks=marks)
    return sum(map(len, rows.values()))


def _conflicts(seen: Preview) -> Iterator[Fault]:
    """Cells that were changed on the site, too, and that nobody has decided."""
    changes = last_changes(seen)
    for entry in seen.conflicts:
        for cell in entry.cells:
            if cell.is_conflict:
                value = cell_text(entry.sheet, cell.column, cell.old) or "-"
                change = changes.get((entry.sheet, entry.key, cell.column))
                if change is None:
                    sentence = _("The site says “%(value)s” since the download.") % {"value": value}
                else:
                    words = {"value": value, "change": change}
                    sentence = _("The site says “%(value)s” since the download. %(change)s.") % words
                yield Fault(entry.sheet, entry.number, cell.column, sentence, entry.table)


Parsed = Mapping[Place, Mapping[str, Any]]


def _rows_of(tables: Iterable[Table], wrong: set[Place], parsed: Parsed) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The wrong rows with their values; a cell that could not be read as it stands in the file."""
    for table in tables:
        for row in table.rows:
            place = (table.sheet.name, table.own_name, row.number)
            if place in wrong:
                yield place, {**row.cells, **parsed.get(place, {})}


def _known(sheet: str, column: str) -> str:
    return column if any(each.name == column for each in SHEETS[sheet].columns) else ""
