from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.permissions import signed_in
from projects.models import Project
from projects.services import remove_project, save_project


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ("code", "name_zh", "city", "category", "stage", "investment_wan", "provenance")
    list_filter = ("category", "stage", "city", "provenance")
    list_select_related = ("city",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("city", "county", "also_in", "measures")

    def save_model(self, request: HttpRequest, obj: Project, form: ModelForm, change: bool) -> None:
        save_project(obj, by=signed_in(request.user))

    def delete_model(self, request: HttpRequest, obj: Project) -> None:
        remove_project(obj, by=signed_in(request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        for project in queryset:
            remove_project(project, by=signed_in(request.user))
