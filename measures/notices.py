"""Notices: what people are notified of, and the inbox.

Apps above this one have rows that notices are about, too: what these say is written here, whom and when they are for
is decided there.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AccountChange, Department, Role, User
from accounts.permissions import check_reviewer, people_who_see_logs
from core.clock import now, today
from core.exceptions import NotAllowed
from core.period_codes import read_period
from core.signals import account_changed, log_alarm
from measures.addresses import report_url
from measures.models import Measure, Notice, NoticeKind, Plan, ProblemStep, Report
from measures.problem_rows import overdue_by_department
from measures.reporting_months import ReportsOwed, late_months, month_of_department, reports_owed
from measures.rules import NOTICE_DAYS_BEFORE, due_notice, notice_of_due_day
from reporting.models import AbstractFiling
from reporting.problems.workflow import ProblemState
from web.cache.pages import add_own_place
from web.formats.dates import format_day, format_month
from web.formats.numbers import format_number
from web.formats.periods import format_period
from web.formats.text import excerpt, format_list
from web.html.links import query_of
from web.language import is_chinese, localized

CODES_NAMED = 10  # in a reminder
EXCERPT = 40  # characters of a problem


def notify_of_due_dates(on: date) -> None:
    """Notifies those who look after a measure, else the reporters of its lead department, of what is due soon or
    overdue on the day, and the owners of problems. Again is no harm."""
    people = reporters_of()
    put_due_notices([*_of_due_measures(on, people), *_of_due_problems(on, people)])


def put_due_notices(notices: Iterable[Notice]) -> None:
    """Puts those of due days in the inboxes, each once a day: all or, after a crash, none."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _of_due_measures(on: date, people: "Reporters") -> Iterator[Notice]:
    latest = on + timedelta(days=max(NOTICE_DAYS_BEFORE))
    measures: Any = Measure.objects.in_scope(on).with_status(on).filter(due_on__lte=latest)
    for measure in measures.only("due_on", "lead_department", "owner", "deputy"):
        kind = due_notice(measure.due_on, status=measure.status, on=on)
        if kind:
            for user in _concerned(people, measure.lead_department_id, measure):
                yield Notice(user=user, kind=kind, measure=measure, day=on, created_at=now())


def _of_due_problems(on: date, people: "Reporters") -> Iterator[Notice]:
    latest = on + timedelta(days=max(NOTICE_DAYS_BEFORE))
    assigned = ProblemStep.objects.last_by(on).filter(state=ProblemState.ASSIGNED, due_on__lte=latest)
    kinds = {"due_soon": NoticeKind.PROBLEM_DUE, "overdue": NoticeKind.PROBLEM_LATE}
    for step in assigned.select_related("problem__measure"):
        kind = notice_of_due_day(step.due_on, on=on)
        if kind:
            for user in _concerned(people, step.owner_id, step.problem.measure):
                yield Notice(user=user, kind=kinds[kind], step=step, day=on, created_at=now())


# Of what needs no more words than the measure.
SENTENCES: dict[str, str | Promise] = {
    NoticeKind.RETURNED: gettext_lazy("The report for %(month)s on %(measure)s was returned."),
    NoticeKind.ACCEPTED: gettext_lazy("The report for %(month)s on %(measure)s was accepted."),
    NoticeKind.REMINDER: gettext_lazy("The office reminds your department of its reports for %(month)s."),
    NoticeKind.LEAD_GIVEN: gettext_lazy("Your department now leads %(measure)s."),
    NoticeKind.LEAD_TAKEN: gettext_lazy("%(measure)s is now led by another department: %(lead)s."),
    NoticeKind.CORRECTED: gettext_lazy("The office corrected a status of %(measure)s."),
    NoticeKind.REOPENED: gettext_lazy("The office reopened %(measure)s: it is no longer completed."),
    NoticeKind.UNDONE: gettext_lazy(
        "The acceptance of the report for %(month)s on %(measure)s was undone; it waits for its review again."
    ),
    NoticeKind.SUSPENDED: gettext_lazy("The office suspended %(measure)s: no reports are due until it is resumed."),
    NoticeKind.RESUMED: gettext_lazy("The office resumed %(measure)s: monthly reports are due again."),
    NoticeKind.WITHDRAWN: gettext_lazy("The office withdrew %(measure)s from the plan: no more reports are due."),
    NoticeKind.PROBLEM: gettext_lazy("Problem %(problem)s: %(step)s."),
    NoticeKind.PROBLEM_DUE: gettext_lazy("Problem %(problem)s is to be solved by %(day)s."),
    NoticeKind.PROBLEM_LATE: gettext_lazy("Problem %(problem)s was to be solved by %(day)s and is not solved yet."),
    NoticeKind.COMMENT: gettext_lazy("There is a new comment on %(measure)s."),
    NoticeKind.LOG_ALARM: gettext_lazy("The check of the night found that the log is not as it was sealed."),
}
SENTENCES_WITH_DAY: dict[str, str | Promise] = {
    NoticeKind.DUE_SOON: gettext_lazy("%(measure)s is due on %(day)s."),
    NoticeKind.OVERDUE: gettext_lazy("%(measure)s was due on %(day)s and was not completed in time."),
    NoticeKind.DUE_MOVED: gettext_lazy("The due date of %(measure)s was changed; it is now %(day)s."),
}
# Of a filed value, and of one that is due.
SENTENCES_OF_VALUES: dict[str, str | Promise] = {
    NoticeKind.RETURNED: gettext_lazy("The value of %(indicator)s for %(value_period)s (%(region)s) was returned."),
    NoticeKind.ACCEPTED: gettext_lazy("The value of %(indicator)s for %(value_period)s (%(region)s) was accepted."),
    NoticeKind.UNDONE: gettext_lazy(
        "The acceptance of the value of %(indicator)s for %(value_period)s (%(region)s) was undone; it waits for its "
        "review again."
    ),
    NoticeKind.DUE_SOON: gettext_lazy(
        "The value of %(indicator)s for %(value_period)s (%(region)s) is due on %(day)s."
    ),
    NoticeKind.OVERDUE: gettext_lazy(
        "The value of %(indicator)s for %(value_period)s (%(region)s) was due on %(day)s and is not submitted yet."
    ),
}


def notify_concerned(measure: Measure, kind: NoticeKind, *, by: User) -> int:
    """Tells the lead and the participating departments of what somebody else did with the measure."""
    joined = measure.participating_departments.values_list("pk", flat=True)
    return _notify([measure.lead_department_id, *joined], kind, by=by, measure=measure)


def notify_of_problem(step: ProblemStep, *, departments: Collection[int], tells_office: bool, by: User) -> int:
    """Tells the people of these departments and of a project's city, and where it is theirs to act the reviewers, of a
    step of a problem."""
    problem, people = step.problem, reporters_of(departments)
    concerned = [user for each in departments for user in _concerned(people, each, problem.measure)]
    if problem.project is not None:
        cities = {problem.project.city_id, problem.raised_by_city_id} - {None}
        concerned += User.objects.filter(role=Role.REPORTER, is_active=True, city__in=cities)
    if tells_office:
        concerned += User.objects.filter(role=Role.REVIEWER, is_active=True)
    return _put([user for user in concerned if user != by], NoticeKind.PROBLEM, step=step)


def notify_department(
    department_id: int,
    kind: NoticeKind,
    *,
    measure: Measure | None = None,
    report: Report | None = None,
    value_report: Any = None,
    plan: Plan | None = None,
    period: date | None = None,
    by: User | None = None,
) -> int:
    """Puts a notice in the inbox of those in a department whom it concerns; returns how many people were notified."""
    about = {"measure": report.measure if report else measure, "report": report, "value_report": value_report}
    return _notify([department_id], kind, by=by, plan=plan, period=period, **about)


def _notify(departments: Collection[int], kind: NoticeKind, *, by: User | None, **about: Any) -> int:
    """`by` knows it."""
    people, report = reporters_of(departments), about.get("report")
    concerned = [
        user
        for department in departments
        for user in _concerned(people, department, about.get("measure"), writer=report and report.submitted_by_id)
        if user != by
    ]
    return _put(concerned, kind, **about)


def notify_of_account(sender: Any, person: User, change: AccountChange, **kwargs: Any) -> None:
    """Receiver of `account_changed`."""
    _put([person], NoticeKind(change.value))


def notify_of_log(sender: Any, **kwargs: Any) -> None:
    """Receiver of `log_alarm`."""
    _put(people_who_see_logs(), NoticeKind.LOG_ALARM)


def _unread(user: User) -> str:
    return render_to_string("measures/_unread.html", {"unread_notices": unread_count(user)})


def connect() -> None:
    add_own_place("unread", re.compile(rb"(<span data-own-unread>).*?(?=</span>)", re.DOTALL), _unread)
    account_changed.connect(notify_of_account, dispatch_uid="measures.notices")
    log_alarm.connect(notify_of_log, dispatch_uid="measures.notices")


def _put(people: Iterable[User], kind: NoticeKind, **about: Any) -> int:
    notices = [Notice(user=user, kind=kind, day=today(), created_at=now(), **about) for user in people]
    return len(Notice.objects.bulk_create(notices))


# By the id of their department.
type Reporters = dict[int | None, list[User]]


def reporters_of(departments: Collection[int] | None = None) -> Reporters:
    """Of these departments, else of all."""
    found = User.objects.filter(role=Role.REPORTER, is_active=True)
    people: Reporters = {}
    for user in found if departments is None else found.filter(department__in=departments):
        people.setdefault(user.department_id, []).append(user)
    return people


def _concerned(people: Reporters, department: int, measure: Measure | None, writer: int | None = None) -> list[User]:
    """Whom a department has for a measure: who looks after it, if the department leads it and named anybody, and who
    wrote the report that it is about (`writer`, an id); else all its reporters."""
    reporters = people.get(department, [])
    if measure is None or measure.lead_department_id != department:
        return reporters
    keepers = [user for user in reporters if measure.is_kept_by(user)]
    return [user for user in reporters if user in keepers or user.pk == writer] if keepers else reporters


def notify_departments(kind: NoticeKind, news: Collection[tuple[int, Measure]], *, by: User) -> None:
    """The same of many measures at once, each with the id of the department that is told."""
    people = reporters_of({each[0] for each in news})
    moment, day = now(), today()
    Notice.objects.bulk_create(
        Notice(user=user, kind=kind, measure=measure, day=day, created_at=moment)
        for department, measure in news
        for user in _concerned(people, department, measure)
        if user != by
    )


@transaction.atomic
def remind_department(department: Department, *, by: User, plan: Plan, period: date) -> int:
    """Reminds a department of its reports for the month, and of each earlier month that it still owes: who looks after
    a measure that is outstanding, and all reporters where nobody does. Returns how many people were notified."""
    check_reviewer(by)
    # Two reviewers who press at once: the second sees that the first has.
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    if month_of_department(department.pk, plan=plan, month=period, by=today()).is_reported:
        raise NotAllowed(_("This department has reported the month."))
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, plan=plan, day=today(), user__department=department)
    reminded = set(reminders.values_list("period", flat=True))
    if period in reminded:
        raise NotAllowed(_("This department has been reminded today."))
    owed = reports_owed(plan, by=today())
    late = [each.month for each in late_months(plan, day=today(), owed=owed) if department.pk in each.departments]
    reporters = reporters_of([department.pk]).get(department.pk, [])
    keepers = _present_keepers(plan, department, reporters)
    notified: set[User] = set()
    # The newest notice stands first in the inbox: the oldest month is said last.
    for month in sorted({period, *(each for each in late if each < period)} - reminded, reverse=True):
        codes = _outstanding(owed, month, department.pk)
        people = [user for user in reporters if _own_codes(codes, keepers, user)]
        _put(people, NoticeKind.REMINDER, plan=plan, period=month)
        notified.update(people)
    return len(notified)


def _present_keepers(plan: Plan, department: Department, reporters: Iterable[User]) -> dict[str, set[int]]:
    """By code, who looks after the measures that the department leads; without those of whom none reports for it."""
    present = {user.pk for user in reporters}
    named = Measure.objects.in_plan(plan).led_by(department).keepers()
    return {code: keys for code, keys in named.items() if keys & present}


def _outstanding(owed: ReportsOwed, month: date, department: int | None) -> list[str]:
    """The codes of the measures whose reports for the month the department has not filed."""
    return [code for code, (lead, filed) in owed.get(month, {}).items() if lead == department and filed is None]


def _own_codes(codes: Iterable[str], keepers: Mapping[str, set[int]], user: User) -> list[str]:
    """Those of the measures that the person looks after, or nobody. `keepers`: as `MeasureQuerySet.keepers` finds."""
    return [code for code in codes if code not in keepers or user.pk in keepers[code]]


def notices_for(user: User) -> QuerySet[Notice]:
    return with_subjects(user.notices.all())


def with_subjects(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """With what `notice_sentence` needs."""
    return notices.select_related(
        *("measure__lead_department", "report"),
        *("step__problem__measure", "step__problem__project", "step__problem__plan"),
        *("value_report__indicator", "value_report__region", "indicator"),
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


def notice_sentences(notices: Sequence[Notice]) -> list[str]:
    """What notices of one person say, in the reader's language, of the rows as they are now: the same few queries for
    one and for fifty."""
    reminding = {each.plan_id for each in notices if each.kind == NoticeKind.REMINDER and each.plan_id is not None}
    plans = Plan.objects.in_bulk(reminding)
    owed = {pk: reports_owed(plan, by=today()) for pk, plan in plans.items()}
    keepers = {pk: Measure.objects.in_plan(plan).keepers() for pk, plan in plans.items()}
    overdue = {pk: overdue_by_department(plan, on=today()) for pk, plan in plans.items()}
    return [
        notice_sentence(each, owed.get(each.plan_id), keepers.get(each.plan_id), overdue.get(each.plan_id))
        for each in notices
    ]


def notice_sentence(
    notice: Notice,
    owed: ReportsOwed | None = None,
    keepers: Mapping[str, set[int]] | None = None,
    overdue: Mapping[int, int] | None = None,
) -> str:
    """`owed`: what is owed of the plan of a reminder, which then says what of it is outstanding; `keepers`: who looks
    after its measures; `overdue`: how many problems departments should have solved."""
    words, period, department = _words(notice), notice.period, notice.user.department_id
    is_reminder = notice.kind == NoticeKind.REMINDER
    # Who has left the department since is told no more of what it owes.
    if is_reminder and owed is not None and period is not None and department is not None:
        codes = _outstanding(owed, period, department)
        # Who looked after one of them when the reminder was written reads of all.
        sentence = _reminder(_own_codes(codes, keepers or {}, notice.user) or codes) % words
        problems = (overdue or {}).get(department, 0)
        return sentence + _overdue_problems(problems) if problems else sentence
    return _sentence_for(notice) % words


def _words(notice: Notice) -> dict[str, str]:
    measure, report, step = notice.measure, notice.report, notice.step
    filing = report or notice.value_report
    period = notice.period or (report.period if report else None)
    due_on = step.due_on if step else measure.due_on if measure else notice.due_on
    return _words_of_value(notice) | {
        "measure": f"{measure.code} {localized(measure, 'title')}" if measure else "",
        "month": format_month(period),
        "day": format_day(due_on),
        "problem": f"{step.problem.code} {excerpt(localized(step.problem, 'text'), EXCERPT)}" if step else "",
        "step": step.get_move_display() if step else "",
        "lead": localized(measure.lead_department, "short") if measure else "",
        "note": filing.decision_note if filing else "",
    }


def _words_of_value(notice: Notice) -> dict[str, str]:
    """Of the filed value, or of the one that is due; none of any other notice."""
    value, plan = notice.value_report, notice.plan
    indicator = value.indicator if value else notice.indicator
    if indicator is None:
        return {}
    span = value.span if value else read_period(notice.value_period)
    region = value.region if value else plan.region if plan else None
    return {
        "indicator": localized(indicator, "name"),
        "value_period": format_period(*span) if span else notice.value_period,
        "region": localized(region, "short") if region else "",
    }


def _reminder(codes: Sequence[str]) -> str:
    """`codes`: the measures whose reports of the month are outstanding. For `%` with the month."""
    if not codes:
        return _("The office reminded your department of its reports for %(month)s; all are submitted now.")
    named = format_list(sorted(codes)[:CODES_NAMED]) + ("" if len(codes) <= CODES_NAMED else " …")
    text = ngettext(
        "Please submit your department's reports for %(month)s: %(count)s is outstanding (%(measures)s).",
        "Please submit your department's reports for %(month)s: %(count)s are outstanding (%(measures)s).",
        len(codes),
    )
    return text.replace("%(count)s", format_number(len(codes))).replace("%(measures)s", named)


def _overdue_problems(count: int) -> str:
    """What follows in a reminder."""
    text = ngettext(
        "%(count)s problem that your department must solve is overdue.",
        "%(count)s problems that your department must solve are overdue.",
        count,
    )
    return ("" if is_chinese() else " ") + text % {"count": format_number(count)}


def _sentence_for(notice: Notice) -> str:
    measure, is_of_value = notice.measure, notice.value_report is not None or notice.indicator is not None
    if notice.kind == NoticeKind.RETURNED and _says_why(notice.report or notice.value_report):
        if is_of_value:
            return _("The value of %(indicator)s for %(value_period)s (%(region)s) was returned: %(note)s")
        return _("The report for %(month)s on %(measure)s was returned: %(note)s")
    if notice.kind in AccountChange:
        return AccountChange(notice.kind).sentence
    sentences = SENTENCES_OF_VALUES if is_of_value else SENTENCES
    if notice.kind in sentences:
        return str(sentences[notice.kind])
    if measure is None or measure.due_on is None:
        return _("%(measure)s no longer has a due date.")
    return str(SENTENCES_WITH_DAY[notice.kind])


def _says_why(filing: AbstractFiling | None) -> bool:
    """Whether it is returned still, with a reason."""
    return filing is not None and filing.is_returned and bool(filing.decision_note)


# Of what is about no row of the plan.
PAGES: dict[str, str] = {**dict.fromkeys(AccountChange.values, "accounts:password"), NoticeKind.LOG_ALARM: "log_check"}


def notice_url(notice: Notice) -> str:
    """The page to act on: the form of what came back or is due, the workspace for a reminder, else what it is about."""
    if notice.kind in PAGES:
        return reverse(PAGES[notice.kind])
    if notice.step is not None:
        return notice.step.problem.get_absolute_url()
    if notice.value_report is not None:
        report = notice.value_report
        is_back = notice.kind == NoticeKind.RETURNED and report.may_be_filed_by(notice.user)
        return report.get_form_url() if is_back else report.indicator.get_absolute_url()
    if notice.indicator is not None and notice.plan is not None:
        return notice.indicator.get_form_url(notice.value_period, notice.plan.region, plan=notice.plan.link_slug)
    if notice.measure is None:
        return query_of(reverse("measures:workspace"), plan=notice.plan.link_slug if notice.plan else "")
    if notice.report is not None and notice.kind == NoticeKind.RETURNED:
        return report_url(notice.measure.code, notice.report.period, plan=notice.measure.plan.link_slug)
    return notice.measure.get_absolute_url()
