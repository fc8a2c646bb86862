"""The sentences on what is wrong with a file or a cell, in the language of whoever reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True)
class Sentence:
    """A lazily translated text with its values: it is put together only when somebody reads it."""

    text: str | Promise
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.text) % self.values if self.values else str(self.text)


class Refused(ValueError):
    """`sentence` says what is wrong, and what is wanted."""

    def __init__(self, text: str | Promise, /, **values: object) -> None:
        self.sentence = Sentence(text, values)
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class FileRefused(Refused):
    """The file is not read at all."""


class CellError(Refused):
    """The cell does not hold what its column wants."""
