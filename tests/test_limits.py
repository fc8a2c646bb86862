"""How long and how winding code may be. Exceptions may only become fewer: one that is not needed any more fails.

Code that an open issue replaces is only moved and renamed until then; the other exceptions wait for whoever comes by.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.services import ROOT

COMPLEXITY, FUNCTION_LINES, FILE_LINES = 12, 60, 450
# In percent of all lines: those of templates that are wider than so many characters, and those of one app.
TEMPLATE_WIDTH, WIDE_LINES = 160, 1
APP_LINES = 22

BESIDE = ("benchmarks", "docs", "fixtures")
APPS = sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", *BESIDE})

COMPLEX = {
    "fixtures/make/measures.py make",
    "fixtures/make/measures.py monthly_reports",
    "fixtures/make/projects.py make_cell",
}
LONG_FUNCTIONS = {"fixtures/make/measures.py make"}
LONG_FILES: set[str] = set()
LARGE_APPS: set[str] = set()

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files(folders: Iterable[str] = (*APPS, *BESIDE)) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, Function]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield within + node.name, node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from functions(node, f"{within}{node.name}.")
        else:
            yield from functions(node, within)


def complexity(function: Function) -> int:
    """Ways through a function, as radon counts them: unlike ruff's C901 with each `and`, `or` and comprehension."""
    return 1 + sum(branches(node) for node in function.body)


def branches(node: ast.AST) -> int:
    inner = sum(branches(child) for child in ast.iter_child_nodes(node))
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return 0  # counted by itself
        case ast.Assert():
            return 1
        case ast.If() | ast.IfExp():
            return inner + 1
        case ast.For() | ast.AsyncFor() | ast.While():
            return inner + 1 + bool(node.orelse)
        case ast.Try():
            return inner + len(node.handlers) + bool(node.orelse)
        case ast.BoolOp():
            return inner + len(node.values) - 1
        case ast.comprehension():
            return inner + 1 + len(node.ifs)
        case ast.Match():
            # One that takes the rest is no way more.
            return inner + len(node.cases) - any(getattr(case.pattern, "pattern", "") is None for case in node.cases)
    return inner


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def report(found: Mapping[str, float], most: int, excepted: set[str]) -> list[str]:
    """Return a line for all that is over the limit and no exception, and for each exception that is not over it."""
    over = {name: value for name, value in found.items() if value > most}
    return [f"{name}: {value:.3g}, of {most}" for name, value in sorted(over.items()) if name not in excepted] + [
        f"{name} needs no exception any more" for name in sorted(excepted - over.keys())
    ]


def all_functions() -> Iterator[tuple[str, Function]]:
    for path in python_files():
        for name, function in functions(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{name_of(path)} {name}", function


def test_no_function_is_too_winding() -> None:
    found = {name: complexity(function) for name, function in all_functions()}
    assert report(found, COMPLEXITY, COMPLEX) == []


def test_no_function_is_too_long() -> None:
    found = {name: (function.end_lineno or 0) - function.lineno + 1 for name, function in all_functions()}
    assert report(found, FUNCTION_LINES, LONG_FUNCTIONS) == []


def test_no_file_is_too_long() -> None:
    files = [*python_files(), *sorted((ROOT / "static" / "css").rglob("*.css"))]
    assert report({name_of(path): lines(path) for path in files}, FILE_LINES, LONG_FILES) == []


def test_templates_are_written_for_the_eye() -> None:
    texts = {name_of(path): path.read_text(encoding="utf-8").splitlines() for path in ROOT.glob("templates/**/*.html")}
    wide = [f"{name}: {line}" for name, text in texts.items() for line in text if len(line) > TEMPLATE_WIDTH]
    assert 100 * len(wide) <= WIDE_LINES * sum(map(len, texts.values())), "\n".join(wide)


def test_no_app_is_the_depot_of_all() -> None:
    found = {app: sum(map(lines, python_files([app]))) for app in APPS}
    shares = {app: 100 * count / sum(found.values()) for app, count in found.items()}
    assert report(shares, APP_LINES, LARGE_APPS) == []


def test_complexity_is_counted_as_radon_counts_it() -> None:
    code = """
def all_kinds(a, b):
    assert a or b
    if a and b or a:
        return [c for c in a if c if b]
    elif a:
        for c in a:
            continue
        else:
            pass
    while a if b else a:
        try:
            pass
        except ValueError:
            pass
        else:
            pass
    match a:
        case 1:
            pass
        case _:
            pass
    def inner():
        if a:
            pass
"""
    [(_, outer), (name, inner)] = functions(ast.parse(code))
    assert (complexity(outer), name, complexity(inner)) == (16, "all_kinds.inner", 2)
