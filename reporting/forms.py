"""The forms of reports of anything: the fields that they share."""

import json
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import TypedTextField
from core.texts import MAX_TEXT_LENGTH


class LongTextField(TypedTextField):
    def __init__(self, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_TEXT_LENGTH)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), required=False, **kwargs)


class MultipleFilesInput(forms.FileInput):
    allow_multiple_selected = True


class KnownField(forms.Field):
    """Name of a field -> its values that the page has shown or sent, as JSON. Whatever else comes is nothing."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> dict[str, list[str]]:
        try:
            known = json.loads(value or "{}")
        except ValueError:
            return {}
        if not isinstance(known, dict) or not all(isinstance(values, list) for values in known.values()):
            return {}
        return {name: [plain_text(each) for each in values] for name, values in known.items()}


class EvidenceForm(forms.Form):
    """A draft, complete or not, with its evidence. `version`: that of the draft that the page showed."""

    evidence = forms.Field(
        label=gettext_lazy("Upload files"), required=False, widget=MultipleFilesInput(attrs={"multiple": True})
    )
    url = forms.CharField(label=gettext_lazy("Link"), required=False, widget=forms.URLInput)
    url_title = TypedTextField(label=gettext_lazy("What the link shows"), required=False, max_length=200)
    document_number = forms.CharField(label=gettext_lazy("Document number"), required=False)
    document_title = TypedTextField(label=gettext_lazy("Title of the document"), required=False, max_length=200)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    use_required_attribute = False

    def set_value(self, name: str, value: object) -> None:
        """What the form, sent and refused, shows in a field. Its data are a copy of those of the request."""
        data: Any = self.data
        data[name] = value


def plain_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value or "").replace("\r\n", "\n").strip()
