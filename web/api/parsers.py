from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

# In bytes; a report with all its texts and evidence stays far below.
LARGEST_BODY = 1_000_000


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise BodyTooLarge(_("The body is larger than %(count)s bytes.") % {"count": LARGEST_BODY})
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise ParseError(_("The body is not valid JSON.")) from None
