"""Projects by city: the fourth part of the overview."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.rounding import whole
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.city_ranks import city_ranks, read_excused
from dashboard.pages.city_statistics import INVESTMENT, NUMBER, CityStatistic, chosen, city_sentence, measures_shown
from dashboard.pages.links import Links
from dashboard.pages.ordering import PROJECT_SORT_KEYS, sort_groups
from dashboard.pages.rows import city_rows
from dashboard.pages.sentences import rounding_note
from projects.kinds import format_large
from web.charts.chart import Chart, Column
from web.charts.tile_map import Tile, city_tile_map
from web.formats.dates import format_day
from web.formats.money import format_rounded_money
from web.formats.numbers import format_number
from web.html.bars import value_bar


def by_city(
    figures: Figures, links: Links, cities: list[GroupFigures], *, measure: CityStatistic, course: Mapping[str, str]
) -> dict[str, Any]:
    """Map and table of the measure. `course`: what another part of the page shows, as its address names it."""
    rows = sort_groups(cities, PROJECT_SORT_KEYS, f"-{measure.name}")
    largest = max(map(measure.size, rows), default=0)
    ranks = city_ranks(rows, measure, excused=read_excused(figures))
    beside, head_beside = _beside(measure)
    totals = {**figures.projects, f"{measure.name}_investment": measure.total(figures)["total_investment"]}
    return {
        "sentence": city_sentence(figures, measure, rows),
        "choices": _choices(figures, links, measure, course),
        "heads": [_head(measure), head_beside],
        "provenance": figures.provenance_of("projects"),
        "rows": [
            {
                "place": ranks[row.key].now.place,
                "name": shown.name,
                "url": shown.url,
                "shown": measure.shown(measure.value(row)),
                "is_zero": not measure.value(row),
                "beside": whole(row.figures[beside]),
                "bar": value_bar(measure.size(row), largest),
            }
            for row, shown in zip(rows, city_rows(rows, links), strict=True)
        ],
        "rounding": _rounding(figures, measure, rows),
        "total": measure.shown(measure.total(figures)[measure.figure]),
        "total_beside": whole(totals[beside]),
        "classes": classes_note(measure),
        "places": figures.plan.part_words.after(len(rows)),
        "cities_url": links.url("dashboard:cities", **chosen(figures, measure, "show")),
    }


def _choices(figures: Figures, links: Links, shown: CityStatistic, course: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": each.label,
            "url": links.url("dashboard:overview", **course, **chosen(figures, each, "map")) + "#where",
            "is_chosen": each.name == shown.name,
        }
        for each in measures_shown(figures)
    ]


def _head(measure: CityStatistic) -> str:
    return pgettext("unit in a table head", "Projects") if measure is NUMBER else str(measure.head)


def _beside(measure: CityStatistic) -> tuple[str, str]:
    """The figure in the second column of the table, and its head."""
    if measure.kind is not None:
        return f"{measure.name}_investment", _("Their investment (100 million yuan)")
    other = INVESTMENT if measure is NUMBER else NUMBER
    return other.name, _head(other)


def classes_note(measure: CityStatistic) -> str:
    """Return a note on the unit in which the map counts, and on how its shades are made."""
    if measure.is_rate:
        return _("In per cent; colours: up to five classes of the same width")
    if measure.are_few:
        return _("Colours: 0, then up to four classes of the same width")
    classes = _("Colours: up to five classes of about as many regions each, with rounded limits")
    unit = _("Numbers in 100 million yuan") + pgettext("between sentences", ". ") if measure.is_amount else ""
    return unit + classes


def _rounding(figures: Figures, measure: CityStatistic, cities: Sequence[GroupFigures]) -> str:
    """Return the note on rounding of the investments in the table, if there are some: of all projects, or of those of a
    kind."""
    if measure in (INVESTMENT, NUMBER):
        return rounding_note((city.figures[INVESTMENT.name] for city in cities), figures.projects["total_investment"])
    if measure.kind is not None:
        total = measure.total(figures)["total_investment"]
        return rounding_note((city.figures[f"{measure.name}_investment"] for city in cities), total)
    return ""


def map_chart(figures: Figures, links: Links, cities: list[GroupFigures], *, measure: CityStatistic) -> Chart | None:
    """The cities as tiles; what the tiles do not show of a city stands in its row all the same. None where no city has
    its place on the map: then the table stands alone."""
    rows = sort_groups(cities, PROJECT_SORT_KEYS, f"-{measure.name}")
    table = city_rows(rows, links)
    words = figures.plan.part_words
    tiles = [
        Tile(shown.name, row.group.tile_row, row.group.tile_column, measure.value(row), shown.url)
        for row, shown in zip(rows, table, strict=True)
        if row.group.tile_row
    ]
    if not tiles:
        return None
    columns = [
        Column(_("Projects"), format_number),
        Column(_("Investment (100 million yuan)"), format_number),
        *([Column(str(measure.label), measure.shown)] if measure.filters or measure.is_rate else []),
    ]
    names = ["total", "total_investment", *([measure.name] if measure.filters or measure.is_rate else [])]
    return Chart(
        name="map",
        title=str(measure.title)
        % {"place": words.one, "day": format_day(figures.day), "least": format_large(figures.plan)},
        figure=city_tile_map(
            tiles,
            are_few=measure.are_few,
            are_rates=measure.is_rate,
            format_value=format_rounded_money if measure.is_amount else measure.shown,
            format_tile=measure.shown,
        ),
        summary=city_sentence(figures, measure, rows),
        columns=[Column(words.label, is_number=False), *columns],
        rows=[(shown.name, *(shown.figures[name] for name in names)) for shown in table],
        urls=[shown.url for shown in table],
        kind="map",
        provenance=figures.provenance_of("projects"),
        has_own_table=True,
    )
