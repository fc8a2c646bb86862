from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.access_rules import StatesPermission, rule_for
from accounts.models import Scope
from core.clock import today


class AsksRule(BasePermission):
    """A permission that asks the rule of the endpoint about the person; about the row `AsksOfRow` asks. A token that
    only reads changes nothing, whoever owns it, and others only what they are for."""

    message: Any = None

    def has_permission(self, request: Any, view: Any) -> bool:
        token, needed = request.auth, getattr(view, "token_scope", None)
        if request.method not in SAFE_METHODS and token is not None and token.scope not in (needed, Scope.REPORT):
            sentence = _("This access token is of the scope “%(scope)s”; this needs one of the scope “%(needed)s”.")
            self.message = sentence % {"scope": token.scope, "needed": needed}
            return False
        return rule_for(view, request.method).allows(request.user)


class AsksOfRow(StatesPermission):
    """An endpoint whose rule may ask about a row. `token_scope`: of the tokens that may change what is there."""

    token_scope: Scope | None = None
    request: Any
    day: date

    def check_row(self, method: str) -> None:
        """Asks the rule for the method about the row. Raises Http404, and PermissionDenied or NotAuthenticated."""
        rule = rule_for(self, method)
        if rule.of_row is None or rule.allows_row(self.request.user, self.facts(method)):
            return
        if not self.request.user.is_authenticated:
            raise NotAuthenticated
        raise PermissionDenied(None if method in SAFE_METHODS else str(self.permission_refusal) or None)

    def stand_for(self, request: HttpRequest) -> None:
        """Stands as it would once that request is read, for whoever asks what its answer would rest on (`facts`)."""
        self.request = self.initialize_request(request)  # type: ignore[attr-defined]  # of an endpoint
        self.request.user, self.day = request.user, today()
