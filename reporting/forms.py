"""The forms of reports of anything: the fields that they share."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy

from core.forms import TypedTextField
from core.texts import MAX_TEXT_LENGTH
from reporting.merging import merge_fields
from reporting.models import TEXTS, AbstractReport, ProblemChoice
from web.formats.text import excerpt
from web.language import localized

EXCERPT = 60  # characters of a problem
CHOICE = re.compile(r"none|new|same-[1-9][0-9]{0,3}")


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


# The fields of a form's evidence that are typed.
TYPED_EVIDENCE = ("url", "url_title", "document_number", "document_title")


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
        """Sets the value that the form, sent and refused, shows in a field. Its data are a copy of those of the
        request."""
        data: Any = self.data
        data[name] = value


class ProblemChoiceField(forms.CharField):
    """`none`, `new`, or `same-2`: the problem number 2 of what is reported on is still the same. Whatever else comes is
    nothing; whether it may be chosen is judged when the report is submitted."""

    widget = forms.RadioSelect

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        return text if CHOICE.fullmatch(text) else ""


class DraftForm(EvidenceForm):
    """A draft that saves itself. `known` says what the page showed when it was written.

    A form's own names in `typed` what a person fills in and the draft keeps, and in `written` what of it is in words
    and figures, not chosen.
    """

    known = KnownField(required=False)

    typed: ClassVar[tuple[str, ...]]
    written: ClassVar[tuple[str, ...]]
    # The field, if any, in which a figure is typed that the draft has otherwise: 1,234.50 as 1234.5.
    figure: ClassVar[str] = ""

    @property
    def sent_names(self) -> list[str]:
        """Returns the names of the fields that a draft that saves itself sends."""
        return [*self.typed, *(field.name for field in self.hidden_fields())]

    @property
    def typed_texts(self) -> dict[str, str]:
        """Returns the texts that were typed into a valid form, as `texts_of` has what is saved."""
        texts = self.texts_of(self.cleaned_data)
        if self.figure:
            texts[self.figure] = self.figure_text(self.cleaned_data[self.figure])
        return texts

    def figure_text(self, figure: Any) -> str:
        """Returns the text of a cleaned figure as a draft has it."""
        raise NotImplementedError

    def _plain_figure(self, text: str) -> str:
        """Returns a figure that was typed as a draft has it; what is none stays."""
        try:
            return self.figure_text(self.fields[self.figure].clean(text))
        except forms.ValidationError:
            return text

    @property
    def known_texts(self) -> Mapping[str, list[str]]:
        """The values that the page knows, in the same way."""
        known: dict[str, list[str]] = self.cleaned_data["known"]
        if self.figure:
            known = {**known, self.figure: [self._plain_figure(text) for text in known.get(self.figure, ())]}
        return known

    @classmethod
    def texts_of(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """Returns, of the values with which a form begins, those that a draft keeps, as a browser sends them."""
        return {name: plain_text(values.get(name)) for name in cls.typed}

    @classmethod
    def known_values(cls, values: Mapping[str, Any]) -> str:
        """Returns, of the values that a page shows, those that its form says that it knows."""
        return cls._as_known(cls.texts_of(values))

    @staticmethod
    def _as_known(texts: Mapping[str, str]) -> str:
        return json.dumps({name: [text] for name, text in texts.items()}, ensure_ascii=False)

    def known_after(self, values: Mapping[str, Any]) -> str:
        """Return the texts once the form was saved and these values stand in the database.

        A figure is as it was typed: who pauses after "1." goes on with "5".
        """
        texts = self.texts_of(values)
        if self.figure and texts[self.figure] == self.typed_texts[self.figure]:
            texts[self.figure] = plain_text(self.data.get(self.figure))
        return self._as_known(texts)

    def merge(self, values: Mapping[str, Any]) -> list[str]:
        """Takes over what others have changed in the report since the page was shown, where this form, which is valid,
        has not; the names of the fields that both have changed. `values`: those with which its form begins now."""
        mine = self.typed_texts
        merged, conflicts = merge_fields(mine, self.texts_of(values), self.known_texts)
        for name, text in merged.items():
            if text != mine[name]:
                self.cleaned_data[name] = self.fields[name].clean(text)
                self.set_value(name, text)
        return conflicts

    def differences(self, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Field by field what stands in the database and what was typed, where they differ."""
        shown, mine = self.texts_of(values), self.typed_texts
        for name in self.typed:
            if shown[name] != mine[name]:
                labels = dict(getattr(self.fields[name].widget, "choices", ()))
                theirs, own = (labels.get(text, text) for text in (shown[name], mine[name]))
                yield {"label": self.fields[name].label, "theirs": theirs, "mine": own}


class ReportDraftForm(DraftForm):
    """The form of a report in words. `opened`: the last steps of the open problems of what is reported on."""

    what_was_done = LongTextField(label=TEXTS["what_was_done"])
    problem_choice = ProblemChoiceField(label=gettext_lazy("Problems"), required=False)
    confirms_no_problem = forms.BooleanField(
        label=gettext_lazy("What is open no longer stands in the way"), required=False
    )
    problem = LongTextField(
        label=gettext_lazy("What stands in the way"),
        help_text=gettext_lazy("A new problem comes on the list of problems when you submit the report."),
    )
    next_step = LongTextField(label=TEXTS["next_step"])

    def __init__(self, *args: Any, opened: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["problem_choice"]
        choice.widget.choices = [
            (ProblemChoice.NONE.value, ProblemChoice.NONE.label),
            *((same_choice(step.problem.number), _say_same(step)) for step in opened),
            (ProblemChoice.NEW.value, ProblemChoice.NEW.label),
        ]

    def chosen_problem(self) -> tuple[str, int | None]:
        """The choice, a ProblemChoice or empty, and the number of the problem that is still the same."""
        choice, _dash, number = self.cleaned_data["problem_choice"].partition("-")
        return choice, int(number) if number else None


def choice_of(report: AbstractReport) -> str:
    """Returns the choice that a report makes about problems, as its form has it."""
    if report.problem_choice == ProblemChoice.SAME:
        return same_choice(report.about_problem) if report.about_problem else ""
    return report.problem_choice


def first_choice(opened: list[Any]) -> str:
    """Returns the choice about problems with which a form begins that nobody has written in."""
    return same_choice(opened[0].problem.number) if opened else ProblemChoice.NONE.value


def same_choice(number: int) -> str:
    return f"{ProblemChoice.SAME}-{number}"


def _say_same(step: Any) -> str:
    words = {"code": step.problem.code, "text": excerpt(localized(step.problem, "text"), EXCERPT)}
    return gettext("Still the same: %(code)s %(text)s") % words


def plain_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
