from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, resolve

from pilotzone import urls as site
from pilotzone.urls import *  # noqa: F403 (its handlers of errors)


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


urlpatterns = [
    path("benchmark/empty/", empty),
    path("benchmark/cold-overview/", cold_overview),
    *site.urlpatterns,
]
