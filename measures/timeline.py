"""The statuses of a plan's measures up to a day, read by one query: for the overview and its progress curve."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from core.lights import Light, Thresholds, is_overdue, light_of, should_have_moved
from core.periods import month_end
from core.scope import OUT_KINDS, ScopeKind
from core.statuses import MeasureStatus
from measures.models import ScopeChange, StatusChange
from measures.rules import latest_by, owes_report

COUNTS = ("total", *MeasureStatus.values, "due")


# A number of measures from each day on which it changed.
type RunningTotals = list[tuple[date, int]]


class HistoryEntry(NamedTuple):
    """The status of a measure from `effective_on` on, and whether it is out of the plan, with what the overview says of
    the measure; `measure` is its code. `status_since`: the day of that status, which leaving and returning leave as it
    is."""

    measure: str
    title_zh: str
    title_en: str
    section_id: int
    department_id: int
    due_on: date | None
    status: str
    effective_on: date
    is_out: bool
    status_since: date

    @property
    def is_completed(self) -> bool:
        return self.status == MeasureStatus.COMPLETED


class History:
    """Each measure's entries up to a day, oldest first; measures not listed by the day have none."""

    def __init__(self, entries: list[HistoryEntry], day: date) -> None:
        self.day = day
        self.measures = [list(own) for _code, own in groupby(entries, key=attrgetter("measure"))]
        self._in_force: dict[date, list[HistoryEntry | None]] = {}

    @cached_property
    def latest(self) -> list[HistoryEntry]:
        """The entry in force of each measure in the plan on the day of the history."""
        return [entries[-1] for entries in self.measures if not entries[-1].is_out]

    def in_force(self, day: date) -> list[HistoryEntry | None]:
        """The entry in force of each measure on a day up to that of the history; None before its first."""
        # Many ask for the same day, mostly the end of a month.
        if day not in self._in_force:
            self._in_force[day] = [latest_by(entries, day) for entries in self.measures]
        return self._in_force[day]

    def on(self, day: date) -> list[HistoryEntry | None]:
        """Return the entries of `in_force`, with None, too, for a measure that was out of the plan."""
        return [None if entry is None or entry.is_out else entry for entry in self.in_force(day)]

    @cached_property
    def listed(self) -> RunningTotals:
        return self._count(lambda entry: not entry.is_out)

    @cached_property
    def completed(self) -> RunningTotals:
        """A reopened measure counts no longer, nor does one that left the plan."""
        return self._count(lambda entry: entry.is_completed and not entry.is_out)

    def _count(self, counts: Callable[[HistoryEntry], bool]) -> RunningTotals:
        changes: Counter[date] = Counter()
        for entries in self.measures:
            did_count = False
            for entry in entries:
                if counts(entry) != did_count:
                    did_count = not did_count
                    changes[entry.effective_on] += 1 if did_count else -1
        return _running_totals(changes)

    @cached_property
    def due(self) -> RunningTotals:
        """Return the running totals of measures by their due date, completed or not; beyond the history's day too."""
        changes: Counter[date] = Counter()
        for entries in self.measures:
            # While it is in the plan: from its due date, or from its return where that is later.
            for entry, after in zip(entries, [*entries[1:], None], strict=True):
                ends = after.effective_on if after else date.max
                if entry.due_on is not None and not entry.is_out and entry.due_on < ends:
                    changes[max(entry.due_on, entry.effective_on)] += 1
                    changes[ends] -= after is not None
        return _running_totals(changes)

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
        """Return, by section and lead department, how many measures were listed, had each status, were due on an
        earlier day."""
        cells: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
        for entry in self.on(day):
            if entry is not None:
                cell = cells[entry.section_id, entry.department_id]
                cell["total"] += 1
                cell[entry.status] += 1
                cell["due"] += entry.due_on is not None and entry.due_on <= day
        return cells

    def due_days(self, day: date) -> list[tuple[date | None, date | None]]:
        """Return the due day of each measure on a day up to that of the history, and since when it has been
        completed."""
        return [
            (entry.due_on, entry.status_since if entry.is_completed else None)
            for entry in self.on(day)
            if entry is not None
        ]

    def lights(
        self,
        day: date,
        *,
        submitted: Mapping[str, Sequence[date]],
        limits: Thresholds,
        reports_from: date | None = None,
    ) -> list[Light | None]:
        """Return the light of each measure on a day up to that of the history; None for one that was not in the plan.
        `submitted`: by a measure's code, the days of its accepted reports in their order, from
        `silent_since(day, limits)` on. `reports_from`: as `light_of` takes it."""
        lights: list[Light | None] = []
        for entries, entry in zip(self.measures, self.on(day), strict=True):
            if entry is None:
                lights.append(None)
                continue
            days = submitted.get(entry.measure, ())
            by_day = bisect_right(days, day)
            found = light_of(
                status=entry.status,
                due_on=entry.due_on,
                listed_on=entries[0].effective_on,
                last_report_on=days[by_day - 1] if by_day else None,
                on=day,
                limits=limits,
                reports_from=reports_from,
            )
            lights.append(found.light)
        return lights

    def owing(self, month: date, *, first_month: date = date.min) -> dict[str, int]:
        """The lead department of each measure that owes a report for the month, filed or not, by the measure's code.
        `month` is the first day of the month of the history's day, or of an earlier one."""
        befores = self.in_force(month - timedelta(days=1)) if month > date.min else [None] * len(self.measures)
        lasts = self.in_force(min(month_end(month), self.day))
        found = {}
        for entries, before, last in zip(self.measures, befores, lasts, strict=True):
            latest = entries[-1]
            if owes_report(
                listed_on=entries[0].effective_on,
                status_before=before.status if before else None,
                is_out=latest.is_out or (last is not None and last.is_out),
                month=month,
                by=self.day,
                first_month=first_month,
            ):
                found[latest.measure] = latest.department_id
        return found

    def changed_since(self, day: date) -> int:
        """Measures whose status differs from that at the end of `day`; one listed later has not changed."""
        return sum(then.status != now.status for then, now in self._then_and_now(day))

    def listed_since(self, day: date) -> int:
        """Measures that were listed after `day`."""
        return sum(then is None for then in self.in_force(day))

    def out_since(self, day: date) -> int:
        """Measures that were suspended or withdrawn after `day`."""
        return sum(then is not None and now is None for then, now in self._then_and_now_in_plan(day))

    def back_since(self, day: date) -> int:
        """Measures that were out at the end of `day`, listed by then, and are in the plan again."""
        pairs = zip(self.in_force(day), self.on(self.day), strict=True)
        return sum(then is not None and then.is_out and now is not None for then, now in pairs)

    def fell_back_since(self, day: date) -> int:
        pairs = self._then_and_now(day)
        return sum(MeasureStatus(now.status).depth < MeasureStatus(then.status).depth for then, now in pairs)

    def _then_and_now(self, day: date) -> list[tuple[HistoryEntry, HistoryEntry]]:
        pairs = self._then_and_now_in_plan(day)
        return [(then, now) for then, now in pairs if then is not None and now is not None]

    def _then_and_now_in_plan(self, day: date) -> Iterable[tuple[HistoryEntry | None, HistoryEntry | None]]:
        return zip(self.on(day), self.on(self.day), strict=True)


def _running_totals(changes: Counter[date]) -> RunningTotals:
    totals: RunningTotals = [(date.min, 0)]
    for day in sorted(changes):
        totals.append((day, totals[-1][1] + changes[day]))
    return [after for before, after in pairwise(totals) if after[1] != before[1]]


def total_on(totals: RunningTotals, day: date) -> int:
    return next((total for on, total in reversed(totals) if on <= day), 0)


def load_history(plan: Any, day: date) -> History:
    """One query: rows of leaving and returning stand among the status changes."""
    of_measure = ("code", "title_zh", "title_en", "section_id", "lead_department_id", "due_on")
    columns = [f"measure__{name}" for name in of_measure]
    dated = ("effective_on", "recorded_at", "id")
    statuses = StatusChange.objects.in_plan(plan.pk).history(day).order_by().values_list(*columns, "status", *dated)
    left = ScopeChange.objects.filter(measure__plan=plan, effective_on__lte=day).order_by()
    rows = statuses.union(left.values_list(*columns, "kind", *dated), all=True).order_by("measure__code", *dated)
    return History(_entries(rows), day)


def _entries(rows: Iterable[Any]) -> list[HistoryEntry]:
    """One for each day on which a measure's status changed, or on which it left or returned."""
    entries: list[HistoryEntry] = []
    for _code, own in groupby(rows, key=itemgetter(0)):
        status, is_out, since, latest = "", False, date.min, None
        for *about, change, effective_on, _recorded_at, _id in own:
            if change in ScopeKind.values:
                is_out = change in OUT_KINDS
            else:
                status, since = change, effective_on
            # The last row of a day counts; what is recorded before the measure's first status waits for it.
            if latest is not None and latest.effective_on == effective_on:
                entries.pop()
            latest = HistoryEntry._make([*about, status, effective_on, is_out, since]) if status else None
            entries += [latest] if latest else []
    return entries
