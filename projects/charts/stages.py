"""How a project passed through its stages, up to a day."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import month_end
from projects.models import Project, ProjectMonth, Stage
from projects.months.rules import DAY_OF_STAGE
from web.charts.chart import Chart, Column
from web.charts.steps import Step, steps_figure
from web.formats.dates import format_day, format_iso_day


def stage_steps(project: Project, months: Sequence[ProjectMonth]) -> list[Step]:
    """The stages from the day of listing on, the oldest first. `months`: those that decided, the oldest first.

    A stage begins on its own day, where that is known and lies after the stage before it; else with the month that
    names it, on whose last day it decides.
    """
    found = [Step(project.listed_on, project.opening_stage)]
    for month in months:
        before, own = found[-1], _own_day(month)
        if month.stage == before.state:
            if len(found) == 1 and own is not None and own < before.on:
                found = [Step(own, month.stage)]
            continue
        is_after = own is not None and own >= before.on
        step = Step(own if own is not None and is_after else month_end(month.period), month.stage)
        # Of two on one day the later one holds: the other was so on no day.
        found = [*(each for each in found if each.on < step.on), step]
    return found


def _own_day(month: ProjectMonth) -> date | None:
    """Return the day on which the stage of a month began; a suspension has none."""
    name = DAY_OF_STAGE.get(Stage(month.stage))
    day: date | None = getattr(month, name) if name else None
    return day


def stage_chart(project: Project, months: Sequence[ProjectMonth], as_of: date) -> Chart:
    """Return the chart of a project's stages. `months`: those that decided by the day, the oldest first."""
    steps = [each for each in reversed(stage_steps(project, months)) if each.on <= as_of]
    latest, names = steps[0], {stage.value: str(stage.label) for stage in Stage}
    words = {"stage": names[latest.state], "day": format_day(latest.on)}
    return Chart(
        name="stages",
        title=_("Stages, as of %(day)s") % {"day": format_day(as_of)},
        figure=steps_figure(
            steps,
            names,
            project.planned_completion_on,
            as_of,
            due_name=pgettext("project", "Planned completion"),
        ),
        summary=_("%(stage)s since %(day)s.") % words,
        columns=[Column(_("From"), format_iso_day, is_number=False), Column(_("Stage"), is_number=False)],
        rows=[(each.on, names[each.state]) for each in steps],
        kind="stages",
        provenance=months[-1].provenance if months else project.provenance,
    )
