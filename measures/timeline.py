"""The statuses of a plan's measures up to a day, read by one query: for the overview and its progress curve."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from core.lights import Thresholds, is_overdue, should_have_moved
from core.statuses import MeasureStatus
from measures.models import StatusChange
from measures.rules import latest_by, owes_report

COUNTS = ("total", *MeasureStatus.values, "due")


# A number of measures from each day on which it changed.
type RunningTotals = list[tuple[date, int]]


class HistoryEntry(NamedTuple):
    """The status of a measure from `effective_on` on, with what the overview says of the measure; `measure` is its
    code."""

    measure: str
    title_zh: str
    title_en: str
    section_id: int
    department_id: int
    due_on: date | None
    status: str
    effective_on: date

    @property
    def is_completed(self) -> bool:
        return self.status == MeasureStatus.COMPLETED


class History:
    """Each measure's entries up to a day, oldest first; measures not listed by the day have none."""

    def __init__(self, entries: list[HistoryEntry], day: date) -> None:
        self.day = day
        self.measures = [list(own) for _code, own in groupby(entries, key=attrgetter("measure"))]
        self._on: dict[date, list[HistoryEntry | None]] = {}

    @cached_property
    def latest(self) -> list[HistoryEntry]:
        """The entry in force of each measure, on the day of the history."""
        return [entries[-1] for entries in self.measures]

    def on(self, day: date) -> list[HistoryEntry | None]:
        """The entry in force of each measure on an earlier day; None for one that was not listed by then."""
        # Many ask for the same day, mostly the end of last month.
        if day not in self._on:
            self._on[day] = [latest_by(entries, day) for entries in self.measures]
        return self._on[day]

    @cached_property
    def listed(self) -> RunningTotals:
        return _running_totals(Counter(entries[0].effective_on for entries in self.measures))

    @cached_property
    def completed(self) -> RunningTotals:
        """A reopened measure counts no longer."""
        changes: Counter[date] = Counter()
        for entries in self.measures:
            was_completed = False
            for entry in entries:
                if entry.is_completed != was_completed:
                    was_completed = entry.is_completed
                    changes[entry.effective_on] += 1 if was_completed else -1
        return _running_totals(changes)

    @cached_property
    def due(self) -> RunningTotals:
        """By their due date, completed or not; beyond the history's day too."""
        return _running_totals(Counter(entry.due_on for entry in self.latest if entry.due_on is not None))

    @property
    def without_due_date(self) -> int:
        return sum(entry.due_on is None for entry in self.latest)

    @cached_property
    def overdue(self) -> list[HistoryEntry]:
        """The longest overdue first."""
        late = [each for each in self.latest if is_overdue(due_on=each.due_on, status=each.status, on=self.day)]
        return sorted(late, key=lambda entry: (entry.due_on, entry.measure))

    def due_soon(self, limits: Thresholds) -> int:
        """How many have a yellow light because they are due soon and still being promoted."""
        return sum(
            should_have_moved(due_on=each.due_on, status=each.status, on=self.day, limits=limits)
            for each in self.latest
        )

    def counts_on(self, day: date) -> dict[tuple[int, int], dict[str, int]]:
        """On an earlier day, by section and lead department: how many were listed, had each status, were due."""
        cells: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
        for entry in self.on(day):
            if entry is not None:
                cell = cells[entry.section_id, entry.department_id]
                cell["total"] += 1
                cell[entry.status] += 1
                cell["due"] += entry.due_on is not None and entry.due_on <= day
        return cells

    def owing(self, month: date) -> dict[str, int]:
        """The lead department of each measure that owes a report for the month, by the measure's code; `month` is the
        first day of the month of the history's day, or of an earlier one."""
        before = self.on(month - timedelta(days=1)) if month > date.min else [None for _rows in self.measures]
        return {
            latest.measure: latest.department_id
            for rows, earlier, latest in zip(self.measures, before, self.latest, strict=True)
            if owes_report(
                listed_on=rows[0].effective_on,
                status_before=earlier.status if earlier else None,
                month=month,
                by=self.day,
            )
        }

    def changed_since(self, day: date) -> int:
        """Measures whose status differs from that at the end of `day`; one listed later has not changed."""
        return sum(then.status != now.status for then, now in self._then_and_now(day))

    def fell_back_since(self, day: date) -> int:
        pairs = self._then_and_now(day)
        return sum(MeasureStatus(now.status).depth < MeasureStatus(then.status).depth for then, now in pairs)

    def _then_and_now(self, day: date) -> list[tuple[HistoryEntry, HistoryEntry]]:
        return [(then, now) for then, now in zip(self.on(day), self.latest, strict=True) if then is not None]


def _running_totals(changes: Counter[date]) -> RunningTotals:
    totals: RunningTotals = [(date.min, 0)]
    for day in sorted(changes):
        totals.append((day, totals[-1][1] + changes[day]))
    return [after for before, after in pairwise(totals) if after[1] != before[1]]


def total_on(totals: RunningTotals, day: date) -> int:
    return next((total for on, total in reversed(totals) if on <= day), 0)


def load_history(plan: Any, day: date) -> History:
    rows = (
        StatusChange.objects.in_plan(plan.pk)
        .history(day)
        .values_list(
            "measure__code",
            "measure__title_zh",
            "measure__title_en",
            "measure__section_id",
            "measure__lead_department_id",
            "measure__due_on",
            "status",
            "effective_on",
        )
    )
    return History([HistoryEntry(*row) for row in rows], day)
