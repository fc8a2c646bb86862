from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, resolve

from pilotzone import urls as site
from pilotzone.urls import *  # noqa: F403 (its handlers of errors)
from projects.api.projects import ProjectRows, Projects


def empty(request: HttpRequest) -> HttpResponse:
    """What every answer costs here: the server and the middleware."""
    return HttpResponse(b"nothing")


def cold_overview(request: HttpRequest) -> HttpResponseBase:
    """The overview as the first visitor gets it: no part of it is in the cache."""
    cache.clear()
    request.path = request.path_info = "/"
    match = resolve("/")
    request.resolver_match = match
    return match.func(request, *match.args, **match.kwargs)


class EveryProject(Projects):
    """The export of a plan that holds every project there is."""

    def get_queryset(self) -> QuerySet:
        return ProjectRows.get_queryset(self)


urlpatterns = [
    path("benchmark/empty/", empty),
    path("benchmark/cold-overview/", cold_overview),
    path("benchmark/every-project/", EveryProject.as_view()),
    *site.urlpatterns,
]
