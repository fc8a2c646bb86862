"""How a project stands on a day: its milestones against their planned days, whether it is suspended, and the sentence
that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from core.pace import Pace, pace
from core.periods import last_ended_month
from projects.lateness import is_late
from projects.models import Project, ProjectMonth, Stage, Term
from projects.months.figures import MonthFigures
from projects.months.rules import DAY_OF_STAGE
from projects.rates import PACE_TOLERANCE
from web.formats.dates import format_day, format_days, format_month
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_sentence
from web.html.languages import mark_language
from web.language import is_chinese

# The term by which a stage is planned to begin. Production has none.
TERM_OF_STAGE = {Stage.UNDER_CONSTRUCTION: Term.PLANNED_START, Stage.COMPLETED: Term.PLANNED_COMPLETION}


@dataclass(frozen=True)
class Milestone:
    """The beginning of a stage. `first_planned_on`: the planned day before it was ever moved; `reached_on`: None while
    it is not reached, and where nobody has said when it was; `overdue_days`: since the planned day passed, 0 where it
    has not or the stage is reached."""

    stage: Stage
    first_planned_on: date | None
    planned_on: date | None
    reached_on: date | None
    overdue_days: int = 0

    @property
    def name(self) -> str:
        names = {
            Stage.UNDER_CONSTRUCTION: pgettext("milestone", "Start"),
            Stage.COMPLETED: pgettext("milestone", "Completion"),
            Stage.IN_PRODUCTION: pgettext("milestone", "Production"),
        }
        return names[self.stage]

    @property
    def is_moved(self) -> bool:
        return self.first_planned_on is not None and self.first_planned_on != self.planned_on

    @property
    def days_late(self) -> int | None:
        """Return how much later than planned it was reached, negative where earlier, or how long it is overdue; None
        where nothing can be compared yet."""
        if self.reached_on is not None and self.planned_on is not None:
            return (self.reached_on - self.planned_on).days
        return self.overdue_days or None

    @property
    def slip(self) -> str:
        """The same in words."""
        days = self.days_late
        if days is None:
            return ""
        if self.reached_on is None:
            return _("%(days)s overdue") % {"days": format_days(days)}
        return slip_words(days)


class Suspension(NamedTuple):
    """The months that say that a project is suspended, up to the newest. `since`: the first of them; None where it was
    suspended before its first month. `reason`: as the newest of them that gives one has it."""

    since: date | None
    reason: str


@dataclass(frozen=True)
class Standing:
    """How a project stands on the day `on`. `milestones`: those that are planned or reached, in their order; `figures`:
    of the newest accepted month that ended by then."""

    on: date
    stage: Stage
    milestones: Sequence[Milestone]
    suspension: Suspension | None
    figures: MonthFigures | None

    @property
    def needs_action(self) -> bool:
        """Return whether somebody must act: it is suspended, late, or behind its annual plan."""
        return self.suspension is not None or self._first_overdue is not None or self.is_behind

    @property
    def is_behind(self) -> bool:
        gap = self.figures.gap if self.figures is not None and not self.is_silent else None
        return pace(gap, tolerance=PACE_TOLERANCE) == Pace.BEHIND

    @property
    def is_silent(self) -> bool:
        """Return whether the newest month that ended is not reported."""
        return self.figures is None or self.figures.month.period < last_ended_month(self.on)

    @property
    def sentence(self) -> SafeString:
        """Say what is late, the stage, and how much of the annual plan is invested."""
        stop = pgettext("end of a sentence", ".")
        stages = [format_html("{}{}", each, stop) for each in (self._overdue(), self._stage()) if each]
        sentences = [*stages, self._investment()]
        return format_html_join("" if is_chinese() else " ", "{}", ((each,) for each in sentences if each))

    @property
    def _first_overdue(self) -> Milestone | None:
        """Return the first that is overdue: what follows it cannot have been reached either."""
        return next((each for each in self.milestones if each.overdue_days), None)

    def _overdue(self) -> SafeString | str:
        overdue = self._first_overdue
        if overdue is None:
            return ""
        is_start = overdue.stage == Stage.UNDER_CONSTRUCTION
        text = (
            _("%(late)s: it was to start on %(day)s") if is_start else _("%(late)s: it was to be completed on %(day)s")
        )
        late = format_html("<strong>{}</strong>", overdue.slip)
        return format_sentence(text, late=late, day=format_day(overdue.planned_on))

    def _stage(self) -> SafeString | str:
        if self.suspension is not None:
            return self._suspended(self.suspension)
        if self.stage == Stage.PREPARING:
            return self._preparing()
        reached = next((each for each in self.milestones if each.stage == self.stage and each.reached_on), None)
        if reached is None:
            return str(self.stage.label)
        text = {
            Stage.UNDER_CONSTRUCTION: _("Under construction since %(day)s"),
            Stage.COMPLETED: _("Completed on %(day)s"),
            Stage.IN_PRODUCTION: _("In production since %(day)s"),
        }[reached.stage] % {"day": format_day(reached.reached_on)}
        return _("%(reached)s, %(slip)s") % {"reached": text, "slip": reached.slip} if reached.slip else text

    def _preparing(self) -> str:
        """Say when it is to start; nothing where it should have."""
        start = next((each for each in self.milestones if each.stage == Stage.UNDER_CONSTRUCTION), None)
        if start is None:
            return str(self.stage.label)
        words = {"stage": str(self.stage.label), "day": format_day(start.planned_on)}
        return "" if start.overdue_days else _("%(stage)s, to start on %(day)s") % words

    def _suspended(self, suspension: Suspension) -> SafeString:
        since = _("Suspended since before its first month")
        if suspension.since is not None:
            since = _("Suspended since %(month)s") % {"month": format_month(suspension.since)}
        clause = format_html("<strong>{}</strong>", since)
        reason = mark_language(suspension.reason.rstrip("。.；; "))
        return format_html("{}{}{}", clause, pgettext("before a list", ": "), reason) if reason else clause

    def _investment(self) -> SafeString | str:
        figures = self.figures
        if figures is None:
            return "" if self.stage == Stage.PREPARING else _("No month was accepted yet.")
        month = format_month(figures.month.period)
        if self.is_silent and self.stage not in (Stage.COMPLETED, Stage.IN_PRODUCTION):
            return _("Nothing was reported after %(month)s.") % {"month": month}
        if figures.gap is None:
            return ""
        verdict = figures.gap_words
        return format_sentence(
            _("By the end of %(month)s %(rate)s of the annual plan is invested, %(verdict)s."),
            month=month,
            rate=format_percent(figures.completion),
            verdict=format_html("<strong>{}</strong>", verdict) if self.is_behind else verdict,
        )


def slip_words(days: int) -> str:
    """Return how much later or earlier than planned something was reached."""
    if days == 0:
        return _("as planned")
    text = (
        npgettext("milestone", "%(days)s day late", "%(days)s days late", days)
        if days > 0
        else npgettext("milestone", "%(days)s day early", "%(days)s days early", -days)
    )
    return text % {"days": format_number(abs(days))}


def standing_of(
    project: Project,
    months: Sequence[ProjectMonth],
    *,
    figures: MonthFigures | None,
    first: Mapping[str, str],
    on: date,
) -> Standing:
    """Return how a project stands on a day. `months`: those that decided by then, the oldest first; `figures`: of the
    last of them; `first`: the first value of each term that was changed, by its name."""
    stage = Stage(months[-1].stage if months else project.opening_stage)
    milestones = milestones_of(project, months[-1] if months else None, stage, first=first, on=on)
    return Standing(on, stage, milestones, suspension_of(project, months), figures)


def milestones_of(
    project: Project, last: ProjectMonth | None, stage: Stage, *, first: Mapping[str, str], on: date
) -> list[Milestone]:
    """Return the milestones that are planned or reached, in their order."""
    found = []
    for each, name in DAY_OF_STAGE.items():
        term = TERM_OF_STAGE.get(each)
        planned_on = getattr(project, term) if term else None
        reached_on = getattr(last, name) if last is not None else None
        if planned_on is None and reached_on is None:
            continue
        was = first.get(term, "") if term else ""
        overdue_days = (on - planned_on).days if planned_on and _is_overdue(each, stage, planned_on, on=on) else 0
        found.append(
            Milestone(each, date.fromisoformat(was) if was else planned_on, planned_on, reached_on, overdue_days)
        )
    return found


def _is_overdue(milestone: Stage, stage: Stage, planned_on: date, *, on: date) -> bool:
    is_start = milestone == Stage.UNDER_CONSTRUCTION
    return is_late(stage, planned_on if is_start else None, None if is_start else planned_on, on=on)


def suspension_of(project: Project, months: Sequence[ProjectMonth]) -> Suspension | None:
    """Return since when a project is suspended, and why; None of one that is not."""
    run = list(takewhile(lambda each: each.stage == Stage.SUSPENDED, reversed(months)))
    was_before = len(run) == len(months) and project.opening_stage == Stage.SUSPENDED
    if not run and not was_before:
        return None
    reason = next((each.stage_reason for each in run if each.stage_reason), "")
    return Suspension(None if was_before else run[-1].period, reason)
