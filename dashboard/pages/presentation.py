"""The content of the presentation: five parts of the overview for a large screen, from the same figures."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.classes import class_of, shades
from core.forecast import MONTHS
from core.periods import month_of
from core.provenance import Provenance
from core.rounding import whole
from dashboard.charts.strips import MonthBar, blocks, month_bars
from dashboard.due_days import MonthOfDueDays, forecast_of, year_by_month
from dashboard.figures import STATUSES, Figures, GroupFigures
from dashboard.pages.city import furthest_first, stage_blocks
from dashboard.pages.city_statistics import CityStatistic, city_sentence, usual_statistic
from dashboard.pages.links import Links
from dashboard.pages.overview.headline import featured_figures, published_on
from dashboard.pages.overview.outcomes import featured_clause, featured_states, indicators_provenance
from dashboard.pages.standing import (
    MAX_CALLED,
    format_end_of_plan,
    format_next_due,
    format_others,
    standing_sentence,
    to_call,
)
from indicators.state import IndicatorState
from indicators.wording import change_cell, number_cell, period_words, shown_unit, target_words, with_unit
from measures.models import Module, Plan, Section
from problems.wording import clauses_of
from projects.models import Stage
from web.charts.tile_map import class_labels, value_limits
from web.formats.dates import format_day, format_days, format_short_month
from web.formats.money import rounded_money
from web.formats.numbers import NO_VALUE, format_number, format_percent, with_true_minus
from web.formats.text import format_counted, format_names
from web.language import localized

PARTS = ("verdict", "months", "urgent", "cities", "outcomes")
MAX_ROWS = 6
# Widths and heights of the drawings, in pixels of a screen that is 1920 wide.
MONTH_PITCH, MONTH_HEIGHT = 106, 360
TILE_WIDTH, TILE_HEIGHT = 166, 132
STATUS_WIDTH = 192


class Part(NamedTuple):
    """A part of the presentation. `key`: of PARTS; `number`: its place, in addresses too; `values`: what its template
    takes."""

    key: str
    number: str
    name: str
    values: dict[str, Any]
    is_shown: bool


class PresentationContext(NamedTuple):
    """The values of the page. `shown`: the name of the part that is shown; `before` and `after`: the numbers of those
    beside it."""

    parts: list[Part]
    shown: str
    before: str
    after: str
    sentence: str
    measures_provenance: Provenance
    projects_provenance: Provenance
    why: None = None


def presentation_context(figures: Figures, links: Links, *, part: int) -> PresentationContext:
    """All parts, so that the script turns them without asking; `part` is the place of the one that is shown, from 1."""
    makers = {
        "verdict": (pgettext("part of the presentation", "Verdict"), lambda: verdict_part(figures, links)),
        "months": (pgettext("part of the presentation", "By month"), lambda: months_part(figures)),
        "urgent": (pgettext("part of the presentation", "Who must act"), lambda: urgent_part(figures)),
        "cities": (
            pgettext("part of the presentation", "By %(place)s") % {"place": figures.plan.part_words.one},
            lambda: cities_part(figures),
        ),
        "outcomes": (pgettext("part of the presentation", "Outcomes"), lambda: outcomes_part(figures, links)),
    }
    keys = shown_parts(figures.plan)
    place = min(part, len(keys)) - 1
    parts = [
        Part(key, str(number), makers[key][0], makers[key][1](), number == place + 1)
        for number, key in enumerate(keys, 1)
    ]
    return PresentationContext(
        parts=parts,
        shown=parts[place].name,
        before=parts[place - 1].number,
        after=parts[(place + 1) % len(parts)].number,
        sentence=parts[0].values["sentence"],
        measures_provenance=figures.provenance_of("measures"),
        projects_provenance=figures.provenance_of("projects"),
    )


def shown_parts(plan: Plan) -> list[str]:
    """Return the parts of what the plan shows; the verdict of one that shows nothing else."""
    hidden = {
        "verdict": [Module.MEASURES],
        "months": [Module.MEASURES],
        "urgent": [Module.MEASURES],
        "cities": [Module.PROJECTS, Module.REGIONS],
        "outcomes": [Module.INDICATORS],
    }
    return [key for key in PARTS if not any(map(plan.hides.get, hidden[key]))] or ["verdict"]


def verdict_part(figures: Figures, links: Links) -> dict[str, Any]:
    plan, measures, due = figures.plan, figures.measures, figures.due_figures
    investment, unit = rounded_money(figures.projects["total_investment"])
    return {
        "sentence": standing_sentence(due, plan, figures.day, total=measures["total"], names_day=False),
        "measures": measures,
        "due": due,
        "days_overdue": _days_overdue(figures),
        "longest": format_days(due["longest_overdue"]),
        "forecast": due["forecast"] if due["forecast"]["expected"] is not None else None,
        "before_forecast": figures.day <= plan.ends_on,
        "end_of_plan": format_end_of_plan(plan),
        "called": [_urgent_row(each) for each in most_urgent(figures, "department")[:MAX_CALLED]],
        "statuses": [
            {"status": status, "path": f"measures.{status}", "value": measures[status]} for status in STATUSES
        ],
        "status_bar": blocks([(each, measures[each]) for each in STATUSES], width=STATUS_WIDTH),
        "elapsed_at": round(float(measures["time_elapsed"]) * STATUS_WIDTH / 100, 1),
        "projects": figures.projects,
        "projects_published": published_on(figures, "projects.total", "projects.total_investment"),
        "investment": investment,
        "investment_unit": unit,
        "featured": [featured_figures(each) for each in featured_states(figures)],
        "overdue_url": links.url("measures:list", light="red"),
    }


def _days_overdue(figures: Figures) -> list[int]:
    return [
        (figures.day - row.due_on).days
        for row in figures.measure_days
        if row.due_on is not None and row.due_on < figures.day and row.completed_on is None
    ]


def most_urgent(figures: Figures, by: str) -> Sequence[GroupFigures]:
    return to_call(figures.measures_with_due_by(by))


def _urgent_row(row: GroupFigures) -> dict[str, Any]:
    own = row.figures
    return {
        "name": localized(row.group, "title" if isinstance(row.group, Section) else "short"),
        "overdue": own["overdue"],
        "longest": format_days(own["longest_overdue"]),
        "in_time": _("%(count)s of %(total)s")
        % {"count": format_number(own["completed_in_time"]), "total": format_number(own["due_before"])},
    }


def months_part(figures: Figures) -> dict[str, Any]:
    """The year of the day, or of the plan's end where that was earlier."""
    plan, rows = figures.plan, figures.measure_days
    year = min(max(figures.day, plan.starts_on), plan.ends_on).year
    months = year_by_month(rows, year)
    bars = month_bars(
        [(each.due, each.completed, each.late) for each in months], pitch=MONTH_PITCH, height=MONTH_HEIGHT
    )
    columns = [_month_column(figures, each, bar) for each, bar in zip(months, bars, strict=True)]
    expected = forecast_of(rows, plan, figures.day)
    return {
        "sentence": _months_sentence(figures),
        "year": date(year, 1, 1),
        "measures": figures.measures,
        "columns": columns,
        "width": MONTH_PITCH * len(columns),
        "height": MONTH_HEIGHT,
        "pitch": MONTH_PITCH,
        "pace": expected and f"{_tenths(Fraction(expected.completions, MONTHS))}",
        "paced_months": MONTHS,
    }


def _month_column(figures: Figures, month: MonthOfDueDays, bar: MonthBar) -> dict[str, Any]:
    current = month_of(figures.day)
    is_coming = month.month > current
    completed = [month_of(row.completed_on) for row in figures.measure_days if row.completed_on is not None]
    return {
        "name": format_short_month(month.month),
        "is_current": month.month == current,
        "is_coming": is_coming,
        "due": month.due,
        "completed": None if is_coming else month.completed,
        "so_far": None if is_coming else sum(each <= month.month for each in completed),
        "bar": bar,
    }


def _tenths(value: Fraction) -> Decimal:
    return Decimal(whole(value * 10)) / 10


def _months_sentence(figures: Figures) -> str:
    measures, ahead = figures.measures, figures.due_figures["next_due"]
    parts = [
        _("%(completed)s of %(total)s completed (%(rate)s), with %(elapsed)s of the period gone")
        % {
            "completed": format_number(measures["completed"]),
            "total": format_number(measures["total"]),
            "rate": format_percent(measures["completion_rate"]),
            "elapsed": format_percent(measures["time_elapsed"]),
        }
    ]
    if ahead["month"]:
        parts.append(format_next_due(ahead, figures.day))
    return _sentence(parts)


def urgent_part(figures: Figures) -> dict[str, Any]:
    departments, sections = most_urgent(figures, "department"), most_urgent(figures, "section")
    clauses = clauses_of(figures.problem_counts)
    return {
        "sentence": _urgent_sentence(figures, departments),
        "problems": _sentence(clauses) if clauses else "",
        "tables": [
            {
                "title": title,
                "rows": [_urgent_row(each) for each in rows[:MAX_ROWS]],
                "others": format_others(rows[MAX_ROWS:], are_sections=rows is sections),
            }
            for title, rows in ((_("Departments"), departments), (_("Priority areas"), sections))
        ],
    }


def _urgent_sentence(figures: Figures, departments: Sequence[GroupFigures]) -> str:
    overdue = figures.due_figures["overdue"]
    if not overdue:
        return _sentence([_("No measure is overdue")])
    measures = format_counted(
        "%(count)s measure is overdue, by %(days)s",
        "%(count)s measures are overdue, by up to %(days)s",
        overdue,
        days=format_days(figures.due_figures["longest_overdue"]),
    )
    names = format_names([localized(each.group, "short") for each in departments[:MAX_CALLED]])
    return _sentence([measures, _("call first: %(departments)s") % {"departments": names}])


def cities_part(figures: Figures) -> dict[str, Any]:
    statistic, cities = usual_statistic(figures), figures.projects_by("city")
    investment, unit = rounded_money(figures.projects["total_investment"])
    stages = _stages(figures)
    tiled = [each for each in cities if each.group.tile_row]
    values = [value for each in tiled if (value := statistic.value(each)) is not None]
    limits = value_limits(values, are_rates=statistic.is_rate)
    return {
        "sentence": city_sentence(figures, statistic, cities),
        "title": str(statistic.title) % {"place": figures.plan.part_words.one, "day": format_day(figures.day)},
        "projects": figures.projects,
        "investment": investment,
        "investment_unit": unit,
        "tiles": [_tile(each, statistic, limits) for each in tiled],
        "width": TILE_WIDTH * max((each.group.tile_column for each in tiled), default=1),
        "height": TILE_HEIGHT * max((each.group.tile_row for each in tiled), default=1),
        "tile_width": TILE_WIDTH - 6,
        "tile_height": TILE_HEIGHT - 6,
        "classes": _classes(limits),
        "stages": [{"stage": each.value, "label": each.label, "total": total} for each, total in stages],
        "stage_bar": stage_blocks(stages),
    }


def _stages(figures: Figures) -> list[tuple[Stage, int]]:
    """Return the stages that some project is in, the furthest first, each with how many."""
    totals = {each.key: each.figures["total"] for each in figures.projects_by("stage")}
    return [(each, totals[each.value]) for each in furthest_first(Stage) if totals[each.value]]


def _classes(limits: Sequence[Decimal]) -> list[dict[str, Any]]:
    tones = shades(len(limits) + 1)
    return [{"label": text, "tone": tone + 1} for text, tone in zip(class_labels(limits), tones, strict=False)]


def _tile(city: GroupFigures, statistic: CityStatistic, limits: Sequence[Decimal]) -> dict[str, Any]:
    return {
        "name": localized(city.group, "short"),
        "value": statistic.shown(statistic.value(city)),
        "tone": shades(len(limits) + 1)[class_of(statistic.size(city), limits)] + 1,
        "x": (city.group.tile_column - 1) * TILE_WIDTH,
        "y": (city.group.tile_row - 1) * TILE_HEIGHT,
    }


def outcomes_part(figures: Figures, links: Links) -> dict[str, Any]:
    featured = featured_states(figures)
    return {
        "sentence": _sentence([featured_clause(featured[0])]) if featured else _("No data for this period"),
        "featured": [featured_figures(each) for each in featured],
        "provenance": indicators_provenance(figures),
        "rows": [_indicator_row(each) for each in figures.indicator_states[len(featured) :]],
        "against": figures.against_name,
        "indicators_url": links.url("indicators:list"),
    }


def _indicator_row(state: IndicatorState) -> dict[str, Any]:
    assert state.latest is not None
    indicator = state.indicator
    against = []
    if state.comparator is not None:
        against.append(
            _("%(region)s %(value)s") % {"region": state.against_name, "value": with_unit(indicator, state.comparator)}
        )
    if state.judged_target is not None:
        against.append(_("target %(target)s") % {"target": target_words(state.judged_target, indicator, unit=True)})
    return {
        "name": localized(indicator, "name"),
        "path": f"indicators.{indicator.code}.value",
        "value": state.value,
        "shown": with_true_minus(number_cell(indicator, state.value)),
        "unit": shown_unit(indicator),
        "period": period_words(state.latest),
        "change": with_true_minus(change_cell(indicator, state.change, state.value)),
        "against": pgettext("between items", ", ").join(against) or NO_VALUE,
    }


def _sentence(parts: Sequence[str]) -> str:
    return pgettext("between half-sentences", "; ").join(parts) + pgettext("end of a sentence", ".")
