"""The workspace of a city. It is opened at the address of a department's: see `CITY_WORKSPACE` in the settings."""

from typing import Any

from django.http import HttpRequest

from accounts.permissions import may_use_workspace, signed_in
from measures.filters import asked_plan
from projects.workspace import load_city_work
from web.views import TodayView


class CityWorkspacePage(TodayView):
    template_name = "projects/city_workspace.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_use_workspace(request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        city = signed_in(self.request.user).city
        assert city is not None
        work = load_city_work(city, plan=asked_plan(self.request), day=self.day)
        return super().get_context_data(city=city, work=work, **kwargs)
