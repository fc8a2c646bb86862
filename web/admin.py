from typing import Any

from django.contrib import admin

from accounts.permissions import signed_in
from web.models import SavedView, Site
from web.site import COLUMNS, change_site


@admin.register(SavedView)
class SavedViewAdmin(admin.ModelAdmin):
    """Only to look at and to delete: views are made on the pages of their lists."""

    list_display = ("user", "page", "name", "created_at")
    list_filter = ("page",)
    list_select_related = ("user",)
    readonly_fields = ("user", "page", "name", "query", "created_at")

    def has_add_permission(self, request: Any) -> bool:
        return False


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    """One row, which is never deleted. Its limits have a page of the office."""

    fields = COLUMNS

    def has_add_permission(self, request: Any) -> bool:
        return super().has_add_permission(request) and not Site.objects.exists()

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Site, form: Any, change: bool) -> None:
        change_site(by=signed_in(request.user), **{name: getattr(obj, name) for name in COLUMNS})
