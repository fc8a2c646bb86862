from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from measures.filters import asked_plan
from projects.models import Category
from web.api.endpoints import ListEndpoint
from web.api.fields import UPDATED, filtered_list, local_fields, stored
from web.api.shapes import ADDRESS, meaning
from web.lists.filters import SearchFilter, UpdatedFilterSet


class CategoryFilter(UpdatedFilterSet):
    search = SearchFilter("slug", names=["name"])


class Categories(ListEndpoint):
    permission = READERS
    component = "CategoryList"
    summary = gettext_lazy("The categories of a plan's projects.")
    row_fields = {
        "slug": stored(Category, "slug", gettext_lazy("Slug of the category")),
        "number": stored(Category, "number", gettext_lazy("Its place in the plan")),
        **local_fields("name", gettext_lazy("Name of the category")),
        "plan": stored(Category, "plan__slug", gettext_lazy("Slug of its action plan")),
        **UPDATED,
        "url": filtered_list(
            "api-projects",
            meaning(gettext_lazy("Address of its projects in the API"), ADDRESS),
            plan="plan__slug",
            category="slug",
        ),
    }
    filterset_class = CategoryFilter
    orderings = {"number": ["number"], "slug": ["slug"]}
    default_ordering = "number"
    takes_plan = True
    name = "categories"
    # The slug of its plan is in it.
    kinds = ("projects", "measures", "plans")

    def get_queryset(self) -> QuerySet[Any, Any]:
        return Category.objects.filter(plan=asked_plan(self.request._request))
