from django.utils.html import format_html
from django.utils.safestring import SafeString

from web.formats.sources import format_source, source_parts
from web.html.languages import mark_language


def source_link(source: str) -> SafeString:
    """The name of a source, as a link where its address is known."""
    name, url = source_parts(format_source(source))
    # An English name that is no proper one begins with a capital too.
    text = mark_language(name[:1].upper() + name[1:])
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', url, text or url) if url else text
