"""Values in an address: of which parameters there may be several, and what is refused."""

from collections.abc import Collection, Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _

from web.errors import BadQuery


def split_values(raws: Iterable[str]) -> list[str]:
    """Each value once, in the order given; a text may hold several with commas between them. Empty ones are none."""
    return list(dict.fromkeys(value for raw in raws for value in raw.split(",") if value))


def asked_values(params: QueryDict, name: str) -> list[str]:
    """Every value of a parameter that may have several: repeated, or with commas between them."""
    return split_values(params.getlist(name))


def refuse_repeated(params: QueryDict, several: Collection[str]) -> None:
    """Raises BadQuery where a parameter comes twice that has one value: either would be left out in silence."""
    repeated = [name for name, values in params.lists() if len(values) > 1 and name not in several]
    if repeated:
        raise BadQuery({name: [_("Give this parameter once: it has one value.")] for name in repeated})


def refuse_empty(params: QueryDict, *, several: Collection[str], optional: Collection[str]) -> None:
    """Raise BadQuery for a parameter of the API without a value, but where that means its default (`optional`): what a
    program failed to fill in must not look like an answer."""
    empty = [
        name
        for name, raws in params.lists()
        if name not in optional
        for pieces in [[each for raw in raws for each in (raw.split(",") if name in several else [raw])]]
        if "" in pieces
    ]
    if empty:
        raise BadQuery({name: [_("An empty value is not allowed; leave the parameter out.")] for name in empty})


def row_ids(raw: Iterable[str]) -> list[int]:
    """Return those values, of what a form sent, that may be ids of rows."""
    return [int(each) for each in raw if each.isascii() and each.isdigit() and len(each) <= 15]
