"""The content of the page of one city. `then`: the figures of the day that it is compared with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.rounding import whole
from dashboard.charts.strips import Block, blocks
from dashboard.figures import Figures, GroupFigures, project_figures
from dashboard.pages.city_indicators import city_indicators
from dashboard.pages.city_ranks import CityRank, Excused, city_ranks, read_excused
from dashboard.pages.city_statistics import (
    BEHIND,
    INVESTMENT,
    LATE,
    SUSPENDED,
    CityStatistic,
    cities_of_both_days,
    large_statistic,
    measures_shown,
)
from dashboard.pages.links import Links
from dashboard.pages.ordering import rank
from dashboard.pages.problems import open_problems
from dashboard.pages.rows import project_changes
from dashboard.pages.sentences import format_share, format_since, rounding_note
from problems.models import ProblemStep
from projects.models import Project, Stage
from projects.querysets import ProjectQuerySet
from regions.models import Region
from rollups.engine import PlanCells
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import format_number
from web.formats.text import format_sentence
from web.language import localized

MAX_PROJECTS = 20
# Of each kind that somebody must look after.
MAX_WATCHED = 10


def figures_by_category(figures: Figures, city: Region) -> dict[str, dict[str, Any]]:
    """Return the city's figures by category, from the cells that the page has read anyway."""
    return figures.projects_by_category(figures.project_cells.narrow({"city": {city.pk}}))


class StageRow(NamedTuple):
    """`share`: of the projects of a city or a theme, `investment_share`: of their investment."""

    stage: Stage
    total: int
    share: str
    investment: int
    investment_share: str
    url: str


def stage_rows(figures: Figures, cells: PlanCells, links: Links, **filters: str) -> list[StageRow]:
    """`cells`: those of the projects that the list shows with the `filters`."""
    sums, every = cells.sum_by("stage"), project_figures(cells.totals())
    rows = []
    for stage in figures.stages:
        own = project_figures(sums.get(stage.value, {}))
        rows.append(
            StageRow(
                stage,
                own["total"],
                format_share(own["total"], every["total"]),
                whole(own["total_investment"]),
                format_share(own["total_investment"], every["total_investment"]),
                links.url("projects:list", stage=stage.value, **filters),
            )
        )
    return rows


def furthest_first(stages: Iterable[Stage]) -> list[Stage]:
    """Return the stages in the order of a bar of stages: those that are suspended come last."""
    order = list(Stage)
    return sorted(stages, key=lambda stage: (stage == Stage.SUSPENDED, -order.index(stage)))


def stage_part(figures: Figures, cells: PlanCells, links: Links, **filters: str) -> dict[str, Any]:
    """Return the rows of the stages and their bar, of the same projects as `stage_rows`."""
    stages = stage_rows(figures, cells, links, **filters)
    totals = {each.stage: each.total for each in stages}
    return {"stages": stages, "stage_blocks": stage_blocks([(each, totals[each]) for each in furthest_first(totals)])}


def stage_blocks(totals: Sequence[tuple[Stage, int]]) -> list[Block]:
    """The bar of stages in percent of its width."""
    return blocks([(stage.value, total) for stage, total in totals], width=100)


class RankRow(NamedTuple):
    """A city among the others. `value`: as the table writes it."""

    label: str
    value: str
    rank: CityRank


def rank_rows(
    figures: Figures,
    city: GroupFigures,
    cities: Sequence[GroupFigures],
    then: Sequence[GroupFigures] | None,
    excused: Excused,
) -> list[RankRow]:
    """Return the city's ranks by each measure that the map of cities may show."""
    return [
        RankRow(
            _label(measure), measure.shown(measure.value(city)), city_ranks(cities, measure, then, excused)[city.key]
        )
        for measure in measures_shown(figures)
    ]


def _label(measure: CityStatistic) -> str:
    return str(measure.head if measure.is_amount else measure.label)


def city_detail(figures: Figures, city: Region, links: Links, *, then: Figures | None = None) -> dict[str, Any]:
    cities, cities_then = cities_of_both_days(figures, then, [*measures_shown(figures), LATE])
    group = next(each for each in cities if each.group == city)
    own, province = group.figures, figures.projects
    excused = read_excused(figures, then)
    amount, unit = rounded_money(own["total_investment"])
    share = format_share(own["total_investment"], province["total_investment"])
    projects = Project.objects.in_plan(figures.plan).in_scope(figures.day).filter(city=city)
    projects = projects.select_related("category").order_by("-investment_wan", "-position")
    steps = ProblemStep.objects.in_plan(figures.plan).filter(problem__project__city=city)
    return {
        "row": group,
        "provenance": figures.provenance_of("projects", city=city),
        "counts": own,
        "since": format_since(figures, then),
        "change": _change(group, cities_then),
        "name": group.name,
        "sentence": one_city_sentence(own, share),
        "investment": amount,
        "investment_unit": unit,
        "whole_investment": whole(own["total_investment"]),
        "shares": {"total": format_share(own["total"], province["total"]), "investment": share},
        "rank": rank(group.key, cities, INVESTMENT.value, least=1, excused=excused.now),
        "ranks": rank_rows(figures, group, cities, cities_then, excused),
        "exemptions": [each for key, each in excused.now.items() if key == group.key],
        "list_url": links.url("projects:list", city=city.code),
        **stage_part(figures, figures.project_cells.narrow({"city": {city.pk}}), links, city=city.code),
        **_categories(figures, then, city, links),
        "kinds": [_watched(figures, projects, group, links, measure) for measure in _watched_measures(figures)],
        **open_problems(figures, steps, links, city=city.code),
        "indicators": city_indicators(figures, city, [each.group for each in cities], links),
        "projects": projects[:MAX_PROJECTS],
        "most_projects": MAX_PROJECTS,
    }


def _categories(figures: Figures, then: Figures | None, city: Region, links: Links) -> dict[str, Any]:
    found = figures_by_category(figures, city)
    earlier = figures_by_category(then, city) if then else {}
    amounts = [each["total_investment"] for each in found.values()]
    behind = BEHIND.sums(figures, ["city", "category"]) if figures.has_project_months else {}
    return {
        "categories": [
            {
                "label": localized(each, "name"),
                "path": f"projects.by_category.{slug}",
                "url": links.url("projects:list", city=city.code, category=slug),
                "whole": whole(found[slug]["total_investment"]),
                **found[slug],
                "change": then and project_changes(found[slug], earlier[slug]),
                "behind": behind.get((city.pk, each.pk), {}).get("total", 0),
                "behind_url": links.url("projects:list", city=city.code, category=slug, **(BEHIND.filters or {})),
            }
            for slug, each in figures.categories.items()
        ],
        "rounding": rounding_note(amounts, sum(amounts)),
        "behind_total": sum(each["total"] for key, each in behind.items() if key[0] == city.pk),
        "shows_behind": figures.has_project_months,
        "largest": max(amounts, default=0),
    }


def _change(city: GroupFigures, cities_then: Sequence[GroupFigures] | None) -> dict[str, int] | None:
    """None without a day to compare with."""
    earlier = {each.key: each.figures for each in cities_then or ()}.get(city.key)
    return None if earlier is None else project_changes(city.figures, earlier)


def _watched_measures(figures: Figures) -> list[CityStatistic]:
    """Return the measures of projects that somebody must look after."""
    return [SUSPENDED, large_statistic(figures.plan), *([BEHIND, LATE] if figures.has_project_months else [])]


def _watched(
    figures: Figures, projects: ProjectQuerySet, city: GroupFigures, links: Links, measure: CityStatistic
) -> dict[str, Any]:
    """The projects that a measure counts, the largest first."""
    sums = measure.sums(figures, ["city"]).get((city.group.pk,), project_figures({}))
    # Where cells say that there are none, nothing is asked.
    rows: list[Project] = []
    if sums["total"]:
        kind = measure.kind
        found = projects.filter(Q(stage=measure.stage)) if kind is None else kind.narrow(projects, figures.day)
        rows = list(found[:MAX_WATCHED])
    return {
        "title": measure.label,
        "nothing": measure.nothing,
        "total": sums["total"],
        "investment": format_rounded_money(sums["total_investment"]),
        "projects": rows,
        "shows_stage": measure in (BEHIND, LATE),
        "url": links.url("projects:list", city=city.key, **(measure.filters or {})),
    }


def one_city_sentence(own: Mapping[str, Any], share: str) -> str:
    if not own["total"]:
        return _("No projects are listed by this day.")
    text = ngettext(
        "%(count)s project with an investment of %(investment)s, %(share)s.",
        "%(count)s projects with an investment of %(investment)s, %(share)s.",
        own["total"],
    )
    return format_sentence(
        text,
        count=format_number(own["total"]),
        investment=format_rounded_money(own["total_investment"]),
        share=format_html("<strong>{}</strong>", _("%(share)s of the total") % {"share": share}),
    )
