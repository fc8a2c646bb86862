"""Codes of measures and projects, as each plan writes its own: M001, 1.2.4, 一(三). They stand in addresses, in filters
that take several with commas, and in files."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext as _

MAX_CODE_LENGTH = 32
# Control characters, marks that turn the direction of writing, and spaces that nobody sees.
_UNSEEN = r"\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
# As both databases read it.
_SHAPE = rf"^[^ /,{_UNSEEN}]([^/,{_UNSEEN}]{{0,{MAX_CODE_LENGTH - 2}}}[^ /,{_UNSEEN}])?$"
_UNSEEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Addresses take these for folders.
_FOLDERS = (".", "..")


def clean_code(text: str) -> str:
    """One spelling of each code: wide letters and brackets become narrow ones, blanks around it go."""
    return unicodedata.normalize("NFKC", text).strip()


def validate_code(code: str) -> None:
    """Raises ValidationError for what is no code."""
    if clean_code(code) in _FOLDERS or any(
        each in "/," or unicodedata.category(each) in _UNSEEN_CATEGORIES for each in clean_code(code)
    ):
        raise ValidationError(
            _("A code is any text without “/”, commas and control characters, such as 1.2.4 or M001."), code="invalid"
        )


class CodeField(models.CharField):  # type: ignore[type-arg]  # it takes none at run time
    """Stored and looked for in the one spelling."""

    default_validators = [validate_code]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": MAX_CODE_LENGTH, **options})

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return clean_code(found) if isinstance(found, str) else found

    def get_prep_value(self, value: Any) -> Any:
        found = super().get_prep_value(value)
        # An address may hold the character that PostgreSQL refuses: with its replacement no code is found.
        return clean_code(found).replace("\x00", "\ufffd") if isinstance(found, str) else found


def code_bound(*, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(code__regex=_SHAPE) & ~Q(code__in=_FOLDERS), name=name)


def next_position(rows: models.QuerySet[Any]) -> int:
    """Return the position behind all rows of a plan."""
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1
