"""The addresses of the site, and one whose page is broken."""

from django.urls import path

from pilotzone.urls import handler400, handler500, urlpatterns

__all__ = ["handler400", "handler500", "urlpatterns"]


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [*urlpatterns, path("broken/", broken)]
