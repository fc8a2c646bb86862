"""No string on a lower floor names a room above it: what an import contract cannot see."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
# From the roof down, as the import contracts have them.
FLOORS = next(each["layers"] for each in CONTRACTS if each["type"] == "layers")


def texts(path: Path) -> Iterator[ast.Constant]:
    """The strings of a module, but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node


def names_above(path: Path, above: list[str]) -> list[str]:
    """Dotted names, models, URL names and paths that begin with a room above."""
    room_above = re.compile(rf"(?:{'|'.join(above)})[.:/][A-Za-z_]")
    return [
        f"{path.relative_to(ROOT)}:{each.lineno} {each.value}" for each in texts(path) if room_above.match(each.value)
    ]


@pytest.mark.parametrize("floor", FLOORS[1:])
def test_no_string_names_a_room_above(floor: str) -> None:
    above = FLOORS[: FLOORS.index(floor)]
    modules = [path for path in sorted((ROOT / floor).rglob("*.py")) if "migrations" not in path.parts]
    assert [name for path in modules for name in names_above(path, above)] == []


def test_such_a_string_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_floors.ROOT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text(
        '"""dashboard.figures"""\nURL = "dashboard:city"\nFIGURE = "dashboards.total"\nKEY = "dashboard.City"\n',
        encoding="utf-8",
    )
    assert names_above(module, ["dashboard"]) == ["module.py:2 dashboard:city", "module.py:4 dashboard.City"]
