"""The places of cities among each other, and what became of them since an earlier day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.changes import greatest
from dashboard.figures import GroupFigures
from dashboard.pages.city_measures import CityMeasure
from dashboard.pages.ordering import Rank, rank


@dataclass(frozen=True)
class CityRank:
    """`then`: on the day that is compared with; None without one."""

    now: Rank
    then: Rank | None = None
    is_better_low: bool = False

    @property
    def fallen(self) -> int:
        """By how many places it fell back; 0 where it did not, or had none on either day."""
        if self.then is None or self.then.place is None or self.now.place is None:
            return 0
        down = self.now.place - self.then.place
        return max(0, -down if self.is_better_low else down)


def city_ranks(
    cities: Sequence[GroupFigures], measure: CityMeasure, then: Sequence[GroupFigures] | None = None
) -> Mapping[str, CityRank]:
    """By the city's key. Cities without projects have no place."""
    return {
        city.key: CityRank(
            rank(city.key, cities, measure.value, least=1),
            None if then is None else rank(city.key, then, measure.value, least=1),
            measure.are_few,
        )
        for city in cities
    }


def fallen_cities(cities: Sequence[GroupFigures], ranks: Mapping[str, CityRank]) -> list[GroupFigures]:
    """Those that fell back by most places."""
    return greatest([city for city in cities if ranks[city.key].fallen], lambda city: ranks[city.key].fallen)
