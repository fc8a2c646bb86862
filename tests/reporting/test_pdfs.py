"""A PDF that runs something, or holds other files, is no evidence; whatever a viewer only shows is."""

import io
import resource
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from pypdf import PdfReader, PdfWriter

from core.exceptions import NotAllowed
from reporting import pdf_process, pdfs
from reporting.file_types import check_file
from tests.documents import make_packed_pdf, make_pdf

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
ANNOTATION = b"/Extra [<< /Type /Annot /Subtype /%s /Rect [0 0 9 9] %s >>]"
FILE = b"<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream"
INVOICE = b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (%s) /EF << /F 6 0 R >> >>] >> >>"


def check(content: bytes) -> str:
    return check_file(ContentFile(content, name="report.pdf"))


def refusal(content: bytes, *, language: str = "en") -> str:
    with translation.override(language), pytest.raises(NotAllowed) as refused:
        check(content)
    assert refused.value.field == "evidence"
    return str(refused.value)


ACTIVE = {
    "a script when it is opened": (b"/OpenAction " + SCRIPT, ()),
    "a script in an object of its own": (b"/OpenAction 6 0 R", (SCRIPT,)),
    "a script in a stream": (b"/OpenAction 6 0 R", (b"<< /S /JavaScript /JS 7 0 R >>", FILE)),
    "a script by another spelling": (b"/OpenAction << /S /J#61vaScript /J#53 (x) >>", ()),
    "a script behind the kind of another object": (b"/OpenAction << /S 6 0 R >>", (b"/JavaScript",)),
    "a script after a harmless action": (b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next " + SCRIPT + b">>", ()),
    "a script in a tree of names": (
        b"/Names << /JavaScript << /Kids [6 0 R] >> >>",
        (b"<< /Names [(a) 7 0 R] >>", SCRIPT),
    ),
    "a script of a field": (b"/AcroForm << /Fields [<< /T (a) /FT /Tx /AA << /K " + SCRIPT + b" >> >>] >>", ()),
    "a script of a link": (ANNOTATION % (b"Link", b"/A " + SCRIPT), ()),
    "a script of a film": (ANNOTATION % (b"Screen", b"/A << /S /Rendition /JS (x) >>"), ()),
    "a script of a model": (b"/Extra << /Subtype /U3D /OnInstantiate 6 0 R >>", (FILE,)),
    "a program": (b"/OpenAction << /S /Launch /F (calc.exe) >>", ()),
    "a form that is a program": (b"/AcroForm << /Fields [] /XFA 6 0 R >>", (FILE,)),
    "data from elsewhere": (ANNOTATION % (b"Link", b"/A << /S /ImportData /F (a.fdf) >>"), ()),
    "Flash": (ANNOTATION % (b"RichMedia", b""), ()),
    "an address that opens by itself": (b"/OpenAction << /S /URI /URI (http://a.example) >>", ()),
    "an address behind a harmless action": (
        b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI /URI (http://a.example) >> >>",
        (),
    ),
    "another machine, asked by a page": (
        b"/Extra << /AA << /O << /S /GoToE /F (\\\\\\\\a.example\\\\b) >> >> >>",
        (),
    ),
    "a form that sends itself": (b"/AA << /WC 6 0 R >>", (b"<< /S /SubmitForm /F (http://a.example) >>",)),
    "a file": (INVOICE % b"invoice.exe", (FILE,)),
    "a file of two endings": (INVOICE % b"invoice.xml.exe", (FILE,)),
    "a file without a name": (ANNOTATION % (b"FileAttachment", b"/FS << /EF << /UF 6 0 R >> >>"), (FILE,)),
}


@pytest.mark.parametrize("make", [make_pdf, make_packed_pdf], ids=["plain", "packed"])
@pytest.mark.parametrize(("catalog", "more"), ACTIVE.values(), ids=ACTIVE.keys())
def test_finds_what_runs_and_other_files(make: Callable[..., bytes], catalog: bytes, more: tuple[bytes, ...]) -> None:
    assert pdf_process.finding(io.BytesIO(make(catalog=catalog, more=more))) == "active"


def test_says_in_both_languages_what_is_refused() -> None:
    content = make_pdf(catalog=b"/OpenAction " + SCRIPT)
    assert refusal(content) == (
        "The PDF contains scripts, other files, or actions that run when it is opened; print it to a new PDF, and"
        " upload that."
    )
    said = refusal(content, language="zh-hans")
    assert said == "PDF含有脚本、内嵌文件或打开时自动执行的动作，请打印为新的PDF后上传。"


HARMLESS = {
    "nothing besides its pages": (b"", ()),
    "a place where it opens": (b"/OpenAction [3 0 R /Fit]", ()),
    "an action that goes there": (b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>", ()),
    "a link to press": (ANNOTATION % (b"Link", b"/A << /S /URI /URI (http://a.example) >>"), ()),
    "a form to fill in": (b"/AcroForm << /Fields [<< /T (a) /FT /Tx /V (b) >>] >>", ()),
    "a seal": (b"/AcroForm << /SigFlags 3 /Fields [<< /T (a) /FT /Sig /V << /Type /Sig /Contents <00> >> >>] >>", ()),
    "words about scripts": (b"/Extra (/JavaScript /JS /Launch /OpenAction)", ()),
    "fonts with names of keys": (b"/Extra << /JS 5 0 R /AA 5 0 R /EF 5 0 R >>", ()),
    "the data of an electronic invoice": (INVOICE % b"Invoice.XML", (FILE,)),
    "the data of a receipt": (INVOICE % b"receipt.xbrl", (FILE,)),
    "a script that nothing leads to any more": (b"", (SCRIPT,)),
    "objects in a circle": (b"/Extra 6 0 R", (b"<< /Again 7 0 R >>", b"[6 0 R 7 0 R 1 0 R]")),
    "an object that is missing": (b"/Extra 99 0 R", ()),
}


@pytest.mark.parametrize("make", [make_pdf, make_packed_pdf], ids=["plain", "packed"])
@pytest.mark.parametrize(("catalog", "more"), HARMLESS.values(), ids=HARMLESS.keys())
def test_takes_what_is_only_shown(make: Callable[..., bytes], catalog: bytes, more: tuple[bytes, ...]) -> None:
    assert pdf_process.finding(io.BytesIO(make(catalog=catalog, more=more))) == "harmless"


def test_such_a_one_is_evidence() -> None:
    assert check(make_pdf()) == "application/pdf"


def encrypted(content: bytes, password: str) -> bytes:
    writer, written = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.encrypt(password, owner_password="of its author", algorithm="AES-256")
    writer.write(written)
    return written.getvalue()


class TestEncrypted:
    def test_one_that_opens_without_a_password_is_looked_into(self) -> None:
        assert check(encrypted(make_pdf(), "")) == "application/pdf"
        script = make_pdf(catalog=b"/OpenAction " + SCRIPT)
        assert "contains scripts" in refusal(encrypted(script, ""))

    def test_one_that_does_not_is_refused(self) -> None:
        assert refusal(encrypted(make_pdf(), "sesame")) == "The file is protected with a password; save it without one."

    def test_so_is_one_that_is_encrypted_in_an_unknown_way(self) -> None:
        unknown = make_pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Adobe.PubSec /V 4 >>")
        assert "protected with a password" in refusal(unknown)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "no table": lambda pdf: pdf.replace(b"startxref", b"startxxxx").replace(b"xref\n0", b"xxxx\n0"),
    "cut off": lambda pdf: pdf[: pdf.index(b"trailer")],
    "wrong places": lambda pdf: pdf.replace(b"%PDF-1.4\n", b"%PDF-1.4\n% scanned\n"),
    "nothing behind its head": lambda pdf: pdf[: pdf.index(b"1 0 obj")],
    "no pages": lambda pdf: pdf.replace(b"2 0 obj", b"2 x obj"),
    "rubbish at its end": lambda pdf: pdf + b"\0" * 5000,
    "half an object": lambda pdf: pdf.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 ((("),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_takes_a_damaged_one_as_viewers_do(damage: Callable[[bytes], bytes]) -> None:
    assert damage(make_pdf()) != make_pdf()
    assert check(damage(make_pdf())) == "application/pdf"


@pytest.mark.parametrize("damage", [each for name, each in DAMAGE.items() if not name.startswith("nothing")])
def test_but_not_with_a_script(damage: Callable[[bytes], bytes]) -> None:
    assert "contains scripts" in refusal(damage(make_pdf(catalog=b"/OpenAction " + SCRIPT)))


class TestBounds:
    """The bounds of the process that looks through a PDF."""

    def test_one_that_keeps_it_busy_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdfs, "SECONDS", 2)
        many = range(6, 36)
        busy = make_pdf(
            catalog=b"/Extra [%s]" % b" ".join(b"%d 0 R" % number for number in many),
            more=[b"[%s]" % (b"[] " * 90_000) for _number in many],
        )
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        assert refusal(busy) == "The PDF is too involved to be looked through; print it to a new PDF, and upload that."
        assert 1 < resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 4

    def test_one_that_unpacks_to_far_more_is_not_unpacked(self) -> None:
        bomb = make_packed_pdf(catalog=b" " * 100_000_000)
        assert len(bomb) < 200_000
        assert "too involved" in refusal(bomb)

    def test_one_that_takes_too_much_memory_is_refused(self, tmp_path: Path) -> None:
        def said(content: bytes) -> str:
            # By a shell, which is small: a process begins with the peak of the one that started it.
            (tmp_path / "file.pdf").write_bytes(content)
            words = [sys.executable, "-I", str(pdfs.PROCESS), str(50 * 1024 * 1024), "15"]
            line = f"{shlex.join(words)} < {shlex.quote(str(tmp_path / 'file.pdf'))}; true"
            return subprocess.run(["sh", "-c", line], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

        assert said(make_pdf()) == "harmless"
        assert said(make_pdf(catalog=b"/Extra 6 0 R", more=[b"[%s]" % (b"<< /A [] >> " * 90_000)])) == ""

    def test_brackets_within_brackets_hide_nothing(self) -> None:
        for make in (make_pdf, make_packed_pdf):
            assert "too involved" in refusal(make(catalog=b"/Extra " + b"[" * 100_000 + b"]" * 100_000))

    def test_a_long_document_is_looked_through(self) -> None:
        objects = range(6, 20_006)
        extra = b"/Extra [%s]" % b" ".join(b"%d 0 R" % number for number in objects)
        assert check(make_pdf(catalog=extra, more=[b"<< /A 1 >>" for _number in objects])) == "application/pdf"
        assert "contains scripts" in refusal(make_pdf(catalog=extra, more=[*[b"<< /A 1 >>"] * 19_999, SCRIPT]))
