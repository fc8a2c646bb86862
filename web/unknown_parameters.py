"""Parameters of an address that the page does not know: left out, and said in one line.

Links that messengers share carry them. What a page is cached under has no part of them, or strangers could fill the
cache: the line is put into the page afterwards.
"""

from collections.abc import Collection, Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from web.formats.text import format_names

# Where templates/base.html leaves room for the line.
PLACE = b'<p id="unknown-parameters" hidden></p>'
MAX_NAMES = 5
MAX_NAME_LENGTH = 40


def remove_unknown(request: HttpRequest, known: Collection[str]) -> list[str]:
    """Takes them out of the request, so that no link of the page drags them along; returns their names."""
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        query = request.GET.copy()
        for name in unknown:
            del query[name]
        query._mutable = False
        request.GET = query  # type: ignore[assignment]  # no longer mutable
        request.META["QUERY_STRING"] = query.urlencode()
    return unknown


def name_unknown(response: HttpResponseBase, names: Sequence[str]) -> HttpResponseBase:
    """The page with the line, where it is a page."""
    if not names or not isinstance(response, HttpResponse):
        return response
    if hasattr(response, "render"):
        response.render()
    if PLACE in response.content:
        shown = [name if len(name) <= MAX_NAME_LENGTH else f"{name[:MAX_NAME_LENGTH]}…" for name in names[:MAX_NAMES]]
        if len(names) > len(shown):
            shown.append("…")
        line = render_to_string("_unknown_parameters.html", {"names": format_names(shown)})
        response.content = response.content.replace(PLACE, line.encode(), 1)
    return response
