"""What a plan sorts its projects by, as administrators keep it."""

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
from accounts.permissions import may_administer
from core.versions import State
from measures.filters import asked_plan
from office.forms import NumberField, OpenedForm, explanation_fields, slug_of, words_of
from office.views.editing import OFFICE, Crumb, PlanFormPage
from projects.categories import add_category, category_state, change_category, remove_category
from projects.models import Category
from web.html.links import query_of
from web.language import localized
from web.unsaved_input import labels_of
from web.views import TodayView


class NewCategoryForm(forms.Form):
    number = NumberField()
    name_zh = words_of(Category, "name_zh")
    name_en = words_of(Category, "name_en")
    slug = slug_of(Category)


class CategoryForm(OpenedForm):
    number = NumberField()
    name_zh = words_of(Category, "name_zh")
    name_en = words_of(Category, "name_en")

    def __init__(self, data: Any = None, *, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        self.fields |= explanation_fields(is_published=is_published)


class OfficeCategories(TodayView):
    template_name = "office/categories.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_administer(request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = asked_plan(self.request)
        categories = Category.objects.filter(plan=plan).annotate(held=Count("projects"))
        return super().get_context_data(plan=plan, categories=categories.order_by("number"), crumbs=[OFFICE], **kwargs)


class CategoryPage(PlanFormPage):
    def may_open(self, request: HttpRequest) -> bool:
        return may_administer(request.user)

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(self.list_url, gettext_lazy("Categories of projects"))]

    @property
    def list_url(self) -> str:
        return query_of(reverse("office:categories"), plan=self.plan.link_slug)

    def success_url(self, saved: Any) -> str:
        return self.list_url


class AddCategory(CategoryPage):
    heading = gettext_lazy("Add a category")
    submit = pgettext_lazy("button", "Add")
    done = gettext_lazy("The category was added")
    typed_fields = labels_of(NewCategoryForm, "number", "name_zh", "name_en", "slug")

    @property
    def explanation(self) -> str:
        return _("It joins “%(plan)s”, without projects yet.") % {"plan": localized(self.plan, "name")}

    def make_form(self, data: Any = None) -> NewCategoryForm:
        return NewCategoryForm(data)

    def save(self, form: NewCategoryForm, by: User) -> Category:
        return add_category(self.plan, by=by, **form.cleaned_data)


class ExistingCategory(CategoryPage):
    @cached_property
    def subject(self) -> Category:
        return get_object_or_404(Category, plan=self.plan, slug=self.kwargs["slug"])

    @property
    def subject_name(self) -> str:
        return localized(self.subject, "name")


class ChangeCategory(ExistingCategory):
    heading = gettext_lazy("Rename or renumber a category")
    submit = gettext_lazy("Save")
    done = gettext_lazy("The category was changed")
    side_template = "office/_category_tasks.html"
    typed_fields = labels_of(CategoryForm, "number", "name_zh", "name_en")

    def make_form(self, data: Any = None) -> CategoryForm:
        return CategoryForm(data, state=category_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: CategoryForm, by: User) -> Category:
        return change_category(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = query_of("", plan=self.plan.link_slug)
        return super().get_context_data(held=self.subject.projects.count(), in_plan=query, **kwargs)


class RemoveCategory(ExistingCategory):
    heading = gettext_lazy("Remove a category")
    submit = pgettext_lazy("button", "Remove")
    done = gettext_lazy("The category was removed; the log keeps what it was")
    is_final = True

    @property
    def explanation(self) -> str:
        return _("Only one that has no projects can be removed. Links that filter by it find nothing then.")

    def make_form(self, data: Any = None) -> forms.Form:
        return forms.Form(data)

    def save(self, form: forms.Form, by: User) -> None:
        remove_category(self.subject, by=by)
