from django.contrib import admin

from regions.models import Region


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    list_display = ("code", "name_zh", "name_en", "kind", "parent")
    list_filter = ("kind",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("parent",)
