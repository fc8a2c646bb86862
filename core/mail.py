"""The mail server, with its e-mails counted for `/metrics`; without one they are printed, without what is secret in
them, since the log of the server has what is printed."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends import console, smtp

from core.log_formats import without_secrets
from core.metrics import counted_mails


class CountingSmtp(smtp.EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with counted_mails(len(email_messages)):
            return super().send_messages(email_messages)


class CountingConsole(console.EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with counted_mails(len(email_messages)):
            return super().send_messages(email_messages)

    def write_message(self, message: EmailMessage) -> None:
        """Writes Chinese as it reads, and not as it is sent: base64 would hide a link from us and from nobody else."""
        text = "\n".join([f"Subject: {message.subject}", f"To: {', '.join(message.to)}", "", str(message.body)])
        self.stream.write(f"{without_secrets(text)}\n{'-' * 79}\n")
