"""The rows of changed terms: what an office changes only with a reason. No table here: measures and projects have their
own."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet


class AbstractTermsChange(AppendOnlyModel):
    """A term that was changed. An app's own adds the foreign key of what was changed, and `field` with its terms.

    Values are texts: an ISO day, a slug, a whole number; empty is none.
    """

    old_value = models.CharField(_("Previous value"), max_length=50, blank=True)
    new_value = models.CharField(_("New value"), max_length=50, blank=True)
    reason = models.CharField(_("Reason"), max_length=300)
    recorded_at = models.DateTimeField(_("Date recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Recorded by")
    )

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = True
        verbose_name = _("change of terms")
        verbose_name_plural = _("changes of terms")
        ordering = ["-recorded_at", "-id"]


def terms_bounds(terms: type[models.TextChoices], *, name: str) -> list[models.BaseConstraint]:
    """The constraints of a table of changed terms; their names begin with `name`."""
    return [
        models.CheckConstraint(condition=Q(field__in=terms.values), name=f"{name}_field_known"),
        *change_bounds(name=name),
    ]


def change_bounds(*, name: str) -> list[models.BaseConstraint]:
    """Return the constraints of a table of changes of one term alone."""
    return [
        models.CheckConstraint(condition=~Q(old_value=F("new_value")), name=f"{name}_changes_something"),
        models.CheckConstraint(condition=~Q(reason=""), name=f"{name}_has_reason"),
    ]
