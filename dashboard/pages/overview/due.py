"""The first row of the overview: what was due, what is overdue, what is expected and whom to call."""

from typing import Any

from core.periods import day_before
from core.punctuality import Completion
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.standing import MAX_CALLED, format_end_of_plan, format_others, format_range, to_call
from measures.timeline import History
from web.formats.dates import format_days
from web.formats.numbers import format_number
from web.language import localized


def due_block(figures: Figures, links: Links, history: History, departments: list[GroupFigures]) -> dict[str, Any]:
    due, late = figures.due_figures, to_call(departments)
    others = late[MAX_CALLED:]
    has_forecast = due["forecast"]["expected"] is not None
    return {
        "due": due,
        "due_url": links.url("measures:list", due_to=day_before(figures.day)),
        "in_time_url": links.url("measures:list", completion=Completion.IN_TIME.value),
        "late_url": links.url("measures:list", completion=Completion.LATE.value),
        "moved_url": links.url("measures:list", due_moved="yes"),
        "overdue_url": links.url("measures:list", light="red"),
        "longest": format_days(due["longest_overdue"]) if due["overdue"] else "",
        "days_overdue": [(figures.day - each.due_on).days for each in history.overdue if each.due_on],
        "forecast": due["forecast"] if has_forecast else None,
        "forecast_range": format_range(due["forecast"]) if has_forecast else "",
        "end_of_plan": format_end_of_plan(figures.plan),
        "before_forecast": figures.day <= figures.plan.ends_on,
        "called": [
            {
                "name": localized(each.group, "short"),
                "url": links.url("dashboard:department", each.key),
                "overdue": format_number(each.figures["overdue"]),
                "days": format_days(each.figures["longest_overdue"]),
            }
            for each in late[:MAX_CALLED]
        ],
        "others": format_others(others),
        "others_url": links.url("dashboard:departments", ordering="urgency"),
    }
