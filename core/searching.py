"""The words that a reader searches for, each of which must be found."""

import re
from collections.abc import Iterable

from core.pinyin import initials_pattern
from core.texts import without_controls

# In characters. Longer than any name; SQLite refuses statements of very many words.
MOST_SEARCHED = 100


def search_text(raw: str) -> str:
    """Return the text that was typed, in one line."""
    return " ".join(without_controls(raw).split())


def search_words(text: str) -> list[str]:
    return list(dict.fromkeys(text.split()))


def found_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of the words in a text, in one group; None without words."""
    ways = [way for word in words for way in (re.escape(word), initials_pattern(word)) if way]
    # The longest first: of two that begin at one place it is the one to show.
    return re.compile(f"({'|'.join(sorted(ways, key=len, reverse=True))})", re.IGNORECASE) if ways else None
