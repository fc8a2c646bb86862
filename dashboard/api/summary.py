from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from core.comparison import FigureChange
from core.lights import Light
from core.statuses import MeasureStatus
from dashboard.changes import figure_changes, indicator_changes
from dashboard.due_days import PARTS
from dashboard.figure_definitions import DEPARTMENTS as UNIT_OF_DEPARTMENTS
from dashboard.figure_definitions import MEASURES as UNIT_OF_MEASURES
from dashboard.figure_definitions import PERCENT, FigureDefinition, definitions_of_any_category, figure_definitions
from dashboard.figure_definitions import PROBLEMS as UNIT_OF_PROBLEMS
from dashboard.figure_definitions import REPORTS as UNIT_OF_REPORTS
from dashboard.figures import Figures
from dashboard.summary import summary, summary_meta
from indicators.api.indicators import COMPARATOR, GAP, NAME, PERIOD, PREVIOUS, REGION, RELEASED_ON, TARGET, VALUE
from measures.filters import asked_plan_or_404
from problems.rules import WaitingFor
from web.api.endpoints import Endpoint, Row
from web.api.shapes import (
    AS_OF,
    DAY,
    FIGURES,
    FLAG,
    MOMENT,
    MONTH,
    NUMBER,
    PROVENANCE,
    SOURCE,
    TEXT,
    UNIT,
    WHOLE,
    Shape,
    array,
    keyed,
    meaning,
    number_of,
    optional,
    quantity,
    record,
    translated,
)

PLAN = meaning(gettext_lazy("Slug of the action plan"))
COMPUTED_AT = meaning(gettext_lazy("When the totals were counted"), MOMENT)
REFRESHING = meaning(gettext_lazy("Whether a change is not yet in the totals"), FLAG)


def _figure(
    path: str, shape: Shape = WHOLE, among: Callable[[], Mapping[str, FigureDefinition]] = figure_definitions
) -> Shape:
    """The figure at the path, which means what its explanation says."""
    known = among()[path]
    words = lazy(lambda: among()[path].formula, str)()
    return quantity(known.unit, shape, cumulative=known.cumulative, description=words)


INVESTED = {
    "total": _figure("projects.total"),
    "total_investment": _figure("projects.total_investment", NUMBER),
}
BY_CATEGORY = meaning(
    gettext_lazy("The same by category of the plan, by its slug"),
    keyed(
        meaning(
            gettext_lazy("The projects of a category"),
            record(
                {
                    "total": _figure("total", WHOLE, definitions_of_any_category),
                    "total_investment": _figure("total_investment", NUMBER, definitions_of_any_category),
                }
            ),
        )
    ),
)
MEASURES: dict[str, Shape] = {
    "total": _figure("measures.total"),
    **{status.value: _figure(f"measures.{status.value}") for status in reversed(MeasureStatus)},
    "completion_rate": optional(_figure("measures.completion_rate", NUMBER)),
    "time_elapsed": _figure("measures.time_elapsed", NUMBER),
    "gap": optional(_figure("measures.gap", NUMBER)),
    "due": _figure("measures.due"),
    "due_rate": optional(_figure("measures.due_rate", NUMBER)),
    "gap_to_plan": optional(_figure("measures.gap_to_plan", NUMBER)),
    "lights": meaning(
        gettext_lazy("Measures by their light"),
        record({light.value: _figure(f"measures.lights.{light.value}") for light in Light}),
    ),
    "latest_change_on": meaning(
        gettext_lazy("The last day by the day on which a status that holds was entered; null: none"), optional(DAY)
    ),
    **{name: _figure(f"measures.{name}") for name in PARTS},
    "in_time_rate": optional(_figure("measures.in_time_rate", NUMBER)),
    "longest_overdue": _figure("measures.longest_overdue"),
    "due_days_moved": _figure("measures.due_days_moved"),
    "by_first_due_day": meaning(
        gettext_lazy("The same by the first due day of each measure, before it was moved"),
        record({name: _figure(f"measures.by_first_due_day.{name}") for name in PARTS}),
    ),
    "next_due": meaning(
        gettext_lazy("What falls due after the day"),
        record(
            {
                "month": meaning(
                    gettext_lazy("The next month in which something falls due; null: none"), optional(MONTH)
                ),
                "in_month": number_of(
                    UNIT_OF_MEASURES, gettext_lazy("Measures due in it after the day, completed or not")
                ),
                "peak_on": meaning(
                    gettext_lazy(
                        "The day on which most measures are due after that month, up to the end of the year of the "
                        "first due day after it; null: none"
                    ),
                    optional(DAY),
                ),
                "on_peak": number_of(UNIT_OF_MEASURES, gettext_lazy("Measures due on it, completed or not")),
            }
        ),
    ),
    "forecast": meaning(
        gettext_lazy("How many measures will be completed by the end of the plan; null: too little to tell from"),
        record({name: optional(_figure(f"measures.forecast.{name}")) for name in ("expected", "lowest", "highest")}),
    ),
}
PROBLEMS: dict[str, Shape] = {
    **{name: _figure(f"problems.{name}") for name in ("open", "overdue", "to_verify")},
    "longest_days": optional(_figure("problems.longest_days")),
    "closed_recently": _figure("problems.closed_recently"),
    "median_days": optional(_figure("problems.median_days", NUMBER)),
    "waiting": meaning(
        gettext_lazy("Open problems by who must act next"),
        record({each.value: _figure(f"problems.waiting.{each.value}") for each in WaitingFor}),
    ),
    "by_category": meaning(
        gettext_lazy("The categories of the plan that have open problems, in their order"),
        array(
            record(
                {
                    "category": meaning(gettext_lazy("Slug of the category; null: none yet"), optional(TEXT)),
                    "name": translated(gettext_lazy("Name of the category")),
                    "open": number_of(UNIT_OF_PROBLEMS, gettext_lazy("Open problems of it")),
                    "share": quantity(
                        PERCENT, NUMBER, description=gettext_lazy("Its share of all open problems; they sum to 100")
                    ),
                }
            )
        ),
    ),
}
REPORTS: dict[str, Shape] = {
    "departments_outstanding": number_of(
        UNIT_OF_DEPARTMENTS, gettext_lazy("Departments that still owe a report for a month whose day is over")
    ),
    "months": meaning(
        gettext_lazy("The months that reports were owed for by the day, the oldest first"),
        array(
            record(
                {
                    "month": meaning(gettext_lazy("The month"), MONTH),
                    "owed": number_of(
                        UNIT_OF_REPORTS, gettext_lazy("Reports owed at its end, by what is known on the day")
                    ),
                    "filed": number_of(UNIT_OF_REPORTS, gettext_lazy("Those filed for this very month")),
                    "covered": number_of(
                        UNIT_OF_REPORTS, gettext_lazy("Those not filed, where a later month was, which ended the duty")
                    ),
                    "missing": number_of(UNIT_OF_REPORTS, gettext_lazy("Those still owed: owed - filed - covered")),
                    "departments": meaning(
                        gettext_lazy("Departments by how they stand with it"),
                        record(
                            {
                                name: number_of(UNIT_OF_DEPARTMENTS, words)
                                for name, words in {
                                    "owing": gettext_lazy("Those that owed a report for it"),
                                    "on_time": gettext_lazy("All is filed, by the day on which it was due"),
                                    "late": gettext_lazy("All is filed, the last after that day"),
                                    "covered": gettext_lazy("Nothing is missing, and a later month covers some of it"),
                                    "some": gettext_lazy("Some is missing, and some is filed"),
                                    "none": gettext_lazy("Some is missing, and nothing is filed"),
                                }.items()
                            }
                        ),
                    ),
                }
            )
        ),
    ),
}
INDICATOR = record(
    {
        "name": NAME["name"],
        "unit": UNIT,
        "region": REGION,
        "period": PERIOD,
        "value": VALUE,
        "released_on": RELEASED_ON,
        "previous": PREVIOUS,
        "comparator": COMPARATOR,
        "gap": GAP,
        "target": TARGET,
        "provenance": PROVENANCE,
        "source": SOURCE,
    }
)
CHANGE: dict[str, Shape] = {
    "then": meaning(gettext_lazy("The figure on the earlier day; null: none, or not comparable"), optional(NUMBER)),
    "change": meaning(
        gettext_lazy("By how much it differs; percentages by percentage points; null: not comparable"), optional(NUMBER)
    ),
}


def then_and_change(each: FigureChange) -> dict[str, Any]:
    return {"then": each.then, "change": each.change}


def linked(found: Mapping[str, Row], endpoint: Endpoint, figures: Figures) -> dict[str, Row]:
    """Return the descriptions of figures, by their path, with the addresses of their explanations."""
    asked = {"plan": figures.plan.slug, "as_of": figures.day.isoformat()}
    return {
        path: {**each, "url": endpoint.address("api-explain", figure=path, **asked)} for path, each in found.items()
    }


class Summary(Endpoint):
    permission = READERS
    component = "Summary"
    summary = gettext_lazy(
        "Measures, projects, problems and indicators of a plan at a glance; `meta` says what each figure is, and "
        "`compare`, where an earlier day is named, what it was then, by its path."
    )
    takes_compare = True
    takes_plan = True
    columns = {
        "plan": PLAN,
        "computed_at": COMPUTED_AT,
        "refreshing": REFRESHING,
        "measures": meaning(gettext_lazy("The measures of the plan"), record(MEASURES)),
        "projects": meaning(gettext_lazy("The projects of the plan"), record({**INVESTED, "by_category": BY_CATEGORY})),
        "problems": meaning(gettext_lazy("The problems of the plan"), record(PROBLEMS)),
        "reports": meaning(gettext_lazy("The monthly reports of the departments"), record(REPORTS)),
        "indicators": meaning(gettext_lazy("The headline indicators of the plan, by their code"), keyed(INDICATOR)),
    }

    @classmethod
    def shape(cls) -> Shape:
        figures = meaning(gettext_lazy("Each figure by its path"), keyed(record(CHANGE)))
        compare = record({"as_of": meaning(gettext_lazy("The earlier day"), DAY), "figures": figures})
        words = gettext_lazy("What the figures were on the earlier day; only where one is named")
        columns = {"as_of": AS_OF, **cls.columns, "compare": meaning(words, compare), "meta": FIGURES}
        return record(columns, always=("as_of", "meta"))

    def get_answer(self, request: Any) -> Response:
        plan = asked_plan_or_404(request._request)
        figures = Figures(plan, self.day)
        return Response(
            {**summary(figures), "meta": linked(summary_meta(figures), self, figures), **self.compare(figures)}
        )

    def compare(self, now: Figures) -> dict[str, Any]:
        if self.compared is None:
            return {}
        then = Figures(now.plan, self.compared)
        found = figure_changes(now, then) | indicator_changes(now, self.compared)
        figures = {path: then_and_change(each) for path, each in found.items()}
        return {"compare": {"as_of": self.compared, "figures": figures}}
