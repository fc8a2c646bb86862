"""The words that were searched for, bold in the texts in which they were found."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.searching import found_pattern, search_words

# Of a long text: so many characters before the first found word, and in all.
BEFORE, LENGTH = 20, 90
# From here on characters are Chinese, or of languages like it.
CHINESE = "\u2e80"


@dataclass(frozen=True)
class FoundWords:
    searched: str

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return found_pattern(search_words(self.searched))

    def are_in(self, text: str) -> bool:
        return bool(self._pattern and self._pattern.search(text))

    def mark(self, text: str) -> SafeString:
        """The text with each found word bold."""
        parts = self._pattern.split(text) if self._pattern else [text]
        # The pattern is one group: every second part is what it found.
        return mark_safe("".join(f"<b>{escape(part)}</b>" if n % 2 else escape(part) for n, part in enumerate(parts)))  # noqa: S308  # each part is escaped

    def excerpt(self, text: str) -> SafeString:
        """The part of a long text around the first found word, in one line, from the beginning of a word to the end of
        one."""
        text = " ".join(text.split())
        first = self._pattern.search(text) if self._pattern else None
        found, ends = first.span() if first else (0, 0)
        start = max(0, found - BEFORE)
        end = min(start + LENGTH, len(text))
        while start < found and _is_within_word(text, start):
            start += 1
        while end > ends and _is_within_word(text, end):
            end -= 1
        part = text[start:end].strip()
        return self.mark(f"{'…' if start else ''}{part}{'…' if end < len(text) else ''}")


def _is_within_word(text: str, place: int) -> bool:
    """Return whether the place is within a word of Latin letters; between Chinese characters a text may be cut."""
    return 0 < place < len(text) and all(each.isalnum() and each < CHINESE for each in text[place - 1 : place + 1])
