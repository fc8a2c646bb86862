"""The form that merges a department into another."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.models import Department, User
from measures.editing.forms import ReasonField, RowField
from measures.views.editing import OfficeForm
from office.mergers import Holdings, count_holdings, merge_departments
from web.language import localized
from web.unsaved_input import labels_of


class MergeForm(forms.Form):
    into = RowField(
        queryset=Department.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose a department"),
        label=gettext_lazy("Merge into"),
    )
    reason = ReasonField(label=pgettext_lazy("merger", "Reason"))
    confirmed = forms.BooleanField(error_messages={"required": gettext_lazy("Tick the box to confirm.")})

    def __init__(self, data: Any = None, *, source: Department, moves: Holdings) -> None:
        super().__init__(data)
        into: Any = self.fields["into"]
        into.queryset = Department.objects.not_merged().exclude(pk=source.pk)
        self.fields["confirmed"].label = _(
            "I understand that all of this moves and cannot be undone: the %(name)s %(led)s, %(joined)s, %(problems)s "
            "and %(people)s"
        ) % {
            "name": localized(source, "name"),
            "led": ngettext("leads %(count)s measure", "leads %(count)s measures", moves.led) % {"count": moves.led},
            "joined": _("takes part in %(count)s") % {"count": moves.joined},
            "problems": ngettext(
                "has to solve %(count)s open problem", "has to solve %(count)s open problems", moves.problems
            )
            % {"count": moves.problems},
            "people": ngettext("has %(count)s person", "has %(count)s people", moves.people) % {"count": moves.people},
        }
        if moves.projects:
            projects = ngettext(
                "It leads %(count)s project, which moves, too.",
                "It leads %(count)s projects, which move, too.",
                moves.projects,
            )
            self.fields["confirmed"].label += pgettext("between sentences", ". ") + projects % {"count": moves.projects}


class MergeDepartment(OfficeForm):
    name_column = "name"
    heading = gettext_lazy("Merge the %(name)s into another department")
    submit = gettext_lazy("Merge")
    done = gettext_lazy("The departments were merged; links to the old one lead here")
    is_final = True
    typed_fields = labels_of(MergeForm, "reason")

    @cached_property
    def subject(self) -> Department:
        return get_object_or_404(Department, slug=self.kwargs["slug"])

    def make_form(self, data: Any = None) -> MergeForm | None:
        if self.subject.is_merged:
            return None
        return MergeForm(data, source=self.subject, moves=count_holdings(self.subject))

    def save(self, form: MergeForm, by: User) -> Department:
        into: Department = form.cleaned_data["into"]
        merge_departments(self.subject, into=into, by=by, reason=form.cleaned_data["reason"])
        return into

    def success_url(self, saved: Department) -> str:
        return saved.get_absolute_url()

    @property
    def explanation(self) -> str:
        if self.subject.is_merged:
            return _("This department has been merged already.")
        return _(
            "The department's measures, open problems and people go to the department that you choose. Reports stay "
            "with their measures, and old links lead to that department. This cannot be undone."
        )
