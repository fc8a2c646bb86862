"""The root of the API: which address belongs to which endpoint, its schema and its documentation."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import path, re_path, resolve
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2

from accounts.roles import may_read
from dashboard.api.changes import ChangesBetween
from dashboard.api.explain import Explain
from dashboard.api.places import Departments, Regions
from dashboard.api.rollups import MeasureRollups, ProjectRollups
from dashboard.api.summary import Summary
from indicators.api.indicators import IndicatorDetail, Indicators
from indicators.api.observations import Observations
from measures.api.changes import StatusChanges
from measures.api.measures import MeasureDetail, MeasureHistory, Measures
from measures.api.plans import Plans, Sections
from measures.api.reports import MeasureReports, ReportDetail, ReportSubmission, ReportWithdrawal
from projects.api.projects import ProjectDetail, Projects
from web.api import Endpoint, Unknown


class Schema(Endpoint):
    """The description of the API in OpenAPI 3, as JSON or YAML."""

    schema = None
    formats = ("json", "yaml")

    def get(self, request: Any) -> HttpResponse:
        renderer = OpenApiYamlRenderer2() if request.GET.get("format") == "yaml" else OpenApiJsonRenderer2()
        described = SchemaGenerator().get_schema(request=None, public=True)
        return HttpResponse(renderer.render(described, renderer_context={}), content_type=renderer.media_type)


def docs(request: HttpRequest) -> HttpResponse:
    if not may_read(request.user):
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
    return render(request, "api_docs.html")


class UnknownAddress(Unknown):
    """Everything else under /api/ is refused in JSON; an address that only lacks its last slash is completed."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        whole = f"{request.path_info}/"
        if not request.path_info.endswith("/") and resolve(whole).url_name != "api-unknown":
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        return super().dispatch(request, *args, **kwargs)


urlpatterns = [
    path("v1/summary/", Summary.as_view(), name="api-summary"),
    path("v1/changes/", ChangesBetween.as_view(), name="api-changes"),
    path("v1/explain/", Explain.as_view(), name="api-explain"),
    path("v1/measures/", Measures.as_view(), name="api-measures"),
    path("v1/measures/<slug:code>/", MeasureDetail.as_view(), name="api-measure"),
    path("v1/measures/<slug:code>/history/", MeasureHistory.as_view(), name="api-measure-history"),
    path("v1/measures/<slug:code>/reports/", MeasureReports.as_view(), name="api-reports"),
    path("v1/measures/<slug:code>/reports/<int:report>/", ReportDetail.as_view(), name="api-report"),
    path("v1/measures/<slug:code>/reports/<int:report>/submit/", ReportSubmission.as_view(), name="api-report-submit"),
    path(
        "v1/measures/<slug:code>/reports/<int:report>/withdraw/",
        ReportWithdrawal.as_view(),
        name="api-report-withdraw",
    ),
    path("v1/projects/", Projects.as_view(), name="api-projects"),
    path("v1/projects/<slug:code>/", ProjectDetail.as_view(), name="api-project"),
    path("v1/indicators/", Indicators.as_view(), name="api-indicators"),
    path("v1/indicators/<slug:code>/", IndicatorDetail.as_view(), name="api-indicator"),
    path("v1/observations/", Observations.as_view(), name="api-observations"),
    path("v1/rollups/measures/", MeasureRollups.as_view(), name="api-measure-rollups"),
    path("v1/rollups/projects/", ProjectRollups.as_view(), name="api-project-rollups"),
    path("v1/plans/", Plans.as_view(), name="api-plans"),
    path("v1/sections/", Sections.as_view(), name="api-sections"),
    path("v1/departments/", Departments.as_view(), name="api-departments"),
    path("v1/regions/", Regions.as_view(), name="api-regions"),
    path("v1/status-changes/", StatusChanges.as_view(), name="api-status-changes"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", docs, name="api-docs"),
    re_path("", UnknownAddress.as_view(), name="api-unknown"),
]
