"""The reading of tables from a file, whose kind is told by its content, never by its name."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from ledger.csv_files import read_csv
from ledger.raw import MAX_BYTES, MAX_UNPACKED_BYTES, Counted, RawFile, check_count, check_names
from ledger.sentences import FileRefused
from ledger.spreadsheets import encrypted, read_spreadsheet
from reporting.file_types import COMPOUND, OFFICE_STREAMS, ZIP, directory_entry

PIECE = 1 << 20
EXCEL = "application/vnd.ms-excel"
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = "META-INF/manifest.xml"
# Entities stand in a document's declaration, before its first element.
DECLARES_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
HEAD = 64 * 1024
# An entry with a password is a RuntimeError.
BAD_ZIP = (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError, struct.error)


def read_file(content: BinaryIO, name: str) -> RawFile:
    """The sheets of a workbook (.xlsx, .xls, .ods), of a CSV file or of a ZIP archive of CSV files. `content` can seek.

    The values of formulas are read; macros are neither run nor looked at, and nothing that it links to is asked for.
    Raises FileRefused.
    """
    content.seek(0, 2)
    size = content.tell()
    content.seek(0)
    if size > MAX_BYTES:
        raise FileRefused(_("The file is larger than %(limit)s MB."), limit=MAX_BYTES // 1024 // 1024)
    head = content.read(len(COMPOUND))
    content.seek(0)
    if not head.strip():
        raise FileRefused(_("The file is empty"))
    if head.startswith(ZIP):
        return _read_zip(content)
    if head.startswith(COMPOUND):
        return _read_compound_file(content)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"%PDF", b"{\\rtf")):
        raise FileRefused(
            _("This is a web page or a document, whatever its name says; save it as an Excel workbook (.xlsx) first.")
        )
    return read_csv(content, PurePath(name).stem)


def read_folder(folder: Path) -> RawFile:
    """The CSV files of a folder. Raises FileRefused."""
    paths = sorted(folder.glob("*.csv"))
    if sum(path.stat().st_size for path in paths) > MAX_UNPACKED_BYTES:
        raise _unpacks_to_too_much()
    return _join((path.stem, path.read_bytes()) for path in paths)


def _read_zip(content: BinaryIO) -> RawFile:
    try:
        with zipfile.ZipFile(content, metadata_encoding="gb18030") as archive:
            _check_sizes(archive)
            names = set(archive.namelist())
            kind = archive.read("mimetype") if "mimetype" in names else b""
            if kind.startswith(OPEN_DOCUMENT) and MANIFEST in names and b"encryption-data" in archive.read(MANIFEST):
                raise encrypted()
            if not kind.startswith(OPEN_DOCUMENT) and "xl/workbook.xml" not in names:
                return _read_archive(archive)
            is_xlsx = not kind.startswith(OPEN_DOCUMENT)
    except FileRefused:
        raise
    except BAD_ZIP as error:
        # An archive of another version, a password, or an end that was cut off.
        raise FileRefused(_("The file is damaged or protected with a password.")) from error
    return replace(read_spreadsheet(content), has_formats=is_xlsx)


def _check_sizes(archive: zipfile.ZipFile) -> None:
    """Checks the unpacked size by what the parts say of themselves; unpacking them to the end shows that they do not
    lie."""
    if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise _unpacks_to_too_much()
    for part in archive.infolist():
        with archive.open(part) as stream:
            piece = stream.read(PIECE)
            is_xml = part.filename.lower().endswith((".xml", ".rels"))
            # A text in UTF-16 would hide them.
            if is_xml and (DECLARES_TYPE.search(piece, 0, HEAD) or b"\0" in piece[:HEAD]):
                raise FileRefused(_("The file declares entities of XML, which no spreadsheet program does."))
            while stream.read(PIECE):
                pass


def _unpacks_to_too_much() -> FileRefused:
    return FileRefused(_("The file unpacks to more than %(limit)s MB."), limit=MAX_UNPACKED_BYTES // 1024 // 1024)


def _read_archive(archive: zipfile.ZipFile) -> RawFile:
    parts = [each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")]
    if not parts:
        raise FileRefused(_("The ZIP archive holds no CSV file."))
    other = next((each.filename for each in parts if not each.filename.lower().endswith(".csv")), None)
    if other is not None:
        raise FileRefused(_("The ZIP archive may hold CSV files alone; “%(name)s” is none."), name=other)
    return _join((PurePath(part.filename).stem, archive.read(part)) for part in parts)


def _join(files: Iterable[tuple[str, bytes]]) -> RawFile:
    """Several CSV files as one."""
    counted = Counted()
    sheets = []
    bases: set[str] = set()
    for name, content in files:
        if content.startswith((ZIP, COMPOUND)):
            raise FileRefused(_("“%(name)s” is no CSV file."), name=name)
        file = read_csv(BytesIO(content), name, counted)
        sheets += file.sheets
        bases.add(file.base)
        check_count(len(sheets))
    check_names([sheet.name for sheet in sheets])
    bases -= {""}
    if len(bases) > 1:
        raise FileRefused(_("These files come from different downloads; load those of one download at a time."))
    base = next(iter(bases), "")
    return RawFile(sheets, base, has_formats=bool(base))


def _read_compound_file(content: BinaryIO) -> RawFile:
    whole = content.read()
    if directory_entry("EncryptedPackage", kind=2) in whole:
        raise encrypted()
    streams = [name for name, kind in OFFICE_STREAMS.items() if kind == EXCEL]
    if not any(directory_entry(name, kind=2) in whole for name in streams):
        raise FileRefused(_("This is a document or a program; save your table as an Excel workbook (.xlsx)."))
    return replace(read_spreadsheet(content), has_formats=False)
