"""Rows that hold from a day on, until a later row about the same thing does: statuses of measures, leaving and
returning, steps of problems, accepted months of projects (ADR 37).

Each knows in `superseded_from` from which day on another one holds, so that the one in force on a day is found by a
condition of its own columns, and a query can join it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import batched
from typing import Any, NamedTuple

from django.db.models import Case, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lead, Now

# The order in which rows came into force: the last one by a day is in force on that day.
IN_ORDER = ("effective_on", "recorded_at", "pk")
# So many rows are written by one statement.
BATCH_SIZE = 500


class Succession(NamedTuple):
    """How the rows of a model follow each other. `subject`: the foreign key to what a row is about; `begins_on`: the
    column of the day from which it holds. Rows without the values of `among` stand aside; those that are `corrected`
    hold on no day. `is_shown`: answers of the API say which row holds, so that a change of that is one of the row."""

    subject: str
    begins_on: str = "effective_on"
    in_order: Sequence[Any] = IN_ORDER
    among: Mapping[str, str] = {}
    corrected: Q = Q(pk__in=[])
    is_shown: bool = False

    def in_force(self, on: date, *, rows: str = "") -> Q:
        """The condition of the row in force on the day. `rows`: how the query names the rows."""
        prefix = f"{rows}__" if rows else ""
        is_last = Q(**{f"{prefix}superseded_from": None}) | Q(**{f"{prefix}superseded_from__gt": on})
        among = {f"{prefix}{name}": value for name, value in self.among.items()}
        return Q(**among, **{f"{prefix}{self.begins_on}__lte": on}) & is_last

    def settle(self, rows: QuerySet[Any]) -> None:
        """Write `superseded_from` anew of all rows about what some rows are about."""
        # Also of rows that are written once: it says nothing that they do not.
        every: QuerySet[Any, Any] = QuerySet(rows.model)
        updated_at = {"updated_at": Now() if self.is_shown else F("updated_at")}
        columns = updated_at if hasattr(rows.model, "updated_at") else {}
        about = every.filter(**self.among, **{f"{self.subject}__in": rows.order_by().values(self.subject)})
        corrected = Case(When(self.corrected, then=Value(True)), default=Value(False))
        following = Window(Lead(self.begins_on), partition_by=[self.subject, corrected], order_by=self.in_order)
        found = about.annotate(is_corrected=corrected, next_begins_on=following)
        wrong: dict[date | None, list[int]] = {}
        for pk, known, begins_on, is_corrected, next_begins_on in found.values_list(
            "pk", "superseded_from", self.begins_on, "is_corrected", "next_begins_on"
        ):
            until = begins_on if is_corrected else next_begins_on
            if known != until:
                wrong.setdefault(until, []).append(pk)
        # Many rows of few days: one statement for some hundred rows of one.
        for day, pks in wrong.items():
            for some in batched(pks, BATCH_SIZE):
                every.filter(pk__in=some).update(superseded_from=day, **columns)
