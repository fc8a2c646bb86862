"""Departments as administrators keep them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import ADMINISTRATORS
from accounts.departments import NAMES, add_department, change_department, department_state
from accounts.models import Department, User
from accounts.permissions import may_review
from office.forms import NumberField, PublishedForm, slug_of, words_of
from office.views.editing import ADD, OFFICE, Crumb, FormPage
from web.unsaved_input import labels_of
from web.views import TodayView


class DepartmentFields(forms.Form):
    number = NumberField(help_text=gettext_lazy("The order in which the office lists departments"))
    name_zh = words_of(Department, "name_zh")
    name_en = words_of(Department, "name_en")
    short_zh = words_of(Department, "short_zh")
    short_en = words_of(Department, "short_en")


class NewDepartmentForm(DepartmentFields):
    slug = slug_of(Department)


class DepartmentForm(DepartmentFields, PublishedForm):
    """A form that renames or renumbers a department."""


class OfficeDepartments(TodayView):
    """The list of departments; those that were merged stand last, with what they became."""

    template_name = "office/departments.html"
    permission = write_permission = ADMINISTRATORS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        departments = Department.objects.select_related("merged_into").annotate(
            led=Count("led_measures", distinct=True),
            people=Count("users", filter=Q(users__is_active=True), distinct=True),
        )
        return super().get_context_data(
            heading=_("Departments"),
            rows=sorted(departments, key=lambda each: (each.is_merged, each.number, each.slug)),
            empty=_("There are no departments yet"),
            may_merge=may_review(self.request.user),
            crumbs=[OFFICE],
            **kwargs,
        )


class DepartmentPage(FormPage):
    permission = write_permission = ADMINISTRATORS

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(reverse("office:departments"), gettext_lazy("Departments"))]


class AddDepartment(DepartmentPage):
    form_class = NewDepartmentForm
    heading = gettext_lazy("Add a department")
    explanation = gettext_lazy("It can lead measures and have people from now on.")
    submit = ADD
    done = gettext_lazy("The department was added")
    typed_fields = labels_of(NewDepartmentForm, "number", *NAMES, "slug")

    def save(self, form: NewDepartmentForm, by: User) -> Department:
        return add_department(by=by, **form.cleaned_data)


class ChangeDepartment(DepartmentPage):
    name_column = "name"
    heading = gettext_lazy("Rename or renumber a department")
    done = gettext_lazy("The department was changed")
    side_template = "office/_department_tasks.html"
    typed_fields = labels_of(DepartmentForm, "number", *NAMES)

    @cached_property
    def subject(self) -> Department:
        return get_object_or_404(Department.objects.not_merged(), slug=self.kwargs["slug"])

    def make_form(self, data: Any = None) -> DepartmentForm:
        return DepartmentForm(data, state=department_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: DepartmentForm, by: User) -> Department:
        return change_department(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            led=self.subject.led_measures.count(),
            people=self.subject.users.filter(is_active=True).count(),
            may_merge=may_review(self.request.user),
            **kwargs,
        )
