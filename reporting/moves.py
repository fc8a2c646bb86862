"""Tables of moves: which step takes something from which state to which, and who may make it.

A table drives the guards of services, the buttons on pages, the `moves` of the API, and tests.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Move:
    """A move of a table. `by`: who makes it, by the names that the table has for them. `after`: None where the state
    stays as it is.

    `label` is on its button, `done` is what has happened then; `refusal` is said in any other state. `same_day`: only
    on the day of the decision that it takes back. `by_same_unit`: only by the unit that submitted it. `needs_note`: it
    is not made without words.
    """

    name: str
    label: str | Promise
    done: str | Promise
    before: tuple[str, ...]
    after: str | None
    by: tuple[str, ...]
    refusal: str | Promise
    same_day: bool = False
    by_same_unit: bool = False
    needs_note: bool = False


def moves_from(moves: Iterable[Move], state: str, *, by: Collection[str]) -> list[Move]:
    """Return the moves that those who are `by` may make in the state, in the order of the table."""
    return [move for move in moves if state in move.before and not set(by).isdisjoint(move.by)]


def steps_of(moves: Iterable[Move]) -> list[tuple[str, str | Promise]]:
    """Return the moves that a step of a life may be, as choices of a column."""
    return [(move.name, move.done) for move in moves]
