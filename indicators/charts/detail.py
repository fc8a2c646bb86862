"""The figure of an indicator: its values, those of a comparator, the cities behind it, targets and the way to them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from indicators.charts.forms import (
    Bounds,
    Course,
    Form,
    Scheme,
    missing_years,
    opening_day,
    value_bounds,
)
from indicators.charts.marks import (
    BAND_TONE,
    band_trace,
    due_day,
    path_traces,
    series_trace,
    start_of_path,
    targets_trace,
)
from indicators.charts.points import Band, IndicatorPoint, TargetPoint
from web.charts.axes import Margin, layout, narrow_layout, plain, tick_room, tick_values, x_axis, y_axis
from web.charts.chart import Figure, Number
from web.charts.labels import EndLabel, end_labels, label
from web.charts.text import value_text
from web.charts.text_size import about_wide, half_widths, wrapped
from web.charts.theme import ACCENT, COMPARATOR, EDGE, FONT, INK_2, INK_3, NARROW_FONT, swatch
from web.formats.dates import format_year

HEIGHT, NARROW_HEIGHT = 330, 260
# px, about: how wide a plot is.
WIDE_COURSE, NARROW_COURSE = 620, 206
# A year takes so many px where its number, or that it has no value, finds room.
_ROOM_OF_YEAR = 52
# So many dots may have their numbers.
MOST_NUMBERS = 8
CIRCLED = "①②③④⑤⑥⑦⑧⑨"


class Scene(NamedTuple):
    """All that one figure shows. `is_level`: an amount, a capacity or a count, whose axis begins at 0."""

    course: Course
    name: str
    others: Sequence[IndicatorPoint] = ()
    comparator_name: str = ""
    targets: Sequence[TargetPoint] = ()
    bands: Sequence[Band] = ()
    bands_label: str = ""
    percent: bool = False
    is_level: bool = True

    @property
    def starts(self) -> list[IndicatorPoint]:
        found = [each.path_from for each in self.targets if each.path_from]
        return found + ([self.course.base] if self.course.base else [])

    @property
    def verdict(self) -> str:
        """Return the word of the verdict on the newest value; empty where none of the targets judges it."""
        return next((each.verdict for each in self.targets if each.verdict), "")

    @property
    def bounds(self) -> Bounds:
        shown = (*self.course.drawn, *self.others, *self.starts)
        values = [float(each.value) for each in shown] + [float(each.value) for each in self.targets]
        values += [float(each) for band in self.bands for each in (band.lowest, band.highest)]
        lowest = min((float(each.value) for each in self.course.drawn), default=0)
        below = 0.28 if lowest < 0 else 0.12 if any(float(each.value) < lowest for each in self.targets) else 0.04
        return value_bounds(values, is_level=self.is_level, above=self._room_above, below=below)

    @property
    def _room_above(self) -> float:
        """A share of the height for the words above the highest of few values: a line, with its day four."""
        if self.course.form is Form.LINE or not self.course.drawn:
            return 0.04
        highest = max(float(each.value) for each in self.course.drawn)
        newest = self.course.drawn[-1]
        is_tall = self.course.is_at_end and float(newest.value) > 0.8 * highest
        room = 0.3 if is_tall else 0.14
        return room if newest.verified else room + 0.1

    @property
    def years(self) -> list[int]:
        """Return the years of the axis, without a gap."""
        ends = [edge.year for each in (*self.course.drawn, *self.others) for edge in (each.start, each.end)]
        if self.course.scheme is Scheme.DATES:
            ends = [each.end.year for each in (*self.course.drawn, *self.others)]
        named = [*ends, *(each.due_year for each in self.targets), *(each.end.year for each in self.starts)]
        return list(range(min(named), max(named) + 1)) if named else [1]

    @property
    def opening(self) -> date:
        return opening_day(self.years[0], len(self.years))

    def a_day(self, *, narrow: bool) -> float:
        """px that a day takes, about."""
        return (NARROW_COURSE if narrow else WIDE_COURSE) / (date(self.years[-1], 12, 31) - self.opening).days


def indicator_line(scene: Scene) -> Figure:
    """The course of one indicator in one region, in the form that its values have."""
    bounds = scene.bounds
    texts = tick_values(bounds.ticks, percent=scene.percent)
    margins = {narrow: _margin(scene, texts, narrow=narrow) for narrow in (False, True)}
    return {
        "data": _traces(scene),
        "layout": layout(
            height=HEIGHT,
            margin=margins[False],
            xaxis=x_axis(
                type="date",
                range=[scene.opening.isoformat(), f"{scene.years[-1]:04d}-12-31"],
                **_year_ticks(scene.years, at_most=11),
            ),
            yaxis=y_axis(
                range=list(bounds.span),
                tickvals=bounds.ticks,
                ticktext=texts,
                zeroline=bounds.span[0] < 0,
                zerolinecolor=EDGE,
                zerolinewidth=1,
            ),
            annotations=_words(scene, margins[False], narrow=False),
        ),
        "narrow": narrow_layout(
            height=NARROW_HEIGHT,
            margin=margins[True],
            xaxis=_year_ticks(scene.years, at_most=4),
            annotations=_words(scene, margins[True], narrow=True),
        ),
        **({"key": [swatch(scene.bands_label, BAND_TONE)]} if scene.bands else {}),
    }


def _traces(scene: Scene) -> list[dict[str, Any]]:
    course, percent = scene.course, scene.percent
    data: list[dict[str, Any]] = []
    if scene.bands:
        hover = [
            f"{each.label}<br>{scene.bands_label}<br>{value_text(each.lowest, percent=percent)}"
            f" … {value_text(each.highest, percent=percent)}"
            for each in scene.bands
        ]
        data.append(band_trace(scene.bands, hover))
    for target in scene.targets:
        data += path_traces(course, target)
    if scene.others:
        data.append(series_trace(course, scene.others, title=scene.comparator_name, percent=percent, subject=False))
    if course.drawn:
        data.append(series_trace(course, course.drawn, title=scene.name, percent=percent, subject=True))
    if scene.targets:
        data.append(targets_trace(course, scene.targets))
    return data


def _year_ticks(years: Sequence[int], *, at_most: int) -> dict[str, Any]:
    """Years named in their middle, as many as find room, the last one among them."""
    every = -(-len(years) // at_most)
    named = [year for year in years if (years[-1] - year) % every == 0]
    return {"tickvals": [f"{year:04d}-07-01" for year in named], "ticktext": [str(year) for year in named]}


def _margin(scene: Scene, ticks: Sequence[str], *, narrow: bool) -> Margin:
    left = tick_room(ticks, least=30 if narrow else 40)
    size = NARROW_FONT if narrow else FONT
    texts = [_target_words(each, narrow=narrow) for each in scene.targets[-1:]]
    if scene.course.form is Form.LINE or scene.others:
        texts += [
            text
            for _at, one in _end_labels(scene)
            for text in ([one.name, one.value] if narrow else [f"{one.name} {one.value}"])
        ]
    # What is bold is a little wider.
    room = max((about_wide(each, size) * 1.06 + 16 for each in texts), default=26)
    most = 104 if narrow else 170
    return Margin(left, round(min(max(room, 26), most)), 18, 30 if narrow else 34)


def _words(scene: Scene, margin: Margin, *, narrow: bool) -> list[dict[str, Any]]:
    written = _value_words(scene, narrow=narrow)
    if scene.course.form is Form.LINE or scene.others:
        written += _line_ends(scene, margin, narrow=narrow)
    if scene.course.form is Form.DOTS:
        written += _missing_words(scene, narrow=narrow)
    for target in scene.targets:
        written += [*_path_words(scene, target, narrow=narrow), *_gap_words(scene, target)]
    for n, target in enumerate(scene.targets):
        if n == len(scene.targets) - 1:
            written.append(_last_target(scene, target, narrow=narrow))
        elif _has_room_for_number(scene, target, narrow=narrow):
            short, at = value_text(target.value, percent=scene.percent), due_day(scene.course, target)
            written.append(beside(short, x=at, y=target.value, colour=INK_2, below=_is_passed(scene, target)))
    return written


def _has_room_for_number(scene: Scene, target: TargetPoint, *, narrow: bool) -> bool:
    """Return whether no other cross and no value with a number stands near a target's cross; else the target's row and
    the pointer show its number."""
    at = date.fromisoformat(due_day(scene.course, target))
    numbered = scene.course.drawn if scene.course.form is Form.DOTS else scene.course.drawn[-1:]
    places = [scene.course.place(each) for each in numbered]
    places += [due_day(scene.course, each) for each in scene.targets if each != target]
    nearest = min(abs((date.fromisoformat(each) - at).days) for each in places)
    return nearest * scene.a_day(narrow=narrow) >= _ROOM_OF_YEAR


def _is_passed(scene: Scene, target: TargetPoint) -> bool:
    """Return whether the newest value lies above a target: then the target's number stands below its cross."""
    drawn = scene.course.drawn
    return bool(drawn) and float(drawn[-1].value) > float(target.value)


def _value_words(scene: Scene, *, narrow: bool) -> list[dict[str, Any]]:
    """The number at each value where they are few, above it, and the mark of what is said of a value in the note. Of
    values on days the newest one says its day."""
    course = scene.course
    written: list[dict[str, Any]] = []
    notes = numbered_notes(course)
    is_few = course.form is Form.DOTS
    # Dots that no line may join can be many: then the newest alone has its number.
    labelled = course.drawn[-1 if len(course.drawn) > MOST_NUMBERS else 0 :] if is_few else []
    for point in course.drawn:
        mark = notes.get(point, "")
        if point in labelled:
            lines = [point.said(percent=scene.percent) + mark]
            if point == course.drawn[-1]:
                lines = [f"<b>{_joined(lines[0], scene.verdict)}</b>"]
                if course.scheme is not Scheme.YEARS:
                    lines.insert(0, wrapped(point.label, 12) if narrow else point.label)
            if not point.verified:
                lines.insert(0, _("unverified"))
            below = _is_below(scene, point, narrow=narrow)
            text = "<br>".join(lines[::-1] if below else lines)
            colour = ACCENT if point == course.drawn[-1] else INK_2
            words = beside(text, x=course.place(point), y=point.value, colour=colour, below=below)
            written.append(words | _kept_inside(scene, point, text, narrow=narrow))
        elif mark:
            written.append(beside(mark, x=course.place(point), y=point.value, colour=INK_2, below=False))
    return written


def _kept_inside(scene: Scene, point: IndicatorPoint, text: str, *, narrow: bool) -> dict[str, Any]:
    """Return the alignment of a value's words: near the right edge, or where a target stands, they end above the value
    instead of standing over it; near the left edge they begin there."""
    at = date.fromisoformat(scene.course.place(point))
    room = (date(scene.years[-1], 12, 31) - at).days * scene.a_day(narrow=narrow)
    half = about_wide(text, NARROW_FONT if narrow else FONT) / 2
    days = [date.fromisoformat(due_day(scene.course, each)) for each in scene.targets]
    close = any(abs((day - at).days) * scene.a_day(narrow=narrow) < half + 6 for day in days)
    if close or room + 20 < half:
        return {"xanchor": "right", "align": "right", "xshift": 6}
    before = (at - scene.opening).days * scene.a_day(narrow=narrow)
    return {"xanchor": "left", "align": "left", "xshift": -6} if before < half else {}


def _lies_below(scene: Scene, point: IndicatorPoint) -> bool:
    """Return whether a value's number stands under it. It stands on the side that the comparator's value of the same
    period leaves free; that of a value below 0 stands under it."""
    for other in scene.others:
        if (other.start, other.end) == (point.start, point.end):
            return float(other.value) > float(point.value)
    for target in scene.targets:
        # The path goes on from there; what accumulates ahead of it lies beyond.
        if target.path_from == point:
            return float(target.value) > float(point.value)
        if target.path_from and scene.course.base is not None:
            return float(target.value) < float(target.path_from.value)
    return float(point.value) < 0


def _is_below(scene: Scene, point: IndicatorPoint, *, narrow: bool) -> bool:
    """Return whether a value's number stands under it: of two values so near that their numbers would touch, that of
    the lower one does."""
    drawn = scene.course.drawn
    at = drawn.index(point)
    for near in [] if scene.course.base is not None else [*drawn[at + 1 : at + 2], *drawn[max(at - 1, 0) : at]]:
        is_crowded = abs((near.end - point.end).days) * scene.a_day(narrow=narrow) < _ROOM_OF_YEAR
        if is_crowded and near.value != point.value:
            return float(point.value) < float(near.value)
    return _lies_below(scene, point)


def numbered_notes(course: Course) -> dict[IndicatorPoint, str]:
    """① ② … for the values of which the data say something, in order of time."""
    noted = [each for each in course.drawn if each.note]
    return dict(zip(noted, CIRCLED, strict=False))


def _end_labels(scene: Scene) -> list[tuple[str, EndLabel]]:
    """Return name and value of each line, behind the day at which it ends."""
    course, percent = scene.course, scene.percent
    found = []
    if scene.others:
        last = scene.others[-1]
        end = EndLabel(scene.comparator_name, last.said(percent=percent), last.value, COMPARATOR)
        found.append((course.place(last), end))
    if course.form is Form.LINE:
        last = course.drawn[-1]
        value = _joined(last.said(percent=percent), scene.verdict)
        end = EndLabel(scene.name, value, last.value, ACCENT, bold=True)
        found.append((course.place(last), end))
    return found


def _line_ends(scene: Scene, margin: Margin, *, narrow: bool) -> list[dict[str, Any]]:
    """Name and value right of where each line ends; above its end where a path or a target goes on from there."""
    course = scene.course
    last_due = max((due_day(course, each) for each in scene.targets), default="")
    written: list[dict[str, Any]] = []
    ends: dict[str, list[EndLabel]] = defaultdict(list)
    for at, end in _end_labels(scene):
        if not end.bold or last_due <= at:
            ends[at].append(end)
            continue
        text = f"{end.name}<br>{end.value}" if narrow else f"{end.name} {end.value}"
        # Left of it, on the side from which the line does not come.
        fell = len(course.drawn) > 1 and float(course.drawn[-2].value) > float(end.at)
        mark = beside(f"<b>{text}</b>", x=at, y=end.at, colour=ACCENT, below=fell)
        written.append(mark | {"xanchor": "right", "align": "right", "xshift": 6})
    height, span = NARROW_HEIGHT if narrow else HEIGHT, scene.bounds.span
    for at, group in ends.items():
        written += end_labels(group, x=at, span=span, height=height, margin=margin, narrow=narrow)
    return written


def _missing_words(scene: Scene, *, narrow: bool) -> list[dict[str, Any]]:
    """Return the labels of years without a value, which keep their place on the axis; none where there is no room."""
    if scene.a_day(narrow=narrow) * 365 < _ROOM_OF_YEAR:
        return []
    low = scene.bounds.span[0]
    return [
        label(_("no data"), x=f"{year:04d}-07-01", y=low, colour=INK_3, yanchor="bottom", yshift=3)
        for year in missing_years(scene.course)
    ]


def _target_words(target: TargetPoint, *, narrow: bool) -> str:
    name = broken(target.label, 12 if narrow else 18)
    if narrow:
        name = "<br>".join(broken(line, 12) for line in name.split("<br>"))
    return f"{name}<br>{format_year(target.due_year)}"


def _joined(value: str, verdict: str) -> str:
    return f"{value} {verdict}" if verdict else value


def _gap_words(scene: Scene, target: TargetPoint) -> list[dict[str, Any]]:
    """Return how far the newest value lies from the path, beside the bracket, on the side that the path leaves free."""
    drawn, start = scene.course.drawn, target.path_from
    if target.required is None or start is None or not drawn:
        return []
    points = Decimal(str(drawn[-1].value)) - Decimal(str(target.required))
    if not points:
        return []
    text = ("+" if points > 0 else "") + value_text(points, percent=scene.percent)
    is_rising = float(target.value) > float(start.value)
    side: dict[str, Any] = {"xanchor": "left", "xshift": 7}
    if is_rising == (points > 0):
        side = {"xanchor": "right", "xshift": -7}
    middle = (float(drawn[-1].value) + float(target.required)) / 2
    return [label(text, x=scene.course.place(drawn[-1]), y=middle, **side)]


def broken(text: str, limit: int) -> str:
    """Return a text in two lines where it is too long, but never broken within a number, as Chinese without a space
    would be."""
    if half_widths(text) <= limit:
        return text
    number = re.search(r"[−0-9]", text)
    if " " in text or "（" in text or number is None or number.start() == 0:
        return wrapped(text, limit) if " " in text or "（" in text else text
    return f"{text[: number.start()]}<br>{text[number.start() :]}"


def _last_target(scene: Scene, target: TargetPoint, *, narrow: bool) -> dict[str, Any]:
    """Right of its cross, beyond the last year."""
    text = _target_words(target, narrow=narrow)
    where = {"xanchor": "left", "align": "left", "xshift": 9}
    return label(text, x=due_day(scene.course, target), y=plain(target.value), colour=INK_2, **where)


def _path_words(scene: Scene, target: TargetPoint, *, narrow: bool) -> list[dict[str, Any]]:
    """The path's name at its line, on the side on which values fall behind it; and what it starts from, where no value
    of the series stands there."""
    start = target.path_from
    if start is None:
        return []
    course = scene.course
    first, last = start_of_path(course, target), due_day(course, target)
    rises = float(target.value) >= float(start.value)
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days
    name = _("Required path")
    room = days * scene.a_day(narrow=narrow)
    at = (date.fromisoformat(first) + timedelta(days=round(days * 0.6))).isoformat()
    y = float(start.value) + (float(target.value) - float(start.value)) * 0.6
    size = NARROW_FONT if narrow else FONT
    fitting = [text for text in (name, wrapped(name, 10)) if about_wide(text, size) <= room]
    written = [beside(text, x=at, y=y, colour=ACCENT, below=rises, by=10) for text in fitting[:1]]
    if start not in course.drawn:
        text = f"{_('Baseline')} {start.said(percent=scene.percent)}"
        where = {"xanchor": "left", "align": "left"}
        written.append(beside(text, x=first, y=start.value, colour=INK_3, below=False) | where)
    return written


def beside(text: str, *, x: str, y: Number, colour: str, below: bool, by: int = 7) -> dict[str, Any]:
    where = {"yanchor": "top", "yshift": -by} if below else {"yanchor": "bottom", "yshift": by}
    return label(text, x=x, y=plain(y), colour=colour, **where)
