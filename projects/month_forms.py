"""The form of a project's month: what may be typed; the services decide what may be filed."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.texts import MAX_REASON_LENGTH
from projects.models import ProjectMonth, Stage
from projects.models.months import MAX_PROGRESS, STAGE_DAYS
from projects.months import MonthData
from reporting.forms import EvidenceForm, LongTextField, plain_text
from reporting.models import TEXTS
from web.formats.money import wan_to_yi
from web.lists.filters import DayField, InvestmentField

# What a person fills in, and the draft keeps.
TYPED = ("stage", *STAGE_DAYS, "stage_reason", "invested_wan", "progress", *TEXTS)


class ProgressField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=MAX_PROGRESS, widget=widget, **kwargs)


class MonthForm(EvidenceForm):
    """Any draft, complete or not. Fields are named as services name them in refusals."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage, widget=forms.RadioSelect)
    started_on = DayField(label=gettext_lazy("Started on"), required=False)
    completed_on = DayField(label=gettext_lazy("Completed on"), required=False)
    in_production_on = DayField(label=gettext_lazy("In production since"), required=False)
    stage_reason = LongTextField(
        label=gettext_lazy("Why it was suspended or resumed"), rows=2, max_length=MAX_REASON_LENGTH
    )
    invested_wan = InvestmentField(label=gettext_lazy("Invested since 1 January (100 million yuan)"), required=False)
    progress = ProgressField(label=gettext_lazy("Physical progress (%)"), required=False)
    what_was_done = LongTextField(label=TEXTS["what_was_done"])
    problem = LongTextField(label=gettext_lazy("What stands in the way"))
    next_step = LongTextField(label=TEXTS["next_step"])

    # Errors are listed in the order of the page.
    field_order = (*TYPED, *EvidenceForm.base_fields)

    def month_data(self) -> MonthData:
        """Of a valid form."""
        return MonthData(**{name: self.cleaned_data[name] for name in TYPED})

    def differences(self, theirs: ProjectMonth) -> Iterator[dict[str, Any]]:
        """Field by field what stands in the database and what was typed, where they differ."""
        shown = form_values(theirs)
        for name in TYPED:
            mine = self.cleaned_data[name]
            mine = _typed_amount(mine) if name == "invested_wan" else mine
            pair = {"theirs": _as_text(shown[name]), "mine": _as_text(mine)}
            if pair["theirs"] != pair["mine"]:
                if name == "stage":
                    pair = {side: str(Stage(value).label) for side, value in pair.items()}
                yield {"label": self.fields[name].label, **pair}


def data_values(data: MonthData) -> dict[str, Any]:
    """What a form begins with that nobody has written in."""
    return {name: getattr(data, name) for name in TYPED} | {"invested_wan": _typed_amount(data.invested_wan)}


def form_values(month: ProjectMonth) -> dict[str, Any]:
    """The values with which the form of a month begins: the investment in 亿元."""
    texts = {name: getattr(month, f"{name}_zh") or getattr(month, f"{name}_en") for name in TEXTS}
    columns = {name: getattr(month, name) for name in TYPED if name not in texts}
    return {**columns, "invested_wan": _typed_amount(month.invested_wan), **texts, "version": month.version}


def _typed_amount(wan: int | None) -> str:
    return "" if wan is None else f"{wan_to_yi(wan):f}"


def _as_text(value: Any) -> str:
    # No progress is another thing than one of 0 %.
    return plain_text("0" if value == 0 else value)
