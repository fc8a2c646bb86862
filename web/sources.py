"""A source is shown by its name; its address, where it has one, is behind the name."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from web.language import as_written

MADE_HERE = "演示数据 (made for the demonstration)"  # of the fixtures; each reader gets one half
ADDRESS_AT_END = re.compile(r"(?P<name>.*?)[;,，；]?\s*(?P<url>https?://\S+)", re.DOTALL)


def named_source(source: str) -> SafeString:
    """A link where the text ends with an address; else the text. It is marked where it is in another language."""
    if source == MADE_HERE:
        return as_written(_("made for the demonstration"))
    found = ADDRESS_AT_END.fullmatch(source.strip())
    if found is None:
        return as_written(source)
    return format_html(
        '<a href="{}" rel="noopener noreferrer">{}</a>', found["url"], as_written(found["name"].strip()) or found["url"]
    )
