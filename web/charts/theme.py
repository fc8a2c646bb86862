"""Colours, fonts and line styles of every chart. Colours are those of static/css/tokens.css; sizes are px."""

from typing import NamedTuple

from core.statuses import MeasureStatus

INK, INK_2, INK_3 = "#17242F", "#43525F", "#5D6B77"


EDGE, GRID, GROUND = "#7C8994", "#E2E7EA", "#FFFFFF"


ACCENT, COMPARATOR, RED = "#0B5775", "#6B7782", "#B3261E"


# Text on `in-progress` needs more than ink has (3.9); this has 4.9.
INK_ON_MIDDLE = "#060B0F"


class Tone(NamedTuple):
    """How an area is filled, edged and written on."""

    fill: str
    edge: str
    text: str


def swatch(label: str, tone: Tone, *, is_hatched: bool = False) -> dict[str, str | bool]:
    """An entry of a figure's `key`."""
    return {"label": label, "fill": tone.fill, "edge": tone.edge} | ({"hatched": True} if is_hatched else {})


STATUS_TONES = {
    MeasureStatus.COMPLETED: Tone("#0A3448", "#0A3448", GROUND),
    MeasureStatus.IN_PROGRESS: Tone("#3A87A6", "#3A87A6", INK_ON_MIDDLE),
    MeasureStatus.PROMOTING: Tone("#DCE9EF", "#557686", INK),
}


SEQUENCE_TONES = (
    Tone("#E3EEF3", "#557686", INK),
    Tone("#B7D3E0", "#557686", INK),
    Tone("#82B3C9", "#557686", INK),
    Tone("#2F7696", "#557686", GROUND),
    Tone("#0A3448", "#557686", GROUND),
)


FONT, TICKS = 13, 12


NARROW_FONT, NARROW_TICKS = 12, 11


SUBJECT_LINE = {"color": ACCENT, "width": 3}


COMPARATOR_LINE = {"color": COMPARATOR, "width": 2, "dash": "7px,5px"}


ELAPSED_LINE = {"color": COMPARATOR, "width": 2, "dash": "2px,3px"}


PACE_LINE = {"color": ACCENT, "width": 2, "dash": "2px,3px"}
