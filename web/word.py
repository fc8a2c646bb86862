"""Word files as GB/T 9704 lays out official documents: A4, its margins and its typefaces, smaller in tables.

python-docx starts from a template whose East Asian typeface is a Japanese one: styles are set anew here, and each run
names its typefaces itself.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import unescape
from io import BytesIO
from typing import Any, NamedTuple

from django.http import FileResponse
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from core.texts import without_controls
from web.language import is_chinese

# Some systems do not allow what is neither a letter nor one of these in the name of a file.
_NOT_IN_FILE_NAMES = re.compile(r"[^\w .,()（）—-]+")
MAX_FILE_NAME = 60
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What XML cannot hold, besides control characters.
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_STRONG = re.compile(r"(</?strong>)")
_THUMBNAIL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"
_LATIN = "Times New Roman"
# Of the sheet, inside its margins.
WIDTH = Mm(210 - 28 - 26)
MARGINS = {"top_margin": Mm(37), "right_margin": Mm(26), "bottom_margin": Mm(35), "left_margin": Mm(28)}
INK, RULE = "000000", "A6A6A6"


class Look(NamedTuple):
    """A style. `line`: the exact height of a line, in points as `size`, so that the height of a sheet is known."""

    font: str
    size: float
    line: float
    before: float = 0
    is_centered: bool = False
    breaks_words: bool = False


SONG_TITLE, HEI, KAI, FANG_SONG, SONG = "方正小标宋简体", "黑体", "楷体", "仿宋", "宋体"
LOOKS = {
    "Title": Look(SONG_TITLE, 22, 30, is_centered=True),
    "Long Title": Look(SONG_TITLE, 16, 22, is_centered=True),
    "Heading 1": Look(HEI, 12, 17, before=4),
    "Body Text": Look(FANG_SONG, 12, 19, before=2),
    "Subtitle": Look(KAI, 10.5, 16, is_centered=True),
    # Addresses break anywhere.
    "Caption": Look(KAI, 8.5, 12, breaks_words=True),
    "Figure": Look(FANG_SONG, 18, 22),
    "Cell": Look(FANG_SONG, 9, 13),
    "Head": Look(KAI, 9, 14),
    "Bar": Look(FANG_SONG, 4, 9),
    "Footer": Look(SONG, 14, 18),
}
# What tables and runs are made from, and may not be without.
_KEPT = {"Normal", "Default Paragraph Font", "Normal Table", "No List", *LOOKS}


class WordCell(NamedTuple):
    """`unit`: follows the text in small letters."""

    style: str
    text: str
    is_bold: bool = False
    unit: str = ""


class WordColumn(NamedTuple):
    """`share`: of the width of the sheet, in percent."""

    share: float
    is_number: bool = False


class WordFile:
    """Text goes in from top to bottom; `content` is the file."""

    def __init__(self, *, title: str, made_at: datetime) -> None:
        self.document: Any = Document()
        _describe(self.document, title, made_at)
        _set_styles(self.document.styles)
        _set_page(self.document.sections[0])
        _number_page(self.document.sections[0].footer.paragraphs[0])

    def add(self, style: str, text: str) -> None:
        """A paragraph; of its markup <strong> is kept, as bold."""
        _write(self.document.add_paragraph(style=style), text, is_marked_up=True)

    def add_plain(self, style: str, text: str) -> None:
        _write(self.document.add_paragraph(style=style), text)

    def add_table(
        self, columns: Sequence[WordColumn], rows: Iterable[Sequence[WordCell]], *, has_head: bool = True
    ) -> None:
        """The first row is the head; then rows have a line below them."""
        rows = list(rows)
        table = self._add_table([column.share for column in columns], len(rows))
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            is_head = has_head and number == 0
            if is_head:
                _flag(row, "w:tblHeader")
            _flag(row, "w:cantSplit")
            for cell, column, wanted in zip(row.cells, columns, cells, strict=True):
                paragraph = cell.paragraphs[0]
                paragraph.style = wanted.style
                if column.is_number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                _write(paragraph, wanted.text, is_bold=wanted.is_bold)
                if wanted.unit:
                    _add_run(paragraph, wanted.unit).font.size = Pt(LOOKS["Cell"].size)
                if has_head:
                    _underline(cell, INK if is_head else RULE, eighths=8 if is_head else 2)

    def add_bar(self, parts: Sequence[tuple[float, str]]) -> None:
        """Add a bar; `parts`: the share of each in percent and its shade, six hexadecimal digits."""
        table = self._add_table([share for share, _shade in parts], 1)
        for cell, (_share, shade) in zip(table.rows[0].cells, parts, strict=True):
            cell.paragraphs[0].style = "Bar"
            _shade_cell(cell, shade)
        table.rows[0].height, table.rows[0].height_rule = Pt(LOOKS["Bar"].line), WD_ROW_HEIGHT_RULE.EXACTLY

    def _add_table(self, shares: Sequence[float], rows: int) -> Any:
        table = self.document.add_table(rows=rows, cols=len(shares))
        table.autofit = False
        margins = _append(table._tbl.tblPr, "w:tblCellMar", w_sides={"left": 0, "right": 140})
        table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)
        for column, share in zip(table.columns, shares, strict=True):
            column.width = int(WIDTH * share / 100)
            for cell in column.cells:
                cell.width = column.width
        return table

    def content(self) -> BytesIO:
        file = BytesIO()
        self.document.save(file)
        file.seek(0)
        return file


def send_word_file(file: WordFile, *, name: str, day: date) -> FileResponse:
    """Returns the answer that has the file, under its cleaned name and the day."""
    cleaned = _NOT_IN_FILE_NAMES.sub("-", name)[:MAX_FILE_NAME].strip(" .-")
    return FileResponse(file.content(), as_attachment=True, filename=f"{cleaned}-{day}.docx", content_type=MEDIA_TYPE)


def _describe(document: Any, title: str, made_at: datetime) -> None:
    """Set the properties of the document; nobody is named. The template brings a picture of itself, which is
    removed."""
    about = document.core_properties
    about.title, about.language = _clean(title), "zh-CN" if is_chinese() else "en-GB"
    about.author = about.last_modified_by = about.comments = about.keywords = ""
    about.created = about.modified = made_at
    rels = document.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype == _THUMBNAIL]:
        del rels[key]
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")


def _set_styles(styles: Any) -> None:
    """Set the styles of LOOKS, and keep none that would bring other typefaces in."""
    for style in list(styles):
        if style.name not in _KEPT:
            style.delete()
    default = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_fonts(default, FANG_SONG)
    language = default.find(qn("w:lang"))
    language.set(qn("w:val"), "zh-CN" if is_chinese() else "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    names = {style.name for style in styles}
    for name, look in LOOKS.items():
        style = styles[name] if name in names else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _set_look(style, look)


def _set_look(style: Any, look: Look) -> None:
    level = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    for part in ("w:pPr", "w:rPr"):
        for old in style.element.findall(qn(part)):
            style.element.remove(old)
    _set_fonts(style.element.get_or_add_rPr(), look.font)
    style.font.size = Pt(look.size)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.before), Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    if look.is_centered:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER
    properties = style.element.get_or_add_pPr()
    if look.breaks_words:
        properties.insert(0, _append(properties, "w:wordWrap", val="0"))
    if level is not None:
        properties.append(level)


def _set_page(section: Any) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS.items():
        setattr(section, name, size)
    section.footer_distance = Mm(23)
    # Lines are as high as their styles say, and keep to no grid.
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)


def _number_page(paragraph: Any) -> None:
    paragraph.style = "Footer"
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _add_run(paragraph, "— ")
    for kind in ("begin", None, "end"):
        run = _add_run(paragraph, "")
        if kind:
            _append(run._r, "w:fldChar", fldCharType=kind)
        else:
            code = OxmlElement("w:instrText")
            code.text = "PAGE"
            run._r.append(code)
    _add_run(paragraph, " —")


def _write(paragraph: Any, text: str, *, is_bold: bool = False, is_marked_up: bool = False) -> None:
    text = _clean(text)
    for piece in _STRONG.split(text) if is_marked_up else [text]:
        if is_marked_up and _STRONG.fullmatch(piece):
            is_bold = not piece.startswith("</")
        elif piece:
            _add_run(paragraph, unescape(piece) if is_marked_up else piece, is_bold=is_bold)


def _add_run(paragraph: Any, text: str, *, is_bold: bool = False) -> Any:
    run = paragraph.add_run(text)
    run.bold = is_bold or None
    _set_fonts(run._r.get_or_add_rPr(), LOOKS[paragraph.style.name].font)
    return run


def _clean(text: str) -> str:
    """One line, without what no XML file can hold."""
    return " ".join(_UNWRITABLE.sub("", without_controls(text)).split())


def _set_fonts(properties: Any, font: str) -> None:
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), _LATIN)
    fonts.set(qn("w:eastAsia"), font)
    properties.insert(0, fonts)


def _append(parent: Any, tag: str, *, w_sides: dict[str, int] | None = None, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    for side, width in (w_sides or {}).items():
        _append(element, f"w:{side}", w=str(width), type="dxa")
    parent.append(element)
    return element


def _flag(row: Any, tag: str) -> None:
    _append(row._tr.get_or_add_trPr(), tag)


def _underline(cell: Any, colour: str, *, eighths: int) -> None:
    """`eighths` of a point is the width of the line."""
    borders = _append(cell._tc.get_or_add_tcPr(), "w:tcBorders")
    _append(borders, "w:bottom", val="single", sz=str(eighths), space="0", color=colour)


def _shade_cell(cell: Any, shade: str) -> None:
    properties = cell._tc.get_or_add_tcPr()
    borders = _append(properties, "w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        _append(borders, f"w:{side}", val="single", sz="4", space="0", color=INK)
    _append(properties, "w:shd", val="clear", color="auto", fill=shade)
