"""Rows that are written once: what happened, when and by whom. Nothing rewrites them and nothing takes them away."""

from collections.abc import Collection
from typing import Any, Never

from django.db import models


class AppendOnlyError(Exception):
    """Some code tried to change or delete a row that is written once."""


def _refuse(model: type[models.Model]) -> Never:
    raise AppendOnlyError(f"Rows of {model._meta.label} are written once; they are not changed and not deleted.")


class AppendOnlyQuerySet[M: models.Model](models.QuerySet[M]):
    def update(self, **values: Any) -> Never:
        _refuse(self.model)

    def delete(self) -> Never:
        _refuse(self.model)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> Never:
        _refuse(self.model)

    def bulk_create(
        self,
        objs: Any,
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[M]:
        if update_conflicts:
            _refuse(self.model)
        return super().bulk_create(objs, batch_size, ignore_conflicts)


class AppendOnlyModel(models.Model):
    """A model whose rows are written once. Its default manager is made from an AppendOnlyQuerySet; its foreign keys are
    PROTECT, since a cascade asks nobody."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            _refuse(type(self))
        super().save(**{**options, "force_insert": True})

    def delete(self, using: str | None = None, keep_parents: bool = False) -> Never:
        _refuse(type(self))
