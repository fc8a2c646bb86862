"""The API's own description (OpenAPI), made from what each endpoint declares: its columns, filters and orderings."""

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import OpenApiParameter

from web.api.components import Components
from web.api.examples import example_of
from web.api.shapes import (
    ADDRESS,
    CODE_IN_PATH,
    MAY_BE_EMPTY,
    PROBLEM,
    PROBLEM_TYPE,
    SLUG,
    TEXT,
    WHOLE,
    WITHOUT_NULL,
    Shape,
    in_words,
    pascal,
)
from web.lists.exports import MEDIA_TYPES

NOT_MODIFIED = gettext_lazy("Nothing has changed since the answer that If-None-Match or If-Modified-Since names.")
REFUSALS = {
    400: gettext_lazy("An unknown parameter or an impossible value; the answer names the allowed ones."),
    401: gettext_lazy("Log in, or send a token."),
    403: gettext_lazy("This account may not do this."),
    404: gettext_lazy("Not found on that day."),
    406: gettext_lazy("There is no such format; the answer names those that there are."),
    429: gettext_lazy("Too many requests; Retry-After says how many seconds to wait."),
}


def header(words: Any, shape: Shape = TEXT, *, required: bool = False) -> dict[str, Any]:
    return {"description": words, "schema": dict(shape), **({"required": True} if required else {})}


LIMIT_HEADERS = {
    "RateLimit-Policy": header(gettext_lazy("How many requests (q) within how many seconds (w)")),
    "RateLimit": header(gettext_lazy("How many of them are left (r), and for how many seconds (t)")),
}
VALIDATORS = {
    "ETag": header(gettext_lazy("Names this version of the answer, for If-None-Match"), required=True),
    "Last-Modified": header(gettext_lazy("When the answer last changed, for If-Modified-Since")),
    "Cache-Control": header(gettext_lazy("private, no-cache: keep it for yourself, and ask before each use")),
}
LINK = header(gettext_lazy("Addresses of the next page and of the page before (RFC 8288)"))
CREATED = header(gettext_lazy("Address of what was created"), ADDRESS, required=True)
REPLAYED = header(gettext_lazy("true where this was done before, under the same Idempotency-Key"))
OF_REFUSALS = {
    401: {"WWW-Authenticate": header(gettext_lazy("How to authenticate: Bearer"), required=True)},
    429: {"Retry-After": header(gettext_lazy("Seconds to wait"), {**WHOLE, "minimum": 1}, required=True)},
}
# Of what is sent; 409 has a shape of its own.
WRITING_REFUSALS = REFUSALS | {
    400: gettext_lazy("An unknown field or an impossible value; `errors` names each."),
    409: gettext_lazy("It is not allowed as things stand; nothing was changed."),
    413: gettext_lazy("The body is too large."),
    415: gettext_lazy("The body must be JSON, and say so in Content-Type."),
    422: gettext_lazy("The Idempotency-Key came before with another request."),
}
IDEMPOTENCY_KEY = gettext_lazy(
    "An id of your own for this request: sent again with it, it is done once, and answered as the first time"
)
FILES = {
    media: {"type": "string", "format": "binary"} if name == "xlsx" else TEXT for name, media in MEDIA_TYPES.items()
}


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = "web.api.authentication.AccessTokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class BrowserScheme(SessionScheme):
    target_class = "web.api.authentication.BrowserAuthentication"


_PAUSE = re.compile(r"[:;] |[：；。]|\. ")


class EndpointSchema(AutoSchema):
    """A schema that describes `web.api.endpoints.Endpoint`."""

    @property
    def is_writing(self) -> bool:
        return self.method in ("POST", "PUT")

    @property
    def _place(self) -> str:
        """The start of the names of what this endpoint alone has."""
        return str(self.view.write_component if self.is_writing else self.view.component)

    def get_operation_id(self) -> str:
        parts = [part.strip("{}").replace("-", "_") for part in self.path.split("/") if part]
        ending = [self.method.lower()] if self.is_writing else []
        return "_".join((parts[2:] or ["root"]) + ending)  # without api/v1

    def get_description(self) -> str:
        return str(self.view.write_summary if self.is_writing else self.view.summary)

    def get_summary(self) -> str:
        """The description up to its first pause, without the marks of code: only descriptions are Markdown."""
        return _PAUSE.split(self.get_description(), maxsplit=1)[0].rstrip(".。").replace("`", "")

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[3] or "root"]

    def get_auth(self) -> Any:
        # On a site that reads openly nobody needs an account to read.
        may_be_anybody = settings.PILOTZONE_PUBLIC_READING and not self.is_writing
        return [*super().get_auth(), *([{}] if may_be_anybody else [])]

    def get_request_serializer(self) -> Any:
        taken = self.view.request_bodies.get(self.method)
        return {"application/json": self._component(*taken)} if taken else None

    def _get_request_body(self, *args: Any, **kwargs: Any) -> Any:
        body = super()._get_request_body(*args, **kwargs) if self.get_request_serializer() else None
        if not body:
            return None
        body["content"]["application/json"]["example"] = example_of(self.view.request_bodies[self.method][1])
        return {**body, "required": True}

    def get_override_parameters(self) -> Any:
        shapes = self.view.write_parameter_shapes() if self.is_writing else self.view.parameter_shapes()
        found = []
        for name, shape in shapes.items():
            plain = {key: value for key, value in shape.items() if key not in ("description", "required")}
            if plain == TEXT:
                plain["pattern"] = WITHOUT_NULL
            plain = self._component(self._place + pascal("field" if name == "fields" else name), plain)
            # One parameter with commas, not one for each value.
            commas: Any = {"style": "form", "explode": False} if shape.get("type") == "array" else {}
            found.append(
                OpenApiParameter(
                    name, plain, required=shape.get("required", False), description=in_words(shape), **commas
                )
            )
        if self.is_writing:
            # As web.api.idempotency takes it.
            shape = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
            found.append(
                OpenApiParameter("Idempotency-Key", shape, OpenApiParameter.HEADER, description=IDEMPOTENCY_KEY)
            )
        return [*found, *self._parameters_in_path()]

    def _parameters_in_path(self) -> list[OpenApiParameter]:
        code = {"type": "string", "pattern": "^[a-z0-9_]+$" if "/indicators/" in self.path else CODE_IN_PATH}
        number = {**WHOLE, "minimum": 1}
        names: dict[str, tuple[Shape, str]] = {
            "code": (code, _("Its code, as the list gives it")),
            "slug": (SLUG, _("Its slug, as the list gives it")),
            "report": (number, _("Its id, as the list gives it")),
            "number": (number, _("Its number, as the list gives it")),
        }
        return [
            OpenApiParameter(name, dict(shape), OpenApiParameter.PATH, required=True, description=words)
            for name, (shape, words) in names.items()
            if f"{{{name}}}" in self.path
        ]

    def _get_parameters(self) -> Any:
        # Of these an empty value counts as one that is not given.
        return [
            {**each, "allowEmptyValue": True} if each["in"] == "query" and each["name"] in MAY_BE_EMPTY else each
            for each in super()._get_parameters()
        ]

    def get_response_serializers(self) -> Any:
        error = self._component("Problem", PROBLEM)
        if self.is_writing:
            done = self.view.created_status if self.method == "POST" else 200
            answer = self._component(self.view.write_component, self.view.write_shape())
            refusals = {(code, PROBLEM_TYPE): error for code in WRITING_REFUSALS}
            conflict = self._component(f"{self.view.write_component}Conflict", self.view.conflict_shape())
            return {(done, "application/json"): answer, **refusals, (409, PROBLEM_TYPE): conflict}
        shape = self._component(self.view.component, self.view.shape())
        answers: dict[Any, Any] = {(200, "application/json"): shape}
        if len(self.view.formats) > 1:
            answers.update({(200, media): file for media, file in FILES.items()})
        return answers | {304: None} | {(code, PROBLEM_TYPE): error for code in REFUSALS}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        answer = super()._get_response_for_code(serializer, status_code, *args, **kwargs)
        code = int(status_code)
        for media, told in answer.get("content", {}).items():
            if media in ("application/json", PROBLEM_TYPE):
                told["example"] = self.example_of(code)
        words = WRITING_REFUSALS if self.is_writing else {304: NOT_MODIFIED, **REFUSALS}
        answer["description"] = words.get(code, _("The answer"))
        return answer

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        return self.headers_of(int(status_code))

    def _is_list_view(self, serializer: Any = None) -> bool:
        # Answers have shapes and no serializers. Looking for one would make all shapes of the endpoint each time.
        return False

    def example_of(self, code: int) -> Any:
        if code < 300:
            return example_of(self.view.write_shape() if self.is_writing else self.view.shape())
        return {**example_of(PROBLEM), "status": code}

    def headers_of(self, code: int) -> dict[str, Any]:
        """Return the headers that an answer has beside its body. Those that are not required are there where they
        apply."""
        found = dict(LIMIT_HEADERS)
        if self.is_writing:
            found |= {"Location": CREATED} if code == 201 else {}
            found |= {"Idempotency-Replayed": REPLAYED} if code in (200, 201) else {}
        elif code in (200, 304):
            found |= VALIDATORS
            found |= {"Link": LINK} if code == 200 and len(self.view.formats) > 1 else {}
        return found | OF_REFUSALS.get(code, {})

    def _component(self, name: str, shape: Shape) -> Any:
        return Components.of(self.registry).put(shape, name)


@cache
def rendered_schema(file_format: str, language: str) -> tuple[bytes, str]:
    """The description in one language, and its media type. It is the same for everybody, and cannot change while the
    site runs."""
    renderer = OpenApiYamlRenderer2 if file_format == "yaml" else OpenApiJsonRenderer2
    with override(language):
        schema = SchemaGenerator().get_schema(request=None, public=True)
        return bytes(renderer().render(schema, renderer_context={})), renderer.media_type
