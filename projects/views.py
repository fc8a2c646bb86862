"""Reading pages about projects."""

from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.clock import today
from core.lights import thresholds
from measures.filters import asked_plan
from projects.filters import PROJECT_ORDERINGS, ProjectFilter
from projects.models import Project
from web.formats.money import format_exact_money
from web.html.sources import source_link
from web.views import FilteredListView, PageView


class ProjectList(FilteredListView):
    shows_totals = True
    template_name = "projects/project_list.html"
    filterset_class = ProjectFilter
    orderings = PROJECT_ORDERINGS
    default_ordering = "code"

    def get_queryset(self) -> QuerySet[Project]:
        self.plan = asked_plan(self.request)
        return Project.objects.in_plan(self.plan).listed(self.day).select_related("city")

    def count(self, rows: Any) -> int:
        self.sums = rows.order_by().aggregate(number=Count("pk"), investment=Sum("investment_wan", default=0))
        number: int = self.sums["number"]
        return number

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "plan": self.plan,
            "counts": _("total investment %(amount)s") % {"amount": format_exact_money(self.sums["investment"])},
            "is_before_plan": self.plan is not None and self.day < self.plan.starts_on,
        }


class ProjectDetail(PageView):
    template_name = "projects/project_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        projects = Project.objects.select_related("plan", "city", "county")
        project = get_object_or_404(projects, code=kwargs["code"])
        as_of_day: Any = project.measures.as_of(self.day, limits=thresholds()).order_by("code")
        if self.compared:
            as_of_day = as_of_day.with_status_then(self.compared)
        measures = list(as_of_day.prefetch_related("indicators"))
        return super().get_context_data(
            project=project,
            is_listed=project.listed_on <= self.day,
            can_show_listing=project.listed_on <= today(),
            source=source_link(project.source),
            also_in=project.also_in.all(),
            measures=measures,
            # Those that its measures are to move.
            indicators=list({each.pk: each for measure in measures for each in measure.indicators.all()}.values()),
            **kwargs,
        )
