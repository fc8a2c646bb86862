"""The root of the API: which address belongs to which endpoint, its schema and its documentation."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import path, re_path, resolve
from django.utils.translation import get_language, gettext_lazy, override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2

from accounts.permissions import may_read
from core.clock import today
from dashboard.api.changes import ChangesBetween
from dashboard.api.explain import Explain
from dashboard.api.rollups import MeasureRollups, ProjectRollups
from dashboard.api.summary import Summary
from indicators.api.indicators import IndicatorDetail, Indicators
from indicators.api.observations import Observations
from measures.api.departments import Departments
from measures.api.history import MeasureHistory
from measures.api.measures import MeasureDetail, Measures
from measures.api.plans import Plans, Sections
from measures.api.reports import MeasureReports, ReportDetail, ReportSubmission, ReportWithdrawal
from measures.api.status_changes import StatusChanges
from pilotzone.dictionary import COLUMNS, csv_rows, dictionary
from projects.api.projects import ProjectDetail, Projects
from projects.api.regions import Regions
from web.api.endpoints import Endpoint, Unknown
from web.api.problems import PROBLEMS
from web.api.throttles import AnonymousThrottle, TokenThrottle
from web.days import end_of_month_before
from web.errors import BadQuery, not_one_of
from web.lists.exports import export
from web.lists.listing import MAX_PAGE_SIZE

# What to do about each problem.
ADVICE = {
    "invalid-parameters": gettext_lazy(
        "Read “errors”: it names each parameter, what is wrong with it and the values that are allowed. The dictionary "
        "and the description of the API list them all."
    ),
    "invalid-body": gettext_lazy(
        "Read “errors”: it points to each field of the request body that is wrong and says why."
    ),
    "not-authenticated": gettext_lazy(
        "Send an access token in the header Authorization. If you sent one, it is unknown, expired or revoked: create "
        "a new one on the page of your access tokens."
    ),
    "forbidden": gettext_lazy(
        "The account may not do this, or its token is read-only. To file reports, use a token that may file them, of a "
        "reporter of the lead department."
    ),
    "not-found": gettext_lazy(
        "Compare the address with the list: the code may be misspelt, or the row may not have been there on that day."
    ),
    "method-not-allowed": gettext_lazy("Read with GET; only reports are sent, with POST and PUT."),
    "conflict": gettext_lazy(
        "Nothing was changed. Read “detail”, fetch the report again, and send what is still valid with its present "
        "version."
    ),
    "body-too-large": gettext_lazy(
        "Send less: shorter texts, and the addresses of documents instead of their content."
    ),
    "unsupported-media-type": gettext_lazy("Send JSON, with the header Content-Type: application/json."),
    "too-many-requests": gettext_lazy(
        "Wait for the number of seconds in the Retry-After header. Ask for larger pages, or for a file of all rows, "
        "which counts as one request."
    ),
    "server-error": gettext_lazy(
        "The fault is not in your request. Try again in some minutes, and tell the site's administrator."
    ),
}


class Schema(Endpoint):
    """The description of the API in OpenAPI 3, as JSON or YAML."""

    schema = None
    formats = ("json", "yaml")

    def get_answer(self, request: Any) -> HttpResponse:
        renderer = OpenApiYamlRenderer2 if request.GET.get("format") == "yaml" else OpenApiJsonRenderer2
        return HttpResponse(_rendered_schema(renderer, get_language()), content_type=renderer.media_type)


@cache
def _rendered_schema(renderer: Any, language: str) -> bytes:
    """Takes half a second, and cannot change while the site runs."""
    with override(language):
        # drf-spectacular's generator has no types.
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return bytes(renderer().render(schema, renderer_context={}))


def for_readers(show: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Decorates a page about the API: only those who may read see it."""

    @wraps(show)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        if not may_read(request.user):
            if request.user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path())
        return show(request)

    return guarded


@for_readers
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api_docs.html")


@for_readers
def help_page(request: HttpRequest) -> HttpResponse:
    """How the API is used from other tools, with examples that work as they stand."""
    return render(
        request,
        "api_help.html",
        {
            "api": request.build_absolute_uri("/api/v1/"),
            "earlier": end_of_month_before(today()),
            "problems": [(name, title, ADVICE[name]) for name, (_status, title) in PROBLEMS.items()],
            "limits": {"anonymous": AnonymousThrottle(), "token": TokenThrottle()},
            "largest_page": MAX_PAGE_SIZE,
        },
    )


@for_readers
def dictionary_page(request: HttpRequest) -> HttpResponseBase:
    """The data dictionary; with `?format=csv` as a file."""
    parts = dictionary(urlpatterns)
    asked = request.GET.get("format", "")
    if asked == "csv":
        return export("csv", name="dictionary", columns=COLUMNS, rows=csv_rows(parts))
    if asked:
        raise BadQuery({"format": [not_one_of(["csv"])]})
    return render(request, "api_dictionary.html", {"parts": parts})


class UnknownAddress(Unknown):
    """Everything else under /api/ is refused in JSON; an address that only lacks its last slash is completed."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with_slash = f"{request.path_info}/"
        if not request.path_info.endswith("/") and resolve(with_slash).url_name != "api-unknown":
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


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
    path("help/", help_page, name="api-help"),
    path("dictionary/", dictionary_page, name="api-dictionary"),
    re_path("", UnknownAddress.as_view(), name="api-unknown"),
]
