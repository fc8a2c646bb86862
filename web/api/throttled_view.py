from typing import Any

from rest_framework.exceptions import Throttled
from rest_framework.views import APIView


class CountedView(APIView):
    """Counts those too who are refused for who they are, which REST framework does before it counts: else a stranger
    could go on asking, or guessing tokens, for ever.
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
