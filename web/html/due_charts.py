"""Small charts of due days in SVG: what became of each measure that was due, by how many days some are overdue, and
how many are expected to be completed.

Sizes are attributes, so that they need neither a script nor a style attribute: the
content security policy refuses both.
"""

from collections.abc import Iterator, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from web.formats.dates import format_days
from web.formats.numbers import format_number
from web.formats.text import format_list

WIDTH = 286
# Each measure has a cell of its own up to here; above, the parts of a bar are as wide as their counts.
MAX_CELLS = 60
CELL, CELL_GAP = 10, 2.4
DIAMOND = 11
STEPS_OF_DAYS = (1, 2, 5, 10, 30, 60, 90, 180, 365)
MAX_STEPS = 4
# Of a digit in the labels.
CHARACTER = 6.6


def due_strip(in_time: int, late: int, overdue: int) -> SafeString:
    """A cell for each measure that was due: filled where it was completed on time, half filled where late, a red
    diamond where it is overdue."""
    words = {_("Completed on time"): in_time, _("Completed late"): late, _("Overdue"): overdue}
    label = format_list(f"{word} {format_number(count)}" for word, count in words.items())
    total = in_time + late + overdue
    if total > MAX_CELLS:
        return _svg(WIDTH, 14, label, _parts_in_width(in_time, late, overdue))
    kinds = ["on-time"] * in_time + ["late"] * late + ["overdue"] * overdue
    step = CELL + CELL_GAP
    return _svg(round(total * step), 14, label, (_cell(kind, n * step) for n, kind in enumerate(kinds)))


def _parts_in_width(*counts: int) -> Iterator[str]:
    before = 0
    for kind, count in zip(("on-time", "late", "overdue"), counts, strict=True):
        x, width = (round(WIDTH * number / sum(counts), 1) for number in (before, count))
        yield f'<rect class="{kind}" x="{x}" y="1" width="{width}" height="12"/>'
        before += count


def _cell(kind: str, x: float) -> str:
    if kind == "overdue":
        return _diamond(x + CELL / 2)
    frame = f'<rect class="frame" x="{x + 0.5:.1f}" y="1.5" width="{CELL - 1}" height="11"/>'
    if kind == "late":
        return f'{frame}<rect class="late" x="{x + 0.5:.1f}" y="7" width="{CELL - 1}" height="5.5"/>'
    return f'<rect class="on-time" x="{x:.1f}" y="1" width="{CELL}" height="12"/>'


def _diamond(x: float) -> str:
    half = DIAMOND / 2
    return f'<path class="overdue" d="M{x - half:.1f} 7l{half} -{half} {half} {half} -{half} {half}z"/>'


def days_strip(days: Sequence[int]) -> SafeString:
    """A diamond for each measure that is overdue, by days from 0; those of equal days stand side by side."""
    step = next((each for each in STEPS_OF_DAYS if max(days) <= MAX_STEPS * each), max(days))
    end = -(-max(days) // step) * step
    marks = [_diamond(place + DIAMOND / 2) for place in _side_by_side(days, end)]
    axis = [f'<line class="axis" x1="0" x2="{WIDTH}" y1="16.5" y2="16.5"/>']
    for day in range(0, end + 1, step):
        x = DIAMOND / 2 + day / end * (WIDTH - DIAMOND)
        place, anchor = {0: (0.0, "start"), end: (float(WIDTH), "end")}.get(day, (x, "middle"))
        axis.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="14" y2="19"/>')
        axis.append(f'<text x="{place:.1f}" y="31" text-anchor="{anchor}">{format_days(day)}</text>')
    label = _("Days overdue: %(days)s") % {"days": format_list(format_number(each) for each in sorted(days))}
    return _svg(WIDTH, 34, label, [*axis, *marks])


def _side_by_side(days: Sequence[int], end: int) -> list[float]:
    """Return the places at which the diamonds begin, none on another where there is room."""
    room = WIDTH - DIAMOND
    apart = min(DIAMOND - 1, room / len(days))
    places: list[float] = []
    for day in sorted(days):
        places.append(max(day / end * room, places[-1] + apart if places else 0))
    # What ran over the end moves back, and what stands before it too.
    return [min(place, room - (len(places) - 1 - n) * apart) for n, place in enumerate(places)]


def forecast_bar(completed: int, expected: int, lowest: int, highest: int, total: int) -> SafeString:
    """All measures as a frame: what is completed filled, what may be hatched, and a tick at what is expected."""

    def x(count: int) -> float:
        return round(1 + count / total * (WIDTH - 2), 1)

    hatched = f'<rect class="range" x="{x(lowest)}" y="3" width="{x(highest) - x(lowest):.1f}" height="14"/>'
    lines = "".join(
        f'<path class="hatch" d="M{at:.1f} 17l6 -14"/>' for at in _between(x(lowest), x(highest) - 6, step=5)
    )
    labels = sorted({completed: "", lowest: "", highest: "", expected: ' class="strong"'}.items())
    texts, free_from = [], 0.0
    last = _("of %(total)s") % {"total": format_number(total)}
    room = WIDTH - len(last) * CHARACTER - 6
    for count, strong in labels:
        text = format_number(count)
        width = len(text) * CHARACTER
        place = max(x(count) - width / 2, free_from)
        if place + width > room:
            continue
        texts.append(f'<text{strong} x="{place:.1f}" y="31">{text}</text>')
        free_from = place + width + 5
    words = _("Completed %(completed)s, expected %(expected)s, from %(lowest)s to %(highest)s, of %(total)s")
    values = {"completed": completed, "expected": expected, "lowest": lowest, "highest": highest, "total": total}
    return _svg(
        WIDTH,
        34,
        words % {name: format_number(each) for name, each in values.items()},
        [
            hatched,
            lines,
            f'<rect class="on-time" x="1" y="3" width="{x(completed) - 1:.1f}" height="14"/>',
            f'<rect class="frame" x="0.5" y="2.5" width="{WIDTH - 1}" height="15"/>',
            f'<rect class="halo" x="{x(expected) - 3:.1f}" y="0" width="6" height="20"/>',
            f'<rect class="expected" x="{x(expected) - 1.2:.1f}" y="0" width="2.4" height="20"/>',
            *texts,
            format_html('<text x="{}" y="31" text-anchor="end">{}</text>', WIDTH, last),
        ],
    )


def _between(first: float, last: float, *, step: float) -> Iterator[float]:
    while first <= last:
        yield first
        first += step


def _svg(width: float, height: int, label: str, shapes: Iterator[str] | Sequence[str]) -> SafeString:
    """Shapes are made of numbers and words of ours: there is nothing to escape."""
    return format_html(
        '<svg class="due-chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}"'
        ' focusable="false">{}</svg>',
        width,
        height,
        f"{width / 16:g}rem",
        f"{height / 16:g}rem",
        label,
        mark_safe("".join(shapes)),  # noqa: S308  # each shape was made by format_html
    )
