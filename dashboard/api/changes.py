from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from dashboard.api.rollups import RATES
from dashboard.api.summary import BY_CATEGORY, CHANGE, INVESTED, PLAN, linked, then_and_change
from dashboard.changes import Changes
from dashboard.figures import Figures
from dashboard.summary import describe_figure
from indicators.api.indicators import CODE, NAME, PERIOD, RELEASED_ON, VALUE
from indicators.models import Observation
from measures.api.addresses import plan_slug
from measures.api.measures import LIGHT_THEN, SCOPE_THEN, STATUS_THEN
from measures.api.measures import MEASURE as LISTED
from measures.comparison import MeasureChange, reason_on
from measures.filters import asked_plan_or_404
from projects.models import Stage
from projects.sums import ProjectSum
from web.api.endpoints import Endpoint
from web.api.shapes import (
    ADDRESS,
    DAY,
    NUMBER,
    UNIT,
    URL,
    Shape,
    array,
    choice,
    keyed,
    meaning,
    number_of,
    optional,
    qualified,
    quantity,
    record,
)
from web.days import LAST_MONTH, asked_comparison
from web.formats.numbers import trimmed
from web.html.links import query_of
from web.language import localized

MEASURE = record(
    {
        **{name: LISTED[name].shape for name in ("code", "title", "title_zh", "title_en", "lead_department")},
        "status_then": STATUS_THEN,
        "status": LISTED["status"].shape,
        "status_since": LISTED["status_since"].shape,
        "light_then": LIGHT_THEN,
        "light": LISTED["light"].shape,
        "light_reason": LISTED["light_reason"].shape,
        "scope_then": SCOPE_THEN,
        "scope": LISTED["scope"].shape,
        "url": URL,
    }
)
OBSERVATION = record(
    {
        "indicator": CODE,
        **NAME,
        "period": PERIOD,
        "value": VALUE,
        "unit": UNIT,
        "released_on": RELEASED_ON,
        "url": URL,
    }
)
LISTED_BETWEEN = {
    name: qualified(shape, gettext_lazy("Of the projects listed in between: {what}"), cumulative=False)
    for name, shape in {**INVESTED, "by_category": BY_CATEGORY}.items()
}
COUNTS = {
    "changed": gettext_lazy("Measures that had another status on the earlier day"),
    "completed": gettext_lazy("Those that are completed now"),
    "fell_back": gettext_lazy("Those whose status was reversed"),
    "newly_listed": gettext_lazy("Measures listed in between"),
    "left": gettext_lazy("Measures suspended or withdrawn in between"),
    "returned": gettext_lazy("Measures that were suspended or withdrawn, and are in the plan again"),
}


# What happened to projects in between.
MOVED = {
    "total": number_of("projects", gettext_lazy("How many projects")),
    "total_investment": quantity("100 million yuan", description=gettext_lazy("Their total investment")),
}
STOCK = {
    "opening": gettext_lazy("In the plan on the earlier day"),
    "listed": gettext_lazy("Listed in between"),
    "readmitted": gettext_lazy("In the plan again"),
    "reopened": gettext_lazy("Reported as built on the earlier day, and not so on the day"),
    "completed": gettext_lazy("Reported as built since"),
    "withdrawn": gettext_lazy("Withdrawn from the plan since"),
    "closing": gettext_lazy("In the plan on the day"),
}


def moved(each: ProjectSum) -> Mapping[str, Any]:
    return {"total": each.number, "total_investment": each.yi}


class ChangesBetween(Endpoint):
    permission = READERS
    component = "Changes"
    summary = gettext_lazy(
        "What differs from an earlier day, the end of last month unless `compare` names another: the figures, the "
        "measures whose status or light changed, the projects that were listed and the values that were released since."
    )
    takes_compare = True
    takes_plan = True
    columns = {
        "plan": PLAN,
        "compared_with": meaning(gettext_lazy("The earlier day"), DAY),
        "figures": meaning(
            gettext_lazy("The figures of measures and projects, by their path in the summary"),
            keyed(record({"now": meaning(gettext_lazy("The figure on the day"), optional(NUMBER)), **CHANGE})),
        ),
        "counts": meaning(
            gettext_lazy("How many measures changed"),
            record({name: number_of("measures", words) for name, words in COUNTS.items()}),
        ),
        "measures": meaning(
            gettext_lazy(
                "Measures whose status differs: reversed ones first, then the completed ones, the others, those "
                "that left the plan, that returned, and last the newly listed ones"
            ),
            array(MEASURE),
        ),
        "lights": meaning(
            gettext_lazy("Measures that had another light, whether or not their status differs; red ones first"),
            array(MEASURE),
        ),
        "projects": meaning(
            gettext_lazy("The projects listed in between"),
            record(
                {
                    **LISTED_BETWEEN,
                    "url": meaning(gettext_lazy("Address of these projects in the API"), ADDRESS),
                }
            ),
        ),
        "stock": meaning(
            gettext_lazy(
                "Projects that are not yet built: opening + listed + readmitted + reopened - completed - withdrawn = "
                "closing"
            ),
            record({name: meaning(words, record(MOVED)) for name, words in STOCK.items()}),
        ),
        "stages": meaning(
            gettext_lazy("Projects in the plan on both days whose stage differs, by both stages"),
            array(
                record(
                    {
                        "stage_then": choice(Stage.choices, gettext_lazy("Stage on the earlier day")),
                        "stage": choice(Stage.choices, gettext_lazy("Stage on the day")),
                        **MOVED,
                    }
                )
            ),
        ),
        "rates": meaning(
            gettext_lazy("Starts and investment of the plan's projects"),
            record(
                {
                    "then": meaning(gettext_lazy("On the earlier day"), record(RATES)),
                    "now": meaning(gettext_lazy("On the day"), record(RATES)),
                }
            ),
        ),
        "observations": meaning(
            gettext_lazy("Verified and exact values of the plan's region released in between"), array(OBSERVATION)
        ),
    }

    @classmethod
    def parameter_shapes(cls) -> dict[str, Shape]:
        shapes = super().parameter_shapes()
        return {**shapes, "compare": {**shapes["compare"], "default": LAST_MONTH}}

    def asked_comparison(self, request: Any) -> date | None:
        return asked_comparison(request, self.day, default=LAST_MONTH)

    def get_answer(self, request: Any) -> Response:
        plan = asked_plan_or_404(request._request)
        assert self.compared is not None
        changes = Changes(Figures(plan, self.day), Figures(plan, self.compared))
        listed = {
            "listed_from": changes.first_day.isoformat(),
            "listed_to": self.day.isoformat(),
            "as_of": self.day.isoformat(),
            "plan": plan.slug,
        }
        figures = changes.figures
        about = {path: describe_figure(changes.now, path, changes.now.definitions[path]) for path in figures}
        return Response(
            {
                "as_of": self.day,
                "plan": plan.slug,
                "compared_with": self.compared,
                "figures": {path: {"now": each.now, **then_and_change(each)} for path, each in figures.items()},
                "counts": changes.counts,
                "measures": [self.measure(each) for each in changes.measures],
                "lights": [self.measure(each) for each in changes.lights],
                "projects": {**changes.projects, "url": self.address("api-projects", **listed)},
                "stock": {name: moved(each) for name, each in changes.movement.stock.items()},
                "stages": [
                    {"stage_then": then, "stage": stage, **moved(each)}
                    for (then, stage), each in sorted(changes.movement.stages.items())
                ],
                "rates": {"then": changes.rates_then, "now": changes.rates},
                "observations": [self.observation(each) for each in changes.observations],
                "meta": linked(about, self, changes.now),
            }
        )

    def measure(self, each: MeasureChange) -> Mapping[str, Any]:
        measure = each.measure
        return {
            "code": measure.code,
            "title": localized(measure, "title"),
            "title_zh": measure.title_zh,
            "title_en": measure.title_en,
            "lead_department": measure.lead_department.slug,
            "status_then": each.status_then,
            "status": each.status,
            "status_since": each.since,
            "light_then": each.light_then,
            "light": each.light,
            "light_reason": reason_on(measure, self.day),
            "scope_then": each.scope_then,
            "scope": each.scope,
            "url": query_of(self.address("api-measure", measure.code), plan=plan_slug(self)),
        }

    def observation(self, each: Observation) -> Mapping[str, Any]:
        indicator, end = each.indicator, each.period_end.isoformat()
        named = {"indicator": indicator.code, "region": each.region.code}
        return {
            "indicator": indicator.code,
            "name": localized(indicator, "name"),
            "name_zh": indicator.name_zh,
            "name_en": indicator.name_en,
            "period": each.period,
            "value": trimmed(each.value),
            "unit": indicator.unit,
            "released_on": each.released_on,
            "url": self.address("api-observations", **named, period_from=end, period_to=end),
        }
