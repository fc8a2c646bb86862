"""The checks of this folder's `checks/`: a file each (ADR 30).

A file says `severity`; `title`, `why` and `do` in both languages; and `statement`, one SELECT that runs on PostgreSQL
and SQLite alike and finds the rows that are wrong. Its columns: `model`, such as measures.measure, and `id` of the row;
`name`, by which people know it; `detail`, what is wrong with it, or "". `%(today)s` is the day. With
`only_missing_files = true` there is a column `file`, and only rows whose file is not stored are wrong.
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.db import models
from django.utils.translation import get_language, pgettext_lazy

FOLDER = Path(__file__).parent / "checks"
MODEL = re.compile(r"'([a-z]+\.[a-z]+)'")


class Severity(models.TextChoices):
    """The severities of checks, from the worst: rows contradict each other; somebody should look; worth knowing."""

    ERROR = "error", pgettext_lazy("integrity", "Error")
    WARNING = "warning", pgettext_lazy("integrity", "Warning")
    INFO = "info", pgettext_lazy("integrity", "Note")


@dataclass(frozen=True)
class Check:
    name: str
    severity: Severity
    statement: str
    title_zh: str
    title_en: str
    why_zh: str
    why_en: str
    do_zh: str
    do_en: str
    only_missing_files: bool = False

    @property
    def models(self) -> set[str]:
        """Returns the labels of the models whose rows the check names, such as measures.measure."""
        return set(MODEL.findall(self.statement))

    def said(self, what: str) -> str:
        """Returns the check's `title`, `why` or `do` in the reader's language."""
        text: str = getattr(self, f"{what}_{'en' if get_language() == 'en' else 'zh'}")
        return text


@functools.cache
def all_checks() -> tuple[Check, ...]:
    """The worst first, then by name."""
    found = [read_check(path) for path in FOLDER.glob("*.toml")]
    return tuple(sorted(found, key=lambda each: (list(Severity).index(each.severity), each.name)))


def read_check(path: Path) -> Check:
    """Raises ValueError or TypeError for a file that is none."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    return Check(name=path.stem, severity=Severity(values.pop("severity")), **values)
