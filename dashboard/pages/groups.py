"""What the pages of sections and of departments share. `then`: the figures of the day that a page is compared with."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.lights import Light, thresholds
from core.pace import gap
from core.statuses import MeasureStatus
from dashboard.changes import earlier_figures
from dashboard.charts.due_dates import Due, due_chart
from dashboard.charts.stacked_bars import StatusRow, status_bars
from dashboard.figures import MIN_MEASURES_TO_RANK, STATUSES, Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import API_MEASURE_ORDERINGS, MEASURE_SORT_KEYS, api_ordering, rank, sort_groups
from dashboard.pages.rows import GroupRow, measure_rows
from dashboard.pages.sentences import format_pace, format_since
from measures.models import Measure
from measures.querysets import MeasureQuerySet
from web.charts.chart import Chart, Column
from web.formats.dates import format_day
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_sentence


def group_table(
    figures: Figures,
    by: str,
    groups: Sequence[GroupFigures],
    links: Links,
    *,
    ordering: str,
    then: Figures | None,
    missing: Mapping[int, int] | None = None,
) -> dict[str, Any]:
    """The table of some sections or departments, and its address in the API."""
    earlier = earlier_figures(then, by, groups) if then else None
    return {
        "since": format_since(figures, then),
        "rows": measure_rows(sort_groups(groups, MEASURE_SORT_KEYS, ordering), by, links, missing, earlier),
        "keys": ",".join(each.key for each in groups),
        "api_ordering": api_ordering(ordering, API_MEASURE_ORDERINGS),
    }


def status_chart(rows: Sequence[GroupRow], figures: Figures, *, title: str, head: str) -> Chart:
    """Groups that have measures as stacked bars, in the order of the table. `head`: of the column of names."""
    shown = [row for row in rows if row.figures["total"]]
    labels = {status: str(MeasureStatus(status).label) for status in STATUSES}
    sums = {status: sum(row.figures[status] for row in shown) for status in STATUSES}
    return Chart(
        name="status",
        title=title % {"day": format_day(figures.day)},
        figure=status_bars([StatusRow(row.name, **row.status_counts, url=row.url) for row in shown]) if shown else None,
        summary=pgettext("between clauses", "; ").join(
            f"{labels[status]} {format_number(count)}" for status, count in sums.items()
        ),
        columns=[
            Column(head, is_number=False),
            *(Column(label, format_number) for label in labels.values()),
            Column(_("Total"), format_number),
        ],
        rows=[(row.name, *row.status_counts.values(), row.figures["total"]) for row in shown],
        urls=[row.url for row in shown],
        kind="free",
        missing=_("Nothing to measure"),
        provenance=figures.provenance_of("measures"),
        has_own_table=True,
    )


def find_group(groups: Sequence[GroupFigures], key: str) -> GroupFigures | None:
    return next((each for each in groups if each.key == key), None)


def listed_measures(figures: Figures, then: Figures | None) -> MeasureQuerySet:
    """The plan's measures with their status and light of the day, and their status on the earlier day."""
    measures = Measure.objects.in_plan(figures.plan).as_of(figures.day, limits=thresholds())
    measures = measures.select_related("section", "lead_department").order_by("code")
    return measures.with_status_then(then.day) if then else measures


def group_detail(
    figures: Figures,
    by: str,
    group: GroupFigures,
    groups: Sequence[GroupFigures],
    measures: Sequence[Any],
    links: Links,
    *,
    then: Figures | None,
) -> dict[str, Any]:
    """A section or a department (`by`) with its figures, its rank among `groups`, and its measures."""
    own, filters = group.figures, {by: group.key}
    earlier = earlier_figures(then, by, [group])[group.key] if then else None
    provenance = figures.provenance_of("measures", **{f"lead_{by}" if by == "department" else by: group.group})
    due = [Due(each.due_on, each.status, each.light) for each in measures]
    return {
        "by": by,
        "row": group,
        "counts": own,
        "name": group.name,
        "measures": measures,
        "charts": {"due": due_chart(due, figures, links, provenance=provenance, **filters)},
        "statuses": [
            {
                "status": status,
                "path": f"measures.{status}",
                "value": own[status],
                "change": None if earlier is None else own[status] - earlier[status],
                "url": links.url("measures:list", status=status, **filters),
            }
            for status in STATUSES
        ],
        "lights": [
            {
                "light": light.value,
                "path": f"measures.lights.{light.value}",
                "value": own["lights"][light],
                "url": links.url("measures:list", light=light.value, **filters),
            }
            for light in (Light.RED, Light.YELLOW, Light.GREEN)
        ],
        "since": format_since(figures, then),
        "rate_change": earlier and gap(own["completion_rate"], earlier["completion_rate"]),
        "gap_change": earlier and gap(own["gap"], earlier["gap"]),
        "rank": rank(group.key, groups, lambda each: each.figures["completion_rate"], least=MIN_MEASURES_TO_RANK),
        "least": MIN_MEASURES_TO_RANK,
        "list_url": links.url("measures:list", **filters),
        "due_url": links.url("measures:list", due_to=figures.day.isoformat(), **filters),
    }


def group_sentence(figures: Figures, counts: Mapping[str, Any], *, total: str, nothing: str, reports: str = "") -> str:
    """`total`: how many measures the group has; `nothing`: the sentence where it has none; `reports`: what it owes."""
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    if not counts["total"]:
        return nothing
    completed = ngettext(
        "%(count)s is completed (%(rate)s)", "%(count)s are completed (%(rate)s)", counts["completed"]
    ) % {"count": format_number(counts["completed"]), "rate": format_percent(counts["completion_rate"])}
    parts = {
        "total": total,
        "completed": completed,
        "pace": format_pace(counts["gap"]),
        "lights": _format_lights(counts["lights"]),
    }
    if not reports:
        return format_sentence(_("%(total)s; %(completed)s, %(pace)s; %(lights)s."), **parts)
    return format_sentence(_("%(total)s; %(completed)s, %(pace)s; %(lights)s; %(reports)s."), **parts, reports=reports)


def _format_lights(lights: Mapping[str, int]) -> str:
    red, yellow = lights["red"], lights["yellow"]
    if not red and not yellow:
        return _("no red or yellow light")
    reds = ngettext("%(count)s red light", "%(count)s red lights", red) % {"count": format_number(red)}
    yellows = ngettext("%(count)s yellow light", "%(count)s yellow lights", yellow) % {"count": format_number(yellow)}
    if not yellow:
        return reds
    return _("%(red)s and %(yellow)s") % {"red": reds, "yellow": yellows} if red else yellows
