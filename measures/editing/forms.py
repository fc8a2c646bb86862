"""Forms of the reviewing office, and of comments."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
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


class ScopeForm(forms.Form):
    """Leaving the plan or returning, from a day on. `window`: the first and the last day that may be chosen."""

    kind = forms.ChoiceField(label=pgettext_lazy("scope", "Change"))
    effective_on = DayField(label=gettext_lazy("Effective date"))
    reason = ReasonField()

    def __init__(self, data: Any = None, *, kinds: Sequence[ScopeKind], window: tuple[date, date]) -> None:
        super().__init__(data, initial={"kind": kinds[0], "effective_on": window[1]})
        first, last = (day.isoformat() for day in window)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.value, SCOPE_ACTIONS[each]) for each in kinds]
        kind.widget = forms.RadioSelect(choices=kind.choices)
        day = self.fields["effective_on"]
        day.widget.attrs |= {"min": first, "max": last}
        day.help_text = _days_words(first, last)


SCOPE_ACTIONS = {
    ScopeKind.SUSPENDED: gettext_lazy("Suspend: it is not carried on for the time being"),
    ScopeKind.RESUMED: gettext_lazy("Resume: it counts again from this day"),
    ScopeKind.WITHDRAWN: gettext_lazy("Withdraw: it is no part of the plan any more, or was added by mistake"),
    ScopeKind.READMITTED: gettext_lazy("Readmit: it counts again from this day"),
}


class CommentForm(forms.Form):
    text = TypedTextField(
        label=gettext_lazy("Your comment"), max_length=MAX_TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
