"""The rates of projects as figures of pages and API: of a plan, a city, a category or any cells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from projects.rates import rates_of
from web.formats.money import wan_to_yi


def rate_figures(counts: Mapping[str, int], *, on: date) -> dict[str, Any]:
    """Money in 100 million yuan, rates in per cent and gaps in percentage points: see `projects.rates`."""
    rates = rates_of(counts, on=on)
    return {
        "rate_month": f"{rates.month:%Y-%m}",
        "started": rates.started,
        "to_start": rates.to_start,
        "start_rate": rates.start_rate,
        "planned_this_year": wan_to_yi(rates.planned),
        "invested_this_year": wan_to_yi(rates.invested),
        "plan_completion": rates.plan_completion,
        "plan_gap": rates.gap,
        "plan_pace": rates.pace,
        "without_month": rates.without_month,
        "is_carried_forward": rates.is_carried_forward,
    }
