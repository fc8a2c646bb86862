"""The API's own description (OpenAPI), made from what each endpoint declares: its columns, filters and orderings."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from web.filters import DayFilter

Shape = Mapping[str, Any]

TEXT: Shape = {"type": "string"}
DAY: Shape = {"type": "string", "format": "date"}
COMPARED: Shape = {"type": "string", "pattern": "^(last_month|last_quarter|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}
MONTH: Shape = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
ADDRESS: Shape = {"type": "string", "format": "uri"}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}


def optional(shape: Shape) -> Shape:
    return {**shape, "nullable": True}


def one_of(values: Iterable[str]) -> Shape:
    return {"type": "string", "enum": [str(value) for value in values]}


def array(of: Shape) -> Shape:
    return {"type": "array", "items": of}


def keyed(of: Shape) -> Shape:
    return {"type": "object", "additionalProperties": of}


def record(columns: Mapping[str, Shape], *, sometimes: Iterable[str] = ()) -> Shape:
    """An object of these fields; all are always there but those of `sometimes`."""
    required = [name for name in columns if name not in set(sometimes)]
    return {"type": "object", "properties": dict(columns), "required": required}


def local_names(field: str) -> dict[str, Shape]:
    """A name in the caller's language, and in both."""
    return {field: TEXT, f"{field}_zh": TEXT, f"{field}_en": TEXT}


ERROR = record(
    {"detail": TEXT, "errors": {**keyed(array(TEXT)), "description": "Parameter to what is wrong with it."}},
    sometimes=["errors"],
)
REFUSALS = {
    400: "An unknown parameter or an impossible value; the answer names the allowed ones.",
    401: "Log in, or send a token.",
    403: "This account may not do this.",
    404: "There is no such thing on that day.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}
# Of what is sent; 409 has a shape of its own.
WRITING_REFUSALS = REFUSALS | {
    400: "An unknown field or an impossible value; `errors` names each.",
    409: "It is not allowed as things stand; nothing was changed.",
    413: "The body is too large.",
    415: "The body must be JSON, and say so in Content-Type.",
}
CONFLICT = record({"detail": TEXT, "field": {**TEXT, "nullable": True}})
FILES = {
    "text/csv": TEXT,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"type": "string", "format": "binary"},
    "application/x-ndjson": TEXT,
}


def filter_shape(each: django_filters.Filter) -> Shape:
    if isinstance(each, DayFilter):
        return DAY
    if isinstance(each, django_filters.ChoiceFilter) and not isinstance(each, django_filters.ModelChoiceFilter):
        return one_of(value for value, _label in each.extra["choices"])
    return TEXT


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = "web.authentication.AccessTokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class BrowserScheme(SessionScheme):
    target_class = "web.authentication.BrowserAuthentication"


class EndpointSchema(AutoSchema):
    """Describes `web.api.Endpoint`."""

    @property
    def is_writing(self) -> bool:
        return self.method in ("POST", "PUT")

    def get_operation_id(self) -> str:
        parts = [part.strip("{}").replace("-", "_") for part in self.path.split("/") if part]
        ending = [self.method.lower()] if self.is_writing else []
        return "_".join(parts[2:] + ending)  # without api/v1

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[3]]

    def get_request_serializer(self) -> Any:
        taken = self.view.takes.get(self.method)
        return {"application/json": self._component(*taken)} if taken else None

    def _get_request_body(self, *args: Any, **kwargs: Any) -> Any:
        body = super()._get_request_body(*args, **kwargs) if self.get_request_serializer() else None
        return {**body, "required": True} if body else None

    def get_override_parameters(self) -> Any:
        shapes = self.view.writing_shapes() if self.is_writing else self.view.parameter_shapes()
        found = []
        for name, shape in shapes.items():
            plain = {key: value for key, value in shape.items() if key not in ("description", "required")}
            found.append(
                OpenApiParameter(
                    name,
                    plain,
                    required=shape.get("required", False),
                    description=str(shape.get("description", "")),
                )
            )
        if "{code}" in self.path:
            pattern = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
            found.append(OpenApiParameter("code", pattern, OpenApiParameter.PATH, required=True))
        return found

    def _get_parameters(self) -> Any:
        # An empty value counts as one that is not given.
        return [
            {**each, "allowEmptyValue": True} if each["in"] == "query" else each for each in super()._get_parameters()
        ]

    def get_response_serializers(self) -> Any:
        error = self._component("Error", ERROR)
        if self.is_writing:
            done = self.view.made_status if self.method == "POST" else 200
            answer = self._component(self.view.written_component, self.view.written_shape())
            refusals = {(code, "application/json"): error for code in WRITING_REFUSALS}
            conflict = self._component(f"{self.view.written_component}Conflict", self.view.conflict_shape())
            return {(done, "application/json"): answer, **refusals, (409, "application/json"): conflict}
        shape = self._component(self.view.component, self.view.shape())
        answers: dict[Any, Any] = {(200, "application/json"): shape}
        if len(self.view.formats) > 1:
            answers.update({(200, media): file for media, file in FILES.items()})
        return answers | {(code, "application/json"): error for code in REFUSALS}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        answer = super()._get_response_for_code(serializer, status_code, *args, **kwargs)
        answer["description"] = (WRITING_REFUSALS if self.is_writing else REFUSALS).get(int(status_code), "")
        return answer

    def _component(self, name: str, shape: Shape) -> Any:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=dict(shape), object=name)
        self.registry.register_on_missing(component)
        return component.ref


def parameters_of(filterset: type[django_filters.FilterSet]) -> dict[str, Shape]:
    return {
        name: {**filter_shape(each), "description": each.label or ""} for name, each in filterset.base_filters.items()
    }
