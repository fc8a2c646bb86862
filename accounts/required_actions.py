"""The actions that a person must take after the log-in before anything else is open to them."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import SHOWN, must_have
from accounts.sign_on import is_vouched_for_elsewhere


class RequiredAction(NamedTuple):
    """`pages`: the URL names that stay open; the first is where everything else leads."""

    pages: tuple[str, ...]
    is_due: Callable[[User, HttpRequest], bool]
    sentence: str | Promise


REQUIRED_ACTIONS = (
    RequiredAction(
        ("accounts:password",),
        lambda user, request: user.must_change_password and not is_vouched_for_elsewhere(request.session),
        _("Choose another password first: nothing else is open to your account until then."),
    ),
    RequiredAction(
        ("accounts:set_up_app", "accounts:second_factor", "accounts:confirm"),
        lambda user, request: must_have(user) and not request.session.get(SHOWN),
        _("Set up a second factor first: this site wants one for your account."),
    ),
)
# To leave, to choose the language, and what a link from an administrator leads to.
ALWAYS_OPEN = ("accounts:logout", "accounts:active", "accounts:set_password", "language")


def due_action(user: User, request: HttpRequest) -> RequiredAction | None:
    return next((action for action in REQUIRED_ACTIONS if action.is_due(user, request)), None)
