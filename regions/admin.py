from django.contrib import admin
from django.http import HttpRequest

from core.published import PublishedAdmin
from regions.models import Region


@admin.register(Region)
class RegionAdmin(PublishedAdmin):
    list_display = ("code", "name_zh", "name_en", "kind", "parent")
    list_filter = ("kind",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("parent",)

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> tuple[str, ...]:
        # Projects count in the cities of their plan's region: those would not follow a city that moved.
        return ("code", "kind", "parent") if obj else ()
