"""The course of a plan's measures up to a day: one query, then plain Python."""

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

# What is counted of a set of measures on an earlier day.
COUNTED = ("total", *MeasureStatus.values, "due")


class Entry(NamedTuple):
    """A status in force from `effective_on` on, with what the overview says of its measure."""

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
    """Each measure's statuses up to a day, oldest first; measures not listed by the day have none."""

    def __init__(self, entries: list[Entry], day: date) -> None:
        self.day = day
        self.measures = [list(rows) for _code, rows in groupby(entries, key=attrgetter("measure"))]
        self._on: dict[date, list[Entry | None]] = {}

    @cached_property
    def latest(self) -> list[Entry]:
        """The entry in force of each measure."""
        return [rows[-1] for rows in self.measures]

    def on(self, day: date) -> list[Entry | None]:
        """The entry that was in force of each measure on an earlier day; None where there was none yet. Looked for once
        for all who ask: it is mostly the end of last month."""
        if day not in self._on:
            self._on[day] = [latest_by(rows, day) for rows in self.measures]
        return self._on[day]

    @cached_property
    def listed(self) -> list[tuple[date, int]]:
        return _running(Counter(rows[0].effective_on for rows in self.measures))

    @cached_property
    def completed(self) -> list[tuple[date, int]]:
        """How many were completed, from each day on which that changed; a reopened measure counts no longer."""
        changes: Counter[date] = Counter()
        for rows in self.measures:
            was = False
            for entry in rows:
                if entry.is_completed != was:
                    was = not was
                    changes[entry.effective_on] += 1 if was else -1
        return _running(changes)

    @cached_property
    def due(self) -> list[tuple[date, int]]:
        """How many have a due date by a day, completed or not: the plan curve, beyond the day too."""
        return _running(Counter(entry.due_on for entry in self.latest if entry.due_on is not None))

    @property
    def without_due_date(self) -> int:
        return sum(entry.due_on is None for entry in self.latest)

    @cached_property
    def overdue(self) -> list[Entry]:
        """Those with a red light, the longest overdue first."""
        late = [each for each in self.latest if is_overdue(due_on=each.due_on, status=each.status, on=self.day)]
        return sorted(late, key=lambda entry: (entry.due_on, entry.measure))

    def due_soon(self, limits: Thresholds) -> int:
        """How many have a yellow light because they are due soon and still being promoted."""
        return sum(
            should_have_moved(due_on=each.due_on, status=each.status, on=self.day, limits=limits)
            for each in self.latest
        )

    def counts_on(self, day: date) -> dict[tuple[int, int], dict[str, int]]:
        """On an earlier day, by section and department: how many were listed (`total`), had each status, were `due`."""
        cells: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
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
        return len(self._changed_since(day))

    def fell_back_since(self, day: date) -> int:
        return sum(MeasureStatus(now).depth < MeasureStatus(then).depth for then, now in self._changed_since(day))

    def _changed_since(self, day: date) -> list[tuple[str, str]]:
        """The status on the day and the one now of each measure that was listed by then and has another now."""
        return [
            (then.status, now.status)
            for then, now in zip(self.on(day), self.latest, strict=True)
            if then is not None and then.status != now.status
        ]


def _running(changes: Counter[date]) -> list[tuple[date, int]]:
    """Running totals at the days on which they change."""
    totals: list[tuple[date, int]] = [(date.min, 0)]
    for day in sorted(changes):
        totals.append((day, totals[-1][1] + changes[day]))
    return [after for before, after in pairwise(totals) if after[1] != before[1]]


def total_on(steps: list[tuple[date, int]], day: date) -> int:
    """The running total of a day."""
    return next((total for on, total in reversed(steps) if on <= day), 0)


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
    return History([Entry(*row) for row in rows], day)
