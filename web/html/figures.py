"""Figures that can be held against the API: each carries its path there and the very number."""

from collections.abc import Mapping
from typing import Protocol

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from web.formats.numbers import Number, json_number
from web.language import is_chinese


class Explainer(Protocol):
    """The object that a page with explained figures has as `why` in its context."""

    def of(self, path: str) -> Mapping[str, str] | None:
        """`url` and `label` of the link, and the `source` whose figure is explained. None for what is not explained."""


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
    """Return the HTML of a figure. `content` is the figure as written; `value` the very number at `path` in the answer
    of `source`, which is the summary unless named. With `href` the figure opens the rows behind it.

    Where `why` explains the path, its source is the one meant, and a figure without rows opens the explanation.
    """
    explained = why.of(path) if why and source is None else None
    if explained:
        source = explained["source"]
    opens: SafeString | str = format_html(' href="{}"', href) if href else ""
    if explained and not href:
        opens = _opens_explanation(explained)
    return format_html(
        "<{tag}{opens}{attributes}>{content}</{tag}>",
        tag="a" if opens else "span",
        opens=opens,
        attributes=format_html(
            ' class="figure{}" data-figure="{}" data-value="{}"{}',
            f" {classes}" if classes else "",
            path,
            "" if value is None else json_number(value),
            format_html(' data-source="{}"', source) if source else "",
        ),
        content=mark_safe(content.strip()),  # noqa: S308  # what a template has rendered
    )


def explanation_link(path: str, text: str = "", *, why: Explainer | None) -> SafeString | str:
    """The one link of a block to how its figures are counted, from that at `path` on to all others."""
    explained = why.of(path) if why else None
    if explained is None:
        return ""
    words = text or _("How this is counted")
    return format_html('<a class="how"{}>{}</a>', _opens_explanation(explained), words)


def unit_of(unit: str, classes: str = "unit") -> SafeString | str:
    """The unit behind a figure: closed up where it is a percent sign, or a Chinese unit of body size."""
    if not unit:
        return SafeString()
    is_close = unit == "%" or (is_chinese() and classes != "unit")
    space = "" if is_close else " "
    return format_html('{}<span class="{}">{}</span>', space, classes, unit) if classes else space + unit


def _opens_explanation(explained: Mapping[str, str]) -> SafeString:
    return format_html(' href="{}" title="{}" data-why', explained["url"], explained["label"])
