"""Rows that a source published. What they say changes with a reason and a source, and the log keeps what it was."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import TypedTextField
from core.provenance import Sourced
from core.texts import MAX_REASON_LENGTH, clean_text

# In characters, as wide as the column of a row's own source.
MAX_SOURCE_LENGTH = 600
EXPLAINED = ("change_reason", "change_source")


def explain_change(row: Sourced, stored: Sourced | None, *, reason: str, source: str) -> None:
    """Hands reason and source to the log, which writes them beside the old and the new values when `row` is saved.

    `stored`: the row as it is in the database, None for a new one. Raises NotAllowed for a published row that changes
    without them.
    """
    columns = [field.attname for field in row._meta.concrete_fields if field.name != "updated_at"]
    is_changed = stored is not None and any(getattr(row, name) != getattr(stored, name) for name in columns)
    is_asked = stored is not None and stored.is_published and is_changed
    reason = clean_text(reason, field="change_reason", if_empty=_("Please say why.") if is_asked else "")
    words = _("Please name the source of the new value.") if is_asked else ""
    source = clean_text(source, field="change_source", max_length=MAX_SOURCE_LENGTH, if_empty=words)
    row.explanation = {"reason": reason, "source": source} if reason or source else None


@transaction.atomic
def save_published(row: Sourced, *, reason: str = "", source: str = "") -> None:
    """Adds a row, or saves a changed one. Raises NotAllowed."""
    rows: Any = type(row)._default_manager
    stored = rows.select_for_update().filter(pk=row.pk).first() if row.pk else None
    explain_change(row, stored, reason=reason, source=source)
    row.save()


class PublishedForm(forms.ModelForm):  # type: ignore[type-arg]  # at run time it takes no argument
    """Asks reason and source where a published row changes."""

    change_reason = TypedTextField(
        label=gettext_lazy("Reason for the change"), max_length=MAX_REASON_LENGTH, required=False
    )
    change_source = TypedTextField(
        label=gettext_lazy("Source of the new value"),
        max_length=MAX_SOURCE_LENGTH,
        required=False,
        help_text=gettext_lazy("This row is published: the log keeps what it said, with the reason and the source."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        row: Any = self.instance
        if row.pk and row.is_published and set(self.changed_data) - set(EXPLAINED):
            sentences = {
                "change_reason": _("Please say why."),
                "change_source": _("Please name the source of the new value."),
            }
            for name, sentence in sentences.items():
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return cleaned

    @property
    def explanation(self) -> dict[str, str]:
        names = {"reason": "change_reason", "source": "change_source"}
        return {name: self.cleaned_data.get(field, "") for name, field in names.items()}


class PublishedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # at run time it takes no argument
    """The admin of rows that figures depend on: they are not deleted, and a published one changes with a reason and a
    source."""

    form = PublishedForm

    @admin.display(description=gettext_lazy("Name"), ordering="name_zh")
    def name(self, row: Any) -> str:
        return str(row.name_zh or row.name_en)

    @admin.display(description=gettext_lazy("Title"), ordering="title_zh")
    def title(self, row: Any) -> str:
        return str(row.title_zh or row.title_en)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [name for name in super().get_fields(request, obj) if name not in EXPLAINED]
        return [*fields, *EXPLAINED] if obj is not None and obj.is_published else fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_published(obj, **form.explanation)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
