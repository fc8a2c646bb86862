"""Who may do what: plain functions of a user, used by pages and API alike."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    REPORTER = "reporter", _("Reporter")
    REVIEWER = "reviewer", _("Reviewer")
    AUDITOR = "auditor", _("Auditor")


def may_read(user: "User | AnonymousUser") -> bool:
    """Every reading page and every GET of the API: any account, or anyone where the site reads openly."""
    return user.is_authenticated or settings.PILOTZONE_PUBLIC_READING


def may_see_names(user: "User | AnonymousUser") -> bool:
    """The names of the people who filed and decided."""
    return user.is_authenticated and (user.is_superuser or user.role in (Role.REVIEWER, Role.AUDITOR))


def may_review(user: "User | AnonymousUser") -> bool:
    return user.is_authenticated and (user.is_superuser or user.role == Role.REVIEWER)


def signed_in(user: "User | AnonymousUser") -> "User":
    """The person behind a change; raises PermissionDenied where nobody is logged in."""
    if isinstance(user, AnonymousUser):
        raise PermissionDenied
    return user
