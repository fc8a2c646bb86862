"""The bounds of amounts, days and texts: wide enough for all that is real, and narrow enough that nothing breaks.

Columns, forms, services and the loading of files take them from here. The bounds of what a person writes in a report
or as a reason are in `core.texts`.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractYear, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exceptions import NotAllowed

# Of one project, in 万元: 10 trillion yuan. Nine billion such rows fit into the sum of a cell.
MAX_INVESTMENT_WAN = 1_000_000_000
# Of plans, measures, projects, reports, targets.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
# Of what an indicator was: its series go further back.
FIRST_OBSERVED_DAY = date(1900, 1, 1)
# A plan lies in so many calendar years at most: its pages have a column or a mark for each month.
MAX_PLAN_YEARS = 20
# In characters: the description of a measure.
MAX_DESCRIPTION_LENGTH = 10_000


def is_within(day: date, first: date = FIRST_DAY, last: date = LAST_DAY) -> bool:
    return first <= day <= last


@deconstructible
class DayWithin:
    """A validator of a day."""

    def __init__(self, first: date = FIRST_DAY, last: date = LAST_DAY) -> None:
        self.first, self.last = first, last

    def __call__(self, day: date) -> None:
        if not is_within(day, self.first, self.last):
            words = {"first": self.first, "last": self.last}
            raise ValidationError(_("A day from %(first)s to %(last)s is wanted.") % words, code="out_of_bounds")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DayWithin) and (self.first, self.last) == (other.first, other.last)

    def __hash__(self) -> int:
        return hash((self.first, self.last))


within_days = DayWithin()
within_observed_days = DayWithin(FIRST_OBSERVED_DAY)
within_investment = MaxValueValidator(
    MAX_INVESTMENT_WAN, gettext_lazy("At most %(limit_value)s (in 万元): that is 10 trillion yuan.")
)


def check_columns(row: models.Model, *names: str) -> None:
    """Raises NotAllowed for the first of these columns that is out of its bounds, in the words of its validators."""
    for name in names:
        column: Any = row._meta.get_field(name)
        try:
            column.run_validators(getattr(row, name))
        except ValidationError as error:
            raise NotAllowed(error.messages[0], field=name) from error


def check_plan_years(starts_on: date, ends_on: date) -> None:
    """Raises ValidationError for a plan of more than MAX_PLAN_YEARS calendar years."""
    if ends_on.year - starts_on.year >= MAX_PLAN_YEARS:
        raise ValidationError(
            {"ends_on": _("A plan runs over at most %(count)s calendar years.") % {"count": MAX_PLAN_YEARS}}
        )


def days_bound(*columns: str, name: str, first: date = FIRST_DAY) -> models.CheckConstraint:
    """Empty days are within bounds, too."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__range": (first, LAST_DAY)}) | Q(**{f"{column}__isnull": True})
    return models.CheckConstraint(condition=condition, name=name)


def texts_bound(*columns: str, most: int, name: str) -> models.CheckConstraint:
    condition = Q()
    for column in columns:
        condition &= Q(LessThanOrEqual(Length(column), most))
    return models.CheckConstraint(condition=condition, name=name)


def plan_years_bound(*, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(ends_on__year__lt=ExtractYear("starts_on") + MAX_PLAN_YEARS),
        name=name,
    )
