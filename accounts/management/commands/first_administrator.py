from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.people import FIRST_ADMINISTRATOR, first_administrator_link


class Command(BaseCommand):
    help = "Print the link with which a new site gets its first administrator. Each call makes a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site-url", default=settings.PILOTZONE_SITE_URL, help="what the link begins with")
        parser.add_argument(
            "--username", default=FIRST_ADMINISTRATOR, help="the name of the account, if it is not made yet"
        )

    def handle(self, *args: Any, site_url: str, username: str, verbosity: int, **options: Any) -> None:
        """`--verbosity 0`: nothing where nothing is wanted."""
        try:
            User._meta.get_field("username").run_validators(username)
        except ValidationError as error:
            raise CommandError(f"{username!r} is no name of an account: {' '.join(error.messages)}") from None
        link = first_administrator_link(username)
        if link is not None:
            self.stdout.write(
                "\nThis site has no administrator yet. Once it runs, set a password for the account"
                f" {link.person.get_username()} at\n  {site_url}{link.path}\nThe link works once, until"
                f" {link.expires_at:%Y-%m-%d %H:%M} UTC; a new one ends it."
            )
        elif verbosity:
            self.stdout.write("This site has an administrator, who invites others on its pages (/office/people/).")
