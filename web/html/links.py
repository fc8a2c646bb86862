"""Addresses with the query of the page that is open."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils.http import RFC3986_SUBDELIMS
from django.utils.translation import get_language

from web.days import STICKY_PARAMETERS
from web.values import asked_values, split_values

# Parameters of the API that cut or dress the rows of an answer, and do not choose them.
PRESENTATION_PARAMETERS = {"page", "page_size", "cursor", "format", "fields"}


def query_with(params: QueryDict, **changes: Any) -> str:
    """The query string of a QueryDict with changes: None removes, a list sets several values.

    Any change but one of `page` itself starts again on the first page.
    """
    query: dict[str, Any] = dict(params.lists())
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query[name] = [str(each) for each in value]
        else:
            query[name] = [value.isoformat() if isinstance(value, date) else str(value)]
    return "?" + urlencode(query, doseq=True)


def query_without(params: QueryDict, name: str, value: Any = None) -> str:
    """The query string without a parameter, or without one of its values; `value` may be several with commas."""
    dropped = split_values([str(value or "")])
    others = [each for each in asked_values(params, name) if each not in dropped] if dropped else []
    return query_with(params, **{name: ",".join(others)})


def sticky_query(params: QueryDict, **filters: str) -> str:
    """The query string of the day, the comparison and the plan that a reader chose, for links to other pages of the
    site, behind `filters`; empty where there is none of these."""
    chosen = filters | {name: params[name] for name in STICKY_PARAMETERS if params.get(name)}
    return query_with(QueryDict(), **chosen) if chosen else ""


def path_segment(text: str) -> str:
    """A code as a part of an address, written as `reverse` does."""
    return quote(text, safe=f"{RFC3986_SUBDELIMS}~:@")


def query_of(address: str, **query: Any) -> str:
    """The address with a query; what is empty is left out."""
    asked = query_with(QueryDict(), **query)
    return address if asked == "?" else address + asked


def named_plan(params: QueryDict) -> str:
    """The plan that an address names, for addresses that go with it; empty where it names none."""
    return params.get("plan", "")


_asked_plan: Callable[[HttpRequest], str] | None = None


def register_asked_plan(slug_of: Callable[[HttpRequest], str]) -> None:
    """`measures` says how the plan is found that a request is about: its slug, empty where there is none."""
    global _asked_plan
    _asked_plan = slug_of


def lasting_address(request: HttpRequest) -> str:
    """The whole address of a request, for what is kept of its answer: it names the plan that was asked for."""
    return naming_plan(request.build_absolute_uri(), _asked_plan(request) if _asked_plan else "")


def naming_plan(address: str, plan: str) -> str:
    """The address with the slug of its plan, so that it leads to the same rows when another plan has become the current
    one; as it is where it names a plan, and where it leads to what is of none."""
    parts = urlsplit(address)
    if not plan or QueryDict(parts.query).get("plan") or not _takes_plan(parts.path):
        return address
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode({"plan": plan})]))))


def _takes_plan(path: str) -> bool:
    """Pages take any; answers of the API refuse what they do not know."""
    endpoint: Any = getattr(resolve(path).func, "cls", None)
    return endpoint is None or "plan" in endpoint.parameter_shapes()


def row_url(row: Any, params: QueryDict, *, plan: Any) -> str:
    """The address of the page of a row of a plan, with the day and the comparison that the reader chose. `plan`: that
    of the page; rows of another name theirs."""
    if plan is not None and row.plan_id == plan.pk:
        return f"{row.path}{sticky_query(params)}"
    chosen = {name: params.get(name, "") for name in STICKY_PARAMETERS}
    return query_of(row.path, **{**chosen, "plan": row.plan.link_slug})


def api_url(name: str, *parts: str, params: QueryDict, is_list: bool, changes: Mapping[str, Any]) -> str:
    """The address of an answer of the API with the rows of a page of these `params`, in the page's language; `parts`
    are those of its path.

    It asks for the day, the comparison and the plan of the page, those that this answer knows; `is_list`: for its
    filters and its order too. `changes` come on top.
    """
    address = reverse(name, args=parts)
    endpoint: Any = resolve(address).func
    shapes = endpoint.cls.parameter_shapes()
    known = set(shapes) - PRESENTATION_PARAMETERS
    if not is_list:
        known &= set(STICKY_PARAMETERS)
    several = {each for each, shape in shapes.items() if shape.get("type") == "array"}
    asked = {
        each: ",".join(asked_values(params, each)) if each in several else params[each]
        for each in params
        if each in known and any(params.getlist(each))
    }
    return f"{address}?{urlencode({**asked, **changes, 'lang': get_language()}, safe=',')}"
