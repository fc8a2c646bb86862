"""The base of every reading page."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.access_rules import ACCOUNTS, OWNERS, READERS, Facts
from accounts.log import log_export
from accounts.models import User
from accounts.permissions import signed_in
from core.clock import today
from core.exceptions import NotAllowed
from web.cache.pages import cached_page
from web.charts.chart import Chart
from web.days import DAY_FIELD, STICKY_PARAMETERS, asked_comparison, asked_day, comparison_redirect
from web.errors import BadQuery, add_refusal, not_one_of
from web.html.links import query_with
from web.lists.exports import export
from web.lists.filters import several_of
from web.lists.listing import PAGE_SIZE, Listing
from web.models import SavedView
from web.saved_views import SavedViewForm, rename_view, save_view, saved_query
from web.unknown_parameters import name_unknown, remove_unknown
from web.unsaved_input import ShowsUnsavedInput, labels_of
from web.values import refuse_repeated

SAFE_METHODS = ("GET", "HEAD")
PARAMETERS_OF_EVERY_PAGE = (*STICKY_PARAMETERS, DAY_FIELD, "lang", "chart")


class PageView(ShowsUnsavedInput, TemplateView):
    """A page as of a day. Each says who may open it: others log in first, or are refused.

    `day` is the page's day, `as_of` in its context; `compared` the earlier day that it is compared with, if any.
    Raises BadQuery where the address names no such day.
    """

    day: date
    compared: date | None
    # Whether the foot of the page says how fresh the totals of the plan are.
    shows_totals = False
    is_cached = True
    # Whether those who only read may see in it what was filed and not accepted, such as who has reported: only a page
    # that shows nothing of the kind says no.
    shows_filings = True
    # The parameters that its address may have, besides those of every page; others are left out.
    parameters: Collection[str] = ()
    # Those of which it may name several values.
    several: Collection[str] = ()

    def asked_day(self, request: HttpRequest) -> date:
        return asked_day(request)

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return asked_comparison(request, self.day)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
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
        if not self.is_cached:
            return respond()
        page = cached_page(request, respond, is_own=self.is_own, shows_filings=self.shows_filings)
        return name_unknown(page, unknown)

    def is_own(self, request: HttpRequest) -> bool:
        """Return whether the page has something of this person beyond the frame: others with the same rights see
        another page. Asked of those who share pages alone."""
        return False

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page; with `?chart=` the rows of one of its charts as CSV. Raises BadQuery where it has no such chart."""
        response = super().serve(request, *args, **kwargs)
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
    """A page on which people act, which is always of today. No browser keeps it for the next at the machine."""

    is_cached = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

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
    default_page_size = PAGE_SIZE

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

    def listing(self) -> Listing:
        return Listing(
            self.request,
            orderings=self.orderings,
            default_ordering=self.default_ordering,
            filterset_class=self.filterset_class,
            queryset=self.get_queryset(),
            default_page_size=self.default_page_size,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = self.listing()
        listing.count = self.count(listing.rows)
        return super().get_context_data(listing=listing, page=listing.page, filter=listing.filterset, **kwargs)


class QuickChoice(NamedTuple):
    """A question that many ask of a list: its words, the filters that answer it, and the answer in short, if it is
    known."""

    label: str | Promise
    filters: Mapping[str, Any]
    note: str = ""


class Share(NamedTuple):
    """How many rows of a list are of one department or city. `url`: the list of these."""

    name: str
    number: int
    url: str
    note: str = ""


class SavedLink(NamedTuple):
    view: SavedView
    # With the day of the page.
    url: str
    is_open: bool


class SavedViewsContext(NamedTuple):
    """The views of a list that a person has saved. `view_address`: that of the view that is shown."""

    saved_views: list[SavedLink]
    view_address: str


class ListPageView(FilteredListView):
    """A list for readers. A refused filter stays in the form, and whoever is signed in saves views of the list."""

    typed_fields = labels_of(SavedViewForm, "name")
    permission = READERS
    write_permission = ACCOUNTS

    @property
    def url_name(self) -> str:
        assert self.request.resolver_match is not None
        return self.request.resolver_match.view_name

    def is_own(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.saved_views.filter(page=self.url_name).exists()

    def quick_choices(self) -> list[QuickChoice]:
        return []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except BadQuery as refusal:
            if not set(refusal.problems) <= set(self.filterset_class.base_filters):
                raise
            context = PageView.get_context_data(self, filter=self.listing().filterset, is_refused=True)
            return self.render_to_response(context, status=400)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Saves what the address asks for under a name. Raises BadQuery where no page could show it."""
        user = signed_in(request.user)
        refuse_repeated(request.GET, self.several)
        listing = self.listing()
        assert listing.ordering and listing.filtered is not None
        form = SavedViewForm(request.POST)
        if form.is_valid():
            query = saved_query(request.GET, self.parameters)
            try:
                save_view(self.url_name, by=user, name=form.cleaned_data["name"], query=query)
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("The view was saved"))
                return redirect(request.get_full_path())
        return self.render_to_response(self.get_context_data(view_form=form, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        params = self.request.GET
        context["quick_choices"] = [
            (each.label, query_with(params, **each.filters), each.note)
            for each in self.quick_choices()
            if any(params.get(name) != str(value) for name, value in each.filters.items())
        ]
        if self.request.user.is_authenticated:
            context |= self.saved_context(self.request.user)._asdict()
            context.setdefault("view_form", SavedViewForm())
        return context

    def saved_context(self, user: User) -> SavedViewsContext:
        day = self.request.GET.get("as_of")
        present = SavedView(page=self.url_name, query=saved_query(self.request.GET, self.parameters))
        views = [
            SavedLink(view, view.address_on(day), is_open=view.query == present.query)
            for view in user.saved_views.filter(page=self.url_name)
        ]
        return SavedViewsContext(views, present.address_on(day))


class EditSavedView(TodayView):
    """One's own view: another name, or an end of it."""

    template_name = "saved_view.html"
    typed_fields = labels_of(SavedViewForm, "name")
    permission = write_permission = OWNERS

    @cached_property
    def view(self) -> SavedView:
        return get_object_or_404(SavedView, pk=self.kwargs["pk"])

    def permission_facts(self) -> Facts:
        return {"owner": self.view.user_id}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(view=self.view, **kwargs)
        context.setdefault("form", SavedViewForm(initial={"name": self.view.name}))
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        view = self.view
        if "delete" in request.POST:
            view.delete()
            messages.success(request, _("The view was deleted"))
            return redirect(reverse(view.page))
        form = SavedViewForm(request.POST)
        if form.is_valid():
            try:
                rename_view(view, name=form.cleaned_data["name"])
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("The view was renamed"))
                return redirect(view.address)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))
