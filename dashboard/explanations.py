"""Why a figure is what it is: its formula, what went in, which rows were counted, when, and by which run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.forecast import MONTHS, MONTHS_IN_A_ROW, Forecast
from core.pace import days_passed
from core.periods import day_before
from dashboard.due_days import due_figures, forecast_of, is_of_due_days
from dashboard.explanation import CountedRows, Explanation, Input, Scope
from dashboard.figure_definitions import (
    BY_CATEGORY,
    DAYS,
    MEASURES,
    PERCENT,
    POINTS,
    FigureDefinition,
    figure_definitions,
)
from dashboard.figures import Figures, measure_figures, project_figures
from dashboard.problem_figures import closed_from, problem_figures
from dashboard.summary import describe_figure, describe_indicator
from indicators.models import Direction
from indicators.state import IndicatorState, is_rate
from measures.filters import MeasureFilter
from measures.models import Measure
from problems.rules import OVERDUE_OF_OWNERS, count_problems
from projects.filters import ProjectFilter
from projects.models import Project
from rollups.engine import PlanCells
from rollups.freshness import freshness
from rollups.models import RollupRun
from web.errors import BadQuery, form_problems, not_one_of
from web.formats.numbers import format_gap, format_number, format_percent
from web.language import localized
from web.limits import thresholds
from web.values import asked_values

# What narrows the figures of each kind: a filter of its rows -> a field of the key of its cells.
KEY_FIELDS: Mapping[str, Mapping[str, str]] = {
    "measures": {"section": "section", "department": "lead_department"},
    "projects": {"city": "city", "category": "category", "stage": "stage"},
    # The owner of a problem is its last step's: whether a row is illustrative is asked of all that one ever owned.
    "problems": {"section": "measure__section", "department": "steps__owner"},
    "indicators": {},
}
# Filters of the list of problems that have other names there, as have the columns of its rows.
PROBLEM_FILTERS = {"department": "owner"}
SCOPE_FILTERS = tuple(dict.fromkeys(name for fields in KEY_FIELDS.values() for name in fields))


def scope_filters(path: str) -> tuple[str, ...]:
    """The filters that narrow a figure."""
    if path == "measures.time_elapsed":
        # The same for all of the plan's measures.
        return ()
    fields = KEY_FIELDS.get(path.partition(".")[0], {})
    return tuple(name for name in fields if name != "category" or not path.startswith(BY_CATEGORY))


def asked_explanation(request: HttpRequest, figures: Figures) -> Explanation:
    """Raises BadQuery for an unknown figure, naming the known ones, for what does not narrow it, and for values that
    the lists of its rows do not know.
    """
    path = request.GET.get("figure", "")
    if not _is_known(path, figures):
        raise BadQuery({"figure": [not_one_of(_known_paths(figures), is_missing=not path)]})
    return explain(figures, path, _asked_scope(request, path))


def _known_paths(figures: Figures) -> Iterable[str]:
    yield from figures.definitions
    yield from states_by_path(figures)


def states_by_path(figures: Figures) -> dict[str, IndicatorState]:
    """The figures of indicators: the value of each, and its gap where it has one."""
    found = {}
    for state in figures.indicator_states:
        found[f"indicators.{state.indicator.code}.value"] = state
        if state.gap is not None:
            found[f"indicators.{state.indicator.code}.gap"] = state
    return found


def _is_known(path: str, figures: Figures) -> bool:
    """Reads the indicators only where the path is one's."""
    return path in (states_by_path(figures) if path.startswith("indicators.") else figures.definitions_for(path))


def _asked_scope(request: HttpRequest, path: str) -> Scope:
    given = QueryDict(mutable=True)
    for name in SCOPE_FILTERS:
        if values := asked_values(request.GET, name):
            given.setlist(name, values)
    allowed = scope_filters(path)
    if wrong := [name for name in given if name not in allowed]:
        text = (
            _("This does not narrow %(figure)s; what does: %(names)s.") if allowed else _("Nothing narrows %(figure)s.")
        )
        raise BadQuery({name: [text % {"figure": path, "names": ", ".join(allowed)}] for name in wrong})
    if not given:
        return {}
    form = (
        MeasureFilter(given, queryset=Measure.objects.none(), request=request).form
        if path.startswith(("measures.", "problems."))
        else ProjectFilter(given, queryset=Project.objects.none(), request=request).form
    )
    if not form.is_valid():
        raise BadQuery(form_problems(form))
    return {name: form.cleaned_data[name] for name in given}


def explain(figures: Figures, path: str, scope: Scope) -> Explanation:
    """`path` is a known one, and `scope` narrows it."""
    if path.startswith("indicators."):
        return _explain_indicator(figures, path)
    if path == "measures.time_elapsed":
        return _explain_time_elapsed(figures, path)
    if is_of_due_days(path):
        return _explain_due_days(figures, path, scope)
    if path.startswith("measures."):
        return _explain_measures(figures, path, scope)
    if path.startswith("problems."):
        return _explain_problems(figures, path, scope)
    return _explain_projects(figures, path, scope)


def _explain_time_elapsed(figures: Figures, path: str) -> Explanation:
    plan, definition, value = figures.plan, figure_definitions()[path], figures.measures["time_elapsed"]
    passed, days = days_passed(starts_on=plan.starts_on, ends_on=plan.ends_on, on=figures.day)
    return replace(
        _explained(figures, path, {}, value),
        inputs=[
            Input(_("Days of the plan up to and with the day"), "days", passed),
            Input(_("All days of the plan"), "days", days),
            Input(_("First day"), day=plan.starts_on),
            Input(_("Last day"), day=plan.ends_on),
        ],
        working=_format_working(definition, value, {"days_passed": passed, "days": days}),
    )


def _explained(figures: Figures, path: str, scope: Scope, value: Any, cells: PlanCells | None = None) -> Explanation:
    """Return the explanation of a figure of rows without what went in. `cells`: what was summed, if it is a sum."""
    definition, members = figures.definitions_for(path)[path], _members(path, scope)
    return Explanation(
        figure=path,
        label=definition.label,
        value=value,
        description=describe_figure(figures, path, definition, of_plan=not scope, members=members),
        freshness=freshness(figures.plan.pk, [cells.computed_at] if cells else []),
        direction=definition.direction,
        scope=scope,
    )


def _explain_measures(figures: Figures, path: str, scope: Scope) -> Explanation:
    name, definition, limits = path.removeprefix("measures."), figure_definitions()[path], thresholds()
    cells = _narrow(figures.measure_cells, scope)
    values = measure_figures(cells.totals(), figures.plan, figures.day)
    values |= {f"lights.{light}": count for light, count in values.pop("lights").items()}
    rules = {
        "due_soon": Input(_("Yellow when due within so many days and still “Under way”"), "days", limits.due_soon),
        "silent": Input(_("Yellow without an accepted report for more than so many days"), "days", limits.silent),
    }
    due = {"due_to": figures.day.isoformat()} if name == "due" else {}
    rows = CountedRows(
        page="measures:list",
        api="api-measures",
        filters={**definition.filters, **due, **scope_query(scope)},
        count=values[name] if definition.unit == MEASURES else values["total"],
    )
    inputs = [rules.get(each) or _figure_input(figures, f"measures.{each}", values[each]) for each in definition.inputs]
    return _explain_sum(figures, path, scope, cells, name, values, inputs, rows)


def _explain_due_days(figures: Figures, path: str, scope: Scope) -> Explanation:
    definition = figure_definitions()[path]
    group, _dot, name = path.removeprefix("measures.").rpartition(".")
    rows = _narrow_rows(figures.measure_days, scope, KEY_FIELDS["measures"])
    found = due_figures(rows, figures.plan, figures.day)
    values = found[group] if group else found
    value, is_forecast = values[name], group == "forecast"
    if is_forecast:
        inputs = _forecast_inputs(figures, forecast_of(rows, figures.plan, figures.day))
    else:
        inputs = {
            each: _figure_input(figures, path.removesuffix(name) + each, values[each]) for each in definition.inputs
        }
    numbers = {each: went_in.value for each, went_in in inputs.items()}
    return replace(
        _explained(figures, path, scope, value),
        inputs=[inputs[each] for each in definition.inputs if each in inputs],
        # A forecast of all measures was held there, and is no sum.
        working="" if is_forecast and value == len(rows) else _format_working(definition, value, numbers),
        rows=None if group else _rows_of_due_days(figures, name, values, scope),
    )


def _narrow_rows[Row](rows: Iterable[Row], scope: Scope, columns: Mapping[str, str]) -> list[Row]:
    """`columns`: those that have another name than the filter."""
    wanted = {columns.get(name, name): {thing.pk for thing in things} for name, things in scope.items()}
    return [row for row in rows if all(getattr(row, name) in ids for name, ids in wanted.items())]


def _forecast_inputs(figures: Figures, made: Forecast | None) -> dict[str, Input]:
    if made is None:
        return {}
    months, in_a_row = {"months": MONTHS}, {"months": MONTHS_IN_A_ROW}
    return {
        "completed": _figure_input(figures, "measures.completed", made.completed),
        "completions": Input(_("Completed in the last %(months)s months") % months, MEASURES, made.completions),
        "fewest_in_a_row": Input(
            _("Fewest completed in %(months)s of them in a row") % in_a_row, MEASURES, made.fewest_in_a_row
        ),
        "most_in_a_row": Input(
            _("Most completed in %(months)s of them in a row") % in_a_row, MEASURES, made.most_in_a_row
        ),
        "days_left": Input(_("Days left after this one"), "", made.days_left),
    }


def _rows_of_due_days(figures: Figures, name: str, values: Mapping[str, Any], scope: Scope) -> CountedRows | None:
    """None for what no list can be narrowed to."""
    if name in ("overdue", "longest_overdue"):
        filters, count = figure_definitions()[f"measures.{name}"].filters, values["overdue"]
    elif name in ("due_before", "in_time_rate") and figures.day > date.min:
        filters, count = {"due_to": day_before(figures.day).isoformat()}, values["due_before"]
    else:
        return None
    return CountedRows("measures:list", "api-measures", {**filters, **scope_query(scope)}, count=count)


def _explain_projects(figures: Figures, path: str, scope: Scope) -> Explanation:
    definition = figures.definitions_for(path)[path]
    base, _dot, name = path.rpartition(".")
    own = {key: [figures.categories[slug]] for key, slug in definition.filters.items()}
    cells = _narrow(figures.project_cells, {**scope, **own})
    counts = cells.totals()
    values = {**project_figures(counts), "investment": counts.get("investment", 0)}
    rows = CountedRows(
        page="projects:list",
        api="api-projects",
        filters={**definition.filters, **scope_query(scope)},
        count=values["total"],
    )
    summed = {"investment": Input(_("Their investment, in whole 10,000 yuan"), "10,000 yuan", values["investment"])}
    inputs = [summed.get(each) or _figure_input(figures, f"{base}.{each}", values[each]) for each in definition.inputs]
    return _explain_sum(figures, path, scope, cells, name, values, inputs, rows)


def _explain_problems(figures: Figures, path: str, scope: Scope) -> Explanation:
    definition, name = figure_definitions()[path], path.removeprefix("problems.")
    rows = _narrow_rows(figures.problem_rows, scope, PROBLEM_FILTERS)
    counts = count_problems(rows, on=figures.day)
    values = problem_figures(counts)
    values |= {f"waiting.{each}": count for each, count in values.pop("waiting").items()}
    is_of_closed = name in ("closed_recently", "median_days")
    more = {"closed_from": closed_from(figures.day).isoformat()} if is_of_closed else {}
    narrowed = {PROBLEM_FILTERS.get(each, each): value for each, value in scope_query(scope).items()}
    if name == "overdue" and "owner" in narrowed:
        # What waits for the office is late for no department.
        values["overdue"], more = counts.overdue_of_owners, OVERDUE_OF_OWNERS
    counted = "closed_recently" if is_of_closed else "open" if definition.unit == DAYS else name
    return replace(
        _explained(figures, path, scope, values[name]),
        inputs=[_figure_input(figures, f"problems.{each}", values[each]) for each in definition.inputs],
        rows=CountedRows(
            page="problems:list",
            api="api-problems",
            filters={**definition.filters, **more, **narrowed},
            count=values[counted],
        ),
    )


def _explain_sum(
    figures: Figures,
    path: str,
    scope: Scope,
    cells: PlanCells,
    name: str,
    values: Mapping[str, Any],
    inputs: Sequence[Input],
    rows: CountedRows,
) -> Explanation:
    """Return the explanation of a figure that is counted from cells. `values`: their figures and what else the formula
    needs; `name` is the one to explain."""
    definition, value = figures.definitions_for(path)[path], values[name]
    return replace(
        _explained(figures, path, scope, value, cells),
        inputs=inputs,
        working=_format_working(definition, value, values),
        rows=rows,
        cells=len(cells.counts),
        run=None if cells.run_id is None else RollupRun.objects.filter(pk=cells.run_id).first(),
    )


def _explain_indicator(figures: Figures, path: str) -> Explanation:
    state = states_by_path(figures)[path]
    indicator, code = state.indicator, state.indicator.code
    description, inputs, working, value = describe_indicator(state), [], "", state.value
    if _is_gap(path):
        value = state.gap
        description |= {
            "unit": POINTS if is_rate(indicator) else indicator.unit,
            "explain": _("The value minus that of %(region)s for the same period.") % {"region": state.against_name},
        }
        inputs = [
            Input(localized(indicator, "name"), indicator.unit, state.value, figure=f"indicators.{code}.value"),
            Input(state.against_name, indicator.unit, state.comparator),
        ]
        working = f"{format_number(state.value)} − {format_number(state.comparator)} = {format_gap(value)}"
    return Explanation(
        figure=path,
        label=indicator_label(path, state),
        value=value,
        description=description,
        inputs=inputs,
        working=working,
        rows=_values_of(state),
        freshness=freshness(figures.plan.pk, []),
        direction=Direction(indicator.direction),
        indicator_state=state,
    )


def _values_of(state: IndicatorState) -> CountedRows:
    """Return where the values of an indicator are: its observations, or the series of one that is derived, which has no
    observations."""
    code, region = state.indicator.code, state.region_code
    if state.indicator.derived_form:
        return CountedRows(
            page="indicators:detail",
            args=[code],
            api="api-indicator-series",
            api_args=[code],
            filters={"regions": region},
        )
    filters = {"indicator": code, "region": region}
    return CountedRows(page="indicators:detail", args=[code], api="api-observations", filters=filters)


def _is_gap(path: str) -> bool:
    return path.endswith(".gap")


def indicator_label(path: str, state: IndicatorState) -> str:
    name = localized(state.indicator, "name")
    if not _is_gap(path):
        return name
    return _("%(figure)s: %(part)s") % {
        "figure": name,
        "part": _("against %(region)s") % {"region": state.against_name},
    }


def _members(path: str, scope: Scope) -> dict[str, Any]:
    """Return the values to which the scope narrows the rows of a figure, by their fields."""
    fields = KEY_FIELDS[path.partition(".")[0]]
    return {fields[name]: things for name, things in scope.items()}


def _narrow(cells: PlanCells, scope: Scope) -> PlanCells:
    return cells.narrow(
        {
            KEY_FIELDS[cells.kind][name]: {value for thing in things for value in _cell_values(name, thing)}
            for name, things in scope.items()
        }
    )


def _cell_values(name: str, thing: Any) -> set[Any]:
    """How cells name a thing."""
    if name == "department":
        # Until their refresh cells name those that were merged into it.
        return {thing.pk, *thing.merged_from.values_list("pk", flat=True)}
    return {getattr(thing, "pk", thing)}


def scope_query(scope: Scope) -> dict[str, str]:
    """How addresses name what a figure is narrowed to."""
    return {name: ",".join(map(_public_name, things)) for name, things in scope.items()}


def _public_name(thing: Any) -> str:
    return str(getattr(thing, "slug", "") or getattr(thing, "code", thing))


def _figure_input(figures: Figures, path: str, value: Any) -> Input:
    definition = figures.definitions_for(path)[path]
    return Input(definition.label, definition.unit, value, figure=path)


def _format_working(definition: FigureDefinition, value: Any, values: Mapping[str, Any]) -> str:
    if not definition.working or value is None:
        return ""
    parts = {name: format_number(values[name]) for name in definition.inputs if name in values}
    return definition.working.format(**parts, value=_format_value(value, definition.unit))


def _format_value(value: Any, unit: str) -> str:
    """A percentage has its sign with it, points have theirs before it; other units stand apart."""
    if unit == PERCENT:
        return format_percent(value)
    return format_gap(value) if unit == POINTS else format_number(value)
