from collections.abc import Iterable, Sequence

import django_filters
from django.db.models import QuerySet

from measures.filters import asked_plan
from measures.models import Plan, Section
from reporting.provenance import Provenance
from web.api import ListEndpoint, Row
from web.filters import SearchFilter
from web.language import local
from web.schema import ADDRESS, DAY, TEXT, WHOLE, local_names, one_of
from web.sources import source_text


class PlanFilter(django_filters.FilterSet):
    search = SearchFilter("slug", "name_zh", "name_en")

    class Meta:
        model = Plan
        fields: list[str] = []


class SectionFilter(django_filters.FilterSet):
    search = SearchFilter("slug", "title_zh", "title_en")

    class Meta:
        model = Section
        fields: list[str] = []


class Plans(ListEndpoint):
    """The action plans of the site; `plan=` of the other lists takes a slug of these."""

    component = "PlanList"
    columns = {
        "slug": TEXT,
        **local_names("name"),
        "starts_on": DAY,
        "ends_on": DAY,
        "provenance": one_of(Provenance.values),
        "source": TEXT,
        "url": ADDRESS,
    }
    filterset_class = PlanFilter
    orderings = {"starts_on": ["starts_on", "slug"], "slug": ["slug"]}
    default_ordering = "starts_on"
    name = "plans"

    def get_queryset(self) -> QuerySet:
        return Plan.objects.all()

    def make_rows(self, objects: Sequence[Plan]) -> Iterable[Row]:
        for each in objects:
            yield {
                "slug": each.slug,
                "name": local(each, "name"),
                "name_zh": each.name_zh,
                "name_en": each.name_en,
                "starts_on": each.starts_on,
                "ends_on": each.ends_on,
                "provenance": each.provenance,
                "source": source_text(each.source),
                "url": self.address("api-measures", plan=each.slug),
            }


class Sections(ListEndpoint):
    """The sections of a plan."""

    component = "SectionList"
    columns = {"slug": TEXT, "number": WHOLE, **local_names("title"), "plan": TEXT, "url": ADDRESS}
    filterset_class = SectionFilter
    orderings = {"number": ["number"], "slug": ["slug"]}
    default_ordering = "number"
    takes_plan = True
    name = "sections"

    def get_queryset(self) -> QuerySet:
        return Section.objects.filter(plan=asked_plan(self.request._request)).select_related("plan")

    def make_rows(self, objects: Sequence[Section]) -> Iterable[Row]:
        for each in objects:
            yield {
                "slug": each.slug,
                "number": each.number,
                "title": local(each, "title"),
                "title_zh": each.title_zh,
                "title_en": each.title_en,
                "plan": each.plan.slug,
                "url": self.address("api-measures", plan=each.plan.slug, section=each.slug),
            }
