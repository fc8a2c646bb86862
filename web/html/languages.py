import re
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.texts import HAN as _HAN
from web.language import is_chinese

_WIDE = "\u3000-\u303f\uff00-\uffef"
# A run, the group of these, begins and ends with its own script; figures and marks between are part of it, and the
# ending of a file. No letter or figure is tried twice: a long text without a run takes no longer than another.
CHINESE_RUN = re.compile(
    rf"((?<![0-9])[0-9]*[{_HAN}](?:[0-9A-Za-z.,%·“”\s{_HAN}{_WIDE}]*[{_HAN}{_WIDE}])?(?:\.[a-z]{{3,4}}\b)?)"
)
# Two words at least: GDP or Excel alone is part of the Chinese sentence around it. A word that begins no run has none.
_WORD = rf"[A-Za-z][^\s{_HAN}{_WIDE}]*"
ENGLISH_RUN = re.compile(rf"({_WORD}[^\S\n][^{_HAN}{_WIDE}]*[A-Za-z0-9])|{_WORD}")


def mark_language(value: Any) -> SafeString:
    """A text that has one language for every reader, such as what people typed or the name of a source: runs that are
    not in the language of the page say so, so that they are read aloud as what they are."""
    run, tag = (ENGLISH_RUN, "en") if is_chinese() else (CHINESE_RUN, "zh-Hans")
    text = str(value or "")
    pieces, end = [], 0
    for found in run.finditer(text):
        if not found[1]:
            continue
        pieces.append(format_html('{}<span lang="{}">{}</span>', text[end : found.start()], tag, found[1]))
        end = found.end()
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, text[end:]]))
