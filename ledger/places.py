"""The region in which a project counts: tables name a county, a town or nothing, and totals want a member of the plan's
region."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ledger.references import Names
from ledger.rows import Row, Values
from regions.models import RegionKind

# The columns of a project that say where it lies.
PLACE = ("city", "county")


@dataclass(frozen=True)
class Places:
    """The regions that there are. `region`: that of the plan; `parents`: code -> what it lies in; `kinds`: of all."""

    region: str | None
    parents: Mapping[str, str | None]
    kinds: frozenset[str]

    @cached_property
    def members(self) -> set[str]:
        return {code for code, parent in self.parents.items() if parent is not None and parent == self.region}

    def is_address(self, column: str) -> bool:
        """Returns whether an unknown name in the column is no mistake: there is nothing that it could be."""
        is_whole = self.region is not None and not self.members
        return is_whole or (column == "county" and RegionKind.COUNTY not in self.kinds)

    def placed(self, values: Values) -> Values:
        """Returns the values of a project with the region in which it counts, and the county in it."""
        city, county = values.get("city"), values.get("county")
        place = county if city in (None, self.region) else city
        lies_in = None if place is None else self.parents.get(place)
        if not self.members:
            city, county = city or self.region, None if county == self.region else county
        elif place in self.members:
            city, county = place, None if place == county else county
        elif lies_in in self.members and county in (None, place):
            city, county = lies_in, place
        return values | {name: at for name, at in (("city", city), ("county", county)) if at != values.get(name)}


def whole_place(regions: Collection[Values]) -> str | None:
    """Returns the code of the region that all others lie in, the country aside; None where there are several."""
    countries = {each["code"] for each in regions if each["kind"] == RegionKind.COUNTRY}
    tops = [each["code"] for each in regions if each["parent"] in {None, *countries} and each["code"] not in countries]
    return tops[0] if len(tops) == 1 else None


def places_of(regions: Collection[Values], region: str | None) -> Places:
    """`region`: that of the plan; where it has none yet, it will lie in the whole place."""
    region = region or whole_place(regions)
    parents = {each["code"]: each["parent"] for each in regions}
    return Places(region, parents, frozenset(each["kind"] for each in regions))


def without_addresses(row: Row, places: Places, names: Names) -> tuple[Row, list[str]]:
    """Removes names of places that no region has, where none could have them; returns them, too."""
    found = {}
    for column in PLACE:
        text = row.values.get(column)
        if text and places.is_address(column) and names.is_unknown(text):
            found[column] = text
    kept = {name: value for name, value in row.values.items() if name not in found}
    return replace(row, values=kept) if found else row, list(found.values())
