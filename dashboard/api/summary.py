from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from dashboard.changes import figure_changes, indicator_changes
from dashboard.figures import Figures, summary
from measures.filters import asked_plan
from projects.models import Category
from reporting.changes import FigureChange
from reporting.lights import Light
from reporting.provenance import Provenance
from reporting.statuses import MeasureStatus
from web.api import Endpoint
from web.schema import DAY, FLAG, MOMENT, NUMBER, TEXT, WHOLE, Shape, keyed, one_of, optional, record

PERCENT: Shape = optional({**NUMBER, "description": "Percent"})
POINTS: Shape = optional({**NUMBER, "description": "Percentage points"})
LIGHTS = record({light.value: WHOLE for light in Light})
INVESTED: dict[str, Shape] = {"total": WHOLE, "total_investment": {**NUMBER, "description": "100 million yuan"}}
MEASURES: dict[str, Shape] = {
    "total": WHOLE,
    **{status.value: WHOLE for status in reversed(MeasureStatus)},
    "completion_rate": PERCENT,
    "time_elapsed": {**NUMBER, "description": "Percent"},
    "gap": POINTS,
    "due": WHOLE,
    "due_rate": PERCENT,
    "gap_to_plan": POINTS,
    "lights": LIGHTS,
    "latest_change_on": optional(DAY),
}
INDICATOR = record(
    {
        "name": TEXT,
        "unit": TEXT,
        "region": TEXT,
        "period": TEXT,
        "value": NUMBER,
        "released_on": DAY,
        "previous": optional(NUMBER),
        "comparator": optional(record({"region": TEXT, "value": NUMBER})),
        "gap": optional(NUMBER),
        "target": optional(record({"value": NUMBER, "due_year": WHOLE, "qualifier": TEXT, "document": TEXT})),
        "provenance": one_of(Provenance.values),
        "source": TEXT,
    }
)
META = record(
    {
        "unit": TEXT,
        "provenance": one_of(Provenance.values),
        "published_for": optional(DAY),
        "source": TEXT,
        "explain": TEXT,
    }
)


CHANGE = record({"then": optional(NUMBER), "change": optional(NUMBER)})


def then_and_change(each: FigureChange) -> dict[str, Any]:
    return {"then": each.then, "change": each.change}


class Summary(Endpoint):
    """Measures, projects and indicators of a plan at a glance; `meta` says what each figure is, and `compare`, where an
    earlier day is named, what it was then, by its path."""

    component = "Summary"
    takes_compare = True
    columns = {
        "plan": TEXT,
        "computed_at": MOMENT,
        "refreshing": FLAG,
        "measures": record(MEASURES),
        "projects": record(
            {**INVESTED, "by_category": record({category.value: record(INVESTED) for category in Category})}
        ),
        "indicators": keyed(INDICATOR),
        "meta": keyed(META),
    }

    @classmethod
    def shape(cls) -> Shape:
        compare = record({"as_of": DAY, "figures": keyed(CHANGE)})
        return record({"as_of": DAY, **cls.columns, "compare": compare}, sometimes=["compare"])

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        return {**super().parameter_shapes(), "plan": {**TEXT, "description": gettext_lazy("Action plan")}}

    def get(self, request: Any) -> Response:
        plan = asked_plan(request._request)
        if plan is None:
            raise Http404(_("There is no action plan yet."))
        figures = Figures(plan, self.day)
        return Response({**summary(figures), **self.compare(figures)})

    def compare(self, now: Figures) -> dict[str, Any]:
        if self.compared is None:
            return {}
        then = Figures(now.plan, self.compared)
        found = figure_changes(now, then) | indicator_changes(now, self.compared)
        figures = {path: then_and_change(each) for path, each in found.items()}
        return {"compare": {"as_of": self.compared, "figures": figures}}
