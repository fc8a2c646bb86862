"""Sizes in bytes: what a first visit sends, and what an installation takes on the disk."""

import gzip
import importlib.util
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from benchmarks.serving import fetch
from tests.services import ROOT


def first_visit(port: int) -> int:
    """Return how many bytes the overview and what its head asks for have, as a server in front would send them
    (gzip -6)."""
    page = _found(port, "/")
    return sum(
        len(gzip.compress(each, 6)) for each in (page, *(_found(port, path) for path in resources(page.decode())))
    )


def _found(port: int, path: str) -> bytes:
    response, body = fetch(port, path)
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}")
    return body


def resources(page: str) -> list[str]:
    """The stylesheets and scripts that a page names, but for the chart script, which comes later."""
    tags = re.findall(r'<(?:link\b[^>]*\brel="stylesheet"|script\b)[^>]*>', page)
    named = [found[1] for tag in tags if (found := re.search(r'\b(?:href|src)="([^"]+)"', tag))]
    return list(dict.fromkeys(path for path in named if "plotly" not in path))


def installation(data: Path) -> dict[str, int]:
    """Return the bytes of each part. Of .venv only the packages of requirements.txt count, which is all that the
    demonstration installs."""
    return {
        "packages": sum(path.stat().st_size for path in _package_files()),
        ".tools": _size(ROOT / ".tools"),
        "data": _size(data),
    }


def _package_files() -> Iterator[Path]:
    """Each with what Python has compiled of it."""
    for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE):
        try:
            installed = distribution(name)
        except PackageNotFoundError:  # for another system
            continue
        for file in installed.files or []:
            path = Path(str(installed.locate_file(file)))
            compiled = [Path(importlib.util.cache_from_source(str(path)))] if path.suffix == ".py" else []
            yield from (each for each in (path, *compiled) if each.is_file())


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
