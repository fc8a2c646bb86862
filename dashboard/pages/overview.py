"""What the overview shows, part by part: figures and sentences in, dicts for the template out."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.comparison import FigureChange
from core.lights import OVERDUE, thresholds
from core.pace import gap, percent, shares, time_elapsed
from core.periods import PeriodKind, month_end, months_between
from core.provenance import Provenance, of_aggregate
from core.rounding import whole
from dashboard.changes import EarlierFigures, Fall, earlier_figures, fallen_most, figure_changes
from dashboard.charts.progress_curve import RunningTotal, in_view, progress_curve, progress_points
from dashboard.charts.tile_map import INVESTMENT_CLASSES, PROJECT_CLASSES, Tile, city_tile_map
from dashboard.figures import MIN_MEASURES_TO_RANK, Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import MEASURE_SORT_KEYS, PROJECT_SORT_KEYS, sort_groups
from dashboard.pages.rows import city_rows, measure_rows
from dashboard.pages.sentences import (
    format_completed,
    format_earlier_day,
    format_pace,
    format_red_lights,
    format_share,
    rounding_note,
)
from indicators.charts.growth import GrowthPoint, growth_figure
from indicators.state import ChangeSince, IndicatorState
from indicators.wording import (
    change_cell,
    number_cell,
    period_words,
    shown_unit,
    since_words,
    target_words,
    with_unit,
)
from measures.reporting_months import late_reports, reports_owed
from measures.timeline import History, load_history, total_on
from projects.models import Category
from reporting.months import LateReports
from reporting.wording import format_late, format_late_months
from web.charts.chart import Chart, Column
from web.days import end_of_month_before
from web.formats.dates import format_day, format_days, format_iso_day, format_month_name, format_year
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import (
    MINUS,
    NO_VALUE,
    format_gap_cell,
    format_number,
    format_percent,
    trimmed,
    with_true_minus,
)
from web.formats.text import format_names, format_sentence
from web.html.bars import value_bar
from web.html.nowrap import nowrap
from web.language import is_chinese, localized

GROWTH, CAPACITY = "gdp_growth_ytd", "nre_capacity"
STATUSES = ("completed", "in_progress", "promoting")
MAX_OVERDUE = 6
MAX_FALLEN_NAMES = 3
MAX_DEPARTMENTS = 11
MAX_CITY_NAMES = 4
MAX_QUARTERS = 6
DAYS_A_MONTH = Fraction(1461, 48)


def overview_context(
    figures: Figures, links: Links, *, whole_plan: bool, map_of: str, compared: date | None = None
) -> dict[str, Any]:
    """`compared`: the day that is compared with; without one, changes are since the end of last month."""
    history = load_history(figures.plan, figures.day)
    since = compared or _end_of_month_before(figures)
    then = EarlierFigures(figures, since, history) if since else None
    owed = reports_owed(figures.plan, by=figures.day, history=history)
    late = late_reports(figures.plan, day=figures.day, owed=owed)
    departments, cities = figures.measures_by("department"), figures.projects_by("city")
    return {
        "sentence": lead_sentence(figures, late),
        "headline": headline(figures, links, history, then, compared),
        "attention": attention(figures, links, history, departments, late, then, compared),
        "progress": progress(figures, history, links, whole_plan=whole_plan),
        "by_group": by_group(figures, links, departments, then if compared else None),
        "by_city": by_city(figures, links, cities, map_of=map_of),
        "indicators": indicators(figures, links),
        "charts": {
            each.name: each
            for each in (
                progress_chart(figures, history, links, whole_plan=whole_plan),
                map_chart(figures, links, cities, map_of=map_of),
                growth_chart(figures, links),
            )
        },
    }


def _end_of_month_before(figures: Figures) -> date | None:
    """None before the plan: there is nothing to compare with."""
    end = end_of_month_before(figures.day)
    return end if end and end >= figures.plan.starts_on else None


def lead_sentence(figures: Figures, late: LateReports) -> str:
    measures = figures.measures
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    if not measures["total"]:
        return _("As of %(day)s, no measure is listed yet.") % {"day": format_day(figures.day)}
    return format_sentence(
        _("As of %(day)s, %(completed)s, %(pace)s; %(red)s, and %(reports)s."),
        day=format_day(figures.day),
        completed=format_completed(measures),
        pace=format_pace(measures["gap"]),
        red=format_red_lights(measures["lights"]["red"]),
        reports=format_late(late, day=figures.day),
    )


def headline(
    figures: Figures, links: Links, history: History, then: Figures | None, compared: date | None
) -> dict[str, Any]:
    measures, projects = figures.measures, figures.projects
    parts = shares(measures["completed"], measures["in_progress"], measures["promoting"])
    since = then.day if then else None
    changes = _changes(figures, then)
    investment, investment_unit = rounded_money(projects["total_investment"])
    return {
        "statuses": [
            {
                "status": status,
                "path": f"measures.{status}",
                "value": measures[status],
                "share": share if measures["total"] else None,
                "change": changes.get(f"measures.{status}"),
                "url": links.url("measures:list", status=status),
            }
            for status, share in zip(("completed", "in_progress", "promoting"), parts, strict=True)
        ],
        "total_url": links.url("measures:list"),
        "due_url": links.url("measures:list", due_to=figures.day.isoformat()),
        "plan_note": _(" (%(count)s due)") % {"count": format_number(measures["due"])},
        "since": since,
        "since_month": format_month_name(since) if since else "",
        "since_label": format_earlier_day(since, figures.day.year) if since else "",
        "compared": compared,
        "gap_change": changes.get("measures.gap"),
        "plan_change": changes.get("measures.gap_to_plan"),
        "projects_change": changes.get("projects.total"),
        "investment_change": _investment_change(changes),
        "changed": history.changed_since(since) if since else 0,
        "newly_listed": history.listed_since(since) if since else 0,
        "left": history.out_since(since) if since else 0,
        "returned": history.back_since(since) if since else 0,
        "changes_url": links.url("dashboard:changes"),
        "measures_published": _published(figures, *(f"measures.{each}" for each in ("total", *STATUSES))),
        "projects_published": _published(figures, "projects.total", "projects.total_investment"),
        "projects_url": links.url("projects:list"),
        "investment": investment,
        "investment_unit": investment_unit,
        "categories": [
            {
                "label": category.label,
                "path": f"projects.by_category.{category.value}",
                "url": links.url("projects:list", category=category.value),
                **projects["by_category"][category.value],
                "whole": whole(projects["by_category"][category.value]["total_investment"]),
            }
            for category in sorted(Category, key=lambda each: -projects["by_category"][each.value]["total_investment"])
        ],
        "measures_provenance": figures.provenance_of("measures"),
        "projects_provenance": figures.provenance_of("projects"),
        "growth": growth_headline(_state_of(figures, GROWTH), links, figures.day, since),
    }


# Those of the headline that have a change beside them.
CHANGING = (
    *(f"measures.{status}" for status in STATUSES),
    "measures.gap",
    "measures.gap_to_plan",
    "projects.total",
    "projects.total_investment",
)


def _changes(figures: Figures, then: Figures | None) -> dict[str, FigureChange]:
    found = figure_changes(figures, then, CHANGING) if then else {}
    return {path: each for path, each in found.items() if each.change is not None}


def _investment_change(changes: Mapping[str, FigureChange]) -> str:
    """+621.8 billion yuan, −3亿元; empty for none, which the number of projects above says already."""
    each = changes.get("projects.total_investment")
    change = Decimal((each and each.change) or 0)
    return (MINUS if change < 0 else "+") + format_rounded_money(abs(change)) if change else ""


def _published(figures: Figures, *paths: str) -> date | None:
    """The day that a block's figures were published for; None where one of them is not."""
    rows = [figures.published_for(path) for path in paths]
    return None if not all(rows) else min(row.as_of for row in rows if row is not None)


def _state_of(figures: Figures, code: str) -> IndicatorState | None:
    return next((each for each in figures.indicator_states if each.indicator.code == code), None)


def growth_headline(state: IndicatorState | None, links: Links, day: date, since: date | None) -> dict[str, Any] | None:
    """`since`: the earlier day that the value is compared with."""
    if state is None or state.latest is None:
        return None
    latest = state.latest
    own = [row for row in state.series if row.period_end < latest.period_end]
    same_year = [row for row in own if row.period_end.year == latest.period_end.year]
    before = max(same_year, key=lambda row: (row.period_end, row.released_on), default=None)
    year_before = [row for row in own if row.value == state.previous and row.period_kind == latest.period_kind]
    rows = []
    if state.comparator is not None:
        rows.append({"label": _("China"), "value": number_cell(state.indicator, state.comparator)})
    for row in (before, *year_before[-1:]):
        if row is not None:
            label = _("Shandong, %(period)s") % {"period": period_words(row)}
            rows.append({"label": label, "value": number_cell(state.indicator, row.value)})
    shown = with_true_minus(number_cell(state.indicator, state.value))
    return {
        "state": state,
        **format_gap_to_country(state.gap),
        "shown": shown,
        "period": period_words(latest),
        "since": since_words(ChangeSince(state, since), format_earlier_day(since, day.year)) if since else "",
        "rows": rows,
        "url": links.url("indicators:detail", state.indicator.code),
    }


def format_gap_to_country(points: Decimal | None) -> dict[str, str]:
    """For a headline: the size of the gap (0.7), and what stands before and after it. Empty without a gap."""
    if not points:
        same = "" if points is None else _("the same as the national rate")
        return {"gap_before": "", "gap_shown": "" if points is None else format_gap_cell(points), "gap_after": same}
    before = ""
    if is_chinese():
        before, after = ("高于全国" if points > 0 else "低于全国"), "个百分点"
    elif points > 0:
        after = _("points above the national rate")
    else:
        after = _("points below the national rate")
    return {"gap_before": before, "gap_shown": format_gap_cell(abs(points)).lstrip("+"), "gap_after": after}


def attention(
    figures: Figures,
    links: Links,
    history: History,
    departments: list[GroupFigures],
    late: LateReports,
    then: Figures | None,
    compared: date | None,
) -> dict[str, Any]:
    limits = thresholds()
    lights = figures.measures["lights"]
    names = {row.group.pk: row for row in departments}
    soon = history.due_soon(limits)
    overdue = [
        {
            "name": localized(entry, "title"),
            "url": links.url("measures:detail", entry.measure),
            "days": (figures.day - entry.due_on).days,
            "department": localized(names[entry.department_id].group, "short"),
            "department_url": links.url("dashboard:department", names[entry.department_id].key),
            "due_on": entry.due_on,
        }
        for entry in history.overdue[:MAX_OVERDUE]
        if entry.due_on is not None
    ]
    since = then.day if then else None
    ranked = [row for row in departments if row.figures["total"] >= MIN_MEASURES_TO_RANK]
    fallen = fallen_most(ranked, earlier_figures(then, "department", ranked)) if then else []
    return {
        "sentence": _attention_sentence(figures, overdue, len(history.overdue), late),
        "overdue": overdue,
        "overdue_reason": OVERDUE,
        "red_url": links.url("measures:list", light="red"),
        "yellow_url": links.url("measures:list", light="yellow"),
        "green_url": links.url("measures:list", light="green"),
        "soon_shown": _due_soon_link(soon, figures.day, limits.due_soon, links),
        "silent": lights["yellow"] - soon,
        "limits": limits,
        "unreported": len(late.departments),
        "unreported_url": links.url("dashboard:departments", reported="no"),
        "late_text": format_late_months(late, day=figures.day),
        "since_month": format_month_name(since) if since else "",
        "compared": compared,
        "fallen": len(fallen),
        "fallen_text": format_fallen(fallen, figures.day, since),
        "fallen_url": since and links.url("dashboard:departments", fallen="most", compare=since.isoformat()),
        "changes_url": links.url("dashboard:changes"),
        "fell_back": history.fell_back_since(since) if since else 0,
    }


def _due_soon_link(count: int, day: date, days: int, links: Links) -> SafeString | str:
    """How many are due soon and did not move; it opens them."""
    if not count:
        return format_number(count)
    due = {"due_from": day.isoformat(), "due_to": (day + timedelta(days=days)).isoformat()}
    url = links.url("measures:list", status="promoting", **due)
    return format_html('<a class="figure" href="{}">{}</a>', url, format_number(count))


def format_fallen(fallen: list[Fall], day: date, since: date | None) -> str:
    """Who lost most ground, and how much."""
    if since is None:
        return ""
    values = {"since": format_earlier_day(since, day.year)}
    if not fallen:
        return _("no department fell further behind time elapsed since %(since)s") % values
    first = fallen[0]
    values["points"] = format_number(first.points)
    values["departments"] = (
        format_names([localized(each.group.group, "short") for each in fallen])
        if len(fallen) <= MAX_FALLEN_NAMES
        else ngettext("%(count)s department", "%(count)s departments", len(fallen))
        % {"count": format_number(len(fallen))}
    )
    values["to_plan"] = format_number(first.points_to_plan)
    if first.tied > len(fallen):
        # Whoever completes nothing falls by the time that passed, and most do.
        values["alike"] = format_number(first.tied)
        return (
            _(
                "%(departments)s: lost %(to_plan)s points against the plan curve since %(since)s, the most of the "
                "%(alike)s ranked departments that all lost %(points)s points against time elapsed"
            )
            % values
        )
    if any(each.group.figures["gap"] + each.points > 0 for each in fallen):
        # Who was ahead has not fallen further behind.
        text = _("%(departments)s: lost %(points)s points against time elapsed since %(since)s")
        with_plan = _(
            "%(departments)s: lost %(points)s points against time elapsed, "
            "%(to_plan)s against the plan curve, since %(since)s"
        )
    else:
        text = _("%(departments)s: %(points)s points further behind time elapsed since %(since)s")
        with_plan = _(
            "%(departments)s: %(points)s points further behind time elapsed, "
            "%(to_plan)s further behind the plan curve, since %(since)s"
        )
    return (with_plan if first.points_to_plan > 0 else text) % values


def _attention_sentence(figures: Figures, longest: list[dict[str, Any]], overdue: int, unfiled: LateReports) -> str:
    yellow = figures.measures["lights"]["yellow"]
    if overdue:
        late = ngettext(
            "%(count)s measure is overdue, by %(days)s",
            "%(count)s measures are overdue, by up to %(days)s",
            overdue,
        ) % {"count": format_number(overdue), "days": format_days(longest[0]["days"])}
    else:
        late = _("No measure is overdue")
    more = ngettext("%(count)s measure has a yellow light", "%(count)s measures have a yellow light", yellow) % {
        "count": format_number(yellow)
    }
    return _("%(late)s; %(yellow)s; %(reports)s.") % {
        "late": late,
        "yellow": more,
        "reports": format_late(unfiled, day=figures.day),
    }


def progress(figures: Figures, history: History, links: Links, *, whole_plan: bool) -> dict[str, Any]:
    plan, day = figures.plan, figures.day
    year = min(max(day, plan.starts_on), plan.ends_on).year
    return {
        "sentence": _progress_sentence(figures, history),
        "whole_plan": whole_plan,
        "years": _years(plan.starts_on.year, plan.ends_on.year),
        "year": year,
        "other_url": links.url("dashboard:overview", **({} if whole_plan else {"course": "plan"})) + "#course",
        "month_ends": month_ends(figures, history),
        "without_due_date": history.without_due_date,
        "total": figures.measures["total"],
    }


def _years(first: int, last: int) -> str:
    return f"{first}—{last}年" if is_chinese() else f"{first} to {last}"


def progress_chart(figures: Figures, history: History, links: Links, *, whole_plan: bool) -> Chart:
    plan, day = figures.plan, figures.day
    completed = [
        RunningTotal(on, so_far, links.url("measures:list", status="completed", as_of=on))
        for on, so_far in history.completed
    ]
    due = [RunningTotal(on, so_far, links.url("measures:list", due_to=on)) for on, so_far in history.due]
    span: dict[str, Any] = {
        "total": figures.measures["total"],
        "as_of": day,
        "plan_start": plan.starts_on,
        "plan_end": plan.ends_on,
        "whole_plan": whole_plan,
    }
    start, end = in_view(day, plan_start=plan.starts_on, plan_end=plan.ends_on, whole_plan=whole_plan)
    title = _("Completion rate against plan curve and time elapsed, %(years)s, as of %(day)s (%%)")
    years = _years(start.year, end.year) if whole_plan else format_year(end.year)
    return Chart(
        name="course",
        title=title % {"years": years, "day": format_day(day)},
        figure=progress_curve(completed, due, tolerance=settings.PILOTZONE_PACE_TOLERANCE, **span),
        summary=_progress_sentence(figures, history),
        columns=[
            Column(_("Date"), format_iso_day, is_number=False),
            Column(pgettext("number of measures", "Completed"), format_number),
            Column(_("Completion rate (%)"), format_number),
            Column(pgettext("number of measures", "Due"), format_number),
            Column(_("Plan curve (%)"), format_number),
            Column(_("Time elapsed (%)"), format_number),
            Column(_("Even pace (%)"), format_number),
        ],
        rows=progress_points(completed, due, **span),
        kind="course",
        provenance=figures.provenance_of("measures"),
    )


def month_ends(figures: Figures, history: History) -> list[dict[str, Any]]:
    """The year of the day month by month, to the end of each and to the day."""
    plan = figures.plan
    last = min(figures.day, plan.ends_on)
    first = max(plan.starts_on, date(last.year, 1, 1))
    rows = []
    for month in months_between(first, last):
        on = min(month_end(month), last)
        total, completed = total_on(history.listed, on), total_on(history.completed, on)
        rate = percent(completed, total)
        elapsed = time_elapsed(starts_on=plan.starts_on, ends_on=plan.ends_on, on=on)
        rows.append(
            {
                "label": format_month_name(on) if on == month_end(month) else _format_short_day(on),
                "due": min(total_on(history.due, on), total),
                "completed": completed,
                "rate": rate,
                "gap": gap(rate, elapsed),
            }
        )
    return rows


def _format_short_day(on: date) -> str:
    return f"{on.month}月{on.day}日" if is_chinese() else f"{on.day} {format_month_name(on)}"


def _progress_sentence(figures: Figures, history: History) -> str:
    plan, day = figures.plan, figures.day
    measures = figures.measures
    left = measures["total"] - measures["completed"]
    if day < plan.starts_on:
        return _("The day is before the plan began")
    if not left:
        return _("All measures are completed") if measures["total"] else _("Nothing to measure")
    if day >= plan.ends_on:
        return ngettext(
            "The plan has ended; %(count)s measure is not completed.",
            "The plan has ended; %(count)s measures are not completed.",
            left,
        ) % {"count": format_number(left)}
    started = max(plan.starts_on, date(day.year, 1, 1))
    this_year = measures["completed"] - total_on(history.completed, started - timedelta(days=1))
    needed = whole(Decimal(str(float(left / ((plan.ends_on - day).days / DAYS_A_MONTH)))))
    so_far = this_year / (((day - started).days + 1) / DAYS_A_MONTH)
    needed = max(needed, 1)
    return ngettext(
        "To finish by %(end)s at an even pace, about %(needed)s measure a month is needed from here; "
        "so far this year it has been %(so_far)s a month.",
        "To finish by %(end)s at an even pace, about %(needed)s measures a month are needed from here; "
        "so far this year it has been %(so_far)s a month.",
        needed,
    ) % {
        "end": format_day(plan.ends_on),
        "needed": format_number(needed),
        "so_far": f"{float(so_far):.1f}",
    }


def by_group(figures: Figures, links: Links, departments: list[GroupFigures], then: Figures | None) -> dict[str, Any]:
    sections = sort_groups(figures.measures_by("section"), MEASURE_SORT_KEYS, "gap")
    leading = [row for row in departments if row.figures["total"]]
    largest = sorted(leading, key=lambda row: -row.figures["total"])[:MAX_DEPARTMENTS]
    sections_then = earlier_figures(then, "section", sections) if then else None
    departments_then = earlier_figures(then, "department", largest) if then else None
    return {
        "since": then and format_earlier_day(then.day, figures.day.year),
        "sentence": _group_sentence(sections),
        "sections": measure_rows(sections, "section", links, then=sections_then),
        "sections_total": len(sections),
        "sections_url": links.url("dashboard:sections"),
        "sections_sorts": _sorts("section", links),
        "departments": measure_rows(
            sort_groups(largest, MEASURE_SORT_KEYS, "gap"), "department", links, then=departments_then
        ),
        "departments_total": len(departments),
        "departments_url": links.url("dashboard:departments"),
        "departments_sorts": _sorts("department", links),
    }


def _sorts(by: str, links: Links) -> dict[str, str]:
    """Where the heads of a table lead: to the full one, the most lights and measures first."""
    orders = {"name": "name", "rate": "rate", "gap": "gap", "red": "-red", "yellow": "-yellow", "total": "-total"}
    return {column: links.url(f"dashboard:{by}s", ordering=order) for column, order in orders.items()}


def _group_sentence(sections: list[GroupFigures]) -> str:
    rated = [row for row in sections if row.figures["gap"] is not None]
    if not rated:
        return _("Nothing to measure")
    tolerance = settings.PILOTZONE_PACE_TOLERANCE
    behind = sum(row.figures["gap"] < -tolerance for row in rated)
    if behind == len(rated) > 1:
        pace = _("all %(count)s sections are behind time elapsed") % {"count": behind}
    else:
        pace = ngettext(
            "%(count)s of %(total)s sections is behind time elapsed",
            "%(count)s of %(total)s sections are behind time elapsed",
            behind,
        ) % {"count": behind, "total": len(rated)}
    lowest = rated[0].figures["completion_rate"]
    last = [row for row in rated if row.figures["completion_rate"] == lowest]
    values = {"rate": format_percent(lowest), "pace": pace}
    if len(last) > 1:
        values["count"] = format_number(len(last))
        if len(last) == len(rated):
            return _("All %(count)s sections have a completion rate of %(rate)s; %(pace)s.") % values
        return _("%(count)s sections have the lowest completion rate (%(rate)s); %(pace)s.") % values
    values["section"] = localized(last[0].group, "title")
    return _("“%(section)s” has the lowest completion rate (%(rate)s); %(pace)s.") % values


def by_city(figures: Figures, links: Links, cities: list[GroupFigures], *, map_of: str) -> dict[str, Any]:
    rows = sort_groups(cities, PROJECT_SORT_KEYS, f"-{map_of}")
    is_investment = map_of == "total_investment"
    largest = max((row.figures[map_of] for row in rows), default=0)
    table = [
        {
            "name": row.name,
            "url": row.url,
            "total": format_number(row.figures["total"]),
            "investment": format_number(row.whole_investment),
            "bar": value_bar(row.figures[map_of], largest),
        }
        for row in city_rows(rows, links)
    ]
    other = "total" if is_investment else "total_investment"
    ranked = sort_groups(rows, PROJECT_SORT_KEYS, "-total_investment")
    return {
        "sentence": _city_sentence(ranked, figures.projects["total_investment"]),
        "is_investment": is_investment,
        "other_url": links.url("dashboard:overview", map=other) + "#where",
        "rows": table,
        "rounding": rounding_note(
            (row.figures["total_investment"] for row in rows), figures.projects["total_investment"]
        ),
        "whole_total": whole(figures.projects["total_investment"]),
        "cities_url": links.url("dashboard:cities"),
    }


def map_chart(figures: Figures, links: Links, cities: list[GroupFigures], *, map_of: str) -> Chart:
    """The cities as tiles; what the tiles do not show of a city stands in its row all the same."""
    rows = sort_groups(cities, PROJECT_SORT_KEYS, f"-{map_of}")
    table = city_rows(rows, links)
    is_investment = map_of == "total_investment"
    tiles = [
        Tile(shown.name, row.group.tile_row, row.group.tile_column, row.figures[map_of], shown.url)
        for row, shown in zip(rows, table, strict=True)
        if row.group.tile_row
    ]
    title = (
        _("Investment by city, as of %(day)s (100 million yuan)")
        if is_investment
        else _("Projects by city, as of %(day)s")
    )
    return Chart(
        name="map",
        title=title % {"day": format_day(figures.day)},
        figure=city_tile_map(
            tiles,
            classes=INVESTMENT_CLASSES if is_investment else PROJECT_CLASSES,
            **({"format_value": format_rounded_money} if is_investment else {}),
        ),
        summary=_city_sentence(
            sort_groups(rows, PROJECT_SORT_KEYS, "-total_investment"), figures.projects["total_investment"]
        ),
        columns=[
            Column(pgettext("table head", "City"), is_number=False),
            Column(_("Projects"), format_number),
            Column(_("Investment (100 million yuan)"), format_number),
        ],
        rows=[(shown.name, shown.figures["total"], shown.figures["total_investment"]) for shown in table],
        urls=[shown.url for shown in table],
        kind="map",
        provenance=figures.provenance_of("projects"),
        has_own_table=True,
    )


def _city_sentence(ranked: list[GroupFigures], total: Decimal) -> str:
    top = [row for row in ranked[:MAX_CITY_NAMES] if row.figures["total_investment"]]
    if not top:
        return _("No projects are listed by this day.")
    sum_of_top = sum((row.figures["total_investment"] for row in top), Decimal(0))
    return ngettext(
        "%(cities)s holds %(investment)s, %(share)s of the total.",
        "%(cities)s hold %(investment)s, %(share)s of the total.",
        len(top),
    ) % {
        "cities": format_names([localized(row.group, "short") for row in top]),
        "investment": format_rounded_money(sum_of_top),
        "share": format_share(sum_of_top, total),
    }


def indicators(figures: Figures, links: Links) -> dict[str, Any]:
    rows = {each.latest.provenance for each in figures.indicator_states if each.latest}
    return {
        "sentence": _indicator_sentence(_state_of(figures, GROWTH), _state_of(figures, CAPACITY)),
        "provenance": of_aggregate(
            is_published=rows == {Provenance.PUBLISHED}, has_illustrative=Provenance.ILLUSTRATIVE in rows
        ),
        "indicators": [indicator_row(each, links) for each in figures.indicator_states],
        "indicators_url": links.url("indicators:list"),
    }


def growth_chart(figures: Figures, links: Links) -> Chart:
    state = _state_of(figures, GROWTH)
    points = growth_points(state)[-MAX_QUARTERS:]
    latest = state.latest if state else None
    return Chart(
        name="growth",
        title=_("GDP growth, year to date, Shandong and China, as of %(day)s (%%)") % {"day": format_day(figures.day)},
        figure=growth_figure(
            points,
            subject_name=_("Shandong"),
            comparator_name=_("China"),
            quarters=MAX_QUARTERS,
            url=links.url("indicators:detail", GROWTH),
        )
        if points
        else None,
        summary=_indicator_sentence(state, None),
        columns=[
            Column(_("Year to the end of"), lambda end: f"{end:%Y-%m}", is_number=False),
            Column(_("Shandong (%)"), format_number),
            Column(_("China (%)"), format_number),
        ],
        rows=points,
        note=_("Year on year at constant prices, first releases"),
        source=latest.source if latest else "",
        provenance=latest.provenance if latest else "",
        missing=_("No data for this period"),
    )


def growth_points(state: IndicatorState | None) -> list[GrowthPoint]:
    """The year to each quarter's end, from what was released by the day."""
    if state is None:
        return []
    kinds = (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.THREE_QUARTERS, PeriodKind.YEAR)

    def by_end(rows: Any) -> dict[date, Decimal]:
        shown = [row for row in rows if row.period_kind in kinds and row.period_start.month == 1]
        return {row.period_end: trimmed(row.value) for row in sorted(shown, key=lambda row: row.released_on)}

    own, others = by_end(state.series), by_end(state.comparator_series)
    return [GrowthPoint(end, own.get(end), others.get(end)) for end in sorted(own.keys() | others.keys())]


def indicator_row(state: IndicatorState, links: Links) -> dict[str, Any]:
    indicator = state.indicator
    against = []
    if state.comparator is not None:
        against.append(_gap_to_country(state))
    if state.target is not None:
        against.append(_("target %(target)s") % {"target": target_words(state.target, indicator, unit=True)})
    return {
        "name": localized(indicator, "name"),
        "path": f"indicators.{indicator.code}.value",
        "url": links.url("indicators:detail", state.indicator.code),
        "value": state.value,
        "shown": number_cell(indicator, state.value),
        "unit": shown_unit(indicator),
        "period": period_words(state.latest) if state.latest else "",
        "change": change_cell(indicator, state.change, state.value),
        "against": format_html_join(mark_safe("<br>"), "{}", ((nowrap(each),) for each in against)) or NO_VALUE,
    }


def _gap_to_country(state: IndicatorState) -> str:
    indicator = state.indicator
    values = {
        "value": with_unit(indicator, state.comparator or Decimal(0)),
        "points": number_cell(indicator, abs(state.gap or Decimal(0))),
    }
    if not state.gap:
        return _("China %(value)s, the same") % values
    if indicator.unit != "%":
        return _("China %(value)s") % values
    if state.gap > 0:
        return _("%(points)s points above China (%(value)s)") % values
    return _("%(points)s points below China (%(value)s)") % values


def _indicator_sentence(growth: IndicatorState | None, capacity: IndicatorState | None) -> str:
    parts = []
    if growth is not None and growth.latest is not None:
        values = {"value": with_true_minus(format_percent(growth.value)), "period": period_words(growth.latest)}
        if growth.gap is None:
            parts.append(_("GDP grew by %(value)s in %(period)s") % values)
        else:
            values["points"] = format_gap_cell(abs(growth.gap)).lstrip("+")
            parts.append(
                (
                    _("GDP grew by %(value)s in %(period)s, %(points)s points above the national rate")
                    if growth.gap >= 0
                    else _("GDP grew by %(value)s in %(period)s, %(points)s points below the national rate")
                )
                % values
            )
    if capacity is not None and capacity.target is not None:
        parts.append(
            _("new and renewable energy capacity is %(value)s against a target of %(target)s")
            % {
                "value": with_unit(capacity.indicator, capacity.value or Decimal(0)),
                "target": target_words(capacity.target, capacity.indicator, unit=True),
            }
        )
    if not parts:
        return _("No data for this period")
    text = pgettext("between half-sentences", "; ").join(parts) + pgettext("end of a sentence", ".")
    return text[0].upper() + text[1:]
