from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from core.lights import Light, MeasureLight, light_of
from core.scope import PlanScope
from core.scoped import is_out
from core.statuses import MeasureStatus
from measures.api.addresses import row_address
from measures.comparison import LIGHT_COLUMNS, measures_then
from measures.filters import MEASURE_ORDERINGS, MeasureFilter, asked_list_comparison, asked_plan
from measures.models import Measure, ScopeChange
from measures.querysets import MeasureQuerySet
from web.api.endpoints import ListEndpoint, Row, RowEndpoint
from web.api.fields import (
    ORIGIN,
    UPDATED,
    Chunk,
    Field,
    Reader,
    among,
    both_fields,
    column,
    grouped,
    joined_codes,
    linked,
    local_field,
    local_fields,
    placed_codes,
    stored,
)
from web.api.shapes import ADDRESS, DAY, TEXT, Shape, array, choice, meaning, optional
from web.limits import thresholds
from web.lists.filters import asks_for_scope


def _participating(chunk: Chunk) -> Mapping[int, list[str]]:
    links = Measure.participating_departments.through.objects.filter(among("measure", chunk.ids))
    return grouped(links.order_by("department__number").values_list("measure_id", "department__slug"))


def _projects(chunk: Chunk) -> Mapping[int, list[str]]:
    links = Measure.projects.through.objects.filter(among("measure", chunk.ids))
    day, projects = chunk.endpoint.day, Measure.projects.rel.related_model
    listed = links.filter(~is_out(projects, day, subject="project"), project__listed_on__lte=day)
    return joined_codes(listed, "measure_id", "project")


def _indicators(chunk: Chunk) -> Mapping[int, list[str]]:
    links = Measure.indicators.through.objects.filter(among("measure", chunk.ids))
    return grouped(links.order_by("indicator__code").values_list("measure_id", "indicator__code"))


def _successions(chunk: Chunk) -> QuerySet[Any]:
    """Return the pairs, in force on the day, of a change by which a measure left and of one that took over."""
    in_force = ScopeChange.succession.in_force(chunk.endpoint.day, rows="scopechange")
    return ScopeChange.successors.through._default_manager.filter(in_force)


def _successors(chunk: Chunk) -> Mapping[int, list[str]]:
    links = _successions(chunk).filter(among("scopechange__measure", chunk.ids))
    return placed_codes(links, "scopechange__measure", "measure")


def _predecessors(chunk: Chunk) -> Mapping[int, list[str]]:
    links = _successions(chunk).filter(among("measure", chunk.ids))
    return placed_codes(links, "measure", "scopechange__measure")


def _from_light(shape: Shape, read: Callable[[MeasureLight], str], *, if_out: str | None) -> Field:
    """Return a field that holds what the rule of the lights says of a row on the day."""

    def reader(chunk: Chunk) -> Reader:
        day, limits = chunk.endpoint.day, thresholds()

        def read_row(row: Row) -> str | None:
            if row["scope"] != PlanScope.IN_PLAN:
                return if_out
            return read(light_of(**{name: row[name] for name in LIGHT_COLUMNS}, on=day, limits=limits))

        return read_row

    return Field(shape, ("scope", *LIGHT_COLUMNS), reader)


_DESCRIPTION, _TARGET = gettext_lazy("What is to be done"), gettext_lazy("What is to be reached")
_LAST_REPORT = gettext_lazy("The day on which its last report by the day that is accepted by now was submitted")
MEASURE = {
    "code": stored(Measure, "code", gettext_lazy("Code of the measure")),
    **local_fields("title", gettext_lazy("Title of the measure")),
    "description": local_field(_DESCRIPTION, "description"),
    "section": stored(Measure, "section__slug", gettext_lazy("Slug of its priority area")),
    "lead_department": stored(Measure, "lead_department__slug", gettext_lazy("Slug of the department that leads it")),
    "participating_departments": linked(
        meaning(gettext_lazy("Slugs of the departments that take part"), array(TEXT)), _participating
    ),
    "status": column("status", choice(MeasureStatus.choices, gettext_lazy("The status in force on the day"))),
    "status_since": column("status_since", meaning(gettext_lazy("The day since which it has that status"), DAY)),
    "light": _from_light(
        optional(
            choice(
                Light.choices,
                gettext_lazy("The light on the day, by the rule of the lights; null: it is suspended or withdrawn"),
            )
        ),
        lambda light: light.light.value,
        if_out=None,
    ),
    "light_reason": _from_light(
        meaning(gettext_lazy("Why it has that light, in the language of the request")),
        lambda light: str(light.reason),
        if_out="",
    ),
    "scope": column("scope", choice(PlanScope.choices, gettext_lazy("The scope on the day"))),
    "due_on": stored(Measure, "due_on", gettext_lazy("The day by which it is due; null where none is set")),
    "due_text": column(
        "due_text",
        meaning(
            gettext_lazy("What its source says in place of a due date, such as ongoing; null: nothing"), optional(TEXT)
        ),
        convert=lambda text: text or None,
    ),
    "listed_on": stored(Measure, "listed_on", gettext_lazy("The day from which it belongs to the plan")),
    "target": local_field(_TARGET, "target"),
    "last_report_on": column("last_report_on", meaning(_LAST_REPORT, optional(DAY))),
    "projects": linked(
        meaning(gettext_lazy("Codes of the projects that support it, listed by the day"), array(TEXT)), _projects
    ),
    "indicators": linked(meaning(gettext_lazy("Codes of the indicators that it is to move"), array(TEXT)), _indicators),
    "provenance": ORIGIN["provenance"],
    "lead_provenance": stored(Measure, "lead_provenance", gettext_lazy("Where its lead department comes from")),
    "source": ORIGIN["source"],
    **UPDATED,
    "url": row_address("api-measures"),
}
_SUCCESSORS = gettext_lazy(
    "Codes of the measures that carry it on: it was merged into the one, or split into the several; none where it was "
    "not withdrawn, or nothing followed"
)
_PREDECESSORS = gettext_lazy("Codes of the withdrawn measures that it takes over from on the day")
DETAILS = {
    "plan": stored(Measure, "plan__slug", gettext_lazy("Slug of its action plan")),
    **both_fields("description", _DESCRIPTION),
    **both_fields("target", _TARGET),
    "successors": linked(meaning(_SUCCESSORS, array(TEXT)), _successors),
    "predecessors": linked(meaning(_PREDECESSORS, array(TEXT)), _predecessors),
    "history": row_address(
        "api-measures", meaning(gettext_lazy("Address of its history in the API"), ADDRESS), ending="history/"
    ),
}
STATUS_THEN = optional(
    choice(MeasureStatus.choices, gettext_lazy("The status on the earlier day; null: it was not listed then"))
)
LIGHT_THEN = optional(
    choice(Light.choices, gettext_lazy("The light on the earlier day; null: it was not in the plan then"))
)
SCOPE_THEN = optional(
    choice(PlanScope.choices, gettext_lazy("The scope on the earlier day; null: it was not listed then"))
)


def _light_then(chunk: Chunk) -> Reader:
    assert chunk.endpoint.compared is not None
    before = measures_then(chunk.ids, chunk.endpoint.compared, limits=thresholds())
    return lambda row: before[row["pk"]].light if row["pk"] in before else None


class MeasureRows(RowEndpoint):
    """The common part of the endpoints of the list and of a single measure."""

    takes_compare = True
    takes_plan = True

    def get_meta(self) -> Row:
        if self.fields is not None and "light" not in self.fields:
            return {}
        words = _("The rule of lights, applied on the day; the row says why.")
        rule = {"unit": "", "cumulative": False, "provenance": None, "published_for": None, "source": ""}
        return {"light": {**rule, "explain": words, "url": self.address("measures:lights")}}

    def asked_scope(self) -> MeasureQuerySet:
        return Measure.objects.with_all_of(self.day, limits=thresholds())

    def get_queryset(self) -> MeasureQuerySet:
        measures = self.asked_scope().in_plan(asked_plan(self.request._request))
        return measures.with_status_then(self.compared) if self.compared else measures


class Measures(MeasureRows, ListEndpoint):
    permission = READERS
    component = "MeasureList"
    summary = gettext_lazy(
        "The measures of a plan that were listed by the day, each with its status and light of that day."
    )
    row_fields = MEASURE
    compared_fields = {
        "status_then": column("status_then", STATUS_THEN),
        "light_then": Field(LIGHT_THEN, ("pk",), _light_then),
    }
    filterset_class = MeasureFilter
    orderings = MEASURE_ORDERINGS
    default_ordering = "code"
    name = "measures"

    def asked_comparison(self, request: Any) -> date | None:
        return asked_list_comparison(request, self.day)

    def asked_scope(self) -> MeasureQuerySet:
        """Return the measures of the day, and those that are out only where they are asked for."""
        is_asked = asks_for_scope(self.request._request)
        return super().asked_scope() if is_asked else Measure.objects.as_of(self.day, limits=thresholds())


class MeasureDetail(MeasureRows):
    permission = READERS
    component = "Measure"
    summary = gettext_lazy("One measure, with its texts in both languages.")
    row_fields = MEASURE | DETAILS
    compared_fields = Measures.compared_fields

    def get_answer(self, request: Any, code: str) -> Response:
        return self.get_row(self.get_queryset().filter(code=code))
