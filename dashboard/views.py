from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access_rules import READERS
from accounts.models import Department
from accounts.permissions import may_review
from core.clock import today
from core.searching import MOST_SEARCHED, search_text
from dashboard.changes import Changes
from dashboard.explanations import SCOPE_FILTERS, asked_explanation
from dashboard.figures import Figures
from dashboard.pages.changes import changes_context
from dashboard.pages.cities import COLUMNS, city_list
from dashboard.pages.city import city_detail
from dashboard.pages.city_projects import offered_statistics
from dashboard.pages.city_statistics import CityStatistic, city_measures, usual_statistic
from dashboard.pages.department_work import asked_months
from dashboard.pages.departments import department_detail, department_list
from dashboard.pages.explanation import explanation_context
from dashboard.pages.first_version import first_version_context
from dashboard.pages.links import FigureLinks, Links
from dashboard.pages.ordering import MEASURE_SORT_KEYS, PROJECT_SORT_KEYS, asked_ordering
from dashboard.pages.overview import overview_context
from dashboard.pages.overview.progress import COURSES
from dashboard.pages.plan import plan_context
from dashboard.pages.plans import PLAN_SORT_KEYS, plan_rows
from dashboard.pages.presentation import PARTS, presentation_context
from dashboard.pages.project_groups import SORT_KEYS as GROUP_SORT_KEYS
from dashboard.pages.project_groups import group_list
from dashboard.pages.search import reports_context, search_context
from dashboard.pages.sections import section_detail, section_list
from dashboard.pages.themes import theme_detail, theme_list
from dashboard.project_groups import GROUPINGS
from dashboard.published_figures import published_rows
from dashboard.search import Search
from measures.filters import PLAN_ORDERINGS, PlanFilter, asked_plan
from measures.first_version import FirstVersion
from measures.models import Plan
from measures.views.plans import with_link_slugs
from regions.models import Region
from themes.models import Theme
from web.days import LAST_MONTH, asked_comparison, end_of_month_before
from web.errors import BadQuery, asked_choice
from web.lists.listing import Listing, asked_page
from web.unknown_parameters import remove_unknown
from web.views import PageView


class PlanPage(PageView):
    """A page about a plan on a day. A site that has none, or is being set up, says so instead."""

    permission = READERS
    shows_totals = True
    # What the page is about, as filters name it: a section, a department, a theme or a city.
    about = ""

    @cached_property
    def plan(self) -> Plan | None:
        """None also where the first plan has a name alone."""
        plan = asked_plan(self.request)
        return None if plan is None or plan.is_being_set_up else plan

    @cached_property
    def figures(self) -> Figures:
        assert self.plan is not None
        return Figures(self.plan, self.day)

    @cached_property
    def then(self) -> Figures | None:
        """The figures of the day that is compared with."""
        return Figures(self.figures.plan, self.compared) if self.compared else None

    @cached_property
    def links(self) -> Links:
        return Links.from_request(self.request)

    @property
    def scope(self) -> dict[str, str]:
        """The filter for what the page is about: its address has the key."""
        if not self.about:
            return {}
        [key] = self.kwargs.values()
        return {self.about: key}

    def choice(self, name: str, choices: list[str]) -> str:
        """One of a few values; the first where none is asked for."""
        return asked_choice(self.request.GET.get(name, "") or choices[0], choices, name=name)

    def get_template_names(self) -> list[str]:
        return super().get_template_names() if self.plan else ["dashboard/no_plan.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.plan is None:
            return super().get_context_data(rollup_state=None, **kwargs)
        content = self.content(**kwargs)
        return super().get_context_data(
            plan=self.plan,
            figures=self.figures,
            before_plan=self.day < self.plan.starts_on,
            rollup_state=self.figures.freshness,
            **{"why": FigureLinks(self.figures, self.links, self.scope), **content},
        )

    def content(self, **kwargs: Any) -> dict[str, Any]:
        raise NotImplementedError

    def city_measure(self, parameter: str) -> CityStatistic:
        measures = city_measures(self.figures.plan)
        usual = usual_statistic(self.figures).name
        return measures[self.choice(parameter, sorted(measures, key=lambda name: name != usual))]


class OverviewPage(PlanPage):
    template_name = "dashboard/overview.html"
    parameters = ("course", "map")

    def content(self, **kwargs: Any) -> dict[str, Any]:
        return overview_context(
            self.figures,
            self.links,
            compared=self.compared,
            course=self.choice("course", list(COURSES)),
            measure=self.city_measure("map"),
        )


class PlansPage(PageView):
    """The page of all plans, each beside the others."""

    permission = READERS
    shows_filings = False
    template_name = "dashboard/plans.html"
    parameters = (*PlanFilter.base_filters, "ordering", "page", "page_size")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(
            self.request,
            orderings=PLAN_ORDERINGS,
            default_ordering="-starts_on",
            filterset_class=PlanFilter,
            queryset=Plan.objects.select_related("region"),
        )
        ordering = asked_ordering(self.request, PLAN_SORT_KEYS, listing.default_ordering)
        plans = with_link_slugs(listing.filtered, Plan.objects.current())
        rows = plan_rows(plans, self.day, Links.from_request(self.request), ordering=ordering)
        return super().get_context_data(
            page=asked_page(self.request.GET, rows, size=listing.page_size),
            filter=listing.filterset,
            api_ordering=ordering if ordering.removeprefix("-") in PLAN_ORDERINGS else listing.default_ordering,
            **kwargs,
        )


class PlanOverview(PlanPage):
    """The page of what the plan is; the overview says how it stands."""

    shows_filings = False
    template_name = "dashboard/plan.html"

    def content(self, **kwargs: Any) -> dict[str, Any]:
        return plan_context(self.figures, self.links)._asdict()


class FirstVersionPage(PlanPage):
    """The page of the plan as it was first listed; with `?show=changed` only of what has changed since."""

    shows_filings = False
    shows_totals = False
    template_name = "dashboard/first_version.html"
    parameters = ("show", "page")

    def content(self, **kwargs: Any) -> dict[str, Any]:
        assert self.plan is not None
        changed_only = self.choice("show", ["all", "changed"]) == "changed"
        version = FirstVersion(self.plan, self.day)
        return first_version_context(version, self.links, self.request.GET, changed_only=changed_only)._asdict()


class PresentationPage(PlanPage):
    """Five parts of the overview for a large screen; `?part=` is the one that is shown."""

    template_name = "dashboard/presentation.html"
    parameters = ("part",)

    def content(self, **kwargs: Any) -> dict[str, Any]:
        numbers = [str(number) for number in range(1, len(PARTS) + 1)]
        return presentation_context(self.figures, self.links, part=int(self.choice("part", numbers)))._asdict()


class ChangesPage(PlanPage):
    """The page of what changed since an earlier day: the end of last month where none is named."""

    shows_filings = False
    template_name = "dashboard/changes.html"

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return asked_comparison(request, self.day, default=LAST_MONTH)

    def content(self, **kwargs: Any) -> dict[str, Any]:
        assert self.then is not None
        return changes_context(Changes(self.figures, self.then), self.links, today=today())._asdict()


class FallenPage(PlanPage):
    """A page of members that shows with `?fallen=most` only those that fell most since an earlier day: since the end of
    last month where none is named."""

    def asked_comparison(self, request: HttpRequest) -> date | None:
        since = self.day_before_falls() if request.GET.get("fallen") == "most" else None
        return asked_comparison(request, self.day, default=since.isoformat() if since else "")

    def day_before_falls(self) -> date | None:
        """None in the calendar's first month."""
        return end_of_month_before(self.day)

    @property
    def fallen_only(self) -> bool:
        return self.choice("fallen", ["all", "most"]) == "most"


class DepartmentsPage(FallenPage):
    template_name = "dashboard/departments.html"
    parameters = ("ordering", "reported", "fallen", "months")

    def content(self, **kwargs: Any) -> dict[str, Any]:
        return department_list(
            self.figures,
            self.links,
            ordering=asked_ordering(self.request, MEASURE_SORT_KEYS, "urgency"),
            unreported_only=self.choice("reported", ["all", "no"]) == "no",
            fallen_only=self.fallen_only,
            all_months=self.choice("months", ["gaps", "all"]) == "all",
            then=self.then,
        )


class SectionsPage(PlanPage):
    shows_filings = False
    template_name = "dashboard/sections.html"
    parameters = ("ordering",)

    def content(self, **kwargs: Any) -> dict[str, Any]:
        ordering = asked_ordering(self.request, MEASURE_SORT_KEYS, "urgency")
        return section_list(self.figures, self.links, ordering=ordering, then=self.then)


class CitiesPage(FallenPage):
    shows_filings = False
    template_name = "dashboard/cities.html"
    parameters = ("ordering", "show", "columns", "fallen")

    def content(self, **kwargs: Any) -> dict[str, Any]:
        return city_list(
            self.figures,
            self.links,
            fallen_only=self.fallen_only,
            measure=self.measure,
            ordering=asked_ordering(self.request, PROJECT_SORT_KEYS, f"-{self.measure.name}"),
            columns=self.choice("columns", list(COLUMNS)),
            then=self.then,
            last_month=self.last_month,
        )

    @property
    def measure(self) -> CityStatistic:
        return self.city_measure("show")

    def day_before_falls(self) -> date | None:
        return self.measure.ranked_before(self.day)

    @property
    def last_month(self) -> Figures | None:
        """The figures of the day whose ranks stand beside those of today, where the plan had begun."""
        day = self.day_before_falls()
        return Figures(self.figures.plan, day) if day and day >= self.figures.plan.starts_on else None


class ProjectGroupsPage(PlanPage):
    """Projects by what neither the page of cities nor cells tell."""

    shows_filings = False
    template_name = "dashboard/project_groups.html"
    parameters = ("ordering", "by")

    def content(self, **kwargs: Any) -> dict[str, Any]:
        ordering = asked_ordering(self.request, GROUP_SORT_KEYS, "name")
        return group_list(self.figures, self.links, by=self.choice("by", list(GROUPINGS)), ordering=ordering)


class DepartmentPage(PlanPage):
    """The page of a department; that of a department that was merged redirects to its successor."""

    template_name = "dashboard/department.html"
    about = "department"
    # The months of which it tells what the department did.
    parameters: Collection[str] = ("from", "to")
    url_name = "dashboard:department"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            merged = get_object_or_404(Department.objects.exclude(merged_into=None), slug=kwargs["slug"])
            query = request.GET.urlencode()
            # Not for ever: should a merger be mended by hand one day, no browser goes on sending people astray.
            return redirect(reverse(self.url_name, args=[merged.successor.slug]) + (f"?{query}" if query else ""))

    def content(self, **kwargs: Any) -> dict[str, Any]:
        assert self.plan is not None
        asked = (self.request.GET.get(name, "") for name in self.parameters)
        months = asked_months(*asked, plan=self.plan, day=self.day)
        found = department_detail(self.figures, kwargs["slug"], self.links, months=months, then=self.then)
        may_merge = self.day == today() and may_review(self.request.user)
        return {"may_merge": may_merge, "all_url": self.links.url("dashboard:departments"), **found}


class SectionPage(PlanPage):
    shows_filings = False
    template_name = "dashboard/section.html"
    about = "section"

    def content(self, **kwargs: Any) -> dict[str, Any]:
        found = section_detail(self.figures, kwargs["slug"], self.links, then=self.then)
        return {"all_url": self.links.url("dashboard:sections"), **found}


class ThemesPage(PlanPage):
    shows_filings = False
    template_name = "dashboard/themes.html"

    def content(self, **kwargs: Any) -> dict[str, Any]:
        return {"why": None, **theme_list(self.figures, self.links, then=self.then)}


class ThemePage(PlanPage):
    """The page of a theme. Its figures are sums that no other answer has: each leads to its rows, and none to an
    explanation."""

    shows_filings = False
    template_name = "dashboard/theme.html"
    about = "theme"

    @cached_property
    def theme(self) -> Theme:
        return get_object_or_404(Theme, plan=self.plan, slug=self.kwargs["slug"])

    def content(self, **kwargs: Any) -> dict[str, Any]:
        found = theme_detail(self.figures, self.theme, self.links, then=self.then)
        return {"why": None, "all_url": self.links.url("dashboard:themes"), **found}


class CityPage(PlanPage):
    shows_filings = False
    template_name = "dashboard/city.html"
    about = "city"
    parameters: Collection[str] = ("kind",)

    def content(self, **kwargs: Any) -> dict[str, Any]:
        city = get_object_or_404(Region.objects.members_of(self.figures.plan.region_id), code=kwargs["code"])
        kinds = [each.name for each in offered_statistics(self.figures)]
        kind = self.choice("kind", kinds) if self.request.GET.get("kind") else ""
        found = city_detail(self.figures, city, self.links, kind=kind, then=self.then)
        return {"all_url": self.links.url("dashboard:cities"), **found}


class ExplainPage(PlanPage):
    """Why one figure is what it is; the script of the other pages shows it as a panel over them."""

    template_name = "dashboard/explain.html"
    parameters = ("figure", *SCOPE_FILTERS)
    several = SCOPE_FILTERS

    def content(self, **kwargs: Any) -> dict[str, Any]:
        explanation = asked_explanation(self.request, self.figures)
        # Its own figure needs no link here.
        return {"why": None, **explanation_context(explanation, self.figures, self.links)._asdict()}


class SearchPage(PlanPage):
    """All kinds of rows that hold the words of `?q=`; with `?kind=reports` all reports that do, in pages. Raises
    BadQuery for more than can be searched for."""

    shows_filings = False
    template_name = "dashboard/search.html"
    shows_totals = False
    parameters = ("q", "kind", "page")

    def content(self, **kwargs: Any) -> dict[str, Any]:
        only_reports = self.choice("kind", ["all", "reports"]) == "reports"
        text = search_text(self.request.GET.get("q", ""))
        if len(text) > MOST_SEARCHED:
            # No link of the page that says so drags it along.
            remove_unknown(self.request, {*self.request.GET} - {"q"})
            limits = {"limit_value": MOST_SEARCHED, "show_value": len(text)}
            raise BadQuery({"q": [_("At most %(limit_value)s characters; there are %(show_value)s.") % limits]})
        context = {"why": None, "searched": text}
        if not text:
            return context
        assert self.plan is not None
        search = Search(text, self.plan, self.day)
        if only_reports:
            rows = search.reports.select_related("measure", "department")
            return context | reports_context(search, self.links, asked_page(self.request.GET, rows))._asdict()
        return context | search_context(search, self.links)._asdict()


class PublishedPage(PlanPage):
    shows_filings = False
    template_name = "dashboard/published.html"

    def content(self, **kwargs: Any) -> dict[str, Any]:
        rows = published_rows(self.figures)
        return {"rows": rows, "differing": sum(not row.is_equal for row in rows)}
