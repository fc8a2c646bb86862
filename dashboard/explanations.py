"""Why a figure is what it is: its formula, what went in, which rows were counted, when, and by which run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.lights import thresholds
from core.pace import days_passed
from dashboard.figures import (
    MEASURES,
    PERCENT,
    POINTS,
    YI,
    Explanation,
    Figures,
    described,
    described_indicator,
    explanations,
    measure_figures,
    project_figures,
    unit_words,
)
from dashboard.pages.shared import Links
from indicators.state import PROVINCE, IndicatorState, is_rate
from indicators.wording import number_cell, release_day, shown_unit
from measures.filters import MeasureFilter
from measures.models import Measure
from projects.filters import ProjectFilter
from projects.models import Category, Project, Stage
from rollups import engine
from rollups.freshness import Freshness, freshness
from rollups.models import RollupRun
from web.errors import BadQuery, form_problems, not_one_of
from web.formats.dates import format_iso_day
from web.formats.money import WAN_PER_YI, exact_money
from web.formats.numbers import format_gap, format_number, format_percent, with_true_minus
from web.formats.periods import format_period
from web.formats.sources import named_source
from web.language import local

# What narrows the figures of each kind: a filter of its rows -> a field of the key of its cells.
KEY_FIELDS: Mapping[str, Mapping[str, str]] = {
    "measures": {"section": "section", "department": "lead_department"},
    "projects": {"city": "city", "category": "category", "stage": "stage"},
    "indicators": {},
}
NARROWINGS = tuple(name for fields in KEY_FIELDS.values() for name in fields)
BY_CATEGORY = "projects.by_category."
# Stands for the path of a figure in an address.
FIGURE = "FIGURE"

# What a figure is narrowed to: a section, a department, a city, or the value of a choice.
Scope = Mapping[str, Any]


@dataclass(frozen=True)
class Input:
    """A number that went in, or a day. `figure`: its path, where it is a figure with an explanation of its own."""

    label: str
    unit: str = ""
    value: Decimal | int | None = None
    day: date | None = None
    figure: str = ""


@dataclass(frozen=True)
class Rows:
    """The list that holds exactly the rows that were counted: its page, its address in the API, and the filters of
    both. `count` is None for an indicator, whose page shows the value among the others.
    """

    page: str
    api: str
    filters: Mapping[str, str] = field(default_factory=dict)
    args: Sequence[str] = ()
    count: int | None = None

    @property
    def page_filters(self) -> Mapping[str, str]:
        """A page about one thing needs none."""
        return {} if self.args else self.filters


@dataclass(frozen=True)
class Explained:
    """`described`: unit, provenance, published_for, source and explain (the formula), as in the meta of the summary.
    `cells`: how many were summed. `run` wrote the newest cell of the plan; none did where the figure was counted for
    this answer, or is no sum of cells.
    """

    figure: str
    label: str
    value: Any
    described: Mapping[str, Any]
    inputs: Sequence[Input]
    working: str  # the formula with the numbers; empty where there is none, or nothing to measure
    rows: Rows | None
    freshness: Freshness
    scope: Scope = field(default_factory=dict)
    cells: int = 0
    run: RollupRun | None = None
    state: IndicatorState | None = None

    @property
    def is_sum(self) -> bool:
        """Of cells; others follow from the plan's days or from one observation."""
        return self.rows is not None and self.state is None


def narrowings(path: str) -> tuple[str, ...]:
    """The filters that narrow a figure: what is the same for all of the plan's measures has none."""
    if path == "measures.time_elapsed":
        return ()
    found = KEY_FIELDS.get(path.partition(".")[0], {})
    return tuple(name for name in found if name != "category" or not path.startswith(BY_CATEGORY))


def asked(request: HttpRequest, figures: Figures) -> Explained:
    """The explanation that a page or the API was asked for. Raises BadQuery for an unknown figure, naming the known
    ones, for what does not narrow it, and for values that the lists of its rows do not know.
    """
    path = request.GET.get("figure", "")
    if not _is_known(path, figures):
        raise BadQuery({"figure": [not_one_of(_known(figures), is_missing=not path)]})
    return explain(figures, path, _asked_scope(request, path))


def _known(figures: Figures) -> Iterable[str]:
    yield from explanations()
    yield from _of_indicators(figures)


def _of_indicators(figures: Figures) -> dict[str, IndicatorState]:
    """The figures of indicators by their paths."""
    found = {}
    for state in figures.indicator_states:
        found[f"indicators.{state.indicator.code}.value"] = state
        if state.gap is not None:
            found[f"indicators.{state.indicator.code}.gap"] = state
    return found


def _is_known(path: str, figures: Figures) -> bool:
    """Indicators are asked for only where the path is one's."""
    return path in (_of_indicators(figures) if path.startswith("indicators.") else explanations())


def _asked_scope(request: HttpRequest, path: str) -> Scope:
    given = {name: request.GET[name] for name in NARROWINGS if request.GET.get(name)}
    allowed = narrowings(path)
    if wrong := [name for name in given if name not in allowed]:
        words = (
            _("This does not narrow %(figure)s; what does: %(names)s.") if allowed else _("Nothing narrows %(figure)s.")
        )
        raise BadQuery({name: [words % {"figure": path, "names": ", ".join(allowed)}] for name in wrong})
    if not given:
        return {}
    form = (
        MeasureFilter(given, queryset=Measure.objects.none(), request=request).form
        if path.startswith("measures.")
        else ProjectFilter(given, queryset=Project.objects.none(), request=request).form
    )
    if not form.is_valid():
        raise BadQuery(form_problems(form))
    return {name: form.cleaned_data[name] for name in given}


def explain(figures: Figures, path: str, scope: Scope) -> Explained:
    """`path` is a known one, and `scope` narrows it."""
    kind, _dot, name = path.partition(".")
    if kind == "indicators":
        return _indicator(figures, path)
    explanation = explanations()[path]
    if kind == "measures":
        return _measures(figures, path, name, explanation, scope)
    return _projects(figures, path, explanation, scope)


def _measures(figures: Figures, path: str, name: str, explanation: Explanation, scope: Scope) -> Explained:
    plan, day = figures.plan, figures.day
    if name == "time_elapsed":
        passed, days = days_passed(starts_on=plan.starts_on, ends_on=plan.ends_on, on=day)
        inputs = [
            Input(_("Days of the plan up to and with the day"), "days", passed),
            Input(_("All days of the plan"), "days", days),
            Input(_("First day"), day=plan.starts_on),
            Input(_("Last day"), day=plan.ends_on),
        ]
        value = figures.measures["time_elapsed"]
        return Explained(
            figure=path,
            label=explanation.label,
            value=value,
            described=described(figures, path, explanation),
            inputs=inputs,
            working=_working(explanation, value, {"days_passed": passed, "days": days}),
            rows=None,
            freshness=freshness(plan.pk, []),
        )
    cells = _narrowed(figures.measure_cells, "measures", scope)
    values = measure_figures(cells.totals(), plan, day)
    values |= {f"lights.{light}": count for light, count in values.pop("lights").items()}
    limits = thresholds()
    rules = {
        "due_soon": Input(_("Yellow when due within so many days and still being promoted"), "days", limits.due_soon),
        "silent": Input(_("Yellow without an accepted report for more than so many days"), "days", limits.silent),
    }
    is_count = explanation.unit == MEASURES
    rows = Rows(
        page="measures:list",
        api="api-measures",
        filters={**explanation.filters, **({"due_to": day.isoformat()} if name == "due" else {}), **names(scope)},
        count=values[name] if is_count else values["total"],
    )
    inputs = [rules.get(each) or _figure_input(f"measures.{each}", values[each]) for each in explanation.inputs]
    return _counted(figures, path, explanation, scope, cells, values[name], inputs, values, rows)


def _projects(figures: Figures, path: str, explanation: Explanation, scope: Scope) -> Explained:
    base, _dot, name = path.rpartition(".")
    cells = _narrowed(figures.project_cells, "projects", {**scope, **explanation.filters})
    counts = cells.totals()
    values = {**project_figures(counts), "investment": counts.get("investment", 0)}
    rows = Rows(
        page="projects:list",
        api="api-projects",
        filters={**explanation.filters, **names(scope)},
        count=values["total"],
    )
    own = {"investment": Input(_("Their investment, in whole 10,000 yuan"), "10,000 yuan", values["investment"])}
    inputs = [own.get(each) or _figure_input(f"{base}.{each}", values[each]) for each in explanation.inputs]
    return _counted(figures, path, explanation, scope, cells, values[name], inputs, values, rows)


def _counted(
    figures: Figures,
    path: str,
    explanation: Explanation,
    scope: Scope,
    cells: engine.PlanCells,
    value: Any,
    inputs: Sequence[Input],
    values: Mapping[str, Any],
    rows: Rows,
) -> Explained:
    return Explained(
        figure=path,
        label=explanation.label,
        value=value,
        described=described(figures, path, explanation, of_plan=not scope),
        inputs=inputs,
        working=_working(explanation, value, values),
        rows=rows,
        freshness=freshness(figures.plan.pk, [cells.computed_at]),
        scope=scope,
        cells=len(cells.counts),
        run=None if cells.run_id is None else RollupRun.objects.filter(pk=cells.run_id).first(),
    )


def _indicator(figures: Figures, path: str) -> Explained:
    state = _of_indicators(figures)[path]
    indicator, code = state.indicator, state.indicator.code
    about, inputs, working, value = described_indicator(state), [], "", state.value
    if _is_gap(path):
        value = state.gap
        about |= {"unit": POINTS if is_rate(indicator) else indicator.unit}
        about |= {"explain": _("The value minus that of the country for the same period.")}
        inputs = [
            Input(local(indicator, "name"), indicator.unit, state.value, figure=f"indicators.{code}.value"),
            Input(_("China"), indicator.unit, state.comparator),
        ]
        working = f"{format_number(state.value)} − {format_number(state.comparator)} = {format_gap(value)}"
    rows = Rows(
        page="indicators:detail",
        args=[code],
        api="api-observations",
        filters={"indicator": code, "region": PROVINCE},
    )
    return Explained(
        figure=path,
        label=_indicator_label(path, state),
        value=value,
        described=about,
        inputs=inputs,
        working=working,
        rows=rows,
        freshness=freshness(figures.plan.pk, []),
        state=state,
    )


def _is_gap(path: str) -> bool:
    return path.endswith(".gap")


def _indicator_label(path: str, state: IndicatorState) -> str:
    name = local(state.indicator, "name")
    return _("%(figure)s: %(part)s") % {"figure": name, "part": _("against China")} if _is_gap(path) else name


def _narrowed(cells: engine.PlanCells, kind: str, scope: Scope) -> engine.PlanCells:
    return cells.narrow({KEY_FIELDS[kind][name]: _keys(name, thing) for name, thing in scope.items()})


def _keys(name: str, thing: Any) -> set[Any]:
    """How cells name a thing."""
    if name == "department":
        # Until the refresh the cells still name those that were merged into it.
        return {thing.pk, *thing.merged_from.values_list("pk", flat=True)}
    return {getattr(thing, "pk", thing)}


def names(scope: Scope) -> dict[str, str]:
    """How addresses name what a figure is narrowed to."""
    return {name: str(getattr(thing, "slug", "") or getattr(thing, "code", thing)) for name, thing in scope.items()}


def _figure_input(path: str, value: Any) -> Input:
    explanation = explanations()[path]
    return Input(explanation.label, explanation.unit, value, figure=path)


def _working(explanation: Explanation, value: Any, values: Mapping[str, Any]) -> str:
    if not explanation.working or value is None:
        return ""
    parts = {name: format_number(values[name]) for name in explanation.inputs if name in values}
    return explanation.working.format(**parts, value=value_words(value, explanation.unit))


def value_words(value: Any, unit: str) -> str:
    """A percentage has its sign with it, points have theirs before it; other units stand apart."""
    return format_percent(value) if unit == PERCENT else format_gap(value) if unit == POINTS else format_number(value)


class Why:
    """What leads from the figures of a page to their explanations: the `figure` tag asks it. `narrowed`: the member
    that the page is about, as addresses name it.
    """

    def __init__(self, figures: Figures, links: Links, narrowed: Mapping[str, str]) -> None:
        self.figures = figures
        self.links = links
        self.narrowed = narrowed
        self.labels = {path: each.label for path, each in explanations().items()}
        self.question = _("Why this number? %(figure)s")
        self.addresses: dict[tuple[str, ...], tuple[str, str]] = {}

    def of(self, path: str) -> dict[str, str] | None:
        """The address and the words of the link; `source`, where the summary has another figure at that path, is
        where the API has this one. None for what is not explained.
        """
        label = (self._indicator_labels if path.startswith("indicators.") else self.labels).get(path)
        if label is None:
            return None
        page, api = self._addresses(tuple(name for name in self.narrowed if name in narrowings(path)))
        return {
            "url": page.replace(FIGURE, path, 1),
            "words": self.question % {"figure": label},
            "source": api.replace(FIGURE, path, 1),
        }

    @cached_property
    def _indicator_labels(self) -> dict[str, str]:
        return {path: _indicator_label(path, each) for path, each in _of_indicators(self.figures).items()}

    def _addresses(self, by: tuple[str, ...]) -> tuple[str, str]:
        """Of the page and, where it is narrowed, in the API: made once for all figures of a page."""
        if by not in self.addresses:
            query = {"figure": FIGURE, **{name: self.narrowed[name] for name in by}}
            api = self.links.to("api-explain", **query) if by else ""
            self.addresses[by] = self.links.to("dashboard:explain", **query), api
        return self.addresses[by]


def panel(explained: Explained, links: Links) -> dict[str, Any]:
    """What the page of an explanation shows."""
    state, rows, run = explained.state, explained.rows, explained.run
    published_for = explained.described["published_for"]
    value, unit = _shown(explained.value, explained.described["unit"], state)
    return {
        "explained": explained,
        "value": value,
        "unit": unit,
        "working": _working_words(explained),
        "scope": [_scope_words(name, thing) for name, thing in explained.scope.items()],
        "inputs": [_input_row(each, explained, links) for each in explained.inputs],
        "rows_url": rows and links.to(rows.page, *rows.args, **rows.page_filters),
        "rows_api_url": rows and links.to(rows.api, **rows.filters),
        "source": named_source(explained.described["source"]),
        "published_for": published_for and date.fromisoformat(published_for),
        "run_seconds": run and run.finished_at and (run.finished_at - run.started_at).total_seconds(),
        "own_source": links.to("api-explain", figure=explained.figure, **names(explained.scope)),
        "observation": state and _observation_rows(state),
    }


def _working_words(explained: Explained) -> str:
    """An amount is worked out in the unit that the API gives it in, which the headline need not have."""
    unit = explained.described["unit"]
    if not explained.working or unit != YI:
        return explained.working
    return _("%(name)s (%(unit)s)") % {"name": explained.working, "unit": unit_words(unit)}


def _shown(value: Any, unit: str, state: IndicatorState | None) -> tuple[str, str]:
    """A number and its unit as the page writes them."""
    if value is None:
        return format_number(None), ""
    if state is not None and unit != POINTS:
        return with_true_minus(number_cell(state.indicator, value)), shown_unit(state.indicator)
    if unit == YI:
        return exact_money(int(value * WAN_PER_YI))
    return (format_gap(value) if unit == POINTS else with_true_minus(format_number(value))), unit_words(unit)


def _scope_words(name: str, thing: Any) -> str:
    choices = {"category": Category, "stage": Stage}
    if name in choices:
        return str(choices[name](thing).label)
    return local(thing, "title" if name == "section" else "name")


def _input_row(each: Input, explained: Explained, links: Links) -> dict[str, str]:
    if each.day is not None:
        text, unit = each.day.isoformat(), ""
    else:
        text, unit = _shown(each.value, each.unit, explained.state)
    narrowed = {name: value for name, value in names(explained.scope).items() if name in narrowings(each.figure)}
    return {
        "label": each.label,
        "text": text,
        "unit": unit,
        "url": links.to("dashboard:explain", figure=each.figure, **narrowed) if each.figure else "",
    }


def _observation_rows(state: IndicatorState) -> list[dict[str, str]]:
    latest, indicator = state.latest, state.indicator
    assert latest is not None
    return [
        {"label": label, "value": value}
        for label, value in (
            (_("Period"), format_period(latest.period_kind, latest.period_start, latest.period_end)),
            (_("Release date"), release_day(latest, format_iso_day)),
            (_("Checked"), _("Verified") if latest.verified else _("Not verified")),
            (_("A year earlier"), with_true_minus(number_cell(indicator, state.previous))),
            (_("China, same period"), with_true_minus(number_cell(indicator, state.comparator))),
        )
    ]
