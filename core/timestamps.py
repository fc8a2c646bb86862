"""When a row was last written: `updated_at`, by which a reader asks for what changed since.

It is the real moment, also where the day is pinned: that of the database's clock. What a row shows of other tables is
written into it too: `show_links` and `show_part` see to that where any code may write it, and services `touch` the
rows of what they alone write. Time that passes writes nothing.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.db.models.signals import m2m_changed, pre_delete, pre_save
from django.utils.translation import gettext_lazy as _


class UpdatedQuerySet(models.QuerySet[Any]):
    def update(self, **values: Any) -> int:
        return super().update(**{"updated_at": Now(), **values})

    def touch(self) -> int:
        """Something was written that these rows show."""
        return self.update()


class Updated(models.Model):
    """Its `objects` are of an UpdatedQuerySet, or one of its kind."""

    # The default is for bulk_create. Without an index: each list is short or of one plan, and found by that.
    updated_at = models.DateTimeField(_("Updated at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        self.updated_at = Now()
        if update_fields:
            update_fields = {*update_fields, "updated_at"}
        super().save(update_fields=update_fields, **options)


def show_links(relation: Any, *, on: Collection[type[Updated]]) -> None:
    """Rows of the models `on` show their links of a many-to-many relation: one that comes or goes is written there."""
    field = relation.field

    def touch(model: type[models.Model], keys: Any) -> None:
        if model in on:
            model._default_manager.filter(pk__in=keys).touch()  # type: ignore[attr-defined]  # of UpdatedQuerySet

    def touch_linked(row: models.Model) -> None:
        here, there, model = field.m2m_field_name(), field.m2m_reverse_field_name(), field.related_model
        if not isinstance(row, field.model):
            here, there, model = there, here, field.model
        touch(model, relation.through._base_manager.filter(**{here: row.pk}).values(there))

    def on_link(
        instance: models.Model, action: str, model: type[models.Model], pk_set: set[Any] | None, **kwargs: Any
    ) -> None:
        if action == "pre_clear":
            touch(type(instance), [instance.pk])
            touch_linked(instance)
        elif action in ("post_add", "post_remove") and pk_set:
            touch(type(instance), [instance.pk])
            touch(model, pk_set)

    def on_delete(instance: models.Model, **kwargs: Any) -> None:
        touch_linked(instance)

    m2m_changed.connect(on_link, sender=relation.through, weak=False)
    for end in (field.model, field.remote_field.model):
        pre_delete.connect(on_delete, sender=end, weak=False)


def show_part(part: type[models.Model], name: str) -> None:
    """The row that the foreign key `name` refers to shows those of `part`: what is written there is written into it;
    into both, where a part moves from one to another."""

    def touch(instance: models.Model, **kwargs: Any) -> None:
        field: Any = part._meta.get_field(name)
        before = part._base_manager.filter(pk=instance.pk).values(name)
        shown_by = Q(pk=getattr(instance, field.attname)) | Q(pk__in=before)
        field.related_model._default_manager.filter(shown_by).touch()

    for signal in (pre_save, pre_delete):
        signal.connect(touch, sender=part, weak=False)
