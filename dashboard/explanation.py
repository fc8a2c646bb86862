"""The explanation of a figure: the numbers that went in, the rows that were counted, when, by which run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from indicators.models import Direction
from indicators.state import IndicatorState
from rollups.freshness import Freshness
from rollups.models import RollupRun

# Filter -> what a figure is narrowed to: sections, departments, cities, categories, or values of a choice.
Scope = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Input:
    """A number that went in, or a day. `figure`: its path, where it is a figure with an explanation of its own."""

    label: str
    unit: str = ""
    value: Decimal | int | None = None
    day: date | None = None
    figure: str = ""


@dataclass(frozen=True)
class CountedRows:
    """The list that holds exactly the rows that were counted: the names of its page and its address in the API, with
    what these take, and the filters of both. `count` is None for an indicator, whose page shows the value among the
    others.
    """

    page: str
    api: str
    filters: Mapping[str, str] = field(default_factory=dict)
    args: Sequence[str] = ()
    api_args: Sequence[str] = ()
    count: int | None = None

    @property
    def page_filters(self) -> Mapping[str, str]:
        """A page about one thing needs none."""
        return {} if self.args else self.filters


@dataclass(frozen=True)
class Explanation:
    """`description`: as in the meta of the summary. `direction`: which way is better. `working`: the formula with the
    numbers; empty where there is none, or nothing to measure. `cells`: how many were summed. `run` wrote the newest
    cell of the plan; None where the figure was counted for this answer, or is no sum of cells.
    """

    figure: str
    label: str
    value: Any
    description: Mapping[str, Any]
    freshness: Freshness
    direction: Direction
    inputs: Sequence[Input] = ()
    working: str = ""
    rows: CountedRows | None = None
    scope: Scope = field(default_factory=dict)
    cells: int = 0
    run: RollupRun | None = None
    indicator_state: IndicatorState | None = None

    @property
    def is_sum(self) -> bool:
        """Return whether the figure is a sum of cells; others follow from the plan's days or from one observation."""
        return self.rows is not None and self.indicator_state is None
