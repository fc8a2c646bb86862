"""Admin of plans, sections and measures. What can alter a figure is saved through the services."""

from typing import Any

from django.contrib import admin
from django.core.validators import MinValueValidator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.permissions import signed_in
from core.admin import ReadOnlyAdmin
from core.bounds import within_days
from core.clock import today
from core.published import PublishedAdmin, PublishedForm
from measures.editing.current_plan import keep_current_plan
from measures.models import Evidence, Measure, Plan, PlanMilestone, Report, Section, StatusChange
from measures.services import add_measure, change_measure


@admin.register(Plan)
class PlanAdmin(PublishedAdmin):
    list_display = ("slug", "name", "starts_on", "ends_on")
    search_fields = ("slug", "name_zh", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        # Its projects lie in the cities of the region.
        return ("region",) if obj and obj.projects.exists() else ()

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            keep_current_plan(obj)


@admin.register(PlanMilestone)
class PlanMilestoneAdmin(PublishedAdmin):
    list_display = ("happens_on", "name", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)


@admin.register(Section)
class SectionAdmin(PublishedAdmin):
    list_display = ("number", "title", "plan", "slug")
    list_filter = ("plan",)
    search_fields = ("slug", "title_zh", "title_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Section | None = None) -> tuple[str, ...]:
        # Stored totals are kept by plan: they would not follow a section that moved.
        return ("plan",) if obj else ()


class MeasureForm(PublishedForm):
    """A form of a measure in the admin; its fields are those that the admin names."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        # The plan is no field, so that nothing else looks at the constraint.
        section = cleaned.get("section") or (self.instance.section if self.instance.pk else None)
        if section is not None:
            others = Measure.objects.in_plan(section.plan_id).exclude(pk=self.instance.pk)
            if others.filter(code=cleaned.get("code")).exists():
                self.add_error("code", _("The plan has a measure of this code already."))
        return cleaned


@admin.register(Measure)
class MeasureAdmin(PublishedAdmin):
    form = MeasureForm
    list_display = ("code", "title", "plan", "section", "lead_department", "due_on", "provenance")
    list_filter = ("plan", "section", "lead_department", "provenance")
    list_select_related = ("plan", "section", "lead_department")
    search_fields = ("code", "title_zh", "title_en")
    autocomplete_fields = ("section", "lead_department", "participating_departments")

    def get_readonly_fields(self, request: HttpRequest, obj: Measure | None = None) -> tuple[str, ...]:
        # Its terms change on the measure's own page: with a reviewer and a reason.
        return ("listed_on", "section", "lead_department", "due_on") if obj else ("listed_on",)

    def get_form(self, request: HttpRequest, obj: Measure | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "due_on" in form.base_fields:
            # A new measure is listed today, and cannot be due before.
            form.base_fields["due_on"].validators = [MinValueValidator(today()), within_days]
        return form

    def save_model(self, request: HttpRequest, obj: Measure, form: Any, change: bool) -> None:
        if change:
            change_measure(obj, by=signed_in(request.user), **form.explanation)
        else:
            add_measure(obj, by=signed_in(request.user), listed_on=today())


class EvidenceInline(admin.TabularInline):
    model = Evidence
    extra = 0


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("measure", "period", "state", "status", "submitted_on", "decided_on")
    list_filter = ("state", "period")
    list_select_related = ("measure",)
    search_fields = ("measure__code", "measure__title_zh", "measure__title_en")
    inlines = (EvidenceInline,)


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    list_display = ("measure", "old_status", "status", "effective_on", "recorded_at", "supersedes")
    list_filter = ("status",)
    list_select_related = ("measure", "supersedes__measure")
    search_fields = ("measure__code", "measure__title_zh", "measure__title_en")
