"""The pages of what a plan has in an order: its priority areas, its categories, its themes."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from accounts.rules import StatesPermission
from core.versions import State
from measures.filters import asked_plan
from measures.plan_rows import PlanRows
from office.forms import NumberField, OpenedForm, explanation_fields
from office.views.editing import OFFICE, Crumb, PlanFormPage
from web.html.links import query_of
from web.language import localized
from web.views import TodayView


class NewRowForm(forms.Form):
    """Further fields: the name in each language, and that in addresses."""

    number = NumberField()


class RowForm(OpenedForm):
    """Further fields: the name in each language."""

    number = NumberField()

    def __init__(self, data: Any = None, *, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        self.fields |= explanation_fields(is_published=is_published)


class Listed(StatesPermission):
    """The base of the pages of a plan's rows: what the rows are, and where. `held_label`: of how many measures or
    projects are in each; `counted`: what it counts, which keeps the row from being removed unless `counted_links` names
    it."""

    plan_rows: ClassVar[PlanRows[Any]]
    list_name: ClassVar[str]
    list_heading: ClassVar[str | Promise]
    held_label: ClassVar[str | Promise]
    counted_links = ""

    @property
    def counted(self) -> str:
        return self.counted_links or self.plan_rows.held


class RowsPage(Listed, TodayView):
    template_name = "office/plan_rows.html"
    row_name: ClassVar[str]
    add_name: ClassVar[str]
    add_label: ClassVar[str | Promise]
    empty: ClassVar[str | Promise]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan, name = asked_plan(self.request), self.plan_rows.name
        model = self.plan_rows.model
        rows = model._default_manager.filter(plan=plan).annotate(held=Count(self.counted)).order_by("number")
        query = query_of("", plan=plan.link_slug) if plan else ""
        return super().get_context_data(
            crumbs=[OFFICE],
            plan=plan,
            heading=self.list_heading,
            labels=[model._meta.get_field(f"{name}_{each}").verbose_name for each in ("zh", "en")],
            held_label=self.held_label,
            rows=[
                {
                    "url": f"{reverse(self.row_name, kwargs={'slug': row.slug})}{query}",
                    "number": row.number,
                    "zh": getattr(row, f"{name}_zh"),
                    "en": getattr(row, f"{name}_en"),
                    "held": row.held,
                }
                for row in rows
            ],
            add_url=f"{reverse(self.add_name)}{query}",
            add_label=self.add_label,
            empty=self.empty,
            **kwargs,
        )


class RowPage(Listed, PlanFormPage):
    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(self.list_url, self.list_heading)]

    @property
    def list_url(self) -> str:
        return query_of(reverse(self.list_name), plan=self.plan.link_slug)

    def success_url(self, saved: Any) -> str:
        return self.list_url


class AddRow(RowPage):
    form_class: ClassVar[type[NewRowForm]]
    submit = pgettext_lazy("button", "Add")

    def make_form(self, data: Any = None) -> NewRowForm:
        return self.form_class(data)

    def save(self, form: Any, by: User) -> Any:
        return self.plan_rows.add(self.plan, by=by, **form.cleaned_data)


class ExistingRow(RowPage):
    @cached_property
    def subject(self) -> Any:
        return get_object_or_404(self.plan_rows.model, plan=self.plan, slug=self.kwargs["slug"])

    @property
    def subject_name(self) -> str:
        return localized(self.subject, self.plan_rows.name)


class ChangeRow(ExistingRow):
    """`remove_name`: the page that removes it; `keeps`: why it cannot be removed while something is in it."""

    form_class: ClassVar[type[RowForm]]
    submit = gettext_lazy("Save")
    side_template = "office/_plan_row_tasks.html"
    remove_name: ClassVar[str]
    remove_label: ClassVar[str | Promise]
    keeps: ClassVar[str | Promise]

    def make_form(self, data: Any = None) -> RowForm:
        return self.form_class(data, state=self.plan_rows.state(self.subject), is_published=self.subject.is_published)

    def save(self, form: Any, by: User) -> Any:
        return self.plan_rows.change(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        address = reverse(self.remove_name, kwargs={"slug": self.subject.slug})
        return super().get_context_data(
            held=getattr(self.subject, self.counted).count(),
            may_remove=not self.plan_rows.held or not getattr(self.subject, self.plan_rows.held).exists(),
            held_label=self.held_label,
            remove_url=query_of(address, plan=self.plan.link_slug),
            remove_label=self.remove_label,
            keeps=self.keeps,
            **kwargs,
        )


class RemoveRow(ExistingRow):
    submit = pgettext_lazy("button", "Remove")
    is_final = True

    def make_form(self, data: Any = None) -> forms.Form:
        return forms.Form(data)

    def save(self, form: Any, by: User) -> None:
        self.plan_rows.remove(self.subject, by=by)
