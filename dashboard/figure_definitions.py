"""What each figure of measures and projects is: label, unit, formula, inputs. For pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.lights import Light
from core.statuses import MeasureStatus
from projects.models import Category
from web.language import cached_by_language

# Units as the API names them.
MEASURES, PROJECTS, PERCENT, POINTS, YI = "measures", "projects", "%", "percentage points", "100 million yuan"


@dataclass(frozen=True)
class FigureDefinition:
    """`working` is the formula over the `inputs`: other figures, or counts that the explanation adds. `filters` give
    the list that holds the counted rows. `cumulative`: whether it sums up all since a beginning; None where that is no
    question.
    """

    label: str
    unit: str
    formula: str
    inputs: tuple[str, ...] = ()
    working: str = ""
    cumulative: bool | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


def format_unit(unit: str) -> str:
    """After a number, in the reader's language."""
    return {
        MEASURES: pgettext("unit", "measures"),
        PROJECTS: pgettext("unit", "projects"),
        POINTS: _("percentage points"),
        YI: _("100 million yuan"),
        "10,000 yuan": _("10,000 yuan"),
        "days": pgettext("unit", "days"),
    }.get(unit, unit)


@cached_by_language
def figure_definitions() -> Mapping[str, FigureDefinition]:
    """Every figure of measures and projects by its path in the summary of the API."""
    measures = {**_counts_by_status(), **_rates_and_gaps(), **_counts_by_light()}
    return {
        **{f"measures.{name}": each for name, each in measures.items()},
        **{f"projects.{name}": each for name, each in _projects().items()},
    }


def _counts_by_status() -> dict[str, FigureDefinition]:
    formula = _("Measures listed by the day, whose status in force on the day is “%(status)s”.")
    return {
        "total": FigureDefinition(
            _("Policy measures"),
            MEASURES,
            _("Measures of the plan listed by the day."),
            inputs=("completed", "in_progress", "promoting"),
            working="{completed} + {in_progress} + {promoting} = {value}",
            cumulative=True,
        ),
        **{
            status.value: FigureDefinition(
                str(status.label),
                MEASURES,
                formula % {"status": status.label},
                filters={"status": status.value},
                cumulative=status == MeasureStatus.COMPLETED,
            )
            for status in reversed(MeasureStatus)
        },
    }


def _rates_and_gaps() -> dict[str, FigureDefinition]:
    return {
        "completion_rate": FigureDefinition(
            _("Completion rate"),
            PERCENT,
            _("Completed measures over all measures, rounded half up to one decimal."),
            inputs=("completed", "total"),
            working="{completed} ÷ {total} = {value}",
            cumulative=True,
        ),
        "time_elapsed": FigureDefinition(
            _("Time elapsed"),
            PERCENT,
            _("Days of the plan up to and with the day, over all its days."),
            inputs=("days_passed", "days", "starts_on", "ends_on"),
            working="{days_passed} ÷ {days} = {value}",
            cumulative=True,
        ),
        "gap": FigureDefinition(
            _("Against time elapsed"),
            POINTS,
            _("Completion rate minus time elapsed, as shown."),
            inputs=("completion_rate", "time_elapsed"),
            working="{completion_rate} − {time_elapsed} = {value}",
        ),
        "due": FigureDefinition(
            _("Due measures"),
            MEASURES,
            _("Measures with a due date on or before the day, completed or not."),
            cumulative=True,
        ),
        "due_rate": FigureDefinition(
            _("Plan curve"),
            PERCENT,
            _("Due measures over all measures."),
            inputs=("due", "total"),
            working="{due} ÷ {total} = {value}",
            cumulative=True,
        ),
        "gap_to_plan": FigureDefinition(
            _("Against the plan curve"),
            POINTS,
            _("Completion rate minus the share of due measures, as shown."),
            inputs=("completion_rate", "due_rate"),
            working="{completion_rate} − {due_rate} = {value}",
        ),
    }


def _counts_by_light() -> dict[str, FigureDefinition]:
    formula = _("Measures whose light on the day is “%(light)s”, by the rule of the lights.")
    return {
        f"lights.{light.value}": FigureDefinition(
            str(light.label),
            MEASURES,
            formula % {"light": light.label},
            # Red depends on the due date alone.
            inputs=() if light == Light.RED else ("due_soon", "silent"),
            filters={"light": light.value},
            cumulative=False,
        )
        for light in Light
    }


def _projects() -> dict[str, FigureDefinition]:
    total = FigureDefinition(_("Supporting projects"), PROJECTS, _("Projects listed by the day."), cumulative=True)
    investment = FigureDefinition(
        _("Investment"),
        YI,
        _("The sum of the investment of the projects listed by the day."),
        inputs=("total", "investment"),
        working="{investment} ÷ 10,000 = {value}",
        cumulative=True,
    )
    definitions = {"total": total, "total_investment": investment}
    formulas = {
        "total": _("Projects of the category listed by the day."),
        "total_investment": _("The sum of the investment of the projects of the category listed by the day."),
    }
    for category in Category:
        for name, formula in formulas.items():
            definitions[f"by_category.{category.value}.{name}"] = replace(
                definitions[name],
                label=_("%(figure)s: %(part)s") % {"figure": definitions[name].label, "part": category.label},
                formula=formula,
                filters={"category": category.value},
            )
    return definitions
