"""A check that each docstring is a sentence with a subject or a verb; `./run check` runs it.

A docstring that begins with a preposition, a conjunction, a pronoun or a relative word leans on the line above it, and
so does one of three words.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.services import ROOT

PREPOSITIONS = """about above across after against along among around as at before behind below beneath beside besides
between beyond by during except for from in inside into like near of on onto outside over per since through till to
toward towards under unlike until up upon via with within without"""
CONJUNCTIONS = "although and because but if nor or so than though unless whereas while"
PRONOUNS = """he her him his i it its itself me my our she such that their theirs them themselves these they this those
us we you your"""
RELATIVES = "what when where whether which who whom whose"
REFUSED = frozenset(f"{PREPOSITIONS} {CONJUNCTIONS} {PRONOUNS} {RELATIVES}".split())
FEWEST_WORDS = 4
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
# Docstrings by folder that are still to be rewritten. A number only goes down: whoever rewrites some lowers it.
STILL_REFUSED: dict[str, int] = {}


def is_refused(docstring: str) -> bool:
    first = re.match(r"\W*(\w*)", docstring)
    sentence = docstring.split("\n\n")[0]
    return (first is not None and first[1].lower() in REFUSED) or len(sentence.split()) < FEWEST_WORDS


def refused_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the first line of the text of each docstring that is refused."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED) and (docstring := ast.get_docstring(node)) and is_refused(docstring):
            yield node.body[0].lineno, docstring.splitlines()[0]


def sources() -> Iterator[Path]:
    """Yield the Python files of this project, but for migrations: these stay as they were released."""
    for folder in sorted({path.parent for path in ROOT.glob("[a-z]*/*.py")}):
        yield from (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def main() -> int:
    found: dict[str, list[str]] = {}
    for path in sources():
        place = path.relative_to(ROOT)
        for line, first in refused_in(path.read_text(encoding="utf-8")):
            found.setdefault(place.parts[0], []).append(f"{place}:{line}: {first}")
    counts = Counter({folder: len(lines) for folder, lines in found.items()})
    wrong = [folder for folder in {*counts, *STILL_REFUSED} if counts[folder] != STILL_REFUSED.get(folder, 0)]
    for folder in sorted(wrong):
        allowed = STILL_REFUSED.get(folder, 0)
        if counts[folder] > allowed:
            print("\n".join(found[folder]))
            print(f"{folder}: {counts[folder]} docstrings are no sentences, {allowed} are allowed.")
            print("Begin with a verb or with the thing itself, and use four words at least.")
        else:
            print(f"{folder}: only {counts[folder]} docstrings are no sentences: lower STILL_REFUSED in {__name__}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
