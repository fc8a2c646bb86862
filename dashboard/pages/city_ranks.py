"""The places of cities among each other, and what became of them since an earlier day."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.changes import greatest
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.city_statistics import CityStatistic
from dashboard.pages.ordering import Rank, rank
from projects.models import RankExemption, exempt_on


@dataclass(frozen=True)
class CityRank:
    """`then`: on the day that is compared with; None without one. `fallen`: by how many places it fell back."""

    now: Rank
    then: Rank | None = None
    fallen: int = 0


@dataclass(frozen=True)
class Excused:
    """Cities that are excused from the ranking, by their key: on the day, and on the day that is compared with."""

    now: Mapping[str, RankExemption] = field(default_factory=dict)
    then: Mapping[str, RankExemption] = field(default_factory=dict)

    @property
    def either(self) -> Mapping[str, RankExemption]:
        """Return the cities that are excused on one of both days or on both, by their key."""
        return {**self.now, **self.then}


NOBODY_EXCUSED = Excused()


def read_excused(figures: Figures, then: Figures | None = None) -> Excused:
    """One query for both days."""
    return excused_on_days(read_exemptions(figures), figures, then)


def read_exemptions(figures: Figures) -> list[RankExemption]:
    """Return those of all days: a plan has few."""
    return list(RankExemption.objects.in_plan(figures.plan).select_related("city"))


def excused_on_days(exemptions: Sequence[RankExemption], figures: Figures, then: Figures | None) -> Excused:
    return Excused(exempt_on(exemptions, figures.day), exempt_on(exemptions, then.day) if then else {})


def city_ranks(
    cities: Sequence[GroupFigures],
    measure: CityStatistic,
    then: Sequence[GroupFigures] | None = None,
    excused: Excused = NOBODY_EXCUSED,
) -> Mapping[str, CityRank]:
    """Return the rank of each city by the city's key. Cities without projects have no place, nor have those that are
    excused."""

    def ranked(key: str, of: Sequence[GroupFigures], without: Container[str]) -> Rank:
        return rank(key, of, measure.value, direction=measure.direction, least=1, excused=without)

    found = {}
    for key in (city.key for city in cities):
        now = ranked(key, cities, excused.now)
        if then is None:
            found[key] = CityRank(now)
            continue
        # Nobody falls back because another is excused, or is no more.
        fallen = _fallen(*(ranked(key, of, excused.either).place for of in (then, cities)))
        found[key] = CityRank(now, ranked(key, then, excused.then), fallen)
    return found


def _fallen(before: int | None, after: int | None) -> int:
    """Return by how many places one fell back; 0 where it did not, or had no place on one of the days."""
    return 0 if before is None or after is None else max(0, after - before)


def fallen_cities(cities: Sequence[GroupFigures], ranks: Mapping[str, CityRank]) -> list[GroupFigures]:
    """Return the cities that fell back by most places."""
    return greatest([city for city in cities if ranks[city.key].fallen], lambda city: ranks[city.key].fallen)
