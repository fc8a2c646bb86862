"""A figure on two days."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class FigureChange:
    """`change`: the later figure minus the earlier, as shown; None where there was nothing to measure on a day."""

    then: Decimal | int | None
    now: Decimal | int | None

    @property
    def change(self) -> Decimal | int | None:
        return None if self.then is None or self.now is None else self.now - self.then
