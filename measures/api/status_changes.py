from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.rules import READERS
from core.statuses import MeasureStatus
from measures.api.addresses import row_address
from measures.filters import STATUS_CHANGE_ORDERINGS, StatusChangeFilter, asked_plan
from measures.models import StatusChange
from web.api.endpoints import ListEndpoint
from web.api.fields import UPDATED, column, local_field
from web.api.shapes import ADDRESS, DAY, MOMENT, WHOLE, choice, meaning, optional
from web.days import api_timestamp

REASON = gettext_lazy("Why it was changed")
STATUS_CHANGE = {
    "id": column("pk", meaning(gettext_lazy("Number of the row"), WHOLE)),
    "measure": column("measure__code", meaning(gettext_lazy("Code of the measure"))),
    "old_status": column(
        "old_status",
        optional(choice(MeasureStatus.choices, gettext_lazy("The status until then; null for the first of a measure"))),
    ),
    "status": column("status", choice(MeasureStatus.choices, gettext_lazy("The status from then on"))),
    "effective_on": column("effective_on", meaning(gettext_lazy("The day on which it takes effect"), DAY)),
    "recorded_at": column(
        "recorded_at", meaning(gettext_lazy("The moment at which it was entered"), MOMENT), convert=api_timestamp
    ),
    "supersedes": column(
        "supersedes_id", meaning(gettext_lazy("Id of the wrong row that this one corrects"), optional(WHOLE))
    ),
    "superseded_by": column(
        "superseded_by__pk",
        meaning(gettext_lazy("Id of the row that corrects this one, which then counts for no day"), optional(WHOLE)),
    ),
    "reason": local_field(REASON, "reason"),
    **UPDATED,
    "url": row_address(
        "api-measures",
        meaning(gettext_lazy("Address of the history of the measure in the API"), ADDRESS),
        key="measure__code",
        ending="history/",
    ),
}


class StatusChanges(ListEndpoint):
    permission = READERS
    component = "StatusChangeList"
    summary = gettext_lazy(
        "The status changes of a plan's measures effective by the day; those that a later row corrects are kept."
    )
    row_fields = STATUS_CHANGE
    filterset_class = StatusChangeFilter
    orderings = STATUS_CHANGE_ORDERINGS
    default_ordering = "-effective_on"
    takes_plan = True
    name = "status-changes"
    kinds = ("measures", "accounts")

    def get_queryset(self) -> QuerySet[Any, Any]:
        plan = asked_plan(self.request._request)
        return StatusChange.objects.in_plan(plan).filter(effective_on__lte=self.day)
