"""Rules about the history of a measure: plain functions of plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Protocol

from django.utils.translation import gettext as _

from core.periods import month_end
from core.scope import ScopeKind
from core.statuses import MeasureStatus

# What "no change this month" files. Nobody types it, so that it is known in both languages.
NO_CHANGE, NO_CHANGE_EN = "本月状态无变化。", "No change this month."
# How those begin who type it.
NO_CHANGE_BEGINNINGS = ("本月状态无变化", "状态无变化", "No change")


@dataclass(frozen=True)
class Change:
    """A status change as the rules see it; `supersedes` is the id of the row that it corrects. One that `restates`
    takes the place of an acceptance that was undone, and says again what the row before it says."""

    id: int
    status: str
    effective_on: date
    recorded_at: datetime
    supersedes: int | None = None
    restates: bool = False


class Dated(Protocol):
    @property
    def effective_on(self) -> date: ...


def effective_changes(changes: Iterable[Change]) -> list[Change]:
    """The changes that nothing supersedes, in the order in which they came into force."""
    rows = list(changes)
    superseded = {row.supersedes for row in rows}
    return sorted(
        (row for row in rows if row.id not in superseded),
        key=lambda row: (row.effective_on, row.recorded_at, row.id),
    )


def restating(rows: Sequence[Change], change: Change) -> list[Change]:
    """Return, of effective changes in their order, those that say `change` again: whoever corrects or moves it, does so
    to them."""
    return list(takewhile(lambda row: row.restates, rows[rows.index(change) + 1 :]))


def latest_by[D: Dated](rows: Sequence[D], day: date) -> D | None:
    """Return, of effective changes in their order, the one in force on a day; None before the first."""
    return next((row for row in reversed(rows) if row.effective_on <= day), None)


def in_force(changes: Iterable[Change], *, on: date) -> Change | None:
    """The change that gives the status on a day; None before the first."""
    return latest_by(effective_changes(changes), on)


def has_duty_ended(month: date, last_filed: date | None) -> bool:
    """Return whether a month's report is owed no longer: it or one of a later month is filed. `last_filed`: the last
    month that is; None for none."""
    return last_filed is not None and last_filed >= month


def owes_report(
    *,
    listed_on: date,
    status_before: str | None,
    is_out: bool,
    month: date,
    by: date,
    first_month: date = date.min,
    last_filed: date | None = None,
) -> bool:
    """Return whether a measure owes a report for a month: listed by its end and by the day `by`, not completed before,
    and not out.

    `month` is its first day; `status_before` the status at the end of the month before, None where there was none;
    `is_out`: whether it is suspended or withdrawn on the day `by`, or was at the month's end. No month before
    `first_month` or after that of the day is owed, and none any longer once the duty has ended by `last_filed`.
    """
    if is_out or not first_month <= month <= by or has_duty_ended(month, last_filed):
        return False
    return listed_on <= min(month_end(month), by) and status_before != MeasureStatus.COMPLETED


def correction_window(changes: Sequence[Change], wrong: Change, *, today: date) -> tuple[date, date] | None:
    """The first and the last day that a correction of `wrong` may take effect; None where there is no such day.

    The first row keeps its day. Any other lies between the rows in force before and after it, and never after
    today. Not on the day of the row after it: recorded later, the correction would overtake that row.
    """
    rows = [row for row in effective_changes(changes) if not row.restates]
    place = next(i for i, row in enumerate(rows) if row.id == wrong.id)
    first, last = (rows[place - 1].effective_on, today) if place else (wrong.effective_on, wrong.effective_on)
    if place + 1 < len(rows):
        after = rows[place + 1].effective_on
        if after <= first:
            return None
        last = min(last, after - timedelta(days=1))
    return (first, last) if first <= last else None


def first_due_on(due_on: date | None, moves: Iterable[tuple[date | None, date | None]]) -> date | None:
    """The first due day that a measure ever had, from the one that it has and its moves, oldest first: each the day
    before and after, None for none. One that was given later is the first; None where there never was one."""
    for before, after in moves:
        return before or after
    return due_on


def successor_fault(kind: str, *, is_itself: bool, is_in_plan: bool) -> str:
    """Return why a measure cannot take over from one that left its plan by a change of this kind; empty where it can.
    `is_in_plan`: on the day of the change. The sentence wants a `code` and a `day`."""
    if kind != ScopeKind.WITHDRAWN:
        return _("Only a measure that is withdrawn is taken over by others.")
    if is_itself:
        return _("A measure cannot take over from itself.")
    return "" if is_in_plan else _("%(code)s is not in the plan on %(day)s, and cannot take over from that day.")


def is_completion(status: str) -> bool:
    return status == MeasureStatus.COMPLETED


def is_step_back(before: str, after: str) -> bool:
    return MeasureStatus(after).depth < MeasureStatus(before).depth
