"""Counts of the source, to compare one commit with another: `python -m tests.house [FOLDER]`, where FOLDER is a clone.

Lines of code are those that hold a token of Python other than a docstring or a comment.
"""

import ast
import io
import re
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.lint_docstrings import DOCUMENTED, is_refused
from tests.services import ROOT

LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
BRANCHES = (
    ast.If | ast.For | ast.While | ast.ExceptHandler | ast.IfExp | ast.comprehension | ast.BoolOp | ast.match_case
)
# A template line that stands in two files says something twice where it is at least so long.
LONG_LINE = 30
# What a new one like it has to be written into: an optional field of a project, and a role.
NAMED = {
    "field national_code": re.compile(r"\bnational_code\b"),
    "role auditor": re.compile(r"Role\.AUDITOR|AUDITOR ="),
}


@dataclass
class Counts:
    """The counts of one folder. `lengths` and `branches`: of each function, in lines and in ways through it."""

    lines: int = 0
    docstrings: int = 0
    refused: int = 0
    untyped_contexts: int = 0
    lengths: list[int] = field(default_factory=list)
    branches: list[int] = field(default_factory=list)

    def add(self, text: str) -> None:
        tree = ast.parse(text)
        documented = set()
        for node in ast.walk(tree):
            if isinstance(node, DOCUMENTED) and (docstring := ast.get_docstring(node)) is not None:
                self.docstrings += 1
                self.refused += is_refused(docstring)
                documented |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._add_function(node)
        self.lines += len(lines_of_code(text) - documented)

    def _add_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.lengths.append((node.end_lineno or 0) - node.lineno + 1)
        self.branches.append(1 + sum(isinstance(each, BRANCHES) for each in ast.walk(node)))
        # The type of `get_context_data` is Django's.
        if "context" in node.name and node.name != "get_context_data" and node.returns is not None:
            self.untyped_contexts += ast.unparse(node.returns) == "dict[str, Any]"

    def row(self) -> str:
        functions = f"{len(self.lengths):>6} {statistics.median(self.lengths or [0]):>6}"
        ways = f"{statistics.mean(self.branches or [0]):>6.2f}"
        return f"{self.lines:>7} {functions} {ways} {self.docstrings:>6} {self.refused:>6} {self.untyped_contexts:>6}"


def lines_of_code(text: str) -> set[int]:
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT:
            found |= set(range(token.start[0], token.end[0] + 1))
    return found


def repeated_lines(templates: Path) -> tuple[int, int]:
    """Return how many long lines of the templates stand in another template, too, and how many there are."""
    files = [{line.strip() for line in path.read_text(encoding="utf-8").splitlines()} for path in _htmls(templates)]
    known = Counter(line for lines in files for line in lines if len(line) >= LONG_LINE)
    return sum(number for number in known.values() if number > 1), known.total()


def files_naming(pattern: re.Pattern[str], root: Path) -> int:
    """Return how many files name it: source, templates and documents, without tests and migrations."""
    folders = [*_packages(root), root / "templates", root / "docs"]
    paths = {path for each in folders if each.name != "tests" for path in each.rglob("*.*")}
    texts = [path for path in paths if path.suffix in (".py", ".html", ".md") and "migrations" not in path.parts]
    return sum(bool(pattern.search(path.read_text(encoding="utf-8"))) for path in texts)


def _packages(root: Path) -> list[Path]:
    return sorted({path.parent for path in root.glob("[a-z]*/*.py")})


def _htmls(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*.html"))


def main(root: Path) -> None:
    print(f"{'':<12} {'lines':>7} {'funcs':>6} {'median':>6} {'ways':>6} {'docs':>6} {'refus.':>6} {'dicts':>6}")
    whole = Counts()
    for folder in _packages(root):
        counts = Counts()
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                counts.add(path.read_text(encoding="utf-8"))
        print(f"{folder.name:<12} {counts.row()}")
        if folder.name != "tests":
            for name, value in vars(counts).items():
                setattr(whole, name, getattr(whole, name) + value)
    print(f"{'but tests':<12} {whole.row()}")
    repeated, lines = repeated_lines(root / "templates")
    print(f"Lines of templates that stand in another one: {repeated} of {lines}, {100 * repeated / lines:.0f} %")
    for name, pattern in NAMED.items():
        print(f"Files that name the {name}: {files_naming(pattern, root)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT)
