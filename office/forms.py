"""The common parts of the office's forms: fields made from columns, and what they held when they were opened."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Model
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from core.edit_conflicts import State, as_state
from core.forms import TypedTextField
from core.published import MAX_SOURCE_LENGTH
from core.texts import without_controls
from measures.editing.forms import ReasonField
from web.formats.numbers import NO_VALUE
from web.formats.text import format_list, format_person
from web.language import localized
from web.lists.filters import MonthField
from web.site import offered_languages

OPENED = "opened"
# Why a published row changes, and by which source.
EXPLANATION = ("reason", "source")
# Columns that are longer than this get more than one line.
LONG_TEXT = 600
# What columns of texts end with.
LANGUAGE_SUFFIXES = ("zh", "en")


def words_of(model: type[Model], name: str, **more: Any) -> TypedTextField:
    """The field of a text column, with its label, help, length and validators, in as many lines as it may need."""
    column: Any = model._meta.get_field(name)
    is_long = column.max_length is None or column.max_length > LONG_TEXT
    settings: dict[str, Any] = {
        "label": column.verbose_name,
        "help_text": column.help_text,
        "max_length": column.max_length,
        "required": not column.blank,
        "validators": [each for each in column.validators if not hasattr(each, "limit_value")],
        "widget": forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput(attrs={"autocomplete": "off"}),
    }
    return TypedTextField(**settings | more)


def month_field(model: type[Model], name: str, **more: Any) -> MonthField:
    """Return the field of a column that holds the first day of a month, or nothing."""
    column: Any = model._meta.get_field(name)
    widget = forms.TextInput(attrs={"type": "month"})
    settings = {"label": column.verbose_name, "help_text": column.help_text, "required": False, "widget": widget}
    return MonthField(**settings | more)


def with_words[Form: forms.Form](model: type[Model], names: Iterable[str]) -> Callable[[type[Form]], type[Form]]:
    """Give a form the fields of these text columns, after those that it declares itself."""

    def add(form: type[Form]) -> type[Form]:
        form.base_fields |= {name: words_of(model, name) for name in names if name not in form.base_fields}
        return form

    return add


def slug_of(model: type[Model]) -> forms.SlugField:
    """The name of a new row in addresses: it stays, since links hold it."""
    column: Any = model._meta.get_field("slug")
    return forms.SlugField(
        label=column.verbose_name,
        max_length=column.max_length,
        help_text=gettext_lazy("Small letters, digits and hyphens, such as low-carbon. It cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[RegexValidator(r"^[a-z0-9-]+\Z", gettext_lazy("Small letters, digits and hyphens alone."))],
    )


def close_other_languages(form: forms.Form) -> None:
    """Fields of columns in a language that the site does not offer keep what they hold, and are not shown."""
    offered = offered_languages()
    for name, field in form.fields.items():
        stem, _, language = name.rpartition("_")
        if stem and language in LANGUAGE_SUFFIXES and language not in offered:
            field.disabled = True


class NumberField(forms.IntegerField):
    """A place in an order, from 1."""

    def __init__(self, **kwargs: Any) -> None:
        settings: dict[str, Any] = {"label": gettext_lazy("Number"), "min_value": 1, "max_value": 9_999}
        super().__init__(**settings | kwargs)


class RowChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # at run time it takes no argument
    """A row or none, by the name that addresses know it by."""

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        super().__init__(queryset, required=False, empty_label=pgettext_lazy("choice", "None"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return localized(obj, "short")


class PersonChoice(RowChoice):
    """A person by their user name, or nobody."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), to_field_name="username", **kwargs)

    def label_from_instance(self, obj: User) -> str:
        return format_person(obj)


class Version(NamedTuple):
    """A field that somebody else changed: when the form was opened, what the other wrote, what was typed."""

    label: str
    opened: str
    stored: str
    typed: str


class EditRow(NamedTuple):
    """A field with what it held when its form was opened, as people read it: None where the row has no such column."""

    field: forms.BoundField
    opened: str | None = None
    is_changed: bool = False


def open_fields(form: forms.Form) -> list[forms.BoundField]:
    """Returns the fields that a person may fill in."""
    return [field for field in form.visible_fields() if not field.field.disabled]


class OpenedForm(forms.Form):
    """Carries in a hidden field what its fields held when it was opened, so that nobody writes over another unseen.

    `state`: what they hold now.
    """

    def __init__(self, data: Any = None, *, state: State, **kwargs: Any) -> None:
        super().__init__(data, initial=dict(state), **kwargs)
        self.state = state
        self.opened = state if data is None else _read_state(data.get(OPENED, ""), state)

    @property
    def opened_text(self) -> str:
        return json.dumps(self.opened, ensure_ascii=False)

    def typed(self, name: str) -> str | list[str]:
        """Returns the content of a field as it was typed, in the form of a state."""
        value = self[name].value()
        if isinstance(value, list | tuple):
            return sorted(map(str, value))
        return without_controls(value).strip() if isinstance(value, str) else as_state(value)

    def written(self, name: str, value: str | list[str]) -> str:
        """A value of a state as people read it."""
        field: Any = self.fields[name]
        values = value if isinstance(value, list) else [value]
        rows = getattr(field, "queryset", None)
        if rows is not None:
            names = {field.prepare_value(row): field.label_from_instance(row) for row in rows}
        else:
            names = dict(getattr(field, "choices", ()))
        return format_list(str(names.get(each, each)) for each in values if each) or NO_VALUE

    @property
    def rows(self) -> list[EditRow]:
        return [self._row(field) if field.name in self.opened else EditRow(field) for field in open_fields(self)]

    def _row(self, field: forms.BoundField) -> EditRow:
        # A month is stored as a day.
        opened = field.field.prepare_value(self.opened[field.name])
        return EditRow(field, self.written(field.name, opened), self.typed(field.name) != opened)

    def versions(self, stored: Mapping[str, str | list[str]]) -> list[Version]:
        """Returns the versions of the fields that somebody else changed. The next form is opened with what they hold
        now."""
        rows = [
            Version(
                str(self.fields[name].label),
                self.written(name, self.opened[name]),
                self.written(name, value),
                self.written(name, self.typed(name)),
            )
            for name, value in stored.items()
        ]
        self.opened = {**self.opened, **stored}
        return rows


class PublishedForm(OpenedForm):
    """A form that asks for the reason and the source of a change where its row is published."""

    def __init__(self, data: Any = None, *, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        self.fields |= explanation_fields(is_published=is_published)


def _read_state(text: str, state: State) -> State:
    """Reads the state that a form carried. A text that no form of ours wrote counts as one that was opened just now."""
    try:
        found = json.loads(text)
    except ValueError:
        return state
    if not isinstance(found, dict) or set(found) != set(state):
        return state
    return found if all(isinstance(found[name], type(value)) for name, value in state.items()) else state


def source_field() -> TypedTextField:
    return TypedTextField(
        label=gettext_lazy("Source of the new value"),
        max_length=MAX_SOURCE_LENGTH,
        help_text=gettext_lazy("This row is published: the log keeps what it said, with the reason and the source."),
    )


def explanation_fields(*, is_published: bool) -> dict[str, forms.Field]:
    """Reason and source, where a published row changes; else a reason for whoever wants to give one."""
    reason = ReasonField(
        label=gettext_lazy("Reason for the change"), required=is_published, widget=forms.Textarea(attrs={"rows": 2})
    )
    return {"reason": reason, "source": source_field()} if is_published else {"reason": reason}
