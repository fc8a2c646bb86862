"""The national code of an investment project (项目代码), as the approval platform gives one to each.

GB/T 40058-2021: 24 places, hyphens among them: four of time, six of the region, two of the central department that
guides, two of the kind of project, five at random, one to check. How that last one is made from the others is in no
source that we could read: the layout alone is checked, not it. Codes given before that standard begin with a year of
four digits, later ones with year and month; any four digits will do.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

NATIONAL_CODE_LENGTH = 24
# As both databases read it.
_SHAPE = r"^[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}$"


def clean_national_code(text: str) -> str:
    """One spelling of each: wide digits and hyphens become narrow ones, blanks around it go."""
    return unicodedata.normalize("NFKC", text).strip()


def validate_national_code(code: str) -> None:
    """Raises ValidationError for what is not laid out like one."""
    if not re.fullmatch(_SHAPE, code):
        words = _("Write it like %(example)s: 20 digits, with hyphens after the 4th, 10th, 12th and 14th.")
        raise ValidationError(words % {"example": "2105-370602-04-01-123456"}, code="invalid")


def national_code_bound(*, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(national_code="") | Q(national_code__regex=_SHAPE), name=name)
