from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from indicators.api.judgements import (
    ATTAINMENT,
    EARLIER_JUDGEMENT,
    JUDGEMENT,
    MILESTONES,
    REASON,
    VERDICT,
    VERDICT_SENTENCE,
    judgement_row,
    milestone_rows,
)
from indicators.derived import DerivedForm
from indicators.filters import INDICATOR_ORDERINGS, IndicatorFilter, indicators_of
from indicators.models import Direction, Indicator, IndicatorGroup, Observation, Target
from indicators.state import ChangeSince, IndicatorState, indicator_states
from indicators.verdict_words import verdict_sentence
from measures.filters import asked_plan
from web.api.endpoints import ListEndpoint, Row, RowEndpoint
from web.api.fields import Chunk, Field, Reader, value
from web.api.shapes import (
    ADDRESS,
    CUMULATIVE,
    DAY,
    FLAG,
    NUMBER,
    PROVENANCE,
    SOURCE,
    TEXT,
    UNIT,
    UPDATED_AT,
    URL,
    WHOLE,
    Shape,
    array,
    choice,
    local_names,
    meaning,
    optional,
    quantity,
    record,
)
from web.days import api_timestamp
from web.formats.numbers import json_number, trimmed
from web.formats.sources import format_source
from web.language import localized

CODE = meaning(gettext_lazy("Code of the indicator"))
PERIOD = meaning(gettext_lazy("The period that the value is of, such as 2023H1"))
REGION = meaning(gettext_lazy("Code of the region"))
RELEASED_ON = meaning(gettext_lazy("The day on which the value was released"), DAY)
RELEASE_BASIS = meaning(gettext_lazy("Whether the source states the day of release, or it is assumed"))
VINTAGE = meaning(gettext_lazy("Only what was released by this day; by that of the answer unless given"), DAY)
NAME = local_names("name", gettext_lazy("Name of the indicator"))
VALUE = meaning(gettext_lazy("The value, in the unit of the indicator"), NUMBER)
PREVIOUS = meaning(
    gettext_lazy("The value of the same period a year earlier; null: none, or not comparable"), optional(NUMBER)
)
GAP = meaning(
    gettext_lazy("The value minus that of the region that it is compared with, in the unit of the indicator"),
    optional(NUMBER),
)
COMPARATOR = meaning(
    gettext_lazy("The region that it is compared with, in the same period; null: not released"),
    optional(record({"region": REGION, "value": VALUE})),
)
_LATEST: dict[str, Shape] = {
    "period": PERIOD,
    "value": VALUE,
    "released_on": RELEASED_ON,
    "release_basis": RELEASE_BASIS,
    "provenance": PROVENANCE,
}
LATEST = record(_LATEST)
_TARGET: dict[str, Shape] = {
    "value": meaning(gettext_lazy("What it is to be, in the unit of the target"), NUMBER),
    "due_year": meaning(gettext_lazy("The year by whose end it is to be reached"), WHOLE),
    "qualifier": meaning(gettext_lazy("How the document qualifies it, such as “about” or “versus 2020”")),
    "document": meaning(gettext_lazy("The document that sets it, in the language of the request")),
}
TARGET = meaning(
    gettext_lazy("The target in force: of the newest document adopted by the day; null: none"),
    optional(record(_TARGET)),
)
JUDGED_TARGET = meaning(
    gettext_lazy("The target that the verdict is on: that in force where none is of the value's scope; null: none"),
    optional(record(_TARGET)),
)
_TARGETS = array(
    record(
        {
            **_TARGET,
            "unit": meaning(gettext_lazy("The unit of the target")),
            "scope": meaning(gettext_lazy("The part that it is for, in the language of the request; empty: the whole")),
            "milestones": MILESTONES,
            "single_year": meaning(
                gettext_lazy("Whether it is for the due year alone: then that year's value decides, and no path"), FLAG
            ),
            "verdict": VERDICT,
            "verdict_reason": REASON,
            "derived": meaning(gettext_lazy("Whether it was worked out from the document's own figures"), FLAG),
            "baseline_value": meaning(
                gettext_lazy("Where the straight path begins, in the unit of the target; null: not stated"),
                optional(NUMBER),
            ),
            "baseline_on": meaning(gettext_lazy("The day of the baseline; null: not stated"), optional(DAY)),
            "adopted_on": meaning(gettext_lazy("The day on which the document was adopted"), DAY),
            "adopted_basis": meaning(gettext_lazy("Whether the document states that day, or it is assumed")),
            "provenance": PROVENANCE,
            "source": SOURCE,
        }
    )
)


DERIVED = meaning(
    gettext_lazy("How its values follow from those of others; null: it has its own"),
    optional(
        record(
            {
                "form": choice(
                    DerivedForm.choices,
                    gettext_lazy(
                        "from / with (ratio; share in %; per_head by the people at the end of the year), from - with "
                        "(difference), or the change of from on the same period of the year before in % (year_on_year)"
                    ),
                ),
                "from": CODE,
                "with": optional(CODE),
            }
        )
    ),
)
INPUTS = meaning(
    gettext_lazy("What the newest value of a derived indicator was computed from; empty for others"),
    array(
        record(
            {
                "indicator": CODE,
                **_LATEST,
                "value": meaning(gettext_lazy("The value, in the unit of that indicator"), NUMBER),
            }
        )
    ),
)


def target_row(target: Target | None) -> Row | None:
    if target is None:
        return None
    return {
        "value": trimmed(target.value),
        "due_year": target.due_year,
        "qualifier": target.qualifier,
        "document": format_source(target.document),
    }


def latest_row(latest: Observation | None) -> Row | None:
    return None if latest is None else _value_row(latest)


def _value_row(row: Observation) -> Row:
    return {
        "period": row.period,
        "value": json_number(trimmed(row.value)),
        "released_on": row.released_on,
        "release_basis": row.release_basis,
        "provenance": row.provenance,
    }


def _whole_target(state: IndicatorState, target: Target) -> Row:
    found = state.judge(target)
    return {
        **(target_row(target) or {}),
        "unit": target.unit,
        "scope": format_source(target.scope),
        "milestones": milestone_rows(target),
        "single_year": target.single_year,
        "verdict": found.verdict,
        "verdict_reason": found.reason,
        "derived": target.derived,
        "baseline_value": None if target.baseline_value is None else trimmed(target.baseline_value),
        "baseline_on": target.baseline_on,
        "adopted_on": target.adopted_on,
        "adopted_basis": target.adopted_basis,
        "provenance": target.provenance,
        "source": format_source(target.source),
    }


def _attribute(name: str, shape: Shape) -> Field:
    """A column of the indicator."""
    return value(shape, lambda state: getattr(state.indicator, name))


def _comparator_row(state: IndicatorState) -> Row | None:
    found = state.comparator_row
    return found and {**found, "value": json_number(state.comparator)}


def _staleness(chunk: Chunk) -> Reader:
    day = chunk.endpoint.day
    return lambda state: None if state.latest is None else (day - state.latest.period_end).days


def _address(chunk: Chunk) -> Reader:
    base = chunk.endpoint.address("api-indicators")
    return lambda state: f"{base}{state.indicator.code}/"


INDICATOR = {
    "code": _attribute("code", CODE),
    "name": value(NAME["name"], lambda state: localized(state.indicator, "name")),
    "name_zh": _attribute("name_zh", NAME["name_zh"]),
    "name_en": _attribute("name_en", NAME["name_en"]),
    "unit": _attribute("unit", UNIT),
    "direction": _attribute("direction", choice(Direction.choices, gettext_lazy("Desired direction"))),
    "cumulative": _attribute("cumulative", CUMULATIVE),
    "group": _attribute("group", choice(IndicatorGroup.choices, gettext_lazy("What it is listed under"))),
    "latest": value(
        meaning(
            gettext_lazy("The newest verified and exact value of the plan's region released by the day; null: none"),
            optional(LATEST),
        ),
        lambda state: latest_row(state.latest),
    ),
    "target": value(TARGET, lambda state: target_row(state.target)),
    "verdict": value(optional(VERDICT), lambda state: state.verdict),
    "verdict_reason": value(REASON, lambda state: state.judgement and state.judgement.reason),
    "verdict_sentence": value(VERDICT_SENTENCE, verdict_sentence),
    "judged_target": value(JUDGED_TARGET, lambda state: target_row(state.judged_target)),
    "comparator": value(COMPARATOR, _comparator_row),
    "staleness": Field(
        optional(
            quantity("days", WHOLE, description=gettext_lazy("Days from the end of the newest period to the day"))
        ),
        (),
        _staleness,
    ),
    "updated_at": value(UPDATED_AT, lambda state: api_timestamp(state.indicator.updated_at)),
    "url": Field(URL, (), _address),
}


def _targets(chunk: Chunk) -> Reader:
    """Return a reader of the targets of the plan's region that were adopted by the day."""

    def read(state: IndicatorState) -> list[Row]:
        targets = state.indicator.targets.filter(adopted_on__lte=chunk.endpoint.day, region=state.region)
        return [_whole_target(state, each) for each in targets]

    return read


def _measures(chunk: Chunk) -> Reader:
    plan = asked_plan(chunk.endpoint.request._request)

    def read(state: IndicatorState) -> list[str]:
        measures = state.indicator.measures.in_plan(plan).in_scope(chunk.endpoint.day)
        return list(measures.order_by("position", "code").values_list("code", flat=True))

    return read


def _observations(chunk: Chunk) -> Reader:
    """A derived one has no rows of its own, but a series."""

    def read(state: IndicatorState) -> str:
        code = state.indicator.code
        if state.indicator.derived_form:
            return chunk.endpoint.address("api-indicator-series", code)
        return chunk.endpoint.address("api-observations", indicator=code)

    return read


def _series(chunk: Chunk) -> Reader:
    return lambda state: chunk.endpoint.address("api-indicator-series", state.indicator.code)


def derived_row(indicator: Indicator) -> Row | None:
    if not indicator.derived_form or indicator.derived_from is None:
        return None
    other = indicator.derived_with
    return {
        "form": indicator.derived_form,
        "from": indicator.derived_from.code,
        "with": None if other is None else other.code,
    }


def _inputs(state: IndicatorState) -> list[Row]:
    inputs = state.latest.inputs if state.latest else ()
    return [{"indicator": each.indicator.code, **_value_row(each)} for each in inputs]


DETAILS = {
    "region": value(REGION, lambda state: state.region_code),
    "headline": _attribute(
        "headline",
        meaning(gettext_lazy("Its place among the headline indicators; null: it is none"), optional(WHOLE)),
    ),
    "previous": value(PREVIOUS, lambda state: state.previous),
    "gap": value(GAP, lambda state: state.gap),
    "attainment": value(ATTAINMENT, lambda state: state.judgement and state.judgement.attainment),
    "judgement": value(JUDGEMENT, lambda state: judgement_row(state.judgement)),
    "earlier_judgement": value(EARLIER_JUDGEMENT, lambda state: judgement_row(state.earlier)),
    "targets": Field(meaning(gettext_lazy("Every target adopted by the day"), _TARGETS), (), _targets),
    "measures": Field(
        meaning(gettext_lazy("Codes of the plan's measures that are to move it, listed by the day"), array(TEXT)),
        (),
        _measures,
    ),
    "observations": Field(meaning(gettext_lazy("Address of its values in the API"), ADDRESS), (), _observations),
    "series": Field(
        meaning(gettext_lazy("Address of its series in the API: of each region and period one value"), ADDRESS),
        (),
        _series,
    ),
    "derived": value(DERIVED, lambda state: derived_row(state.indicator)),
    "inputs": value(INPUTS, _inputs),
    "provenance": _attribute("provenance", PROVENANCE),
    "source": value(SOURCE, lambda state: format_source(state.indicator.source)),
}


def _since(shape: Shape, read: Callable[[ChangeSince], Any]) -> Field:
    """Return a field that tells what has changed since the day that is compared with."""

    def reader(chunk: Chunk) -> Reader:
        then = chunk.endpoint.compared
        assert then is not None
        return lambda state: read(ChangeSince(state, then))

    return Field(shape, (), reader)


THEN = {
    "latest_then": _since(
        meaning(gettext_lazy("The newest value on the earlier day; null: none was released"), optional(LATEST)),
        lambda since: latest_row(since.latest),
    ),
    "change": _since(
        meaning(
            gettext_lazy("By how much it differs, in the unit; null also between sums from 1 January to other days"),
            optional(NUMBER),
        ),
        lambda since: since.change,
    ),
}


class IndicatorRows(RowEndpoint):
    """The base of the endpoints of the list and of a single indicator: rows are made of the state of each on the
    day."""

    takes_compare = True
    takes_plan = True
    kinds = ("indicators", "regions", "measures", "plans", "themes")
    compared_fields = THEN

    def make_rows(self, objects: Sequence[Indicator]) -> Iterable[Row]:
        return super().make_rows(indicator_states(objects, on=self.day, plan=asked_plan(self.request._request)))


class Indicators(IndicatorRows, ListEndpoint):
    permission = READERS
    component = "IndicatorList"
    summary = gettext_lazy(
        "The indicators of the site, each with its newest verified and exact value released by the day. Those without "
        "any value by the day come with has_value=no."
    )
    row_fields = INDICATOR
    filterset_class = IndicatorFilter
    orderings = INDICATOR_ORDERINGS
    default_ordering = "headline"
    name = "indicators"

    def get_queryset(self) -> QuerySet[Indicator]:
        asks = any(self.request.query_params.getlist("has_value"))
        return indicators_of(asked_plan(self.request._request), on=self.day, asks_for_values=asks)


class IndicatorDetail(IndicatorRows):
    permission = READERS
    component = "Indicator"
    summary = gettext_lazy("One indicator: what it stands against, and every target adopted by the day.")
    row_fields = INDICATOR | DETAILS

    def get_answer(self, request: Any, code: str) -> Response:
        indicators = Indicator.objects.with_headline(asked_plan(request._request))
        indicator = indicators.select_related("derived_from", "derived_with").filter(code=code).first()
        if indicator is None:
            raise Http404
        [row] = self.make_rows([indicator])
        return Response({"as_of": self.day, **row})
