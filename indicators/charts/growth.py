"""Growth of the year to date, by quarter, beside that of a comparator. Plain values in, a figure out."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import pgettext

from core.periods import month_end
from web.charts.axes import Margin, layout, narrow_layout, plain, scale, tick_room, tick_values, x_axis, y_axis
from web.charts.chart import Figure, Number
from web.charts.labels import EndLabel, end_labels
from web.charts.text import value_text
from web.charts.theme import (
    ACCENT,
    COMPARATOR,
    COMPARATOR_LINE,
    EDGE,
    GROUND,
    NARROW_TICKS,
    SUBJECT_LINE,
)
from web.formats.dates import format_year
from web.language import is_chinese


class GrowthPoint(NamedTuple):
    """Growth in percent of the year to the end of a quarter. None: not published."""

    period_end: date
    subject: Number | None
    comparator: Number | None


def growth_figure(
    points: Sequence[GrowthPoint], *, subject_name: str, comparator_name: str, quarters: int = 6, url: str = ""
) -> Figure:
    """The last quarters, year to date. A quarter without a value is a gap, also where `points` leaves it out. `url`:
    where a click leads.
    """
    by_end = {point.period_end: point for point in points if point.subject is not None or point.comparator is not None}
    last = max(by_end, default=date(1, 3, 31))
    shown = [by_end.get(end, GrowthPoint(end, None, None)) for end in _quarter_ends(last, quarters)]
    while len(shown) > 1 and shown[0].subject is None and shown[0].comparator is None:
        shown.pop(0)

    lines = [
        (comparator_name, [point.comparator for point in shown], False),
        (subject_name, [point.subject for point in shown], True),
    ]
    values = [float(value) for _name, line, _subject in lines for value in line if value is not None] or [1.0]
    ticks, span = scale(min(*values, 0), max(*values, 0))
    data = []
    ends: dict[int, list[EndLabel]] = {}
    for name, line, is_subject in lines:
        colour = ACCENT if is_subject else COMPARATOR
        known = [n for n, value in enumerate(line) if value is not None]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(range(len(shown))),
                "y": [None if value is None else plain(value) for value in line],
                "line": SUBJECT_LINE if is_subject else COMPARATOR_LINE,
                "marker": {
                    "size": [9 if is_subject and known and n == known[-1] else 8 for n in range(len(shown))],
                    "opacity": 1,
                    "color": colour if is_subject else GROUND,
                    "line": {"color": colour, "width": 2},
                },
                "cliponaxis": False,
                "customdata": [url] * len(shown),
                "hovertext": [
                    "" if value is None else f"{_quarter(point.period_end)}<br>{name} {value_text(value, percent=True)}"
                    for point, value in zip(shown, line, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
        if known:
            value = line[known[-1]]
            assert value is not None
            end = EndLabel(name, value_text(value, percent=True), value, colour, bold=is_subject)
            ends.setdefault(known[-1], []).append(end)

    height, narrow_height = 330, 260
    tick_texts = tick_values(ticks, percent=True)
    margin = Margin(tick_room(tick_texts, least=38), 112, 14, 50)
    narrow_left = tick_room(tick_texts, least=32, size=NARROW_TICKS)
    narrow_margin = Margin(narrow_left, 54 if is_chinese() else 70, 14, 44)

    def labels(*, height: int, margin: Margin, narrow: bool) -> list[dict[str, Any]]:
        return [
            one
            for n, group in ends.items()
            for one in end_labels(group, x=n, span=span, height=height, margin=margin, narrow=narrow)
        ]

    return {
        "data": data,
        "layout": layout(
            height=height,
            margin=margin,
            xaxis=x_axis(
                range=[-0.5, len(shown) - 0.85],
                tickvals=list(range(len(shown))),
                ticktext=_quarter_ticks([point.period_end for point in shown], narrow=False),
                ticks="outside",
                ticklen=4,
                tickcolor=EDGE,
            ),
            yaxis=y_axis(
                range=list(span),
                tickvals=ticks,
                ticktext=tick_texts,
                zeroline=span[0] < 0,
                zerolinecolor=EDGE,
                zerolinewidth=1,
            ),
            annotations=labels(height=height, margin=margin, narrow=False),
        ),
        "narrow": narrow_layout(
            height=narrow_height,
            margin=narrow_margin,
            xaxis={"ticktext": _quarter_ticks([point.period_end for point in shown], narrow=True)},
            annotations=labels(height=narrow_height, margin=narrow_margin, narrow=True),
        ),
    }


def _quarter_ends(last: date, count: int) -> list[date]:
    """The last days of so many quarters, the newest last."""
    ends: list[date] = []
    year, month = last.year, last.month
    while len(ends) < count and year >= 1:
        ends.insert(0, month_end(date(year, month, 1)))
        year, month = (year, month - 3) if month > 3 else (year - 1, 12)
    return ends


def _quarter(end: date) -> str:
    """The year to a quarter's end, in words: 2023年上半年, H1 2023."""
    return pgettext("quarter of a year", "%(quarter)s %(year)s") % {
        "quarter": _quarter_names()[end.month],
        "year": end.year,
    }


def _quarter_names() -> dict[int, str]:
    return {
        3: pgettext("year to date", "Q1"),
        6: pgettext("year to date", "H1"),
        9: pgettext("year to date", "Q1–3"),
        12: pgettext("year to date", "Year"),
    }


def _quarter_ticks(ends: Sequence[date], *, narrow: bool) -> list[str]:
    """Names, with the year under the first one of each; of many quarters only the years."""
    names = _quarter_names() if len(ends) <= 6 else dict.fromkeys((3, 6, 9, 12), "")
    if narrow and len(ends) <= 6:
        names |= {
            3: pgettext("year to date, short", "Q1"),
            6: pgettext("year to date, short", "H1"),
            9: pgettext("year to date, short", "Q1–3"),
        }
    words = []
    before = 0
    for end in ends:
        year = str(end.year) if narrow else format_year(end.year)
        words.append(names[end.month] + (f"<br>{year}" if end.year != before else ""))
        before = end.year
    return words
