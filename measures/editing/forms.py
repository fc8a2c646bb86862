"""Forms of the reviewing office, and of comments."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
from core.codes import clean_code
from core.forms import TypedTextField
from core.scope import ScopeKind
from core.statuses import MeasureStatus
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from measures.models import Measure, Section, Term
from web.lists.filters import DayField, DepartmentField, SlugField, row_label


class ReasonField(TypedTextField):
    def __init__(self, **kwargs: Any) -> None:
        settings: dict[str, Any] = {"label": gettext_lazy("Reason"), "widget": forms.Textarea(attrs={"rows": 3})}
        super().__init__(max_length=MAX_REASON_LENGTH, **settings | kwargs)


class RowField(SlugField):
    """One row by its public name, where a filter takes several."""

    widget = forms.Select  # type: ignore[assignment]  # the other takes several values

    def clean(self, value: Any) -> Any:
        if not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return super().clean([value])[0]

    def bound_data(self, data: Any, initial: Any) -> Any:
        return self.present_name(data) if data else data


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # at run time it takes no argument
    """Several rows by their slugs or codes, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, queryset: Any, *, to_field_name: str = "slug", **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name=to_field_name, required=False, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return row_label(obj)


_BETWEEN_CODES = re.compile(r"[;；,，、\n]")


class CodesInput(forms.TextInput):
    """Several codes in one line, with semicolons between them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        codes = (clean_code(each) for each in _BETWEEN_CODES.split(data.get(name) or ""))
        return list(dict.fromkeys(filter(None, codes)))

    def format_value(self, value: Any) -> str:
        return "; ".join(map(str, value or []))


class MeasuresField(RowsField):
    """Measures by their codes: there are too many to tick."""

    widget = CodesInput  # type: ignore[assignment]  # the other takes several values
    default_error_messages = {"invalid_choice": gettext_lazy("The plan has no measure of the code %(value)s.")}

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.code)


class LeadField(RowField, DepartmentField):
    """A department that was not merged."""


class OwnerField(LeadField):
    """A department, or none where that may be."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value or self.required else None


class TermsForm(forms.Form):
    """Filled with the present terms. Hidden fields hold what was shown, so that `changed_terms` are those that the
    person changed."""

    due_on = DayField(
        label=gettext_lazy("Due date"),
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy("Empty: the measure has no due date."),
    )
    lead_department = LeadField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        empty_label=None,
        show_hidden_initial=True,
        label=gettext_lazy("Lead department"),
    )
    section = RowField(
        queryset=Section.objects.none(),
        to_field_name="slug",
        empty_label=None,
        show_hidden_initial=True,
        label=gettext_lazy("Priority area"),
    )
    reason = ReasonField()

    def __init__(self, data: Any = None, *, measure: Measure) -> None:
        shown = {
            "due_on": measure.due_on,
            "lead_department": measure.lead_department.slug,
            "section": measure.section.slug,
        }
        super().__init__(data, initial=shown)
        section: Any = self.fields["section"]
        section.queryset = Section.objects.filter(plan=measure.plan_id)

    @property
    def changed_terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in Term.values if name in self.changed_data}


def _days_words(first: str, last: str) -> str:
    if first == last:
        return _("Only %(day)s.") % {"day": first}
    return _("From %(first)s to %(last)s.") % {"first": first, "last": last}


class StatusForm(forms.Form):
    """A status from a day on, with a reason. `window`: the first and the last day that may be chosen."""

    status = forms.ChoiceField(label=gettext_lazy("New status"), choices=MeasureStatus.choices)
    effective_on = DayField(label=gettext_lazy("Effective date"))
    reason = ReasonField()

    def __init__(self, *args: Any, window: tuple[date, date], statuses: list[MeasureStatus], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = (day.isoformat() for day in window)
        status: Any = self.fields["status"]
        status.choices = [(each.value, each.label) for each in statuses]
        status.widget = forms.RadioSelect(choices=status.choices)
        day = self.fields["effective_on"]
        day.widget.attrs |= {"min": first, "max": last}
        day.help_text = _days_words(first, last)


SCOPE_ACTIONS = {
    ScopeKind.SUSPENDED: gettext_lazy("Suspend: it is not carried on for the time being"),
    ScopeKind.RESUMED: gettext_lazy("Resume: it counts again from this day"),
    ScopeKind.WITHDRAWN: gettext_lazy("Withdraw: it is no part of the plan any more, or was added by mistake"),
    ScopeKind.READMITTED: gettext_lazy("Readmit: it counts again from this day"),
}


class ScopeForm(forms.Form):
    """Leaving the plan or returning, from a day on. `window`: the first and the last day that may be chosen."""

    actions: Mapping[ScopeKind, str | Promise] = SCOPE_ACTIONS
    kind = forms.ChoiceField(label=pgettext_lazy("scope", "Change"))
    effective_on = DayField(label=gettext_lazy("Effective date"))
    reason = ReasonField()

    def __init__(self, data: Any = None, *, kinds: Sequence[ScopeKind], window: tuple[date, date]) -> None:
        super().__init__(data, initial={"kind": kinds[0], "effective_on": window[1]})
        first, last = (day.isoformat() for day in window)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.value, self.actions[each]) for each in kinds]
        kind.widget = forms.RadioSelect(choices=kind.choices)
        day = self.fields["effective_on"]
        day.widget.attrs |= {"min": first, "max": last}
        day.help_text = _days_words(first, last)


class MeasureScopeForm(ScopeForm):
    """The same of a measure, which others may take over from."""

    actions = SCOPE_ACTIONS | {
        ScopeKind.WITHDRAWN: gettext_lazy(
            "Withdraw: it was merged or split, is no part of the plan any more, or was added by mistake"
        )
    }
    successors = MeasuresField(
        Measure.objects.none(),
        label=pgettext_lazy("measure", "Taken over by"),
        help_text=gettext_lazy(
            "Only where it is withdrawn: the codes of the measures that carry it on, with ; between them. One: it was "
            "merged into that one. Several: it was split into them."
        ),
    )
    field_order = ("kind", "effective_on", "successors", "reason")

    def __init__(
        self, data: Any = None, *, measure: Measure, kinds: Sequence[ScopeKind], window: tuple[date, date]
    ) -> None:
        super().__init__(data, kinds=kinds, window=window)
        successors: Any = self.fields["successors"]
        successors.queryset = Measure.objects.in_plan(measure.plan_id)
        if ScopeKind.WITHDRAWN not in kinds:
            del self.fields["successors"]


class CommentForm(forms.Form):
    text = TypedTextField(
        label=gettext_lazy("Your comment"), max_length=MAX_TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
