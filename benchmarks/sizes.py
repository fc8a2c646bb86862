"""What a first visit sends, and what an installation takes on the disk; in bytes."""

import gzip
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from benchmarks.load import NotMeasured, fetch
from tests.services import ROOT


@dataclass
class Visit:
    files: int = 0
    # As a server in front would send it (gzip -6), and as the demonstration does.
    compressed: int = 0
    sent: int = 0

    def add(self, port: int, path: str) -> bytes:
        response, body = fetch(port, path)
        if response.status != 200:
            raise NotMeasured(f"{path} answered {response.status}")
        self.files += 1
        self.compressed += len(gzip.compress(body, 6))
        self.sent += len(fetch(port, path, **{"Accept-Encoding": "br, gzip"})[1])
        return body


def first_visit(port: int) -> Visit:
    """The overview and what its head asks for."""
    visit, parser = Visit(), Resources()
    parser.feed(visit.add(port, "/").decode())
    for address in parser.found:
        target = urlsplit(urljoin("/", address))
        visit.add(port, f"{target.path}?{target.query}" if target.query else target.path)
    return visit


class Resources(HTMLParser):
    """The stylesheets and scripts that a page names, but for the chart script, which comes later."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get("src") if tag == "script" else None
        if tag == "link" and "stylesheet" in (values.get("rel") or "").split():
            address = values.get("href")
        if address and "plotly.min" not in address and address not in self.found:
            self.found.append(address)


def installation(data: Path) -> dict[str, int]:
    """By part. Of .venv only the packages of requirements.txt, which is all that the demonstration installs."""
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
