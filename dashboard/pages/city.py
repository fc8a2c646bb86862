"""The content of the page of one city. `then`: the figures of the day that it is compared with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.rounding import whole
from dashboard.charts.strips import Block, blocks
from dashboard.figures import Figures, GroupFigures, project_figures
from dashboard.pages.city_indicators import city_indicators
from dashboard.pages.city_months import MonthRow, city_months
from dashboard.pages.city_projects import project_part
from dashboard.pages.city_ranks import CityRank, Excused, city_ranks, excused_on_days, read_exemptions
from dashboard.pages.city_statistics import (
    ATTENTION,
    BEHIND,
    LATE,
    SUSPENDED,
    CityStatistic,
    against_elapsed,
    cities_of_both_days,
    measures_shown,
    usual_statistic,
)
from dashboard.pages.links import Links
from dashboard.pages.ordering import rank
from dashboard.pages.problems import open_rows, problem_part
from dashboard.pages.rows import project_changes
from dashboard.pages.sentences import counted_clauses, format_share, format_since, rounding_note
from problems.models import ProblemStep
from problems.rows import ProblemRow
from projects.models import Stage
from projects.rates import rates_of
from regions.models import Region
from rollups.engine import PlanCells
from web.formats.dates import format_month
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import format_number, format_percent
from web.formats.text import format_sentence
from web.language import is_chinese, localized

# The list has all.
MAX_PROBLEMS = 5


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


def city_detail(
    figures: Figures, city: Region, links: Links, *, kind: str = "", then: Figures | None = None
) -> dict[str, Any]:
    """`kind`: which of `offered_statistics` the list of projects shows."""
    cities, cities_then = cities_of_both_days(figures, then, [*measures_shown(figures), LATE, ATTENTION])
    group = next(each for each in cities if each.group == city)
    exemptions = read_exemptions(figures)
    excused = excused_on_days(exemptions, figures, then)
    months = city_months(figures, group, cities, exemptions)
    problems = open_rows(ProblemStep.objects.in_plan(figures.plan).filter(problem__project__city=city), figures.day)
    return {
        "row": group,
        "provenance": figures.provenance_of("projects", city=city),
        "counts": group.figures,
        "since": format_since(figures, then),
        "change": _change(group, cities_then),
        "name": group.name,
        "sentence": headline(figures, group, months["months"], problems),
        **_headline_figures(figures, group, cities, excused, links),
        "problems_overdue": sum(each.left.is_overdue for each in problems),
        "problems_open": len(problems),
        "ranks": rank_rows(figures, group, cities, cities_then, excused),
        "exemptions": [each for key, each in excused.now.items() if key == group.key],
        **stage_part(figures, figures.project_cells.narrow({"city": {city.pk}}), links, city=city.code),
        **_categories(figures, then, city, links),
        **months,
        **project_part(figures, group, problems, links, asked=kind),
        **problem_part(problems, links, most=MAX_PROBLEMS, city=city.code),
        "indicators": city_indicators(figures, city, [each.group for each in cities], links),
    }


def _headline_figures(
    figures: Figures, city: GroupFigures, cities: Sequence[GroupFigures], excused: Excused, links: Links
) -> dict[str, Any]:
    own = city.figures
    amount, unit = rounded_money(own["total_investment"])
    suspended = SUSPENDED.sums(figures, ["city"]).get((city.group.pk,), project_figures({}))
    return {
        "shows_rates": figures.has_project_months,
        "investment": amount,
        "investment_unit": unit,
        "whole_investment": whole(own["total_investment"]),
        "investment_share": format_share(own["total_investment"], figures.projects["total_investment"]),
        "rank": rank(city.key, cities, usual_statistic(figures).value, least=1, excused=excused.now),
        "suspended": suspended["total"],
        "suspended_investment": format_rounded_money(suspended["total_investment"]),
        "all_projects_url": links.url("projects:list", city=city.key),
        "suspended_url": links.url("projects:list", city=city.key, stage=Stage.SUSPENDED.value),
    }


def _categories(figures: Figures, then: Figures | None, city: Region, links: Links) -> dict[str, Any]:
    """Return the rows of the categories, with how much of its annual plan each has invested."""
    found = figures_by_category(figures, city)
    earlier = figures_by_category(then, city) if then else {}
    amounts = [each["total_investment"] for each in found.values()]
    behind = BEHIND.sums(figures, ["city", "category"]) if figures.has_project_months else {}
    sums = figures.project_cells.narrow({"city": {city.pk}}).sum_by("category")
    return {
        "categories": [
            {
                "label": localized(each, "name"),
                "path": f"projects.by_category.{slug}",
                "url": links.url("projects:list", city=city.code, category=slug),
                "whole": whole(found[slug]["total_investment"]),
                **found[slug],
                "rates": rates_of(sums.get(each.pk, {}), on=figures.day),
                "change": then and project_changes(found[slug], earlier[slug]),
                "behind": behind.get((city.pk, each.pk), {}).get("total", 0),
                "behind_url": links.url("projects:list", city=city.code, category=slug, **(BEHIND.filters or {})),
            }
            for slug, each in figures.categories.items()
        ],
        "rounding": rounding_note(amounts, sum(amounts)),
        "behind_total": sum(each["total"] for key, each in behind.items() if key[0] == city.pk),
    }


def _change(city: GroupFigures, cities_then: Sequence[GroupFigures] | None) -> dict[str, int] | None:
    """None without a day to compare with."""
    earlier = {each.key: each.figures for each in cities_then or ()}.get(city.key)
    return None if earlier is None else project_changes(city.figures, earlier)


def headline(
    figures: Figures, city: GroupFigures, months: Sequence[MonthRow], problems: Sequence[ProblemRow]
) -> SafeString:
    """Return what the page says first: how many projects there are, how far the annual plan is, and what is late."""
    own = city.figures
    share = format_share(own["total_investment"], figures.projects["total_investment"])
    found: list[SafeString | str] = [one_city_sentence(own, share)]
    if months and months[-1].completion is not None:
        found.append(_pace_sentence(months[-1]))
    clauses = counted_clauses(
        (own["to_start"] if figures.has_project_months else 0, _("%(count)s still to start this year")),
        (own[Stage.SUSPENDED.value], pgettext("project", "%(count)s suspended")),
        (len(problems), ngettext("%(count)s open problem", "%(count)s open problems", len(problems))),
        (sum(each.left.is_overdue for each in problems), _("%(count)s of these overdue")),
    )
    if clauses:
        found.append(pgettext("between clauses", "; ").join(clauses) + pgettext("end of a sentence", "."))
    return format_html_join("" if is_chinese() else " ", "{}", ((each,) for each in found))


def _pace_sentence(last: MonthRow) -> SafeString:
    verdict = against_elapsed(last.gap)
    if last.rank.place:
        words = {"against": verdict, "place": last.rank.words, "of": last.rank.of}
        verdict = _("%(against)s, %(place)s of %(of)s") % words
    return format_sentence(
        _("By the end of %(month)s %(rate)s of the annual plan is invested, %(verdict)s."),
        month=format_month(last.month),
        rate=format_percent(last.completion),
        verdict=format_html("<strong>{}</strong>", verdict),
    )


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
        share=_("%(share)s of the total") % {"share": share},
    )
