"""How many projects, and what they cost."""

from dataclasses import dataclass
from decimal import Decimal

from web.formats.money import wan_to_yi


@dataclass
class ProjectSum:
    """How many projects, and their total investment in 万元."""

    number: int = 0
    wan: int = 0

    def add(self, number: int, wan: int) -> None:
        self.number += number
        self.wan += wan

    @property
    def yi(self) -> Decimal:
        """The investment in 亿元."""
        return wan_to_yi(self.wan)
