from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet

from measures.filters import STATUS_CHANGE_ORDERINGS, StatusChangeFilter, asked_plan
from measures.models import StatusChange
from reporting.clock import SHANGHAI
from reporting.statuses import MeasureStatus
from web.api import ListEndpoint, Row, local_text
from web.schema import ADDRESS, DAY, MOMENT, TEXT, WHOLE, Shape, one_of, optional

STATUS = one_of(MeasureStatus.values)
STATUS_CHANGE: dict[str, Shape] = {
    "id": WHOLE,
    "measure": TEXT,
    "old_status": optional({**STATUS, "enum": [*STATUS["enum"], None]}),
    "status": STATUS,
    "effective_on": DAY,
    "recorded_at": MOMENT,
    "supersedes": optional(WHOLE),
    "superseded_by": optional(WHOLE),
    "reason": TEXT,
    "url": ADDRESS,
}


def change_values(changes: QuerySet, *more: str) -> QuerySet:
    return changes.annotate(replaced_by=F("superseded_by__pk")).values(
        "pk",
        "measure__code",
        "old_status",
        "status",
        "effective_on",
        "recorded_at",
        "supersedes_id",
        "replaced_by",
        "reason_zh",
        "reason_en",
        *more,
    )


def change_rows(changes: Sequence[Mapping[str, Any]], measures: str) -> Iterable[Row]:
    """Rows of `change_values`; `measures` is the address of the list of measures."""
    reason = local_text("reason")
    for each in changes:
        yield {
            "id": each["pk"],
            "measure": each["measure__code"],
            "old_status": each["old_status"],
            "status": each["status"],
            "effective_on": each["effective_on"],
            "recorded_at": each["recorded_at"].astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "supersedes": each["supersedes_id"],
            "superseded_by": each["replaced_by"],
            "reason": reason(each),
            "url": f"{measures}{each['measure__code']}/history/",
        }


class StatusChanges(ListEndpoint):
    """The status changes of a plan's measures effective by the day; those that a later row corrects are kept."""

    component = "StatusChangeList"
    columns = STATUS_CHANGE
    filterset_class = StatusChangeFilter
    orderings = STATUS_CHANGE_ORDERINGS
    default_ordering = "-effective_on"
    takes_plan = True
    name = "status-changes"

    def get_queryset(self) -> QuerySet:
        plan = asked_plan(self.request._request)
        return change_values(StatusChange.objects.filter(measure__section__plan=plan, effective_on__lte=self.day))

    def make_rows(self, objects: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
        return change_rows(objects, self.address("api-measures"))
