"""A plan as it was first listed: what stood in its list on the first day, and what the rows on record changed since.

Due day, lead department and section at first are those before the oldest change on record. Titles are not among them:
of those of earlier days only the log knows, which is pruned, and the loads that changed them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from measures.editing.terms_history import term_names
from measures.models import Measure, Plan, ScopeChange, Term, TermsChange
from measures.rules import first_due_on


@dataclass(frozen=True)
class ListedMeasure:
    """A measure and what it was when it was listed. `was_added`: after the day of the first list; `left`: the change by
    which it is out; `first_changes`: by term, the oldest change."""

    measure: Measure
    was_added: bool
    left: ScopeChange | None
    first_changes: Mapping[str, TermsChange]

    @property
    def due_on(self) -> date | None:
        """Return the due day when it was listed."""
        change = self.first_changes.get(Term.DUE_ON)
        return self.measure.due_on if change is None else _as_day(change.old_value)

    @property
    def is_due_moved(self) -> bool:
        """Return what the figure of due days that were moved counts: one that was first given later is not."""
        change = self.first_changes.get(Term.DUE_ON)
        moves = [] if change is None else [(_as_day(change.old_value), _as_day(change.new_value))]
        return first_due_on(self.measure.due_on, moves) != self.measure.due_on

    @property
    def former_lead(self) -> str:
        """Return the slug of the department that led it when it was listed; empty for the one that leads it now."""
        return self._former(Term.LEAD_DEPARTMENT, self.measure.lead_department.slug)

    @property
    def former_section(self) -> str:
        return self._former(Term.SECTION, self.measure.section.slug)

    def _former(self, term: Term, present: str) -> str:
        change = self.first_changes.get(term)
        return "" if change is None or change.old_value == present else change.old_value

    @property
    def has_changed(self) -> bool:
        has_other_terms = self.due_on != self.measure.due_on or self.former_lead or self.former_section
        return bool(self.was_added or self.left or has_other_terms)


def _as_day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


class FirstVersion:
    """The measures of a plan that were listed by a day, in the order of the plan."""

    def __init__(self, plan: Plan, day: date) -> None:
        self.plan, self.day = plan, day
        listed = Measure.objects.in_plan(plan).listed(day)
        self._measures = list(listed.select_related("lead_department", "section"))
        terms = TermsChange.objects.filter(measure__plan=plan, measure__listed_on__lte=day)
        self._terms = list(terms.order_by("-recorded_at", "-pk"))

    @cached_property
    def listed_on(self) -> date | None:
        """Return the day of the first list: the first day on which any measure was listed."""
        return min((each.listed_on for each in self._measures), default=None)

    @cached_property
    def measures(self) -> list[ListedMeasure]:
        first: dict[int, dict[str, TermsChange]] = {}
        for change in self._terms:
            # The newest come first: the oldest stays.
            first.setdefault(change.measure_id, {})[change.field] = change
        out = ScopeChange.objects.out(self.day).filter(measure__plan=self.plan).prefetch_related("successors")
        left = {each.measure_id: each for each in out}
        return [
            ListedMeasure(each, each.listed_on != self.listed_on, left.get(each.pk), first.get(each.pk, {}))
            for each in self._measures
        ]

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """Return the names of former departments and sections by the term and their slug."""
        return term_names(self._terms, plan=self.plan.pk)
