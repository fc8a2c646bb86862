from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from accounts.models import Department
from measures.filters import DEPARTMENT_SEARCH
from web.api.endpoints import ListEndpoint
from web.api.fields import UPDATED, filtered_list, local_fields, stored
from web.api.shapes import ADDRESS, meaning
from web.lists.filters import UpdatedFilterSet


class DepartmentFilter(UpdatedFilterSet):
    search = DEPARTMENT_SEARCH


class Departments(ListEndpoint):
    permission = READERS
    component = "DepartmentList"
    summary = gettext_lazy(
        "The departments that lead or join measures, in the order of the office. One that was merged into another "
        "is no longer listed; filtering by its slug gives the rows of the department that took over its work."
    )
    row_fields = {
        "slug": stored(Department, "slug", gettext_lazy("Slug of the department")),
        **local_fields("name", gettext_lazy("Name of the department")),
        **local_fields("short_name", gettext_lazy("Short name of the department"), "short"),
        **UPDATED,
        "url": filtered_list(
            "api-measures",
            meaning(gettext_lazy("Address of the measures that it leads in the API"), ADDRESS),
            department="slug",
        ),
    }
    filterset_class = DepartmentFilter
    orderings = {"number": ["number", "slug"], "slug": ["slug"]}
    default_ordering = "number"
    name = "departments"
    kinds = ("accounts",)

    def get_queryset(self) -> QuerySet[Department]:
        return Department.objects.not_merged()
