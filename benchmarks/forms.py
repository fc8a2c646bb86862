"""Readers of the forms in the pages of the site, for those who send them back."""

import re
from html import unescape


def hidden_fields(text: str) -> dict[str, str]:
    """Return the hidden fields of a form, or of what is swapped into it, by name."""
    found = {}
    for each in map(_attributes, re.findall(r"<input\b[^>]*>", text)):
        if each.get("type") == "hidden" and "name" in each:
            found[each["name"]] = unescape(each.get("value", ""))
    return found


def checked(text: str, name: str) -> str:
    """The value of the radio button that is chosen; empty where none is."""
    for tag in re.findall(r"<input\b[^>]*>", text):
        each = _attributes(tag)
        if (each.get("type"), each.get("name")) == ("radio", name) and re.search(r"\schecked\b", tag):
            return unescape(each["value"])
    return ""


def form_of(page: str, name: str) -> str:
    """The form with this id; empty where the page has none."""
    found = re.search(rf'<form\b[^>]*\bid="{name}".*?</form>', page, re.DOTALL)
    return found[0] if found else ""


def _attributes(tag: str) -> dict[str, str]:
    return dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
