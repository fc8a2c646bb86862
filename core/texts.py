"""Texts that a person wrote: cleaned, or refused, and kept in the language in which they are written."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.exceptions import NotAllowed

# In characters: a reason or note, and a text of a report or a comment. Columns are as wide.
MAX_REASON_LENGTH = 300
MAX_TEXT_LENGTH = 2_000

_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Also those that turn the direction of writing: what follows them reads other than it is stored.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


# Chinese characters, as a part of a pattern.
HAN = "\u3400-\u9fff"
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class TextInBoth:
    """A text of which its writer says what it is in each language. None leaves what stands there."""

    zh: str | None = None
    en: str | None = None


type Text = str | TextInBoth


def language_of(text: str) -> str:
    """The language in which a text is written, as columns name it: Chinese (zh) with a single Chinese character, else
    English (en)."""
    return "zh" if _HAN.search(text) else "en"


def text_columns(name: str, text: Text, *, present: Any = None, field: str = "", max_length: int = 0) -> dict[str, str]:
    """Return the columns of a text, such as `problem_zh` and `problem_en`, cleaned: a bare one stands in its own
    language alone, since a translation of what it said before would say something else. `present`: the row, which
    keeps both where the text says what one of them says already.

    Raises NotAllowed for too many characters, of `field`, which is named as the text unless given.
    """
    stands = {language: getattr(present, f"{name}_{language}", "") for language in ("zh", "en")}
    given = {"zh": text.zh, "en": text.en} if isinstance(text, TextInBoth) else {"zh": text}
    cleaned = {
        language: clean_text(each, field=field or name, max_length=max_length or MAX_TEXT_LENGTH)
        for language, each in given.items()
        if each is not None
    }
    if isinstance(text, TextInBoth):
        found = stands | cleaned
    else:
        bare = cleaned["zh"]
        found = stands if bare and bare in stands.values() else {"zh": "", "en": "", language_of(bare): bare}
    return {f"{name}_{language}": each for language, each in found.items()}


def written_text(row: Any, name: str) -> Text:
    """Return the text of a row as its writer gave it: bare where it is in one language."""
    zh, en = getattr(row, f"{name}_zh"), getattr(row, f"{name}_en")
    return TextInBoth(zh, en) if zh and en else zh or en


def without_controls(text: str) -> str:
    """Return the text without control characters; line breaks of all kinds (Word has its own) become one, and tabs
    stay."""
    return CONTROL.sub("", _LINE_BREAK.sub("\n", text))


def too_long(text: str, *, most: int) -> str:
    """Why a text is refused that is longer than `most` characters: it is never cut."""
    return _("At most %(limit_value)s characters; there are %(show_value)s.") % {
        "limit_value": most,
        "show_value": len(text),
    }


def clean_text(text: str, *, field: str, max_length: int = MAX_REASON_LENGTH, if_empty: str = "") -> str:
    """Trimmed, and without control characters.

    Raises NotAllowed for more than `max_length` characters, and with the sentence `if_empty`, where given, for none.
    """
    text = without_controls(text).strip()
    if if_empty and not text:
        raise NotAllowed(if_empty, field=field)
    if len(text) > max_length:
        raise NotAllowed(too_long(text, most=max_length), field=field)
    return text
