"""Notices: what people are notified of, the inbox, and one e-mail a day."""

import logging
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department, Role, User
from accounts.permissions import check_reviewer
from core.clock import now, today
from core.exceptions import NotAllowed
from measures.models import Measure, Notice, NoticeKind, Plan, Report
from measures.reporting_months import month_of_department
from measures.rules import NOTICE_DAYS_BEFORE, due_notice
from reporting.workflow import ReportState
from web.formats.dates import format_day, format_month
from web.language import localized

log = logging.getLogger(__name__)


@transaction.atomic
def notify_of_due_dates(on: date) -> None:
    """Notifies the reporters of each lead department of what is due soon or overdue on the day. Again is no harm."""
    latest = on + timedelta(days=max(NOTICE_DAYS_BEFORE))
    measures: Any = Measure.objects.listed(on).with_status(on).filter(due_on__lte=latest)
    kinds = {
        each: due_notice(each.due_on, status=each.status, on=on) for each in measures.only("due_on", "lead_department")
    }
    people: dict[int | None, list[User]] = {}
    for user in User.objects.filter(role=Role.REPORTER, is_active=True):
        people.setdefault(user.department_id, []).append(user)
    moment = now()
    Notice.objects.bulk_create(
        [
            Notice(user=user, kind=kind, measure=measure, day=on, created_at=moment)
            for measure, kind in kinds.items()
            if kind
            for user in people.get(measure.lead_department_id, ())
        ],
        ignore_conflicts=True,
    )


def notify_department(
    department_id: int,
    kind: NoticeKind,
    *,
    measure: Measure | None = None,
    report: Report | None = None,
    period: date | None = None,
) -> int:
    """Puts a notice in the inbox of each reporter of a department; returns how many people were notified."""
    about = {"measure": report.measure if report else measure, "report": report, "period": period}
    people = User.objects.filter(department_id=department_id, role=Role.REPORTER, is_active=True)
    notices = [Notice(user=user, kind=kind, day=today(), created_at=now(), **about) for user in people]
    return len(Notice.objects.bulk_create(notices))


@transaction.atomic
def remind_department(department: Department, *, by: User, plan: Plan, period: date) -> int:
    """Reminds a department that owes reports for the month; returns how many people were notified."""
    check_reviewer(by)
    # Two reviewers who press at once: the second sees that the first has.
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    if month_of_department(department.pk, plan=plan, month=period, by=today()).is_reported:
        raise NotAllowed(_("This department has reported the month."))
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, period=period, day=today())
    if reminders.filter(user__department=department).exists():
        raise NotAllowed(_("This department has been reminded today."))
    return notify_department(department.pk, NoticeKind.REMINDER, period=period)


def notices_for(user: User) -> QuerySet[Notice]:
    """Those of a person, with what `notice_sentence` needs."""
    return user.notices.select_related("measure", "report")


def read_notice(notice: Notice) -> str:
    """Marks a notice as read; gives the address of what it speaks of."""
    if notice.read_at is None:
        notice.read_at = now()
        notice.save(update_fields=["read_at"])
    return notice_url(notice)


def read_all(user: User) -> int:
    return user.notices.filter(read_at=None).update(read_at=now())


def notice_sentence(notice: Notice) -> str:
    """What a notice says, in the reader's language, of the rows as they are now."""
    measure, report = notice.measure, notice.report
    period = notice.period or (report.period if report else None)
    return _sentence_for(notice) % {
        "measure": f"{measure.code} {localized(measure, 'title')}" if measure else "",
        "month": format_month(period),
        "day": format_day(measure.due_on if measure else None),
        "note": report.decision_note if report else "",
    }


def _sentence_for(notice: Notice) -> str:
    measure, report = notice.measure, notice.report
    match notice.kind:
        case NoticeKind.RETURNED if report and report.state == ReportState.RETURNED and report.decision_note:
            return _("The report for %(month)s on %(measure)s was returned: %(note)s")
        case NoticeKind.RETURNED:
            return _("The report for %(month)s on %(measure)s was returned.")
        case NoticeKind.ACCEPTED:
            return _("The report for %(month)s on %(measure)s was accepted.")
        case NoticeKind.REMINDER:
            return _("The office reminds your department of its reports for %(month)s.")
        case _due if measure is None or measure.due_on is None:
            return _("%(measure)s no longer has a due date.")
        case NoticeKind.DUE_SOON:
            return _("%(measure)s is due on %(day)s.")
        case _overdue:
            return _("%(measure)s was due on %(day)s and was not completed in time.")


def notice_url(notice: Notice) -> str:
    """The page to act on: the form for what came back, the workspace for a reminder, else the measure."""
    if notice.measure is None:
        return reverse("measures:workspace")
    if notice.report is not None and notice.kind == NoticeKind.RETURNED:
        form = reverse("measures:report", args=[notice.measure.code])
        return f"{form}?period={notice.report.period:%Y-%m}"
    return notice.measure.get_absolute_url()


def send_digests(on: date) -> int:
    """One e-mail to each person who has an address and notices that were in none yet; returns how many were sent.

    Who had one on the day already gets the rest on the next. A failure is logged, and tried again the next time.
    """
    emailed_today = Notice.objects.filter(user=OuterRef("pk"), emailed_on=on)
    unsent = Notice.objects.filter(user=OuterRef("pk"), emailed_on=None)
    people = User.objects.filter(Exists(unsent), ~Exists(emailed_today), is_active=True).exclude(email="")
    sent = 0
    for user in people.order_by("pk"):
        try:
            sent += _send_digest(user, on=on)
        except Exception:
            log.exception("The digest to user %s could not be sent; the next one will hold it too.", user.pk)
    return sent


@transaction.atomic
def _send_digest(user: User, *, on: date) -> bool:
    # Two workers at once: the second finds the notices sent.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    notices = list(notices_for(user).filter(emailed_on=None))
    if not notices:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        count = len(notices)
        subject = ngettext("%(count)s notice from the pilot zone", "%(count)s notices from the pilot zone", count)
        send_mail(
            subject % {"count": count},
            render_to_string("measures/digest.txt", _digest(user, notices)),
            None,
            [user.email],
        )
    user.notices.filter(pk__in=[each.pk for each in notices]).update(emailed_on=on)
    return True


def _digest(user: User, notices: list[Notice]) -> dict[str, Any]:
    site = settings.PILOTZONE_SITE_URL
    return {
        "name": user.get_full_name() or user.get_username(),
        "rows": [{"sentence": notice_sentence(each), "url": f"{site}{notice_url(each)}"} for each in notices],
        "inbox_url": f"{site}{reverse('measures:inbox')}",
    }
