"""The brief of a city: its projects."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from briefs.sheet import (
    FEW_NAMES,
    MAX_NAME,
    MAX_TITLE,
    Brief,
    BriefFigure,
    Cell,
    Column,
    Part,
    format_some,
    rows_that_fit,
    shortened,
)
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.city import one_city_sentence, stage_rows
from dashboard.pages.city_ranks import read_excused
from dashboard.pages.city_statistics import usual_statistic
from dashboard.pages.links import Links
from dashboard.pages.ordering import rank
from dashboard.pages.sentences import format_earlier_day, format_share
from projects.models import Project, RankExemption
from projects.querysets import ProjectQuerySet
from regions.models import Region
from web.formats.money import format_rounded_money, format_yi_cell, rounded_money, wan_to_yi, yi_decimals
from web.formats.numbers import format_number
from web.language import localized

MAX_PROJECTS, PROJECT_LINES, MAX_NAMED = 10, 20, 12


def city_brief(figures: Figures, then: Figures, links: Links, city: Region) -> Brief:
    cities = figures.projects_by("city")
    group = next(each for each in cities if each.group == city)
    own, province = group.figures, figures.projects
    share = format_share(own["total_investment"], province["total_investment"])
    return Brief(
        name=shortened(group.name, MAX_TITLE),
        day=figures.day,
        since=format_earlier_day(then.day, figures.day.year),
        sentence=one_city_sentence(own, share),
        figures=_figures(figures, group, cities, links.as_of(figures.day)),
        parts=[
            _stages_part(figures, city, links),
            _largest_part(figures, group, links),
            _changes_part(figures, then, city),
        ],
        provenance=figures.provenance_of("projects", city=city),
        back_url=links.url("dashboard:city", city.code),
        back_label=group.name,
    )


def _figures(figures: Figures, group: GroupFigures, cities: list[GroupFigures], links: Links) -> list[BriefFigure]:
    own, province = group.figures, figures.projects
    amount, unit = rounded_money(own["total_investment"])
    excused = read_excused(figures).now
    statistic = usual_statistic(figures)
    place = rank(group.key, cities, statistic.value, direction=statistic.direction, least=1, excused=excused)
    of_province = _("%(share)s of the total")
    return [
        BriefFigure(
            pgettext("unit in a table head", "Projects"),
            "projects.total",
            own["total"],
            format_number(own["total"]),
            unit=npgettext("unit", "project", "projects", own["total"]),
            note=of_province % {"share": format_share(own["total"], province["total"])},
            url=links.url("projects:list", city=group.key),
        ),
        BriefFigure(
            _("Total investment"),
            "projects.total_investment",
            own["total_investment"],
            amount,
            unit=unit,
            note=of_province % {"share": format_share(own["total_investment"], province["total_investment"])},
        ),
        BriefFigure(
            _("Rank by completion of the annual plan") if statistic.is_rate else _("Rank by investment"),
            "",
            place.place,
            f"{place.before} {place.shown}".strip() if place.place else format_number(None),
            unit=_("of %(of)s") % {"of": format_number(place.of)} if place.place else "",
            note=_not_ranked(excused.get(group.key)),
        ),
    ]


def _not_ranked(exemption: RankExemption | None) -> str:
    if exemption is None:
        return ""
    return _("Not ranked: %(reason)s") % {"reason": shortened(localized(exemption, "reason"), MAX_NAME)}


def _stages_part(figures: Figures, city: Region, links: Links) -> Part:
    """Every stage, also those without projects."""
    cells = figures.project_cells.narrow({"city": {city.pk}})
    return Part(
        _("Projects by stage"),
        [
            Column(_("Stage"), 28),
            Column(pgettext("unit in a table head", "Projects"), 16, is_number=True),
            Column(_("Share"), 16, is_number=True),
            Column(_("Total investment (100 million yuan)"), 24, is_number=True),
            Column(_("Share"), 16, is_number=True),
        ],
        [
            [
                Cell(str(each.stage.label), each.url),
                Cell(format_number(each.total)),
                Cell(each.share),
                Cell(format_number(each.investment)),
                Cell(each.investment_share),
            ]
            for each in stage_rows(figures, cells, links, city=city.code)
        ],
    )


def largest_projects_part(
    projects: ProjectQuerySet,
    figures: Figures,
    links: Links,
    *,
    heads: tuple[str, str],
    beside: str,
    total: int,
    most: int,
    lines: int,
    **filters: str,
) -> Part:
    """`heads`: of the projects and of what stands `beside` their investment, a column. `total`: how many there are;
    `filters`: of the list of all."""
    found = list(projects.select_related(beside).order_by("-investment_wan", "position", "code")[:most])
    decimals = yi_decimals(each.investment_wan for each in found)
    columns = [
        Column(heads[0], 45),
        Column(_("Total investment (100 million yuan)"), 18, is_number=True),
        Column(heads[1], 17),
        Column(_("Stage"), 20),
    ]
    rows = [
        [
            Cell(shortened(localized(each, "name"), MAX_NAME), links.url("projects:detail", each.code)),
            Cell(format_yi_cell(each.investment_wan, decimals), is_bold=True),
            Cell(localized(getattr(each, beside), "short")),
            Cell(each.get_stage_display()),
        ]
        for each in found
    ]
    shown = rows_that_fit(columns, rows, most=most, lines=lines)
    return Part(
        _("Largest projects"),
        columns,
        shown,
        nothing=_("No projects are listed by this day."),
        left_out=total - len(shown),
        url=links.as_of(figures.day).url("projects:list", **filters, ordering="-total_investment"),
    )


def _largest_part(figures: Figures, group: GroupFigures, links: Links) -> Part:
    return largest_projects_part(
        Project.objects.in_plan(figures.plan).in_scope(figures.day).filter(city=group.group),
        figures,
        links,
        heads=(_("Project"), _("Category")),
        beside="category",
        total=group.figures["total"],
        most=MAX_PROJECTS,
        lines=PROJECT_LINES,
        city=group.key,
    )


def _changes_part(figures: Figures, then: Figures, city: Region) -> Part:
    """Return the part on the projects that were listed since the earlier day and those that left."""
    projects = Project.objects.in_plan(figures.plan).filter(city=city)
    now, before = projects.in_scope(figures.day), projects.in_scope(then.day)
    new = now.exclude(pk__in=before.values("pk"))
    gone = before.exclude(pk__in=now.values("pk"))
    since = format_earlier_day(then.day, figures.day.year)
    rows = [_change(_("Newly added"), new)]
    if gone.exists():
        rows.append(_change(_("Withdrawn"), gone))
    return Part(
        _("Changes since %(day)s") % {"day": since},
        [
            Column(pgettext("table head", "Change"), 16),
            Column(pgettext("unit in a table head", "Projects"), 11, is_number=True),
            Column(_("Total investment"), 19, is_number=True),
            Column(pgettext("table head", "Which"), 54),
        ],
        rows,
    )


def _change(label: str, projects: Any) -> list[Cell]:
    rows = projects.order_by("-investment_wan", "position", "code")
    counts = list(rows.values_list("investment_wan", flat=True))
    names = [localized(each, "name") for each in rows[:MAX_NAMED]] if counts else []
    return [
        Cell(label),
        Cell(format_number(len(counts)), is_bold=bool(counts)),
        Cell(format_rounded_money(wan_to_yi(sum(counts))) if counts else format_number(0)),
        Cell(format_some(names, len(counts), room=FEW_NAMES)),
    ]
