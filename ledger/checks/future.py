"""The checks that what happened is not in the future: months, changes of status, decisions and values of a file."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, latest_day, today
from ledger.merging import Item, Merged

# What is planned, such as days that are due, may lie ahead.
HAPPENED: Mapping[str, tuple[str, ...]] = {
    "reports": ("submitted_on", "effective_on", "decided_on"),
    "project_months": ("submitted_on", "decided_on"),
    "status_history": ("effective_on", "recorded_at"),
}


def check_future(merged: Merged) -> None:
    """Checks the days of rows of the file; where a row follows from another row, the other is at fault."""
    for sheet, columns in HAPPENED.items():
        for item in _rows_of_file(merged, sheet):
            if item["period"] is not None and item["period"] > today():
                merged.add_problem(item, "period", _("The month is in the future."))
            for column in columns:
                if _is_ahead(item, column):
                    merged.add_problem(item, column, _("The day is in the future"))
    for item in _rows_of_file(merged, "observations"):
        if item["period_start"] > latest_day():
            merged.add_problem(item, "period_start", _("The period has not begun yet."))
        if item["released_on"] > latest_day():
            merged.add_problem(item, "released_on", _("The day is in the future"))


def _rows_of_file(merged: Merged, sheet: str) -> Iterator[Item]:
    return (item for item in merged.touched(sheet) if item.number)


def _is_ahead(item: Item, column: str) -> bool:
    day = _day(item[column])
    # A moment that was left empty is of the day on which the status takes effect.
    follows = column == "recorded_at" and day == item["effective_on"]
    return day is not None and day > today() and not follows


def _day(value: date | datetime | None) -> date | None:
    return value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
