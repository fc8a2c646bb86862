"""Data has a column a language (`title_zh`, `title_en`); this picks the reader's."""

from typing import Any

from django.utils.translation import get_language


def suffix() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def local(thing: Any, field: str) -> str:
    """The field in the reader's language; the other language where that one is empty."""
    here = suffix()
    other = "zh" if here == "en" else "en"
    return getattr(thing, f"{field}_{here}") or getattr(thing, f"{field}_{other}")
