"""Apart from `throttles`, which REST framework imports while it defines APIView."""

from typing import Any

from rest_framework.exceptions import Throttled
from rest_framework.views import APIView


class ThrottledView(APIView):
    """Counts refused callers too. REST framework refuses a wrong token before it counts, so that a stranger could go on
    guessing for ever.
    """

    is_counted = False

    def check_throttles(self, request: Any) -> None:
        self.is_counted = True
        super().check_throttles(request)

    def handle_exception(self, exc: Exception) -> Any:
        if not self.is_counted:
            try:
                self.check_throttles(self.request)
            except Throttled as throttled:
                exc = throttled
        return super().handle_exception(exc)
