"""The contents of a brief, and how much of them fits on one sheet of A4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.provenance import Provenance
from core.statuses import MeasureStatus
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_counted, format_list, numbered

# Widths are counted in half-width characters, as they are set in a table of the Word file, whose columns are narrower
# than the page's: a Chinese character is two of them, a Latin letter a little less than one.
TABLE_WIDTH = 90
LATIN_WIDTH = 0.85
# A longer name ends in an ellipsis; the link has it whole.
MAX_NAME = 110
MAX_TITLE = 140
MAX_SHORT_NAME = 40
MIN_SHARE_TO_WRAP = 30
# Of a cell that lists names: two lines, or one.
MAX_NAMES, FEW_NAMES = 125, 60


def width_of(text: str) -> float:
    return sum(2 if east_asian_width(each) in "WF" else LATIN_WIDTH for each in text)


def shortened(text: str, width: float) -> str:
    """Return the text, cut and with an ellipsis where it is wider than `width`."""
    if width_of(text) <= width:
        return text
    kept, left = "", width - 1
    for each in text:
        left -= width_of(each)
        if left < 0:
            break
        kept += each
    return f"{kept}…"


def format_left_out(count: int) -> str:
    """How many more there are: 3 more, 另3项."""
    return format_counted("%(count)s more", "%(count)s more", count)


def format_some(names: Sequence[str], total: int, *, room: int = MAX_NAMES) -> str:
    """Return as many names as fit into the width, at least one, and how many of `total` are left out."""
    shown: list[str] = []
    for name in names:
        name = shortened(name, MAX_NAME)
        if shown and width_of("; ".join([*shown, name])) > room:
            break
        shown.append(name)
    left = [format_left_out(total - len(shown))] if total > len(shown) else []
    return pgettext("between clauses", "; ").join([*shown, *left])


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    is_bold: bool = False


@dataclass(frozen=True)
class Column:
    """`share`: of the width of its table in the Word file, in percent."""

    label: str
    share: int
    is_number: bool = False

    @property
    def classes(self) -> str:
        """Return the column's classes of the style sheet: short ones keep to one line where there is room."""
        return " ".join(["number"] * self.is_number + ["short"] * (self.share < MIN_SHARE_TO_WRAP))

    def lines(self, text: str) -> int:
        return max(ceil(width_of(text) / (TABLE_WIDTH * self.share / 100)), 1)


@dataclass(frozen=True)
class Part:
    """A heading and its table. `nothing`: the sentence in place of a table without rows. `note`: one below it.
    `left_out`: how many rows did not fit; they are at `url`."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    nothing: str = ""
    note: str = ""
    left_out: int = 0
    url: str = ""

    @property
    def lines(self) -> int:
        return sum(row_lines(self.columns, row) for row in self.rows) or 1

    @property
    def left_out_text(self) -> str:
        """Return the words on rows left out that stand before the address of the list."""
        return _("%(left_out)s:") % {"left_out": format_left_out(self.left_out)}


def row_lines(columns: Sequence[Column], row: Sequence[Cell]) -> int:
    return max(column.lines(cell.text) for column, cell in zip(columns, row, strict=True))


def rows_that_fit(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, most: int, lines: int
) -> list[Sequence[Cell]]:
    """The first rows, at most `most`, as far as they take no more than `lines`."""
    fitting: list[Sequence[Cell]] = []
    for row in rows:
        lines -= row_lines(columns, row)
        if lines < 0 or len(fitting) == most:
            break
        fitting.append(row)
    return fitting


@dataclass(frozen=True)
class BriefFigure:
    """A figure as it is written, with the number at `path` of the API's summary, or of its answer at `source`, if it is
    there; `url` leads to its rows. `note`: a line below it."""

    label: str
    path: str
    number: Decimal | int | None
    shown: str
    unit: str = ""
    note: str = ""
    url: str = ""
    source: str | None = None


@dataclass(frozen=True)
class StatusShare:
    """How many measures have a status, and their share in percent; those of a group sum to 100."""

    status: MeasureStatus
    count: int
    share: Decimal

    @property
    def text(self) -> str:
        return _("%(status)s %(count)s (%(share)s)") % {
            "status": self.status.label,
            "count": format_number(self.count),
            "share": format_percent(self.share),
        }


@dataclass(frozen=True)
class Brief:
    """`sentence` is marked up with <strong>. `statuses` and `counts`: of the measures; empty for projects and where
    there are none. `site`: what stands before addresses on paper."""

    name: str
    day: date
    since: str
    sentence: str
    figures: Sequence[BriefFigure]
    parts: Sequence[Part]
    provenance: Provenance
    back_url: str
    back_label: str
    statuses: Sequence[StatusShare] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)
    site: str = ""

    @property
    def headed_parts(self) -> list[tuple[str, Part]]:
        """Return the parts with their numbered headings: 一、逾期未完成; 1. Overdue."""
        return list(zip(numbered(part.title for part in self.parts), self.parts, strict=True))

    @property
    def rows(self) -> int:
        return sum(len(part.rows) for part in self.parts)

    @property
    def statuses_label(self) -> str:
        total = self.counts.get("total", 0)
        return format_counted("%(count)s policy measure", "%(count)s policy measures", total)

    @property
    def statuses_text(self) -> str:
        return format_list(each.text for each in self.statuses)

    @property
    def provenance_note(self) -> str:
        """Return a note on what the tag means, where figures are not what they seem."""
        if self.provenance != Provenance.ILLUSTRATIVE:
            return ""
        return _("Illustrative data, made for this demonstration; not official statistics")
