from django.contrib import admin

from core.published import PublishedAdmin
from dashboard.models import PublishedFigure


@admin.register(PublishedFigure)
class PublishedFigureAdmin(PublishedAdmin):
    list_display = ("figure", "as_of", "value", "plan", "source")
    list_filter = ("plan", "figure")
