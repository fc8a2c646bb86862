"""The models and querysets of dated rows: those that hold from a day on, see `core.succession`."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.succession import Succession


class DatedRows:
    """Mixin of the querysets of dated rows; it stands before the queryset."""

    model: Any

    def in_force(self, on: date) -> Self:
        """Return, of what the rows are about, the row of each that holds on the day."""
        rows: Self = self.filter(self.model.succession.in_force(on))  # type: ignore[attr-defined]  # of the queryset
        return rows

    def settle(self) -> None:
        """Write `superseded_from` of all rows about what these are about, after some were moved or deleted."""
        self.model.succession.settle(self)

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> Any:
        added = super().bulk_create(objs, *args, **options)  # type: ignore[misc]  # of the queryset
        if pks := [each.pk for each in added]:
            # A range, since there may be more ids than a statement holds; a row between them that was there is settled.
            self.model.succession.settle(self.model._base_manager.filter(pk__range=(min(pks), max(pks))))
        return added


class DatedModel(models.Model):
    """A model whose rows hold from a day on. Its default manager is made from a queryset with DatedRows."""

    superseded_from = models.DateField(_("Superseded from"), null=True, editable=False)

    succession: ClassVar[Succession]

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        super().save(**options)
        self.succession.settle(type(self)._base_manager.filter(pk=self.pk))
