"""The years of which a region has two values that can be held against each other: what is emitted, and GDP."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from indicators.models import Indicator, Observation
from regions.models import Region
from web.language import is_chinese

# With fewer there is no path to speak of.
LEAST_YEARS = 3
FIRST_RELEASE = "first release"

# The years of which each region has a value.
type YearsOf = dict[Region, set[int]]


class Common(NamedTuple):
    """The years of which a region has both, each counted in one way throughout."""

    region: Region
    indicator: Indicator
    years: dict[int, tuple[Observation, Observation]]  # emissions, GDP

    @property
    def is_first_release(self) -> bool:
        return any(method_of(gdp.basis) == FIRST_RELEASE for _emissions, gdp in self.years.values())


def method_of(basis: str) -> str:
    """How a value was made. First releases carry remarks of their own (rounded, revised since) and are of one kind all
    the same; any other basis is compared by its whole text."""
    return FIRST_RELEASE if FIRST_RELEASE in re.split(r"[;,]\s*", basis) else basis


def by_method(observations: Iterable[Observation]) -> dict[Region, dict[str, dict[int, Observation]]]:
    """Return the newest release of each year, by region and way of counting."""
    found: dict[Region, dict[str, dict[int, Observation]]] = defaultdict(lambda: defaultdict(dict))
    for row in sorted(observations, key=lambda row: (row.released_on, row.pk)):
        found[row.region][method_of(row.basis)][row.period_end.year] = row
    return found


def common_years(emissions: Iterable[Observation], gdp: Iterable[Observation]) -> list[Common]:
    """Return the common years of each region and each pair of ways to count that has enough of them."""
    of_gdp = by_method(gdp)
    found = []
    for region, methods in by_method(emissions).items():
        for own in methods.values():
            for other in of_gdp.get(region, {}).values():
                years = sorted(own.keys() & other.keys())
                if len(years) >= LEAST_YEARS:
                    indicator = own[years[0]].indicator
                    found.append(Common(region, indicator, {year: (own[year], other[year]) for year in years}))
    return found


def common_years_of_each(emissions: Iterable[Observation], gdp: Sequence[Observation]) -> list[Common]:
    """Return the common years of each way of counting what is emitted."""
    by_indicator: dict[Indicator, list[Observation]] = defaultdict(list)
    for row in emissions:
        by_indicator[row.indicator].append(row)
    return [each for rows in by_indicator.values() for each in common_years(rows, gdp)]


def years_of(rows: Iterable[Observation]) -> YearsOf:
    found: dict[Region, set[int]] = defaultdict(set)
    for row in rows:
        found[row.region].add(row.period_end.year)
    return found


def joined(years: YearsOf, regions: Iterable[Region]) -> set[int]:
    return {year for each in regions for year in years.get(each, ())}


def years_words(years: Iterable[int]) -> str:
    """Return years as text, with those in a row joined: 2016–2019, 2021; 2016—2019、2021年."""
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    dash, comma = ("—", "、") if is_chinese() else ("–", ", ")
    words = [str(run[0]) if len(run) == 1 else f"{run[0]}{dash}{run[-1]}" for run in runs]
    return comma.join(words) + ("年" if is_chinese() else "")


def missing_words(emissions: Iterable[int], gdp: Iterable[int], *, name: str, gdp_name: str) -> str:
    """Return a sentence of the years and inputs that a path lacks. `name`: what is emitted; `gdp_name`: that of GDP."""
    emitted, produced = set(emissions), set(gdp)
    wanted = []
    for input_name, known, others in ((name, emitted, produced), (gdp_name, produced, emitted)):
        if not known:
            wanted.append(input_name)
        elif lacking := others - known:
            wanted.append(_of_years(input_name, lacking, known=known))
    if not wanted:
        return _("missing are years of which both are counted in one way throughout")
    both = _("%(first)s and %(second)s") % {"first": wanted[0], "second": wanted[-1]}
    return _("missing: %(inputs)s") % {"inputs": both if len(wanted) > 1 else wanted[0]}


def _of_years(name: str, lacking: set[int], *, known: set[int]) -> str:
    if min(lacking) > max(known):
        return _("%(name)s (from %(year)s on)") % {"name": name, "year": max(known) + 1}
    if max(lacking) < min(known):
        return _("%(name)s (up to %(year)s)") % {"name": name, "year": min(known) - 1}
    return _("%(name)s (%(years)s)") % {"name": name, "years": years_words(lacking)}
