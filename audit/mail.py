"""The e-mail of each night to those who audit: it has the newest seal of the log where nobody of the site can go."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import AUDITING_ROLES, User
from accounts.people import sends_email
from accounts.permissions import people_who_see_logs
from audit.chain import Check

log = logging.getLogger(__name__)


def mail_newest_seal(check: Check) -> int:
    """Sends it to auditors; where something was found, to all who read the log. Returns how many e-mails were sent; one
    that fails is logged."""
    if not sends_email():
        return 0
    auditors = User.objects.filter(role__in=AUDITING_ROLES, is_active=True)
    people = people_who_see_logs() if check.found else auditors
    return sum(_send(person, check) for person in people.exclude(email="").order_by("pk"))


def _send(person: User, check: Check) -> bool:
    context = {
        "name": person.get_full_name() or person.get_username(),
        "site_url": settings.PILOTZONE_SITE_URL,
        # Real time, as the seals have it, also where the day is pinned.
        "at": timezone.localtime(),
        "check": check,
    }
    try:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            subject = _("The log is not as it was sealed") if check.found else _("The newest seal of the log")
            send_mail(subject, render_to_string("audit/checked.txt", context), None, [person.email])
    except Exception:
        log.exception("User %s could not be told by e-mail what the check of the log found.", person.pk)
        return False
    return True
