"""The refusals that the web server makes by itself: a page for a person, problem details for a program."""

from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.translation import override

from core import request_id

if TYPE_CHECKING:
    from waitress.parser import HTTPRequestParser

# The server's own errors, by their status.
NAMES = {
    400: "malformed-request",
    413: "body-too-large",
    431: "headers-too-large",
    500: "server-error",
    501: "malformed-request",
}
# Seconds after which it is worth while to come again.
RETRY_AFTER = {"too-busy": 10, "too-many-log-ins": 5, "no-room": 60}
# Whose page opens the form again by itself.
OPENS_AGAIN = {"too-many-log-ins"}


class Refusal:
    """An error of waitress, named as in `web.api.problem_details.PROBLEMS`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.request: HTTPRequestParser | None = None

    @classmethod
    def of(cls, request: "HTTPRequestParser") -> "Refusal":
        """Return the refusal of a request in which waitress or we found an error."""
        error: Any = request.error
        refusal = error if isinstance(error, Refusal) else cls(NAMES[error.code])
        refusal.request = request
        return refusal

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers and body."""
        # Found once Django is set up.
        from pilotzone.api import ADVICE
        from web.api.problem_details import refuse
        from web.middleware import REQUEST_ID, asked_language
        from web.site import remembered

        request = self._as_django_reads_it()
        is_page = "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api/")
        identity = request_id.begin(request.headers.get(REQUEST_ID, ""))
        with override(asked_language(request, offered=remembered().codes)):
            again = RETRY_AFTER[self.name] if self.name in OPENS_AGAIN else None
            response = refuse(self.name, str(ADVICE[self.name]), is_page=is_page, again=again)
        request_id.end()
        headers = [("Content-Type", response.headers["Content-Type"]), (REQUEST_ID, identity)]
        if self.name in RETRY_AFTER:
            headers.append(("Retry-After", str(RETRY_AFTER[self.name])))
        status = HTTPStatus(response.status_code)
        return f"{status} {status.phrase}", headers, response.content

    def _as_django_reads_it(self) -> WSGIRequest:
        """Return the request for Django, as far as it came: there may be no address."""
        headers = self.request.headers if self.request is not None else {}
        return WSGIRequest(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": getattr(self.request, "path", ""),
                "wsgi.input": BytesIO(),
                **{f"HTTP_{name}": value for name, value in headers.items()},
            }
        )
