"""The sentences on what is wrong with a file or a cell, in the language of whoever reads them."""

from collections.abc import Iterable

from django.utils.functional import Promise

# Nobody reads more in one sentence.
MAX_NAMED = 20
MAX_QUOTED = 40


class Refused(ValueError):
    """`text` says what is wrong, and what is wanted; it is put together with its values only when somebody reads it."""

    def __init__(self, text: str | Promise, /, **values: object) -> None:
        super().__init__(text)
        self.text, self.values = text, values

    def __str__(self) -> str:
        return str(self.text) % self.values if self.values else str(self.text)


class FileRefused(Refused):
    """The file is not read at all."""


class CellError(Refused):
    """The cell does not hold what its column wants."""


def first_of(names: Iterable[object]) -> str:
    """Returns the first of names for a sentence, each once; a file may have very many."""
    each_once = list(dict.fromkeys(map(str, names)))
    return ", ".join([*each_once[:MAX_NAMED], *(["…"] if len(each_once) > MAX_NAMED else [])])


def shortened(text: str) -> str:
    """Returns the beginning of a long text that a sentence quotes."""
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
