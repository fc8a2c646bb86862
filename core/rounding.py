"""Rounding of numbers that stand beside their sum: a reader who adds them up gets it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def whole(value: Decimal | Fraction | int) -> int:
    """Rounded half up, as all that is shown."""
    if isinstance(value, Fraction):
        rounded = (abs(value) * 2 + 1) // 2
        return int(rounded if value >= 0 else -rounded)
    return int(Decimal(value).to_integral_value(ROUND_HALF_UP))


def apportion(exact: Sequence[Fraction | Decimal], total: int) -> list[int]:
    """Whole numbers that sum to `total`, which is the rounded sum of the exact ones (largest remainder method)."""
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
