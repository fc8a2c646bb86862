"""One e-mail a day to each person, with the notices that were in none yet."""

import logging
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from accounts.models import User
from notices.models import Notice
from notices.services import notices_for
from notices.wording import notice_sentences, notice_url
from web.site import site_profile

log = logging.getLogger(__name__)


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
    # Plans by a query of their own: the notices of one share it, and what it knows of itself.
    notices = list(notices_for(user).filter(emailed_on=None).prefetch_related("measure__plan"))
    if not notices:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        count = len(notices)
        subject = ngettext("%(site)s: %(count)s notice", "%(site)s: %(count)s notices", count)
        send_mail(
            subject % {"site": site_profile().name, "count": count},
            render_to_string("notices/digest.txt", _digest(user, notices)),
            None,
            [user.email],
        )
    user.notices.filter(pk__in=[each.pk for each in notices]).update(emailed_on=on)
    return True


def _digest(user: User, notices: list[Notice]) -> dict[str, Any]:
    site = settings.PILOTZONE_SITE_URL
    return {
        "site": site_profile().name,
        "name": user.get_full_name() or user.get_username(),
        "rows": [
            {"sentence": sentence, "url": f"{site}{notice_url(each)}"}
            for each, sentence in zip(notices, notice_sentences(notices), strict=True)
        ],
        "inbox_url": f"{site}{reverse('notices:inbox')}",
    }
