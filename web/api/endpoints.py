"""The base of every endpoint: the same filters, queries and refusals as the pages; only the clothes differ."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import batched, chain
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.http import http_date, parse_etags, urlencode
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.log import log_export
from core.statement_timeout import statement_timeout
from web.api import parameters
from web.api.fields import Chunk, Field, columns_of, make_rows, shapes_of
from web.api.idempotency import AnswersOnce
from web.api.negotiation import ByParameter, accepted_format
from web.api.permissions import AsksOfRow
from web.api.shapes import (
    ADDRESS,
    AS_OF,
    ASKED_PLAN,
    COMPARED,
    DAY,
    FIGURES,
    PROBLEM,
    WHOLE,
    Shape,
    array,
    choice,
    meaning,
    named,
    one_of,
    optional,
    parameters_of,
    record,
)
from web.api.throttled_view import ThrottledView
from web.cache.pages import load, page_key, site_version, store, version_known_since
from web.days import asked_comparison, asked_day
from web.errors import BadQuery, not_one_of
from web.html.links import lasting_address
from web.lists.exports import EXPORT_FORMATS, FileInfo, check_rows, export
from web.lists.file_columns import file_columns, file_rows
from web.lists.listing import MAX_PAGE_SIZE, PAGE_SIZE, Listing
from web.site import site_profile

Row = dict[str, Any]
# Rows are made this many at a time: memory stays constant, and links are read once a chunk.
CHUNK = 1_000
LAST_PAGE = 999_999_999
_ABOUT_THE_FILE = ("as_of", "lang", "format")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
_FIELDS = gettext_lazy("Names of fields, with commas between them: only these, in this order; all by default")
_CURSOR = gettext_lazy("For pages that nobody's changes shift: * for the first, then the address in “next”")
_COMPARE = gettext_lazy("The earlier day to compare with: last_month, last_quarter or a day")


class Endpoint(AnswersOnce, AsksOfRow, ThrottledView):
    """An answer as of a day: `columns` are its fields besides `as_of` and `meta`, each with its shape;
    `compared_columns` follow them where an earlier day is compared with."""

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = ByParameter
    formats: tuple[str, ...] = ("json",)
    columns: Mapping[str, Shape] = {}
    compared_columns: Mapping[str, Shape] = {}
    component: str  # the name of the answer's shape in the schema
    # What it gives, and what it does with what is sent: sentences of the schema.
    summary: str | Promise = ""
    write_summary: str | Promise = ""
    # For what takes something: method -> the name and the shape of its body, and the answer to it.
    request_bodies: Mapping[str, tuple[str, Shape]] = {}
    write_component: str
    created_status = status.HTTP_201_CREATED
    # Whether it can be compared with an earlier day, and whether it is of a plan.
    takes_compare = False
    takes_plan = False
    # The kinds of data that the answer is made of (`web.cache.versions`), where they are not all.
    kinds: tuple[str, ...] = ()
    day: date
    compared: date | None = None
    # Of `fields=`, in the caller's order; every field where none are asked for.
    fields: Sequence[str] | None = None
    format = "json"
    # What names the version of this answer, and since when it has been that; empty where it has none.
    validators: Mapping[str, str] = {}
    # Of this version: what it is cached under, and what callers name it by.
    key = etag = ""

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        """Every query parameter it knows, with the shape of its values."""
        return {
            "as_of": meaning(gettext_lazy("The day of the answer; today by default"), DAY),
            "lang": choice(settings.LANGUAGES, gettext_lazy("Language")),
            "format": {**one_of(cls.formats), "default": "json", "description": gettext_lazy("Format of the answer")},
            "fields": {**array(one_of(cls.field_names())), "description": _FIELDS},
            **({"compare": meaning(_COMPARE, COMPARED)} if cls.takes_compare else {}),
            **cls.plan_shapes(),
        }

    @classmethod
    def plan_shapes(cls) -> dict[str, Shape]:
        return {"plan": ASKED_PLAN} if cls.takes_plan else {}

    @classmethod
    def field_names(cls) -> list[str]:
        """Return the names of the fields that `fields=` may name."""
        return [*cls.columns, *cls.compared_columns]

    @classmethod
    def write_parameter_shapes(cls) -> dict[str, Shape]:
        """The query parameters of what is sent: that happens today, whatever the day of reading."""
        return {"lang": choice(settings.LANGUAGES, gettext_lazy("Language")), **cls.plan_shapes()}

    @classmethod
    def shape(cls) -> Shape:
        # With `fields=` any of them may be left out.
        columns = {"as_of": AS_OF, **cls.columns, **cls.compared_columns, "meta": FIGURES}
        return record(columns, always=("as_of", "meta"))

    @classmethod
    def write_shape(cls) -> Shape:
        return record({"as_of": AS_OF, **cls.columns})

    @classmethod
    def conflict_shape(cls) -> Shape:
        return PROBLEM

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        own = getattr(request.user, "language", "")
        if request.auth is not None and own in site_profile().codes and not request.GET.get("lang"):
            # A token's account is known only here, after the middleware chose a language.
            translation.activate(own)
        is_writing = request.method not in SAFE_METHODS
        endpoint: Any = type(self)
        parameters.check(endpoint, request.GET, is_writing=is_writing)
        for name, allowed in (("lang", LANGUAGES), ("format", self.formats)):
            if request.GET.get(name, "") not in ("", *allowed):
                raise BadQuery({name: [not_one_of(allowed)]})
        self.format = self.asked_format(request)
        self.day = asked_day(request)
        if self.takes_compare:
            self.compared = self.asked_comparison(request)
        if not is_writing:
            self.fields = self.asked_fields(request)
            self.set_validators(request)
        else:
            self.check_row(request.method)

    def asked_comparison(self, request: Any) -> date | None:
        return asked_comparison(request, self.day)

    def asked_fields(self, request: Any) -> Sequence[str] | None:
        # Each once, as in JSON: a file would have a column twice.
        asked = list(dict.fromkeys(name for raw in request.GET.getlist("fields") if raw for name in raw.split(",")))
        there = [*self.columns, *(self.compared_columns if self.compared else ())]
        if any(name not in there for name in asked):
            raise BadQuery({"fields": [not_one_of(there)]})
        return asked or None

    def asked_format(self, request: Any) -> str:
        """Return the format that `?format=` asks for, else the header `Accept`. Raises NotAcceptable where there is
        none of that."""
        return request.GET.get("format") or accepted_format(request.headers.get("Accept", ""), self.formats)

    def set_validators(self, request: Any) -> None:
        """Names the version of the answer before it is made: another one after each change of the data."""
        version = site_version(self.kinds)
        self.key = page_key(request, (*version, self.format))
        self.etag = hashlib.sha256(self.key.encode()).hexdigest()[:32]
        # What says when it was counted differs in that moment, and in nothing else.
        etag = f'W/"{self.etag}"' if "computed_at" in self.columns else f'"{self.etag}"'
        since = version_known_since(version)
        self.validators = {"ETag": etag, **({"Last-Modified": http_date(since)} if since else {})}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = self.get_known_answer(request)
        if known is None:
            # What is known was answered at this version to somebody who may.
            self.check_row("GET")
        return known or self.get_answer(request, *args, **kwargs)

    def get_known_answer(self, request: Any) -> HttpResponse | None:
        """304 where the caller has the answer, else the answer as it was cached, else None.

        Only what was answered at this very version has its ETag; other conditions are looked at once it is known that
        there is an answer.
        """
        sent = {each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))}
        if f'"{self.etag}"' in sent:
            return HttpResponse(status=304)
        cached = load(self.key)
        if cached is None:
            return None
        return HttpResponse(cached.content, headers=cached.headers)

    def get_answer(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise NotImplementedError

    def keep(self, response: Response) -> None:
        headers = {name: response.headers[name] for name in ("Content-Type", "Link") if name in response.headers}
        store(self.key, response.content, headers)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(response, "data", None) and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.data = self.with_meta(response.data)
            response.add_post_render_callback(self.keep)
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Accept", "Authorization"])
        response.headers["Content-Language"] = translation.get_language()
        if response.status_code in (200, 304):
            for name, value in {**self.validators, "Cache-Control": "private, no-cache"}.items():
                response.headers[name] = value
        return response

    def with_meta(self, data: Row) -> Row:
        """The answer with what makes its figures usable, and only with the fields that were asked for."""
        meta = data["meta"] if "meta" in data else self.get_meta()
        chosen = data if self.fields is None else {name: data[name] for name in ("as_of", *self.fields)}
        return {**chosen, "meta": meta}

    def get_meta(self) -> dict[str, Any]:
        """Return what each figure is, such as its unit, by the name of its field."""
        return {
            name: {
                "unit": str(shape["x-unit"]),
                "cumulative": shape.get("x-cumulative"),
                "provenance": None,
                "published_for": None,
                "source": "",
                "explain": str(shape.get("description", "")),
                "url": None,
            }
            for name, shape in self.columns.items()
            if "x-unit" in shape and (self.fields is None or name in self.fields)
        }

    def address(self, name: str, *args: str, **query: str) -> str:
        """The absolute address of a resource of the API, by its URL name."""
        path = self.request.build_absolute_uri(reverse(name, args=args))
        return f"{path}?{urlencode(query)}" if query else path


class RowEndpoint(Endpoint):
    """An answer of rows, or of one: what a list and a single row of it share. `row_fields` declares them;
    `compared_fields` follow where an earlier day is compared with.
    """

    row_fields: Mapping[str, Field] = {}
    compared_fields: Mapping[str, Field] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "row_fields" in vars(cls):
            cls.columns = shapes_of(cls.row_fields)
        if "compared_fields" in vars(cls):
            cls.compared_columns = shapes_of(cls.compared_fields)

    @property
    def asked_row_fields(self) -> dict[str, Field]:
        """The fields that `fields=` asks for; all where none are asked for."""
        there = {**self.row_fields, **(self.compared_fields if self.compared else {})}
        # Lists that make their rows whole declare none.
        return there if self.fields is None else {name: there[name] for name in self.fields if name in there}

    def make_rows(self, objects: Sequence[Any]) -> Iterable[Row]:
        """The rows of a page, or of a chunk of an export: what belongs to all of them is read at once."""
        return make_rows(Chunk(self, objects), self.asked_row_fields)

    def get_row(self, queryset: QuerySet[Any]) -> Response:
        """The answer of one row. Raises Http404 where the queryset finds none."""
        found = queryset.values(*columns_of(self.asked_row_fields.values())).first()
        if found is None:
            raise Http404
        [row] = self.make_rows([found])
        return Response({"as_of": self.day, **row})


class ListEndpoint(RowEndpoint):
    """A list. `columns` are the fields of a row in order, each with its shape, and the heads of the exports."""

    formats = ("json", *EXPORT_FORMATS)
    filterset_class: type[django_filters.FilterSet]
    orderings: Mapping[str, Sequence[str]]
    default_ordering: str
    # Rows that are sums are made of all others: they have no places to go on from.
    takes_cursor = True
    name: str  # of the exported file

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        return {
            **super().parameter_shapes(),
            **cls.filter_shapes(),
            "ordering": {
                **one_of(sign + name for name in cls.orderings for sign in ("", "-")),
                "default": cls.default_ordering,
                "description": gettext_lazy("Order of the rows; with - in front the other way round"),
            },
            # Without defaults: a generated program would send them, and ask for a page of a file, or beside a cursor.
            "page": {**WHOLE, "minimum": 1, "maximum": LAST_PAGE, "description": gettext_lazy("Page, from 1")},
            "page_size": {
                **WHOLE,
                "minimum": 1,
                "maximum": MAX_PAGE_SIZE,
                "description": format_lazy(gettext_lazy("Rows of a page; {size} unless asked"), size=PAGE_SIZE),
            },
            **({"cursor": meaning(_CURSOR)} if cls.takes_cursor else {}),
        }

    @classmethod
    def filter_shapes(cls) -> dict[str, Shape]:
        return parameters_of(cls.filterset_class)

    @classmethod
    def shape(cls) -> Shape:
        row = getattr(cls, "component", "").removesuffix("List") + "Row"
        return record(
            {
                "as_of": AS_OF,
                "count": meaning(gettext_lazy("Rows of the filter, on all pages"), WHOLE),
                "next": meaning(gettext_lazy("Address of the next page"), optional(ADDRESS)),
                "previous": meaning(gettext_lazy("Address of the page before"), optional(ADDRESS)),
                "meta": FIGURES,
                "results": {
                    **array(named(row, record({**cls.columns, **cls.compared_columns}, always=()))),
                    "description": gettext_lazy("The rows of the page"),
                },
            }
        )

    def get_queryset(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_listing(self) -> Listing:
        return Listing(
            self.request._request,
            orderings=self.orderings,
            default_ordering=self.default_ordering,
            filterset_class=self.filterset_class,
            queryset=self.get_queryset(),
            columns=columns_of(self.asked_row_fields.values()),
        )

    def get_answer(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        listing = self.get_listing()
        if self.format != "json" and not listing.is_paged:
            response, links = self.get_file(self.format, listing), dict[str, str | None]()
        else:
            objects, links = self.get_page(listing)
            if self.format == "json":
                response = self.get_json(listing, objects, links)
            else:
                response = self.get_file(self.format, listing, objects)
        linked = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items() if address)
        if linked:
            response["Link"] = linked
        return response

    def get_page(self, listing: Listing) -> tuple[list[Any], dict[str, str | None]]:
        """The objects of the page that was asked for, and the addresses of the next one and the one before."""
        if self.request.GET.get("cursor"):
            objects, following = listing.after_cursor()
            # On the same day, though the last page may be asked for tomorrow.
            next_page = following and self.here(cursor=following, as_of=self.day.isoformat())
            return objects, {"next": next_page, "previous": None}
        page = listing.page
        return list(page), {
            "next": self.here(page=page.next_page_number()) if page.has_next() else None,
            "previous": self.here(page=page.previous_page_number()) if page.has_previous() else None,
        }

    def get_json(self, listing: Listing, objects: Sequence[Any], links: Mapping[str, str | None]) -> Response:
        return Response(
            {
                "as_of": self.day,
                "count": listing.page.paginator.count,
                **links,
                "meta": self.get_meta(),
                "results": list(self.make_rows(objects)),
            }
        )

    def get_file(self, file_format: str, listing: Listing, objects: Sequence[Any] | None = None) -> HttpResponseBase:
        count = listing.page.paginator.count if objects is None else len(objects)
        check_rows(file_format, count)
        log_export(self.request, what=self.name, file_format=file_format, as_of=self.day, rows=count)
        shapes = {**self.columns, **(self.compared_columns if self.compared else {})}
        columns = file_columns({name: shapes[name] for name in self.fields or shapes})
        chunks = self.every(listing) if objects is None else [objects]
        rows: Iterable[Row] = chain.from_iterable(map(self.make_rows, chunks))
        return export(
            file_format,
            name=f"{self.name}-{self.day}",
            columns=list(columns),
            # Lines of NDJSON are as in JSON.
            rows=rows if file_format == "ndjson" else file_rows(columns, rows),
            about=self.about({name: column.shape for name, column in columns.items()}),
        )

    def about(self, columns: Mapping[str, Shape]) -> FileInfo:
        given = self.request.GET.lists()
        asked = {name: ",".join(values) for name, values in given if any(values) and name not in _ABOUT_THE_FILE}
        return FileInfo(
            title=self.name,
            day=self.day,
            address=lasting_address(self.request._request),
            filters=asked,
            columns=columns,
        )

    def here(self, **changed: Any) -> str:
        """The address of this request with other parameters."""
        address: str = self.request.build_absolute_uri()
        for name, value in changed.items():
            address = replace_query_param(address, name, value)
        return address

    def with_meta(self, data: Row) -> Row:
        return data

    def with_asked_fields(self, rows: Iterable[Row]) -> Iterable[Row]:
        """Rows that are made whole, with only the fields that were asked for."""
        if self.fields is None:
            return rows
        return ({name: row[name] for name in self.fields} for row in rows)

    def every(self, listing: Listing) -> Iterable[Sequence[Any]]:
        """All rows, chunk by chunk, so that the memory stays constant. One statement asks for all of them."""
        with statement_timeout(settings.PILOTZONE_EXPORT_TIMEOUT):
            yield from batched(listing.rows.iterator(chunk_size=CHUNK), CHUNK)
