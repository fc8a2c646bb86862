from typing import Self

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.names import named_bound
from core.provenance import Sourced
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet


class RegionKind(models.TextChoices):
    COUNTRY = "country", pgettext_lazy("region kind", "Country")
    PROVINCE = "province", pgettext_lazy("region kind", "Province")
    CITY = "city", pgettext_lazy("region kind", "City")
    COUNTY = "county", pgettext_lazy("region kind", "County")


def kind_of_code(code: str) -> RegionKind:
    """Return what the code of GB/T 2260 is of: those of provinces end with 0000, those of cities with 00."""
    if code.endswith("0000"):
        return RegionKind.PROVINCE
    return RegionKind.CITY if code.endswith("00") else RegionKind.COUNTY


class RegionQuerySet(UpdatedAtQuerySet["Region"]):
    def members_of(self, region: int | None) -> Self:
        """The regions that lie directly in one (its id); where none does, that one itself."""
        if region is None:
            return self.none()
        return self.filter(Q(parent=region) | Q(pk=region) & ~Exists(Region.objects.filter(parent=region)))


class Region(Sourced, UpdatedAtModel):
    """A place by its code of GB/T 2260. `tile_row` and `tile_column` (from 1) place it on a tile map."""

    code = models.CharField(
        _("Code"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{6}\Z", gettext_lazy("Six digits of GB/T 2260, such as 370600"))],
    )
    kind = models.CharField(_("Kind"), max_length=8, choices=RegionKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Lies in")
    )
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=80, blank=True)
    short_zh = models.CharField(_("Short name (Chinese)"), max_length=30, blank=True)
    short_en = models.CharField(_("Short name (English)"), max_length=60, blank=True)
    tile_row = models.PositiveSmallIntegerField(_("Row on the tile map"), null=True, blank=True)
    tile_column = models.PositiveSmallIntegerField(_("Column on the tile map"), null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="region_is_named"),
            models.CheckConstraint(condition=Q(kind__in=RegionKind.values), name="region_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=RegionKind.COUNTRY) | Q(parent__isnull=True), name="region_country_lies_in_none"
            ),
            models.CheckConstraint(
                # Both columns named: a check that is unknown counts as met.
                condition=Q(tile_row__isnull=True, tile_column__isnull=True)
                | Q(tile_row__isnull=False, tile_column__isnull=False, parent__isnull=False)
                & Q(tile_row__gte=1, tile_column__gte=1),
                name="region_tile_whole_and_in_a_region",
            ),
        ]

    def clean(self) -> None:
        """A city lies in a province, not in a county: totals by member sum to those of the region."""
        kinds = RegionKind.values
        if self.parent and self.kind in kinds and kinds.index(self.parent.kind) >= kinds.index(self.kind):
            raise ValidationError({"parent": gettext("It must lie in a larger region.")})

    def __str__(self) -> str:
        return self.name_zh or self.name_en


auditlog.register(Region, exclude_fields=["updated_at"])
