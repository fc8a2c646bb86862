"""The workspaces of a city, and of a department with the projects that it leads. Both are opened at one address: see
`CITY_WORKSPACE` and `DEPARTMENT_WORKSPACE` in the settings."""

from typing import Any

from django.http import HttpRequest

from accounts.access_rules import REPORTERS
from accounts.permissions import signed_in
from measures.filters import asked_plan
from measures.forms import MonthFileForm
from measures.views.workspace import WorkspacePage
from projects.models import Project
from projects.months.workspace import STATES, load_project_work
from projects.workspace import load_city_work
from reporting.months import month_page
from web.days import asked_month
from web.errors import BadQuery, not_one_of
from web.html.links import query_with
from web.lists.listing import asked_page
from web.views import TodayView


def month_context(request: HttpRequest, own: Any, *, plan: Any, day: Any) -> dict[str, Any]:
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
    return {
        "months": work,
        "month_rows": asked_page(request.GET, work.shown(state)),
        "states": choices,
        "all_states": query_with(request.GET, state=None) + "#months",
        "state": state,
        **month_page(month, starts_on=plan.starts_on if plan else None, day=day),
    }


class CityWorkspacePage(TodayView):
    template_name = "projects/city_workspace.html"
    permission = REPORTERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        city, plan = signed_in(self.request.user).city, asked_plan(self.request)
        assert city is not None
        own = Project.objects.in_plan(plan).filter(city=city)
        return super().get_context_data(
            city=city,
            work=load_city_work(city, plan=plan, day=self.day),
            file_form=MonthFileForm(),
            **month_context(self.request, own, plan=plan, day=self.day),
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
        return month_context(self.request, own, plan=plan, day=self.day) | context
