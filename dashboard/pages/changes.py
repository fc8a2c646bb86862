"""The content of the page of changes."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.comparison import FigureChange
from core.periods import day_before
from core.provenance import Provenance
from core.rounding import whole
from dashboard.changes import Changes
from dashboard.figure_definitions import PERCENT, POINTS, YI, FigureDefinition, format_unit
from dashboard.pages.links import Links
from dashboard.pages.sentences import counted_clauses, format_turned, rounding_note
from indicators.models import Observation
from indicators.wording import assumed_note, number_cell, period_words, release_cell, shown_unit
from measures.comparison import light_on
from measures.models import Module, Plan
from measures.wording import outcome_note
from projects.models import Stage
from web.days import month_ends
from web.formats.dates import format_day
from web.formats.money import format_rounded_money
from web.formats.numbers import MINUS, NO_VALUE, format_change, format_gap_cell, format_number, format_percent
from web.formats.text import format_counted, format_list, format_sentence, numbered
from web.language import is_chinese, localized


class ChangesContext(NamedTuple):
    """The values of the page. `then_source` and `source`: where the API has the figures of the earlier day, and the
    changes; `listed`: the sums of the projects that were listed since, and `categories` the same by category; `rates`:
    empty where no month was reported."""

    headings: dict[str, str]
    sentence: SafeString
    measure_figures: list[dict[str, Any]]
    project_figures: list[dict[str, Any]]
    figures_rounding: str
    then_source: str
    source: str
    counts: dict[str, int]
    light_sentence: str
    lights: list[dict[str, Any]]
    fell_due_url: str
    measures: list[dict[str, Any]]
    changed_url: str
    rates: list[dict[str, str]]
    stock: list[dict[str, Any]]
    stage_moves: list[dict[str, Any]]
    listed: dict[str, Any]
    listed_provenance: Provenance
    listed_whole: int
    rounding: str
    listed_url: str
    categories: list[dict[str, Any]]
    observations: list[dict[str, Any]]
    assumed: str
    all_indicators_url: str
    years: list[dict[str, Any]]


def changes_context(changes: Changes, links: Links, *, today: date) -> ChangesContext:
    then = links.as_of(changes.then.day)
    listed = {"listed_from": changes.first_day.isoformat(), "listed_to": changes.now.day.isoformat()}
    definitions = changes.now.definitions
    rows = {path: _figure_row(path, definitions[path], each, then) for path, each in changes.figures.items()}
    projects = changes.projects
    return ChangesContext(
        headings=_headings(changes.now.plan),
        sentence=changes_sentence(changes),
        measure_figures=[row for path, row in rows.items() if path.startswith("measures.")],
        project_figures=[row for path, row in rows.items() if path.startswith("projects.")],
        figures_rounding=_figures_rounding(changes.figures),
        then_source=then.url("api-summary"),
        source=links.url("api-changes", compare=changes.then.day.isoformat()),
        counts=changes.counts,
        light_sentence=_light_sentence(changes),
        lights=_light_rows(changes, links),
        fell_due_url=links.url("measures:list", **_fell_due_between(changes)) if changes.fell_due else "",
        measures=_measure_rows(changes, links),
        changed_url=links.url("measures:list", changed="yes", compare=changes.then.day.isoformat()),
        rates=_rates(changes) if changes.now.has_project_months else [],
        stock=_stock_rows(changes, links),
        stage_moves=_stage_moves(changes),
        listed=projects,
        listed_provenance=changes.listed_provenance,
        listed_whole=whole(projects["total_investment"]),
        rounding=rounding_note(
            (each["total_investment"] for each in projects["by_category"].values()), projects["total_investment"]
        ),
        listed_url=links.url("projects:list", **listed),
        categories=[
            {
                "label": localized(category, "name"),
                "path": f"projects.by_category.{slug}",
                "url": links.url("projects:list", category=slug, **listed),
                **projects["by_category"][slug],
                "whole": whole(projects["by_category"][slug]["total_investment"]),
            }
            for slug, category in changes.now.categories.items()
        ],
        observations=[_observation_row(each, links) for each in changes.observations],
        assumed=assumed_note(changes.observations),
        all_indicators_url=links.url("indicators:list"),
        years=list(_years(changes, links, month_ends(changes.now.plan.starts_on, today))),
    )


def _headings(plan: Plan) -> dict[str, str]:
    """Return the numbered headings of the parts that the plan shows, by what the template calls them."""
    titles = {
        "lights": _("Lights and due dates"),
        Module.MEASURES.value: _("Status of measures"),
        "figures": _("Figures"),
        Module.PROJECTS.value: _("Supporting projects"),
        Module.INDICATORS.value: _("Indicators released"),
    }
    hidden = {"lights": Module.MEASURES.value}
    shown = {name: title for name, title in titles.items() if not plan.hides.get(hidden.get(name, name))}
    return dict(zip(shown, numbered(shown.values()), strict=True))


def _fell_due_between(changes: Changes) -> dict[str, date]:
    """Return the filters of the list of measures whose due day passed in between."""
    return {"due_from": changes.then.day, "due_to": day_before(changes.now.day)}


def _light_rows(changes: Changes, links: Links) -> list[dict[str, Any]]:
    """Return the measures whose light turned, and after them the others whose due day passed."""
    turned = [each.measure.pk for each in changes.lights]
    rows = [*changes.lights, *(each for each in changes.fell_due if each.measure.pk not in turned)]
    return [
        {
            "each": each,
            "measure": each.measure,
            "url": links.url("measures:detail", each.measure.code),
            "outcome": outcome_note(light, due_on=each.measure.due_on, since=each.since),
            "department_url": links.url("dashboard:department", each.measure.lead_department.slug),
        }
        for each in rows
        if (light := light_on(each.measure, changes.now.day))
    ]


def _light_sentence(changes: Changes) -> str:
    """5 turned red and 2 turned green. 7 measures fell due: 2 completed on time, 5 overdue."""
    due = changes.punctuality
    fell_due = counted_clauses(
        (due.completed_in_time, _("%(count)s completed on time")),
        (due.completed_late, _("%(count)s completed late")),
        (due.overdue, _("%(count)s overdue")),
    )
    parts = [_("%(lights)s.") % {"lights": format_turned(changes.turned) or _("No light turned")}]
    if fell_due:
        parts.append(
            format_counted(
                "%(count)s measure fell due: %(outcomes)s.",
                "%(count)s measures fell due: %(outcomes)s.",
                due.due_before,
                outcomes=format_list(fell_due),
            )
        )
    else:
        parts.append(_("No measure fell due."))
    return ("" if is_chinese() else " ").join(parts)


def _measure_rows(changes: Changes, links: Links) -> list[dict[str, Any]]:
    rows = []
    for each in changes.measures:
        change = changes.scope_changes.get(each.measure.pk)
        rows.append(
            {
                "url": links.url("measures:detail", each.measure.code),
                "department_url": links.url("dashboard:department", each.measure.lead_department.slug),
                "each": each,
                "day": change.effective_on if change else each.since,
                "successors_note": change.successors_note if change else "",
            }
        )
    return rows


def _stock_rows(changes: Changes, links: Links) -> list[dict[str, Any]]:
    """Return the projects that entered and left the stock. Rows that say 0 are left out, but for the stock on both
    days."""
    movement = changes.movement
    listed = {"listed_from": changes.first_day.isoformat(), "listed_to": changes.now.day.isoformat()}
    labels = {
        "opening": _("Not yet built on %(day)s") % {"day": format_day(changes.then.day)},
        "listed": _("Newly listed"),
        "readmitted": pgettext("projects", "Readmitted"),
        "reopened": _("No longer reported as built"),
        "completed": pgettext("projects", "Completed"),
        "withdrawn": pgettext("projects", "Withdrawn"),
        "closing": _("Not yet built on %(day)s") % {"day": format_day(changes.now.day)},
    }
    urls = {"listed": links.url("projects:list", **listed)}
    signs = {"completed": MINUS, "withdrawn": MINUS, "opening": "", "closing": ""}
    return [
        {
            "label": label,
            "sign": signs.get(name, "+"),
            "is_sum": name in ("opening", "closing"),
            "url": urls.get(name, ""),
            "number": movement.stock[name].number,
            "whole": whole(movement.stock[name].yi),
        }
        for name, label in labels.items()
        if movement.stock[name].number or name in ("opening", "closing")
    ]


def _stage_moves(changes: Changes) -> list[dict[str, Any]]:
    """Return the stages that projects went to, the most frequent move first."""
    return [
        {
            "then": Stage(then).label,
            "now": Stage(now).label,
            "number": each.number,
            "whole": whole(each.yi),
        }
        for (then, now), each in sorted(changes.movement.stages.items(), key=lambda item: (-item[1].number, item[0]))
    ]


def _rates(changes: Changes) -> list[dict[str, str]]:
    """Return the rates on both days. The amount invested since 1 January starts anew with each year: it has no change
    across two."""
    then, now = changes.rates_then, changes.rates
    is_one_year = then["rate_month"][:4] == now["rate_month"][:4]
    invested = [whole(each["invested_this_year"]) for each in (then, now)]
    rows = [
        {
            "label": _("Invested since 1 January (100 million yuan)"),
            "then": format_number(invested[0]),
            "now": format_number(invested[1]),
            "change": format_change(invested[1] - invested[0]) if is_one_year else NO_VALUE,
        }
    ]
    for name, label in (("start_rate", _("Start rate")), ("plan_completion", _("Completion of the annual plan"))):
        is_known = then[name] is not None and now[name] is not None and is_one_year
        rows.append(
            {
                "label": label,
                "then": format_percent(then[name]),
                "now": format_percent(now[name]),
                "change": format_gap_cell(now[name] - then[name]) if is_known else NO_VALUE,
            }
        )
    return rows


def changes_sentence(changes: Changes) -> SafeString:
    counts, stock, values = changes.counts, changes.movement.stock, len(changes.observations)
    listed = (
        format_counted(
            "%(count)s project with an investment of %(investment)s was listed",
            "%(count)s projects with an investment of %(investment)s were listed",
            stock["listed"].number,
            investment=format_rounded_money(stock["listed"].yi),
        )
        if stock["listed"].number
        else _("no project was listed")
    )
    released = (
        format_counted("%(count)s indicator value was released", "%(count)s indicator values were released", values)
        if values
        else _("no indicator value was released")
    )
    out, back = stock["withdrawn"].number, stock["readmitted"].number
    out_and_back = counted_clauses(
        (out, ngettext("%(count)s was withdrawn", "%(count)s were withdrawn", out)),
        (back, ngettext("%(count)s was readmitted", "%(count)s were readmitted", back)),
    )
    return format_sentence(
        _("Since %(day)s, %(lights)s; %(measures)s; %(projects)s; %(values)s."),
        day=format_day(changes.then.day),
        lights=format_html("<strong>{}</strong>", format_turned(changes.turned) or _("no light turned")),
        measures=_format_measures(counts),
        projects=pgettext("between clauses", ", ").join([listed, *out_and_back]),
        values=released,
    )


def _format_measures(counts: dict[str, int]) -> str:
    """How many changed status, and which way; how many were newly listed, left or returned."""
    if counts["changed"]:
        text = format_counted(
            "%(count)s measure changed status (%(completed)s completed, %(fell_back)s reversed)",
            "%(count)s measures changed status (%(completed)s completed, %(fell_back)s reversed)",
            counts["changed"],
            completed=format_number(counts["completed"]),
            fell_back=format_number(counts["fell_back"]),
        )
    else:
        text = _("no measure changed status")
    new, left, returned = counts["newly_listed"], counts["left"], counts["returned"]
    more = counted_clauses(
        (new, ngettext("%(count)s measure was newly listed", "%(count)s measures were newly listed", new)),
        (left, ngettext("%(count)s was suspended or withdrawn", "%(count)s were suspended or withdrawn", left)),
        (returned, ngettext("%(count)s was resumed", "%(count)s were resumed", returned)),
    )
    return pgettext("between clauses", ", ").join([text, *more])


def _figure_row(path: str, definition: FigureDefinition, change: FigureChange, then: Links) -> dict[str, Any]:
    return {
        "path": path,
        "label": definition.label,
        "unit": format_unit(definition.unit),
        "then": change.then,
        "then_shown": _format_value(change.then, definition.unit),
        "then_url": then.url("dashboard:explain", figure=path),
        "now": change.now,
        "now_shown": _format_value(change.now, definition.unit),
        "change_shown": _format_change(change, definition.unit),
        "is_same": change.change == 0,
    }


def _figures_rounding(changes: Mapping[str, FigureChange]) -> str:
    """A note where whole amounts do not add up: categories to the total, or the earlier amount and its change."""
    amounts = {
        path: (Decimal(each.then or 0), Decimal(each.change or 0), Decimal(each.now or 0))
        for path, each in changes.items()
        if path.endswith(".total_investment")
    }
    across = [rounding_note((then, change), now) for then, change, now in amounts.values()]
    total = amounts.pop("projects.total_investment")
    down = [rounding_note(parts, whole_sum) for *parts, whole_sum in zip(*amounts.values(), total, strict=True)]
    return next(filter(None, across + down), "")


def _format_value(value: Any, unit: str) -> str:
    if unit == PERCENT:
        return format_percent(value)
    if unit == YI:
        return format_number(whole(value))
    return format_gap_cell(value) if unit == POINTS else format_number(value)


def _format_change(each: FigureChange, unit: str) -> str:
    if unit == YI:
        return format_change(None if each.change is None else whole(each.change))
    return format_gap_cell(each.change) if unit in (PERCENT, POINTS) else format_change(each.change)


def _observation_row(each: Observation, links: Links) -> dict[str, Any]:
    return {
        "name": localized(each.indicator, "name"),
        "url": links.url("indicators:detail", each.indicator.code),
        "period": period_words(each),
        "value": number_cell(each.indicator, each.value),
        "unit": shown_unit(each.indicator),
        "released": release_cell(each),
    }


def _years(changes: Changes, links: Links, ends: Iterable[date]) -> Iterable[dict[str, Any]]:
    """The ends of the plan's months before the day, by year, as days to compare with."""
    earlier = sorted(end for end in ends if end < changes.now.day)
    for year, days in groupby(earlier, key=lambda end: end.year):
        yield {
            "year": year,
            "months": [
                {
                    "day": end,
                    "url": links.url("dashboard:changes", compare=end.isoformat()),
                    "is_chosen": end == changes.then.day,
                }
                for end in days
            ],
        }
