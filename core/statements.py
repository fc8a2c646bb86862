"""Questions that pages ask the same way all day: compiled once, which takes as long as asking them.

The text of a statement is kept and never a row of its answer.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Statement = tuple[str, tuple[Any, ...]]


def compiled[**Values](build: Callable[Values, QuerySet[Any, Any]]) -> Callable[Values, Statement]:
    """The statement of a queryset that follows from its values alone, with its parameters, as the ORM compiles it.

    `Model.objects.raw(*statement)` gives its rows as objects, and `answer` as tuples.
    """

    made: Callable[..., Statement] = lru_cache(maxsize=32)(lambda *values, **named: statement(build(*values, **named)))
    return made


def statement(queryset: QuerySet[Any, Any]) -> Statement:
    """As the ORM compiles it now, with its parameters."""
    return queryset.query.sql_with_params()


def answer(statement: Statement) -> list[tuple[Any, ...]]:
    """Its rows, for columns of texts, days, whole numbers, and moments that go through `moment`: what SQLite keeps in
    another way is not converted here."""
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor)


def moment(value: datetime) -> datetime:
    """A moment of an answer. SQLite keeps it in UTC and does not say so."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
