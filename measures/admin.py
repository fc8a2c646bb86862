"""Admin of plans, sections and measures. What can alter a figure is saved through the services."""

from typing import Any

from django.contrib import admin
from django.core.validators import MinValueValidator
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.permissions import signed_in
from core.clock import today
from measures.models import Evidence, Measure, Plan, Report, Section, StatusChange
from measures.services import add_measure, change_measure


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ("slug", "name_zh", "starts_on", "ends_on")
    search_fields = ("slug", "name_zh")


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin):
    list_display = ("number", "title_zh", "plan", "slug")
    list_filter = ("plan",)
    search_fields = ("slug", "title_zh", "title_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Section | None = None) -> tuple[str, ...]:
        # Stored totals are kept by plan: they would not follow a section that moved.
        return ("plan",) if obj else ()


class ReadOnlyAdmin(admin.ModelAdmin):
    """For history, which only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Measure)
class MeasureAdmin(admin.ModelAdmin):
    list_display = ("code", "title_zh", "section", "lead_department", "due_on", "provenance")
    list_filter = ("section", "lead_department", "provenance")
    list_select_related = ("section", "lead_department")
    search_fields = ("code", "title_zh", "title_en")
    autocomplete_fields = ("section", "lead_department", "participating_departments")

    def get_readonly_fields(self, request: HttpRequest, obj: Measure | None = None) -> tuple[str, ...]:
        # Its terms change on the measure's own page: with a reviewer and a reason.
        return ("listed_on", "section", "lead_department", "due_on") if obj else ("listed_on",)

    def get_form(self, request: HttpRequest, obj: Measure | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "due_on" in form.base_fields:
            # A new measure is listed today, and cannot be due before.
            form.base_fields["due_on"].validators = [MinValueValidator(today())]
        return form

    def save_model(self, request: HttpRequest, obj: Measure, form: ModelForm, change: bool) -> None:
        if change:
            change_measure(obj, by=signed_in(request.user))
        else:
            add_measure(obj, by=signed_in(request.user), listed_on=today())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It has a history from its first day.
        return False


class EvidenceInline(admin.TabularInline):
    model = Evidence
    extra = 0


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("measure", "period", "state", "status", "submitted_on", "decided_on")
    list_filter = ("state", "period")
    list_select_related = ("measure",)
    search_fields = ("measure__code", "measure__title_zh")
    inlines = (EvidenceInline,)


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    list_display = ("measure", "old_status", "status", "effective_on", "recorded_at", "supersedes")
    list_filter = ("status",)
    list_select_related = ("measure",)
    search_fields = ("measure__code", "measure__title_zh")
