"""A link for whoever forgot the password, by e-mail: the same answer, in the same time, whether or not there is such an
account."""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.letters import letter, password_path
from accounts.log import Event, log_forgotten, log_own_event, recent_events
from accounts.models import User
from core.client_address import client_address

log = logging.getLogger(__name__)
# How often one address may ask, and how many links one account is sent.
ASKED_PER_ADDRESS, SENT_PER_ACCOUNT = 5, 3
WITHIN = timedelta(minutes=15)


def may_ask(request: HttpRequest) -> bool:
    """Returns whether this address has not asked too often lately. The log holds anyway what it asked."""
    asked = recent_events(Event.FORGOTTEN, WITHIN).filter(remote_addr=client_address(request))
    return asked.count() < ASKED_PER_ADDRESS


def send_links(request: HttpRequest, email: str) -> None:
    """Sends a link to each open account of the address that has a password; several people may share an address.

    The mail server is asked by another thread: how long it takes would tell which addresses have an account.
    """
    log_forgotten(request, email)
    people = User.objects.filter(email__iexact=email, is_active=True)
    messages = []
    for person in people:
        sent = recent_events(Event.FORGOTTEN_SENT, WITHIN).filter(object_id=person.pk).count()
        # Without a password there is an invitation, or an administrator has ended it: theirs is the link.
        if person.email and person.has_usable_password() and sent < SENT_PER_ACCOUNT:
            messages.append(_message(person))
            log_own_event(Event.FORGOTTEN_SENT, person, request)
    threading.Thread(target=_send, args=(messages,), name="forgotten passwords", daemon=True).start()


def _message(person: User) -> EmailMessage:
    return letter(
        person,
        gettext_lazy("Set a new password"),
        "accounts/forgotten.txt",
        url=f"{settings.PILOTZONE_SITE_URL}{password_path(person)}",
        expires_at=timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )


def _send(messages: list[EmailMessage]) -> None:
    """Asks no database: this thread has no connection to it."""
    for message in messages:
        try:
            message.send()
        except Exception:
            log.exception("A link for a forgotten password could not be sent.")
