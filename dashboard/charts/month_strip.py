"""The chart of what falls due and what is completed in each month of a year, and the pace that is needed from a day on.
Plain values in, a figure out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.periods import month_end, month_of
from core.statuses import MeasureStatus
from web.charts.axes import Margin, layout, narrow_layout, scale, tick_values, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import label
from web.charts.theme import ACCENT, GROUND, INK, INK_2, PACE_LINE, STATUS_TONES, TICKS, Tone, swatch
from web.formats.dates import format_month, format_short_day
from web.formats.numbers import format_number
from web.formats.text import format_counted

DUE_TONE, COMPLETED_TONE = STATUS_TONES[MeasureStatus.PROMOTING], STATUS_TONES[MeasureStatus.COMPLETED]
COMING_TONE = Tone(GROUND, DUE_TONE.edge, INK)
# px left of the first month: the names of the rows below stand there (7.25rem in pages/overview.css).
NAMES = 116
# Where the plot is narrow the months after the day are left out, but so many are always in view.
LEAST_MONTHS = 6
# How far from the middle of its month each of its two bars stands, and how wide it is.
ASIDE, BAR_WIDTH = 0.2, 0.38
# A day is explained where it has at least so many measures, and at least one of four that are due in the year.
LEAST_ON_A_DAY, LEAST_SHARE = 5, 4


@dataclass(frozen=True)
class MonthCounts:
    """A month, by its first day: measures that fall due in it, and completions, None while it is to come; `late` of
    these came after the due day of their measure. The addresses lead to the measures of each bar."""

    month: date
    due: int
    completed: int | None
    late: int = 0
    due_url: str = ""
    completed_url: str = ""

    @property
    def is_coming(self) -> bool:
        return self.completed is None

    @property
    def height(self) -> int:
        return max(self.due, self.completed or 0)


@dataclass(frozen=True)
class DueDay:
    """A day on which so many measures fall due that it needs a word."""

    on: date
    count: int


def largest_due_day(due_days: Iterable[date | None], year: int) -> DueDay | None:
    """The day of the year on which most falls due, the first of equal ones; None where none stands out."""
    counts = Counter(day for day in due_days if day is not None and day.year == year)
    if not counts:
        return None
    day = min(counts, key=lambda each: (-counts[each], each))
    stands_out = counts[day] >= LEAST_ON_A_DAY and counts[day] * LEAST_SHARE >= counts.total()
    return DueDay(day, counts[day]) if stands_out else None


def months_in_narrow_view(months: Sequence[MonthCounts]) -> int:
    return max(sum(not each.is_coming for each in months), min(LEAST_MONTHS, len(months)))


def month_strip(
    months: Sequence[MonthCounts],
    *,
    as_of: date,
    ends_on: date,
    needed: Decimal | None = None,
    largest: DueDay | None = None,
) -> Figure:
    """A column of equal width for each month: what is due, and beside it what was completed, with the late ones
    hatched; and a line at the day, from which on the pace `needed` is dashed up to the plan's end."""
    highest = max((each.height for each in months), default=0) or 1
    steps, (_lowest, last_tick) = scale(0, highest)
    ticks = [tick for tick in steps if tick.is_integer()]
    top = max(last_tick, highest * 1.16)
    shown = months_in_narrow_view(months)
    highest_shown = max((each.height for each in months[:shown]), default=0) or 1
    shapes, notes = _day_line(months, as_of=as_of, top=top)
    narrow_notes = [*notes, *_totals(months[:shown])]
    if needed is not None and shapes:
        last = sum(each.month <= ends_on for each in months)
        x, line = shapes[0]["x0"], {"type": "line", "line": PACE_LINE, "layer": "above"}
        shapes.append({**line, "x0": x, "x1": last - 0.5, "y0": float(needed), "y1": float(needed)})
        notes += _needed_words(months[:last], needed=needed)
    if largest is not None:
        notes.append(_day_words(months, largest))
    notes += _totals(months)
    return {
        "data": _bars(months),
        "layout": layout(
            height=270,
            margin=Margin(NAMES, 0, 26, 2),
            barmode="overlay",
            xaxis=x_axis(range=[-0.5, len(months) - 0.5], showticklabels=False),
            yaxis=y_axis(range=[0, top], tickvals=ticks, ticktext=tick_values(ticks, percent=False)),
            shapes=shapes,
            annotations=notes,
        ),
        "narrow": narrow_layout(
            height=170,
            margin=Margin(0, 0, 24, 2),
            xaxis={"range": [-0.5, shown - 0.5]},
            yaxis={"range": [0, highest_shown * 1.25], "showticklabels": False, "showgrid": False},
            annotations=narrow_notes,
        ),
        "key": [
            swatch(_("due"), DUE_TONE),
            swatch(_("completed"), COMPLETED_TONE),
            swatch(_("of these late"), COMPLETED_TONE, is_hatched=True),
            swatch(_("still to come"), COMING_TONE),
        ],
    }


class _Bar(NamedTuple):
    x: float
    height: int
    month: MonthCounts
    url: str


def _due_bars(months: Sequence[MonthCounts]) -> list[_Bar]:
    return [_Bar(n - ASIDE, each.due, each, each.due_url) for n, each in enumerate(months) if each.due]


def _completed_bars(months: Sequence[MonthCounts]) -> list[_Bar]:
    numbered = enumerate(months)
    return [_Bar(n + ASIDE, each.completed, each, each.completed_url) for n, each in numbered if each.completed]


def _bars(months: Sequence[MonthCounts]) -> list[dict[str, Any]]:
    """Return four traces: due so far, due later, completed, and the late ones over the upper end of these."""
    due, completed = _due_bars(months), _completed_bars(months)
    late = [bar._replace(height=bar.month.late) for bar in completed if bar.month.late]
    hatched = _bars_of(late, COMPLETED_TONE)
    hatched["base"] = [(bar.month.completed or 0) - bar.month.late for bar in late]
    # Without a ground of its own the bar behind it would show through.
    ground, stroke = COMPLETED_TONE.text, COMPLETED_TONE.fill
    hatched["marker"] |= {"pattern": {"shape": "/", "bgcolor": ground, "fgcolor": stroke, "size": 4, "solidity": 0.4}}
    return [
        _bars_of([bar for bar in due if not bar.month.is_coming], DUE_TONE),
        _bars_of([bar for bar in due if bar.month.is_coming], COMING_TONE),
        _bars_of(completed, COMPLETED_TONE),
        hatched,
    ]


def _bars_of(bars: Sequence[_Bar], tone: Tone) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [bar.x for bar in bars],
        "y": [bar.height for bar in bars],
        "width": BAR_WIDTH,
        "marker": {"color": tone.fill, "line": {"color": tone.edge, "width": 1}},
        "customdata": [bar.url for bar in bars],
        "hovertext": [_hover(bar.month) for bar in bars],
        "hoverinfo": "text",
    }


def _hover(month: MonthCounts) -> str:
    words = [format_month(month.month), format_counted("%(count)s due", "%(count)s due", month.due)]
    if month.completed is not None:
        words.append(format_counted("%(count)s completed", "%(count)s completed", month.completed))
    if month.late:
        words.append(format_counted("%(count)s of these late", "%(count)s of these late", month.late))
    return "<br>".join(words)


def _totals(months: Sequence[MonthCounts]) -> list[dict[str, Any]]:
    """Return the number above each bar: words of the layout, since a trace has them also where months are left out."""
    return [
        label(format_number(bar.height), x=bar.x, y=bar.height, yanchor="bottom", yshift=1)
        | {"font": {"color": INK, "size": TICKS}, "bgcolor": "rgba(0,0,0,0)"}
        for bar in (*_due_bars(months), *_completed_bars(months))
    ]


def _day_line(
    months: Sequence[MonthCounts], *, as_of: date, top: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """None where the day's month is not shown."""
    month = month_of(as_of)
    place = next((n for n, each in enumerate(months) if each.month == month), None)
    if place is None:
        return [], []
    x = round(place - 0.5 + as_of.day / month_end(month).day, 3)
    side = "left" if place == 0 else "right"
    words = label(format_short_day(as_of), x=x, y=1, yref="paper", yanchor="bottom", yshift=3, xanchor=side)
    return [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": top, "line": {"color": INK, "width": 1.5}}], [words]


def _needed_words(months: Sequence[MonthCounts], *, needed: Decimal) -> list[dict[str, Any]]:
    """Return the label of the needed pace above its dash, over two months whose bars end below it; empty where there
    are none: the page says it too."""
    coming = [n for n, each in enumerate(months) if each.is_coming]
    free = [n for n in coming if n + 1 in coming and max(months[n].due, months[n + 1].due) < needed]
    if not free:
        return []
    text = _("needed<br>%(count)s/month") % {"count": format_number(needed)}
    where: dict[str, Any] = {"x": free[0] + 0.5, "y": float(needed), "yanchor": "bottom", "yshift": 4}
    return [label(f"<b>{text}</b>", **where) | {"font": {"color": ACCENT, "size": TICKS}}]


def _day_words(months: Sequence[MonthCounts], largest: DueDay) -> dict[str, Any]:
    """Return the label of the day on which most falls due, beside the bar of its month."""
    place = next(n for n, each in enumerate(months) if each.month == month_of(largest.on))
    is_left = place * 2 >= len(months)
    words = _("%(count)s fall due<br>on %(day)s") % {
        "count": format_number(largest.count),
        "day": format_short_day(largest.on),
    }
    side = "right" if is_left else "left"
    return label(
        words,
        x=place - 0.42 if is_left else place + 0.42,
        y=months[place].height,
        xanchor=side,
        yanchor="top",
        align=side,
        xshift=-2 if is_left else 2,
    ) | {"font": {"color": INK_2, "size": TICKS}}
