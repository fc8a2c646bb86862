"""The content of the page of an explanation."""

from datetime import date
from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.explanation import Explanation, Input
from dashboard.explanations import scope_filters, scope_query
from dashboard.figure_definitions import POINTS, YI, figure_definitions, format_unit
from dashboard.figures import Figures
from dashboard.pages.links import Links
from indicators.models import Direction
from indicators.state import IndicatorState
from indicators.wording import number_cell, release_day, shown_unit
from projects.models import Stage
from web.formats.money import WAN_PER_YI, exact_money
from web.formats.numbers import format_gap, format_number, with_true_minus
from web.formats.periods import format_period
from web.html.sources import source_link
from web.language import localized


class ExplanationContext(NamedTuple):
    """The values of the page. `rows_url` and `rows_api_url`: where the rows are that were counted, if any were;
    `own_source`: where the API explains the figure; `observation`: what is known of the value of an indicator."""

    explanation: Explanation
    direction: str
    value: str
    unit: str
    working: str
    scope: list[str]
    inputs: list[dict[str, str]]
    rows_url: str | None
    rows_api_url: str | None
    source: SafeString
    published_for: date | None
    own_source: str
    observation: list[dict[str, str]] | None
    others: list[dict[str, str]]


def explanation_context(explanation: Explanation, figures: Figures, links: Links) -> ExplanationContext:
    state, rows = explanation.indicator_state, explanation.rows
    published_for = explanation.description["published_for"]
    value, unit = _format_with_unit(explanation.value, explanation.description["unit"], state)
    return ExplanationContext(
        explanation=explanation,
        direction=_format_direction(explanation.direction),
        value=value,
        unit=unit,
        working=_format_working(explanation),
        scope=[_scope_label(name, each) for name, things in explanation.scope.items() for each in things],
        inputs=[_input_row(each, explanation, links) for each in explanation.inputs],
        rows_url=links.url(rows.page, *rows.args, **rows.page_filters) if rows else None,
        rows_api_url=links.url(rows.api, *rows.api_args, **rows.filters) if rows else None,
        source=source_link(explanation.description["source"]),
        published_for=published_for and date.fromisoformat(published_for),
        own_source=links.url("api-explain", figure=explanation.figure, **scope_query(explanation.scope)),
        observation=_observation_rows(state) if state else None,
        others=_other_figures(explanation, figures, links),
    )


def _format_direction(direction: Direction) -> str:
    return {
        Direction.UP: _("More is better."),
        Direction.DOWN: _("Less is better."),
        Direction.NEUTRAL: _("More is neither better nor worse."),
    }[direction]


def _other_figures(explanation: Explanation, figures: Figures, links: Links) -> list[dict[str, str]]:
    """The explanations of the other figures of the same kind, and of the same sections, departments or cities."""
    kind = explanation.figure.partition(".")[0]
    definitions = figures.definitions if kind == "projects" else figure_definitions()
    return [
        {"label": each.label, "url": _explanation_url(path, explanation, links)}
        for path, each in definitions.items()
        if path.startswith(f"{kind}.") and path != explanation.figure
    ]


def _explanation_url(path: str, explanation: Explanation, links: Links) -> str:
    allowed = scope_filters(path)
    scope = {name: value for name, value in scope_query(explanation.scope).items() if name in allowed}
    return links.url("dashboard:explain", figure=path, **scope)


def _format_working(explanation: Explanation) -> str:
    """Return the name of the working, with the unit for an amount, whose headline may be in another one."""
    if not explanation.working or explanation.description["unit"] != YI:
        return explanation.working
    return _("%(name)s (%(unit)s)") % {"name": explanation.working, "unit": format_unit(YI)}


def _format_with_unit(value: Any, unit: str, state: IndicatorState | None) -> tuple[str, str]:
    """A number and its unit."""
    if value is None:
        return format_number(None), ""
    if state is not None and unit != POINTS:
        return with_true_minus(number_cell(state.indicator, value)), shown_unit(state.indicator)
    if unit == YI:
        return exact_money(int(value * WAN_PER_YI))
    return (format_gap(value) if unit == POINTS else with_true_minus(format_number(value))), format_unit(unit)


def _scope_label(name: str, thing: Any) -> str:
    if name == "stage":
        return str(Stage(thing).label)
    return localized(thing, "title" if name == "section" else "name")


def _input_row(each: Input, explanation: Explanation, links: Links) -> dict[str, str]:
    if each.day is not None:
        text, unit = each.day.isoformat(), ""
    else:
        text, unit = _format_with_unit(each.value, each.unit, explanation.indicator_state)
    return {
        "label": each.label,
        "text": text,
        "unit": unit,
        "url": _explanation_url(each.figure, explanation, links) if each.figure else "",
    }


def _observation_rows(state: IndicatorState) -> list[dict[str, str]]:
    latest, indicator = state.latest, state.indicator
    assert latest is not None
    rows: tuple[tuple[str, str], ...] = (
        (_("Period"), format_period(latest.period_kind, latest.period_start, latest.period_end)),
        (_("Release date"), release_day(latest)),
        (_("Checked"), _("Verified") if latest.verified else _("Not verified")),
        (_("A year earlier"), with_true_minus(number_cell(indicator, state.previous))),
    )
    if state.against is not None:
        same = _("%(region)s, same period") % {"region": state.against_name}
        rows += ((same, with_true_minus(number_cell(indicator, state.comparator))),)
    return [{"label": label, "value": value} for label, value in rows]
