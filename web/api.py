"""The base of every endpoint: the same filters, queries and refusals as the pages; only the clothes differ."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import batched, chain
from typing import Any

import django_filters
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from reporting.workflow import MoveNotAllowed
from web.days import asked_comparison, asked_day
from web.errors import BadQuery
from web.exports import EXPORTS, export
from web.language import suffix
from web.listing import LARGEST_PAGE, PAGE_SIZE, Listing, ask, refuse_unknown
from web.schema import (
    ADDRESS,
    COMPARED,
    CONFLICT,
    DAY,
    TEXT,
    WHOLE,
    EndpointSchema,
    Shape,
    array,
    one_of,
    optional,
    parameters_of,
    record,
)

Row = dict[str, Any]
# Rows are made this many at a time: memory stays constant, and links are read once a chunk.
CHUNK = 1_000
LAST_PAGE = 999_999_999
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
_COMPARE = gettext_lazy("The earlier day to compare with: last_month, last_quarter or a day")


def explain_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every refusal as JSON with a sentence in `detail`; `errors` says what is wrong with which parameter."""
    if isinstance(error, BadQuery):
        return Response({"detail": str(error), "errors": error.problems}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, Http404):
        own = str(error) if error.args else ""
        return Response({"detail": own or _("The page you asked for does not exist or has moved")}, status=404)
    if isinstance(error, PermissionDenied):
        return Response({"detail": _("You may not do this")}, status=403)
    if isinstance(error, MoveNotAllowed):
        return Response({"detail": str(error), "field": error.field}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, exceptions.UnsupportedMediaType):
        detail = _("Send JSON, with the header Content-Type: application/json.")
        return Response({"detail": detail}, status=error.status_code)
    if isinstance(error, exceptions.Throttled):
        seconds = int(error.wait or 1) + 1
        detail = ngettext(
            "Too many requests; please wait %(seconds)s second",
            "Too many requests; please wait %(seconds)s seconds",
            seconds,
        ) % {"seconds": seconds}
        return Response({"detail": detail}, status=429, headers={"Retry-After": str(seconds)})
    if isinstance(error, exceptions.APIException):
        detail = _("Please log in first") if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
        response = Response({"detail": detail}, status=error.status_code)
        if header := getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = header
        return response
    return None


def refused_value(name: str, allowed: Iterable[str]) -> BadQuery:
    values = ", ".join(allowed)
    return BadQuery({name: [_("This value is not allowed; choose one of: %(values)s") % {"values": values}]})


class ByParameter(BaseContentNegotiation):
    """`?format=` picks the format, whatever the client says that it accepts. Only JSON is taken."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """An answer as of a day: `columns` are its fields besides `as_of`, each with its shape; `compared_columns` follow
    them where an earlier day is compared with."""

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = ByParameter
    schema: EndpointSchema | None = EndpointSchema()
    formats: tuple[str, ...] = ("json",)
    columns: Mapping[str, Shape] = {}
    compared_columns: Mapping[str, Shape] = {}
    component: str  # the name of the answer's shape in the schema
    # For what takes something: method -> the name and the shape of its body, and the answer to it.
    takes: Mapping[str, tuple[str, Shape]] = {}
    written_component: str
    made_status = status.HTTP_201_CREATED
    # Whether it can be compared with an earlier day.
    takes_compare = False
    day: date
    compared: date | None = None

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        """Every query parameter it knows, with the shape of its values."""
        return {
            "as_of": {**DAY, "description": gettext_lazy("The day of the answer; today by default")},
            "lang": {**one_of(LANGUAGES), "description": gettext_lazy("Language")},
            "format": {**one_of(cls.formats), "default": "json"},
            **({"compare": {**COMPARED, "description": _COMPARE}} if cls.takes_compare else {}),
        }

    @classmethod
    def writing_shapes(cls) -> dict[str, Shape]:
        """The query parameters of what is sent: that happens today, whatever the day of reading."""
        return {"lang": {**one_of(LANGUAGES), "description": gettext_lazy("Language")}}

    @classmethod
    def shape(cls) -> Shape:
        return record({"as_of": DAY, **cls.columns, **cls.compared_columns}, sometimes=cls.compared_columns)

    @classmethod
    def written_shape(cls) -> Shape:
        return cls.shape()

    @classmethod
    def conflict_shape(cls) -> Shape:
        return CONFLICT

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        own = getattr(request.user, "language", "")
        if request.auth is not None and own in LANGUAGES and not request.GET.get("lang"):
            # A token's account is known only here, after the middleware chose a language.
            translation.activate(own)
        is_writing = request.method in self.allowed_methods and request.method not in SAFE_METHODS
        refuse_unknown(request.GET, list(self.writing_shapes() if is_writing else self.parameter_shapes()))
        for name, value in request.GET.items():
            if "\0" in value:
                raise BadQuery({name: [_("Null characters are not allowed.")]})
        for name, allowed in (("lang", LANGUAGES), ("format", self.formats)):
            if request.GET.get(name, "") not in ("", *allowed):
                raise refused_value(name, allowed)
        self.day = asked_day(request)
        if self.takes_compare:
            self.compared = self.asked_comparison(request)

    def asked_comparison(self, request: Any) -> date | None:
        return asked_comparison(request, self.day)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        response.headers["Content-Language"] = translation.get_language()
        return response

    def address(self, name: str, *args: str, **query: str) -> str:
        """The absolute address of a resource of the API, by its URL name."""
        path = self.request.build_absolute_uri(reverse(name, args=args))
        return f"{path}?{urlencode(query)}" if query else path


class ListEndpoint(Endpoint):
    """A list. `columns` are the fields of a row in order, each with its shape, and the heads of the exports."""

    formats = ("json", *EXPORTS)
    filterset_class: type[django_filters.FilterSet]
    orderings: Mapping[str, Sequence[str]]
    default_ordering: str
    takes_plan = False
    name: str  # of the exported file

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        return {
            **super().parameter_shapes(),
            **({"plan": {**TEXT, "description": gettext_lazy("Action plan")}} if cls.takes_plan else {}),
            **cls.filter_shapes(),
            "ordering": {
                **one_of(sign + name for name in cls.orderings for sign in ("", "-")),
                "default": cls.default_ordering,
            },
            "page": {**WHOLE, "minimum": 1, "maximum": LAST_PAGE, "default": 1},
            "page_size": {**WHOLE, "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
        }

    @classmethod
    def filter_shapes(cls) -> dict[str, Shape]:
        return parameters_of(cls.filterset_class)

    @classmethod
    def shape(cls) -> Shape:
        return record(
            {
                "as_of": DAY,
                "count": WHOLE,
                "next": optional(ADDRESS),
                "previous": optional(ADDRESS),
                "results": array(record({**cls.columns, **cls.compared_columns}, sometimes=cls.compared_columns)),
            }
        )

    def get_queryset(self) -> QuerySet:
        raise NotImplementedError

    def make_rows(self, objects: Sequence[Any]) -> Iterable[Row]:
        """The rows of a page, or of a chunk of an export: what belongs to all of them is read at once."""
        raise NotImplementedError

    def get_listing(self) -> Listing:
        return ask(
            self.request._request,
            filterset_class=self.filterset_class,
            queryset=self.get_queryset(),
            orderings=self.orderings,
            default_ordering=self.default_ordering,
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        listing = self.get_listing()
        asked = request.GET.get("format") or "json"
        if asked != "json":
            chunks: Iterable[Sequence[Any]] = [list(listing.page)] if listing.is_paged else self.every(listing)
            rows = chain.from_iterable(map(self.make_rows, chunks))
            columns = (*self.columns, *(self.compared_columns if self.compared else ()))
            return export(asked, name=f"{self.name}-{self.day}", columns=columns, rows=rows)
        page = listing.page
        here = request.build_absolute_uri()
        return Response(
            {
                "as_of": self.day,
                "count": page.paginator.count,
                "next": replace_query_param(here, "page", page.next_page_number()) if page.has_next() else None,
                "previous": replace_query_param(here, "page", page.previous_page_number())
                if page.has_previous()
                else None,
                "results": list(self.make_rows(list(page))),
            }
        )

    def every(self, listing: Listing) -> Iterable[Sequence[Any]]:
        """All rows, chunk by chunk, so that the memory stays constant."""
        return batched(listing.rows.iterator(chunk_size=CHUNK), CHUNK)


def among(column: str, ids: Sequence[int]) -> Q:
    """Rows whose column is one of the ids; where these lie close together more than them, which costs far less."""
    if ids and max(ids) - min(ids) < 2 * len(ids):
        return Q(**{f"{column}__gte": min(ids), f"{column}__lte": max(ids)})
    return Q(**{f"{column}__in": ids})


def grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    """Links of many rows, read in one query: the id of a row, and what it is linked to."""
    found: dict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def local_text(field: str) -> Callable[[Mapping[str, Any]], str]:
    """A function that gives a text of a row of values in the reader's language, in the other where that is empty."""
    here = suffix()
    first, second = f"{field}_{here}", f"{field}_{'zh' if here == 'en' else 'en'}"
    return lambda row: row[first] or row[second]


class Unknown(Endpoint):
    """Whatever else is asked for under /api/."""

    schema = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        APIView.initial(self, request, *args, **kwargs)
        raise Http404
