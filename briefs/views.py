"""The pages of briefs, each the sheet of a page of the dashboard."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from accounts.log import log_export
from briefs.cities import city_brief
from briefs.measures import measures_brief
from briefs.sheet import Brief
from briefs.themes import theme_brief
from dashboard.pages.links import Links
from dashboard.views import CityPage, DepartmentPage, PlanPage, SectionPage, ThemePage
from regions.models import Region
from web.days import LAST_MONTH, asked_comparison


class BriefPage(PlanPage):
    """One sheet for a meeting, with what changed since an earlier day: the end of last month where none is named. With
    `?format=docx` the same as a Word file."""

    template_name = "briefs/brief.html"
    parameters: Collection[str] = ("format",)

    @cached_property
    def links(self) -> Links:
        # Read on paper, and in the file, when another plan may have become the current one.
        assert self.plan is not None
        return Links.from_request(self.request).of_plan(self.plan.slug)

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return asked_comparison(request, self.day, default=LAST_MONTH)

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_file = self.choice("format", ["html", "docx"]) == "docx"
        response = super().respond(request, *args, **kwargs)
        brief = (getattr(response, "context_data", None) or {}).get("brief")
        if not is_file or brief is None:
            return response
        log_export(request, what="brief", file_format="docx", as_of=self.day, rows=brief.rows)
        # python-docx and lxml take 5 MB: only of a process that is asked for a file of Word.
        from briefs.document import brief_file

        return brief_file(brief)

    def content(self, **kwargs: Any) -> dict[str, Any]:
        return {"brief": replace(self.brief(), site=self.request.build_absolute_uri("/").rstrip("/"))}

    def brief(self) -> Brief:
        """Raises Http404 for a section or a department that there is not."""
        assert self.then is not None
        ((by, key),) = self.scope.items() or [("plan", "")]
        return measures_brief(self.figures, self.then, self.links, by=by, key=key)


class SectionBriefPage(BriefPage, SectionPage):
    pass


class DepartmentBriefPage(BriefPage, DepartmentPage):
    url_name = "briefs:department"


class ThemeBriefPage(BriefPage, ThemePage):
    def content(self, **kwargs: Any) -> dict[str, Any]:
        return {"why": None, **super().content(**kwargs)}

    def brief(self) -> Brief:
        assert self.then is not None
        return theme_brief(self.figures, self.then, self.links, self.theme)


class CityBriefPage(BriefPage, CityPage):
    def brief(self) -> Brief:
        assert self.then is not None
        city = get_object_or_404(Region.objects.members_of(self.figures.plan.region_id), code=self.kwargs["code"])
        return city_brief(self.figures, self.then, self.links, city)
