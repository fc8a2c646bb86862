"""`updated_at`: when a row was last written, by which readers of the API ask for what changed since.

It is the database's clock, also where `PILOTZONE_TODAY` pins the day. A row counts as written, too, when something is
that it shows of another table. Where any code may write that (links, parts), `track_links` and `track_part` mark the
row; where only services do, they call `mark_updated` themselves. Time that passes marks nothing.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.db.models.signals import m2m_changed, pre_delete, pre_save
from django.utils.translation import gettext_lazy as _


class UpdatedAtQuerySet[M: models.Model](models.QuerySet[M]):
    def update(self, **values: Any) -> int:
        return super().update(**{"updated_at": Now(), **values})

    def mark_updated(self) -> int:
        return self.update()


class UpdatedAtModel(models.Model):
    """A model with `updated_at`. Its default manager is made from an UpdatedAtQuerySet."""

    # The default is for bulk_create. Without an index: each list is short or of one plan, and found by that.
    updated_at = models.DateTimeField(_("Updated at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        self.updated_at = Now()
        if update_fields:
            update_fields = {*update_fields, "updated_at"}
        super().save(update_fields=update_fields, **options)


def track_links(relation: Any, *, on: Collection[type[UpdatedAtModel]]) -> None:
    """Marks rows of the models `on` as updated when a link of the many-to-many `relation` is added or removed."""
    field = relation.field

    def mark(model: type[models.Model], keys: Any) -> None:
        if model in on:
            model._default_manager.filter(pk__in=keys).mark_updated()  # type: ignore[attr-defined]  # UpdatedAtQuerySet

    def mark_other_end(row: models.Model) -> None:
        here, there, model = field.m2m_field_name(), field.m2m_reverse_field_name(), field.related_model
        if not isinstance(row, field.model):
            here, there, model = there, here, field.model
        mark(model, relation.through._base_manager.filter(**{here: row.pk}).values(there))

    def on_link(
        instance: models.Model, action: str, model: type[models.Model], pk_set: set[Any] | None, **kwargs: Any
    ) -> None:
        if action == "pre_clear":
            mark(type(instance), [instance.pk])
            mark_other_end(instance)
        elif action in ("post_add", "post_remove") and pk_set:
            mark(type(instance), [instance.pk])
            mark(model, pk_set)

    def on_delete(instance: models.Model, **kwargs: Any) -> None:
        mark_other_end(instance)

    m2m_changed.connect(on_link, sender=relation.through, weak=False)
    for end in (field.model, field.remote_field.model):
        pre_delete.connect(on_delete, sender=end, weak=False)


def track_part(part: type[models.Model], name: str) -> None:
    """Marks the row that the foreign key `name` of `part` refers to when a part is saved or deleted; both rows when a
    part moves from one to another."""

    def mark(instance: models.Model, **kwargs: Any) -> None:
        field: Any = part._meta.get_field(name)
        before = part._base_manager.filter(pk=instance.pk).values(name)
        wholes = Q(pk=getattr(instance, field.attname)) | Q(pk__in=before)
        field.related_model._default_manager.filter(wholes).mark_updated()

    for signal in (pre_save, pre_delete):
        signal.connect(mark, sender=part, weak=False)
