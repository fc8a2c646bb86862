"""What a project's month must say before it is handed in, and what of it is asked about because it is unlikely."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.exceptions import NotAllowed
from core.periods import month_end
from projects.lateness import BUILT
from projects.models import ProjectMonth, Stage
from projects.rates import STARTED_STAGES, financial_progress
from reporting.doubts import Doubt
from web.formats.dates import format_day
from web.formats.money import format_exact_money

# A completed project of which less was invested is asked about, in per cent of its total.
LEAST_INVESTED_AT_COMPLETION = 60
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


def doubts_about(month: ProjectMonth, before: ProjectMonth | None, *, invested_before: int) -> Iterator[Doubt]:
    """What is unlikely about a complete month. `invested_before`: in the years before, in 万元."""
    assert month.invested_wan is not None and month.progress is not None
    if before is not None:
        yield from _doubts_since(month, before)
    total, invested = month.project.investment_wan, invested_before + month.invested_wan
    if invested > total:
        question = _("With this, %(invested)s is invested, more than the total of %(total)s. Is that so?")
        words = {"invested": format_exact_money(invested), "total": format_exact_money(total)}
        yield Doubt("over_total", "invested_wan", question % words)
    if month.stage in BUILT:
        yield from _doubts_of_built(month.progress, financial_progress(invested, total))


def _doubts_since(month: ProjectMonth, before: ProjectMonth) -> Iterator[Doubt]:
    """What has become less than in the accepted month before."""
    is_of_one_year = before.period.year == month.period.year
    if is_of_one_year and before.invested_wan is not None and (month.invested_wan or 0) < before.invested_wan:
        question = _("Less is invested since January than %(amount)s, which was accepted before. Is that so?")
        yield Doubt("less_invested", "invested_wan", question % {"amount": format_exact_money(before.invested_wan)})
    if before.progress is not None and (month.progress or 0) < before.progress:
        question = _("The physical progress was %(progress)s %% before. Is it less now?")
        yield Doubt("less_progress", "progress", question % {"progress": before.progress})


def _doubts_of_built(progress: int, share: Decimal | None) -> Iterator[Doubt]:
    """`share`: what was invested of the total, in per cent."""
    if share is not None and share < LEAST_INVESTED_AT_COMPLETION:
        question = _("The project is built, and only %(share)s %% of its total is invested. Is that so?")
        yield Doubt("completed_early", "stage", question % {"share": share})
    if progress < 100:
        question = _("The project is built, and its physical progress is %(progress)s %%. Is that so?")
        yield Doubt("unfinished", "progress", question % {"progress": progress})
