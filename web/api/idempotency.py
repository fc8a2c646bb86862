"""The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) of requests that change something."""

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from web.errors import BadQuery
from web.idempotency import MAX_KEY_LENGTH, KeyReused, do_once
from web.models import IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"


class ReusedKey(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = gettext_lazy("This Idempotency-Key came before with another request; give each its own.")


class AnswersOnce:
    """An endpoint that takes the header, whatever it writes."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for method in {"post", "put"} & vars(cls).keys():
            setattr(cls, method, _answers_once(vars(cls)[method]))


def _answers_once(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Sent again with its key, a request is answered as it was the first time."""

    @wraps(handler)
    def answer(endpoint: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None or not request.user.is_authenticated:
            return handler(endpoint, request, *args, **kwargs)
        if not 0 < len(key) <= MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
            sentence = _("Between 1 and %(count)s printable ASCII characters") % {"count": MAX_KEY_LENGTH}
            raise BadQuery({HEADER: [sentence]})
        sent = (request.method, request.get_full_path(), request.data)
        try:
            found = do_once(
                lambda: handler(endpoint, request, *args, **kwargs),
                user=request.user,
                key=key,
                fingerprint=hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest(),
                outcome_of=_outcome,
            )
        except KeyReused:
            raise ReusedKey from None
        return _replay(found) if isinstance(found, IdempotencyKey) else found

    return answer


def _outcome(response: Response) -> Mapping[str, Any]:
    """Refusals never come here: they are raised."""
    return {
        "status": response.status_code,
        "location": response.headers.get("Location", ""),
        "body": JSONRenderer().render(response.data).decode(),
    }


def _replay(kept: IdempotencyKey) -> HttpResponse:
    headers = {REPLAYED: "true", **({"Location": kept.location} if kept.location else {})}
    return HttpResponse(kept.body, status=kept.status, headers=headers, content_type="application/json")
