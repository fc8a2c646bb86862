"""Rules for where a line may end, and where not."""

import re
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

# A day or a period, and a number with its unit. Tags are matched too, as the first group, so that they are passed over.
UNITS = re.compile(
    r"""
    (<[^>]*>)
    | \d{4}-\d\d-\d\d
    | \d{1,2}\ [A-Z][a-z]+\ \d{4}(?:\ \(%\))?
    | (?:\d{4}—)?\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?|上半年|[一二三四]季度|前三季度)?
    | \d{1,2}月(?:\d{1,2}日|末)?
    | 第\d+页
    | \bpages?\ \d+
    | (?<![A-Za-z\d.,])[+−-]?\d+(?:[.,]\d+)*(?:
        个百分点|万千瓦|亿千瓦时|万?亿元|万[元吨]|微克/立方米|[项个条天次台家座处%]
        | \ \d+\ million\ yuan
        | \ [A-Za-z]+(?:\ (?:points?|yuan))?
    )
    """,
    re.VERBOSE,
)


def nowrap(sentence: Any) -> SafeString:
    """A sentence whose days and numbers stay whole at the end of a line: 2023年8月29日, 16.8个百分点, 83.82 GW."""
    text = conditional_escape(sentence)
    return mark_safe(UNITS.sub(lambda found: found[1] or f'<span class="nowrap">{found[0]}</span>', text))  # noqa: S308  # escaped one line above


def wrap_address(address: str) -> SafeString:
    """A long address that may be broken after its slashes and underscores."""
    return mark_safe(re.sub(r"(/+|_)", r"\1<wbr>", conditional_escape(address)))  # noqa: S308  # escaped one line above
