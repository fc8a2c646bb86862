"""Names in one or two languages: columns `name_zh` and `name_en`, of which one may be empty."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def named_bound(field: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=~Q(**{f"{field}_zh": "", f"{field}_en": ""}),
        name=name,
        violation_error_message=_("A name is wanted, in Chinese or in English."),
    )
