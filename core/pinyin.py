"""Chinese names by the initials of their pinyin: qn finds 氢能.

Nothing is stored: initials become a pattern of the characters that may be meant, which the database searches names with
(docs/adr/0017-search-reads-names-as-they-are.md).
"""

import os
import re
import unicodedata
from collections import defaultdict
from functools import cache

# Names are read character by character: its phrases would take 30 MB of each process.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "yes")

# One letter begins a syllable of nearly every name; of many the pattern would be longer than what it searches.
LEAST_LETTERS, MOST_LETTERS = 2, 8
# Dictionaries list the common readings first: those after these are of old texts, and would find what nobody meant.
COMMON_READINGS = 3

_INITIALS = re.compile(f"[A-Za-z]{{{LEAST_LETTERS},{MOST_LETTERS}}}")


def initials_pattern(word: str) -> str:
    """A regular expression of names in which characters with these initials follow each other; empty for a word that is
    no initials."""
    characters = _characters_by_initial()
    letters = word.lower()
    if not _INITIALS.fullmatch(word) or not all(letter in characters for letter in letters):
        return ""
    return "".join(f"[{characters[letter]}]" for letter in letters)


def syllables(text: str) -> str:
    """A text with the most common reading of each Chinese character in its place, without tones, between blanks."""
    from pypinyin.pinyin_dict import pinyin_dict

    readings = ((character, pinyin_dict.get(ord(character))) for character in text)
    return "".join(f" {_without_tone(found.split(',')[0])} " if found else character for character, found in readings)


def _without_tone(reading: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", reading) if not unicodedata.combining(each))


@cache
def _characters_by_initial() -> dict[str, str]:
    # Takes 14 MB: only of a process that is asked for initials.
    from pypinyin.pinyin_dict import pinyin_dict

    found: dict[str, set[str]] = defaultdict(set)
    for code, readings in pinyin_dict.items():
        if _is_in_use(chr(code)):
            for reading in readings.split(",")[:COMMON_READINGS]:
                # Without the mark of its tone: ān begins with a.
                found[unicodedata.normalize("NFD", reading)[0]].add(chr(code))
    return {initial: "".join(sorted(characters)) for initial, characters in found.items()}


def _is_in_use(character: str) -> bool:
    """Return whether the character is one of the 6,763 of GB 2312. With all others, SQLite takes three times as long to
    match a name."""
    return bool(character.encode("gb2312", "ignore"))
