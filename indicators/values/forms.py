"""The form of a value: what may be typed; the services decide what may be filed."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from core.forms import ParsedField, TypedTextField
from core.provenance import Provenance
from core.published import MAX_SOURCE_LENGTH
from core.texts import MAX_REASON_LENGTH
from indicators.models import (
    MAX_SCOPE_LENGTH,
    RELEASE_BASES,
    SCOPE_HELP,
    STATED,
    Indicator,
    Observation,
    Purpose,
    ValueProvenance,
    ValueReport,
)
from indicators.values.services import ValueData
from indicators.wording import release_day, with_unit
from reporting.forms import DraftForm, EvidenceForm, LongTextField
from web.formats.numbers import trimmed
from web.lists.filters import DayField

# 1,234.5; after blanks are gone, minus signs are one and full width is ASCII.
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,12})?", re.ASCII)
DECIMALS = Decimal("0.000001")
YES, NO = "yes", "no"
OWN, CHINESE = "own", "zh"


def read_number(text: str) -> Decimal | None:
    """Return the number that a person writes or pastes: 1,234.5, －3.9, １２; None for anything else."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(str.maketrans("−–，", "--,"))
    return Decimal(plain.replace(",", "")) if NUMBER.fullmatch(plain) else None


class NumberField(ParsedField):
    # A number's own input would show nothing of what it refuses.
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {"invalid": gettext_lazy("Write a number in digits, such as 1,234.5 or -3.9.")}
    parse = staticmethod(read_number)


class PurposeField(forms.CharField):
    """`revision`, or `correction-2`: the observation of this id was wrong. Whatever else comes is nothing; whether it
    may be chosen is judged when the value is saved and submitted."""

    widget = forms.RadioSelect

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        return text if re.fullmatch(rf"{Purpose.REVISION}|{Purpose.CORRECTION}-[0-9]{{1,15}}", text) else ""


class WrittenInUnits:
    """The unit in which the values of a form are written, which may be the Chinese one."""

    indicator: Indicator
    cleaned_data: dict[str, Any]

    @property
    def is_chinese(self) -> bool:
        """Return whether the value of a valid form was written in the Chinese unit."""
        return self.cleaned_data.get("unit") == CHINESE

    @property
    def factor(self) -> Decimal:
        return self.indicator.zh_factor if self.is_chinese else Decimal(1)


class ValueForm(WrittenInUnits, DraftForm):
    """Any draft, complete or not. Fields are named as services name them in refusals.

    `releases`: the observations of the period that are there; without any, nothing is asked about them.
    """

    value = NumberField(label=gettext_lazy("Value"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit of the value"), widget=forms.RadioSelect)
    exact = forms.ChoiceField(
        label=gettext_lazy("Exact"),
        choices=[(YES, gettext_lazy("The exact value")), (NO, gettext_lazy("Rounded, or “more than”"))],
        widget=forms.RadioSelect,
    )
    released_on = DayField(
        label=gettext_lazy("Release date"),
        required=False,
        help_text=gettext_lazy("The day of publication, from which it counts."),
    )
    release_basis = forms.ChoiceField(
        label=gettext_lazy("What the release date rests on"),
        choices=RELEASE_BASES,
        widget=forms.RadioSelect,
    )
    value_provenance = forms.ChoiceField(
        label=gettext_lazy("Where the value comes from"),
        choices=ValueProvenance.choices,
        widget=forms.RadioSelect,
    )
    source = TypedTextField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=MAX_SOURCE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Who published it, what, when and where."),
    )
    verified = forms.ChoiceField(
        label=gettext_lazy("Checked against the source"),
        required=False,
        choices=[(YES, gettext_lazy("Yes")), (NO, gettext_lazy("Not yet: overview and gaps do not use it"))],
        widget=forms.RadioSelect,
    )
    purpose = PurposeField(label=gettext_lazy("Why it is filed"), required=False)
    reason = LongTextField(label=gettext_lazy("Why it is revised or corrected"), rows=2, max_length=MAX_REASON_LENGTH)
    basis = TypedTextField(
        label=gettext_lazy("What the value rests on"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Such as constant prices."),
    )
    scope = TypedTextField(
        label=pgettext_lazy("indicators", "Scope"), required=False, max_length=MAX_SCOPE_LENGTH, help_text=SCOPE_HELP
    )
    note = TypedTextField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("A break or a base effect, for readers: Chinese | English"),
    )

    # In words and figures; the others are chosen.
    written = ("value", "released_on", "source", "reason", "basis", "scope", "note")
    chosen = ("unit", "exact", "release_basis", "value_provenance", "verified", "purpose")
    typed = (*written, *chosen)
    figure = "value"
    # Errors are listed in the order of the page.
    field_order = (
        *("purpose", "reason", "value", "unit", "exact", "released_on", "release_basis", "value_provenance", "source"),
        *("verified", "basis", "scope", "note"),
        *EvidenceForm.base_fields,
    )

    def __init__(self, *args: Any, indicator: Indicator, releases: Sequence[Observation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        units: Any = self.fields["unit"]
        units.choices = [(CHINESE, indicator.unit_zh), (OWN, indicator.unit)]
        if not has_two_units(indicator):
            del self.fields["unit"]
        if releases:
            purposes: Any = self.fields["purpose"]
            purposes.widget.choices = purpose_choices(indicator, releases)
        else:
            del self.fields["purpose"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("value") is not None and "unit" not in self.errors:
            value = cleaned["value"] / self.factor
            if value != value.quantize(DECIMALS):
                words = {"unit": self.indicator.unit}
                self.add_error("value", gettext("A value has at most six decimals in %(unit)s.") % words)
        return cleaned

    def value_data(self) -> ValueData:
        """Return the data of a valid form."""
        cleaned = self.cleaned_data
        purpose, _dash, wrong = cleaned.get("purpose", "").partition("-")
        texts = {name: cleaned.get(name, "") for name in ("source", "basis", "scope", "note", "reason")}
        return ValueData(
            value=None if cleaned["value"] is None else (cleaned["value"] / self.factor).quantize(DECIMALS),
            in_chinese_unit=self.is_chinese,
            exact=cleaned["exact"] == YES,
            verified={YES: True, NO: False}.get(cleaned["verified"]),
            released_on=cleaned["released_on"],
            release_basis=cleaned["release_basis"],
            value_provenance=cleaned["value_provenance"],
            purpose=purpose,
            corrects=int(wrong) if wrong else None,
            **texts,
        )

    def figure_text(self, figure: Decimal | None) -> str:
        return _number_text(figure)


def has_two_units(indicator: Indicator) -> bool:
    """Return whether a value of the indicator is another number in the Chinese unit."""
    return bool(indicator.zh_factor != 1 and indicator.unit_zh)


def purpose_choices(indicator: Indicator, releases: Sequence[Observation]) -> list[tuple[str, str]]:
    """Return the choices of a purpose: a revision, or a correction of what there is of the period, the newest first."""
    choices = [(str(Purpose.REVISION.value), gettext("A revision: released later, it counts from its day on"))]
    for row in reversed(releases):
        value = with_unit(indicator, row.value, exact=row.exact, exactly=True)
        words = {"value": value, "day": release_day(row)}
        label = gettext("A correction: %(value)s, released on %(day)s, was wrong from the start") % words
        choices.append((f"{Purpose.CORRECTION}-{row.pk}", label))
    return choices


def first_values(indicator: Indicator, last: Observation | None) -> dict[str, Any]:
    """Return the values with which a form begins that nobody has written in. `last`: the newest value of the series."""
    return {
        "unit": CHINESE if has_two_units(indicator) else "",
        "exact": YES,
        "release_basis": STATED,
        "value_provenance": Provenance.PUBLISHED.value if last and last.is_published else Provenance.REPORTED.value,
        "scope": last.scope if last else "",
    }


def form_values(report: ValueReport, *, has_releases: bool) -> dict[str, Any]:
    """The values with which the form of a report begins: the value in the unit that it was written in. `has_releases`:
    whether its period has a value, so that a purpose is asked for."""
    factor = report.indicator.zh_factor if report.in_chinese_unit else Decimal(1)
    purpose = f"{report.purpose}-{report.corrects_id}" if report.corrects_id else report.purpose
    names = ("released_on", "release_basis", "value_provenance", "source", "basis", "scope", "note")
    own_unit = OWN if has_two_units(report.indicator) else ""
    return {
        **{name: getattr(report, name) for name in names},
        "value": "" if report.value is None else _number_text(report.value * factor),
        "unit": CHINESE if report.in_chinese_unit else own_unit,
        "exact": YES if report.exact else NO,
        "verified": "" if report.verified is None else YES if report.verified else NO,
        "purpose": purpose if has_releases else "",
        "reason": report.reason if has_releases else "",
        "version": report.version,
    }


def _number_text(number: Decimal | None) -> str:
    return "" if number is None else f"{trimmed(number):f}"
