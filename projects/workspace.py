"""The projects that the workspace of a city shows."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Sum
from django.urls import reverse

from measures.models import Plan
from projects.models import Project, Stage
from regions.models import Region
from web.html.links import query_of

# The list has them all.
MAX_PROJECTS = 20


class StageRow(NamedTuple):
    """How many of the city's projects are in a stage, and their investment in 万元."""

    stage: Stage
    total: int
    investment_wan: int
    url: str


class CityWork(NamedTuple):
    """`projects`: the largest; `url`: the list of all."""

    stages: Sequence[StageRow]
    projects: Sequence[Project]
    url: str

    @property
    def total(self) -> int:
        return sum(each.total for each in self.stages)

    @property
    def investment_wan(self) -> int:
        return sum(each.investment_wan for each in self.stages)


def load_city_work(city: Region, *, plan: Plan | None, day: date) -> CityWork:
    """Return the stages and the largest of the projects that count in the city on the day."""
    own: Any = Project.objects.in_plan(plan).in_scope(day).filter(city=city)
    groups = own.order_by().values_list("stage").annotate(total=Count("pk"), wan=Sum("investment_wan"))
    sums = {stage: (total, wan) for stage, total, wan in groups}
    stages = [
        StageRow(stage, *sums[stage.value], _list_url(city, plan, stage=stage.value))
        for stage in Stage
        if stage.value in sums
    ]
    largest = own.select_related("plan", "category").order_by("-investment_wan", "position", "code")
    return CityWork(stages, list(largest[:MAX_PROJECTS]), _list_url(city, plan))


def _list_url(city: Region, plan: Plan | None, **filters: Any) -> str:
    return query_of(reverse("projects:list"), city=city.code, **filters, plan=plan.link_slug if plan else "")
