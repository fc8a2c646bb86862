from typing import Any

from django.http import HttpRequest
from rest_framework.permissions import BasePermission

from accounts.roles import may_read


class MayRead(BasePermission):
    def has_permission(self, request: HttpRequest, view: Any) -> bool:
        return may_read(request.user)
