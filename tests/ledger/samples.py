"""Sheets as they might be declared, and files as people make them."""

import io
import re
import zipfile
from typing import Any

import openpyxl
from django.utils.translation import gettext_lazy as _

from ledger.declaration import Column, Kind, Sheet
from projects.models import Stage

DEPARTMENTS = Sheet(
    "departments",
    _("Departments"),
    _("Who leads."),
    ("slug",),
    (
        Column("slug", "Slug", "Its name in addresses.", kind=Kind.CODE, required=True, most=50),
        Column("name_zh", _("Chinese name"), "", kind=Kind.TEXT, most=100),
    ),
)
PROJECTS = Sheet(
    "projects",
    _("Projects"),
    _("What is built."),
    ("code",),
    (
        Column("code", _("Code"), "Unique in the plan.", "P001", Kind.CODE, required=True, most=32),
        Column("title", _("Title"), "", most=200),
        Column("department", _("Lead department"), "", kind=Kind.REFERENCE, refers_to="departments"),
        Column("partners", _("Participating departments"), "", kind=Kind.REFERENCE, refers_to="departments", many=True),
        Column("stage", _("Stage"), "How far it is.", kind=Kind.CHOICE, choices=Stage.choices),
        Column("investment", _("Total investment"), "", kind=Kind.MONEY, least=0, most=10**10),
        Column("share", _("Share"), "", kind=Kind.PERCENT, least=0, most=100, decimals=2),
        Column("due_on", _("Due date"), "", kind=Kind.DAY),
        Column("month", _("Month"), "", kind=Kind.MONTH),
        Column("recorded_at", "Recorded", "", kind=Kind.MOMENT),
        Column("is_open", "Open", "", kind=Kind.YES_NO),
        Column("position", "Position", "", kind=Kind.WHOLE, least=0),
        Column("value", _("Value"), "", kind=Kind.NUMBER, decimals=3),
    ),
)
SHEETS = (DEPARTMENTS, PROJECTS)


def workbook(*sheets: tuple[str, list[list[object]]]) -> io.BytesIO:
    """Title and rows of each sheet, as Excel would save them."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, rows in sheets:
        page: Any = book.create_sheet(title)
        for row in rows:
            page.append(row)
    return saved(book)


def saved(book: Any) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def archive(**parts: bytes | str) -> io.BytesIO:
    """A ZIP archive; within a name "__" stands for a slash and "_dot_" for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(re.sub("(?<=.)__", "/", name).replace("_dot_", "."), content)
    file.seek(0)
    return file


def changed(file: io.BytesIO, part: str, old: str, new: str) -> io.BytesIO:
    """The same workbook with other XML in one of its parts."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            after.writestr(name, content)
    result.seek(0)
    return result


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods(table: str, manifest: str = "", name: str = "项目") -> io.BytesIO:
    """A file of LibreOffice with the columns and rows of one table, written as it writes them."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0"'
        f' xmlns:text="{OFFICE}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}">{manifest}</manifest:file-entry>'
    listed = f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0">{entry}</manifest:manifest>'
    return archive(mimetype=ODS, **{"META-INF__manifest_dot_xml": listed, "content_dot_xml": content})
