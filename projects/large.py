"""Large projects that have not started."""

from django.db.models import Q

from projects.models import Stage
from projects.querysets import ProjectQuerySet
from projects.rules import LARGE_YI
from web.formats.money import WAN_PER_YI

# As the filters of lists name them.
LARGE_PREPARING = {"stage": Stage.PREPARING.value, "investment_from": LARGE_YI}


def large_preparing(projects: ProjectQuerySet) -> ProjectQuerySet:
    """Of rows that have their `stage`."""
    return projects.filter(Q(stage=Stage.PREPARING), investment_wan__gte=LARGE_YI * WAN_PER_YI)
