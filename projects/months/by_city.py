"""The months of a year of each city: sums of what its projects have reported."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from core.periods import months_between
from projects.models import ProjectMonth
from projects.querysets import ProjectQuerySet
from reporting.workflow import ReportState


@dataclass
class CityMonth:
    """`invested_wan`: since 1 January by the end of the month, in 万元; of a project that has not reported the month,
    what its newest month before says. `reported`: how many projects have reported the month."""

    month: date
    invested_wan: int = 0
    reported: int = 0


def months_of_cities(projects: ProjectQuerySet, *, until: date) -> Mapping[int, list[CityMonth]]:
    """Return the months of the year of `until` up to it, by the id of each city of which a project has reported one.
    One query."""
    first = until.replace(month=1)
    rows = ProjectMonth.objects.filter(project__in=projects.order_by().values("pk"), state=ReportState.ACCEPTED)
    # Months that decide over the same span are added up by the database.
    groups = rows.filter(period__range=(first, until)).values_list("project__city", "period", "superseded_from")
    found: dict[int, list[CityMonth]] = defaultdict(lambda: [CityMonth(each) for each in months_between(first, until)])
    for city, period, superseded_from, invested_wan, count in groups.order_by().annotate(
        Sum("invested_wan"), Count("pk")
    ):
        for each in found[city]:
            if period <= each.month and (superseded_from is None or superseded_from > each.month):
                each.invested_wan += invested_wan
                each.reported += count if period == each.month else 0
    return found
