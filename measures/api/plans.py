from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from measures.filters import asked_plan
from measures.models import Plan, Section
from web.api.endpoints import ListEndpoint, Row
from web.api.schema import ADDRESS, DAY, PROVENANCE, SOURCE, UPDATED_AT, WHOLE, local_names, meaning
from web.days import written_moment
from web.formats.sources import format_source
from web.language import local
from web.lists.filters import SearchFilter, UpdatedFilterSet


class PlanFilter(UpdatedFilterSet):
    search = SearchFilter("slug", "name_zh", "name_en")

    class Meta:
        model = Plan
        fields: list[str] = []


class SectionFilter(UpdatedFilterSet):
    search = SearchFilter("slug", "title_zh", "title_en")

    class Meta:
        model = Section
        fields: list[str] = []


class Plans(ListEndpoint):
    component = "PlanList"
    summary = gettext_lazy("The action plans of the site; `plan=` of the other lists takes a slug of these.")
    columns = {
        "slug": meaning(gettext_lazy("Slug of the action plan")),
        **local_names("name", gettext_lazy("Name of the action plan")),
        "starts_on": meaning(gettext_lazy("Its first day"), DAY),
        "ends_on": meaning(gettext_lazy("Its last day"), DAY),
        "provenance": PROVENANCE,
        "source": SOURCE,
        "updated_at": UPDATED_AT,
        "url": meaning(gettext_lazy("Address of its measures in the API"), ADDRESS),
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
                "source": format_source(each.source),
                "updated_at": written_moment(each.updated_at),
                "url": self.address("api-measures", plan=each.slug),
            }


class Sections(ListEndpoint):
    component = "SectionList"
    summary = gettext_lazy("The sections of a plan.")
    columns = {
        "slug": meaning(gettext_lazy("Slug of the section")),
        "number": meaning(gettext_lazy("Its place in the plan"), WHOLE),
        **local_names("title", gettext_lazy("Title of the section")),
        "plan": meaning(gettext_lazy("Slug of its action plan")),
        "updated_at": UPDATED_AT,
        "url": meaning(gettext_lazy("Address of its measures in the API"), ADDRESS),
    }
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
                "updated_at": written_moment(each.updated_at),
                "url": self.address("api-measures", plan=each.plan.slug, section=each.slug),
            }
