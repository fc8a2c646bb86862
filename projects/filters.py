from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.provenance import Provenance
from core.scope import PlanScope
from measures.filters import InThemeFilter, asked_plan, measures_of_asked_plan, members_of_asked_plan
from projects.lateness import late
from projects.models import Category, Project, ProjectClass, Stage
from projects.rates import without_month
from projects.sizes import ProjectSize, project_size
from regions.models import Region, RegionKind
from regions.words import NEUTRAL
from reporting.report_problems import problem_list
from web.days import asked_day
from web.lists.filters import (
    AmountFilter,
    ChoiceFilter,
    CodeFilter,
    DayFilter,
    DepartmentField,
    DepartmentFilter,
    ScopeFilter,
    SearchFilter,
    SlugFilter,
    UpdatedFilterSet,
    YesNoFilter,
)

# What a filter takes for rows without a lead department, or without a text.
NONE = "none"
# The API and the search of the whole site find them alike.
REGION_SEARCH = SearchFilter("code", names=["name", "short"])


def categories_of_asked_plan(request: HttpRequest | None) -> Any:
    return Category.objects.filter(plan=asked_plan(request)) if request else Category.objects.all()


def projects_of_asked_plan(request: HttpRequest | None) -> Any:
    return Project.objects.in_plan(asked_plan(request)) if request else Project.objects.all()


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


class WrittenFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter has no types
    """A filter by a text of a project, as it is written in a column; NONE: projects without one. Label and length are
    those of the column."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        source: Any = Project._meta.get_field(name)
        kwargs.setdefault("label", source.verbose_name)
        super().__init__(field_name=name, max_length=source.max_length, **kwargs)

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        return qs.filter(**{self.field_name: "" if value == NONE else value}) if value else qs


class LateFilter(YesNoFilter):
    """Projects that are late on the day of the list, or those that are not."""

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        if len(set(value)) != 1:
            return qs
        condition: Q = late(asked_day(self.parent.request))
        return qs.filter(condition if value[0] == "yes" else ~condition)


class BehindFilter(YesNoFilter):
    """Projects whose investment is behind their annual plan on the day of the list, or those that are not."""

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        if len(set(value)) != 1:
            return qs
        found = qs.behind_plan(asked_day(self.parent.request))
        return found if value[0] == "yes" else qs.exclude(pk__in=found.order_by().values("pk"))


class ReportedFilter(YesNoFilter):
    """Projects whose newest month that ended is accepted, or those without it."""

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        if len(set(value)) != 1:
            return qs
        missing = without_month(asked_day(self.parent.request))
        return qs.filter(missing if value[0] == "no" else ~missing)


class ProblemFilter(YesNoFilter):
    """Projects that name a problem in the month that decides on the day of the list, or have one that is open on it;
    or those that do not."""

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        if len(set(value)) != 1:
            return qs
        has_open = problem_list().subjects_with_open("project", on=asked_day(self.parent.request))
        says_nothing = Q(in_force__isnull=True) | Q(in_force__problem_zh="", in_force__problem_en="")
        has_problem = ~says_nothing | Q(pk__in=has_open)
        return qs.filter(has_problem if value[0] == "yes" else ~has_problem)


class ProjectFilter(UpdatedFilterSet):
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
    late = LateFilter(label=gettext_lazy("Planned to start or be completed by the day, and not so"))
    behind = BehindFilter(label=gettext_lazy("Behind the annual plan"))
    reported = ReportedFilter(label=gettext_lazy("Newest month reported"))
    problem = ProblemFilter(label=gettext_lazy("Reports a problem"))
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
        *("theme", "project_class", "lead", "size", "list", "late", "behind", "reported", "problem"),
        *("listed_from", "listed_to", "scope"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = asked_plan(self.request) if self.request else None
        words = plan.part_words if plan else NEUTRAL
        place = self.filters["city"]
        place.label, place.extra["empty_label"] = words.of_project, _("Any %(place)s") % {"place": words.one}


PROJECT_ORDERINGS = {
    # As the plan lists them: 1.2.10 comes after 1.2.9.
    "code": ["position", "code"],
    "total_investment": ["investment_wan", "position", "code"],
    "listed_on": ["listed_on", "position", "code"],
    "city": ["city__code", "position", "code"],
    "category": ["category__number", "position", "code"],
    "stage": ["stage", "position", "code"],
}
