from collections.abc import Sequence
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from web.days import STICKY_PARAMETERS
from web.idempotency import FORM_ID, new_form_id


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


def sticky_inputs(params: QueryDict) -> SafeString:
    """Hidden inputs of a GET form to another page: what `web.html.links.sticky_query` is to a link."""
    return query_inputs(params, without=" ".join(name for name in params if name not in STICKY_PARAMETERS))


def visible_fields(form: Any, names: Sequence[str] = ()) -> list[BoundField]:
    """The fields of a filter form that a page shows; all of them where it names none."""
    return [form[name] for name in names if name in form.fields] if names else form.visible_fields()


def folded_fields(form: Any, shown: Sequence[str], names: Sequence[str]) -> list[BoundField]:
    """The further fields of a filter form, which a page folds away; any with an error is among them, since it must be
    seen. None where the page shows all fields."""
    if not shown:
        return []
    faulty = form.errors if hasattr(form, "cleaned_data") else {}
    return [form[name] for name in dict.fromkeys((*names, *faulty)) if name in form.fields and name not in shown]


def is_any_asked(fields: Sequence[BoundField]) -> bool:
    """Return whether the address has a value for any of these fields."""
    return any(field.value() not in (None, "", [], [""]) for field in fields)


def form_id() -> SafeString:
    """The hidden id of a form that changes something: sent twice, it is done once."""
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_ID, new_form_id())
