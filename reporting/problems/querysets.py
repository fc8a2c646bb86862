from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef

from core.append_only import AppendOnlyQuerySet
from core.dated import comes_later
from reporting.problems.rules import overdue_condition
from reporting.problems.workflow import OPEN_STATES

# The order of the steps of a problem.
IN_ORDER = ("made_on", "pk")


class AbstractProblemStepQuerySet[M: models.Model](AppendOnlyQuerySet[M]):
    """Questions about the steps of problems of any kind. A problem on a day is its last step by that day: each step
    carries the state, the owner and the due day that held from it on."""

    def last_by(self, on: date) -> Self:
        """The step of each problem that holds on the day: one row for each problem that was raised by then."""
        later = self.model._default_manager.filter(comes_later(IN_ORDER), problem=OuterRef("problem"), made_on__lte=on)
        return self.filter(~Exists(later), made_on__lte=on)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def overdue(self, on: date) -> Self:
        return self.filter(overdue_condition(on))
