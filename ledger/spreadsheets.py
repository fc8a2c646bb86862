"""Workbooks, as their own process reads them."""

import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from ledger import raw
from ledger.raw import CellFault, Counted, MergedRange, RawFile, RawRow, RawSheet, check_names
from ledger.sentences import FileRefused

PROCESS = Path(__file__).with_name("spreadsheet_process.py")
# What the process may use: 20,000 rows of 30 columns take a third of the memory and 2 seconds.
MEMORY, SECONDS = 300 * 1024 * 1024, 20


def read_spreadsheet(content: BinaryIO) -> RawFile:
    """The rows of an .xlsx, .xls or .ods file: the values of its formulas; nothing that it links to is asked for.

    Raises FileRefused.
    """
    with tempfile.TemporaryFile() as file:
        content.seek(0)
        shutil.copyfileobj(content, file)
        file.seek(0)
        command = [sys.executable, "-I", str(PROCESS), str(MEMORY), str(SECONDS), raw.BASE_SHEET]
        process = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        try:
            return _collect(_messages(process.stdout))
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def _messages(stream: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    while True:
        try:
            message = pickle.load(stream)  # noqa: S301  # written by the process that this module starts
        except (EOFError, pickle.UnpicklingError):
            # It was ended by one of its limits.
            raise FileRefused(
                _("The file cannot be read: it is damaged, or has cells far outside its tables. Delete these.")
            ) from None
        if message[0] == "end":
            return
        if message[0] == "refused":
            raise _refusal(message[1])
        yield message


def _collect(messages: Iterator[tuple[Any, ...]]) -> RawFile:
    sheets: list[RawSheet] = []
    hidden: list[str] = []
    base = ""
    counted = Counted()
    for kind, *parts in messages:
        if kind == "sheet":
            merged = tuple(
                MergedRange(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in parts[1]
            )
            sheets.append(RawSheet(parts[0], [], merged, [], tuple(parts[2])))
        elif kind == "rows":
            for number, cells in parts[0]:
                row = tuple(CellFault(*cell) if isinstance(cell, tuple) else cell for cell in cells)
                counted.row(row)
                sheets[-1].rows.append(RawRow(number, row))
            sheets[-1].hidden_rows.extend(parts[1])
        elif kind == "hidden":
            hidden.append(parts[0])
        else:
            base = parts[0].strip()[: raw.MAX_BASE_LETTERS]
        raw.check_count(len(sheets) + len(hidden))
    check_names([*(sheet.name for sheet in sheets), *hidden])
    return RawFile(sheets, base, tuple(hidden))


def _refusal(why: str) -> FileRefused:
    if why == "encrypted":
        return encrypted()
    if why == "merged":
        return FileRefused(_("A sheet has very many merged cells; undo this outside the table."))
    return FileRefused(_("The file is damaged: open it in a spreadsheet program and save it again."))


def encrypted() -> FileRefused:
    return FileRefused(_("The file is protected with a password; save it without one."))
