"""The mail server, with its e-mails counted for `/metrics`."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends import console, smtp

from core.metrics import counted_mails


class CountingSmtp(smtp.EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with counted_mails(len(email_messages)):
            return super().send_messages(email_messages)


class CountingConsole(console.EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with counted_mails(len(email_messages)):
            return super().send_messages(email_messages)
