"""The notices of measures and problems that are due soon, or overdue."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from measures.models import Measure
from notices.models import Notice, NoticeKind
from notices.rules import NOTICE_DAYS_BEFORE, due_notice, notice_of_due_day
from notices.services import Reporters, concerned_people, make_notices, put_due_notices, reporters_of
from problems.models import ProblemStep
from problems.workflow import ProblemState


def notify_of_due_dates(on: date) -> None:
    """Notifies those who look after a measure, else the reporters of its lead department, of what is due soon or
    overdue on the day, and the owners of problems. Again is no harm."""
    people = reporters_of()
    put_due_notices([*_of_due_measures(on, people), *_of_due_problems(on, people)])


def _of_due_measures(on: date, people: Reporters) -> Iterator[Notice]:
    latest = on + timedelta(days=max(NOTICE_DAYS_BEFORE))
    measures: Any = Measure.objects.in_scope(on).with_status(on).filter(due_on__lte=latest)
    for measure in measures.only("due_on", "lead_department", "owner", "deputy"):
        kind = due_notice(measure.due_on, status=measure.status, on=on)
        if kind:
            concerned = concerned_people(people, measure.lead_department_id, measure)
            yield from make_notices(concerned, kind, day=on, measure=measure)


def _of_due_problems(on: date, people: Reporters) -> Iterator[Notice]:
    latest = on + timedelta(days=max(NOTICE_DAYS_BEFORE))
    assigned = ProblemStep.objects.last_by(on).filter(state=ProblemState.ASSIGNED, due_on__lte=latest)
    kinds = {"due_soon": NoticeKind.PROBLEM_DUE, "overdue": NoticeKind.PROBLEM_LATE}
    for step in assigned.select_related("problem__measure"):
        kind = notice_of_due_day(step.due_on, on=on)
        if kind:
            concerned = concerned_people(people, step.owner_id, step.problem.measure)
            yield from make_notices(concerned, kinds[kind], day=on, step=step)
