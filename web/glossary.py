"""The terms of the glossary, each defined once: the glossary page and every page that uses a term show the same words,
with the numbers of this site's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forecast import MIN_COMPLETIONS, MONTHS
from core.punctuality import MIN_DUE_TO_RATE
from web.limits import report_due_day, thresholds


@dataclass(frozen=True)
class Term:
    name: str | Promise
    definition: str | Promise
    # In the place of the definition, where the site is a demonstration.
    in_demonstration: str | Promise = ""

    @property
    def words(self) -> str:
        """The definition, with its numbers."""
        said = (settings.PILOTZONE_DEMO and self.in_demonstration) or self.definition
        return str(said) % numbers()


def numbers() -> dict[str, Any]:
    """Return the numbers of this site that definitions and guides name."""
    limits = thresholds()
    return {
        "tolerance": settings.PILOTZONE_PACE_TOLERANCE,
        "verdict_tolerance": settings.PILOTZONE_VERDICT_TOLERANCE,
        "due_soon": limits.due_soon,
        "silent": limits.silent,
        "due_day": report_due_day(),
        "idle_minutes": settings.PILOTZONE_IDLE_MINUTES,
        "idle_minutes_administrator": settings.PILOTZONE_IDLE_MINUTES_ADMINISTRATOR,
        "session_hours": settings.PILOTZONE_SESSION_HOURS,
        "megabytes": settings.PILOTZONE_EVIDENCE_MEGABYTES,
        "least_due": MIN_DUE_TO_RATE,
        "months": MONTHS,
        "least_completions": MIN_COMPLETIONS,
    }


# In the order of the glossary page; the keys are its anchors.
TERMS: Mapping[str, Term] = {
    "action_plan": Term(
        _("Action plan"),
        _(
            "The plan of what is to be done: priority areas, and under them policy measures, each with a lead "
            "department."
        ),
    ),
    "priority_area": Term(_("Priority area"), _("A chapter of the action plan. Each policy measure belongs to one.")),
    "theme": Term(
        _("Theme"),
        _(
            "What the plan does about one subject, such as energy: the measures of some priority areas and single "
            "ones, the projects of some categories, and indicators. One may belong to several themes."
        ),
    ),
    "lead_department": Term(
        _("Lead department"),
        _(
            "The department that answers for a measure and reports on it each month. Participating departments can "
            "comment, and do not report."
        ),
    ),
    "status": Term(
        _("Status"),
        _(
            "What has become of a measure: “Under way” (work goes on), “Progress made” (results can be shown) or "
            "“Completed”. A status holds from its effective date on, once the reviewing office has accepted the report."
        ),
    ),
    "status_reversed": Term(
        _("Status reversed"), _("The status went back, such as from “Completed” to “Progress made”. It needs a reason.")
    ),
    "effective_date": Term(
        _("Effective date"),
        _("The day from which a status holds. It can lie before the day on which the report was accepted."),
    ),
    "completion_rate": Term(
        _("Completion rate"), _("Completed measures divided by all measures in the plan on the day.")
    ),
    "time_elapsed": Term(
        _("Time elapsed"),
        _(
            "The share of the plan's days that have passed, the day included. It says how far the calendar is, not how "
            "much was to be done by now: many measures fall due at the end of a year."
        ),
    ),
    "versus_time_elapsed": Term(
        _("Versus time elapsed"),
        _(
            "Completion rate minus time elapsed, in percentage points. Within ±%(tolerance)s it is on schedule, above "
            "ahead, below behind."
        ),
    ),
    "planned_completion": Term(
        _("Planned completion"),
        _("The share of all measures whose due date has come by the day: what the plan itself asks for by then."),
    ),
    "straight_line": Term(
        _("Straight-line pace"),
        _(
            "The straight line from the completion rate of the day to all measures at the plan's end: the way on which "
            "everything would be completed in time."
        ),
    ),
    "on_time_rate": Term(
        _("On-time completion rate"),
        _(
            "Of the measures whose due date lies before the day, the share completed by their due date. With fewer "
            "than %(least_due)s due no rate is given."
        ),
    ),
    "overdue": Term(
        _("Overdue"),
        _(
            "The due date lies before the day and the measure is not completed. On the due date itself it is not "
            "overdue."
        ),
    ),
    "forecast": Term(
        _("Forecast"),
        _(
            "How many measures will be completed by the plan's end if the pace of the last %(months)s months goes on. "
            "An estimate, not a target; none with fewer than %(least_completions)s completions in these months."
        ),
    ),
    "light": Term(
        _("Light"),
        _(
            "Green, yellow or red, set automatically each day. Red: overdue. Yellow: due within %(due_soon)s days and "
            "still “Under way”, or without an accepted report for more than %(silent)s days. Otherwise green."
        ),
    ),
    "problem": Term(
        _("Problem"),
        _(
            "What stands in the way of a measure. It is open until the office has verified that it is solved and has "
            "closed it, or until it was withdrawn. Beside a priority area stand the open ones of its measures, beside "
            "a department those that it must solve."
        ),
    ),
    "report": Term(
        _("Report"),
        _(
            "What the lead department says of a measure for a month, due by day %(due_day)s of that month. A later one "
            "is still taken, and counts as late."
        ),
    ),
    "outstanding": Term(
        pgettext_lazy("reports", "Outstanding"),
        _(
            "Reports that were due and are not in. A department has submitted none of a month's reports, some, or all "
            "of them."
        ),
    ),
    "covered_later": Term(
        pgettext_lazy("month's reports", "Covered later"),
        _(
            "A month's report that was not submitted, where one for a later month was: it is owed no longer, and does "
            "not count as submitted for its month."
        ),
    ),
    "as_of": Term(
        _("As of"), _("The day for which a page shows the state: what was in effect at the end of that day.")
    ),
    "comparison": Term(
        pgettext_lazy("with an earlier day", "Compare"),
        _(
            "An earlier day set beside the page's own; differences are marked on the page and listed under “What "
            "changed”."
        ),
    ),
    "total_investment": Term(
        _("Total investment"),
        _(
            "The planned investment of a project over its whole life, not what has been spent. A project in several "
            "cities counts to the first one listed."
        ),
    ),
    "provenance": Term(
        _("Provenance"),
        _("Where a figure comes from: published (a source states it) or reported (by a department, here)."),
        in_demonstration=_(
            "Where a figure comes from: published (a source states it), reported (by a department, here), or "
            "illustrative (made for this demonstration)."
        ),
    ),
    "desired_direction": Term(
        _("Desired direction"), _("Whether an indicator should go up or down. Some are judged by neither.")
    ),
    "required_path": Term(
        _("Required path"),
        _("The line from an indicator's baseline, over milestones if there are any, to its target."),
    ),
    "verdict": Term(
        pgettext_lazy("indicators", "Verdict"),
        _(
            "Whether an indicator is on the way to its target: ahead of the required path or with the target met,"
            " on track within %(verdict_tolerance)s percent of it, or behind. A target for the due year alone, such as "
            "a growth of that year, is met or missed by its own value. An indicator cannot be judged without a "
            "baseline, without a value since, or where value and target are of different scope. Judged is the "
            "newest target of the nearest year. Where a document states no baseline, the newest value known when "
            "it was adopted is taken."
        ),
    ),
    "percentage_points": Term(
        _("Percentage points"),
        _("The difference between two percentages: from five to seven percent it is 2 percentage points."),
    ),
}


def term_link(key: str, text: str = "") -> SafeString:
    """A term with its definition in a tip, and a link to it for those without a mouse. `text`: what stands on the page
    instead of the term's name."""
    term = TERMS[key]
    address = f"{reverse('glossary')}#{key}"
    return format_html('<a class="term" href="{}" title="{}">{}</a>', address, term.words, text or term.name)
