"""Themes as the reviewing office keeps them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.rules import REVIEWERS
from core.codes import clean_code
from core.versions import State
from indicators.models import Indicator
from measures.models import Measure, Plan, Section
from measures.office.forms import RowsField
from office.forms import slug_of, words_of
from office.views.plan_rows import AddRow, ChangeRow, Listed, NewRowForm, RemoveRow, RowForm, RowsPage
from projects.models import Category
from themes.models import Theme
from themes.office import NOTES, THEMES
from web.language import localized
from web.unsaved_input import labels_of

_BETWEEN = re.compile(r"[;；,，、\n]")
TYPED = ("number", "name_zh", "name_en", *NOTES)


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


class NewThemeForm(NewRowForm):
    name_zh = words_of(Theme, "name_zh")
    name_en = words_of(Theme, "name_en")
    slug = slug_of(Theme)
    note_zh = words_of(Theme, "note_zh")
    note_en = words_of(Theme, "note_en")

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data)
        self.fields |= member_fields(plan)


class ThemeForm(RowForm):
    name_zh = words_of(Theme, "name_zh")
    name_en = words_of(Theme, "name_en")
    note_zh = words_of(Theme, "note_zh")
    note_en = words_of(Theme, "note_en")

    def __init__(self, data: Any = None, *, plan: Plan, state: State, is_published: bool) -> None:
        super().__init__(data, state=state, is_published=is_published)
        explanation = {name: self.fields.pop(name) for name in ("reason", "source") if name in self.fields}
        self.fields |= member_fields(plan) | explanation


class Themes(Listed):
    plan_rows = THEMES
    list_name = "office:themes"
    list_heading = pgettext_lazy("navigation", "Themes")
    held_label = gettext_lazy("Number of indicators")
    counted_links = "indicators"
    permission = write_permission = REVIEWERS


class OfficeThemes(Themes, RowsPage):
    row_name = "office:theme"
    add_name = "office:add_theme"
    add_label = gettext_lazy("Add a theme")
    empty = gettext_lazy("The plan has no themes yet")


class AddTheme(Themes, AddRow):
    form_class = NewThemeForm
    heading = gettext_lazy("Add a theme")
    done = gettext_lazy("The theme was added")
    typed_fields = labels_of(NewThemeForm, *TYPED, "slug")

    @property
    def explanation(self) -> str:
        return _(
            "It joins “%(plan)s”. Its measures are those of its priority areas and the single ones; its projects are "
            "those of its categories."
        ) % {"plan": localized(self.plan, "name")}

    def make_form(self, data: Any = None) -> NewThemeForm:
        return NewThemeForm(data, plan=self.plan)


class ChangeTheme(Themes, ChangeRow):
    form_class = ThemeForm
    heading = gettext_lazy("Change a theme")
    done = gettext_lazy("The theme was changed")
    typed_fields = labels_of(ThemeForm, *TYPED)
    remove_name = "office:remove_theme"
    remove_label = gettext_lazy("Remove a theme")
    keeps = ""

    def make_form(self, data: Any = None) -> ThemeForm:
        state = THEMES.state(self.subject)
        return ThemeForm(data, plan=self.plan, state=state, is_published=self.subject.is_published)


class RemoveTheme(Themes, RemoveRow):
    heading = gettext_lazy("Remove a theme")
    done = gettext_lazy("The theme was removed; the log keeps what it was")
    explanation = gettext_lazy(
        "Its measures, projects and indicators stay as they are. Links to its page lead nowhere then."
    )
