from django.contrib import admin

from indicators.models import Indicator, Observation, Target


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    list_display = ("code", "name_zh", "unit", "direction", "headline")
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("measures",)


@admin.register(Observation)
class ObservationAdmin(admin.ModelAdmin):
    list_display = ("indicator", "region", "period", "value", "released_on", "verified", "exact")
    list_filter = ("indicator", "period_kind", "verified")
    list_select_related = ("indicator", "region")
    search_fields = ("indicator__code", "indicator__name_zh", "period")
    autocomplete_fields = ("indicator", "region")


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    list_display = ("indicator", "region", "due_year", "value", "document", "adopted_on")
    list_select_related = ("indicator", "region")
    search_fields = ("indicator__code", "indicator__name_zh", "document")
    autocomplete_fields = ("indicator", "region")
