"""The difference of a new text from an older one, clause by clause: officials change a clause, not a letter."""

import re
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.utils.functional import Promise

from reporting.models import TEXTS, AbstractReport
from web.language import column_suffix, localized

# A clause ends at Chinese punctuation, at a line's end, or at Western punctuation before a space: not in 1,234.5.
CLAUSE = re.compile(r".*?(?:[，。；！？、：\n]+|[,.;:!?]+(?=\s)\s*|$)", re.DOTALL)


class Piece(NamedTuple):
    """`kind`: same, added or removed."""

    kind: str
    text: str

    @property
    def is_added(self) -> bool:
        return self.kind == "added"

    @property
    def is_same(self) -> bool:
        return self.kind == "same"


def clauses(text: str) -> list[str]:
    return [clause for clause in CLAUSE.findall(text) if clause]


def differences(old: str, new: str) -> list[Piece]:
    """The new text, with what was removed where it stood."""
    before, after = clauses(old), clauses(new)
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(after[c:d])))
            continue
        if a < b:
            pieces.append(Piece("removed", "".join(before[a:b])))
        if c < d:
            pieces.append(Piece("added", "".join(after[c:d])))
    return pieces


class ComparedText(NamedTuple):
    """One text of a report, compared with that of an earlier one."""

    label: str | Promise
    text: str
    pieces: list[Piece]

    @property
    def is_new(self) -> bool:
        """Nothing of it stood in the last report: then there is nothing to mark."""
        return all(piece.is_added for piece in self.pieces)


def compare_texts(report: AbstractReport, last: Any) -> list[ComparedText]:
    """The texts that the report or the last one has; `last`: a report, or what a step of one kept; None where there is
    neither."""
    compared = []
    for name, label in TEXTS.items():
        text, before = _in_one_language(report, last, name)
        if text or before:
            compared.append(ComparedText(label, text, differences(before, text)))
    return compared


def _in_one_language(report: AbstractReport, last: Any, name: str) -> tuple[str, str]:
    """The text now and last time in one language: that of the new one, else the reader's."""
    text = localized(report, name)
    if last is None:
        return text, ""
    stands = (each for each in ("zh", "en") if text and text == getattr(report, f"{name}_{each}"))
    language = next(stands, column_suffix())
    return text, getattr(last, f"{name}_{language}") or localized(last, name)
