"""The form of a project's month: what may be typed; the services decide what may be filed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
from core.texts import MAX_REASON_LENGTH
from measures.editing.forms import OwnerField
from projects.models import ProjectMonth, Stage
from projects.models.months import MAX_PROGRESS, STAGE_DAYS
from projects.months.services import MonthData
from reporting.forms import EvidenceForm, LongTextField, ReportDraftForm, choice_of
from reporting.models import TEXTS
from web.formats.money import wan_to_yi
from web.lists.filters import DayField, InvestmentField


class ProgressField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=MAX_PROGRESS, widget=widget, **kwargs)


class MonthForm(ReportDraftForm):
    """Any draft, complete or not. Fields are named as services name them in refusals.

    `has_lead`: whether a department leads the project, and so is to solve a new problem.
    """

    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage, widget=forms.RadioSelect)
    started_on = DayField(label=gettext_lazy("Started on"), required=False)
    completed_on = DayField(label=gettext_lazy("Completed on"), required=False)
    in_production_on = DayField(label=gettext_lazy("In production since"), required=False)
    stage_reason = LongTextField(
        label=gettext_lazy("Why it was suspended or resumed"), rows=2, max_length=MAX_REASON_LENGTH
    )
    invested_wan = InvestmentField(label=gettext_lazy("Invested since 1 January (100 million yuan)"), required=False)
    progress = ProgressField(label=gettext_lazy("Physical progress (%)"), required=False)
    owner = OwnerField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        required=False,
        empty_label=pgettext_lazy("choice", "Choose"),
        label=gettext_lazy("Who can solve it"),
        help_text=gettext_lazy("Of a new problem: this project has no lead department. Choose it when you submit."),
    )

    # In words and figures; the others are chosen.
    written = (*STAGE_DAYS, "stage_reason", "invested_wan", "progress", *TEXTS)
    typed = ("stage", "problem_choice", *written)
    figure = "invested_wan"
    # Errors are listed in the order of the page.
    field_order = (
        *("stage", *STAGE_DAYS, "stage_reason", "invested_wan", "progress"),
        *("what_was_done", "problem_choice", "confirms_no_problem", "problem", "owner", "next_step"),
        *EvidenceForm.base_fields,
    )

    def __init__(self, *args: Any, has_lead: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_lead:
            del self.fields["owner"]

    def month_data(self) -> MonthData:
        """Return the data of a valid form."""
        choice, number = self.chosen_problem()
        values = {name: self.cleaned_data[name] for name in self.typed if name != "problem_choice"}
        return MonthData(**values, problem_choice=choice, about_problem=number)

    def figure_text(self, figure: int | None) -> str:
        return _typed_amount(figure)


def data_values(data: MonthData) -> dict[str, Any]:
    """Return the initial values of the form of a month for which no report was begun."""
    values = {name: getattr(data, name) for name in MonthForm.typed}
    return values | {"invested_wan": _typed_amount(data.invested_wan)}


def form_values(month: ProjectMonth) -> dict[str, Any]:
    """The values with which the form of a month begins: the investment in 亿元."""
    texts = {name: getattr(month, f"{name}_zh") or getattr(month, f"{name}_en") for name in TEXTS}
    return {
        **{name: getattr(month, name) for name in MonthForm.typed if name not in texts},
        "invested_wan": _typed_amount(month.invested_wan),
        **texts,
        "problem_choice": choice_of(month),
        "version": month.version,
    }


def _typed_amount(wan: int | None) -> str:
    return "" if wan is None else f"{wan_to_yi(wan):f}"
