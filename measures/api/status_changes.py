from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from measures.api.addresses import row_address
from measures.filters import STATUS_CHANGE_ORDERINGS, StatusChangeFilter, asked_plan
from measures.models import StatusChange
from web.api.endpoints import ListEndpoint
from web.api.fields import UPDATED, local_field, stored
from web.api.shapes import ADDRESS, meaning

REASON = gettext_lazy("Why it was changed")
STATUS_CHANGE = {
    "id": stored(StatusChange, "pk", gettext_lazy("Number of the row")),
    "measure": stored(StatusChange, "measure__code", gettext_lazy("Code of the measure")),
    "old_status": stored(
        StatusChange, "old_status", gettext_lazy("The status until then; null for the first of a measure")
    ),
    "status": stored(StatusChange, "status", gettext_lazy("The status from then on")),
    "effective_on": stored(StatusChange, "effective_on", gettext_lazy("The day on which it takes effect")),
    "recorded_at": stored(StatusChange, "recorded_at", gettext_lazy("The moment at which it was entered")),
    "supersedes": stored(StatusChange, "supersedes__pk", gettext_lazy("Id of the wrong row that this one corrects")),
    "superseded_by": stored(
        StatusChange,
        "superseded_by__pk",
        gettext_lazy("Id of the row that corrects this one, which then counts for no day"),
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
    kinds = ("measures", "plans", "accounts")

    def get_queryset(self) -> QuerySet[Any, Any]:
        plan = asked_plan(self.request._request)
        return StatusChange.objects.in_plan(plan).filter(effective_on__lte=self.day)
