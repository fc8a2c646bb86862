from datetime import date
from typing import Self

from django.db import models

from core.timestamps import UpdatedAtQuerySet
from reporting.workflow import FILED_STATES, OPEN_STATES, ReportState


class AbstractReportQuerySet[M: models.Model](UpdatedAtQuerySet[M]):
    """Questions about reports of any kind."""

    def accepted(self) -> Self:
        return self.filter(state=ReportState.ACCEPTED)

    def open(self) -> Self:
        """Drafts, submitted and returned ones."""
        return self.filter(state__in=OPEN_STATES)

    def filed(self, *, by: date) -> Self:
        """Reports that were filed by the day `by`: `AbstractFiling.is_filed` as a condition."""
        return self.filter(submitted_on__lte=by, state__in=FILED_STATES)
