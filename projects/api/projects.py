from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from core.provenance import Provenance
from core.statements import answer, compiled
from measures.filters import asked_plan
from projects.filters import PROJECT_ORDERINGS, ProjectFilter
from projects.models import Category, Project, Stage
from web.api.endpoints import Endpoint, ListEndpoint, Row, among, grouped, in_order
from web.api.schema import (
    ADDRESS,
    DAY,
    FLAG,
    PROVENANCE,
    SOURCE,
    TEXT,
    UPDATED_AT,
    URL,
    Shape,
    array,
    choice,
    local_names,
    meaning,
    optional,
    quantity,
    translated,
)
from web.days import written_moment
from web.formats.money import WAN_PER_YI
from web.formats.sources import format_source_in
from web.language import local, suffix

PROJECT: dict[str, Shape] = {
    "code": meaning(gettext_lazy("Code of the project")),
    **local_names("name", gettext_lazy("Name of the project")),
    "city": meaning(gettext_lazy("Code of the city in which it counts")),
    "county": meaning(gettext_lazy("Code of its county; null where it has none"), optional(TEXT)),
    "also_in": meaning(gettext_lazy("Codes of other cities that it lies in"), array(TEXT)),
    "category": choice(Category.choices, gettext_lazy("Category")),
    "stage": choice(Stage.choices, gettext_lazy("The stage as it is now, for every day")),
    "total_investment": quantity("100 million yuan", description=gettext_lazy("Planned total investment")),
    "listed_on": meaning(gettext_lazy("The day from which it belongs to the plan"), DAY),
    "measures": meaning(gettext_lazy("Codes of the measures that it supports, listed by the day"), array(TEXT)),
    "provenance": PROVENANCE,
    "investment_provenance": choice(Provenance.choices, gettext_lazy("Where its investment comes from")),
    "source": SOURCE,
    "updated_at": UPDATED_AT,
    "url": URL,
}
LONGER: dict[str, Shape] = {
    "plan": meaning(gettext_lazy("Slug of its action plan")),
    **local_names("city_name", gettext_lazy("Name of its city")),
    "county_name": translated(gettext_lazy("Name of its county, empty where it has none")),
    "measure_urls": meaning(gettext_lazy("Addresses of these measures in the API"), array(ADDRESS)),
}
LISTED_THEN: dict[str, Shape] = {
    "listed_then": meaning(gettext_lazy("Whether it was listed by the earlier day already"), FLAG)
}
# The order is that in which `make_rows` takes them apart.
_VALUES = (
    "pk",
    "code",
    "name_zh",
    "name_en",
    "city__code",
    "county__code",
    "category",
    "stage",
    "investment_wan",
    "listed_on",
    "provenance",
    "investment_provenance",
    "source",
    "updated_at",
)


def yi_number(wan: int) -> int | float:
    """万元 as 亿元: the number nearest to the exact decimal, which is what `json_number(yi(wan))` gives, but faster."""
    return wan / WAN_PER_YI if wan % WAN_PER_YI else wan // WAN_PER_YI


@compiled
def _others_of(projects: tuple[int, ...]) -> QuerySet[Any, Any]:
    links = Project.also_in.through.objects.filter(among("project", projects))
    return links.order_by().values_list("project_id", "region__code")


@compiled
def _measures_of(projects: tuple[int, ...], day: date) -> QuerySet[Any, Any]:
    links = Project.measures.through.objects.filter(among("project", projects), measure__listed_on__lte=day)
    return links.order_by().values_list("project_id", "measure__code")


class ProjectRows(Endpoint):
    """What the list and a single project share."""

    takes_compare = True
    compared_columns = LISTED_THEN

    def get_queryset(self) -> Any:
        return Project.objects.listed(self.day)

    def make_rows(self, objects: Sequence[tuple[Any, ...]]) -> Iterable[Row]:
        if not objects:
            return
        ids = tuple(each[0] for each in objects)
        also_in = in_order(grouped(answer(_others_of(ids))))
        measures = in_order(grouped(answer(_measures_of(ids, self.day))))
        language, base = suffix(), self.address("api-projects")
        chinese = language == "zh"
        for key, code, name_zh, name_en, city, county, category, stage, wan, listed_on, *origin in objects:
            provenance, investment_provenance, source, updated_at = origin
            yield {
                "code": code,
                "name": (name_zh or name_en) if chinese else (name_en or name_zh),
                "name_zh": name_zh,
                "name_en": name_en,
                "city": city,
                "county": county,
                "also_in": also_in.get(key, []),
                "category": category,
                "stage": stage,
                "total_investment": yi_number(wan),
                "listed_on": listed_on,
                "measures": measures.get(key, []),
                "provenance": provenance,
                "investment_provenance": investment_provenance,
                "source": format_source_in(source, language),
                "updated_at": written_moment(updated_at),
                "url": f"{base}{code}/",
                **({"listed_then": listed_on <= self.compared} if self.compared else {}),
            }


class Projects(ProjectRows, ListEndpoint):
    component = "ProjectList"
    summary = gettext_lazy("The projects of a plan that were listed by the day; investment in 100 million yuan.")
    columns = PROJECT
    filterset_class = ProjectFilter
    orderings = PROJECT_ORDERINGS
    default_ordering = "code"
    # Tuples, not objects: a row of a list must cost little.
    values = _VALUES
    takes_plan = True
    name = "projects"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().in_plan(asked_plan(self.request._request))


class ProjectDetail(ProjectRows):
    component = "Project"
    summary = gettext_lazy("One project, with the names of its places.")
    columns = PROJECT | LONGER

    def get(self, request: Any, code: str) -> Response:
        found = self.get_queryset().filter(code=code).values_list(*_VALUES).first()
        if found is None:
            raise Http404
        [row] = self.make_rows([found])
        project = Project.objects.select_related("plan", "city", "county").get(code=code)
        return Response(
            {
                "as_of": self.day,
                **row,
                "plan": project.plan.slug,
                "city_name": local(project.city, "name"),
                "city_name_zh": project.city.name_zh,
                "city_name_en": project.city.name_en,
                "county_name": local(project.county, "name") if project.county else "",
                "measure_urls": [self.address("api-measure", each) for each in row["measures"]],
            }
        )
