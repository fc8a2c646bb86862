"""The pages of what a plan has in an order: its priority areas, its categories, its themes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property

from accounts.models import User
from core.edit_conflicts import State
from measures.models import Plan
from office.forms import NumberField, OpenedForm, explanation_fields, slug_of
from office.row_kinds import FormWords, RowKind
from office.views.editing import ADD, OFFICE, Crumb, PlanFormPage, RemovePage
from office.views.lists import PlanTable
from web.language import localized
from web.views import TodayView


class NewRowForm(forms.Form):
    number = NumberField()

    def __init__(self, data: Any = None, *, kind: RowKind, plan: Plan) -> None:
        super().__init__(data)
        self.fields |= kind.words_fields(kind.rows.names) | {"slug": slug_of(kind.rows.model)}
        self.fields |= kind.words_fields(kind.rows.more) | kind.members(plan)


class RowForm(OpenedForm):
    number = NumberField()

    def __init__(self, data: Any = None, *, kind: RowKind, plan: Plan, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        self.fields |= kind.words_fields((*kind.rows.names, *kind.rows.more)) | kind.members(plan)
        self.fields |= explanation_fields(is_published=is_published)


class KindView(TodayView):
    """A page of one kind of rows, which its address gives."""

    kind: Any = None

    def __init__(self, *, kind: RowKind) -> None:
        super().__init__(kind=kind)
        self.permission = self.write_permission = kind.permission


class NamedRow(NamedTuple):
    """A row with its name in each language."""

    row: Any
    zh: str
    en: str


class RowsPage(KindView, PlanTable):
    template_name = "office/plan_rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, model = self.kind, self.kind.rows.model
        zh, en = kind.rows.names
        rows = model._default_manager.filter(plan=self.plan).annotate(held=Count(kind.counted)).order_by("number")
        return super().get_context_data(
            kind=kind,
            heading=kind.heading,
            labels=[kind.label(name) for name in kind.rows.names],
            rows=[NamedRow(row, getattr(row, zh), getattr(row, en)) for row in rows],
            row_address=f"office:{kind.name}",
            add_address=f"office:add_{kind.name}",
            add_label=kind.add.link_label,
            empty=kind.empty,
            **kwargs,
        )


class RowPage(KindView, PlanFormPage):
    """A form about one row. `words` and `typed`, the columns whose input is shown where it was not saved, are given by
    the address."""

    words: Any = None
    typed: Sequence[str] = ()

    def __init__(self, *, kind: RowKind, words: FormWords, typed: Sequence[str] = ()) -> None:
        super().__init__(kind=kind)
        self.words, self.heading, self.done = words, words.heading, words.done
        self.typed_fields = {name: kind.label(name) for name in typed}

    @property
    def explanation(self) -> str:
        return str(self.words.explanation) % {"plan": localized(self.plan, "name")}

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(self.kind.list_url(self.plan), self.kind.heading)]


class AddRow(RowPage):
    submit = ADD

    def make_form(self, data: Any = None) -> NewRowForm:
        return NewRowForm(data, kind=self.kind, plan=self.plan)

    def save(self, form: NewRowForm, by: User) -> Any:
        return self.kind.rows.add(self.plan, by=by, **form.cleaned_data)


class ExistingRow(RowPage):
    @cached_property
    def subject(self) -> Any:
        return get_object_or_404(self.kind.rows.model, plan=self.plan, slug=self.kwargs["slug"])

    @property
    def subject_name(self) -> str:
        return localized(self.subject, self.kind.rows.name)


class ChangeRow(ExistingRow):
    side_template = "office/_plan_row_tasks.html"

    def make_form(self, data: Any = None) -> RowForm:
        state, is_published = self.kind.rows.state(self.subject), self.subject.is_published
        return RowForm(data, kind=self.kind, plan=self.plan, state=state, is_published=is_published)

    def save(self, form: RowForm, by: User) -> Any:
        return self.kind.rows.change(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = self.kind.rows.held
        return super().get_context_data(
            kind=self.kind,
            held=getattr(self.subject, self.kind.counted).count(),
            may_remove=not held or not getattr(self.subject, held).exists(),
            remove_address=f"office:remove_{self.kind.name}",
            **kwargs,
        )


class RemoveRow(RemovePage, ExistingRow):
    def save(self, form: forms.Form, by: User) -> None:
        self.kind.rows.remove(self.subject, by=by)


def row_addresses(kind: RowKind) -> list[URLPattern]:
    """Return the addresses of the pages of a kind of rows."""
    rows, row = kind.plural.replace("_", "-"), kind.name.replace("_", "-")
    columns = kind.rows.columns
    add = AddRow.as_view(kind=kind, words=kind.add, typed=(*columns, "slug"))
    change = ChangeRow.as_view(kind=kind, words=kind.change, typed=columns)
    return [
        path(f"{rows}/", RowsPage.as_view(kind=kind), name=kind.plural),
        path(f"add-{row}/", add, name=f"add_{kind.name}"),
        path(f"{rows}/<slug:slug>/", change, name=kind.name),
        path(
            f"{rows}/<slug:slug>/remove/",
            RemoveRow.as_view(kind=kind, words=kind.remove),
            name=f"remove_{kind.name}",
        ),
    ]
