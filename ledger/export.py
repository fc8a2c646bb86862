"""Writes what the site holds of a plan as a ledger, and keeps which version it was."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ledger.contents import Contents, order_of, read_contents
from ledger.csv_files import write_csv_folder, write_csv_zip
from ledger.rows import Values
from ledger.sheets import SHEETS
from ledger.versions import keep_version
from ledger.workbook import write_workbook
from measures.models import Plan

Rows = dict[str, list[Values]]
LISTED = ("measures", "projects")


def export_folder(plan: Plan, folder: Path) -> int:
    """Writes the ledger as CSV files, with equal bytes for equal contents. Returns how many rows were written."""
    return _export(plan, partial(write_csv_folder, folder))


def export_workbook(plan: Plan, output: BinaryIO) -> int:
    """The same as an Excel workbook, in the language of the reader."""
    return _export(plan, partial(write_workbook, output))


def export_archive(plan: Plan, output: BinaryIO) -> int:
    """The files of `export_folder` as one ZIP archive."""
    return _export(plan, partial(write_csv_zip, output))


def _export(plan: Plan, write: Callable[..., None]) -> int:
    contents = read_contents(plan)
    rows = ordered_rows(contents)
    write(list(SHEETS.values()), rows, base=keep_version(plan, contents))
    return sum(map(len, rows.values()))


def ordered_rows(contents: Contents) -> Rows:
    """Measures and projects as they are listed, other rows by their keys."""
    rows = {sheet: [held[key] for key in order_of(held)] for sheet, held in contents.rows.items()}
    for sheet in LISTED:
        rows[sheet].sort(key=lambda values: values["position"])
    return rows
