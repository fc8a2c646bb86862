from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.names import NAME_WANTED
from ledger.headers import NOT_READ
from ledger.matching import LIKELY_SHEETS
from ledger.sentences import FileRefused
from ledger.sheets import SHEETS
from ledger.tables import pasted_rows
from measures.models import Plan
from office.forms import LANGUAGE_SUFFIXES, month_field, words_of
from projects.plans import likely_first_month
from regions.models import Region, kind_of_code
from web.lists.filters import DayField
from web.models import Languages, Site

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
        help_text=gettext_lazy("Copy them in the spreadsheet, best together with the row of their headers."),
        widget=forms.Textarea(attrs={"rows": 5, "wrap": "off", "spellcheck": "false"}),
    )
    sheet = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What the pasted rows are"),
        help_text=gettext_lazy("Where no row of headers is among them, it is asked which column is which."),
        choices=[("", gettext_lazy("As their headers say")), *((name, SHEETS[name].label) for name in LIKELY_SHEETS)],
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        pasted = values.get("pasted", "")
        if len(pasted) > MAX_PASTED:
            self.add_error(
                "pasted", forms.ValidationError(gettext_lazy("This is too much to paste: upload it as a file."))
            )
        elif not values.get("file"):
            try:
                pasted_rows(pasted)
            except FileRefused as refusal:
                self.add_error("pasted", str(refusal))
        if not self.errors and not values.get("file") and not pasted.strip():
            self.add_error("file", forms.ValidationError(gettext_lazy("Choose a file, or paste rows.")))
        return values


class NamesForm(forms.Form):
    """A form for the names of the site and its first plan. Nobody is asked for a language that the site is not to
    offer: its fields count for nothing, also where a browser shows them."""

    languages = forms.ChoiceField(
        label=gettext_lazy("Languages"), choices=Languages.choices, widget=forms.RadioSelect, initial=Languages.BOTH
    )
    name_zh = words_of(Site, "name_zh", label=gettext_lazy("Name of the site (Chinese)"))
    name_en = words_of(Site, "name_en", label=gettext_lazy("Name of the site (English)"))
    place_zh = words_of(Site, "place_zh")
    place_en = words_of(Site, "place_en")
    place_code = words_of(
        Region,
        "code",
        required=False,
        label=gettext_lazy("Code of the place"),
        help_text=gettext_lazy(
            "Six digits of GB/T 2260: projects and values of indicators are of a region. A ministry leaves it empty."
        ),
    )
    subject_zh = words_of(Site, "subject_zh")
    subject_en = words_of(Site, "subject_en")
    plan_zh = words_of(Plan, "name_zh", label=gettext_lazy("Name of the plan (Chinese)"))
    plan_en = words_of(Plan, "name_en", label=gettext_lazy("Name of the plan (English)"))
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"))
    first_reporting_month = month_field(Plan, "first_reporting_month", initial=likely_first_month)

    @property
    def offered(self) -> Sequence[str]:
        """Suffixes of the columns of the languages that were chosen."""
        chosen = self.cleaned_data.get("languages", Languages.BOTH)
        return [each for each in LANGUAGE_SUFFIXES if chosen == Languages.BOTH or chosen.startswith(each)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for stem in ("name", "plan", *(["place"] if values.get("place_code") else [])):
            self._check_named(stem)
        return values

    def _check_named(self, stem: str) -> None:
        sentence = NAME_WANTED if len(self.offered) > 1 else gettext_lazy("A name is wanted.")
        names = [f"{stem}_{language}" for language in self.offered]
        if not any(self.cleaned_data.get(name) or name in self.errors for name in names):
            self.add_error(names[0], forms.ValidationError(sentence))

    @property
    def site(self) -> dict[str, str]:
        """Columns of the site's profile."""
        stems = ("name", "place", "subject")
        names = [f"{stem}_{language}" for stem in stems for language in self.offered]
        return {name: self.cleaned_data[name] for name in (*names, "languages")}

    @property
    def region(self) -> Region | None:
        """The region that the place is; None where it has no code."""
        code = self.cleaned_data["place_code"]
        names = {f"name_{language}": self.cleaned_data[f"place_{language}"] for language in self.offered}
        return Region(code=code, kind=kind_of_code(code), **names) if code else None

    @property
    def plan(self) -> dict[str, Any]:
        """The plan's names and days."""
        days = {name: self.cleaned_data[name] for name in ("starts_on", "ends_on", "first_reporting_month")}
        return {f"name_{language}": self.cleaned_data[f"plan_{language}"] for language in self.offered} | days


class QuestionsForm(forms.Form):
    """A question for each column that may mean several things."""

    def __init__(self, data: Any = None, *, questions: list[dict[str, Any]]) -> None:
        super().__init__(data)
        texts = {
            "year": gettext_lazy("Which year do these days belong to?"),
            "unit": gettext_lazy("In which unit are these amounts?"),
            "scale": gettext_lazy("What do these percentages mean?"),
            "leads": gettext_lazy("Some cells name several departments. Who leads?"),
            "rounding": gettext_lazy("These amounts have more digits than are kept. What becomes of them?"),
            "sheet": gettext_lazy("What are the rows of this sheet?"),
            "column": gettext_lazy("Which column is this? Needed ones have an asterisk."),
            "codes": gettext_lazy("The site has other rows of these numbers. Which rows are those of the file?"),
            "name": gettext_lazy("No row of the site is called so. Which one is meant?"),
        }
        for each in questions:
            self.fields[each["key"]] = forms.ChoiceField(
                label=f"{each['sheet']} · {each['column']}",
                help_text=texts[each["kind"]],
                choices=[tuple(choice) for choice in each["choices"]],
                # A file has many sheets and columns.
                widget=forms.Select if each["kind"] in ("sheet", "column") else forms.RadioSelect,
                initial=each.get("guess"),
            )
        self.columns = [each["key"] for each in questions if each["kind"] == "column"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = Counter((key.partition(":")[0], values.get(key)) for key in self.columns)
        for key in self.columns:
            value = values.get(key)
            if value not in (None, NOT_READ) and chosen[key.partition(":")[0], value] > 1:
                self.add_error(key, forms.ValidationError(gettext_lazy("This column was chosen twice.")))
        return values
