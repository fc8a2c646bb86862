"""What a person wrote: cleaned, or refused."""

from django.utils.translation import gettext as _

from core.exceptions import NotAllowed

# In characters: a reason or note, for which columns are as wide, and a text of a report or a comment.
MAX_REASON_LENGTH = 300
MAX_TEXT_LENGTH = 2_000


def clean_text(text: str, *, field: str, max_length: int = MAX_REASON_LENGTH, if_empty: str = "") -> str:
    """Trimmed, and without NUL, which no database takes.

    Raises NotAllowed for more than `max_length` characters, and with the sentence `if_empty`, where given, for none.
    """
    text = text.replace("\x00", "").strip()
    if if_empty and not text:
        raise NotAllowed(if_empty, field=field)
    if len(text) > max_length:
        raise NotAllowed(_("At most %(count)s characters") % {"count": max_length}, field=field)
    return text
