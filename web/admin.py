from typing import Any

from django.contrib import admin

from web.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(admin.ModelAdmin):
    """Only to look at and to delete: views are made on the pages of their lists."""

    list_display = ("user", "page", "name", "created_at")
    list_filter = ("page",)
    list_select_related = ("user",)
    readonly_fields = ("user", "page", "name", "query", "created_at")

    def has_add_permission(self, request: Any) -> bool:
        return False
