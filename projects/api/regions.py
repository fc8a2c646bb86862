from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from projects.filters import REGION_SEARCH
from regions.models import Region, RegionKind
from web.api.endpoints import ListEndpoint
from web.api.fields import UPDATED, Chunk, Field, Reader, local_fields, stored
from web.api.shapes import ADDRESS, meaning
from web.lists.filters import ChoiceFilter, SlugFilter, UpdatedFilterSet


class RegionFilter(UpdatedFilterSet):
    search = REGION_SEARCH
    kind = ChoiceFilter(choices=RegionKind.choices, label=gettext_lazy("Kind"))
    parent = SlugFilter(to_field_name="code", queryset=Region.objects.all(), label=gettext_lazy("Lies in"))


def _projects_or_values(chunk: Chunk) -> Reader:
    """The address of a region's projects; of its values where projects do not count by it."""
    api = chunk.endpoint

    def read(row: dict[str, str]) -> str:
        if row["kind"] in (RegionKind.CITY, RegionKind.COUNTY):
            return api.address("api-projects", **{row["kind"]: row["code"]})
        return api.address("api-observations", region=row["code"])

    return read


class Regions(ListEndpoint):
    permission = READERS
    component = "RegionList"
    summary = gettext_lazy(
        "The regions of the site, by their codes of GB/T 2260: country, provinces, cities and counties."
    )
    row_fields = {
        "code": stored(Region, "code", gettext_lazy("Code of the region (GB/T 2260)")),
        **local_fields("name", gettext_lazy("Name of the region")),
        "kind": stored(Region, "kind", gettext_lazy("Kind of region")),
        "parent": stored(
            Region, "parent__code", gettext_lazy("Code of the region that it lies in; null for the country")
        ),
        **UPDATED,
        "url": Field(
            meaning(gettext_lazy("Address of its projects or values in the API"), ADDRESS),
            ("kind", "code"),
            _projects_or_values,
        ),
    }
    filterset_class = RegionFilter
    orderings = {"code": ["code"], "kind": ["kind", "code"]}
    default_ordering = "code"
    name = "regions"
    kinds = ("regions",)

    def get_queryset(self) -> QuerySet[Region]:
        return Region.objects.all()
