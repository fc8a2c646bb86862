"""The forms of a report: what may be typed; the services decide the rest."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.statuses import MeasureStatus
from measures.models import Report
from measures.reports import ReportData
from measures.rules import NO_CHANGE
from reporting.forms import EvidenceForm, LongTextField, ReportDraftForm, choice_of
from reporting.models import TEXTS
from web.language import localized
from web.lists.filters import DayField


class ReportForm(ReportDraftForm):
    """Any draft, complete or not. Fields are named as services name them in refusals.

    `version`, `known` and `against_status` say what the page showed when it was written.
    """

    status = forms.ChoiceField(
        label=gettext_lazy("Status after this report"), choices=MeasureStatus, widget=forms.RadioSelect
    )
    effective_on = DayField(
        label=gettext_lazy("Effective date"),
        required=False,
        help_text=gettext_lazy("Fill in only if the status changes; if blank, the date of submission."),
    )
    what_was_done = LongTextField(
        label=TEXTS["what_was_done"], rows=5, help_text=gettext_lazy("Progress this month and measurable results.")
    )
    against_status = forms.ChoiceField(choices=MeasureStatus, widget=forms.HiddenInput)

    written = tuple(TEXTS)
    typed = ("status", "effective_on", "problem_choice", *written)
    # Errors are listed in the order of the page.
    field_order = (
        *("status", "effective_on", "what_was_done", "problem_choice", "confirms_no_problem", "problem", "next_step"),
        *EvidenceForm.base_fields,
    )

    def report_data(self) -> ReportData:
        """Return the report data of a valid form."""
        names = ("status", "against_status", "effective_on", *TEXTS)
        choice, number = self.chosen_problem()
        return ReportData(
            **{name: self.cleaned_data[name] for name in names}, problem_choice=choice, about_problem=number
        )


class MonthFileForm(forms.Form):
    """The ledger of the month, filled in."""

    file = forms.FileField(
        label=gettext_lazy("The filled-in workbook"),
        help_text=gettext_lazy("Excel (.xlsx, .xls) or .ods. You see what would happen before anything is submitted."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods"}),
        error_messages={"required": gettext_lazy("Choose the workbook that you filled in.")},
        allow_empty_file=True,
    )

    use_required_attribute = False


def form_values(report: Report) -> dict[str, Any]:
    """The values with which the form of a report begins."""
    return {
        "status": report.status,
        "against_status": report.against_status,
        "effective_on": report.effective_on,
        "version": report.version,
        "problem_choice": choice_of(report),
        **{name: editable_text(report, name) for name in TEXTS},
    }


def editable_text(report: Report, name: str) -> str:
    """The text that the form edits: in the working language, else the other. "No change", which nobody typed, is in the
    reader's language."""
    text = getattr(report, f"{name}_zh") or getattr(report, f"{name}_en")
    return localized(report, name) if text == NO_CHANGE else text
