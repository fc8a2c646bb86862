"""The provenance of a row: where it comes from. Every row of the product says so."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Provenance(models.TextChoices):
    PUBLISHED = "published", _("Published")
    REPORTED = "reported", pgettext_lazy("provenance", "Reported")
    ILLUSTRATIVE = "illustrative", _("Illustrative")


def of_aggregate(*, is_published: bool, has_illustrative: bool) -> Provenance:
    """Return the provenance of a figure made of many rows: what a source states is published; else it is no better than
    its rows."""
    if is_published:
        return Provenance.PUBLISHED
    return Provenance.ILLUSTRATIVE if has_illustrative else Provenance.REPORTED


def sourced_constraints(prefix: str = "%(app_label)s_%(class)s") -> list[models.BaseConstraint]:
    """Return the constraints of `Sourced`. `prefix`: what their names begin with, where a table has come from another
    app."""
    return [
        models.CheckConstraint(condition=models.Q(provenance__in=Provenance.values), name=f"{prefix}_provenance_known"),
        models.CheckConstraint(
            condition=~models.Q(provenance=Provenance.PUBLISHED, source=""), name=f"{prefix}_published_has_source"
        ),
    ]


class Sourced(models.Model):
    """`published` needs a source that can be named; `reported` rows came from a department or the office, without one;
    `illustrative` rows were made for the demonstration."""

    provenance = models.CharField(_("Provenance"), max_length=12, choices=Provenance, default=Provenance.REPORTED)
    source = models.CharField(_("Source"), max_length=600, blank=True)

    # Why it is being changed, and by which source: `core.published` sets it, for the log.
    explanation: dict[str, str] | None = None

    class Meta:
        abstract = True
        constraints = sourced_constraints()

    @property
    def is_published(self) -> bool:
        return self.provenance == Provenance.PUBLISHED

    def get_additional_data(self) -> Any:
        """Return the explanation, which auditlog writes beside the values."""
        return self.explanation
