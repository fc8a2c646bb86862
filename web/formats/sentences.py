from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


def format_sentence(text: str, **parts: Any) -> SafeString:
    """A translated sentence with parts put in; the parts are escaped, or marked up already."""
    return format_html(text.replace("{", "{{").replace("}", "}}") % {name: f"{{{name}}}" for name in parts}, **parts)
