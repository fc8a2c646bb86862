"""The parameters of a query: which an endpoint knows, which may be several, and what is refused of each."""

from functools import cache
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from web.api.shapes import MAY_BE_EMPTY
from web.errors import BadQuery
from web.lists.listing import refuse_unknown
from web.values import refuse_empty, refuse_repeated


@cache
def known(endpoint: Any, is_writing: bool) -> tuple[str, ...]:
    return tuple(endpoint.write_parameter_shapes() if is_writing else endpoint.parameter_shapes())


@cache
def several(endpoint: Any) -> frozenset[str]:
    """Return the parameters that may have several values, repeated or with commas between them."""
    return frozenset(name for name, shape in endpoint.parameter_shapes().items() if shape.get("type") == "array")


def check(endpoint: Any, params: QueryDict, *, is_writing: bool) -> None:
    """Raises BadQuery for what no endpoint could answer."""
    refuse_unknown(params, known(endpoint, is_writing))
    refuse_repeated(params, several(endpoint))
    refuse_empty(params, several=several(endpoint), optional=MAY_BE_EMPTY)
    for name, values in params.lists():
        if any("\0" in value for value in values):
            raise BadQuery({name: [_("Null characters are not allowed.")]})
