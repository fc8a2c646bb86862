from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.permissions import signed_in
from core.published import PublishedAdmin
from projects.forms import ProjectForm
from projects.models import Project
from projects.services import save_project


@admin.register(Project)
class ProjectAdmin(PublishedAdmin):
    form = ProjectForm
    list_display = ("code", "name_zh", "plan", "city", "category", "stage", "investment_wan", "provenance")
    list_filter = ("plan", "category", "stage", "city", "provenance")
    list_select_related = ("plan", "city")
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("city", "county", "also_in", "measures")

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        save_project(obj, by=signed_in(request.user), **form.explanation)
