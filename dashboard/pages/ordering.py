"""The orders of the dashboard's tables, and the place of a section, department or city among the others."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dashboard.figures import GroupFigures
from indicators.models import Direction
from projects.kinds import BEHIND, LARGE_NAME, NO_MONTH
from projects.models import Stage
from web.errors import asked_choice
from web.language import is_chinese

type SortKeys = Mapping[str, Callable[[GroupFigures], Any]]


def _figure(name: str, row: GroupFigures) -> Any:
    return row.figures[name]


def by_figures(*names: str) -> SortKeys:
    """Return sort keys that are figures, by their names."""
    return {name: partial(_figure, name) for name in names}


MEASURE_SORT_KEYS: SortKeys = {
    # Of figures that have those of due days; who must act first.
    **by_figures("urgency", "overdue", "longest_overdue", "in_time_rate", "gap_to_plan"),
    "name": lambda row: row.group.number,
    **by_figures("total", "completed", "in_progress", "promoting"),
    "rate": lambda row: row.figures["completion_rate"],
    **by_figures("gap"),
    "red": lambda row: row.figures["lights"]["red"],
    "yellow": lambda row: row.figures["lights"]["yellow"],
}
PROJECT_SORT_KEYS: SortKeys = {
    "name": lambda row: row.key,
    **by_figures("total", "total_investment", *Stage.values),
    # Of cities that have it.
    **by_figures(LARGE_NAME, BEHIND.name, NO_MONTH.name),
    **by_figures("start_rate", "plan_completion"),
}


def asked_ordering(request: HttpRequest, sort_keys: SortKeys, default: str) -> str:
    """Raises BadQuery for an unknown order."""
    asked = request.GET.get("ordering", "") or default
    asked_choice(asked.removeprefix("-"), sort_keys, name="ordering")
    return asked


# The API's names of the orders that it names otherwise.
API_MEASURE_ORDERINGS = {"name": "number", "rate": "completion_rate"}
API_PROJECT_ORDERINGS = {"name": "key"}


def api_ordering(ordering: str, names: Mapping[str, str]) -> str:
    """The order of a table as the API names it."""
    name = ordering.removeprefix("-")
    return ("-" if ordering.startswith("-") else "") + names.get(name, name)


def sort_groups(rows: Iterable[GroupFigures], sort_keys: SortKeys, ordering: str) -> list[GroupFigures]:
    """Ties stay in the order given; rows without a value come last either way."""
    value = sort_keys[ordering.removeprefix("-")]
    rows = list(rows)
    known = sorted((r for r in rows if value(r) is not None), key=value, reverse=ordering.startswith("-"))
    return known + [row for row in rows if value(row) is None]


@dataclass(frozen=True)
class Rank:
    """`place`: from 1, or None without a rank. `of`: how many are ranked. `is_tied`: others share the place."""

    place: int | None
    of: int
    is_tied: bool = False

    @property
    def before(self) -> str:
        """Return the words before the place: joint, 第, 并列第."""
        joint = _("joint") if self.is_tied else ""
        return f"{joint}第" if is_chinese() else joint

    @property
    def words(self) -> str:
        """Return the place with the words before it: joint 4th, 并列第4; empty without a place."""
        if self.place is None:
            return ""
        return self.before + self.shown if is_chinese() else f"{self.before} {self.shown}".strip()

    @property
    def shown(self) -> str:
        """1st, 10; empty without a place."""
        if self.place is None:
            return ""
        return str(self.place) if is_chinese() else _format_ordinal(self.place)


def rank(
    key: str,
    rows: Iterable[GroupFigures],
    value: Callable[[GroupFigures], Any],
    *,
    direction: Direction = Direction.UP,
    least: int = 0,
    excused: Container[str] = (),
) -> Rank:
    """The place of a group by a value, the best first; of what is neither better nor worse, the greatest. `least`:
    groups with a smaller total are not ranked, nor are those of the keys that are `excused`."""
    rows = (row for row in rows if row.figures["total"] >= least and row.key not in excused)
    ranked = {row.key: found for row in rows if (found := value(row)) is not None}
    if key not in ranked:
        return Rank(None, len(ranked))
    values = list(ranked.values())
    own, sign = ranked[key], -1 if direction == Direction.DOWN else 1
    return Rank(1 + sum(sign * (other - own) > 0 for other in values), len(ranked), values.count(own) > 1)


def _format_ordinal(place: int) -> str:
    """Return the place as an English ordinal: 1st, 2nd, 3rd, 11th, 21st."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
