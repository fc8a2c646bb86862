"""What a new text says that an older one did not, clause by clause: officials change a clause, not a letter."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

# A clause ends at Chinese punctuation, at a line's end, or at Western punctuation before a space: not in 1,234.5.
CLAUSE = re.compile(r".*?(?:[，。；！？、：\n]+|[,.;:!?]+(?=\s)\s*|$)", re.DOTALL)


class Piece(NamedTuple):
    """`kind`: same, added or removed."""

    kind: str
    text: str


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
