"""The rows that cells name, by key or name; and keys of rows that bring none."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.pinyin import syllables
from ledger.rows import Values

# What a row of each sheet is called by, besides its key.
NAMES: Mapping[str, tuple[str, ...]] = {
    "regions": ("name_zh", "name_en", "short_zh", "short_en"),
    "departments": ("name_zh", "name_en", "short_zh", "short_en"),
    "people": (),
    "sections": ("number", "title_zh", "title_en"),
    "categories": ("name_zh", "name_en"),
    "problem_categories": ("name_zh", "name_en"),
    "measures": (),
    "projects": (),
    "indicators": ("name_zh", "name_en"),
    "themes": ("name_zh", "name_en"),
}
MAX_SLUG_LENGTH = 50
_NO_SLUG = re.compile(r"[^a-z0-9]+")


class Names:
    """The rows of a sheet by what they may be called. A key names its row, whatever others are called."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.keys: dict[str, str] = {}
        self.names: dict[str, set[str]] = {}
        # Of a merged department, what it was merged into, as the file or the site calls it.
        self.merged: dict[str, str] = {}

    def add(self, key: str, values: Values) -> None:
        self.keys[folded(key)] = key
        for column in NAMES[self.sheet]:
            if (name := values.get(column)) is not None:
                self.names.setdefault(folded(name), set()).add(key)
        if values.get("merged_into"):
            self.merged[key] = values["merged_into"]

    def find(self, text: str) -> str | None:
        """The key of the row; None where there is none. Raises ValueError, with a sentence, where several are called
        so."""
        found = {self.successor(key) for key in self._called(text)}
        if len(found) > 1:
            keys = {"name": text, "keys": ", ".join(sorted(found))}
            raise ValueError(_("“%(name)s” may be several: %(keys)s. Write which.") % keys)
        return next(iter(found), None)

    def is_unknown(self, text: str) -> bool:
        """Returns whether nothing is called so. Where several are, that is told at the cell."""
        return not self._called(text)

    def successor(self, key: str) -> str:
        """Returns the department that does the work of a merged one now, through all mergers; else the row itself, also
        where they lead in a circle."""
        now, seen = key, set[str]()
        while now in self.merged:
            if now in seen:
                return key
            seen.add(now)
            into = self._called(self.merged[now])
            if len(into) != 1:
                # Nobody is called so, or several are: that is the fault of its row.
                return now
            [now] = into
        return now

    def _called(self, text: str) -> set[str]:
        wanted = folded(text)
        return {self.keys[wanted]} if wanted in self.keys else self.names.get(wanted, set())


def folded(text: Any) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(text)).split()).casefold()


def made_slug(name: str, taken: Iterable[str]) -> str:
    """A name in addresses: English words as they are, Chinese by its pinyin; numbered where it is taken."""
    words = _NO_SLUG.sub("-", unicodedata.normalize("NFKC", syllables(name)).lower()).strip("-")
    slug = words[: MAX_SLUG_LENGTH - 4].strip("-") or "x"
    taken, number, made = set(taken), 1, slug
    while made in taken:
        number += 1
        made = f"{slug}-{number}"
    return made
