"""Who looks after a measure, as its lead department says, or the office."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from accounts.permissions import may_review
from accounts.rules import ASSIGNERS, Facts
from core.versions import State
from measures.models import Measure
from measures.owners import owners_state, reporters_of, set_owners
from office.forms import OpenedForm, RowChoice
from office.views.editing import OFFICE, Crumb, PlanFormPage
from web.formats.text import format_person
from web.html.links import query_of
from web.language import localized


class PersonChoice(RowChoice):
    """A person by their user name, or nobody."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), to_field_name="username", **kwargs)

    def label_from_instance(self, obj: User) -> str:
        return format_person(obj)


class OwnersForm(OpenedForm):
    owner = PersonChoice(label=pgettext_lazy("measure", "Owner"))
    deputy = PersonChoice(
        label=pgettext_lazy("measure", "Deputy"),
        help_text=gettext_lazy("Both are reminded of what is due, in place of the whole department."),
    )

    def __init__(self, data: Any = None, *, state: State, people: Any) -> None:
        super().__init__(data, state=state)
        for field in self.fields.values():
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people


class ChangeOwners(PlanFormPage):
    heading = gettext_lazy("Who looks after a measure")
    submit = gettext_lazy("Save")
    done = gettext_lazy("It is on record who looks after “%(name)s”")

    permission = write_permission = ASSIGNERS

    def permission_facts(self) -> Facts:
        return {"lead": self.subject.lead_department_id}

    @cached_property
    def subject(self) -> Any:
        measures = Measure.objects.in_plan(self.plan).select_related("plan", "lead_department", "owner", "deputy")
        return get_object_or_404(measures, code=self.kwargs["code"])

    @property
    def subject_name(self) -> str:
        return f"{self.subject.code} {localized(self.subject, 'title')}"

    @property
    def explanation(self) -> str:
        return _("Reporters of the lead department, %(name)s. Leave both empty where all of them share the work.") % {
            "name": localized(self.subject.lead_department, "name")
        }

    @property
    def crumbs(self) -> Sequence[Crumb]:
        plan = self.plan.link_slug
        if not may_review(self.request.user):
            workspace = query_of(reverse("measures:workspace"), plan=plan)
            return [Crumb(workspace, gettext_lazy("My department"))]
        measure = query_of(reverse("office:measure", args=[self.subject.code]), plan=plan)
        measures = query_of(reverse("office:measures"), plan=plan)
        return [OFFICE, Crumb(measures, pgettext_lazy("navigation", "Measures")), Crumb(measure, self.subject.code)]

    def make_form(self, data: Any = None) -> OwnersForm:
        people = reporters_of(self.subject.lead_department)
        return OwnersForm(data, state=owners_state(self.subject), people=people)

    def save(self, form: OwnersForm, by: User) -> Measure:
        return set_owners(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def success_url(self, saved: Measure) -> str:
        return str(self.crumbs[-1].url)
