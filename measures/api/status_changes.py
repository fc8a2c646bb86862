from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy

from core.statuses import MeasureStatus
from measures.filters import STATUS_CHANGE_ORDERINGS, StatusChangeFilter, asked_plan
from measures.models import StatusChange
from web.api.endpoints import ListEndpoint, Row, local_text
from web.api.schema import ADDRESS, DAY, MOMENT, UPDATED_AT, WHOLE, Shape, choice, meaning, optional, translated
from web.days import written_moment

REASON = gettext_lazy("Why it was changed")
STATUS_CHANGE: dict[str, Shape] = {
    "id": meaning(gettext_lazy("Number of the row"), WHOLE),
    "measure": meaning(gettext_lazy("Code of the measure")),
    "old_status": optional(
        choice(MeasureStatus.choices, gettext_lazy("The status until then; null for the first of a measure"))
    ),
    "status": choice(MeasureStatus.choices, gettext_lazy("The status from then on")),
    "effective_on": meaning(gettext_lazy("The day on which it takes effect"), DAY),
    "recorded_at": meaning(gettext_lazy("The moment at which it was entered"), MOMENT),
    "supersedes": meaning(gettext_lazy("Id of the wrong row that this one corrects"), optional(WHOLE)),
    "superseded_by": meaning(
        gettext_lazy("Id of the row that corrects this one, which then counts for no day"), optional(WHOLE)
    ),
    "reason": translated(REASON),
    "updated_at": UPDATED_AT,
    "url": meaning(gettext_lazy("Address of the history of the measure in the API"), ADDRESS),
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
        "updated_at",
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
            "recorded_at": written_moment(each["recorded_at"]),
            "supersedes": each["supersedes_id"],
            "superseded_by": each["replaced_by"],
            "reason": reason(each),
            "updated_at": written_moment(each["updated_at"]),
            "url": f"{measures}{each['measure__code']}/history/",
        }


class StatusChanges(ListEndpoint):
    component = "StatusChangeList"
    summary = gettext_lazy(
        "The status changes of a plan's measures effective by the day; those that a later row corrects are kept."
    )
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
