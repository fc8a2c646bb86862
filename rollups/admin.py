from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell, Verification


class ReadOnlyAdmin(admin.ModelAdmin):
    """The read-only admin of rows that are computed from others."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
