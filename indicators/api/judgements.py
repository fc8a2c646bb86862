"""Shapes and rows in which the API gives the way to a target."""

from decimal import Decimal

from django.utils.translation import gettext_lazy

from indicators.milestones import read_milestones
from indicators.models import Target
from indicators.verdicts import Forecast, Judgement, Reason, Verdict
from web.api.endpoints import Row
from web.api.shapes import DAY, FLAG, NUMBER, WHOLE, array, choice, meaning, optional, quantity, record
from web.formats.numbers import trimmed

# In the unit of the indicator.
DECIMALS = Decimal("0.000001")

VERDICT = choice(Verdict.choices, gettext_lazy("Whether it is on the way to the target"))
REASON = optional(choice(Reason.choices, gettext_lazy("Why it cannot be judged; null where it can")))
VERDICT_SENTENCE = optional(
    meaning(gettext_lazy("The verdict in words, with what was required or why nothing can be said; null: no target"))
)
ATTAINMENT = optional(
    quantity(
        "%",
        description=gettext_lazy(
            "How much of the way that the path asks for by the end of the value’s period is done; null: no path, or "
            "one that leads back"
        ),
    )
)
MILESTONES = meaning(
    gettext_lazy("Values by the ends of years on the way"),
    array(
        record(
            {
                "on": meaning(gettext_lazy("The last day of the year"), DAY),
                "value": meaning(gettext_lazy("What it is to be, in the unit of the target"), NUMBER),
            }
        )
    ),
)
_FORECAST = meaning(
    gettext_lazy("Where the straight line through the last values stands at the end of the due year; no prediction"),
    optional(
        record(
            {
                "value": meaning(gettext_lazy("Where it stands, in the unit of the indicator"), NUMBER),
                "low": meaning(gettext_lazy("One standard error below"), NUMBER),
                "high": meaning(gettext_lazy("One standard error above"), NUMBER),
                "values": meaning(gettext_lazy("Through how many values it was drawn, three to five"), WHOLE),
                "first": meaning(gettext_lazy("The end of the period of the first of them"), DAY),
                "last": meaning(gettext_lazy("The end of the period of the last of them"), DAY),
            }
        )
    ),
)
_JUDGEMENT = optional(
    record(
        {
            "target": meaning(gettext_lazy("What it is to be, in the unit of the indicator"), NUMBER),
            "due_year": meaning(gettext_lazy("The year by whose end it is to be reached"), WHOLE),
            "verdict": VERDICT,
            "reason": REASON,
            "period_end": meaning(
                gettext_lazy("The last day of the period of the value that is judged; null: none is"),
                optional(DAY),
            ),
            "value": meaning(gettext_lazy("The value that is judged"), optional(NUMBER)),
            "baseline_on": meaning(gettext_lazy("The day on which the path starts"), optional(DAY)),
            "baseline_value": meaning(gettext_lazy("The value at which the path starts"), optional(NUMBER)),
            "baseline_inferred": meaning(
                gettext_lazy(
                    "Whether the document states no baseline: then it is the newest value known when it was adopted"
                ),
                FLAG,
            ),
            "required": meaning(
                gettext_lazy("Where the path stands at the end of the value’s period"), optional(NUMBER)
            ),
            "attainment": ATTAINMENT,
            "met": meaning(gettext_lazy("Whether the target is met"), FLAG),
            "diverging": meaning(gettext_lazy("Whether the value moved away since the one before"), FLAG),
            "left": meaning(gettext_lazy("The target minus the value"), optional(NUMBER)),
            "pace_needed": meaning(gettext_lazy("The change that is needed a year"), optional(NUMBER)),
            "pace": meaning(
                gettext_lazy("The change a year since the newest value that is a year older, or the first"),
                optional(NUMBER),
            ),
            "forecast": _FORECAST,
        }
    )
)
JUDGEMENT = meaning(
    gettext_lazy("The target by which the newest value is judged, and how; null: no target was adopted by the day"),
    _JUDGEMENT,
)
EARLIER_JUDGEMENT = meaning(
    gettext_lazy("The same of the last target due before that one of which the value is known; null: none"), _JUDGEMENT
)


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else trimmed(value.quantize(DECIMALS))


def milestone_rows(target: Target) -> list[Row]:
    return [{"on": day, "value": trimmed(value)} for day, value in read_milestones(target.milestones)]


def judgement_row(found: Judgement | None) -> Row | None:
    if found is None:
        return None
    value, baseline = found.value, found.baseline
    return {
        "target": found.goal.value,
        "due_year": found.goal.due_year,
        "verdict": found.verdict,
        "reason": found.reason,
        "period_end": None if value is None else value.end,
        "value": None if value is None else value.value,
        "baseline_on": None if baseline is None else baseline.on,
        "baseline_value": None if baseline is None else baseline.value,
        "baseline_inferred": found.is_baseline_inferred,
        "required": _rounded(found.required),
        "attainment": found.attainment,
        "met": found.is_met,
        "diverging": found.is_diverging,
        "left": found.left,
        "pace_needed": _rounded(found.pace_needed),
        "pace": _rounded(found.pace),
        "forecast": _forecast_row(found.forecast),
    }


def _forecast_row(found: Forecast | None) -> Row | None:
    if found is None:
        return None
    return {
        **{name: _rounded(getattr(found, name)) for name in ("value", "low", "high")},
        "values": found.values,
        "first": found.first,
        "last": found.last,
    }
