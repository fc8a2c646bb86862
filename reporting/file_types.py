"""Rules for which files may be evidence: told by their content, never by their name."""

import struct
import zipfile
from pathlib import PurePath
from xml.etree import ElementTree

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from core.exceptions import NotAllowed
from reporting.pdfs import check_pdf
from web.errors import join_sentences

PDF = "application/pdf"
EXTENSIONS_BY_SIGNATURE = {
    PDF: (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}
OFD = "application/ofd"
# Pictures of phones: the brand in the first box of the file.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
OFFICE = "application/vnd.openxmlformats-officedocument"
# The part that makes a zip file a document of Office.
OFFICE_PARTS = {
    "word/document.xml": f"{OFFICE}.wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}.spreadsheetml.sheet",
    "ppt/presentation.xml": f"{OFFICE}.presentationml.presentation",
}
# The stream that makes a compound file (OLE) a document of Office; installers are compound files too.
OFFICE_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
EXTENSIONS = {
    **EXTENSIONS_BY_SIGNATURE,
    **{kind: (ending,) for kind, ending in zip(OFFICE_PARTS.values(), (".docx", ".xlsx", ".pptx"), strict=True)},
    "application/msword": (".doc", ".wps"),
    "application/vnd.ms-excel": (".xls", ".et"),
    "application/vnd.ms-powerpoint": (".ppt", ".dps"),
    OFD: (".ofd",),
    "image/heic": (".heic", ".heif"),
    "image/tiff": (".tif", ".tiff"),
}
# The list of the types of a document's parts, and as much of it as is read: real ones have a few thousand bytes.
CONTENT_TYPES, MAX_CONTENT_TYPES = "[Content_Types].xml", 1_000_000
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def max_evidence_bytes() -> int:
    return settings.PILOTZONE_EVIDENCE_MEGABYTES * 1024 * 1024


def too_large_message() -> str:
    limit = _("Files of up to %(size)s MB") % {"size": settings.PILOTZONE_EVIDENCE_MEGABYTES}
    return join_sentences([_("The file is too large"), limit])


def check_file(file: "File[bytes]") -> str:
    """Return the content type of a document or picture. Raises NotAllowed for anything else, and for one that is too
    large or runs something. The answer stays with the file, which is looked through once."""
    answer = getattr(file, "checked", None)
    if answer is None:
        try:
            answer = _checked_type(file)
        except NotAllowed as refusal:
            answer = refusal
        file.checked = answer  # type: ignore[attr-defined]  # a note of ours
    if isinstance(answer, NotAllowed):
        raise answer
    return str(answer)


def _checked_type(file: "File[bytes]") -> str:
    if file.size > max_evidence_bytes():
        raise NotAllowed(too_large_message(), field="evidence")
    if not file.size:
        raise NotAllowed(_("The file is empty"), field="evidence")
    file.seek(0)
    head = file.read(12)
    file.seek(0)
    if head.startswith(ZIP):
        found = _type_of_zip(file)
    elif head.startswith(COMPOUND):
        found = _type_of_compound_file(file.read())
    elif head[4:8] == b"ftyp":
        found = "image/heic" if head[8:] in HEIC_BRANDS else None
    elif head.startswith((b"II*\0", b"MM\0*")):
        found = "image/tiff"
    else:
        found = _type_by_signature(file)
    if found == PDF:
        check_pdf(file)
    file.seek(0)
    if found is None:
        types = _("PDF, OFD, Office document or picture (PNG, JPEG, GIF, WebP, HEIC, TIFF)")
        raise NotAllowed(_("The content of this file is no %(types)s.") % {"types": types}, field="evidence")
    return found


def _type_by_signature(file: "File[bytes]") -> str | None:
    """Return the type of a file by its first bytes alone: a program that carries a PDF further down begins as a
    program."""
    # It reads its list of all types when it is imported: only in a process that is given a file.
    import puremagic

    for match in puremagic.magic_stream(file):
        kind: str = match.mime_type
        start = 8 if kind == "image/webp" else 0
        is_certain = match.offset == start and len(match.byte_match) > 2
        if is_certain and match.extension in EXTENSIONS_BY_SIGNATURE.get(kind, ()):
            return kind
    return None


def _type_of_zip(file: "File[bytes]") -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            types = archive.open(CONTENT_TYPES).read(MAX_CONTENT_TYPES) if CONTENT_TYPES in names else b""
            has_macros = bool(types) and _names_macros(types)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        OSError,
        EOFError,
        struct.error,
        ElementTree.ParseError,
    ):
        return None
    if "OFD.xml" in names:
        return OFD
    if has_macros:
        raise _has_macros()
    if not types:
        return None
    return next((kind for part, kind in OFFICE_PARTS.items() if part in names), None)


def _names_macros(content_types: bytes) -> bool:
    """Return whether a part is a project of macros, or the document one that may have any: by their types, since a part
    may be called anything."""
    declared = [part.get("ContentType", "").lower() for part in ElementTree.fromstring(content_types)]  # noqa: S314  # expat bounds what entities grow to, and reads none from outside
    return any("vbaproject" in each or "macroenabled" in each for each in declared)


def _type_of_compound_file(content: bytes) -> str | None:
    if directory_entry("_VBA_PROJECT_CUR", kind=1) in content or directory_entry("VBA", kind=1) in content:
        raise _has_macros()
    return next((kind for name, kind in OFFICE_STREAMS.items() if directory_entry(name, kind=2) in content), None)


def directory_entry(name: str, *, kind: int) -> bytes:
    """How the directory of a compound file begins the entry of a stream (2) or a folder (1)."""
    encoded = name.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + struct.pack("<HB", len(encoded) + 2, kind)


def _has_macros() -> NotAllowed:
    return NotAllowed(
        _("The document contains macros; save it without them, or as a PDF, and upload that."), field="evidence"
    )


def download_name(name: str, content_type: str) -> str:
    """The name as uploaded; one that claims to be something else gets the ending of what it is."""
    endings = EXTENSIONS.get(content_type, (".bin",))
    name = "".join(letter for letter in name if letter.isprintable()).strip() or "file"
    return name if PurePath(name).suffix.lower() in endings else name + endings[0]
