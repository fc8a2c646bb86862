"""Forms of the reviewing office, and of comments."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.models import Department
from core.statuses import MeasureStatus
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from measures.models import Measure, Section, Term
from measures.office.mergers import Holdings
from web.language import localized
from web.lists.filters import DayField, DepartmentField, SlugField


class ReasonField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        settings: dict[str, Any] = {"label": gettext_lazy("Reason"), "max_length": MAX_REASON_LENGTH}
        super().__init__(**settings | kwargs, widget=forms.Textarea(attrs={"rows": 3}))


class TermsForm(forms.Form):
    """Filled with the present terms. Hidden fields hold what was shown, so that `changed_terms` are those that the
    person changed."""

    due_on = DayField(
        label=gettext_lazy("Due date"),
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy("Empty: the measure has no due date."),
    )
    lead_department = DepartmentField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        empty_label=None,
        show_hidden_initial=True,
        label=gettext_lazy("Lead department"),
    )
    section = SlugField(
        queryset=Section.objects.none(),
        to_field_name="slug",
        empty_label=None,
        show_hidden_initial=True,
        label=gettext_lazy("Section"),
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
        section.queryset = Section.objects.filter(plan=measure.section.plan_id)

    @property
    def changed_terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in Term.values if name in self.changed_data}


class MergeForm(forms.Form):
    into = SlugField(
        queryset=Department.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose a department"),
        label=gettext_lazy("Merge into"),
    )
    reason = ReasonField(label=pgettext_lazy("merger", "Reason"))
    confirmed = forms.BooleanField(error_messages={"required": gettext_lazy("Tick this to confirm.")})

    def __init__(self, data: Any = None, *, source: Department, moves: Holdings) -> None:
        super().__init__(data)
        into: Any = self.fields["into"]
        into.queryset = Department.objects.not_merged().exclude(pk=source.pk)
        self.fields["confirmed"].label = _(
            "I understand that all of this moves and cannot be undone: the %(name)s %(led)s, %(joined)s and %(people)s"
        ) % {
            "name": localized(source, "name"),
            "led": ngettext("leads %(count)s measure", "leads %(count)s measures", moves.led) % {"count": moves.led},
            "joined": _("takes part in %(count)s") % {"count": moves.joined},
            "people": ngettext("has %(count)s person", "has %(count)s people", moves.people) % {"count": moves.people},
        }


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
        day.help_text = _("From %(first)s to %(last)s.") % {"first": first, "last": last}


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your comment"), max_length=MAX_TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
