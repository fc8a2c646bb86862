"""Texts that a person wrote: cleaned, or refused."""

import re

from django.utils.translation import gettext as _

from core.exceptions import NotAllowed

# In characters: a reason or note, and a text of a report or a comment. Columns are as wide.
MAX_REASON_LENGTH = 300
MAX_TEXT_LENGTH = 2_000

_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Also those that turn the direction of writing: what follows them reads other than it is stored.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


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
