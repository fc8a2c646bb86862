from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.permissions import signed_in
from core.published import PublishedAdmin
from indicators.forms import ObservationForm
from indicators.models import HeadlineIndicator, Indicator, Observation, Target
from indicators.services import VALUES, add_observation, correct_observation


@admin.register(Indicator)
class IndicatorAdmin(PublishedAdmin):
    list_display = ("code", "name", "unit", "direction")
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("measures",)


@admin.register(HeadlineIndicator)
class HeadlineIndicatorAdmin(admin.ModelAdmin):
    """The admin of the indicators that the overview of a plan shows, with their order there."""

    list_display = ("number", "indicator", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan", "indicator")
    autocomplete_fields = ("indicator",)


@admin.register(Observation)
class ObservationAdmin(admin.ModelAdmin):
    list_display = ("indicator", "region", "period", "value", "released_on", "verified", "exact", "superseded")
    list_filter = ("superseded", "indicator", "period_kind", "verified")
    list_select_related = ("indicator", "region")
    search_fields = ("indicator__code", "indicator__name_zh", "indicator__name_en", "period")
    autocomplete_fields = ("indicator", "region")
    form = ObservationForm
    fields = (*VALUES, "reason")

    def save_model(self, request: HttpRequest, obj: Observation, form: ModelForm, change: bool) -> None:
        by, reason = signed_in(request.user), form.cleaned_data["reason"]
        if change:
            values = {name: form.cleaned_data[name] for name in VALUES}
            obj.pk = correct_observation(obj, by=by, reason=reason, **values).pk
        else:
            add_observation(obj, by=by, reason=reason)

    def has_change_permission(self, request: HttpRequest, obj: Observation | None = None) -> bool:
        # A row that was corrected is only read.
        return super().has_change_permission(request, obj) and not (obj and obj.superseded)

    def has_delete_permission(self, request: HttpRequest, obj: Observation | None = None) -> bool:
        # A wrong row is corrected, and stays.
        return False


@admin.register(Target)
class TargetAdmin(PublishedAdmin):
    list_display = ("indicator", "region", "due_year", "value", "document", "adopted_on")
    list_select_related = ("indicator", "region")
    search_fields = ("indicator__code", "indicator__name_zh", "indicator__name_en", "document")
    autocomplete_fields = ("indicator", "region")
