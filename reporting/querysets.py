from datetime import date
from typing import Self

from django.db import models

from core.timestamps import UpdatedAtQuerySet
from reporting.workflow import FILED_STATES, ReportState


class AbstractReportQuerySet[M: models.Model](UpdatedAtQuerySet[M]):
    """Questions about reports of any kind."""

    def accepted(self) -> Self:
        return self.filter(state=ReportState.ACCEPTED)

    def filed(self, *months: date, by: date) -> Self:
        """Reports for these months that were filed by the day `by`: `AbstractReport.is_filed` as a condition."""
        return self.filter(period__in=months, submitted_on__lte=by, state__in=FILED_STATES)
