"""Status and light of measures on two days: for a measure's page, the page of changes and the API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.lights import Light, MeasureLight, Thresholds, light_of
from core.scope import PlanScope
from core.statuses import MeasureStatus
from measures.models import Measure
from web.limits import thresholds


@dataclass(frozen=True)
class MeasureThen:
    """A measure on an earlier day; without a light where it was out."""

    status: MeasureStatus
    light: Light | None
    scope: PlanScope


@dataclass(frozen=True)
class MeasureChange:
    """`status_then`, `light_then` and `scope_then` are None for a measure that was not listed on the earlier day; so is
    the light of one that was out. `since`: the first day of its present status."""

    measure: Measure
    status_then: MeasureStatus | None
    status: MeasureStatus
    light_then: Light | None
    light: Light | None
    since: date
    scope_then: PlanScope | None = PlanScope.IN_PLAN
    scope: PlanScope = PlanScope.IN_PLAN

    @property
    def is_new(self) -> bool:
        return self.status_then is None

    @property
    def has_left(self) -> bool:
        """Return whether the measure was suspended or withdrawn since the earlier day."""
        return self.scope != PlanScope.IN_PLAN and not self.is_new and self.scope != self.scope_then

    @property
    def has_returned(self) -> bool:
        return self.scope == PlanScope.IN_PLAN and not self.is_new and self.scope_then != PlanScope.IN_PLAN

    @property
    def was_in_plan(self) -> bool:
        """Return whether the measure was in the plan on both days, so that its statuses can be compared."""
        return self.scope == self.scope_then == PlanScope.IN_PLAN

    @property
    def has_moved(self) -> bool:
        return self.was_in_plan and self.status != self.status_then

    @property
    def fell_back(self) -> bool:
        return self.has_moved and self.status_then is not None and self.status.depth < self.status_then.depth

    @property
    def is_completed(self) -> bool:
        return self.has_moved and self.status == MeasureStatus.COMPLETED

    @property
    def has_changed(self) -> bool:
        """Return whether the measure had another status, was listed since, left or returned; as
        `MeasureQuerySet.changed` finds them."""
        is_listed = self.is_new and self.scope == PlanScope.IN_PLAN
        return self.has_moved or self.has_left or self.has_returned or is_listed

    @property
    def completed_on(self) -> date | None:
        return self.since if self.status == MeasureStatus.COMPLETED else None

    @property
    def is_same(self) -> bool:
        """Return whether status, light and scope are those of the earlier day, whatever they were in between."""
        then, now = (self.status_then, self.light_then, self.scope_then), (self.status, self.light, self.scope)
        return then == now

    @property
    def has_other_light(self) -> bool:
        """Return whether the measure was in the plan on both days, with another light."""
        return self.was_in_plan and self.light_then != self.light

    @property
    def rank(self) -> int:
        """Return the measure's place in a list: those that fell back come first, then the completed, the others, those
        that left, that returned, and the newly listed."""
        for place, is_so in enumerate((self.fell_back, self.is_completed, self.has_moved, self.has_left)):
            if is_so:
                return place
        return 5 if self.is_new else 4


# What a light follows from, as `light_of` names it.
LIGHT_COLUMNS = ("status", "due_on", "listed_on", "last_report_on", "reports_from")


def light_on(measure: Any, day: date) -> MeasureLight | None:
    """Return the light of a measure with its `scope`, `status` and `last_report_on` of the day; None for one that is
    out."""
    if measure.scope != PlanScope.IN_PLAN:
        return None
    return light_of(**{name: getattr(measure, name) for name in LIGHT_COLUMNS}, on=day, limits=thresholds())


def reason_on(measure: Any, day: date) -> str:
    """Why it has that light; empty for a measure that is out."""
    light = light_on(measure, day)
    return str(light.reason) if light else ""


def measures_then(ids: Sequence[int], day: date, *, limits: Thresholds) -> dict[int, MeasureThen]:
    """Measures on an earlier day, by their id, without those that were not listed by then. One query."""
    then: Any = Measure.objects.filter(pk__in=ids).with_all_of(day, limits=limits)
    rows = then.order_by().values_list("pk", "status", "light", "scope") if ids else []
    return {
        pk: MeasureThen(MeasureStatus(status), light and Light(light), PlanScope(scope))
        for pk, status, light, scope in rows
    }


def measure_changes(measures: Iterable[Any], day: date, *, limits: Thresholds) -> list[MeasureChange]:
    """Return the changes of measures with `status`, `status_since`, `light` and `scope` of the later day, in the order
    given; `day` is the earlier one. One query, however many measures."""
    measures = list(measures)
    before = measures_then([each.pk for each in measures], day, limits=limits)
    changes = []
    for each in measures:
        then = before.get(each.pk)
        changes.append(
            MeasureChange(
                measure=each,
                status_then=then.status if then else None,
                status=MeasureStatus(each.status),
                light_then=then.light if then else None,
                light=Light(each.light) if each.light else None,
                since=each.status_since,
                scope_then=then.scope if then else None,
                scope=PlanScope(each.scope),
            )
        )
    return changes
