"""The people in a simulation, the steps of a report, and how a fault is told."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

OPEN = ("draft", "submitted", "returned")


class Fault(AssertionError):
    """The product did what it may not, or lost what it had acknowledged."""


def must(condition: object, sentence: str) -> None:
    if not condition:
        raise Fault(sentence)


@dataclass
class Step:
    """`row` is what stood in the database when it was first looked at: it never changes."""

    move: str
    by: int
    text: str
    row: tuple[Any, ...] | None = None


@dataclass
class Person:
    """A person of a department, of a city, or of the reviewing office. `emailed` counts the notices that were
    e-mailed."""

    pk: int
    department: int | None
    city: int | None = None
    email: str = ""
    emailed: int = 0
    emailed_at_once: int = 0
    mails: Counter[date] = field(default_factory=Counter)

    @property
    def is_office(self) -> bool:
        return not self.units

    @property
    def units(self) -> set[tuple[str, int]]:
        """Return the department or the city for which they file."""
        named = {"department": self.department, "city": self.city}
        return {(name, pk) for name, pk in named.items() if pk is not None}


@dataclass
class People:
    people: dict[int, Person] = field(default_factory=dict)

    def check_office(self, by: int) -> None:
        must(self.people[by].is_office, f"{by} did what only the office does")
