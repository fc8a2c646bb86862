"""The definition of each figure of measures, projects and problems: label, unit, formula, inputs. For pages and API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.forecast import DAYS_OF_MONTH, MONTHS, MONTHS_IN_A_ROW
from core.lights import Light
from core.punctuality import Completion
from core.statuses import MeasureStatus
from indicators.models import Direction
from problems.rules import CLOSED_DAYS, WaitingFor
from problems.workflow import ProblemState
from projects.models import Category
from web.language import cached_by_language, localized

# Units as the API names them.
MEASURES, PROJECTS, PERCENT, POINTS, YI = "measures", "projects", "%", "percentage points", "100 million yuan"
DAYS, PROBLEMS, REPORTS, DEPARTMENTS = "days", "problems", "reports", "departments"
BY_CATEGORY = "projects.by_category."


@dataclass(frozen=True)
class FigureDefinition:
    """`working` is the formula over the `inputs`: other figures, or counts that the explanation adds. `filters` give
    the list that holds the counted rows. `cumulative`: whether it sums up all since a beginning; None where that is no
    question. `direction`: which way is better.
    """

    label: str
    unit: str
    formula: str
    inputs: tuple[str, ...] = ()
    working: str = ""
    cumulative: bool | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    direction: Direction = Direction.NEUTRAL


def format_unit(unit: str) -> str:
    """Return the unit as it stands after a number, in the reader's language."""
    return {
        MEASURES: pgettext("unit", "measures"),
        PROJECTS: pgettext("unit", "projects"),
        PROBLEMS: pgettext("unit", "problems"),
        REPORTS: pgettext("unit", "reports"),
        DEPARTMENTS: pgettext("unit", "departments"),
        POINTS: _("percentage points"),
        YI: _("100 million yuan"),
        "10,000 yuan": _("10,000 yuan"),
        DAYS: pgettext("unit", "days"),
    }.get(unit, unit)


@cached_by_language
def figure_definitions() -> Mapping[str, FigureDefinition]:
    """The figures of measures, projects and problems that every plan has, by their path in the summary of the API."""
    measures = {**_counts_by_status(), **_rates_and_gaps(), **_counts_by_light(), **_of_due_days()}
    return {
        **{f"measures.{name}": each for name, each in measures.items()},
        **{f"projects.{name}": each for name, each in _projects().items()},
        **{f"problems.{name}": each for name, each in problem_definitions().items()},
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
                direction=Direction.UP if status == MeasureStatus.COMPLETED else Direction.NEUTRAL,
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
            direction=Direction.UP,
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
            _("Versus time elapsed"),
            POINTS,
            _("Completion rate minus time elapsed, as shown."),
            inputs=("completion_rate", "time_elapsed"),
            working="{completion_rate} − {time_elapsed} = {value}",
            direction=Direction.UP,
        ),
        "due": FigureDefinition(
            _("Due measures"),
            MEASURES,
            _("Measures with a due date on or before the day, completed or not."),
            cumulative=True,
        ),
        "due_rate": FigureDefinition(
            _("Planned completion"),
            PERCENT,
            _("Due measures over all measures."),
            inputs=("due", "total"),
            working="{due} ÷ {total} = {value}",
            cumulative=True,
        ),
        "gap_to_plan": FigureDefinition(
            _("Versus planned completion"),
            POINTS,
            _("Completion rate minus the share of due measures, as shown."),
            inputs=("completion_rate", "due_rate"),
            working="{completion_rate} − {due_rate} = {value}",
            direction=Direction.UP,
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
            direction=Direction.UP if light.is_green else Direction.DOWN,
        )
        for light in Light
    }


def _of_due_days() -> dict[str, FigureDefinition]:
    parts = _punctuality()
    by_first = _("By the first due day, before it was moved: %(formula)s")
    return {
        **parts,
        "in_time_rate": FigureDefinition(
            _("On-time completion rate"),
            PERCENT,
            _("Measures completed on time over those due before the day; none with fewer than five of these."),
            inputs=("completed_in_time", "due_before"),
            working="{completed_in_time} ÷ {due_before} = {value}",
            cumulative=True,
            direction=Direction.UP,
        ),
        "longest_overdue": FigureDefinition(
            _("Longest time overdue"),
            DAYS,
            _("Days from the due day of the measure that has been overdue longest to the day; 0 where none is."),
            filters={"light": Light.RED.value},
            direction=Direction.DOWN,
        ),
        "due_days_moved": FigureDefinition(
            _("Due days moved"),
            MEASURES,
            _("Measures of the plan whose due day is another than their first one, by what is known now."),
            filters={"due_moved": "yes"},
            direction=Direction.DOWN,
        ),
        **{
            f"by_first_due_day.{name}": replace(
                each,
                label=_("%(figure)s: %(part)s") % {"figure": each.label, "part": _("by the first due day")},
                formula=by_first % {"formula": each.formula},
                filters={},
            )
            for name, each in parts.items()
        },
        **{f"forecast.{name}": each for name, each in _forecasts().items()},
    }


def _punctuality() -> dict[str, FigureDefinition]:
    parts = {
        "completed_in_time": (
            _("Completed on time"),
            _("Measures due before the day whose completion in force took effect on or before their due day."),
            {"completion": Completion.IN_TIME.value},
            Direction.UP,
        ),
        "completed_late": (
            _("Completed late"),
            _("Measures due before the day whose completion in force took effect after their due day."),
            {"completion": Completion.LATE.value},
            Direction.DOWN,
        ),
        "overdue": (
            pgettext("figure", "Overdue"),
            _("Measures due before the day and not completed on it."),
            {"light": Light.RED.value},
            Direction.DOWN,
        ),
    }
    return {
        "due_before": FigureDefinition(
            _("Due before the day"),
            MEASURES,
            _("Measures with a due day before the day, completed or not."),
            inputs=tuple(parts),
            working="{completed_in_time} + {completed_late} + {overdue} = {value}",
            cumulative=True,
        ),
        **{
            name: FigureDefinition(
                label, MEASURES, formula, filters=filters, cumulative=name != "overdue", direction=direction
            )
            for name, (label, formula, filters, direction) in parts.items()
        },
    }


def _forecasts() -> dict[str, FigureDefinition]:
    expected = _(
        "Measures completed, plus the average a month over the last six full months times the months left, counted "
        "by days, of which a month has 30.4375; rounded, never more than all measures. No forecast before six full "
        "months of the plan, with fewer than three completions in them, or once the plan has ended."
    )
    lowest = _("As the forecast, but from the three of these months in a row with the fewest completions.")
    highest = _("As the forecast, but from the three of these months in a row with the most completions.")
    found = {
        "expected": (_("Forecast"), expected, "completions", MONTHS),
        "lowest": (_("Forecast, lowest"), lowest, "fewest_in_a_row", MONTHS_IN_A_ROW),
        "highest": (_("Forecast, highest"), highest, "most_in_a_row", MONTHS_IN_A_ROW),
    }
    return {
        name: FigureDefinition(
            label,
            MEASURES,
            formula,
            inputs=("completed", completions, "days_left"),
            direction=Direction.UP,
            working=f"{{completed}} + {{{completions}}} ÷ {months * DAYS_OF_MONTH:.10g} × {{days_left}} = {{value}}",
        )
        for name, (label, formula, completions, months) in found.items()
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
    return {"total": total, "total_investment": investment}


def _count_of_problems(
    label: str, formula: str, *, direction: Direction = Direction.DOWN, **filters: str
) -> FigureDefinition:
    return FigureDefinition(label, PROBLEMS, formula, filters=filters, cumulative=False, direction=direction)


def problem_definitions() -> dict[str, FigureDefinition]:
    days = {"days": CLOSED_DAYS}
    return {
        "open": _count_of_problems(
            _("Open problems"),
            _("Problems raised by the day and neither closed nor withdrawn on it."),
            state="open",
        ),
        "overdue": _count_of_problems(
            _("Overdue problems"),
            _(
                "Problems being solved whose due date lies before the day, and those that have waited for the office "
                "for more than %(days)s days."
            )
            % {"days": settings.PILOTZONE_OFFICE_DAYS},
            overdue="yes",
        ),
        "to_verify": _count_of_problems(
            _("Problems to be verified"),
            _("Problems that their owners have reported as solved and the office has not yet verified."),
            state=ProblemState.SOLVED.value,
        ),
        "longest_days": FigureDefinition(
            _("Longest-waiting problem"),
            DAYS,
            _("Days from the day on which the oldest open problem was raised to the day; none without open problems."),
            filters={"state": "open"},
            direction=Direction.DOWN,
        ),
        "closed_recently": _count_of_problems(
            _("Problems closed in the last %(days)s days") % days,
            _("Problems that were closed within the last %(days)s days, the day included, and are still closed.")
            % days,
            direction=Direction.UP,
            state=ProblemState.CLOSED.value,
        ),
        "median_days": FigureDefinition(
            _("Median days from raised to closed"),
            DAYS,
            _("Half of the problems closed in the last %(days)s days took no longer; none where none was closed.")
            % days,
            inputs=("closed_recently",),
            filters={"state": ProblemState.CLOSED.value},
            direction=Direction.DOWN,
        ),
        **_definitions_of_waiting(),
    }


def _definitions_of_waiting() -> dict[str, FigureDefinition]:
    formulas = {
        WaitingFor.DEPARTMENT: _("Problems being solved that have not been put before the government."),
        WaitingFor.OFFICE: _("Problems that the office has yet to assign or to verify."),
        WaitingFor.GOVERNMENT: _("Problems being solved that the office has put before the government."),
    }
    return {
        f"waiting.{each.value}": _count_of_problems(
            _("%(figure)s: %(part)s") % {"figure": _("Waiting for"), "part": each.label},
            formula,
            waiting=each.value,
        )
        for each, formula in formulas.items()
    }


@cached_by_language
def definitions_of_any_category() -> Mapping[str, FigureDefinition]:
    """The figures of the projects of a category, whichever it is, by the last part of their path."""
    formulas = {
        "total": _("Projects of the category listed by the day."),
        "total_investment": _("The sum of the investment of the projects of the category listed by the day."),
    }
    return {name: replace(each, formula=formulas[name]) for name, each in _projects().items()}


def definitions_by_category(categories: Iterable[Category]) -> dict[str, FigureDefinition]:
    """Return the definitions of the figures of each category by their path."""
    return {
        f"{BY_CATEGORY}{category.slug}.{name}": replace(
            each,
            label=_("%(figure)s: %(part)s") % {"figure": each.label, "part": localized(category, "name")},
            filters={"category": category.slug},
        )
        for category in categories
        for name, each in definitions_of_any_category().items()
    }
