"""The cities of a region beside each other: a dot each, sorted, and the same values on a map of tiles."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from indicators.by_city import Cities, CityValue, NoRank
from indicators.charts.marks import scatter
from indicators.models import Observation
from indicators.rules import is_comparable
from indicators.state import is_rate
from indicators.wording import (
    digits_after,
    named_in,
    period_words,
    rounded_text,
    short_text,
    shown_unit,
    shown_value,
)
from regions.models import Region
from regions.words import PartWords
from web.charts.axes import Margin, layout, narrow_layout, plain, scale, tick_values, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure, Number
from web.charts.labels import label
from web.charts.text import value_text
from web.charts.text_size import about_wide
from web.charts.theme import ACCENT, COMPARATOR, FONT, GRID, GROUND, INK, INK_2, NARROW_FONT
from web.charts.tile_map import Tile, city_tile_map
from web.formats.numbers import MINUS
from web.formats.text import format_names
from web.language import localized

# px a city.
ROW = 22
MARGIN_TOP, MARGIN_BOTTOM = 28, 30


class CityDot(NamedTuple):
    """`shown`: the value as it is written; `earlier`: that of an earlier year."""

    name: str
    value: Number
    shown: str
    earlier: Number | None = None
    is_exact: bool = True
    hover: str = ""
    url: str = ""


def city_dots(dots: Sequence[CityDot], *, mean: Number, mean_words: str, percent: bool, is_level: bool) -> Figure:
    """A row each, in the order given: the name left, the value right, an open dot for the earlier year, joined by a
    line; the mean dashed, with its number. Levels begin at 0, rates and concentrations may begin above it."""
    ticks, span = dots_scale(dots, is_level=is_level)
    heights = list(range(len(dots)))
    texts = tick_values(ticks, percent=percent)
    height = ROW * len(dots) + MARGIN_TOP + MARGIN_BOTTOM
    margins = {size: _margin(dots, size) for size in (FONT, NARROW_FONT)}
    every_other = {"tickvals": ticks[::2], "ticktext": texts[::2]} if len(ticks) > 4 else {}
    return {
        "data": [*_joins(dots), _open_dots(dots), _dots(dots)],
        "layout": layout(
            height=height,
            margin=margins[FONT],
            # Rows of words: the height goes with the font, also on paper and in large print.
            uniformtext={"mode": "show", "minsize": 8},
            xaxis=x_axis(
                range=list(span), tickvals=ticks, ticktext=texts, showgrid=True, gridcolor=GRID, showline=False
            ),
            yaxis=y_axis(
                range=[len(dots) - 0.4, -0.6],
                tickvals=heights,
                ticktext=[each.name for each in dots],
                tickfont={"size": FONT, "color": INK},
                # A dot at the very start of the axis keeps clear of its name.
                ticklabelstandoff=9,
                griddash="dot",
            ),
            shapes=[_mean_line(mean)],
            annotations=_words(dots, mean, mean_words, span, right=margins[FONT].right),
        ),
        "narrow": narrow_layout(
            height=height,
            margin=margins[NARROW_FONT],
            xaxis=every_other,
            yaxis={"tickfont": {"size": NARROW_FONT}},
            annotations=_words(dots, mean, mean_words, span, right=margins[NARROW_FONT].right),
        ),
    }


def dots_scale(dots: Sequence[CityDot], *, is_level: bool) -> tuple[list[float], tuple[float, float]]:
    values = [float(value) for each in dots for value in (each.value, each.earlier) if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if is_level or low <= 0 or low < high / 4:
        low = min(low, 0.0)
    return scale(low, max(high, 0.0))


def _margin(dots: Sequence[CityDot], size: int) -> Margin:
    left = max((about_wide(each.name, size) for each in dots), default=40) + 18
    right = max((about_wide(each.shown, size) for each in dots), default=30) + 16
    return Margin(round(left), round(right), MARGIN_TOP, MARGIN_BOTTOM)


def _joins(dots: Sequence[CityDot]) -> list[dict[str, Any]]:
    x: list[float | int | None] = []
    y: list[int | None] = []
    for n, each in enumerate(dots):
        if each.earlier is not None:
            x += [plain(each.earlier), plain(each.value), None]
            y += [n, n, None]
    line = {"color": COMPARATOR, "width": 1.5}
    return [{"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}] if x else []


def _open_dots(dots: Sequence[CityDot]) -> dict[str, Any]:
    known = [(n, each) for n, each in enumerate(dots) if each.earlier is not None]
    return scatter(
        "markers",
        x=[plain(each.earlier) for _n, each in known if each.earlier is not None],
        y=[n for n, _each in known],
        hover=[each.hover for _n, each in known],
        marker={"size": 7, "opacity": 1, "color": GROUND, "line": {"color": COMPARATOR, "width": 1.5}},
    )


def _dots(dots: Sequence[CityDot]) -> dict[str, Any]:
    return scatter(
        "markers",
        x=[plain(each.value) for each in dots],
        y=list(range(len(dots))),
        hover=[each.hover for each in dots],
        customdata=[each.url for each in dots],
        marker={
            "size": [9] * len(dots),
            "opacity": 1,
            "symbol": ["circle" if each.is_exact else "diamond" for each in dots],
            "color": [ACCENT if each.is_exact else GROUND for each in dots],
            "line": {"color": ACCENT, "width": 1.5},
        },
    )


def _mean_line(mean: Number) -> dict[str, Any]:
    line = {"color": COMPARATOR, "width": 1.5, "dash": "5px,4px"}
    return {"type": "line", "x0": plain(mean), "x1": plain(mean), "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _words(
    dots: Sequence[CityDot], mean: Number, mean_words: str, span: tuple[float, float], *, right: int
) -> list[dict[str, Any]]:
    share = (float(mean) - span[0]) / (span[1] - span[0])
    side = "left" if share < 0.3 else "right" if share > 0.7 else "center"
    above = {"xanchor": side, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4}
    written = [label(mean_words, x=plain(mean), colour=INK_2, **above)]
    at = {"xref": "paper", "xanchor": "right", "xshift": right - 4}
    written += [label(each.shown, x=1, y=n, colour=INK_2, **at) for n, each in enumerate(dots)]
    return written


class CitiesPart(NamedTuple):
    """The part of a page about the cities, with the two periods in words. `tiles`: None where none has its place on the
    map; `earlier`: empty without an earlier period."""

    cities: Cities
    period: str
    earlier: str
    sentence: str
    dots: Chart
    tiles: Chart | None


def cities_part(cities: Cities, words: PartWords, *, url_of: Callable[[Region], str]) -> CitiesPart:
    indicator = cities.indicator
    own_period = period = period_words(cities.period)
    earlier = period_words(cities.earlier) if cities.earlier is not None else ""
    if earlier:
        period = _("%(period)s (filled) and %(earlier)s (open)") % {"period": period, "earlier": earlier}
    name = named_in(localized(indicator, "name"), shown_unit(indicator))
    sentence = cities_sentence(cities)
    dots = [_dot(cities, each, url_of) for each in cities.values]
    is_level = not is_comparable(indicator.unit)
    chart = Chart(
        name="by-city",
        title=_("%(name)s, %(period)s") % {"name": name, "period": period},
        figure=city_dots(
            dots,
            mean=shown_value(indicator, cities.mean, exactly=True),
            mean_words=_mean_words(cities),
            percent=is_rate(indicator),
            is_level=is_level,
        ),
        summary=sentence,
        columns=[
            Column(words.label, is_number=False),
            *(Column(head, value_text) for head in (name, earlier) if head),
        ],
        rows=_rows(cities, dots),
        urls=[each.url for each in dots],
        kind="dots",
        note=_note(cities, starts_at=dots_scale(dots, is_level=is_level)[1][0]),
        source=cities.period.source,
        provenance=cities.period.provenance,
        on=cities.period.period_end,
        has_own_table=True,
    )
    title = _("%(name)s, %(period)s") % {"name": name, "period": own_period}
    return CitiesPart(cities, own_period, earlier, sentence, chart, _tiles(cities, title, url_of, chart))


def _rows(cities: Cities, dots: Sequence[CityDot]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (localized(each.region, "short"), dot.value, dot.earlier) for each, dot in zip(cities.values, dots, strict=True)
    ]
    return rows if cities.earlier else [row[:2] for row in rows]


def _dot(cities: Cities, each: CityValue, url_of: Callable[[Region], str]) -> CityDot:
    indicator, earlier = cities.indicator, each.earlier
    name = localized(each.region, "short")
    shown = cities_cell(cities, each.row)
    lines = [name, f"{period_words(each.row)} {shown}"]
    if earlier is not None:
        lines.append(f"{period_words(earlier)} {cities_cell(cities, earlier)}")
    return CityDot(
        name if each.place is None else f"{each.place} {name}",
        shown_value(indicator, each.row.value, exactly=True),
        shown,
        None if earlier is None else shown_value(indicator, earlier.value, exactly=True),
        is_exact=each.row.exact,
        hover="<br>".join(lines),
        url=url_of(each.region),
    )


def cities_text(cities: Cities, value: Decimal, *, exact: bool = True) -> str:
    """A value that comes in the indicator's unit, as those of all the cities are written."""
    return short_text(cities.indicator, value, like=cities.amounts, exact=exact)


def cities_cell(cities: Cities, row: Observation) -> str:
    return cities_text(cities, row.value, exact=row.exact).replace(MINUS, "-")


def _mean_words(cities: Cities) -> str:
    value = cities_text(cities, cities.mean) + ("%" if is_rate(cities.indicator) else "")
    return _("mean of %(count)s: %(value)s") % {"count": len(cities.values), "value": value}


def cities_sentence(cities: Cities) -> str:
    """The two ends, and whether all of them moved the same way."""
    words = {
        "period": period_words(cities.period),
        "lowest": localized(cities.lowest.region, "short"),
        "low": cities_text(cities, cities.lowest.row.value),
        "highest": localized(cities.highest.region, "short"),
        "high": cities_text(cities, cities.highest.row.value),
    }
    clauses = [_("%(period)s: lowest %(lowest)s %(low)s, highest %(highest)s %(high)s") % words]
    if cities.best_since is not None and cities.best_since.period_end < cities.period.period_end:
        best = {"name": localized(cities.values[0].region, "short"), "since": period_words(cities.best_since)}
        clauses.append(_("%(name)s has been the best each year since %(since)s") % best)
    if cities.earlier is not None:
        count = len(cities.values)
        fell = sum(each.row.value < each.earlier.value for each in cities.values if each.earlier)
        rose = sum(each.row.value > each.earlier.value for each in cities.values if each.earlier)
        told = {"count": count, "fell": fell, "rose": rose, "earlier": period_words(cities.earlier)}
        if count in (fell, rose):
            text = _("all %(count)s fell since %(earlier)s") if fell else _("all %(count)s rose since %(earlier)s")
        else:
            text = _("since %(earlier)s %(rose)s rose and %(fell)s fell")
        clauses.append(text % told)
    return pgettext("between clauses", "; ").join(clauses) + pgettext("end of a sentence", ".")


def _note(cities: Cities, *, starts_at: float) -> str:
    said = []
    if cities.no_rank is NoRank.METHOD:
        said.append(_("not ranked, since the method of these values does not allow it"))
    elif cities.no_rank is NoRank.MISSING:
        said.append(_("not ranked, since not all have a value"))
    if cities.without:
        names = [localized(each, "short") for each in cities.without]
        said.append(_("no value: %(names)s") % {"names": format_names(names)})
    if starts_at > 0:
        said.append(_("the axis starts at %(value)s") % {"value": value_text(starts_at)})
    if any(not each.row.exact for each in cities.values):
        said.append(_("open diamond: rounded"))
    return capfirst(pgettext("between clauses", "; ").join(said))


def _tiles(cities: Cities, title: str, url_of: Callable[[Region], str], dots: Chart) -> Chart | None:
    indicator = cities.indicator
    shown = {each.region.pk: shown_value(indicator, each.row.value, exactly=True) for each in cities.values}
    decimals = digits_after(indicator, cities.amounts)
    regions = sorted([each.region for each in cities.values] + cities.without, key=lambda each: each.code)
    tiles = [
        Tile(localized(each, "short"), each.tile_row, each.tile_column, shown.get(each.pk), url_of(each))
        for each in regions
        if each.tile_row and each.tile_column
    ]
    if not tiles:
        return None
    percent = is_rate(indicator)
    return replace(
        dots,
        name="city-map",
        title=title,
        figure=city_tile_map(
            tiles,
            are_rates=is_comparable(indicator.unit),
            format_value=lambda value: rounded_text(value, decimals) + ("%" if percent else ""),
            format_tile=lambda value: rounded_text(value, decimals),
        ),
        kind="map",
        note=_("Schematic map, not to scale"),
        source="",
    )
