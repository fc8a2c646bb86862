"""Measures as the reviewing office keeps them: the list, a new one, and the texts of one with its history."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department, User
from core.clock import today
from core.scope import PlanScope
from core.scoped import scope_of
from core.statuses import MeasureStatus
from measures.editing.forms import LeadField, ReasonField, RowField, RowsField
from measures.editing.measures import FIRST_STATUSES, TEXTS, change_texts, enter_measure, measure_state
from measures.filters import asked_plan, sections_of_asked_plan
from measures.models import Measure, Plan, Section
from office.forms import EXPLANATION, PublishedForm, words_of
from office.history import measure_history
from office.views.editing import AddCodedRow, CodedRowPage
from office.views.lists import ListWords, PlanList
from reporting.views.doubts import AsksDoubts
from web.lists.filters import ChoiceFilter, DayField, DepartmentFilter, SearchFilter, SlugFilter
from web.unsaved_input import labels_of
from web.values import asked_values


class OfficeMeasureFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    search = SearchFilter("code", names=["title"])
    section = SlugFilter(queryset=sections_of_asked_plan, label=gettext_lazy("Priority area"))
    department = DepartmentFilter(field_name="lead_department", label=gettext_lazy("Lead department"))
    participating = DepartmentFilter(
        field_name="participating_departments", label=pgettext_lazy("department", "Participating")
    )
    scope = ChoiceFilter(choices=PlanScope.choices, label=pgettext_lazy("plan", "Scope"))

    shown = ("search", "section", "department", "participating", "scope")


class OfficeMeasures(PlanList):
    """All of the plan: those that are out, too, and those without a Chinese or English text."""

    words = ListWords(
        pgettext_lazy("navigation", "Measures"),
        gettext_lazy("Measures of the plan"),
        empty=gettext_lazy("The plan has no measures yet"),
        none_found=gettext_lazy("No measures match these filters"),
    )
    template_name = "office/measures.html"
    filterset_class = OfficeMeasureFilter
    orderings = {
        "code": ["code"],
        "due_on": ["due_on", "code"],
        "section": ["section__number", "code"],
        "department": ["lead_department__number", "code"],
        "updated": ["updated_at"],
    }
    default_ordering = "code"

    def get_queryset(self) -> QuerySet[Measure]:
        measures = Measure.objects.in_plan(asked_plan(self.request)).select_related("section", "lead_department")
        return measures.annotate(scope=scope_of(Measure, self.day))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        departments = asked_values(self.request.GET, "department")
        only_department = departments[0] if len(departments) == 1 else ""
        return super().get_context_data(only_department=only_department, **kwargs)


class NewMeasureForm(forms.Form):
    code = words_of(Measure, "code")
    section = RowField(
        queryset=Section.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose a priority area"),
        label=gettext_lazy("Priority area"),
    )
    title_zh = words_of(Measure, "title_zh")
    title_en = words_of(Measure, "title_en")
    lead_department = LeadField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose a department"),
        label=gettext_lazy("Lead department"),
    )
    participating_departments = RowsField(
        Department.objects.not_merged(), label=gettext_lazy("Participating departments")
    )
    listed_on = DayField(
        label=pgettext_lazy("measure", "Date listed"),
        help_text=gettext_lazy("The measure counts from this day on."),
    )
    first_status = forms.ChoiceField(
        label=gettext_lazy("First status"),
        choices=[(each.value, each.label) for each in FIRST_STATUSES],
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("“Progress made” only where it has results to show already; later ones are reported."),
    )
    reached_on = DayField(
        label=gettext_lazy("Progress made since"),
        required=False,
        help_text=gettext_lazy("Empty: since it was listed."),
    )
    reason = ReasonField(
        label=gettext_lazy("What it has reached"),
        required=False,
        help_text=gettext_lazy("Needed with “Progress made”, since no report says it."),
    )
    due_on = DayField(
        label=gettext_lazy("Due date"),
        required=False,
        help_text=gettext_lazy("Empty: the measure has no due date."),
    )
    target_zh = words_of(Measure, "target_zh")
    target_en = words_of(Measure, "target_en")
    description_zh = words_of(Measure, "description_zh")
    description_en = words_of(Measure, "description_en")

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        listed_on = max(plan.starts_on, min(plan.ends_on, today()))
        super().__init__(data, initial={"listed_on": listed_on, "first_status": MeasureStatus.PROMOTING})
        section: Any = self.fields["section"]
        section.queryset = Section.objects.filter(plan=plan)


class MeasureTextsForm(PublishedForm):
    title_zh = words_of(Measure, "title_zh")
    title_en = words_of(Measure, "title_en")
    participating_departments = RowsField(
        Department.objects.not_merged(), label=gettext_lazy("Participating departments")
    )
    target_zh = words_of(Measure, "target_zh")
    target_en = words_of(Measure, "target_en")
    description_zh = words_of(Measure, "description_zh")
    description_en = words_of(Measure, "description_en")


class MeasurePage(CodedRowPage):
    list_name, list_label = "office:measures", pgettext_lazy("navigation", "Measures")
    row_name = "office:measure"


class AddMeasure(AsksDoubts, MeasurePage, AddCodedRow):
    heading, sheet = gettext_lazy("Add a measure"), "measures"
    done = gettext_lazy("The measure was added; it counts in the totals now")
    typed_fields = labels_of(NewMeasureForm, "code", *TEXTS, "listed_on", "due_on", "reached_on", "reason")

    def make_form(self, data: Any = None) -> NewMeasureForm:
        return NewMeasureForm(data, plan=self.plan)

    def save(self, form: NewMeasureForm, by: User) -> Measure:
        values = dict(form.cleaned_data)
        texts = {name: values.pop(name) for name in TEXTS}
        first_status = values.pop("first_status") or MeasureStatus.PROMOTING
        values |= {"texts": texts, "first_status": first_status, "answers": self.answers}
        with self.asking():
            return enter_measure(values.pop("section"), by=by, **values)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(doubts=self.asked, **kwargs)


class ChangeMeasure(MeasurePage):
    name_column, names_code = "title", True
    template_name = "office/form_with_history.html"
    side_template = "office/_measure_tasks.html"
    heading = gettext_lazy("Change a measure")
    done = gettext_lazy("The measure was changed; what it said before is in its history")
    typed_fields = labels_of(MeasureTextsForm, *TEXTS)

    @cached_property
    def subject(self) -> Any:
        measures: Any = Measure.objects.in_plan(self.plan).select_related("plan", "section", "lead_department")
        measures = measures.annotate(scope=scope_of(Measure, self.day)).with_status(self.day)
        return get_object_or_404(measures, code=self.kwargs["code"])

    def make_form(self, data: Any = None) -> MeasureTextsForm:
        return MeasureTextsForm(data, state=measure_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: MeasureTextsForm, by: User) -> Measure:
        values = dict(form.cleaned_data)
        explanation = {name: values.pop(name) for name in EXPLANATION if name in values}
        participating = values.pop("participating_departments")
        return change_texts(
            self.subject,
            by=by,
            opened=form.opened,
            texts=values,
            participating_departments=participating,
            **explanation,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            history=measure_history(self.subject),
            is_out=self.subject.scope != PlanScope.IN_PLAN,
            **kwargs,
        )
