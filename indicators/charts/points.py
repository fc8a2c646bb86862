"""The plain values that a chart of an indicator is drawn from, in the unit that is shown."""

import re
from datetime import date
from typing import NamedTuple

from indicators.models import Observation
from web.charts.chart import Number
from web.charts.text import value_text

# What the documents say of a target without giving it another meaning than the indicator's own values have.
BOUND = re.compile(r"about|at least|above|aiming for [0-9,.]+")
FLOOR = re.compile(r'"(?:over|exceeded) ')


def row_id(row: Observation) -> str:
    """Return the id of a value's row in its indicator's page."""
    return f"value-{row.pk}"


def is_floor(row: Observation) -> bool:
    """Return whether the source says only that a value is more than this one."""
    return not row.exact and FLOOR.match(row.basis) is not None


class IndicatorPoint(NamedTuple):
    """A value of a period. `label` is the period in words; not `exact`: the source rounds it, or says only that it is
    more (`is_floor`). `note`: a break or a base effect that a reader must know of. `url`: where a click leads."""

    start: date
    end: date
    kind: str
    value: Number
    label: str
    exact: bool = True
    is_floor: bool = False
    url: str = ""
    verified: bool = True
    note: str = ""

    def said(self, *, percent: bool) -> str:
        return value_text(self.value, percent=percent, exact=self.exact, is_floor=self.is_floor)

    @property
    def symbol(self) -> str:
        if self.is_floor:
            return "triangle-up"
        return "circle" if self.exact else "diamond"

    @property
    def is_sound(self) -> bool:
        """Drawn filled: neither unverified, which is hollow, nor rounded."""
        return self.verified and self.exact


class TargetPoint(NamedTuple):
    """`label` says it with what qualifies it, the year follows: 目标9,000以上. `path_from`: the value, one of the
    indicator's or the document's base, from which a path to the target is drawn; `path_is_inferred`: no document states
    it. `milestones`: years with what it is to be by their ends, over which the path leads. `required`: what the path
    asks for where the newest value stands. `verdict`: the word of the verdict on the newest value."""

    due_year: int
    value: Number
    label: str
    path_from: IndicatorPoint | None = None
    url: str = ""
    path_is_inferred: bool = False
    milestones: tuple[tuple[int, Number], ...] = ()
    required: Number | None = None
    verdict: str = ""


class Band(NamedTuple):
    """The lowest and the highest of the cities in a year."""

    start: date
    end: date
    label: str
    lowest: Number
    highest: Number
