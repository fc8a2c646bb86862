"""The rows that a reviewer sees of values that wait: the values beside which each stands, and what of it is
unlikely."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.clock import today
from core.pace import gap
from indicators.models import Observation, Purpose, Target, ValueReport
from indicators.values.history import Series, load_histories
from indicators.values.rules import doubts_about
from indicators.values.wording import entries, step_texts, value_rows
from indicators.wording import change_cell, period_words, target_words, with_unit
from reporting.doubts import Doubt, with_kept
from reporting.plausibility import limits
from reporting.review_rows import AcceptedRow, WaitingRow
from reporting.steps import Entry, step_rows

SHOWN_VALUES = 6


@dataclass(kw_only=True)
class ReviewRow(WaitingRow):
    """`earlier`: the value of the same period that it revises or corrects; `before`: that of the last period as long as
    its own; `last`: the last values of other periods; `targets`: of its region, the next one first; `doubts`: what
    whoever filed it was asked about and said is so."""

    earlier: Observation | None
    before: Observation | None
    last: list[Any]
    targets: list[Target]
    doubts: list[Doubt]

    @property
    def value(self) -> str:
        return with_unit(self.report.indicator, self.report.value, exact=self.report.exact, exactly=True)

    @property
    def former(self) -> Observation | None:
        """The value beside which it stands in the table."""
        return self.earlier or self.before

    @property
    def former_value(self) -> str:
        row = self.former
        return "" if row is None else with_unit(self.report.indicator, row.value, exact=row.exact, exactly=True)

    @property
    def former_period(self) -> str:
        return "" if self.former is None else period_words(self.former)

    @property
    def change(self) -> str:
        value, former = self.report.value, self.former
        return change_cell(self.report.indicator, gap(value, None if former is None else former.value), value)

    @property
    def target_words(self) -> list[str]:
        return [target_words(each, self.report.indicator, unit=True) for each in self.targets]

    @property
    def period(self) -> str:
        return period_words(self.report)

    @property
    def entries(self) -> list[Entry]:
        return entries(self.report)

    @property
    def is_ticked_with_all(self) -> bool:
        """Return whether a value is ticked with all: one that is unlikely, unchecked or a correction is looked at one
        by one."""
        return bool(not self.doubts and self.report.verified and self.report.purpose != Purpose.CORRECTION)


class AcceptedValueRow(AcceptedRow):
    @property
    def value(self) -> str:
        return with_unit(self.report.indicator, self.report.value, exact=self.report.exact, exactly=True)

    @property
    def period(self) -> str:
        return period_words(self.report)


def review_rows(reports: Iterable[ValueReport]) -> list[ReviewRow]:
    """Rows for reports that wait, with their evidence and steps fetched. Two queries."""
    shown = list(reports)
    asked, targets = limits(), _targets_ahead({each.indicator_id for each in shown})
    histories = load_histories(Series(each.indicator_id, each.region_id) for each in shown)
    rows = []
    for each in shown:
        history = histories[Series(each.indicator_id, each.region_id)]
        releases = history.releases(each)
        rows.append(
            ReviewRow(
                report=each,
                earlier=each.corrects or (releases[-1] if releases else None),
                before=next(iter(history.comparable(each)), None),
                targets=targets[Series(each.indicator_id, each.region_id)],
                last=value_rows(each.indicator, history.last_values(each)[:SHOWN_VALUES]),
                doubts=with_kept(doubts_about(each, history, asked), each.answers),
                steps=step_rows(each, partial(step_texts, each.indicator)),
            )
        )
    return rows


def _targets_ahead(indicators: Collection[int]) -> Mapping[Series, list[Target]]:
    """Return the targets that are still to be reached, by indicator and region, the next one first."""
    found: dict[Series, list[Target]] = defaultdict(list)
    ahead = Target.objects.adopted(today()).filter(indicator__in=indicators, due_year__gte=today().year)
    for each in ahead.order_by("due_year", "pk"):
        found[Series(each.indicator_id, each.region_id)].append(each)
    return found
