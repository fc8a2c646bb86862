"""The base of every reading page."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.generic import TemplateView

from accounts.log import log_export
from accounts.permissions import may_read
from core.clock import today
from web.cache.pages import cached_page
from web.charts.chart import Chart
from web.days import DAY_FIELD, STICKY_PARAMETERS, asked_comparison, asked_day, comparison_redirect
from web.errors import BadQuery, not_one_of
from web.lists.exports import export
from web.lists.filters import several_of
from web.lists.listing import Listing
from web.unknown_parameters import name_unknown, remove_unknown
from web.unsaved_input import ShowsUnsavedInput
from web.values import refuse_repeated

SAFE_METHODS = ("GET", "HEAD")
PARAMETERS_OF_EVERY_PAGE = (*STICKY_PARAMETERS, DAY_FIELD, "lang", "chart")


class PageView(ShowsUnsavedInput, TemplateView):
    """A page as of a day, for those who may read: others log in first, or are refused.

    `day` is the page's day, `as_of` in its context; `compared` the earlier day that it is compared with, if any.
    Raises BadQuery where the address names no such day.
    """

    day: date
    compared: date | None
    # Whether the foot of the page says how fresh the totals of the plan are.
    shows_totals = False
    is_cached = True
    # The parameters that its address may have, besides those of every page; others are left out.
    parameters: Collection[str] = ()
    # Those of which it may name several values.
    several: Collection[str] = ()

    def may_open(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def asked_day(self, request: HttpRequest) -> date:
        return asked_day(request)

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return asked_comparison(request, self.day)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.may_open(request):
            if request.user.is_authenticated:
                raise PermissionDenied
            return self.turn_away(request)
        unknown: list[str] = []
        if request.method in SAFE_METHODS:
            if self.is_cached:
                unknown = remove_unknown(request, {*PARAMETERS_OF_EVERY_PAGE, *self.parameters})
            refuse_repeated(request.GET, self.several)
        if request.method == "GET" and (address := comparison_redirect(request)):
            return redirect(address)
        self.day = self.asked_day(request)
        self.compared = self.asked_comparison(request)
        respond = partial(self.respond, request, *args, **kwargs)
        return name_unknown(cached_page(request, respond), unknown) if self.is_cached else respond()

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page; with `?chart=` the rows of one of its charts as CSV. Raises BadQuery where it has no such chart."""
        response = super().dispatch(request, *args, **kwargs)
        asked = request.GET.get("chart", "")
        context = response.context_data if isinstance(response, TemplateResponse) else None
        charts: Mapping[str, Chart] = (context or {}).get("charts", {})
        if not asked or not charts:
            return response
        if asked not in charts:
            raise BadQuery({"chart": [not_one_of(charts)]})
        heads = [column.label for column in charts[asked].columns]
        rows = [dict(zip(heads, row, strict=True)) for row in charts[asked].rows]
        log_export(request, what=asked, file_format="csv", as_of=self.day, rows=len(rows))
        return export("csv", name=f"{asked}-{self.day}", columns=heads, rows=rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            as_of=self.day, compared=self.compared, shows_totals=self.shows_totals, **kwargs
        )


class TodayView(PageView):
    """A page on which people act, which is always of today."""

    is_cached = False

    def asked_day(self, request: HttpRequest) -> date:
        return today()

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Without `as_of` the page shows no picker of a day.
        return super().get_context_data(**kwargs) | {"as_of": None}


class FilteredListView(PageView):
    """A filtered list: the same filter set, orderings and pages as the API's list of the same rows."""

    filterset_class: Any
    orderings: Any
    default_ordering: str

    @property
    def parameters(self) -> Collection[str]:  # type: ignore[override]
        return (*self.filterset_class.base_filters, "ordering", "page", "page_size")

    @property
    def several(self) -> Collection[str]:  # type: ignore[override]
        return several_of(self.filterset_class)

    def get_queryset(self) -> Any:
        raise NotImplementedError

    def count(self, rows: Any) -> int | None:
        """How many rows the list has, where the page counts more in the same query. None: the list counts its rows."""
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(
            self.request,
            orderings=self.orderings,
            default_ordering=self.default_ordering,
            filterset_class=self.filterset_class,
            queryset=self.get_queryset(),
        )
        listing.count = self.count(listing.rows)
        return super().get_context_data(listing=listing, page=listing.page, filter=listing.filterset, **kwargs)
