"""A figure on two days."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class FigureChange:
    """A figure on both days, and the second minus the first as shown; None where one of them is nothing to measure."""

    then: Decimal | int | None
    now: Decimal | int | None

    @property
    def change(self) -> Decimal | int | None:
        return None if self.then is None or self.now is None else self.now - self.then
