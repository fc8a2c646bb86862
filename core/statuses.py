"""The three statuses of a measure. Their order is their meaning: the last one is done."""

from django.db import models
from django.utils.translation import pgettext_lazy


class MeasureStatus(models.TextChoices):
    PROMOTING = "promoting", pgettext_lazy("measure status", "Under way")
    IN_PROGRESS = "in_progress", pgettext_lazy("measure status", "Progress made")
    COMPLETED = "completed", pgettext_lazy("measure status", "Completed")

    @property
    def tone(self) -> str:
        """The name of its colour in the style sheet and in the chart palette."""
        return self.value.replace("_", "-")

    @property
    def depth(self) -> int:
        """1, 2 or 3: how many cells of its mark are filled."""
        return _DEPTHS[self]


_DEPTHS = {status: depth for depth, status in enumerate(MeasureStatus, start=1)}
