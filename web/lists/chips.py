from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from web.formats.dates import format_datetime, format_iso_day


class Chip(NamedTuple):
    """A filter in use, as components/chips.html shows it."""

    parameter: str
    label: str
    text: str


def filter_chips(form: forms.Form) -> list[Chip]:
    """The filters in use of a filter form; none of one that is not bound or not valid."""
    return [
        Chip(name, str(form.fields[name].label or name), str(_text(form.fields[name], value)))
        for name, value in getattr(form, "cleaned_data", {}).items()
        if _is_set(form.fields[name], value)
    ]


def _is_set(field: forms.Field, value: Any) -> bool:
    if value is False:
        return isinstance(field, forms.NullBooleanField)
    return value is not None and value != ""


def _text(field: Any, value: Any) -> Any:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if hasattr(field, "label_from_instance"):
        return field.label_from_instance(value)
    if hasattr(field, "choices"):
        return dict(field.choices).get(value, value)
    if isinstance(value, datetime):
        return format_datetime(value)
    return format_iso_day(value) if isinstance(value, date) else value
