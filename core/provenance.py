"""Where a row comes from. Every row of the product says so."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provenance(models.TextChoices):
    PUBLISHED = "published", _("Published")
    ILLUSTRATIVE = "illustrative", _("Illustrative")


class Sourced(models.Model):
    """`published` needs a source that can be named; `illustrative` rows were made for the demonstration."""

    provenance = models.CharField(_("Provenance"), max_length=12, choices=Provenance)
    source = models.CharField(_("Source"), max_length=600, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(provenance__in=Provenance.values),
                name="%(app_label)s_%(class)s_provenance_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(provenance=Provenance.PUBLISHED, source=""),
                name="%(app_label)s_%(class)s_published_has_source",
            ),
        ]

    @property
    def is_published(self) -> bool:
        return self.provenance == Provenance.PUBLISHED
