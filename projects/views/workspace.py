"""The workspaces of a city, and of a department with the projects that it leads. Both are opened at one address: see
`CITY_WORKSPACE` and `DEPARTMENT_WORKSPACE` in the settings."""

from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Page
from django.http import HttpRequest

from accounts.access_rules import REPORTERS
from accounts.permissions import signed_in
from measures.filters import asked_plan
from measures.forms import MonthFileForm
from measures.views.workspace import WorkspacePage
from projects.models import Project
from projects.months.workspace import STATES, ProjectWork, load_project_work
from projects.workspace import load_city_work
from reporting.months import month_page
from web.days import asked_month
from web.errors import BadQuery, not_one_of
from web.html.links import query_with
from web.lists.listing import asked_page
from web.views import TodayView


class MonthsContext(NamedTuple):
    """The section of the month of projects. `month_rows`: those that are shown; `states`: the choices of a state with
    label, count, url and is_chosen; `state`: the chosen one, or empty; `all_states`: the address without a choice."""

    months: ProjectWork
    month_rows: Page[Any]
    states: list[dict[str, Any]]
    all_states: str
    state: str


def months_context(request: HttpRequest, own: Any, *, day: date) -> MonthsContext:
    """Return the context of the section of the month. `own`: a query of projects."""
    month, state = asked_month(request.GET.get("period", "")), request.GET.get("state", "")
    if state and state not in STATES:
        raise BadQuery({"state": [not_one_of(STATES)]})
    work = load_project_work(own, month=month, day=day)
    choices = [
        {
            "label": label,
            "count": work.counts[key],
            "url": query_with(request.GET, state=key) + "#months",
            "is_chosen": state == key,
        }
        for key, label in STATES.items()
    ]
    return MonthsContext(
        months=work,
        month_rows=asked_page(request.GET, work.shown(state)),
        states=choices,
        all_states=query_with(request.GET, state=None) + "#months",
        state=state,
    )


class CityWorkspacePage(TodayView):
    template_name = "projects/city_workspace.html"
    permission = REPORTERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        city, plan = signed_in(self.request.user).city, asked_plan(self.request)
        assert city is not None
        month = asked_month(self.request.GET.get("period", ""))
        own = Project.objects.in_plan(plan).filter(city=city)
        return super().get_context_data(
            city=city,
            work=load_city_work(city, plan=plan, day=self.day),
            file_form=MonthFileForm(),
            **months_context(self.request, own, day=self.day)._asdict(),
            **month_page(month, starts_on=plan.starts_on if plan else None, day=self.day),
            **kwargs,
        )


class DepartmentWorkspacePage(WorkspacePage):
    """The workspace of a department: that of its measures, and below them the months of the projects that it leads, if
    it leads any."""

    template_name = "projects/department_workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        plan = asked_plan(self.request)
        own = Project.objects.in_plan(plan).filter(lead_department=signed_in(self.request.user).department)
        return months_context(self.request, own, day=self.day)._asdict() | context
