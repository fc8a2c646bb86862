from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import TypedTextField
from core.texts import MAX_REASON_LENGTH

# Characters: what a browser sends of them is still taken, 9 bytes a Chinese one.
MAX_PASTED = 400_000


class UploadForm(forms.Form):
    """One file, or rows that were copied out of a spreadsheet."""

    file = forms.FileField(
        required=False,
        label=gettext_lazy("File"),
        help_text=gettext_lazy("An Excel workbook (.xlsx, .xls, .ods), a CSV file, or several as a ZIP archive."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.zip"}),
        allow_empty_file=True,
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("Or rows of one table, pasted"),
        help_text=gettext_lazy("Copy them in the spreadsheet together with the row of their headers."),
        widget=forms.Textarea(attrs={"rows": 5, "wrap": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if len(values.get("pasted", "")) > MAX_PASTED:
            self.add_error(
                "pasted", forms.ValidationError(gettext_lazy("This is too much to paste: upload it as a file."))
            )
        if not self.errors and not values.get("file") and not values.get("pasted", "").strip():
            self.add_error("file", forms.ValidationError(gettext_lazy("Choose a file, or paste rows.")))
        return values


class QuestionsForm(forms.Form):
    """A question for each column that may mean several things."""

    def __init__(self, data: Any = None, *, questions: list[dict[str, Any]]) -> None:
        super().__init__(data)
        texts = {
            "year": gettext_lazy("Which year do these days belong to?"),
            "unit": gettext_lazy("In which unit are these amounts?"),
            "scale": gettext_lazy("What do these percentages mean?"),
        }
        for each in questions:
            self.fields[each["key"]] = forms.ChoiceField(
                label=f"{each['sheet']} · {each['column']}",
                help_text=texts[each["kind"]],
                choices=[tuple(choice) for choice in each["choices"]],
                widget=forms.RadioSelect,
            )


class TakeBackForm(forms.Form):
    reason = TypedTextField(
        label=gettext_lazy("Reason"), max_length=MAX_REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
