"""The content of the page of all cities. `then`: the figures of the day that a page is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from dashboard.figures import MIN_PROJECTS_FOR_SHARE, Figures, GroupFigures
from dashboard.pages.city_ranks import Excused, city_ranks, fallen_cities, read_excused
from dashboard.pages.city_statistics import (
    BEHIND,
    NO_MONTH,
    CityStatistic,
    chosen,
    cities_of_both_days,
    city_sentence,
    large_statistic,
    measures_shown,
)
from dashboard.pages.city_table import CityTable, is_small
from dashboard.pages.links import Links
from dashboard.pages.ordering import API_PROJECT_ORDERINGS, PROJECT_SORT_KEYS, api_ordering, sort_groups
from dashboard.pages.overview.by_city import classes_note, map_chart
from dashboard.pages.rows import city_rows, project_changes
from dashboard.pages.sentences import format_since, rounding_note
from projects.kinds import format_large
from regions.words import PartWords
from web.charts.chart import Chart
from web.formats.money import format_rounded_money
from web.formats.numbers import format_number
from web.formats.text import format_counted

COLUMNS = ("stages", "categories")


def city_list(
    figures: Figures,
    links: Links,
    *,
    measure: CityStatistic,
    ordering: str,
    columns: str = COLUMNS[0],
    fallen_only: bool = False,
    then: Figures | None = None,
    last_month: Figures | None = None,
) -> dict[str, Any]:
    """`measure`: what the map, the bars, the ranks and the columns of the categories show. `columns`: one of COLUMNS.
    `fallen_only`: cities that fell back most since the day of `then`. `last_month`: whose ranks are shown without
    `then`."""
    large = large_statistic(figures.plan)
    by_kind = _ordered_by(large, ordering)
    ranked_then = then or last_month
    every, every_then = cities_of_both_days(figures, ranked_then, [large, measure, *by_kind])
    excused = read_excused(figures, ranked_then)
    ranks = city_ranks(every, measure, every_then, excused)
    shown = fallen_cities(every, ranks) if fallen_only else every
    cities = sort_groups(shown, PROJECT_SORT_KEYS, ordering)
    table = CityTable(figures, links, measure, columns)
    earlier = _figures_by_key(every_then if then else None)
    rows = _named(cities, links, earlier)
    for city, row in zip(cities, rows, strict=True):
        row |= {"rank": ranks[city.key], "is_excused": city.key in excused.now}
        row |= {"cells": table.cells(city), "shown": measure.size(city)}
    return {
        "fallen_only": fallen_only,
        "cities": rows,
        "keys": ",".join(city.key for city in cities),
        "heads": table.heads,
        "totals": table.totals,
        "columns": columns,
        "least_of_large": format_large(figures.plan),
        "switches": _switches(figures, links, measure, columns),
        "measure": measure,
        "since": format_since(figures, then),
        "ranked_then": format_since(figures, ranked_then),
        "provenance": figures.provenance_of("projects"),
        "change": then and project_changes(figures.projects, then.projects),
        "rounding": table.rounding or _rounding_of_changes(figures, then, every, earlier),
        "charts": _charts(figures, links, every, measure),
        "classes": classes_note(measure),
        "api_ordering": api_ordering(ordering, API_PROJECT_ORDERINGS),
        "default_ordering": f"-{measure.name}",
        "ordered_kind": next((each.kind for each in by_kind), None),
        "largest": max(map(measure.size, every), default=0),
        "sentence": _list_sentence(figures.plan.part_words, figures.projects, every),
        "measure_sentence": measure.has_sentence and city_sentence(figures, measure, every),
        "ranked": _count_ranked(every, excused),
        "exemptions": excused.now.values(),
        "least_for_share": MIN_PROJECTS_FOR_SHARE,
        "has_small": any(is_small(city.figures) for city in cities),
    }


def _ordered_by(large: CityStatistic, ordering: str) -> list[CityStatistic]:
    """The kind of projects whose number orders the table, if one does."""
    return [each for each in (large, BEHIND, NO_MONTH) if each.name == ordering.removeprefix("-")]


def _charts(figures: Figures, links: Links, cities: list[GroupFigures], measure: CityStatistic) -> dict[str, Chart]:
    """The map, if the cities have places on one. It has no tag of its own: the page is tagged as a whole."""
    chart = map_chart(figures, links, cities, measure=measure)
    return {} if chart is None else {"map": replace(chart, provenance="")}


def _count_ranked(cities: Sequence[GroupFigures], excused: Excused) -> int:
    return sum(bool(city.figures["total"]) and city.key not in excused.now for city in cities)


def _figures_by_key(cities: Sequence[GroupFigures] | None) -> dict[str, Mapping[str, Any]]:
    return {city.key: city.figures for city in cities or ()}


def _named(
    cities: Sequence[GroupFigures], links: Links, earlier: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each with its name and address, and with what it has more than on the earlier day, if there is one."""
    return [
        {"city": row, "change": project_changes(city.figures, earlier[city.key]) if earlier else None}
        for city, row in zip(cities, city_rows(cities, links), strict=True)
    ]


def _switches(figures: Figures, links: Links, measure: CityStatistic, columns: str) -> dict[str, list[dict[str, Any]]]:
    """Return the choices of what the page may show, the shown one among them. Another measure brings its own order
    along."""

    def url(shown: CityStatistic, named: str) -> str:
        more = {} if named == COLUMNS[0] else {"columns": named}
        return links.url("dashboard:cities", **chosen(figures, shown, "show"), **more)

    return {
        "measures": [
            {"label": each.label, "url": url(each, columns), "is_chosen": each.name == measure.name}
            for each in measures_shown(figures)
        ],
        "columns": [
            {"label": label, "url": url(measure, name), "is_chosen": name == columns}
            for name, label in zip(COLUMNS, (_("By stage"), _("By category")), strict=True)
        ],
    }


def _rounding_of_changes(
    figures: Figures,
    then: Figures | None,
    cities: Sequence[GroupFigures],
    earlier: Mapping[str, Mapping[str, Any]],
) -> str:
    if then is None:
        return ""
    changes = [city.figures["total_investment"] - earlier[city.key]["total_investment"] for city in cities]
    return rounding_note(changes, figures.projects["total_investment"] - then.projects["total_investment"])


def _list_sentence(words: PartWords, projects: Mapping[str, Any], cities: Sequence[GroupFigures]) -> str:
    with_projects = sum(bool(city.figures["total"]) for city in cities)
    return _("%(projects)s in %(cities)s, with an investment of %(investment)s.") % {
        "projects": format_counted("%(count)s project", "%(count)s projects", projects["total"]),
        "cities": words.counted(with_projects, format_number(with_projects)),
        "investment": format_rounded_money(projects["total_investment"]),
    }
