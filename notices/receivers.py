"""The receivers that tell people of what is done elsewhere. A receiver runs in the transaction of what was done."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.template.loader import render_to_string

from accounts.models import AccountChange, Role, User
from accounts.permissions import people_who_see_logs
from core.signals import account_changed, action, log_alarm
from indicators.models import ValueReport
from measures.models import Measure, Report
from notices.models import NoticeKind
from notices.services import concerned_people, notify_departments, put_notices, reporters_of, unread_count
from problems.models import ProblemStep
from problems.rules import WaitingFor, waiting_for
from projects.models import ProjectMonth
from web.cache.pages import add_own_place

# By the name of the move of a report.
DECISIONS = {
    "accept": NoticeKind.ACCEPTED,
    "return": NoticeKind.RETURNED,
    "undo_acceptance": NoticeKind.UNDONE,
}


@receiver(action, sender=Report)
def notify_of_report(sender: Any, target: Report, verb: str, **kwargs: Any) -> None:
    if verb in DECISIONS:
        notify_departments([target.readers_department_id], DECISIONS[verb], measure=target.measure, report=target)


@receiver(action, sender=ValueReport)
def notify_of_value(sender: Any, target: ValueReport, verb: str, **kwargs: Any) -> None:
    if verb in DECISIONS:
        notify_departments([target.department.successor.pk], DECISIONS[verb], value_report=target)


@receiver(action, sender=ProjectMonth)
def notify_of_month(sender: Any, target: ProjectMonth, verb: str, by: User, **kwargs: Any) -> None:
    """Tells those who submitted it of what the office decides, and the other side that it was withdrawn."""
    sides = {"department": target.project.lead_department_id, "city": target.project.city_id}
    own = target.filing_unit or sides
    if verb in DECISIONS:
        put_notices(_reporters(**own), DECISIONS[verb], month=target)
    elif verb == "withdraw":
        others = {name: pk for name, pk in sides.items() if name not in own or own == sides}
        put_notices(_reporters(**others).exclude(pk=by.pk), NoticeKind.TAKEN_BACK, month=target)


def _reporters(*, department: int | None = None, city: int | None = None) -> QuerySet[User]:
    """Returns the reporters of the department or of the city, by their ids."""
    of_either = Q(department=department, department__isnull=False) | Q(city=city, city__isnull=False)
    return User.objects.filter(of_either, role=Role.REPORTER, is_active=True)


@receiver(action, sender=Measure)
def notify_of_measure(
    sender: Any, target: Measure, verb: str, by: User, department: int | None = None, **kwargs: Any
) -> None:
    """Tells the lead and the participating departments, or the one."""
    departments = [department] if department is not None else [target.lead_department_id, *_participating(target)]
    notify_departments(departments, NoticeKind(verb), by=by, measure=target)


def _participating(measure: Measure) -> Iterable[int]:
    return measure.participating_departments.values_list("pk", flat=True)


@receiver(action, sender=ProblemStep)
def notify_of_problem(sender: Any, target: ProblemStep, by: User, **kwargs: Any) -> None:
    """Tells whoever raised it, solves it or was to solve it until then, helps or leads what it is about, and the people
    of a project's city; the office where it acts next, and of replies."""
    problem, before = target.problem, _step_before(target)
    named = {target.owner, before and before.owner, problem.lead_department, problem.raised_by, *problem.helpers.all()}
    departments = {each.successor.pk for each in named if each is not None}
    people = reporters_of(departments)
    concerned = [user for each in departments for user in concerned_people(people, each, problem.measure)]
    if problem.project is not None:
        cities = {problem.project.city_id, problem.raised_by_city_id} - {None}
        concerned += User.objects.filter(role=Role.REPORTER, is_active=True, city__in=cities)
    waits = waiting_for(target.state, is_escalated=target.is_escalated) == WaitingFor.OFFICE
    if waits or target.move == "reply":
        concerned += User.objects.filter(role=Role.REVIEWER, is_active=True)
    put_notices([user for user in concerned if user != by], NoticeKind.PROBLEM, step=target)


def _step_before(step: ProblemStep) -> ProblemStep | None:
    before: ProblemStep | None = step.problem.steps.exclude(pk=step.pk).order_by("made_on", "pk").last()
    return before


@receiver(account_changed)
def notify_of_account(sender: Any, person: User, change: AccountChange, **kwargs: Any) -> None:
    put_notices([person], NoticeKind(change.value))


@receiver(log_alarm)
def notify_of_log(sender: Any, **kwargs: Any) -> None:
    put_notices(people_who_see_logs(), NoticeKind.LOG_ALARM)


def _unread(user: User) -> str:
    return render_to_string("notices/_unread.html", {"unread_notices": unread_count(user)})


add_own_place("unread", re.compile(rb"(<span data-own-unread>).*?(?=</span>)", re.DOTALL), _unread)
