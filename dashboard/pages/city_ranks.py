"""The places of cities among each other, and what became of them since an earlier day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.changes import greatest
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.city_measures import CityMeasure
from dashboard.pages.ordering import Rank, rank
from projects.models import RankExemption, exempt_on


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


@dataclass(frozen=True)
class Excused:
    """Cities that are excused from the ranking, by their key: on the day, and on the day that is compared with."""

    now: Mapping[str, RankExemption] = field(default_factory=dict)
    then: Mapping[str, RankExemption] = field(default_factory=dict)


NOBODY_EXCUSED = Excused()


def read_excused(figures: Figures, then: Figures | None = None) -> Excused:
    """One query for both days: a plan has few."""
    exemptions = list(RankExemption.objects.in_plan(figures.plan).select_related("city"))
    return Excused(exempt_on(exemptions, figures.day), exempt_on(exemptions, then.day) if then else {})


def city_ranks(
    cities: Sequence[GroupFigures],
    measure: CityMeasure,
    then: Sequence[GroupFigures] | None = None,
    excused: Excused = NOBODY_EXCUSED,
) -> Mapping[str, CityRank]:
    """By the city's key. Cities without projects have no place, nor have those that are excused."""
    return {
        city.key: CityRank(
            rank(city.key, cities, measure.value, least=1, excused=excused.now),
            None if then is None else rank(city.key, then, measure.value, least=1, excused=excused.then),
            measure.are_few,
        )
        for city in cities
    }


def fallen_cities(cities: Sequence[GroupFigures], ranks: Mapping[str, CityRank]) -> list[GroupFigures]:
    """Those that fell back by most places."""
    return greatest([city for city in cities if ranks[city.key].fallen], lambda city: ranks[city.key].fallen)
