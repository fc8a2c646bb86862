"""Rules for what a project's month must say before it is handed in, and what of it is asked about because it is
unlikely."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exceptions import NotAllowed
from core.periods import month_end
from projects.lateness import BUILT
from projects.models import ProjectMonth, Stage
from projects.rates import STARTED_STAGES, financial_progress
from reporting.doubts import Doubt
from reporting.plausibility import PER_CENT, POINTS, TIMES, Check, Limits
from web.formats.dates import format_day
from web.formats.money import format_exact_money

# What may be asked about, by the name by which it is confirmed.
OVER_ANNUAL_PLAN = Check(
    "over_annual_plan", gettext_lazy("The investment of the year is over the annual plan by"), 50, PER_CENT
)
JUMP = Check("jump", gettext_lazy("More is invested than in a usual month"), 3, TIMES)
MONEY_WITHOUT_PROGRESS = Check(
    "money_without_progress", gettext_lazy("Invested of the total while the physical progress stands"), 10, PER_CENT
)
PROGRESS_WITHOUT_MONEY = Check(
    "progress_without_money", gettext_lazy("The physical progress grows while nothing is invested"), 10, POINTS
)
DOUBLED = Check("doubled", gettext_lazy("All that is invested multiplies while the physical progress stands"), 2, TIMES)
COMPLETED_EARLY = Check("completed_early", gettext_lazy("Built, and less of the total is invested than"), 60, PER_CENT)
CHECKS = (
    Check("over_total", gettext_lazy("More is invested than the total")),
    OVER_ANNUAL_PLAN,
    Check("less_invested", gettext_lazy("Less is invested than was filed before")),
    JUMP,
    Check("less_progress", gettext_lazy("The physical progress is less than was filed before")),
    MONEY_WITHOUT_PROGRESS,
    PROGRESS_WITHOUT_MONEY,
    DOUBLED,
    Check("progress_before_start", gettext_lazy("Physical progress while the project is being prepared")),
    COMPLETED_EARLY,
    Check("unfinished", gettext_lazy("Built, and the physical progress is below 100 %")),
)
# A usual month is the median of so many that were invested in, and of no fewer than so many.
USUAL_MONTHS, LEAST_USUAL = 12, 3
# The day that a stage needs, in the order of the stages.
DAY_OF_STAGE = {
    Stage.UNDER_CONSTRUCTION: "started_on",
    Stage.COMPLETED: "completed_on",
    Stage.IN_PRODUCTION: "in_production_on",
}


def why_incomplete(month: ProjectMonth, before: ProjectMonth | None, *, on: date) -> Iterator[NotAllowed]:
    """All that keeps a month from being submitted on the day, each with the field at fault. `before`: the accepted one
    that it goes on from."""
    for name in ("invested_wan", "progress"):
        if getattr(month, name) is None:
            yield NotAllowed(_("This field is required"), field=name)
    yield from why_no_days(month, last=min(on, month_end(month.period)))
    was = before.stage if before else month.project.opening_stage
    is_suspended, was_suspended = month.stage == Stage.SUSPENDED, was == Stage.SUSPENDED
    if is_suspended and not was_suspended and not month.stage_reason:
        yield NotAllowed(_("Please say why the project is suspended."), field="stage_reason")
    if was_suspended and not is_suspended and not month.stage_reason:
        yield NotAllowed(_("Please say why the project goes on."), field="stage_reason")


def why_no_days(month: ProjectMonth, *, last: date) -> Iterator[NotAllowed]:
    """Each stage that was reached has its day, no other has one, and they follow each other."""
    reached = _days_reached(month.stage)
    known: date | None = None
    for name in DAY_OF_STAGE.values():
        day = getattr(month, name)
        may_have = name in reached or (month.stage == Stage.SUSPENDED and name == "started_on")
        if day is None:
            if name in reached:
                yield NotAllowed(_("Say on which day this stage began."), field=name)
            continue
        if not may_have:
            sentence = _("In the stage “%(stage)s” this day is not known yet: leave it empty, or choose the stage.")
            yield NotAllowed(sentence % {"stage": Stage(month.stage).label}, field=name)
        elif day > last:
            yield NotAllowed(_("The day is after %(last)s.") % {"last": format_day(last)}, field=name)
        elif known is not None and day < known:
            sentence = _("The day is before that of the stage before it, %(day)s.")
            yield NotAllowed(sentence % {"day": format_day(known)}, field=name)
        known = day


def _days_reached(stage: str) -> list[str]:
    """The days that a project in this stage must have."""
    order = list(DAY_OF_STAGE)
    return [DAY_OF_STAGE[each] for each in order[: order.index(Stage(stage)) + 1]] if stage in STARTED_STAGES else []


@dataclass(frozen=True)
class Past:
    """The facts known of a project when a month is filed. `filed`: its months up to that one which are accepted or
    wait, itself aside, the oldest first; `invested_before`: in the years before, `planned_wan`: of its year, in
    万元."""

    filed: Sequence[ProjectMonth] = ()
    invested_before: int = 0
    planned_wan: int | None = None

    @property
    def last(self) -> ProjectMonth | None:
        """The one that it goes on from."""
        return self.filed[-1] if self.filed else None

    def usual_wan(self) -> int | None:
        """Return the usual investment in a month: the median of the last ones that were invested in; None of too
        few."""
        of_months = [_added(now, before) for before, now in zip((None, *self.filed), self.filed, strict=False)]
        invested = [added for added in of_months[-USUAL_MONTHS:] if added > 0]
        return int(median(invested)) if len(invested) >= LEAST_USUAL else None


def _added(month: ProjectMonth, before: ProjectMonth | None) -> int:
    """Invested since the month before, of the same year; of its first month since 1 January."""
    goes_on = before is not None and before.period.year == month.period.year
    return (month.invested_wan or 0) - ((before.invested_wan or 0) if before is not None and goes_on else 0)


def doubts_about(month: ProjectMonth, past: Past, limits: Limits) -> Iterator[Doubt]:
    """Return the doubts about a complete month: what of it is unlikely."""
    assert month.invested_wan is not None and month.progress is not None
    return limits.asked([*_doubts_of_money(month, past, limits), *_doubts_of_progress(month, past, limits)])


def _doubts_of_money(month: ProjectMonth, past: Past, limits: Limits) -> Iterator[Doubt]:
    total, this_year = month.project.investment_wan, month.invested_wan or 0
    invested = past.invested_before + this_year
    if invested > total:
        question = _("With this, %(invested)s is invested, more than the total of %(total)s. Is that so?")
        words = {"invested": format_exact_money(invested), "total": format_exact_money(total)}
        yield Doubt("over_total", "invested_wan", question % words)
    if past.planned_wan and this_year * 100 > past.planned_wan * (100 + limits.of(OVER_ANNUAL_PLAN)):
        question = _("%(invested)s was invested this year, and %(planned)s planned. Is that so?")
        words = {"invested": format_exact_money(this_year), "planned": format_exact_money(past.planned_wan)}
        yield Doubt("over_annual_plan", "invested_wan", question % words)
    last, usual = past.last, past.usual_wan()
    added = _added(month, last)
    if added < 0 and last is not None:
        question = _("Less is invested since January than %(amount)s, which was filed before. Is that so?")
        yield Doubt("less_invested", "invested_wan", question % {"amount": format_exact_money(last.invested_wan)})
    elif usual is not None and added > usual * limits.of(JUMP):
        question = _("%(added)s was invested since the last report; in a usual month it is %(usual)s. Is that so?")
        words = {"added": format_exact_money(added), "usual": format_exact_money(usual)}
        yield Doubt("jump", "invested_wan", question % words)


def _doubts_of_progress(month: ProjectMonth, past: Past, limits: Limits) -> Iterator[Doubt]:
    """Yield the doubts about the progress beside the money, and beside the stage."""
    progress, total, last = month.progress or 0, month.project.investment_wan, past.last
    if last is not None and last.progress is not None:
        yield from _doubts_of_pace(month, last, past, limits)
    if month.stage == Stage.PREPARING and progress > 0:
        question = _("It is still being prepared, and its physical progress is %(progress)s %%. Is that so?")
        yield Doubt("progress_before_start", "progress", question % {"progress": progress})
    if month.stage not in BUILT:
        return
    share = financial_progress(past.invested_before + (month.invested_wan or 0), total)
    if share is not None and share < limits.of(COMPLETED_EARLY):
        question = _("The project is built, and only %(share)s %% of its total is invested. Is that so?")
        yield Doubt("completed_early", "stage", question % {"share": share})
    if progress < 100:
        question = _("The project is built, and its physical progress is %(progress)s %%. Is that so?")
        yield Doubt("unfinished", "progress", question % {"progress": progress})


def _doubts_of_pace(month: ProjectMonth, last: ProjectMonth, past: Past, limits: Limits) -> Iterator[Doubt]:
    """Yield the doubts about what has become of progress and money, in 万元, since the `last` month."""
    gained, added = (month.progress or 0) - (last.progress or 0), _added(month, last)
    if gained < 0:
        question = _("The physical progress was %(progress)s %% before. Is it less now?")
        yield Doubt("less_progress", "progress", question % {"progress": last.progress})
    elif gained >= limits.of(PROGRESS_WITHOUT_MONEY) and added == 0:
        question = _("The physical progress grew by %(points)s points, and nothing was invested. Is that so?")
        yield Doubt("progress_without_money", "progress", question % {"points": gained})
    elif gained == 0 and last.progress != 100 and added > 0:
        yield from _doubts_of_money_alone(month, added, past, limits)


def _doubts_of_money_alone(month: ProjectMonth, added: int, past: Past, limits: Limits) -> Iterator[Doubt]:
    """The progress stands, and money was added, in 万元."""
    invested, total = past.invested_before + (month.invested_wan or 0), month.project.investment_wan
    # At first whatever is invested multiplies what was.
    is_under_way = past.usual_wan() is not None
    if is_under_way and invested >= (invested - added) * limits.of(DOUBLED):
        question = _("The investment grew from %(before)s to %(now)s, and the progress stands. Is that so?")
        words = {"before": format_exact_money(invested - added), "now": format_exact_money(invested)}
        yield Doubt("doubled", "invested_wan", question % words)
    elif added * 100 >= total * limits.of(MONEY_WITHOUT_PROGRESS):
        question = _("%(added)s was invested since the last report, and the progress stands. Is that so?")
        yield Doubt("money_without_progress", "progress", question % {"added": format_exact_money(added)})
