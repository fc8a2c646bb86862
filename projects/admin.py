from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.permissions import signed_in
from core.published import PublishedAdmin
from projects.forms import ProjectForm
from projects.models import Category, Project, Term
from projects.services import save_project


@admin.register(Category)
class CategoryAdmin(PublishedAdmin):
    list_display = ("number", "name_zh", "name_en", "plan", "slug")
    list_filter = ("plan",)
    search_fields = ("slug", "name_zh", "name_en")

    def get_form(self, request: HttpRequest, obj: Category | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        # Its projects and their stored totals would not follow it. A field all the same, so that what must be unique in
        # the plan is checked.
        form.base_fields["plan"].disabled = obj is not None
        return form


@admin.register(Project)
class ProjectAdmin(PublishedAdmin):
    form = ProjectForm
    list_display = ("code", "name", "plan", "city", "category", "opening_stage", "investment_wan", "provenance")
    list_filter = ("plan", "category", "opening_stage", "city", "provenance")
    list_select_related = ("plan", "city", "category")
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("city", "category", "county", "also_in", "measures", "lead_department")

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        # Its terms change on a page of the office, where the old ones stay on record.
        return tuple(Term.values) if obj else ()

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        save_project(obj, by=signed_in(request.user), **form.explanation)
