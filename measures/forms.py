"""The form of a report: what may be typed; the services decide what may be filed."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from core.statuses import MeasureStatus
from measures.models import Report
from measures.reports import NO_CHANGE, ReportData
from reporting.forms import EvidenceForm, KnownField, LongTextField, plain_text
from reporting.merging import merge_fields
from reporting.models import TEXTS, ProblemChoice
from web.formats.text import excerpt
from web.language import localized
from web.lists.filters import DayField

EXCERPT = 60  # characters of a problem


class ProblemChoiceField(forms.CharField):
    """`none`, `new`, or `same-2`: the problem number 2 of the measure is still the same. Whatever else comes is
    nothing; whether it may be chosen is judged when the report is submitted."""

    widget = forms.RadioSelect

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        return text if CHOICE.fullmatch(text) else ""


CHOICE = re.compile(r"none|new|same-[1-9][0-9]{0,3}")


class ReportForm(EvidenceForm):
    """Any draft, complete or not. Fields are named as services name them in refusals.

    `version`, `known` and `against_status` say what the page showed when it was written. `opened`: the last steps of
    the open problems of the measure.
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
    problem_choice = ProblemChoiceField(label=gettext_lazy("Problems"), required=False)
    confirms_no_problem = forms.BooleanField(
        label=gettext_lazy("What is open no longer stands in the way"), required=False
    )
    problem = LongTextField(
        label=gettext_lazy("What stands in the way"),
        help_text=gettext_lazy("A new problem comes on the list of problems when you submit the report."),
    )
    next_step = LongTextField(label=TEXTS["next_step"])
    known = KnownField(required=False)
    against_status = forms.ChoiceField(choices=MeasureStatus, widget=forms.HiddenInput)

    # Errors are listed in the order of the page.
    field_order = (
        *("status", "effective_on", "what_was_done", "problem_choice", "confirms_no_problem", "problem", "next_step"),
        *EvidenceForm.base_fields,
    )

    def __init__(self, *args: Any, opened: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["problem_choice"]
        choice.widget.choices = [
            (ProblemChoice.NONE.value, ProblemChoice.NONE.label),
            *((_same(step.problem.number), _say_same(step)) for step in opened),
            (ProblemChoice.NEW.value, ProblemChoice.NEW.label),
        ]

    def report_data(self) -> ReportData:
        """Of a valid form."""
        names = ("status", "against_status", "effective_on", *TEXTS)
        choice, _dash, number = self.cleaned_data["problem_choice"].partition("-")
        return ReportData(
            **{name: self.cleaned_data[name] for name in names},
            problem_choice=choice,
            about_problem=int(number) if number else None,
        )

    def merge(self, theirs: Report) -> list[str]:
        """Takes over what others have changed in the report since the page was shown, where this form, which is valid,
        has not; the names of the fields that both have changed."""
        values = {name: form_values(theirs)[name] for name in TYPED}
        merged, conflicts = merge_fields(
            {name: plain_text(self.cleaned_data[name]) for name in TYPED},
            {name: plain_text(value) for name, value in values.items()},
            self.cleaned_data["known"],
        )
        for name, text in merged.items():
            if text != plain_text(self.cleaned_data[name]):
                self.cleaned_data[name] = values[name]
                self.set_value(name, text)
        return conflicts


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


# What a person fills in, and the draft keeps.
TYPED = ("status", "effective_on", "problem_choice", *TEXTS)


def known_values(values: Mapping[str, Any]) -> str:
    """Of the values that a page shows: what its form says that it knows."""
    return json.dumps({name: [plain_text(values.get(name))] for name in TYPED}, ensure_ascii=False)


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


def choice_of(report: Report) -> str:
    """What a report says about problems, as its form does."""
    if report.problem_choice == ProblemChoice.SAME:
        return _same(report.about_problem.number) if report.about_problem else ""
    return report.problem_choice


def _same(number: int) -> str:
    return f"{ProblemChoice.SAME}-{number}"


def _say_same(step: Any) -> str:
    words = {"code": step.problem.code, "text": excerpt(localized(step.problem, "text"), EXCERPT)}
    return gettext("Still the same: %(code)s %(text)s") % words


def editable_text(report: Report, name: str) -> str:
    """The text that the form edits: in the working language, else the other. "No change", which nobody typed, is in the
    reader's language."""
    text = getattr(report, f"{name}_zh") or getattr(report, f"{name}_en")
    return localized(report, name) if text == NO_CHANGE else text
