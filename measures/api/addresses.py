"""Addresses of a plan's rows in the API: those of another plan than the current one name it."""

from typing import Any

from measures.filters import asked_plan
from web.api.fields import Chunk, Field, Reader
from web.api.shapes import URL, Shape
from web.html.links import path_segment, query_of


def plan_slug(endpoint: Any) -> str:
    """Return the slug that addresses of rows of the plan that was asked for say as `plan=`."""
    plan = asked_plan(endpoint.request._request)
    return plan.link_slug if plan is not None else ""


def row_address(name: str, shape: Shape = URL, *, key: str = "code", ending: str = "") -> Field:
    """The address of a row of the plan that was asked for, by its key, below that of the list with the URL name."""

    def read(chunk: Chunk) -> Reader:
        base, query = chunk.endpoint.address(name), query_of("", plan=plan_slug(chunk.endpoint))
        return lambda row: f"{base}{path_segment(row[key])}/{ending}{query}"

    return Field(shape, (key,), read)
