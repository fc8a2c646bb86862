"""The answer of `GET /api/v1/summary/`: every figure of a plan on a day, and what its `meta` says of each."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from dashboard.figure_definitions import FigureDefinition
from dashboard.figures import Figures
from dashboard.problem_figures import CategoryShare, shares_by_category
from indicators.state import IndicatorState
from measures.reporting_months import late_reports, reports_owed, tallies
from reporting.months import OwedReport
from web.formats.numbers import trimmed
from web.formats.sources import format_source
from web.language import localized


def summary(figures: Figures) -> dict[str, Any]:
    """Decimals stand for JSON numbers."""
    latest = figures.latest_change_on
    return {
        "as_of": figures.day.isoformat(),
        "plan": figures.plan.slug,
        "computed_at": figures.freshness.computed_at.isoformat(timespec="seconds"),
        "refreshing": figures.freshness.refreshing,
        "measures": {
            **figures.measures,
            "latest_change_on": latest.isoformat() if latest else None,
            **figures.due_figures,
        },
        "projects": figures.projects,
        "problems": {
            **figures.problems,
            "by_category": [_by_category(each) for each in shares_by_category(figures.problem_counts)],
        },
        "reports": _reports(figures),
        "indicators": {each.indicator.code: indicator_summary(each) for each in figures.indicator_states},
    }


def _reports(figures: Figures) -> dict[str, Any]:
    """How departments stand with each month that they owed reports for, the oldest first."""
    owed = reports_owed(figures.plan, by=figures.day)
    found = tallies(owed, list(owed), day=figures.day)
    return {
        "departments_outstanding": len(late_reports(figures.plan, day=figures.day, owed=owed).departments),
        "months": [
            {
                "month": f"{month:%Y-%m}",
                **_month_counts(owed[month].values()),
                "departments": {"owing": each.owing, **asdict(each)},
            }
            for month, each in found.items()
        ],
    }


def _month_counts(reports: Collection[OwedReport]) -> dict[str, int]:
    return {
        "owed": len(reports),
        "filed": sum(each.filed_on is not None for each in reports),
        "covered": sum(each.is_covered for each in reports),
        "missing": sum(each.is_missing for each in reports),
    }


def _by_category(each: CategoryShare) -> dict[str, Any]:
    category = each.category
    return {
        "category": category.slug or None,
        "name": localized(category, "name") if category.slug else _("Without a category"),
        "open": each.open,
        "share": each.share,
    }


def indicator_summary(state: IndicatorState) -> dict[str, Any]:
    latest = state.latest
    assert latest is not None
    target = state.target
    return {
        "name": localized(state.indicator, "name"),
        "unit": state.indicator.unit,
        "region": state.region_code,
        "period": latest.period,
        "value": state.value,
        "released_on": latest.released_on.isoformat(),
        "previous": state.previous,
        "comparator": state.comparator_row,
        "gap": state.gap,
        "target": None
        if target is None
        else {
            "value": trimmed(target.value),
            "due_year": target.due_year,
            "qualifier": target.qualifier,
            "document": format_source(target.document),
        },
        "provenance": latest.provenance,
        "source": format_source(latest.source),
    }


def summary_meta(figures: Figures) -> dict[str, Any]:
    """`describe_figure` of each figure of the summary by its path."""
    return {
        **{path: describe_figure(figures, path, each) for path, each in figures.definitions.items()},
        **{f"indicators.{each.indicator.code}.value": describe_indicator(each) for each in figures.indicator_states},
    }


def describe_figure(
    figures: Figures,
    path: str,
    definition: FigureDefinition,
    *,
    of_plan: bool = True,
    members: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Unit, provenance, source and formula. `of_plan`: what was published is of the whole plan. `members` narrows the
    figure, by fields of its rows."""
    published = figures.published_for(path) if of_plan else None
    kind = path.partition(".")[0]
    if kind == "projects":
        own = {name: figures.categories[slug] for name, slug in definition.filters.items()}
        members = {**own, **(members or {})}
    description = {
        "unit": definition.unit,
        "cumulative": definition.cumulative,
        "provenance": figures.provenance_of(path if of_plan else kind, **members or {}),
        "published_for": published.as_of.isoformat() if published else None,
        "source": format_source(published.source) if published else "",
        "explain": definition.formula,
    }
    if path == "measures.time_elapsed":
        # It follows from the plan's own days.
        description |= {"provenance": figures.plan.provenance, "source": format_source(figures.plan.source)}
    return description


def describe_indicator(state: IndicatorState) -> dict[str, Any]:
    latest = state.latest
    assert latest is not None
    return {
        "unit": state.indicator.unit,
        "cumulative": state.indicator.cumulative,
        "provenance": latest.provenance,
        "published_for": latest.period_end.isoformat(),
        "source": format_source(latest.source),
        "explain": _("The value of the newest period released by the day, verified and exact."),
    }
