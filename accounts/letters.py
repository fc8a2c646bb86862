"""The e-mails to the owners of accounts, each in the language of its reader."""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.functional import Promise
from django.utils.http import urlsafe_base64_encode

from accounts.models import User


def letter(person: User, subject: str | Promise, template: str, **context: Any) -> EmailMessage:
    """Return an e-mail to the address of the person; `template` is that of its text."""
    site_url = settings.PILOTZONE_SITE_URL
    names = {"name": person.shown_name, "username": person.get_username(), "site_url": site_url}
    with translation.override(person.language or settings.LANGUAGE_CODE):
        text = render_to_string(template, names | context)
        return EmailMessage(str(subject), text, None, [person.email])


def password_path(person: User) -> str:
    """Return the path of the page on which the person sets a password: once, and for a few days."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("accounts:set_password", args=[uid, default_token_generator.make_token(person)])
