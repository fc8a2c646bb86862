from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import Department
from regions.models import Region, RegionKind
from web.api.endpoints import ListEndpoint, Row
from web.api.schema import ADDRESS, TEXT, UPDATED_AT, choice, local_names, meaning, optional
from web.days import written_moment
from web.language import local
from web.lists.filters import RuledChoiceFilter, SearchFilter, SlugFilter, UpdatedFilterSet


class RegionFilter(UpdatedFilterSet):
    search = SearchFilter("code", "name_zh", "name_en")
    kind = RuledChoiceFilter(choices=RegionKind.choices, label=gettext_lazy("Kind"))
    parent = SlugFilter(to_field_name="code", queryset=Region.objects.all(), label=gettext_lazy("Lies in"))

    class Meta:
        model = Region
        fields: list[str] = []


class DepartmentFilter(UpdatedFilterSet):
    search = SearchFilter("slug", "name_zh", "name_en", "short_zh", "short_en")

    class Meta:
        model = Department
        fields: list[str] = []


class Regions(ListEndpoint):
    component = "RegionList"
    summary = gettext_lazy("The country, the province, its cities and counties, by their codes of GB/T 2260.")
    columns = {
        "code": meaning(gettext_lazy("Code of the region (GB/T 2260)")),
        **local_names("name", gettext_lazy("Name of the region")),
        "kind": choice(RegionKind.choices, gettext_lazy("Kind of region")),
        "parent": meaning(gettext_lazy("Code of the region that it lies in; null for the country"), optional(TEXT)),
        "updated_at": UPDATED_AT,
        "url": meaning(gettext_lazy("Address of its projects or values in the API"), ADDRESS),
    }
    filterset_class = RegionFilter
    orderings = {"code": ["code"], "kind": ["kind", "code"]}
    default_ordering = "code"
    name = "regions"

    def get_queryset(self) -> QuerySet:
        return Region.objects.select_related("parent")

    def make_rows(self, objects: Sequence[Region]) -> Iterable[Row]:
        for each in objects:
            if each.kind in (RegionKind.CITY, RegionKind.COUNTY):
                url = self.address("api-projects", **{each.kind: each.code})
            else:
                url = self.address("api-observations", region=each.code)
            yield {
                "code": each.code,
                "name": local(each, "name"),
                "name_zh": each.name_zh,
                "name_en": each.name_en,
                "kind": each.kind,
                "parent": each.parent.code if each.parent else None,
                "updated_at": written_moment(each.updated_at),
                "url": url,
            }


class Departments(ListEndpoint):
    component = "DepartmentList"
    summary = gettext_lazy(
        "The departments that lead or join measures, in the order of the office. One that was merged into another "
        "is no longer listed; filtering by its slug gives the rows of the department that took over its work."
    )
    columns = {
        "slug": meaning(gettext_lazy("Slug of the department")),
        **local_names("name", gettext_lazy("Name of the department")),
        **local_names("short_name", gettext_lazy("Short name of the department")),
        "updated_at": UPDATED_AT,
        "url": meaning(gettext_lazy("Address of the measures that it leads in the API"), ADDRESS),
    }
    filterset_class = DepartmentFilter
    orderings = {"number": ["number", "slug"], "slug": ["slug"]}
    default_ordering = "number"
    name = "departments"

    def get_queryset(self) -> QuerySet:
        return Department.objects.not_merged()

    def make_rows(self, objects: Sequence[Department]) -> Iterable[Row]:
        for each in objects:
            yield {
                "slug": each.slug,
                "name": local(each, "name"),
                "name_zh": each.name_zh,
                "name_en": each.name_en,
                "short_name": local(each, "short"),
                "short_name_zh": each.short_zh,
                "short_name_en": each.short_en,
                "updated_at": written_moment(each.updated_at),
                "url": self.address("api-measures", department=each.slug),
            }
