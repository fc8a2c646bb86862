"""Classes of projects by their total investment, the same of all plans."""

from django.db.models import Case, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from web.formats.money import WAN_PER_YI


class ProjectSize(TextChoices):
    """The value is the least amount of the class in 亿元."""

    FROM_100 = "100", _("10 billion yuan or more")
    FROM_10 = "10", _("1 to 10 billion yuan")
    FROM_1 = "1", _("100 million to 1 billion yuan")
    SMALL = "0", _("Less than 100 million yuan")

    @property
    def least_wan(self) -> int:
        return int(self.value) * WAN_PER_YI


def project_size() -> Case:
    """The class of the rows of a query."""
    return Case(*(When(investment_wan__gte=each.least_wan, then=Value(each.value)) for each in ProjectSize))
