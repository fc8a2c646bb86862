from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, re_path, resolve

from pilotzone import urls as site
from pilotzone.urls import *  # noqa: F403 (its handlers of errors)
from projects.api.projects import Projects
from projects.models import Project


def empty(request: HttpRequest) -> HttpResponse:
    """What every answer costs here: the server and the middleware."""
    return HttpResponse(b"nothing")


def cold(request: HttpRequest, page: str) -> HttpResponseBase:
    """A page as the first visitor gets it: nothing is in the cache."""
    cache.clear()
    request.path = request.path_info = page
    match = resolve(page)
    request.resolver_match = match
    return match.func(request, *match.args, **match.kwargs)


class EveryProject(Projects):
    """The export of a plan that holds every project there is."""

    def get_queryset(self) -> QuerySet:
        return Project.objects.in_scope(self.day)


urlpatterns = [
    path("benchmark/empty/", empty),
    re_path(r"^benchmark/cold(?P<page>/.*)$", cold),
    path("benchmark/every-project/", EveryProject.as_view()),
    *site.urlpatterns,
]
