"""A link for whoever forgot the password, by e-mail: the same answer, in the same time, whether or not there is such an
account."""

import logging
import threading
from datetime import timedelta

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts.log import Event, log_forgotten, log_own_event
from accounts.models import User
from core.client_address import client_address

log = logging.getLogger(__name__)
# How often one address may ask, and how many links one account is sent.
ASKED_PER_ADDRESS, SENT_PER_ACCOUNT = 5, 3
WITHIN = timedelta(minutes=15)


def may_ask(request: HttpRequest) -> bool:
    """Returns whether this address has not asked too often lately. The log holds anyway what it asked."""
    asked = _recent(Event.FORGOTTEN).filter(remote_addr=client_address(request))
    return asked.count() < ASKED_PER_ADDRESS


def send_links(request: HttpRequest, email: str) -> None:
    """Sends a link to each open account of the address that has a password; several people may share an address.

    The mail server is asked by another thread: how long it takes would tell which addresses have an account.
    """
    log_forgotten(request, email)
    people = User.objects.filter(email__iexact=email, is_active=True)
    messages = []
    for person in people:
        sent = _recent(Event.FORGOTTEN_SENT).filter(object_id=person.pk).count()
        # Without a password there is an invitation, or an administrator has ended it: theirs is the link.
        if person.email and person.has_usable_password() and sent < SENT_PER_ACCOUNT:
            messages.append(_message(person))
            log_own_event(Event.FORGOTTEN_SENT, person, request)
    threading.Thread(target=_send, args=(messages,), name="forgotten passwords", daemon=True).start()


def _recent(event: Event) -> models.QuerySet[LogEntry]:
    entries = LogEntry.objects.filter(timestamp__gte=timezone.now() - WITHIN, action=LogEntry.Action.ACCESS)
    found: models.QuerySet[LogEntry] = entries.filter(additional_data__event=event)
    return found


def _message(person: User) -> EmailMessage:
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("accounts:set_password", args=[uid, default_token_generator.make_token(person)])
    context = {
        "name": person.get_full_name() or person.get_username(),
        "username": person.get_username(),
        "site_url": settings.PILOTZONE_SITE_URL,
        "url": f"{settings.PILOTZONE_SITE_URL}{path}",
        "expires_at": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    }
    with translation.override(person.language or settings.LANGUAGE_CODE):
        text = render_to_string("accounts/forgotten.txt", context)
        return EmailMessage(_("Set a new password"), text, None, [person.email])


def _send(messages: list[EmailMessage]) -> None:
    """Asks no database: this thread has no connection to it."""
    for message in messages:
        try:
            message.send()
        except Exception:
            log.exception("A link for a forgotten password could not be sent.")
