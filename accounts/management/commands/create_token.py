from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Scope, User
from accounts.tokens import MAX_TOKENS, TOKEN_DAYS, create_token
from core.exceptions import NotAllowed

SCOPES = [scope.value for scope in Scope if scope != Scope.REPORT]


class Command(BaseCommand):
    help = "Make an access token for the API and print it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scope", required=True, choices=SCOPES, help="all include reading")
        parser.add_argument("--days", type=int, default=TOKEN_DAYS, help=f"how long it lasts ({TOKEN_DAYS})")
        parser.add_argument("--name", default="", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no open account {options['username']}.")
        if not 1 <= options["days"] <= settings.PILOTZONE_TOKEN_DAYS:
            longest = settings.PILOTZONE_TOKEN_DAYS
            raise CommandError(f"A token lasts from 1 to {longest} days; PILOTZONE_TOKEN_DAYS may say otherwise.")
        if len(options["name"]) > 100:
            raise CommandError("The name of a token has at most 100 characters.")
        try:
            token, key = create_token(user, scope=Scope(options["scope"]), name=options["name"], days=options["days"])
        except NotAllowed:
            # The refusal itself is in the language of the site.
            sentence = f"{user.username} has {MAX_TOKENS} valid tokens, and may have no more: revoke one first."
            raise CommandError(sentence) from None
        self.stdout.write(key)
        self.stderr.write(
            f"Scope {token.scope}, until {token.expires_at:%Y-%m-%d}. Keep it now: it is not shown again."
        )
