"""Types of files that may be evidence: told by what is in the file, whatever it is called."""

import io
import struct
import zipfile

import pytest
from django.core.files.base import ContentFile

from core.exceptions import NotAllowed
from reporting.file_types import check_file, download_name
from tests.documents import make_pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "<xml/>")
    return packed.getvalue()


def document(part: str, content_type: str) -> bytes:
    """A Word document with one more part, of the type."""
    packed = io.BytesIO()
    override = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
    types = f'<Types><Default Extension="xml" ContentType="text/xml"/>{override}</Types>'
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for name in {part, "word/document.xml"}:
            archive.writestr(name, "<xml/>")
    return packed.getvalue()


def compound(*streams: str, folders: tuple[str, ...] = ()) -> bytes:
    """Return as much of a compound file as tells what it is: its head and its directory."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    for kind, names in ((5, ("Root Entry",)), (1, folders), (2, streams)):
        for name in names:
            written = name.encode("utf-16-le")
            content += (written.ljust(64, b"\0") + struct.pack("<HB", len(written) + 2, kind)).ljust(128, b"\0")
    return content


def file(content: bytes, name: str = "file.pdf") -> ContentFile:
    return ContentFile(content, name=name)


PROGRAM = b"MZ\x90\0\x03\0\0\0" + b"\0" * 200 + b"This program cannot be run in DOS mode"
PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 20,
    "image/jpeg": b"\xff\xd8\xff\xe1\0\x10Exif\0" + b"\0" * 30 + b"\xff\xd9",
    "image/gif": b"GIF89a" + b"\0" * 20,
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 30,
    "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 30,
    "image/tiff": b"II*\0\x08\0\0\0" + b"\0" * 30,
}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make_pdf(), "application/pdf"),
        *((content, kind) for kind, content in PICTURES.items()),
        (zipped("[Content_Types].xml", "word/document.xml"), DOCX),
        (document("word/vbaProject.bin", "image/png"), DOCX),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), PPTX),
        (b"MM\0*\0\0\0\x08" + b"\0" * 30, "image/tiff"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        (compound("WordDocument"), "application/msword"),
        (compound("Workbook"), "application/vnd.ms-excel"),
        (compound("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    ],
)
def test_takes_documents_and_pictures_whatever_they_are_called(content, kind):
    assert check_file(file(content, "no-ending")) == kind


def test_can_be_read_from_the_start_afterwards():
    upload = file(make_pdf())
    check_file(upload)
    assert upload.read(5) == b"%PDF-"


@pytest.mark.parametrize(
    "content",
    [
        PROGRAM,
        PROGRAM + make_pdf(),
        b"MZ\0\0\0\0\0\0WEBPVP8 " + b"\0" * 100,
        b"\x7fELF\x02\x01\x01" + b"\0" * 100,
        b"#!/bin/sh\nrm -r /\n",
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 30,
        b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 30,
        b"just words",
        b"P",
        zipped("program.exe"),
        zipped("Doc_0/OFD.xml"),
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 30,
        zipped("word/document.xml"),
        zipped("[Content_Types].xml", "xl/workbook.bin"),
        b"PK\x03\x04" + b"\0" * 100,
        compound("Property"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 WordDocument",
    ],
)
def test_refuses_everything_else_even_where_it_is_called_a_pdf(content):
    with pytest.raises(NotAllowed) as refusal:
        check_file(file(content, "report.pdf"))
    assert (
        str(refusal.value) == "附件内容不是PDF、OFD、Office文档或图片（PNG、JPEG、GIF、WebP、HEIC、TIFF），请重新选择。"
    )
    assert refusal.value.field == "evidence"


@pytest.mark.parametrize(
    "content",
    [
        document("word/vbaProject.bin", "application/vnd.ms-office.vbaProject"),
        document("word/vbaProject2.bin", "application/vnd.ms-office.vbaProject"),
        document("word/pictures.bin", "application/vnd.ms-office.VBAPROJECT"),
        document("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        compound("WordDocument", folders=("Macros", "VBA")),
        compound("Workbook", folders=("_VBA_PROJECT_CUR",)),
    ],
)
def test_refuses_macros_and_says_what_to_do(content):
    with pytest.raises(NotAllowed, match="文档含有宏"):
        check_file(file(content))


def test_refuses_an_empty_file():
    with pytest.raises(NotAllowed, match="附件内容为空"):
        check_file(file(b""))


def test_refuses_what_is_larger_than_the_setting_allows(settings):
    settings.PILOTZONE_EVIDENCE_MEGABYTES = 1
    whole = make_pdf().ljust(1024 * 1024, b"\n")
    assert check_file(file(whole)) == "application/pdf"
    with pytest.raises(NotAllowed) as refusal:
        check_file(file(whole + b"\n"))
    assert str(refusal.value) == "附件大小超出限制。单个附件不超过1MB"


@pytest.mark.parametrize(
    ("name", "kind", "saved_as"),
    [
        ("佐证 材料.PDF", "application/pdf", "佐证 材料.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("program.exe", "application/pdf", "program.exe.pdf"),
        ("report", DOCX, "report.docx"),
        ("a\r\nb.pdf", "application/pdf", "ab.pdf"),
        ("", "application/pdf", "file.pdf"),
    ],
)
def test_is_saved_under_a_name_that_says_what_it_is(name, kind, saved_as):
    assert download_name(name, kind) == saved_as
