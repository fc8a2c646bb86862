"""Projects by city: the fourth part of the overview."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.rounding import whole
from dashboard.charts.tile_map import Tile, city_tile_map
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import PROJECT_SORT_KEYS, rank, sort_groups
from dashboard.pages.rows import city_rows
from dashboard.pages.sentences import (
    format_share,
    rounding_note,
)
from web.charts.chart import Chart, Column
from web.formats.dates import format_day
from web.formats.money import format_rounded_money
from web.formats.numbers import (
    format_number,
)
from web.formats.text import format_names
from web.html.bars import value_bar
from web.language import localized

MAX_CITY_NAMES = 4


def by_city(figures: Figures, links: Links, cities: list[GroupFigures], *, map_of: str) -> dict[str, Any]:
    """Map and table of the same figure, which `map_of` names."""
    rows = sort_groups(cities, PROJECT_SORT_KEYS, f"-{map_of}")
    largest = max((row.figures[map_of] for row in rows), default=0)
    table = [
        {
            "place": rank(row.key, rows, lambda each: each.figures[map_of]).place,
            "name": shown.name,
            "url": shown.url,
            "total": row.figures["total"],
            "investment": shown.whole_investment,
            "bar": value_bar(row.figures[map_of], largest),
        }
        for row, shown in zip(rows, city_rows(rows, links), strict=True)
    ]
    ranked = sort_groups(rows, PROJECT_SORT_KEYS, "-total_investment")
    return {
        "sentence": _city_sentence(ranked, figures.projects["total_investment"]),
        "is_investment": map_of == "total_investment",
        "choices": [
            {
                "label": label,
                "url": links.url("dashboard:overview", map=name) + "#where",
                "is_chosen": name == map_of,
            }
            for name, label in (
                ("total_investment", _("Total investment (100 million yuan)")),
                ("total", _("Number of projects")),
            )
        ],
        "provenance": figures.provenance_of("projects"),
        "rows": table,
        "rounding": rounding_note(
            (row.figures["total_investment"] for row in rows), figures.projects["total_investment"]
        ),
        "whole_total": whole(figures.projects["total_investment"]),
        "places": figures.plan.part_words.after(len(rows)),
        "cities_url": links.url("dashboard:cities"),
    }


def map_chart(figures: Figures, links: Links, cities: list[GroupFigures], *, map_of: str) -> Chart | None:
    """The cities as tiles; what the tiles do not show of a city stands in its row all the same. None where no city has
    its place on the map: then the table stands alone."""
    rows = sort_groups(cities, PROJECT_SORT_KEYS, f"-{map_of}")
    table = city_rows(rows, links)
    is_investment = map_of == "total_investment"
    words = figures.plan.part_words
    tiles = [
        Tile(shown.name, row.group.tile_row, row.group.tile_column, row.figures[map_of], shown.url)
        for row, shown in zip(rows, table, strict=True)
        if row.group.tile_row
    ]
    if not tiles:
        return None
    title = (
        _("Investment by %(place)s, as of %(day)s (100 million yuan)")
        if is_investment
        else _("Projects by %(place)s, as of %(day)s")
    )
    return Chart(
        name="map",
        title=title % {"place": words.one, "day": format_day(figures.day)},
        figure=city_tile_map(
            tiles,
            **({"format_value": format_rounded_money} if is_investment else {}),
        ),
        summary=_city_sentence(
            sort_groups(rows, PROJECT_SORT_KEYS, "-total_investment"), figures.projects["total_investment"]
        ),
        columns=[
            Column(words.label, is_number=False),
            Column(_("Projects"), format_number),
            Column(_("Investment (100 million yuan)"), format_number),
        ],
        rows=[(shown.name, shown.figures["total"], shown.figures["total_investment"]) for shown in table],
        urls=[shown.url for shown in table],
        kind="map",
        provenance=figures.provenance_of("projects"),
        has_own_table=True,
    )


def _city_sentence(ranked: list[GroupFigures], total: Decimal) -> str:
    top = [row for row in ranked[:MAX_CITY_NAMES] if row.figures["total_investment"]]
    if not top:
        return _("No projects are listed by this day.")
    sum_of_top = sum((row.figures["total_investment"] for row in top), Decimal(0))
    return ngettext(
        "%(cities)s accounts for %(investment)s, %(share)s of the total.",
        "%(cities)s account for %(investment)s, %(share)s of the total.",
        len(top),
    ) % {
        "cities": format_names([localized(row.group, "short") for row in top]),
        "investment": format_rounded_money(sum_of_top),
        "share": format_share(sum_of_top, total),
    }
