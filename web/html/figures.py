"""Figures that can be held against the API: each carries its path there and the very number."""

import re
from collections.abc import Mapping
from typing import Protocol

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from web.formats.numbers import Number, json_number
from web.language import is_chinese


class Explainer(Protocol):
    """What a page with explained figures has as `why` in its context."""

    def of(self, path: str) -> Mapping[str, str] | None:
        """`url` and `label` of the link, and the `source` whose figure is explained. None for what is not explained."""


WHY_LINK = re.compile(r'<a class="why"[^>]*></a>')


def figure(
    content: SafeString,
    *,
    path: str,
    value: Number | None,
    href: str | None = None,
    source: str | None = None,
    classes: str = "",
    why: Explainer | None = None,
) -> SafeString:
    """`content` is the figure as written; `value` the very number at `path` in the answer of `source`, which is the
    summary unless named. With `href` the figure opens the rows behind it.

    Where `why` explains the path, a link to the explanation follows, and its source is the one meant.
    """
    explained = why.of(path) if why and source is None else None
    if explained:
        source = explained["source"]
    return format_html(
        "<{tag}{opens}{attributes}>{content}</{tag}>{why}",
        tag="a" if href else "span",
        opens=format_html(' href="{}"', href) if href else "",
        attributes=format_html(
            ' class="figure{}" data-figure="{}" data-value="{}"{}',
            f" {classes}" if classes else "",
            path,
            "" if value is None else json_number(value),
            format_html(' data-source="{}"', source) if source else "",
        ),
        content=mark_safe(content.strip()),
        why=_why_link(explained["url"], explained["label"]) if explained else "",
    )


def with_unit(content: SafeString) -> SafeString:
    """A figure with its unit, or with the words that it stands in: links to explanations move behind them, since a mark
    between a number and its unit reads as a doubt."""
    text = content.strip()
    return mark_safe(WHY_LINK.sub("", text) + "".join(WHY_LINK.findall(text)))


def unit_of(unit: str, classes: str = "unit") -> SafeString | str:
    """The unit behind a figure: closed up where it is a percent sign, or a Chinese unit of body size."""
    if not unit:
        return SafeString()
    is_close = unit == "%" or (is_chinese() and classes != "unit")
    space = "" if is_close else " "
    return format_html('{}<span class="{}">{}</span>', space, classes, unit) if classes else space + unit


def _why_link(url: str, label: str) -> SafeString:
    """Its sign comes from the style sheet, so that a table that is copied holds numbers alone."""
    return format_html('<a class="why" href="{}" aria-label="{}" data-why></a>', url, label)
