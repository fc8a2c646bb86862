"""The chart of when a plan's measures fall due: by quarter and status, as of a day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.lights import Light
from core.periods import month_end
from core.statuses import MeasureStatus
from dashboard.figures import Figures
from dashboard.pages.links import Links
from measures.models import Measure, Plan
from web.charts.axes import Margin, layout, narrow_layout, scale, tick_values, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure
from web.charts.labels import label
from web.charts.theme import INK, INK_2, NARROW_TICKS, RED, STATUS_TONES, swatch
from web.formats.dates import format_day, format_short_day, format_year
from web.formats.numbers import format_number
from web.formats.text import format_counted
from web.language import is_chinese
from web.limits import thresholds

# In the order in which they are stacked.
STATUSES = (MeasureStatus.COMPLETED, MeasureStatus.IN_PROGRESS, MeasureStatus.PROMOTING)


@dataclass(frozen=True)
class Quarter:
    """A quarter of a calendar year; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return month_end(date(self.year, 3 * self.number, 1))

    @property
    def next(self) -> "Quarter | None":
        """None after the last one of the calendar."""
        return None if self.last == date.max else Quarter.of(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        return f"{self.year}年{self.chinese}季度" if is_chinese() else f"Q{self.number} {self.year}"

    @property
    def chinese(self) -> str:
        return "一二三四"[self.number - 1]


@dataclass(frozen=True)
class DueBar:
    """Measures that fall due in a quarter, by status in the order of STATUSES; `overdue`: of these. `quarter` is None
    for those before or after all that are shown, where `tick` is what stands below the bar. `url` leads to their list,
    `urls` to that of each status."""

    name: str
    quarter: Quarter | None
    counts: Sequence[int]
    url: str = ""
    urls: Sequence[str] = ("", "", "")
    tick: str = ""
    overdue: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts)


def due_dates(bars: Sequence[DueBar], *, as_of: date) -> Figure:
    """Bars of equal width in their order, each with its total above it and above that in red how many of these are
    overdue, and a line at the day."""
    highest = max((bar.total for bar in bars), default=0) or 1
    late = max((bar.total for bar in bars if bar.overdue), default=0)
    steps, (_lowest, last_tick) = scale(0, highest)
    ticks = [tick for tick in steps if tick.is_integer()]
    # What stands above a bar is inside the plot, also on paper, where that is lower.
    top = max(last_tick, highest * 1.16, late * 1.3)
    shapes, notes = _day_line(bars, as_of=as_of, top=top)
    return {
        "data": [*(_bars_of(status, n, bars) for n, status in enumerate(STATUSES)), _totals(bars)],
        "layout": layout(
            height=340,
            margin=Margin(52, 8, 30, 50),
            barmode="stack",
            xaxis=x_axis(
                ticktext=_ticks(bars, narrow=False),
                tickvals=list(range(len(bars))),
                range=[-0.5, len(bars) - 0.5],
            ),
            yaxis=y_axis(
                range=[0, top],
                tickvals=ticks,
                ticktext=tick_values(ticks, percent=False),
                title={"text": _("Measures (number)"), "font": {"size": 12, "color": INK_2}, "standoff": 6},
            ),
            shapes=shapes,
            annotations=[*notes, *_overdue_words(bars), *_years(bars)],
        ),
        "narrow": narrow_layout(
            height=300,
            margin=Margin(44, 4, 30, 46),
            xaxis={"ticktext": _ticks(bars, narrow=True)},
        ),
        "key": [swatch(str(status.label), STATUS_TONES[status]) for status in STATUSES],
    }


def _bars_of(status: MeasureStatus, n: int, bars: Sequence[DueBar]) -> dict[str, Any]:
    tone = STATUS_TONES[status]
    return {
        "type": "bar",
        "x": list(range(len(bars))),
        "y": [bar.counts[n] for bar in bars],
        "width": 0.7,
        "marker": {"color": tone.fill, "line": {"color": tone.edge, "width": 1}},
        "customdata": [bar.urls[n] for bar in bars],
        "hovertext": [f"{bar.name}<br>{status.label} {format_number(bar.counts[n])}" for bar in bars],
        "hoverinfo": "text",
    }


def _totals(bars: Sequence[DueBar]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": list(range(len(bars))),
        "y": [bar.total for bar in bars],
        "text": [format_number(bar.total) if bar.total else "" for bar in bars],
        "textposition": "top center",
        "textfont": {"color": INK, "size": 12},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _overdue_words(bars: Sequence[DueBar]) -> list[dict[str, Any]]:
    where: dict[str, Any] = {"yanchor": "bottom", "yshift": 18, "colour": RED}
    return [
        label(
            f"<b>{pgettext('chart', '%(count)s overdue') % {'count': bar.overdue}}</b>", x=place, y=bar.total, **where
        )
        for place, bar in enumerate(bars)
        if bar.overdue
    ]


def _ticks(bars: Sequence[DueBar], *, narrow: bool) -> list[str]:
    """The quarters; none where there is no room for them, since the years stand below."""
    has_room = len(bars) <= (12 if narrow else 24)

    def name(quarter: Quarter) -> str:
        if is_chinese():
            return quarter.chinese if narrow else f"{quarter.chinese}季度"
        return f"Q{quarter.number}"

    return [bar.tick if bar.quarter is None else name(bar.quarter) if has_room else "" for bar in bars]


def _years(bars: Sequence[DueBar]) -> list[dict[str, Any]]:
    """Return the labels of the years, each below the middle of its quarters."""
    places: dict[int, list[int]] = {}
    for place, bar in enumerate(bars):
        if bar.quarter:
            places.setdefault(bar.quarter.year, []).append(place)
    where: dict[str, Any] = {
        "y": 0,
        "yref": "paper",
        "yanchor": "top",
        "yshift": -22,
        "font": {"size": NARROW_TICKS, "color": INK_2},
    }
    return [label(format_year(year), x=(own[0] + own[-1]) / 2, **where) for year, own in places.items()]


def _day_line(bars: Sequence[DueBar], *, as_of: date, top: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Draw the line of the day through the plot, above which the day is written; none where its quarter is not
    shown."""
    quarter = Quarter.of(as_of)
    place = next((n for n, bar in enumerate(bars) if bar.quarter == quarter), None)
    if place is None:
        return [], []
    passed = ((as_of - quarter.first).days + 0.5) / ((quarter.last - quarter.first).days + 1)
    x = round(place - 0.5 + passed, 3)
    across = (x + 0.5) / len(bars)
    side = "left" if across < 0.2 else "right" if across > 0.8 else "center"
    line = {"color": INK, "width": 1.5}
    return (
        [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": top, "line": line}],
        [
            label(
                _("As of %(day)s") % {"day": format_short_day(as_of)},
                x=x,
                y=1,
                yref="paper",
                yanchor="bottom",
                yshift=3,
                xanchor=side,
                xshift={"left": -4, "right": 4, "center": 0}[side],
            )
        ],
    )


class Due(NamedTuple):
    """A measure: when it falls due, its status and its light on the day of the page."""

    due_on: date | None
    status: str
    light: str


def due_rows(figures: Figures) -> list[Due]:
    """All measures of the plan. One query."""
    measures: Any = Measure.objects.in_plan(figures.plan).as_of(figures.day, limits=thresholds())
    return [Due(*row) for row in measures.order_by().values_list("due_on", "status", "light")]


def due_chart(measures: Sequence[Due], figures: Figures, links: Links, *, provenance: str, **member: str) -> Chart:
    """`member`: the filter of the section or department that the measures are of; none for those of the plan."""
    day = figures.day
    dated = [each for each in measures if each.due_on]
    bars = _bars(dated, plan=figures.plan, links=links, member=member) if dated else []
    sums = [sum(counts) for counts in zip(*(bar.counts for bar in bars), strict=True)]
    return Chart(
        name="due",
        kind="due",
        title=_("Measures by due date and status (number, as of %(day)s)") % {"day": format_day(day)},
        figure=due_dates(bars, as_of=day) if bars else None,
        missing=_("No measure with a due date is listed by this day."),
        summary=_summary(measures, day),
        columns=[
            Column(_("Due date"), is_number=False),
            *(Column(str(status.label), format_number) for status in STATUSES),
            Column(_("Total"), format_number),
            Column(pgettext("number of measures", "Overdue"), format_number),
        ],
        rows=[[bar.name, *bar.counts, bar.total, bar.overdue] for bar in bars],
        total=[_("Total"), *sums, sum(sums), sum(bar.overdue for bar in bars)] if bars else (),
        urls=[bar.url for bar in bars],
        note=_note(undated=len(measures) - len(dated)),
        source=_("The detail pages of the measures"),
        provenance=provenance,
    )


def _note(*, undated: int) -> str:
    if not undated:
        return ""
    return format_counted(
        "%(count)s measure without a due date is not in the chart.",
        "%(count)s measures without a due date are not in the chart.",
        undated,
    )


def _bars(dated: Sequence[Due], *, plan: Plan, links: Links, member: Mapping[str, str]) -> list[DueBar]:
    """One for each quarter of the plan, and one each for what falls due before and after."""
    first, last = Quarter.of(plan.starts_on), Quarter.of(plan.ends_on)
    shown = [Quarter(year, n) for year in range(first.year, last.year + 1) for n in (1, 2, 3, 4)]
    shown = shown[first.number - 1 : len(shown) - (4 - last.number)]
    counts: dict[Quarter | str, Counter[str]] = {}
    late = Counter[Quarter | str]()
    for each in dated:
        key = _key(each.due_on, first, last)
        counts.setdefault(key, Counter())[each.status] += 1
        late[key] += each.light == Light.RED

    def bar(key: Quarter | str, name: str, tick: str = "", **span: date) -> DueBar:
        own = counts.get(key, Counter())
        filters = {**{end: day.isoformat() for end, day in span.items()}, **member}
        return DueBar(
            name=name,
            tick=tick,
            quarter=None if isinstance(key, str) else key,
            counts=[own[status] for status in STATUSES],
            overdue=late[key],
            url=links.url("measures:list", **filters) if own else "",
            urls=[
                links.url("measures:list", status=status.value, **filters) if own[status] else "" for status in STATUSES
            ],
        )

    bars = [bar(each, each.words, due_from=each.first, due_to=each.last) for each in shown]
    if "before" in counts:
        name = _("Before %(quarter)s") % {"quarter": first.words}
        bars.insert(0, bar("before", name, pgettext("due", "Before"), due_to=first.first - timedelta(days=1)))
    if "after" in counts:
        name = _("After %(quarter)s") % {"quarter": last.words}
        bars.append(bar("after", name, pgettext("due", "After"), due_from=last.last + timedelta(days=1)))
    return bars


def _key(due_on: date | None, first: Quarter, last: Quarter) -> Quarter | str:
    """Return the quarter of a due day, or on which side of all that are shown it lies."""
    assert due_on is not None
    return "before" if due_on < first.first else "after" if due_on > last.last else Quarter.of(due_on)


def _summary(measures: Sequence[Due], day: date) -> str:
    """How many are overdue, how many are still to be completed in the quarter of the day, and how many fall due in the
    next one."""
    quarter = Quarter.of(day)
    parts = [_overdue(sum(each.light == Light.RED for each in measures))]
    due = [(each.due_on, each.status) for each in measures if each.due_on and each.due_on >= day]
    left = sum(on <= quarter.last and status != MeasureStatus.COMPLETED for on, status in due)
    if left:
        parts.append(
            format_counted(
                "%(count)s is still due in this quarter (%(quarter)s)",
                "%(count)s are still due in this quarter (%(quarter)s)",
                left,
                quarter=quarter.words,
            )
        )
    if quarter.next:
        coming = [status for on, status in due if Quarter.of(on) == quarter.next]
        parts.append(_coming(len(coming), coming.count(MeasureStatus.COMPLETED), quarter.next))
    clauses = pgettext("between clauses", "; ").join(parts)
    return _("As of %(day)s, %(clauses)s.") % {"day": format_day(day), "clauses": clauses}


def _overdue(count: int) -> str:
    if not count:
        return _("no measure is overdue")
    return format_counted("%(count)s measure is overdue", "%(count)s measures are overdue", count)


def _coming(count: int, completed: int, quarter: Quarter) -> str:
    if not count:
        return _("none falls due in the next quarter (%(quarter)s)") % {"quarter": quarter.words}
    done = _("%(count)s of them completed already") % {"count": format_number(completed)}
    return format_counted(
        "%(count)s falls due in the next quarter (%(quarter)s), %(completed)s",
        "%(count)s fall due in the next quarter (%(quarter)s), %(completed)s",
        count,
        quarter=quarter.words,
        completed=done if completed else _("none completed yet"),
    )
