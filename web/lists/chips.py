from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from web.formats.dates import format_datetime, format_iso_day, format_month
from web.lists.filters import MonthField
from web.values import asked_values


class Chip(NamedTuple):
    """A filter in use, or one of its values, as components/chips.html shows it. `value`: how the address names that
    one; empty where there is no other."""

    parameter: str
    label: str
    text: str
    value: str = ""


def filter_chips(form: forms.Form) -> list[Chip]:
    """The filters in use of a filter form, one for each value; none of one that is not bound or not valid."""
    return [
        Chip(name, _label(form.fields[name]) or name, str(_text(form.fields[name], each)), _named(form, name, each))
        for name, value in getattr(form, "cleaned_data", {}).items()
        for each in (value if isinstance(value, list) else [value])
        if _is_set(form.fields[name], each)
    ]


def _label(field: forms.Field) -> str:
    return str(getattr(field, "chip_label", "") or field.label or "")


def _named(form: forms.Form, name: str, value: Any) -> str:
    """A department may be called by the names of those that were merged into it, too."""
    field: Any = form.fields[name]
    if not isinstance(form.cleaned_data[name], list):
        return ""
    present: Any = getattr(field, "present_name", str)
    params: Any = form.data
    return ",".join(each for each in asked_values(params, name) if present(each) == str(field.prepare_value(value)))


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
    if isinstance(field, MonthField):
        return format_month(value)
    return format_iso_day(value) if isinstance(value, date) else value
