"""The root of the API: which address belongs to which endpoint, its schema and its documentation."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import path, re_path, resolve
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access_rules import READERS, asks
from accounts.addresses import readable
from accounts.log import log_export
from core.clock import today
from dashboard.api.changes import ChangesBetween
from dashboard.api.explain import Explain
from dashboard.api.rollups import MeasureRollups, ProjectRollups
from dashboard.api.summary import Summary
from dashboard.api.themes import ThemeDetail, Themes
from indicators.api.filed_values import FiledValueDetail, FiledValues, FiledValueSubmission, FiledValueWithdrawal
from indicators.api.indicators import IndicatorDetail, Indicators
from indicators.api.observations import Observations
from indicators.api.series import IndicatorSeries
from measures.api.accepted_reports import AcceptedReports
from measures.api.departments import Departments
from measures.api.history import MeasureHistory
from measures.api.measures import MeasureDetail, Measures
from measures.api.plans import Plans, Sections
from measures.api.reports import MeasureReports, ReportDetail, ReportSubmission, ReportWithdrawal
from measures.api.status_changes import StatusChanges
from pilotzone.dictionary import COLUMNS, csv_rows, dictionary
from problems.api.meetings import Meetings
from problems.api.problems import MeasureProblems, ProblemDetail, ProblemMoves, Problems
from problems.api.projects import ProjectProblemDetail, ProjectProblemMoves, ProjectProblems
from projects.api.categories import Categories
from projects.api.months import MonthsOfProject, ProjectMonths
from projects.api.projects import ProjectDetail, Projects
from projects.api.regions import Regions
from web.api.endpoints import Endpoint, Row
from web.api.problem_details import PROBLEMS
from web.api.shapes import array, meaning, one_of, record
from web.api.throttles import AnonymousThrottle, TokenThrottle
from web.days import end_of_month_before
from web.errors import BadQuery, not_one_of
from web.lists.exports import export
from web.lists.listing import MAX_PAGE_SIZE
from web.package_texts import SWAGGER_UI

# What to do about each problem.
ADVICE = {
    "malformed-request": gettext_lazy("Send what HTTP 1.1 allows: a library for it does."),
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
        "reporter of the lead department; values of an indicator are filed by the department that owns it."
    ),
    "not-found": gettext_lazy(
        "Compare the address with the list: the code may be misspelt, or the row may not have been there on that day."
    ),
    "method-not-allowed": gettext_lazy("Read with GET; only reports, values and problems are sent, with POST and PUT."),
    "not-acceptable": gettext_lazy(
        "Read “detail”: it names what this address answers with. Ask for one of these in the header Accept, or with "
        "the parameter format."
    ),
    "request-too-slow": gettext_lazy(
        "Nothing was saved. Send the same again, or less of it at once: it must arrive within five minutes."
    ),
    "conflict": gettext_lazy(
        "Nothing was changed. Read “detail”, fetch the report again, and send what is still valid with its present "
        "version."
    ),
    "database-away": gettext_lazy("Send the same again after the seconds of the header Retry-After."),
    "database-busy": gettext_lazy(
        "Nothing was changed. Send the same again after the seconds of the header Retry-After; if it takes too long "
        "again, ask for fewer rows."
    ),
    "cannot-count": gettext_lazy(
        "An amount or a day of the data is beyond what can be counted. The office sees which one; ask again later."
    ),
    "body-too-large": gettext_lazy(
        "Send less: shorter texts, and the addresses of documents instead of their content."
    ),
    "address-too-long": gettext_lazy(
        "Name fewer values, or take all rows and choose among them: an address has at most 8,190 characters."
    ),
    "unsupported-media-type": gettext_lazy("Send JSON, with the header Content-Type: application/json."),
    "idempotency-key-reused": gettext_lazy(
        "Nothing was changed. Give each new request a key of its own, and keep a key only to send the same once more."
    ),
    "too-many-requests": gettext_lazy(
        "Wait for the number of seconds in the Retry-After header. Ask for larger pages, or for a file of all rows, "
        "which counts as one request."
    ),
    "headers-too-large": gettext_lazy(
        "Send fewer or shorter headers: 64 KB at most. Deleting the cookies of this site may help."
    ),
    "too-busy": gettext_lazy("Files are made one after the other. Try again in a minute."),
    "too-many-log-ins": gettext_lazy("Nothing was sent on. The form opens again in a few seconds: send it once more."),
    "no-room": gettext_lazy("Nothing was saved. Try again later, and tell the site's administrator."),
    "server-error": gettext_lazy(
        "The fault is not in your request. Try again in some minutes, and tell the site's administrator."
    ),
}

# The groups of the description, in its order: by what follows the version in their addresses.
GROUPS = {
    "root": gettext_lazy("Addresses of the API"),
    "summary": gettext_lazy("Overview"),
    "changes": gettext_lazy("What changed"),
    "explain": gettext_lazy("How this is counted"),
    "measures": gettext_lazy("Measures"),
    "reports": gettext_lazy("Reports"),
    "status-changes": gettext_lazy("Status changes"),
    "problems": pgettext_lazy("list", "Problems"),
    "meetings": gettext_lazy("Coordination meetings"),
    "projects": gettext_lazy("Projects"),
    "project-months": gettext_lazy("Months of projects"),
    "indicators": gettext_lazy("Indicators"),
    "observations": gettext_lazy("Observations"),
    "rollups": gettext_lazy("Totals by group"),
    "plans": gettext_lazy("Action plans"),
    "sections": gettext_lazy("Priority areas"),
    "categories": gettext_lazy("Categories"),
    "themes": pgettext_lazy("navigation", "Themes"),
    "departments": gettext_lazy("Departments"),
    "regions": gettext_lazy("Regions"),
}


def name_groups(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Return the description with the names of its groups, as drf-spectacular's settings ask for it."""
    return {**result, "tags": [{"name": name, "description": words} for name, words in GROUPS.items()]}


class Schema(Endpoint):
    """The description of the API in OpenAPI 3, as JSON or YAML."""

    permission = READERS
    schema = None
    formats = ("json", "yaml")

    def get_answer(self, request: Any) -> HttpResponse:
        # drf-spectacular takes 8 MB with what it brings: only of a process that is asked for this.
        from web.api.schema import rendered_schema

        content, media_type = rendered_schema(self.format, get_language())
        return HttpResponse(content, content_type=media_type)


class Root(Endpoint):
    permission = READERS
    component = "Addresses"
    summary = gettext_lazy("The addresses of the API, each with what it gives.")
    columns = {
        "addresses": meaning(
            gettext_lazy("Every address, in the order of this description"),
            array(
                record(
                    {
                        "url": meaning(gettext_lazy("The address; {code} stands for a code, {report} for an id")),
                        "methods": meaning(gettext_lazy("How it may be asked"), array(one_of(("GET", "POST", "PUT")))),
                        "summary": meaning(gettext_lazy("What it gives, in the language of the request")),
                    }
                )
            ),
        )
    }

    def get_answer(self, request: Any) -> Response:
        return Response({"as_of": self.day, "addresses": list(map(self.row, self.listed()))})

    def listed(self) -> Iterator[tuple[str, Any]]:
        for pattern in urlpatterns:
            endpoint = getattr(pattern.callback, "cls", None)
            if endpoint and endpoint.schema and endpoint is not Root:
                yield readable(str(pattern.pattern)), endpoint

    def row(self, found: tuple[str, Any]) -> Row:
        path, endpoint = found
        methods = [each.upper() for each in endpoint.http_method_names if each in ("get", "post", "put")]
        return {
            "url": self.request.build_absolute_uri("/api/") + path,
            "methods": methods,
            "summary": str(endpoint.summary if "GET" in methods else endpoint.write_summary),
        }


@asks(read=READERS)
def docs(request: HttpRequest) -> HttpResponse:
    words = {word: str(said) for word, said in SWAGGER_UI.items() if str(said) != word}
    return render(request, "api_docs.html", {"words": words})


# What an example begins with where reading needs an account.
PYTHON_HEADERS = """\
import os
from urllib.request import build_opener, install_opener

opener = build_opener()
opener.addheaders = [("Authorization", "Bearer " + os.environ["PILOTZONE_TOKEN"])]
install_opener(opener)

"""
R_HEADERS = 'token <- c(Authorization = paste("Bearer", Sys.getenv("PILOTZONE_TOKEN")))\n'


@asks(read=READERS)
def help_page(request: HttpRequest) -> HttpResponse:
    """How the API is used from other tools, with examples that work as they stand."""
    is_closed = not settings.PILOTZONE_PUBLIC_READING
    return render(
        request,
        "api_help.html",
        {
            "api": request.build_absolute_uri("/api/v1/"),
            "earlier": end_of_month_before(today()),
            "problems": [(name, title, ADVICE[name]) for name, (_status, title) in PROBLEMS.items()],
            "limits": {"anonymous": AnonymousThrottle(), "token": TokenThrottle()},
            "largest_page": MAX_PAGE_SIZE,
            "is_closed": is_closed,
            "python_token": PYTHON_HEADERS if is_closed else "",
            "r_token": R_HEADERS if is_closed else "",
        },
    )


@asks(read=READERS)
def dictionary_page(request: HttpRequest) -> HttpResponseBase:
    """The data dictionary; with `?format=csv` as a file."""
    parts = dictionary(urlpatterns)
    asked = request.GET.get("format", "")
    if asked == "csv":
        rows = list(csv_rows(parts))
        log_export(request, what="dictionary", file_format="csv", rows=len(rows))
        return export("csv", name="dictionary", columns=COLUMNS, rows=rows)
    if asked:
        raise BadQuery({"format": [not_one_of(["csv"])]})
    return render(request, "api_dictionary.html", {"parts": parts})


class UnknownAddress(Endpoint):
    """Everything else under /api/ is refused in JSON; an address that only lacks its last slash is completed."""

    permission = READERS
    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with_slash = f"{request.path_info}/"
        if not request.path_info.endswith("/") and resolve(with_slash).url_name != "api-unknown":
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        APIView.initial(self, request, *args, **kwargs)
        raise Http404


urlpatterns = [
    path("v1/", Root.as_view(), name="api-root"),
    path("v1/summary/", Summary.as_view(), name="api-summary"),
    path("v1/changes/", ChangesBetween.as_view(), name="api-changes"),
    path("v1/explain/", Explain.as_view(), name="api-explain"),
    path("v1/measures/", Measures.as_view(), name="api-measures"),
    path("v1/measures/<str:code>/", MeasureDetail.as_view(), name="api-measure"),
    path("v1/measures/<str:code>/history/", MeasureHistory.as_view(), name="api-measure-history"),
    path("v1/measures/<str:code>/reports/", MeasureReports.as_view(), name="api-reports"),
    path("v1/measures/<str:code>/reports/<int:report>/", ReportDetail.as_view(), name="api-report"),
    path("v1/measures/<str:code>/reports/<int:report>/submit/", ReportSubmission.as_view(), name="api-report-submit"),
    path(
        "v1/measures/<str:code>/reports/<int:report>/withdraw/",
        ReportWithdrawal.as_view(),
        name="api-report-withdraw",
    ),
    path("v1/reports/", AcceptedReports.as_view(), name="api-accepted-reports"),
    path("v1/measures/<str:code>/problems/", MeasureProblems.as_view(), name="api-measure-problems"),
    path("v1/measures/<str:code>/problems/<int:number>/", ProblemDetail.as_view(), name="api-problem"),
    path("v1/measures/<str:code>/problems/<int:number>/moves/", ProblemMoves.as_view(), name="api-problem-moves"),
    path("v1/problems/", Problems.as_view(), name="api-problems"),
    path("v1/projects/", Projects.as_view(), name="api-projects"),
    path("v1/projects/<str:code>/", ProjectDetail.as_view(), name="api-project"),
    path("v1/projects/<str:code>/months/", MonthsOfProject.as_view(), name="api-months-of-project"),
    path("v1/project-months/", ProjectMonths.as_view(), name="api-project-months"),
    path("v1/projects/<str:code>/problems/", ProjectProblems.as_view(), name="api-project-problems"),
    path("v1/projects/<str:code>/problems/<int:number>/", ProjectProblemDetail.as_view(), name="api-project-problem"),
    path(
        "v1/projects/<str:code>/problems/<int:number>/moves/",
        ProjectProblemMoves.as_view(),
        name="api-project-problem-moves",
    ),
    path("v1/indicators/", Indicators.as_view(), name="api-indicators"),
    path("v1/indicators/<slug:code>/", IndicatorDetail.as_view(), name="api-indicator"),
    path("v1/indicators/<slug:code>/series/", IndicatorSeries.as_view(), name="api-indicator-series"),
    path("v1/indicators/<slug:code>/filed-values/", FiledValues.as_view(), name="api-values"),
    path("v1/indicators/<slug:code>/filed-values/<int:report>/", FiledValueDetail.as_view(), name="api-value"),
    path(
        "v1/indicators/<slug:code>/filed-values/<int:report>/submit/",
        FiledValueSubmission.as_view(),
        name="api-value-submit",
    ),
    path(
        "v1/indicators/<slug:code>/filed-values/<int:report>/withdraw/",
        FiledValueWithdrawal.as_view(),
        name="api-value-withdraw",
    ),
    path("v1/observations/", Observations.as_view(), name="api-observations"),
    path("v1/rollups/measures/", MeasureRollups.as_view(), name="api-measure-rollups"),
    path("v1/rollups/projects/", ProjectRollups.as_view(), name="api-project-rollups"),
    path("v1/plans/", Plans.as_view(), name="api-plans"),
    path("v1/sections/", Sections.as_view(), name="api-sections"),
    path("v1/categories/", Categories.as_view(), name="api-categories"),
    path("v1/themes/", Themes.as_view(), name="api-themes"),
    path("v1/themes/<slug:slug>/", ThemeDetail.as_view(), name="api-theme"),
    path("v1/departments/", Departments.as_view(), name="api-departments"),
    path("v1/regions/", Regions.as_view(), name="api-regions"),
    path("v1/status-changes/", StatusChanges.as_view(), name="api-status-changes"),
    path("v1/meetings/", Meetings.as_view(), name="api-meetings"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", docs, name="api-docs"),
    path("help/", help_page, name="api-help"),
    path("dictionary/", dictionary_page, name="api-dictionary"),
    re_path("", UnknownAddress.as_view(), name="api-unknown"),
]
