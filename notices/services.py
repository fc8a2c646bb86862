"""Notices: who is told, and what people do in their inbox."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import Role, User
from core.clock import now, today
from measures.models import Measure
from notices.models import Notice, NoticeKind
from notices.wording import notice_url


def notify_departments(departments: Collection[int], kind: NoticeKind, *, by: User | None = None, **about: Any) -> int:
    """Puts a notice in the inbox of those in the departments (their ids) whom it concerns, but for `by`, who knows it.
    `about`: the columns of the notice. Returns how many people were notified."""
    people, report = reporters_of(departments), about.get("report")
    concerned = [
        user
        for department in departments
        for user in concerned_people(people, department, about.get("measure"), writer=report and report.submitted_by_id)
        if user != by
    ]
    return put_notices(concerned, kind, **about)


def put_notices(people: Iterable[User], kind: NoticeKind, **about: Any) -> int:
    return len(Notice.objects.bulk_create(make_notices(people, kind, day=today(), **about)))


def make_notices(people: Iterable[User], kind: str, *, day: date, **about: Any) -> list[Notice]:
    """Return the notices of a day to each of the people, which nothing has saved yet."""
    return [Notice(user=user, kind=kind, day=day, created_at=now(), **about) for user in people]


# By the id of their department, or of their city.
type Reporters = dict[int | None, list[User]]


def reporters_of(departments: Collection[int] | None = None) -> Reporters:
    """Returns the reporters of these departments, else of all, by department."""
    found = User.objects.filter(role=Role.REPORTER, is_active=True)
    people: Reporters = {}
    for user in found if departments is None else found.filter(department__in=departments):
        people.setdefault(user.department_id, []).append(user)
    return people


def city_reporters() -> Reporters:
    """Returns the reporters of all cities, by city."""
    people: Reporters = {}
    for user in User.objects.filter(role=Role.REPORTER, is_active=True, city__isnull=False):
        people.setdefault(user.city_id, []).append(user)
    return people


def concerned_people(
    people: Reporters, department: int, measure: Measure | None, writer: int | None = None
) -> list[User]:
    """Returns the people of a department for a measure: who looks after it, if the department leads it and named
    anybody, and who wrote the report that the notice is about (`writer`, an id); else all its reporters."""
    reporters = people.get(department, [])
    if measure is None or measure.lead_department_id != department:
        return reporters
    keepers = [user for user in reporters if measure.is_kept_by(user)]
    return [user for user in reporters if user in keepers or user.pk == writer] if keepers else reporters


def notify_of_measures(kind: NoticeKind, news: Collection[tuple[int, Measure]], *, by: User) -> None:
    """Notify those concerned of many measures at once. `news`: each measure with the id of the department that is
    told."""
    people = reporters_of({each[0] for each in news})
    moment, day = now(), today()
    Notice.objects.bulk_create(
        Notice(user=user, kind=kind, measure=measure, day=day, created_at=moment)
        for department, measure in news
        for user in concerned_people(people, department, measure)
        if user != by
    )


def put_due_notices(notices: Iterable[Notice]) -> None:
    """Puts those of due days in the inboxes, each once a day: all or, after a crash, none."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def notices_for(user: User) -> QuerySet[Notice]:
    return with_subjects(user.notices.all())


def with_subjects(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Selects with the notices what `notice_sentence` needs."""
    return notices.select_related(
        *("measure__lead_department", "report"),
        *("step__problem__measure", "step__problem__project", "step__problem__plan"),
        *("value_report__indicator", "value_report__region", "indicator"),
        *("month__project__plan", "month__filing_department", "month__filing_city"),
    ).prefetch_related("plan__region")


def read_notice(notice: Notice) -> str:
    """Marks a notice as read; gives the address of what it speaks of."""
    if notice.read_at is None:
        notice.read_at = now()
        notice.save(update_fields=["read_at"])
    return notice_url(notice)


def read_all(user: User) -> int:
    return user.notices.filter(read_at=None).update(read_at=now())


def unread_count(user: User) -> int:
    """Reviewers get notices of problems, auditors of the log, everybody of their account."""
    return user.notices.filter(read_at=None).count()
