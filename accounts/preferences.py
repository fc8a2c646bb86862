"""The preferences of readers: said by their account, or by a cookie for those who have none."""

from django.conf import settings
from django.http import HttpRequest

SIZE_COOKIE = f"{settings.COOKIE_PREFIX}pilotzone_size"


def prefers_large_print(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return getattr(user, "large_print", False) or request.COOKIES.get(SIZE_COOKIE) == "large"
