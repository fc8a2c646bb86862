from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.provenance import Sourced


class PublishedFigure(Sourced):
    """A figure that a source published for a day. `figure` is the figure's path in the summary of the API."""

    plan = models.ForeignKey(
        "measures.Plan", models.CASCADE, related_name="published_figures", verbose_name=_("Action plan")
    )
    as_of = models.DateField(_("As of"))
    figure = models.CharField(_("Figure"), max_length=60)
    value = models.DecimalField(_("Value"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)

    class Meta(Sourced.Meta):
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        ordering = ["plan", "as_of", "figure"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["plan", "as_of", "figure"], name="publishedfigure_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.as_of}"


auditlog.register(PublishedFigure)
