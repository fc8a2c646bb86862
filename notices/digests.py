"""One e-mail a day to each person, with the notices that were in none yet; and at once one of what was returned."""

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from accounts.models import User
from measures.models import Plan
from notices.models import Notice, NoticeKind
from notices.services import notices_for
from notices.wording import lasting_notice_url, notice_sentences
from web.site import site_profile

log = logging.getLogger(__name__)


# For how long a return is e-mailed by itself: while the mail server is away, it is tried again. Then the digest has it.
AT_ONCE_WITHIN = timedelta(minutes=15)


def send_digests(on: date) -> int:
    """Send one e-mail to each person who has an address and notices that no e-mail had yet; return how many were sent.

    Who had one on the day already gets the rest on the next. A failure is logged, and tried again the next time.
    """
    emailed_today = Notice.objects.filter(user=OuterRef("pk"), emailed_on=on, emailed_at_once=False)
    return _send_each(User.objects.exclude(Exists(emailed_today)), Q(), on=on)


def send_returns(moment: datetime) -> int:
    """One e-mail to each person who chose so, with what was returned to them a short while ago and was in none yet;
    returns how many were sent."""
    returned = Q(kind=NoticeKind.RETURNED, created_at__gt=moment - AT_ONCE_WITHIN)
    return _send_each(User.objects.filter(returns_at_once=True), returned, on=moment.date(), at_once=True)


def _send_each(users: QuerySet[User], asked: Q, *, on: date, at_once: bool = False) -> int:
    """`asked`: which notices, of those that were in no e-mail."""
    unsent = Notice.objects.filter(asked, user=OuterRef("pk"), emailed_on=None)
    people = users.filter(Exists(unsent), is_active=True).exclude(email="")
    sent, current = 0, Plan.objects.current()
    for user in people.order_by("pk"):
        try:
            sent += _send(user, asked, on=on, at_once=at_once, current=current)
        except Exception:
            log.exception("The digest to user %s could not be sent; the next one will hold it too.", user.pk)
    return sent


@transaction.atomic
def _send(user: User, asked: Q, *, on: date, at_once: bool, current: Plan | None) -> bool:
    # Two workers at once: the second finds the notices sent.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    # Plans by a query of their own: the notices of one share it, and what it knows of itself.
    notices = list(notices_for(user).filter(asked, emailed_on=None).prefetch_related("measure__plan"))
    if not notices:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = _subject(len(notices), of_returns=at_once)
        text = render_to_string("notices/digest.txt", _digest(user, notices, current) | {"is_at_once": at_once})
        send_mail(subject, text, None, [user.email])
    user.notices.filter(pk__in=[each.pk for each in notices]).update(emailed_on=on, emailed_at_once=at_once)
    return True


def _subject(count: int, *, of_returns: bool) -> str:
    if of_returns:
        subject = ngettext(
            "%(site)s: %(count)s submission was returned", "%(site)s: %(count)s submissions were returned", count
        )
    else:
        subject = ngettext("%(site)s: %(count)s notice", "%(site)s: %(count)s notices", count)
    return subject % {"site": site_profile().name, "count": count}


def _digest(user: User, notices: list[Notice], current: Plan | None) -> dict[str, Any]:
    site = settings.PILOTZONE_SITE_URL
    return {
        "site": site_profile().name,
        "name": user.get_full_name() or user.get_username(),
        "rows": [
            {"sentence": sentence, "url": f"{site}{lasting_notice_url(each, current=current)}"}
            for each, sentence in zip(notices, notice_sentences(notices), strict=True)
        ],
        "inbox_url": f"{site}{reverse('notices:inbox')}",
        "account_url": f"{site}{reverse('accounts:password')}",
    }
