from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from measures.filters import PLAN_ORDERINGS, PlanFilter, asked_plan
from measures.models import Plan, Section
from web.api.endpoints import ListEndpoint
from web.api.fields import ORIGIN, UPDATED, filtered_list, local_fields, stored
from web.api.shapes import ADDRESS, meaning
from web.lists.filters import SearchFilter, UpdatedFilterSet


class SectionFilter(UpdatedFilterSet):
    search = SearchFilter("slug", names=["title"])


class Plans(ListEndpoint):
    permission = READERS
    component = "PlanList"
    summary = gettext_lazy("The action plans of the site; `plan=` of the other lists takes a slug of these.")
    row_fields = {
        "slug": stored(Plan, "slug", gettext_lazy("Slug of the action plan")),
        **local_fields("name", gettext_lazy("Name of the action plan")),
        "starts_on": stored(Plan, "starts_on", gettext_lazy("Its first day")),
        "ends_on": stored(Plan, "ends_on", gettext_lazy("Its last day")),
        **ORIGIN,
        **UPDATED,
        "url": filtered_list(
            "api-measures", meaning(gettext_lazy("Address of its measures in the API"), ADDRESS), plan="slug"
        ),
    }
    filterset_class = PlanFilter
    orderings = PLAN_ORDERINGS
    default_ordering = "starts_on"
    name = "plans"
    kinds = ("plans",)

    def get_queryset(self) -> QuerySet[Any, Any]:
        return Plan.objects.all()


class Sections(ListEndpoint):
    permission = READERS
    component = "SectionList"
    summary = gettext_lazy("The priority areas of a plan.")
    row_fields = {
        "slug": stored(Section, "slug", gettext_lazy("Slug of the priority area")),
        "number": stored(Section, "number", gettext_lazy("Its place in the plan")),
        **local_fields("title", gettext_lazy("Title of the priority area")),
        "plan": stored(Section, "plan__slug", gettext_lazy("Slug of its action plan")),
        **UPDATED,
        "url": filtered_list(
            "api-measures",
            meaning(gettext_lazy("Address of its measures in the API"), ADDRESS),
            plan="plan__slug",
            section="slug",
        ),
    }
    filterset_class = SectionFilter
    orderings = {"number": ["number"], "slug": ["slug"]}
    default_ordering = "number"
    takes_plan = True
    name = "sections"
    kinds = ("plans",)

    def get_queryset(self) -> QuerySet[Any, Any]:
        return Section.objects.filter(plan=asked_plan(self.request._request))
