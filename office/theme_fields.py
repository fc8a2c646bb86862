"""The fields of what belongs to a theme: priority areas, measures, categories of projects and indicators."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.codes import clean_code
from indicators.models import Indicator
from measures.editing.forms import RowsField
from measures.models import Measure, Plan, Section
from projects.models import Category

_BETWEEN = re.compile(r"[;；,，、\n]")


class CodesInput(forms.TextInput):
    """Several codes in one line, with semicolons between them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        codes = (clean_code(each) for each in _BETWEEN.split(data.get(name) or ""))
        return list(dict.fromkeys(filter(None, codes)))

    def format_value(self, value: Any) -> str:
        return "; ".join(map(str, value or []))


class MeasuresField(RowsField):
    """Measures by their codes: there are too many to tick."""

    default_error_messages = {"invalid_choice": gettext_lazy("The plan has no measure of the code %(value)s.")}

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.code)


def member_fields(plan: Plan) -> dict[str, forms.Field]:
    return {
        "sections": RowsField(
            Section.objects.filter(plan=plan).order_by("number"), label=gettext_lazy("Priority areas")
        ),
        "measures": MeasuresField(
            Measure.objects.in_plan(plan),
            to_field_name="code",
            widget=CodesInput,
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
