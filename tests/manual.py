"""The blocks of the manual, for tests that run what it says.

A block is text that is set in by four spaces. A test names it by the words with which it begins: `block("manage.py
backup FOLDER")`. tests/test_operations_blocks.py finds those calls, and so the blocks that no test knows.
"""

import re
import shlex
from pathlib import Path

from tests.services import ROOT

OPERATIONS = "docs/operations.md"
CALL = re.compile(r'\bblock\(\s*"([^"]+)"(?:, "([^"]+)")?')


def blocks(document: str = OPERATIONS) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(r"(?m)(?<=\n\n)((?:    .*\n|\n(?=    ))+)", text)
    return [re.sub(r"(?m)^    ", "", each).rstrip("\n") for each in found]


def block(beginning: str, document: str = OPERATIONS, **put: object) -> str:
    """`put`: what stands in the place of words that the reader is to replace."""
    [found] = [each for each in blocks(document) if each.startswith(beginning)]
    return replaced(found, put)


def replaced(text: str, put: dict[str, object]) -> str:
    for word, value in put.items():
        assert word in text, f"{word} does not stand in {text}"
        text = text.replace(word, str(value))
    return text


def commands(text: str) -> list[list[str]]:
    """The words of each line that is none of Docker's own; of `docker compose exec web python manage.py …` those
    after `python`."""
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    inside = [words[words.index("manage.py") :] if "manage.py" in words else words for words in lines]
    return [words for words in inside if words and words[0] not in ("docker", "systemctl")]


def calls_of_block() -> dict[tuple[str, str], set[Path]]:
    """Document and beginning of a block -> the tests that ask for it."""
    found: dict[tuple[str, str], set[Path]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for beginning, document in CALL.findall(path.read_text(encoding="utf-8")):
            found.setdefault((document or OPERATIONS, beginning), set()).add(path)
    return found
