"""The notices to the department that owns an indicator of a value that is due soon, or overdue."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from operator import attrgetter

from django.db.models import F

from indicators.dues import owed_periods, rhythm_of
from indicators.models import Indicator, ValueReport
from indicators.values.workspace import latest_values
from measures.models import Plan
from notices.models import Notice
from notices.rules import notices_of_due
from notices.services import make_notices, put_due_notices, reporters_of
from reporting.workflow import ReportState


def notify_of_due_values(on: date) -> None:
    """Notifies the reporters of each department that owns an indicator of the values of the current plan's region that
    it owes and that are due soon or overdue on the day. Again is no harm."""
    plan = Plan.objects.select_related("region").current()
    if plan is not None and plan.region is not None:
        put_due_notices(list(_of_due_values(plan, on)))


def _of_due_values(plan: Plan, on: date) -> Iterator[Notice]:
    indicators = list(Indicator.objects.exclude(owner=None).exclude(frequency="").order_by("code"))
    latest = latest_values(indicators, plan.region, on=on)
    waiting, people = _waiting(plan), reporters_of({each.owner_id for each in indicators if each.owner_id is not None})
    for indicator in indicators:
        known = latest.get(indicator.pk)
        owed = owed_periods(rhythm_of(indicator), known_until=known.period_end if known else None, on=on)
        outstanding = [each for each in owed if each.period.code not in waiting[indicator.pk]]
        for kind, due in notices_of_due(outstanding, attrgetter("due_on"), on=on):
            about = {"indicator": indicator, "plan": plan, "value_period": due.period.code, "due_on": due.due_on}
            yield from make_notices(people.get(indicator.owner_id, []), kind, day=on, **about)


def _waiting(plan: Plan) -> defaultdict[int, set[str]]:
    """Returns, by indicator, the codes of periods whose value its owner has filed: it waits for its review."""
    filed = ValueReport.objects.filter(
        state=ReportState.SUBMITTED, region=plan.region, department=F("indicator__owner")
    ).order_by()
    found: defaultdict[int, set[str]] = defaultdict(set)
    for indicator, period in filed.values_list("indicator", "period"):
        found[indicator].add(period)
    return found
