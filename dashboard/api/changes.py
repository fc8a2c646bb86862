from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from dashboard.api.summary import INVESTED, then_and_change
from dashboard.changes import Changes
from dashboard.figures import Figures
from indicators.models import Observation
from measures.changes import MeasureChange
from measures.filters import asked_plan
from projects.models import Category
from reporting.lights import Light
from reporting.statuses import MeasureStatus
from web.api import Endpoint
from web.days import LAST_MONTH, asked_comparison
from web.language import local
from web.numbers import trimmed
from web.schema import ADDRESS, DAY, NUMBER, TEXT, WHOLE, Shape, array, keyed, local_names, one_of, optional, record

MEASURE = record(
    {
        "code": TEXT,
        **local_names("title"),
        "lead_department": TEXT,
        "status_then": {
            **optional(one_of(MeasureStatus.values)),
            "enum": [*MeasureStatus.values, None],
            "description": "Null: not listed then",
        },
        "status": one_of(MeasureStatus.values),
        "status_since": DAY,
        "light_then": {**optional(one_of(Light.values)), "enum": [*Light.values, None]},
        "light": one_of(Light.values),
        "url": ADDRESS,
    }
)
OBSERVATION = record(
    {
        "indicator": TEXT,
        **local_names("name"),
        "period": TEXT,
        "value": NUMBER,
        "unit": TEXT,
        "released_on": DAY,
        "url": ADDRESS,
    }
)


class ChangesBetween(Endpoint):
    """What differs from an earlier day, the end of last month unless `compare` names another: the figures, the measures
    whose status changed, the projects that were listed and the values that were released since."""

    component = "Changes"
    takes_compare = True
    columns = {
        "plan": TEXT,
        "compared_with": DAY,
        "figures": keyed(record({"then": optional(NUMBER), "now": optional(NUMBER), "change": optional(NUMBER)})),
        "counts": record(dict.fromkeys(("changed", "completed", "fell_back", "newly_listed"), WHOLE)),
        "measures": array(MEASURE),
        "projects": record(
            {
                **INVESTED,
                "by_category": record({category.value: record(INVESTED) for category in Category}),
                "url": ADDRESS,
            }
        ),
        "observations": array(OBSERVATION),
    }

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        shapes = {**super().parameter_shapes(), "plan": {**TEXT, "description": gettext_lazy("Action plan")}}
        return {**shapes, "compare": {**shapes["compare"], "default": LAST_MONTH}}

    def asked_comparison(self, request: Any) -> date | None:
        return asked_comparison(request, self.day, default=LAST_MONTH)

    def get(self, request: Any) -> Response:
        plan = asked_plan(request._request)
        if plan is None:
            raise Http404(_("There is no action plan yet."))
        assert self.compared is not None
        changes = Changes(Figures(plan, self.day), Figures(plan, self.compared))
        listed = {
            "listed_from": changes.first_day.isoformat(),
            "listed_to": self.day.isoformat(),
            "as_of": self.day.isoformat(),
            "plan": plan.slug,
        }
        return Response(
            {
                "as_of": self.day,
                "plan": plan.slug,
                "compared_with": self.compared,
                "figures": {path: {"now": each.now, **then_and_change(each)} for path, each in changes.figures.items()},
                "counts": changes.counts,
                "measures": [self.measure(each) for each in changes.measures],
                "projects": {**changes.projects, "url": self.address("api-projects", **listed)},
                "observations": [self.observation(each) for each in changes.observations],
            }
        )

    def measure(self, each: MeasureChange) -> Mapping[str, Any]:
        measure = each.measure
        return {
            "code": measure.code,
            "title": local(measure, "title"),
            "title_zh": measure.title_zh,
            "title_en": measure.title_en,
            "lead_department": measure.lead_department.slug,
            "status_then": each.status_then,
            "status": each.status,
            "status_since": each.since,
            "light_then": each.light_then,
            "light": each.light,
            "url": self.address("api-measure", measure.code),
        }

    def observation(self, each: Observation) -> Mapping[str, Any]:
        indicator, end = each.indicator, each.period_end.isoformat()
        named = {"indicator": indicator.code, "region": each.region.code}
        return {
            "indicator": indicator.code,
            "name": local(indicator, "name"),
            "name_zh": indicator.name_zh,
            "name_en": indicator.name_en,
            "period": each.period,
            "value": trimmed(each.value),
            "unit": indicator.unit,
            "released_on": each.released_on,
            "url": self.address("api-observations", **named, period_from=end, period_to=end),
        }
