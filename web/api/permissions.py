from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.models import Scope
from accounts.permissions import may_read


class MayRead(BasePermission):
    def has_permission(self, request: HttpRequest, view: Any) -> bool:
        return may_read(request.user)


class MayWrite(BasePermission):
    """For endpoints that take something: never without an account, nor with a token that only reads."""

    message = _("This access token is for reading only; reporting needs one of the scope “report”.")

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.method in SAFE_METHODS:
            return True
        token = request.auth
        return request.user.is_authenticated and (token is None or token.scope == Scope.REPORT)
