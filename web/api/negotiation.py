"""The choice of the format of an answer: `?format=` says it, else the header `Accept`, else it is JSON."""

from collections.abc import Iterable
from typing import Any

from django.http.request import MediaType
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation

from web.lists.exports import MEDIA_TYPES as FILES

# Every format, and what callers may call it.
MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    "json": ("application/json", "application/vnd.oai.openapi+json"),
    "yaml": ("application/yaml", "application/vnd.oai.openapi"),
    **{name: (media,) for name, media in FILES.items()},
}


class ByParameter(BaseContentNegotiation):
    """The endpoint chooses the format itself, with `accepted_format`. Only JSON is taken."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def accepted_format(accept: str, formats: Iterable[str]) -> str:
    """The format that the header `Accept` likes best, of equals the first. Raises NotAcceptable where it wants none."""
    ranges = [MediaType(each.lower()) for each in accept.split(",") if each.strip()]
    formats = list(formats)
    if not ranges:
        return formats[0]
    liked = {each: max(_liking(media, ranges) for media in _called(each, ranges)) for each in formats}
    best = max(formats, key=lambda each: liked[each])
    if not liked[best][0]:
        offered = ", ".join(MEDIA_TYPES[each][0] for each in formats)
        raise NotAcceptable(_("This address answers with: %(types)s.") % {"types": offered})
    return best


def _called(name: str, ranges: Iterable[MediaType]) -> list[str]:
    """The media type of a format, and its other names where the caller gives these."""
    first, *others = MEDIA_TYPES[name]
    return [first, *(each for each in others if each in {f"{found.main_type}/{found.sub_type}" for found in ranges})]


def _liking(media: str, ranges: Iterable[MediaType]) -> tuple[float, int]:
    """The quality that the most particular range gives to a media type, and how particular it is."""
    own = media.split("/")
    fitting = [
        (_specificity(each), each.quality)
        for each in ranges
        if each.main_type in (own[0], "*") and each.sub_type in (own[1], "*")
    ]
    specificity, quality = max(fitting, default=(0, 0.0))
    return quality, specificity


def _specificity(each: MediaType) -> int:
    return (each.main_type != "*") + (each.sub_type != "*")
