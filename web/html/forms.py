from collections.abc import Sequence
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString


def query_inputs(params: QueryDict, without: str | Sequence[BoundField] = ()) -> SafeString:
    """Hidden inputs that carry a page's parameters through a GET form, but for those that the form asks for: `without`,
    names with spaces between or bound fields. The page number is left out: the form leads to the first page."""
    names = without.split() if isinstance(without, str) else [field.name for field in without]
    inputs = [
        (name, value)
        for name, values in params.lists()
        for value in values
        if value and name != "page" and name not in names
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', inputs)


def visible_fields(form: Any, names: Sequence[str] = ()) -> list[BoundField]:
    """The fields of a filter form that a page shows; all of them where it names none."""
    return [field for field in form.visible_fields() if not names or field.name in names]
