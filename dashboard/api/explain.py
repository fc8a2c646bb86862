from collections.abc import Mapping
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from dashboard.api.summary import COMPUTED_AT, PLAN, REFRESHING
from dashboard.explanation import CountedRows
from dashboard.explanations import SCOPE_FILTERS, asked_explanation, scope_query
from dashboard.figures import Figures
from indicators.api.indicators import CODE, COMPARATOR, PERIOD, PREVIOUS, REGION, RELEASE_BASIS, RELEASED_ON, VALUE
from indicators.api.observations import VERIFIED
from indicators.state import IndicatorState
from measures.filters import MeasureFilter, asked_plan_or_404
from projects.filters import ProjectFilter
from rollups.models import RollupRun
from web.api.endpoints import Endpoint
from web.api.shapes import (
    ADDRESS,
    DAY,
    FILLED_TEXT,
    FLAG,
    META,
    MOMENT,
    NUMBER,
    SOURCE,
    TEXT,
    UNIT,
    WHOLE,
    Shape,
    array,
    keyed,
    meaning,
    optional,
    parameters_of,
    record,
    translated,
)
from web.formats.sources import format_source

LABEL = translated(gettext_lazy("What it is called"))
INPUT = record(
    {
        "figure": meaning(gettext_lazy("Its path, where it has an explanation of its own"), optional(TEXT)),
        "label": LABEL,
        "value": meaning(gettext_lazy("Its value; null where it is a day"), optional(NUMBER)),
        "day": meaning(gettext_lazy("The day that it is; null where it is a number"), optional(DAY)),
        "unit": UNIT,
    }
)
ROWS = record(
    {
        "count": meaning(gettext_lazy("How many rows are counted; null where they are not"), optional(WHOLE)),
        "page": meaning(gettext_lazy("Address of the page that lists them"), ADDRESS),
        "url": meaning(gettext_lazy("Address of the list in the API"), ADDRESS),
    }
)
RUN = record(
    {
        "id": meaning(gettext_lazy("Number of the run"), WHOLE),
        "started_at": meaning(gettext_lazy("When it began"), MOMENT),
        "finished_at": meaning(gettext_lazy("When it ended; null while it goes on"), optional(MOMENT)),
        "full": meaning(gettext_lazy("Whether it counted everything anew"), FLAG),
        "cells": meaning(gettext_lazy("How many stored counts it wrote"), WHOLE),
    }
)
OBSERVATION = record(
    {
        "indicator": CODE,
        "region": REGION,
        "period": PERIOD,
        "value": VALUE,
        "released_on": RELEASED_ON,
        "release_basis": RELEASE_BASIS,
        "verified": VERIFIED,
        "source": SOURCE,
        "previous": PREVIOUS,
        "comparator": COMPARATOR,
    }
)


class Explain(Endpoint):
    permission = READERS
    takes_plan = True
    component = "Explanation"
    summary = gettext_lazy(
        "Why a figure is what it is: its formula, what went in, the rows that were counted, when, and by which run."
    )
    columns = {
        "plan": PLAN,
        "figure": meaning(gettext_lazy("Path of the figure in the summary")),
        "label": LABEL,
        "narrowed": meaning(gettext_lazy("What it is narrowed to, by the name of the filter"), keyed(TEXT)),
        "value": meaning(gettext_lazy("The figure; null: nothing to measure"), optional(NUMBER)),
        **{name: shape for name, shape in META["properties"].items() if name != "url"},
        "working": meaning(gettext_lazy("The formula with the numbers; empty where there is none")),
        "inputs": meaning(gettext_lazy("What went in"), array(INPUT)),
        "rows": meaning(gettext_lazy("The rows behind it; null where there are none"), optional(ROWS)),
        "cells": meaning(gettext_lazy("How many stored counts were summed"), WHOLE),
        "computed_at": COMPUTED_AT,
        "stored": meaning(gettext_lazy("False where it was counted for this answer"), FLAG),
        "run": meaning(gettext_lazy("The run that wrote the newest of the plan's counts"), optional(RUN)),
        "refreshing": REFRESHING,
        "observation": meaning(
            gettext_lazy("The value of an indicator; null for other figures"), optional(OBSERVATION)
        ),
    }

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        filters = parameters_of(MeasureFilter) | parameters_of(ProjectFilter)
        return {
            **super().parameter_shapes(),
            "figure": {**FILLED_TEXT, "description": gettext_lazy("Path of a figure in the summary"), "required": True},
            **{name: filters[name] for name in SCOPE_FILTERS},
        }

    def get_answer(self, request: Any) -> Response:
        plan = asked_plan_or_404(request._request)
        explanation = asked_explanation(request._request, Figures(plan, self.day))
        fresh = explanation.freshness
        return Response(
            {
                "as_of": self.day,
                "plan": plan.slug,
                "figure": explanation.figure,
                "label": explanation.label,
                "narrowed": scope_query(explanation.scope),
                "value": explanation.value,
                **explanation.description,
                "working": explanation.working,
                "inputs": [
                    {
                        "figure": each.figure or None,
                        "label": each.label,
                        "value": each.value,
                        "day": each.day,
                        "unit": each.unit,
                    }
                    for each in explanation.inputs
                ],
                "rows": explanation.rows and self.make_rows(explanation.rows, plan.slug),
                "cells": explanation.cells,
                "computed_at": fresh.computed_at.isoformat(timespec="seconds"),
                "stored": not fresh.is_live,
                "run": explanation.run and _run(explanation.run),
                "refreshing": fresh.refreshing,
                "observation": explanation.indicator_state and _observation(explanation.indicator_state),
            }
        )

    def make_rows(self, rows: CountedRows, plan: str) -> Mapping[str, Any]:
        # With the day and the plan: the rows of this figure, also tomorrow.
        asked_of = {"as_of": self.day.isoformat(), **({"plan": plan} if rows.count is not None else {})}
        return {
            "count": rows.count,
            "page": self.address(rows.page, *rows.args, **rows.page_filters, **asked_of),
            "url": self.address(rows.api, *rows.api_args, **rows.filters, **asked_of),
        }


def _run(run: RollupRun) -> Mapping[str, Any]:
    return {
        "id": run.pk,
        "started_at": localtime(run.started_at),
        "finished_at": run.finished_at and localtime(run.finished_at),
        "full": run.full,
        "cells": run.cells,
    }


def _observation(state: IndicatorState) -> Mapping[str, Any]:
    latest = state.latest
    assert latest is not None
    return {
        "indicator": state.indicator.code,
        "region": state.region_code,
        "period": latest.period,
        "value": state.value,
        "released_on": latest.released_on,
        "release_basis": latest.release_basis,
        "verified": latest.verified,
        "source": format_source(latest.source),
        "previous": state.previous,
        "comparator": state.comparator_row,
    }
