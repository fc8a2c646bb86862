"""A list as its address asks for it: filtered, ordered and cut into pages, the same for a page and the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, OrderBy, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from web.errors import BadQuery, form_problems, not_one_of
from web.lists.cursors import rows_after

PAGE_SIZE = 50
MAX_PAGE_SIZE = 1_000


@dataclass
class Listing:
    """`orderings`: public name -> columns; the last column makes the order total, so that pages never overlap."""

    request: HttpRequest
    orderings: Mapping[str, Sequence[str]]
    default_ordering: str
    # Of rows in the database: the filter set (django-filter has no types), and all rows.
    filterset_class: Any = None
    queryset: Any = None
    # How many rows there are, where the caller has counted them.
    count: int | None = None
    # What is read of a row; without any, rows are objects. Other tables are joined for the rows, not to count them.
    columns: Sequence[str] = ()
    # The rows of a page, where the address does not say how many.
    default_page_size: int = PAGE_SIZE

    @property
    def params(self) -> QueryDict:
        return self.request.GET

    @cached_property
    def filterset(self) -> Any:
        return self.filterset_class(self.params, queryset=self.queryset, request=self.request)

    @cached_property
    def ordering(self) -> str:
        asked = self.params.get("ordering", "") or self.default_ordering
        if asked.removeprefix("-") not in self.orderings:
            raise BadQuery({"ordering": [not_one_of(self.orderings)]})
        return asked

    @cached_property
    def filtered(self) -> QuerySet[Any, Any]:
        """Every row that the filters leave, in no order."""
        # The filters and their form cost as much as the rows of a page; where none is set they are not needed.
        if not any(any(self.params.getlist(name)) for name in self.filterset_class.base_filters):
            rows: QuerySet[Any, Any] = self.queryset
            return rows
        if not self.filterset.is_valid():
            raise BadQuery(form_problems(self.filterset.form))
        rows = self.filterset.qs
        return rows

    @cached_property
    def rows(self) -> QuerySet[Any, Any]:
        """The same in the order of `?ordering=`, rows without a value last."""
        down = self.ordering.startswith("-")
        columns = self.orderings[self.ordering.removeprefix("-")]
        order = [in_order(self.filtered.model, column, down=down) for column in columns]
        rows = self.filtered.order_by(*order, "pk")
        return rows.values(*self.columns) if self.columns else rows

    @cached_property
    def page_size(self) -> int:
        return _whole_number(self.params, "page_size", self.default_page_size, most=MAX_PAGE_SIZE)

    @cached_property
    def page(self) -> Page[Any]:
        if self.count is None and self.columns:
            self.count = self.filtered.count()
        return asked_page(self.params, self.rows, size=self.page_size, count=self.count)

    @property
    def is_paged(self) -> bool:
        """Return whether the caller asked for a page; an export holds every row unless they did."""
        return any(self.params.get(name) for name in ("page", "page_size", "cursor"))

    def after_cursor(self) -> tuple[list[Any], str | None]:
        """The rows after `?cursor=`, and the cursor of the next ones; None where these are the last."""
        if self.params.get("page"):
            raise BadQuery({"cursor": [_("Ask for pages by number or by cursor, not both.")]})
        return rows_after(
            self.rows,
            columns=self.orderings[self.ordering.removeprefix("-")],
            down=self.ordering.startswith("-"),
            ordering=self.ordering,
            cursor=self.params.get("cursor", ""),
            size=self.page_size,
        )


def in_order(model: type[Model], column: str, *, down: bool) -> OrderBy:
    """Rows without a value last. Not said of a column that always has one: SQLite would use no index for the order."""
    fields = {each.name: each for each in model._meta.concrete_fields}
    nulls_last = True if column not in fields or fields[column].null else None
    return F(column).desc(nulls_last=nulls_last) if down else F(column).asc(nulls_last=nulls_last)


def asked_page(params: QueryDict, rows: Any, *, size: int = PAGE_SIZE, count: int | None = None) -> Page[Any]:
    """The page of `?page=`, the first where none is asked for. Raises BadQuery for one past the last. `count`: how many
    rows there are, where that is known."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    number = _whole_number(params, "page", 1)
    if number > paginator.num_pages:
        raise BadQuery({"page": [_("The last page is %(last)s.") % {"last": paginator.num_pages}]})
    return paginator.page(number)


def _whole_number(params: QueryDict, name: str, default: int, *, most: int | None = None) -> int:
    raw = params.get(name, "")
    if not raw:
        return default
    # Nine digits: more is no page of anything, and int() of a very long text is slow.
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else 0
    if number < 1 or (most and number > most):
        if most:
            raise BadQuery({name: [_("It must be a whole number from 1 to %(most)s.") % {"most": most}]})
        raise BadQuery({name: [_("It must be a whole number from 1.")]})
    return number


def refuse_unknown(params: QueryDict, allowed: Sequence[str]) -> None:
    """Raise BadQuery for unknown parameters of the API: a misspelt filter must not look like an answer."""
    names = ", ".join(sorted(allowed))
    unknown = {
        name: [_("Unknown filter: %(name)s; available: %(names)s") % {"name": name, "names": names}]
        for name in params
        if name not in allowed
    }
    if unknown:
        raise BadQuery(unknown)
