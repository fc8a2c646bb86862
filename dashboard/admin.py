from django.contrib import admin

from dashboard.models import PublishedFigure


@admin.register(PublishedFigure)
class PublishedFigureAdmin(admin.ModelAdmin):
    list_display = ("figure", "as_of", "value", "plan", "source")
    list_filter = ("plan", "figure")
