"""Priority areas as the reviewing office keeps them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from accounts.permissions import may_review
from core.versions import State
from measures.filters import asked_plan
from measures.models import Section
from measures.office.sections import add_section, change_section, remove_section, section_state
from office.forms import NumberField, OpenedForm, explanation_fields, slug_of, words_of
from office.views.editing import OFFICE, Crumb, PlanFormPage
from web.html.links import query_of
from web.language import localized
from web.unsaved_input import labels_of
from web.views import TodayView


class NewSectionForm(forms.Form):
    number = NumberField()
    title_zh = words_of(Section, "title_zh")
    title_en = words_of(Section, "title_en")
    slug = slug_of(Section)


class SectionForm(OpenedForm):
    number = NumberField()
    title_zh = words_of(Section, "title_zh")
    title_en = words_of(Section, "title_en")

    def __init__(self, data: Any = None, *, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        self.fields |= explanation_fields(is_published=is_published)


class OfficeSections(TodayView):
    template_name = "office/sections.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_review(request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = asked_plan(self.request)
        sections = Section.objects.filter(plan=plan).annotate(held=Count("measures"))
        return super().get_context_data(plan=plan, sections=sections.order_by("number"), crumbs=[OFFICE], **kwargs)


class SectionPage(PlanFormPage):
    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(self.list_url, gettext_lazy("Priority areas"))]

    @property
    def list_url(self) -> str:
        return query_of(reverse("office:sections"), plan=self.plan.link_slug)

    def success_url(self, saved: Any) -> str:
        return self.list_url


class AddSection(SectionPage):
    heading = gettext_lazy("Add a priority area")
    submit = pgettext_lazy("button", "Add")
    done = gettext_lazy("The priority area was added")
    typed_fields = labels_of(NewSectionForm, "number", "title_zh", "title_en", "slug")

    @property
    def explanation(self) -> str:
        return _("It joins “%(plan)s”, without measures yet.") % {"plan": localized(self.plan, "name")}

    def make_form(self, data: Any = None) -> NewSectionForm:
        return NewSectionForm(data)

    def save(self, form: NewSectionForm, by: User) -> Section:
        return add_section(self.plan, by=by, **form.cleaned_data)


class ExistingSection(SectionPage):
    @cached_property
    def subject(self) -> Section:
        return get_object_or_404(Section, plan=self.plan, slug=self.kwargs["slug"])

    @property
    def subject_name(self) -> str:
        return localized(self.subject, "title")


class ChangeSection(ExistingSection):
    heading = gettext_lazy("Rename or renumber a priority area")
    submit = gettext_lazy("Save")
    done = gettext_lazy("The priority area was changed")
    side_template = "office/_section_tasks.html"
    typed_fields = labels_of(SectionForm, "number", "title_zh", "title_en")

    def make_form(self, data: Any = None) -> SectionForm:
        return SectionForm(data, state=section_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: SectionForm, by: User) -> Section:
        return change_section(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = query_of("", plan=self.plan.link_slug)
        return super().get_context_data(held=self.subject.measures.count(), in_plan=query, **kwargs)


class RemoveSection(ExistingSection):
    heading = gettext_lazy("Remove a priority area")
    submit = pgettext_lazy("button", "Remove")
    done = gettext_lazy("The priority area was removed; the log keeps what it was")
    is_final = True

    @property
    def explanation(self) -> str:
        return _("Only one that has no measures can be removed. Links to its page lead nowhere then.")

    def make_form(self, data: Any = None) -> forms.Form:
        return forms.Form(data)

    def save(self, form: forms.Form, by: User) -> None:
        remove_section(self.subject, by=by)
