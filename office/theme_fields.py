"""The fields of what belongs to a theme: priority areas, measures, categories of projects and indicators."""

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from indicators.models import Indicator
from measures.editing.forms import MeasuresField, RowsField
from measures.models import Measure, Plan, Section
from projects.models import Category


def member_fields(plan: Plan) -> dict[str, forms.Field]:
    return {
        "sections": RowsField(
            Section.objects.filter(plan=plan).order_by("number"), label=gettext_lazy("Priority areas")
        ),
        "measures": MeasuresField(
            Measure.objects.in_plan(plan),
            label=gettext_lazy("Single measures"),
            help_text=gettext_lazy("Codes of measures of other priority areas, with ; between them."),
        ),
        "categories": RowsField(
            Category.objects.filter(plan=plan).order_by("number"), label=gettext_lazy("Categories of projects")
        ),
        "indicators": RowsField(
            Indicator.objects.order_by("code"), to_field_name="code", label=pgettext_lazy("navigation", "Indicators")
        ),
    }
