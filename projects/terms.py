"""How far a project's total and planned days have moved from what they were at first."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from core.pace import to_tenth


class Changed(Protocol):
    """A change of terms, as these rules take it."""

    @property
    def field(self) -> str: ...

    @property
    def old_value(self) -> str: ...


class Overrun(NamedTuple):
    """The overrun of a total, in 万元. `more`: what it grew by, negative where it shrank. `rate`: the same in per cent
    of the original, None where that is 0."""

    original: int
    present: int
    more: int
    rate: Decimal | None


class Delay(NamedTuple):
    """The delay of a planned day. `days`: how much later it is, negative where earlier; None where one of both is not
    set."""

    original: date | None
    present: date | None
    days: int | None


def first_values(changes: Iterable[Changed]) -> dict[str, str]:
    """Return the first value of each changed term, by its name; `changes` come newest first."""
    return {each.field: each.old_value for each in changes}


def overrun_of(first: Mapping[str, str], present: int) -> Overrun | None:
    """Return the overrun of the total investment; None where it was never revised."""
    if "investment_wan" not in first:
        return None
    original = int(first["investment_wan"])
    more = present - original
    return Overrun(original, present, more, to_tenth(Fraction(100 * more, original)) if original else None)


def delay_of(first: Mapping[str, str], term: str, present: date | None) -> Delay | None:
    """Return the delay of a planned day; None where it was never revised."""
    if term not in first:
        return None
    original = date.fromisoformat(first[term]) if first[term] else None
    days = None if original is None or present is None else (present - original).days
    return Delay(original, present, days)
