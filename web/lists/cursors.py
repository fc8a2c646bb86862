"""Pages by cursor: each begins after the last row of the page before it.

A row that nobody changes meanwhile is on exactly one page, whatever happens to other rows. Pages by number shift with
every row that comes or goes before them.
"""

import base64
from collections.abc import Sequence
from typing import Any

import orjson
from django.core import signing
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from web.errors import BadQuery

START = "*"
_SALT = "web.lists.cursors"


def rows_after(
    rows: QuerySet[Any, Any], *, columns: Sequence[str], down: bool, ordering: str, cursor: str, size: int
) -> tuple[list[Any], str | None]:
    """Return at most `size` rows after `cursor`, and the cursor of what follows; None at the end.

    `rows` are ordered by the columns, all downwards or upwards with nulls last, then by the key upwards. Raises
    BadQuery for what is no cursor of this ordering.
    """
    following = rows if cursor == START else rows.filter(_after(_read(cursor, ordering), columns, down=down))
    # First the places, then the rows: a row that is changed between the two keeps the place that it was found in.
    # They are annotated, since a queryset of values no longer has all columns that it is ordered by.
    annotations = {f"place_{number}": F(column) for number, column in enumerate(columns)}
    places = list(following.annotate(**annotations).values_list(*annotations, "pk")[: size + 1])
    page = list(rows.filter(pk__in=[place[-1] for place in places[:size]]))
    return page, _write(places[size - 1], ordering) if len(places) > size else None


def _after(place: Sequence[Any], columns: Sequence[str], *, down: bool) -> Q:
    """The rows behind a place, which is the values of the columns and the key."""
    condition = Q(pk__gt=place[-1])
    for column, value in reversed(list(zip(columns, place[:-1], strict=True))):
        if value is None:
            condition &= Q(**{f"{column}__isnull": True})
        else:
            further = Q(**{f"{column}__{'lt' if down else 'gt'}": value}) | Q(**{f"{column}__isnull": True})
            condition = further | (Q(**{column: value}) & condition)
    return condition


def _write(place: Sequence[Any], ordering: str) -> str:
    raw = orjson.dumps([ordering, *place], default=str)
    return signing.Signer(salt=_SALT).sign(base64.urlsafe_b64encode(raw).decode().rstrip("="))


def _read(cursor: str, ordering: str) -> list[Any]:
    try:
        # Signed, so that nobody's own values come into the query.
        text = signing.Signer(salt=_SALT).unsign(cursor)
    except signing.BadSignature:
        raise BadQuery({"cursor": [_("This is no cursor; begin with * and follow “next”.")]}) from None
    own_ordering, *place = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if own_ordering != ordering:
        sentence = _("This cursor belongs to the ordering %(ordering)s.") % {"ordering": own_ordering}
        raise BadQuery({"cursor": [sentence]})
    return list(place)
