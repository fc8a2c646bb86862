from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_filters.filters import QuerySetRequestMixin

from core.periods import last_ended_month
from core.provenance import Provenance
from core.scope import PlanScope
from measures.filters import InThemeFilter, NamesPlaces, measures_of_asked_plan, members_of_asked_plan, of_asked_plan
from projects.lateness import late
from projects.models import Category, Project, ProjectClass, Stage
from projects.rates import behind, needs_attention, without_month
from projects.sizes import ProjectSize, project_size
from regions.models import Region, RegionKind
from reporting.report_problems import problem_list
from web.days import asked_day
from web.errors import not_one_of
from web.lists.filters import (
    MAX_NAMED,
    AmountFilter,
    ChoiceFilter,
    CodeFilter,
    DayFilter,
    DepartmentField,
    DepartmentFilter,
    ScopeFilter,
    SearchFilter,
    SlugFilter,
    YesNoFilter,
)

# What a filter takes for rows without a lead department, or without a text.
NONE = "none"
# The API and the search of the whole site find them alike.
REGION_SEARCH = SearchFilter("code", names=["name", "short"])


categories_of_asked_plan = of_asked_plan(Category)
projects_of_asked_plan = of_asked_plan(Project)


class ClassFilter(ChoiceFilter):
    """A project that states no class counts as implementing."""

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        unstated = [""] if ProjectClass.IMPLEMENTING in value else []
        return qs.filter(project_class__in=[*value, *unstated]) if value else qs


class LeadField(DepartmentField):
    """Takes NONE too: projects that no department leads."""

    def clean(self, value: Any) -> list[Any]:
        rows: list[Any] = super().clean([each for each in value if each != NONE])
        return [*rows, None] if NONE in value else rows


class LeadFilter(DepartmentFilter):
    field_class = LeadField

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        if not value:
            return qs
        leads = [each for each in value if each is not None]
        none = Q(lead_department=None) if None in value else Q()
        return qs.filter(none | Q(lead_department__in=leads) | Q(lead_department__merged_into__in=leads))


class SizeFilter(ChoiceFilter):
    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        return qs.alias(size=project_size()).filter(size__in=value) if value else qs


class WrittenField(forms.CharField):
    """A field for a text that projects have in a column; `queryset`: those that may be meant."""

    def __init__(self, *, queryset: Any, column: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.queryset, self.column = queryset, column

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and text != NONE and not self.queryset.filter(**{self.column: text}).exists():
            raise forms.ValidationError(self._refusal(), code="invalid_choice")
        return text

    def _refusal(self) -> str:
        known = self.queryset.written(self.column)[: MAX_NAMED + 1]
        return _("No row of that name exists.") if len(known) > MAX_NAMED else not_one_of([*known, NONE])


class WrittenFilter(QuerySetRequestMixin, django_filters.CharFilter):  # type: ignore[misc]  # no types
    """A filter by a text of a project, as it is written in a column; NONE: projects without one. A text that no project
    of the plan has is refused. Label and length are those of the column."""

    field_class = WrittenField

    def __init__(self, name: str, **kwargs: Any) -> None:
        source: Any = Project._meta.get_field(name)
        kwargs.setdefault("label", source.verbose_name)
        kwargs |= {"queryset": projects_of_asked_plan, "column": name}
        super().__init__(field_name=name, max_length=source.max_length, **kwargs)

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        return qs.filter(**{self.field_name: "" if value == NONE else value}) if value else qs


class OnDayFilter(YesNoFilter):
    """A filter by a condition on the day of the list; rows that meet it are those of the answer `met_by`."""

    def __init__(self, condition: Callable[[date], Q], *, met_by: str = "yes", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.condition, self.met_by = condition, met_by

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        if len(set(value)) != 1:
            return qs
        day = asked_day(self.parent.request)
        condition = self.condition(day)
        return qs.with_annual_plan(last_ended_month(day).year).meeting(
            condition if value[0] == self.met_by else ~condition
        )


class BehindFilter(ChoiceFilter):
    """Projects whose investment is behind their annual plan on the day of the list, those that are not, and those of
    which nobody knows: they have not reported the newest month. Each project is one of the three."""

    def __init__(self, **kwargs: Any) -> None:
        answers = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No"), "no_month": gettext_lazy("No month reported")}
        super().__init__(choices=list(answers.items()), **kwargs)

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        asked = set(value)
        if len(asked) in (0, 3):
            return qs
        day = asked_day(self.parent.request)
        no_month, is_behind = without_month(day), behind(day)
        of_answer = {"yes": is_behind, "no": ~is_behind & ~no_month, "no_month": no_month}
        meets = reduce(or_, (of_answer[each] for each in asked))
        return qs.with_annual_plan(last_ended_month(day).year).meeting(meets)


def _has_problem(day: date) -> Q:
    """Return the condition that a project names a problem in the month that decides on the day, or has one that is open
    on it."""
    has_open = problem_list().subjects_with_open("project", on=day)
    says_nothing = Q(in_force__isnull=True) | Q(in_force__problem_zh="", in_force__problem_en="")
    return ~says_nothing | Q(pk__in=has_open)


class ProjectFilter(NamesPlaces):
    """The filters for projects of one plan that were listed by a day."""

    search = SearchFilter("code", names=["name"])
    city = SlugFilter(
        to_field_name="code",
        queryset=members_of_asked_plan,
        label=pgettext_lazy("project", "City"),
    )
    category = SlugFilter(queryset=categories_of_asked_plan, label=gettext_lazy("Category"))
    theme = InThemeFilter()
    stage = ChoiceFilter(choices=Stage.choices, label=gettext_lazy("Stage"))
    project_class = ClassFilter(choices=ProjectClass.choices, label=pgettext_lazy("project", "Class"))
    lead = LeadFilter(field_name="lead_department", label=gettext_lazy("Lead department"))
    size = SizeFilter(choices=ProjectSize.choices, label=gettext_lazy("Size"))
    list = WrittenFilter("list_name", label=gettext_lazy("List"))
    late = OnDayFilter(late, label=gettext_lazy("Planned to start or be completed by the day, and not so"))
    attention = OnDayFilter(needs_attention, label=gettext_lazy("Suspended, late or behind the annual plan"))
    behind = BehindFilter(label=gettext_lazy("Behind the annual plan"))
    reported = OnDayFilter(without_month, met_by="no", label=gettext_lazy("Newest month reported"))
    problem = OnDayFilter(_has_problem, label=gettext_lazy("Reports a problem"))
    scope = ScopeFilter(choices=[each for each in PlanScope.choices if each[0] != PlanScope.SUSPENDED])
    county = SlugFilter(
        to_field_name="code",
        queryset=Region.objects.filter(kind=RegionKind.COUNTY),
        label=gettext_lazy("County"),
    )
    also_in = SlugFilter(to_field_name="code", queryset=members_of_asked_plan, label=gettext_lazy("Also in"))
    measure = CodeFilter(
        field_name="measures",
        queryset=measures_of_asked_plan,
        label=gettext_lazy("Measure"),
    )
    listed_from = DayFilter(field_name="listed_on", lookup_expr="gte", label=gettext_lazy("Listed from"))
    listed_to = DayFilter(field_name="listed_on", lookup_expr="lte", label=gettext_lazy("Listed by"))
    provenance = ChoiceFilter(choices=Provenance.choices, label=gettext_lazy("Provenance"))

    investment_from = AmountFilter(
        field_name="investment_wan",
        lookup_expr="gte",
        label=gettext_lazy("Total investment from (100 million yuan)"),
    )

    # Fields of the page's form, and those that it folds away; links and the API use the others too.
    shown = ("search", "city", "category", "stage", "investment_from")
    folded = (
        *("theme", "project_class", "lead", "size", "list", "attention", "late", "behind", "reported", "problem"),
        *("listed_from", "listed_to", "scope"),
    )


PROJECT_ORDERINGS = {
    # As the plan lists them: 1.2.10 comes after 1.2.9.
    "code": ["position", "code"],
    "total_investment": ["investment_wan", "position", "code"],
    "listed_on": ["listed_on", "position", "code"],
    "city": ["city__code", "position", "code"],
    "category": ["category__number", "position", "code"],
    "stage": ["stage", "position", "code"],
}
