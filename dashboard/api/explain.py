from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from dashboard.api.summary import META
from dashboard.explain import NARROWINGS, Rows, asked, names
from dashboard.figures import Figures
from dashboard.models import RollupRun
from indicators.figures import COUNTRY, PROVINCE, Standing
from measures.filters import MeasureFilter, asked_plan
from projects.filters import ProjectFilter
from web.api import Endpoint
from web.schema import (
    ADDRESS,
    DAY,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Shape,
    array,
    keyed,
    optional,
    parameters_of,
    record,
)
from web.sources import source_text

INPUT = record(
    {
        "figure": {**optional(TEXT), "description": "Its path, where it has an explanation of its own"},
        "label": TEXT,
        "value": optional(NUMBER),
        "day": optional(DAY),
        "unit": TEXT,
    }
)
ROWS = record(
    {"count": {**optional(WHOLE), "description": "Of the rows that are counted"}, "page": ADDRESS, "url": ADDRESS}
)
RUN = record({"id": WHOLE, "started_at": MOMENT, "finished_at": optional(MOMENT), "full": FLAG, "cells": WHOLE})
OBSERVATION = record(
    {
        "indicator": TEXT,
        "region": TEXT,
        "period": TEXT,
        "value": NUMBER,
        "released_on": DAY,
        "verified": FLAG,
        "source": TEXT,
        "previous": optional(NUMBER),
        "comparator": optional(record({"region": TEXT, "value": NUMBER})),
    }
)


class Explain(Endpoint):
    """Why a figure is what it is: its formula, what went in, the rows that were counted, when, and by which run."""

    component = "Explanation"
    columns = {
        "plan": TEXT,
        "figure": TEXT,
        "label": TEXT,
        "narrowed": keyed(TEXT),
        "value": optional(NUMBER),
        **META["properties"],
        "working": {**TEXT, "description": "The formula with the numbers"},
        "inputs": array(INPUT),
        "rows": optional(ROWS),
        "cells": {**WHOLE, "description": "How many stored counts were summed"},
        "computed_at": MOMENT,
        "stored": {**FLAG, "description": "False where it was counted for this answer"},
        "run": {**optional(RUN), "description": "That computed the newest of the plan's cells"},
        "refreshing": FLAG,
        "observation": optional(OBSERVATION),
    }

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        filters = parameters_of(MeasureFilter) | parameters_of(ProjectFilter)
        return {
            **super().parameter_shapes(),
            "plan": {**TEXT, "description": gettext_lazy("Action plan")},
            "figure": {**TEXT, "description": gettext_lazy("Path of a figure in the summary"), "required": True},
            **{name: filters[name] for name in NARROWINGS},
        }

    def get(self, request: Any) -> Response:
        plan = asked_plan(request._request)
        if plan is None:
            raise Http404(_("There is no action plan yet."))
        explained = asked(request._request, Figures(plan, self.day))
        fresh = explained.freshness
        return Response(
            {
                "as_of": self.day,
                "plan": plan.slug,
                "figure": explained.figure,
                "label": explained.label,
                "narrowed": names(explained.scope),
                "value": explained.value,
                **explained.described,
                "working": explained.working,
                "inputs": [
                    {
                        "figure": each.figure or None,
                        "label": each.label,
                        "value": each.value,
                        "day": each.day,
                        "unit": each.unit,
                    }
                    for each in explained.inputs
                ],
                "rows": explained.rows and self.make_rows(explained.rows, plan.slug),
                "cells": explained.cells,
                "computed_at": fresh.computed_at.isoformat(timespec="seconds"),
                "stored": not fresh.is_live,
                "run": explained.run and _run(explained.run),
                "refreshing": fresh.refreshing,
                "observation": explained.standing and _observation(explained.standing),
            }
        )

    def make_rows(self, rows: Rows, plan: str) -> Mapping[str, Any]:
        # With the day and the plan: the rows of this figure, also tomorrow.
        asked_of = {"as_of": self.day.isoformat(), **({"plan": plan} if rows.count is not None else {})}
        return {
            "count": rows.count,
            "page": self.address(rows.page, *rows.args, **rows.page_filters, **asked_of),
            "url": self.address(rows.api, **rows.filters, **asked_of),
        }


def _run(run: RollupRun) -> Mapping[str, Any]:
    return {
        "id": run.pk,
        "started_at": localtime(run.started_at),
        "finished_at": run.finished_at and localtime(run.finished_at),
        "full": run.full,
        "cells": run.cells,
    }


def _observation(standing: Standing) -> Mapping[str, Any]:
    latest = standing.latest
    assert latest is not None
    return {
        "indicator": standing.indicator.code,
        "region": PROVINCE,
        "period": latest.period,
        "value": standing.value,
        "released_on": latest.released_on,
        "verified": latest.verified,
        "source": source_text(latest.source),
        "previous": standing.previous,
        "comparator": None if standing.comparator is None else {"region": COUNTRY, "value": standing.comparator},
    }
