"""The marks in the chart of an indicator, one kind of mark a function: traces as Plotly takes them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from indicators.charts.forms import Course, Form, Scheme, runs
from indicators.charts.points import Band, IndicatorPoint, TargetPoint
from web.charts.axes import plain
from web.charts.theme import (
    ACCENT,
    COMPARATOR,
    COMPARATOR_LINE,
    GROUND,
    INK,
    INK_2,
    PACE_LINE,
    SEQUENCE_TONES,
    SUBJECT_LINE,
)
from web.formats.dates import format_year

BAND_TONE = SEQUENCE_TONES[0]
_DAY = 24 * 60 * 60 * 1000  # Plotly counts time in ms


def scatter(
    mode: str, *, x: Sequence[Any], y: Sequence[Any], hover: Sequence[str] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a trace of points, whole also at the edge of the plot. `hover`: words for each point; None where it
    answers no pointer."""
    answers = {"hoverinfo": "skip"} if hover is None else {"hovertext": hover, "hoverinfo": "text"}
    return {"type": "scatter", "mode": mode, "x": x, "y": y, "cliponaxis": False, **answers, **more}


def series_trace(
    course: Course, points: Sequence[IndicatorPoint], *, title: str, percent: bool, subject: bool
) -> dict[str, Any]:
    """The values of one region: filled where they are verified and exact, hollow where not, a diamond where rounded, a
    triangle where the source says only that it is more. The newest is larger."""
    colour = ACCENT if subject else COMPARATOR
    spots = _spots(course, points)
    return scatter(
        "markers" if course.form is Form.DOTS else "lines+markers",
        x=[spot.x for spot in spots],
        y=[spot.y for spot in spots],
        hover=[
            f"{spot.point.label}<br>{title} {spot.point.said(percent=percent)}" if spot.point else "" for spot in spots
        ],
        customdata=[spot.point.url if spot.point else "" for spot in spots],
        line=SUBJECT_LINE if subject else COMPARATOR_LINE,
        marker=_markers(course, points, spots, colour=colour, subject=subject),
    )


class _Spot(NamedTuple):
    """A point of a trace: a value, or where a line begins or breaks."""

    x: str
    y: float | int | None
    point: IndicatorPoint | None = None


def _spots(course: Course, points: Sequence[IndicatorPoint]) -> list[_Spot]:
    spots: list[_Spot] = []
    for run in runs(course, points):
        if spots:
            # What ends the line: the next value does not follow on this one.
            spots.append(_Spot(spots[-1].x, None))
        spots += [_Spot(*start) for start in _starts(course, run)]
        spots += [_Spot(course.place(point), plain(point.value), point) for point in run]
    return spots


def _markers(
    course: Course, points: Sequence[IndicatorPoint], spots: Sequence[_Spot], *, colour: str, subject: bool
) -> dict[str, Any]:
    values = [spot.point for spot in spots]
    return {
        "size": [
            _size(one, points[-1] if subject else None, is_few=course.form is Form.DOTS, many=len(points))
            for one in values
        ],
        "opacity": 1,
        "symbol": [one.symbol if one else "circle" for one in values],
        "color": [colour if one and subject and one.is_sound else GROUND for one in values],
        "line": {"color": colour, "width": 2},
    }


def _starts(course: Course, run: Sequence[IndicatorPoint]) -> list[tuple[str, float]]:
    """Return the point where the line of a run begins, if not with its first value: sums since 1 January begin there,
    at 0; values since the base of a path at that base."""
    first = run[0]
    if course.form is not Form.LINE:
        return []
    if course.base is not None:
        return [(course.base.end.isoformat(), float(course.base.value))]
    if course.scheme is Scheme.SUMS_TO_DATE and (first.end - first.start).days <= course.step:
        return [(first.start.isoformat(), 0.0)]
    return []


def _size(point: IndicatorPoint | None, newest: IndicatorPoint | None, *, is_few: bool, many: int) -> int:
    """px; `newest`: of the subject alone."""
    if point is None:
        return 0
    if point == newest:
        return 11
    if is_few and newest is not None:
        return 10
    return 8 if many <= 16 else 5


def band_trace(bands: Sequence[Band], hover: Sequence[str]) -> dict[str, Any]:
    """Return a trace of the bands, as wide as the years are, so that a year without enough cities leaves a gap."""
    return {
        "type": "bar",
        "x": [(each.start + (each.end - each.start) / 2).isoformat() for each in bands],
        "base": [plain(each.lowest) for each in bands],
        "y": [plain(each.highest) - plain(each.lowest) for each in bands],
        "width": [((each.end - each.start).days + 1) * _DAY for each in bands],
        "marker": {"color": BAND_TONE.fill, "line": {"width": 0}},
        "hovertext": list(hover),
        "hoverinfo": "text",
    }


def due_day(course: Course, target: TargetPoint) -> str:
    """Return the place of a target on the time axis."""
    return year_place(course, target.due_year)


def year_place(course: Course, year: int) -> str:
    """Return the place of the end of a year on the time axis: with the values of years, it is in the middle of the
    year."""
    return f"{year:04d}-{'12-31' if course.is_at_end else '07-01'}"


def start_of_path(course: Course, target: TargetPoint) -> str:
    start = target.path_from
    assert start is not None
    return start.end.isoformat() if start.kind == "day" else course.place(start)


def path_traces(course: Course, target: TargetPoint) -> list[dict[str, Any]]:
    """The way from where it starts over the milestones to the target; its start is hollow where no value of the series
    stands there, or where it is inferred. A bracket joins the newest value to what the path asks for by then."""
    start = target.path_from
    if start is None:
        return []
    first = start_of_path(course, target)
    traces = [
        scatter(
            "lines",
            x=[first, *(year_place(course, year) for year, _value in target.milestones), due_day(course, target)],
            y=[plain(start.value), *(plain(value) for _year, value in target.milestones), plain(target.value)],
            line=PACE_LINE,
        )
    ]
    if target.path_is_inferred or start not in course.drawn:
        marker = {"size": 9, "opacity": 1, "color": GROUND, "line": {"color": ACCENT, "width": 2}}
        traces.append(
            scatter(
                "markers",
                x=[first],
                y=[plain(start.value)],
                hover=[start.label],
                marker=marker,
                customdata=[target.url],
            )
        )
    return traces + _bracket(course, target)


def _bracket(course: Course, target: TargetPoint) -> list[dict[str, Any]]:
    newest = course.drawn[-1] if course.drawn else None
    if newest is None or target.required is None:
        return []
    at, line = course.place(newest), {"color": INK, "width": 1.5}
    marker = {"size": [0, 9], "symbol": "line-ew", "line": line}
    ends = [plain(newest.value), plain(target.required)]
    return [scatter("lines+markers", x=[at, at], y=ends, line=line, marker=marker)]


def targets_trace(course: Course, targets: Sequence[TargetPoint]) -> dict[str, Any]:
    return scatter(
        "markers",
        x=[due_day(course, target) for target in targets],
        y=[plain(target.value) for target in targets],
        hover=[f"{target.label}<br>{format_year(target.due_year)}" for target in targets],
        customdata=[target.url for target in targets],
        marker={"size": 12, "symbol": "cross-thin", "line": {"color": INK_2, "width": 3}},
    )
