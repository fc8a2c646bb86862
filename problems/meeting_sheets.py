"""The sheet of a coordination meeting on a day: its problems, the direction on each, and what became of it since.

The page, the Word file and the API are made of the same rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.clock import today
from measures.models import Plan
from problems.models import Meeting, MeetingItem, Problem, ProblemStep
from problems.workflow import OPEN_STATES, ProblemState
from web.formats.dates import format_days, format_iso_day
from web.formats.text import excerpt, format_list
from web.language import localized

# Characters of a problem on the sheet; its page has it whole. What a meeting says is never cut.
MAX_PROBLEM = 120


def meetings_on(plan: Plan | None, *, on: date) -> Any:
    """Return the meetings held by the day; today also those that are to come. The day on which one was called is not
    known."""
    meetings = Meeting.objects.filter(plan=plan)
    return meetings if on >= today() else meetings.filter(held_on__lte=on)


def coming_meetings(plan: Plan, *, on: date) -> Any:
    """Return the meetings that were not held before the day, the next one first."""
    return Meeting.objects.filter(plan=plan, held_on__gte=on).order_by("held_on", "number")


@dataclass(frozen=True)
class SheetRow:
    """A problem of a meeting. `step`: its last one by the day. `direction`: the step that the meeting made by then."""

    item: MeetingItem
    step: Any
    direction: Any
    day: date

    @property
    def problem(self) -> Problem:
        return self.item.problem

    @property
    def state(self) -> ProblemState:
        return ProblemState(self.step.state)

    @property
    def is_overdue(self) -> bool:
        return bool(self.step.left_on(self.day).is_overdue)

    @property
    def text(self) -> str:
        return excerpt(localized(self.problem, "text"), MAX_PROBLEM)

    @property
    def source(self) -> str:
        """The measure or project that it stands in the way of."""
        return f"{self.problem.subject.code} {self.problem.subject_name}"

    @property
    def raised_by(self) -> str:
        raiser = self.problem.raised_by or self.problem.raised_by_city
        return localized(raiser, "short") if raiser else _("The office")

    @property
    def open_for(self) -> str:
        """Return how long the problem has been open: since it was raised; until it was closed or withdrawn."""
        raised_on = self.problem.raised_on
        assert raised_on is not None
        end = self.day if self.step.state in OPEN_STATES else self.step.made_on
        return pgettext("problem", "open %(days)s") % {"days": format_days((end - raised_on).days)}

    @property
    def owner(self) -> str:
        """Return the department that solves the problem now; empty before the office has assigned it."""
        return localized(self.step.responsible, "short")

    @property
    def without_direction(self) -> str:
        """Return with whom the problem is while the meeting has given no direction; before it is assigned, whom its
        raiser suggests."""
        if self.owner:
            return _("No direction yet; with %(owner)s") % {"owner": self.owner}
        if suggested := localized(self.problem.proposed_owner, "short"):
            words = {"raiser": self.raised_by, "owner": suggested}
            return _("No direction yet; to be assigned: %(raiser)s suggests %(owner)s") % words
        return _("No direction yet; to be assigned")

    @property
    def who_and_when(self) -> str:
        """Return the department that the direction charges, and by when."""
        words = {"owner": localized(self.direction.owner, "short"), "day": format_iso_day(self.direction.due_on)}
        return _("%(owner)s, by %(day)s") % words

    @property
    def time_left(self) -> str:
        """How late whoever is waited for is, or how long they have; nothing of what is settled."""
        left = self.step.left_on(self.day)
        if left.days is None or left.is_settled:
            return ""
        if left.is_overdue:
            return _("%(days)s overdue") % {"days": format_days(-left.days)}
        return _("%(days)s left") % {"days": format_days(left.days)} if left.days else _("due today")

    @property
    def changed_since(self) -> str:
        """Return the changes that the office has made to the direction since."""
        if self.direction is None:
            return ""
        now = []
        if self.step.owner_id != self.direction.owner_id:
            now.append(_("now with %(owner)s") % {"owner": self.owner})
        if self.step.due_on != self.direction.due_on:
            now.append(_("now due %(day)s") % {"day": format_iso_day(self.step.due_on)})
        return format_list(now)

    @property
    def since(self) -> str:
        """Return the problem's state and all that there is to say of it, in one line."""
        return format_list(filter(None, [str(self.state.label), self.time_left, self.changed_since]))


@dataclass(frozen=True)
class Sheet:
    meeting: Meeting
    rows: list[SheetRow]

    @property
    def title(self) -> str:
        return localized(self.meeting, "title")

    @cached_property
    def directions(self) -> list[SheetRow]:
        return [row for row in self.rows if row.direction is not None]

    @property
    def overdue(self) -> int:
        """Directions that are not carried out though their day has passed."""
        return sum(row.is_overdue for row in self.directions)


def load_sheets(meetings: Iterable[Meeting], *, on: date) -> list[Sheet]:
    meetings = list(meetings)
    rows = rows_of([each.pk for each in meetings], on=on)
    return [Sheet(meeting, rows[meeting.pk]) for meeting in meetings]


def rows_of(meetings: Collection[int], *, on: date) -> dict[int, list[SheetRow]]:
    """Return the rows by the ids of meetings, in two queries however many there are. A problem that was raised after
    the day is none of them."""
    items = MeetingItem.objects.filter(meeting__in=meetings, problem__raised_on__lte=on).order_by("position", "pk")
    with_rows = items.select_related(
        "problem__measure",
        "problem__project",
        "problem__raised_by",
        "problem__raised_by_city",
        "problem__proposed_owner",
        "direction__owner",
    )
    steps = last_steps({item.problem_id for item in with_rows}, on=on)
    rows: dict[int, list[SheetRow]] = defaultdict(list)
    for item in with_rows:
        given = item.direction if item.direction is not None and item.direction.made_on <= on else None
        # A problem whose first step is of a later day than its own has none by then.
        if item.problem_id in steps:
            rows[item.meeting_id].append(SheetRow(item, steps[item.problem_id], given, on))
    return rows


def last_steps(problems: Collection[int], *, on: date) -> dict[int, ProblemStep]:
    steps = ProblemStep.objects.filter(problem__in=problems).last_by(on).select_related("owner")
    return {each.problem_id: each for each in steps}
