"""Status and light of measures on two days: for a measure's page, the page of changes and the API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.lights import Light, Thresholds
from core.statuses import MeasureStatus
from measures.models import Measure


@dataclass(frozen=True)
class MeasureChange:
    """`status_then` and `light_then` are None for a measure that was not listed on the earlier day. `since`: the first
    day of its present status."""

    measure: Measure
    status_then: MeasureStatus | None
    status: MeasureStatus
    light_then: Light | None
    light: Light
    since: date

    @property
    def is_new(self) -> bool:
        return self.status_then is None

    @property
    def fell_back(self) -> bool:
        return self.status_then is not None and self.status.depth < self.status_then.depth

    @property
    def is_completed(self) -> bool:
        return self.status_then is not None and self.status == MeasureStatus.COMPLETED

    @property
    def is_same(self) -> bool:
        """Whether status and light are those of the earlier day, whatever they were in between."""
        return (self.status_then, self.light_then) == (self.status, self.light)

    @property
    def rank(self) -> int:
        """Its place in a list: those that fell back come first, then the completed, the others, the newly listed."""
        return 0 if self.fell_back else 3 if self.is_new else 1 if self.is_completed else 2


def status_and_light(ids: Sequence[int], day: date, *, limits: Thresholds) -> dict[int, tuple[MeasureStatus, Light]]:
    """Of measures on an earlier day, by their id, without those that were not listed by then. One query."""
    then: Any = Measure.objects.filter(pk__in=ids).as_of(day, limits=limits)
    rows = then.order_by().values_list("pk", "status", "light") if ids else []
    return {pk: (MeasureStatus(status), Light(light)) for pk, status, light in rows}


def measure_changes(measures: Iterable[Any], day: date, *, limits: Thresholds) -> list[MeasureChange]:
    """Of measures with `status`, `status_since` and `light` of the later day, in the order given; `day` is the earlier
    one. One query, however many measures."""
    measures = list(measures)
    before = status_and_light([each.pk for each in measures], day, limits=limits)
    changes = []
    for each in measures:
        status, light = before.get(each.pk, (None, None))
        changes.append(
            MeasureChange(
                measure=each,
                status_then=status,
                status=MeasureStatus(each.status),
                light_then=light,
                light=Light(each.light),
                since=each.status_since,
            )
        )
    return changes
