"""Names in one or two languages: columns `name_zh` and `name_en`, of which one may be empty."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.exceptions import NotAllowed

# What the constraint of a name says.
NAME_WANTED = _("A name is wanted, in Chinese or in English.")


def check_named(row: models.Model, field: str, wanted: Any = NAME_WANTED) -> None:
    """Raises NotAllowed where the name or title `field` is empty in both languages; `wanted`: the sentence."""
    if not getattr(row, f"{field}_zh") and not getattr(row, f"{field}_en"):
        raise NotAllowed(str(wanted), field=f"{field}_zh")


def named_bound(field: str, *, name: str, wanted: Any = NAME_WANTED) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=~Q(**{f"{field}_zh": "", f"{field}_en": ""}),
        name=name,
        violation_error_message=wanted,
    )
