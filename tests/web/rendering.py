import re
from typing import Any

from django.template import Context, Template
from django.test import RequestFactory


def render(source: str, path: str = "/", **context: Any) -> str:
    """A template of one line, with the project's tags, on the page of `path`."""
    return Template("{% load pilotzone %}" + source).render(Context({"request": RequestFactory().get(path), **context}))


def compact(html: str) -> str:
    """Return HTML without the line breaks and the indentation of the template: one space within a tag, none beside
    it."""
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", html)).strip()
