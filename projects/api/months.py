"""The accepted months of projects: of a plan, and of one project."""

from operator import itemgetter
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy, pgettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from core.periods import last_ended_month
from measures.api.addresses import row_address
from measures.filters import asked_plan, members_of_asked_plan
from projects.api.annual_plans import annual_plan_fields
from projects.filters import categories_of_asked_plan, projects_of_asked_plan
from projects.models import Project, ProjectMonth, Stage
from projects.querysets import is_in_force
from reporting.models import ProblemChoice
from web.api.endpoints import ListEndpoint
from web.api.fields import ORIGIN, UPDATED, column, local_field, local_fields, stored
from web.api.shapes import ADDRESS, DAY, FLAG, MONTH, WHOLE, meaning, one_of, quantity
from web.formats.money import yi_number
from web.lists.filters import ChoiceFilter, CodeFilter, MonthFilter, SearchFilter, SlugFilter, UpdatedFilterSet

_CITY = gettext_lazy("Name of its city")


class ProjectMonthFilter(UpdatedFilterSet):
    search = SearchFilter("project__code", names=["project__name"])
    project = CodeFilter(field_name="project", queryset=projects_of_asked_plan, label=gettext_lazy("Project"))
    city = SlugFilter(
        field_name="project__city",
        to_field_name="code",
        queryset=members_of_asked_plan,
        label=pgettext_lazy("project", "City"),
    )
    category = SlugFilter(
        field_name="project__category", queryset=categories_of_asked_plan, label=gettext_lazy("Category")
    )
    stage = ChoiceFilter(choices=Stage.choices, label=gettext_lazy("Stage"))
    period_from = MonthFilter(field_name="period", lookup_expr="gte", label=gettext_lazy("From the month"))
    period_to = MonthFilter(field_name="period", lookup_expr="lte", label=gettext_lazy("To the month"))


PROJECT_MONTH_ORDERINGS = {
    "period": ["period", "project__position", "project__code"],
    "project": ["project__position", "project__code", "period"],
    "invested_since_january": ["invested_wan", "project__position", "project__code", "period"],
}
PROJECT_MONTH = {
    "id": stored(ProjectMonth, "pk", gettext_lazy("Number of the row")),
    "project": stored(ProjectMonth, "project__code", gettext_lazy("Code of the project")),
    **local_fields("project_name", gettext_lazy("Name of the project"), "project__name"),
    "city": stored(ProjectMonth, "project__city__code", gettext_lazy("Code of the city in which it counts")),
    "city_name": local_field(_CITY, "project__city__name"),
    "category": stored(ProjectMonth, "project__category__slug", gettext_lazy("Slug of its category")),
    "period": column(
        "period", meaning(gettext_lazy("The month that it is for"), MONTH), convert=lambda month: f"{month:%Y-%m}"
    ),
    "is_in_force": column(
        "is_in_force", meaning(gettext_lazy("Whether it says the project's stage and investment on the day"), FLAG)
    ),
    "stage": stored(ProjectMonth, "stage", gettext_lazy("The stage at the end of the month")),
    "started_on": stored(ProjectMonth, "started_on", gettext_lazy("The day on which building began; may be null")),
    "completed_on": stored(
        ProjectMonth, "completed_on", gettext_lazy("The day on which it was completed; may be null")
    ),
    "in_production_on": stored(
        ProjectMonth, "in_production_on", gettext_lazy("The day on which production began; may be null")
    ),
    "invested_since_january": column(
        "invested_wan",
        quantity("100 million yuan", cumulative=True, description=gettext_lazy("Invested since 1 January")),
        convert=yi_number,
    ),
    **annual_plan_fields("planned_wan", "invested_wan", "period", month=lambda _chunk: itemgetter("period")),
    "progress": column("progress", quantity("%", WHOLE, description=gettext_lazy("Physical progress of the building"))),
    "what_was_done": local_field(gettext_lazy("What was done"), "what_was_done"),
    "problem": local_field(gettext_lazy("Problems"), "problem"),
    "problem_choice": column(
        "problem_choice",
        {
            **one_of(["", *ProblemChoice.values]),
            "description": gettext_lazy("What it says about problems; empty where it follows from its text"),
        },
    ),
    "about_problem": stored(
        ProjectMonth, "about_problem", gettext_lazy("Number of the project's problem that it is about")
    ),
    "next_step": local_field(gettext_lazy("Next steps"), "next_step"),
    "submitted_on": column("submitted_on", meaning(gettext_lazy("The day it was last submitted"), DAY)),
    "decided_on": column("decided_on", meaning(gettext_lazy("The day on which it was accepted"), DAY)),
    **ORIGIN,
    **UPDATED,
    "url": row_address(
        "api-projects",
        meaning(gettext_lazy("Address of the months of the project in the API"), ADDRESS),
        key="project__code",
        ending="months/",
    ),
}


class ProjectMonths(ListEndpoint):
    permission = READERS
    component = "ProjectMonthList"
    summary = gettext_lazy(
        "The accepted months of a plan's projects that ended by the day, with those that a later one corrects."
    )
    row_fields = PROJECT_MONTH
    filterset_class = ProjectMonthFilter
    orderings = PROJECT_MONTH_ORDERINGS
    default_ordering = "-period"
    takes_plan = True
    name = "project-months"
    kinds = ("reports", "projects", "regions", "measures", "plans")

    def get_queryset(self) -> QuerySet[Any, Any]:
        months = ProjectMonth.objects.in_plan(asked_plan(self.request._request)).accepted()
        decides = ExpressionWrapper(is_in_force(self.day), output_field=BooleanField())
        ended = months.filter(period__lte=last_ended_month(self.day), project__listed_on__lte=self.day)
        return ended.annotate(is_in_force=decides).with_annual_plan()


class MonthsOfProject(ProjectMonths):
    summary = gettext_lazy(
        "The accepted months of a project that ended by the day, with those that a later one corrects."
    )

    def get_answer(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        projects = Project.objects.in_plan(asked_plan(self.request._request)).listed(self.day)
        self.project = get_object_or_404(projects, code=kwargs.pop("code"))
        answer: Response = super().get_answer(request, *args, **kwargs)
        return answer

    def get_queryset(self) -> QuerySet[Any, Any]:
        return super().get_queryset().filter(project=self.project)
