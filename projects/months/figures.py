"""The figures of a project's months: of one beside the one before it, and of many at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.pace import percent
from core.periods import month_end
from projects.models import AnnualPlan, ProjectMonth, Stage
from projects.months.rules import Past
from projects.rates import plan_gap
from reporting.workflow import FILED_STATES, ReportState
from web.formats.money import format_exact_money, wan_to_yi
from web.formats.numbers import MINUS, format_number


@dataclass(frozen=True)
class MonthFigures:
    """The figures of a month, beside the accepted one that it goes on from; money in 万元. None where there is nothing
    to compare.

    `added_wan`: invested in this month, or in those since the one before; of January, since 1 January.
    """

    month: ProjectMonth
    before: ProjectMonth | None
    planned_wan: int | None

    @property
    def goes_on(self) -> bool:
        """Return whether the month before is of the same year, so that its investment is part of this one's."""
        return self.before is not None and self.before.period.year == self.month.period.year

    @property
    def added_wan(self) -> int | None:
        if self.month.invested_wan is None:
            return None
        earlier = self.before.invested_wan if self.before is not None and self.goes_on else 0
        return self.month.invested_wan - (earlier or 0)

    @property
    def added_yi(self) -> Decimal | None:
        """The same in 亿元."""
        return None if self.added_wan is None else wan_to_yi(self.added_wan)

    @property
    def added_money(self) -> str:
        """The same for a sentence, with its sign."""
        if self.added_wan is None:
            return ""
        sign = "+" if self.added_wan > 0 else MINUS if self.added_wan < 0 else ""
        return sign + format_exact_money(abs(self.added_wan))

    @property
    def completion(self) -> Decimal | None:
        """Return the completion of the annual plan, in per cent."""
        if self.month.invested_wan is None or not self.planned_wan:
            return None
        return percent(self.month.invested_wan, self.planned_wan)

    @property
    def gap(self) -> Decimal | None:
        """Completion of the annual plan against the time elapsed, in percentage points."""
        if self.month.invested_wan is None or not self.planned_wan:
            return None
        return plan_gap(self.planned_wan, self.month.invested_wan, month=self.month.period)

    @property
    def gap_words(self) -> str:
        """The same in a clause."""
        if self.gap is None:
            return ""
        if self.gap == 0:
            return _("level with time elapsed")
        words = (
            _("%(points)s percentage points ahead of time elapsed")
            if self.gap > 0
            else _("%(points)s percentage points behind time elapsed")
        )
        return words % {"points": format_number(abs(self.gap))}

    @property
    def added_progress(self) -> int | None:
        if self.month.progress is None or self.before is None or self.before.progress is None:
            return None
        return self.month.progress - self.before.progress

    @property
    def stage_before(self) -> str:
        stage: str = self.before.stage if self.before is not None else self.month.project.opening_stage
        return stage

    @property
    def stage_before_label(self) -> Any:
        return Stage(self.stage_before).label

    @property
    def changes_stage(self) -> bool:
        return self.stage_before != self.month.stage


@dataclass(frozen=True)
class History:
    """The accepted months of projects, by the id of the project, the oldest first; of two for a month the one that
    decides comes last. `filed`: these, and those that wait. And what is planned, in 万元, by project and year."""

    months: Mapping[int, Sequence[ProjectMonth]]
    filed: Mapping[int, Sequence[ProjectMonth]]
    plans: Mapping[tuple[int, int], int]

    def before(self, month: ProjectMonth) -> ProjectMonth | None:
        """Return the project's latest accepted report for the same or an earlier month, other than this one."""
        found = [each for each in self.months.get(month.project_id, ()) if each.period <= month.period]
        return next((each for each in reversed(found) if each.pk != month.pk), None)

    def decided(self, project: int, *, on: date) -> list[ProjectMonth]:
        """Return the accepted months of a project that ended by the day, the oldest first: of two for a month the one
        that decides."""
        ended = [each for each in self.months.get(project, ()) if month_end(each.period) <= on]
        return list({each.period: each for each in ended}.values())

    def invested_before(self, month: ProjectMonth) -> int:
        """Return the investment of the years before that of the month, summed up."""
        last_of_years = {
            each.period.year: each.invested_wan or 0
            for each in self.months.get(month.project_id, ())
            if each.period.year < month.period.year
        }
        return month.project.invested_before_wan + sum(last_of_years.values())

    def past(self, month: ProjectMonth) -> Past:
        """Return the past on which the questions about what is unlikely in the month rest."""
        filed = [each for each in self.filed.get(month.project_id, ()) if each.period <= month.period]
        return Past(
            [each for each in filed if each.pk != month.pk],
            self.invested_before(month),
            self.plans.get((month.project_id, month.period.year)),
        )

    def figures(self, month: ProjectMonth) -> MonthFigures:
        planned_wan = self.plans.get((month.project_id, month.period.year))
        return MonthFigures(month, self.before(month), planned_wan)


def load_history(projects: Collection[int], *, until: date | None = None) -> History:
    """Return the history of projects, which are given by their ids. Two queries."""
    rows = ProjectMonth.objects.filter(project__in=projects, state__in=FILED_STATES)
    if until is not None:
        rows = rows.filter(period__lte=until)
    months: dict[int, list[ProjectMonth]] = defaultdict(list)
    filed: dict[int, list[ProjectMonth]] = defaultdict(list)
    for each in rows.order_by("period", "submitted_on", "submitted_at", "pk"):
        filed[each.project_id].append(each)
        if each.state == ReportState.ACCEPTED:
            months[each.project_id].append(each)
    plans = AnnualPlan.objects.filter(project__in=projects).values_list("project", "year", "planned_wan")
    return History(months, filed, {(project, year): wan for project, year, wan in plans})
