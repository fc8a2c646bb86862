"""The parts that the pages of sections and of departments share. `then`: the figures of the day that a page is compared
with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.http import Http404
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.lights import Light
from core.pace import gap
from dashboard.changes import earlier_figures
from dashboard.charts.due_dates import Due, due_chart
from dashboard.figures import MIN_MEASURES_TO_RANK, Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import API_MEASURE_ORDERINGS, MEASURE_SORT_KEYS, Rank, api_ordering, rank, sort_groups
from dashboard.pages.rows import MeasureLine, days_left, measure_lines, measure_rows, status_rows
from dashboard.pages.sentences import format_since
from dashboard.pages.standing import MAX_CALLED, format_day_of, format_late, to_call
from measures.models import Measure
from measures.querysets import MeasureQuerySet
from web.formats.dates import format_day, format_days
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_list, format_names, format_sentence
from web.language import is_chinese, localized
from web.limits import thresholds

# So many of a group's measures are shown at once, and all that are not green.
FIRST_MEASURES = 10


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
    """The table of some sections or departments, and its address in the API. In the order of the completion rate it
    says who has which place."""
    earlier = earlier_figures(then, by, groups) if then else None
    is_ranking = ordering.removeprefix("-") == "rate"
    places = {each.key: _place(each, groups) for each in groups} if is_ranking else None
    return {
        "since": format_since(figures, then),
        "rows": measure_rows(sort_groups(groups, MEASURE_SORT_KEYS, ordering), by, links, missing, earlier, places),
        "keys": ",".join(each.key for each in groups),
        "api_ordering": api_ordering(ordering, API_MEASURE_ORDERINGS),
        "is_ranking": is_ranking,
        "ranked": sum(each.figures["total"] >= MIN_MEASURES_TO_RANK for each in groups),
        "least": MIN_MEASURES_TO_RANK,
    }


def _place(group: GroupFigures, groups: Sequence[GroupFigures]) -> str:
    found = rank_by_rate(group, groups)
    return ("" if is_chinese() else " ").join(filter(None, [found.before, found.shown])) if found.place else "—"


def _format_rank(by: str, found: Rank) -> str:
    """joint 3rd of 17; 并列第3 with how many are ranked."""
    of = pgettext("sections", "of %(of)s") if by == "section" else _("of %(of)s")
    parts = filter(None, [found.before, found.shown, of % {"of": found.of}])
    return ("" if is_chinese() else " ").join(parts)


def rank_by_rate(group: GroupFigures, groups: Sequence[GroupFigures]) -> Rank:
    return rank(group.key, groups, lambda each: each.figures["completion_rate"], least=MIN_MEASURES_TO_RANK)


def urgency_sentence(figures: Figures, by: str, groups: Sequence[GroupFigures], *, reports: str = "") -> str:
    """How much is overdue, and who must act first. `reports`: half a sentence about those that are owed."""
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    late = to_call(groups)
    clauses = [_format_overdue(by, late) if late else _("no measure is overdue"), reports]
    return format_sentence(
        _("As of %(day)s, %(clauses)s."), day=format_day(figures.day), clauses=join_clauses(filter(None, clauses))
    )


def _format_overdue(by: str, late: Sequence[GroupFigures]) -> SafeString:
    """`late`: those with something overdue, who must act first first."""
    field = "title" if by == "section" else "short"
    count = sum(each.figures["overdue"] for each in late)
    of_groups = (
        ngettext("%(count)s priority area", "%(count)s priority areas", len(late))
        if by == "section"
        else ngettext("%(count)s department", "%(count)s departments", len(late))
    )
    text = (
        _("%(overdue)s in %(groups)s, first of all %(names)s")
        if len(late) > MAX_CALLED
        else _("%(overdue)s in %(groups)s: %(names)s")
    )
    return format_sentence(
        text,
        overdue=format_counted("%(count)s measure is overdue", "%(count)s measures are overdue", count),
        groups=of_groups % {"count": format_number(len(late))},
        names=format_html(
            "<strong>{}</strong>",
            format_names([format_late(each, localized(each.group, field)) for each in late[:MAX_CALLED]]),
        ),
    )


def join_clauses(clauses: Iterable[str]) -> SafeString:
    """Names in them are escaped, and what is bold stays so."""
    return format_html_join(pgettext("between clauses", "; "), "{}", ((each,) for each in clauses))


def get_group_or_404(groups: Sequence[GroupFigures], key: str) -> GroupFigures:
    """Return the group of the key. Raises Http404 where there is none."""
    for each in groups:
        if each.key == key:
            return each
    raise Http404


def listed_measures(figures: Figures, then: Figures | None) -> MeasureQuerySet:
    """The plan's measures with their status and light of the day, and their status on the earlier day; the longest
    overdue first."""
    measures = Measure.objects.in_plan(figures.plan).as_of(figures.day, limits=thresholds())
    measures = measures.select_related("section", "lead_department").order_by(
        F("due_on").asc(nulls_last=True), "position", "code", "pk"
    )
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
        **_listed(measures, figures.day),
        "shows_section": by == "department",
        "charts": {"due": due_chart(due, figures, links, provenance=provenance, **filters)},
        "statuses": status_rows(own, links, earlier, **filters),
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
        "rank": rank_by_rate(group, groups),
        "rank_text": _format_rank(by, rank_by_rate(group, groups)),
        "days_overdue": format_days_overdue(measures, figures.day),
        "least": MIN_MEASURES_TO_RANK,
        "list_url": links.url("measures:list", **filters),
        "due_url": links.url("measures:list", due_to=figures.day.isoformat(), **filters),
        "overdue_url": links.url("measures:list", light=Light.RED.value, **filters),
    }


def _listed(measures: Sequence[Any], day: date) -> dict[str, Sequence[MeasureLine]]:
    """Return the lines of the measures, the worst lights first, and apart from them what is folded: of many those that
    are green."""
    lines = measure_lines(sorted(measures, key=lambda each: Light(each.light).gravity), day)
    first = max(FIRST_MEASURES, sum(not Light(each.light).is_green for each in measures))
    return {"measures": lines[:first], "more_measures": lines[first:]}


def format_days_overdue(measures: Sequence[Any], day: date) -> str:
    """60 days, 14 days; the longest of many."""
    days = sorted(left for each in measures if (left := days_left(each, day)) is not None and left < 0)
    shown = [format_days(-left) for left in days[:MAX_CALLED]]
    return format_list(shown if len(days) <= MAX_CALLED else [*shown, "…"])


def group_sentence(
    figures: Figures,
    group: GroupFigures,
    groups: Sequence[GroupFigures],
    measures: Sequence[Any],
    *,
    total: str,
    nothing: str,
    reports: str = "",
) -> str:
    """`total`: how many measures the group has; `nothing`: the sentence where it has none; `reports`: what it owes."""
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    if not group.figures["total"]:
        return nothing
    first = sort_groups(groups, MEASURE_SORT_KEYS, "urgency")[0].key
    clauses = [
        total,
        _format_due(group.figures, len(groups) if group.key == first else 0),
        format_next_due_day(measures, figures.day),
        reports,
    ]
    return format_html("{}{}", join_clauses(filter(None, clauses)), pgettext("end of a sentence", "."))


def _format_due(own: Mapping[str, Any], first_of: int) -> SafeString | str:
    """Return a clause on the measures due before the day, and what became of them. `first_of`: the number of groups
    where this one must act first of them."""
    if not own["due_before"]:
        return _("none was due before this day")
    counts = {
        "due": format_number(own["due_before"]),
        "in_time": format_number(own["completed_in_time"]),
        "late": format_number(own["completed_late"]),
        "overdue": format_number(own["overdue"]),
        "days": format_days(own["longest_overdue"]),
    }
    done = (
        _("%(due)s due: %(in_time)s completed on time, %(late)s late")
        if own["completed_late"]
        else _("%(due)s due: %(in_time)s completed on time")
    )
    if not own["overdue"]:
        return done % counts
    overdue = _("%(overdue)s overdue (longest %(days)s)") if own["overdue"] > 1 else _("%(overdue)s overdue (%(days)s)")
    if first_of > 1:
        overdue = _("%(overdue)s, the most of all %(count)s") % {"overdue": overdue, "count": format_number(first_of)}
    return format_sentence(
        _("%(done)s, %(overdue)s"), done=done % counts, overdue=format_html("<strong>{}</strong>", overdue % counts)
    )


def format_next_due_day(measures: Sequence[Any], day: date) -> str:
    """How many fall due on the next due day from this one on, completed ones left out."""
    ahead = [each.due_on for each in measures if (left := days_left(each, day)) is not None and left >= 0]
    if not ahead:
        return ""
    count = ahead.count(min(ahead))
    return format_counted(
        "%(count)s more falls due on %(day)s",
        "%(count)s more fall due on %(day)s",
        count,
        day=format_day_of(min(ahead), day.year),
    )
