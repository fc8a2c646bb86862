from django.contrib import admin

from core.admin import ReadOnlyAdmin
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell, Verification


@admin.register(RollupRun)
class RollupRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "full", "as_of", "cells", "set_aside", "retries", "error")


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "cells", "differing")


@admin.register(StaleCell)
class StaleCellAdmin(ReadOnlyAdmin):
    list_display = ("kind", "key", "marked_at", "error", "failed_at", "attempts")


@admin.register(MeasureRollup)
class MeasureRollupAdmin(ReadOnlyAdmin):
    list_display = ("plan", "section", "lead_department", "total", "completed", "as_of", "computed_at")
    list_select_related = ("plan", "section", "lead_department")


@admin.register(ProjectRollup)
class ProjectRollupAdmin(ReadOnlyAdmin):
    list_display = ("plan", "city", "category", "stage", "total", "investment", "as_of", "computed_at")
    list_select_related = ("plan", "city")
