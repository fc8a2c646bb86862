"""The first part of the overview: what needs attention."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.lights import OVERDUE
from dashboard.changes import Fall, earlier_figures, fallen_most
from dashboard.figures import MIN_MEASURES_TO_RANK, Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.sentences import format_earlier_day
from measures.timeline import History
from projects.kinds import format_large, large_projects
from projects.models import Project
from reporting.months import LateReports
from reporting.wording import format_late, format_late_months
from web.formats.dates import format_days, format_month_name
from web.formats.money import format_rounded_money, wan_to_yi
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_names
from web.language import localized
from web.limits import thresholds

MAX_OVERDUE = 5
MAX_FALLEN_NAMES = 3


def attention(
    figures: Figures,
    links: Links,
    history: History,
    departments: list[GroupFigures],
    late: LateReports,
    then: Figures | None,
    compared: date | None,
) -> dict[str, Any]:
    limits = thresholds()
    lights = figures.measures["lights"]
    names = {row.group.pk: row for row in departments}
    soon = history.due_soon(limits)
    overdue = [
        {
            "name": localized(entry, "title"),
            "url": links.url("measures:detail", entry.measure),
            "days": (figures.day - entry.due_on).days,
            "department": localized(names[entry.department_id].group, "short"),
            "department_url": links.url("dashboard:department", names[entry.department_id].key),
            "due_on": entry.due_on,
        }
        for entry in history.overdue[:MAX_OVERDUE]
        if entry.due_on is not None
    ]
    since = then.day if then else None
    ranked = [row for row in departments if row.figures["total"] >= MIN_MEASURES_TO_RANK]
    fallen = fallen_most(ranked, earlier_figures(then, "department", ranked)) if then else []
    return {
        "sentence": _attention_sentence(figures, overdue, len(history.overdue), late),
        "overdue": overdue,
        "overdue_reason": OVERDUE,
        "red_url": links.url("measures:list", light="red"),
        "yellow_url": links.url("measures:list", light="yellow"),
        "soon_shown": _due_soon_link(soon, figures.day, limits.due_soon, links),
        "silent": lights["yellow"] - soon,
        "limits": limits,
        **_large_projects(figures, links),
        "unreported": len(late.departments),
        "unreported_url": links.url("dashboard:departments", reported="no"),
        "late_text": format_late_months(late, day=figures.day),
        "since_month": format_month_name(since) if since else "",
        "compared": compared,
        "fallen": len(fallen),
        "fallen_text": format_fallen(fallen, figures.day, since),
        "fallen_url": since and links.url("dashboard:departments", fallen="most", compare=since.isoformat()),
        "changes_url": links.url("dashboard:changes"),
        "fell_back": history.fell_back_since(since) if since else 0,
    }


def _large_projects(figures: Figures, links: Links) -> dict[str, Any]:
    """Large ones that have not started: how many, and their investment."""
    kind = large_projects(figures.plan)
    large = kind.narrow(Project.objects.in_plan(figures.plan).in_scope(figures.day), figures.day)
    found = large.aggregate(count=Count("pk"), investment=Sum("investment_wan", default=0))
    return {
        "large": found["count"],
        "large_text": _("%(least)s or more and not started, %(investment)s in all")
        % {
            "least": format_large(figures.plan),
            "investment": format_rounded_money(wan_to_yi(found["investment"])),
        },
        "large_url": links.url("projects:list", **kind.filters),
    }


def _due_soon_link(count: int, day: date, days: int, links: Links) -> SafeString | str:
    """How many are due soon and did not move; it opens them."""
    if not count:
        return format_number(count)
    due = {"due_from": day.isoformat(), "due_to": (day + timedelta(days=days)).isoformat()}
    url = links.url("measures:list", status="promoting", **due)
    return format_html('<a class="figure" href="{}">{}</a>', url, format_number(count))


def format_fallen(fallen: list[Fall], day: date, since: date | None) -> str:
    """Return a clause that names the departments that lost most ground, and how much."""
    if since is None:
        return ""
    values = {"since": format_earlier_day(since, day.year)}
    if not fallen:
        return _("no department fell further behind since %(since)s") % values
    first = fallen[0]
    values["departments"] = (
        format_names([localized(each.group.group, "short") for each in fallen])
        if len(fallen) <= MAX_FALLEN_NAMES
        else format_counted("%(count)s department", "%(count)s departments", len(fallen))
    )
    if first.points_to_plan > 0:
        values["points"] = format_number(first.points_to_plan)
        return _("%(departments)s slipped furthest: %(points)s points against plan since %(since)s") % values
    values["points"] = format_number(first.points)
    return _("%(departments)s slipped furthest: %(points)s points against schedule since %(since)s") % values


def _attention_sentence(figures: Figures, longest: list[dict[str, Any]], overdue: int, unfiled: LateReports) -> str:
    yellow = figures.measures["lights"]["yellow"]
    if overdue:
        late = format_counted(
            "%(count)s measure is overdue, by %(days)s",
            "%(count)s measures are overdue, by up to %(days)s",
            overdue,
            days=format_days(longest[0]["days"]),
        )
    else:
        late = _("No measure is overdue")
    more = format_counted("%(count)s measure has a yellow light", "%(count)s measures have a yellow light", yellow)
    return _("%(late)s; %(yellow)s; %(reports)s.") % {
        "late": late,
        "yellow": more,
        "reports": format_late(unfiled, day=figures.day),
    }
