"""Numbers that are shown beside their sum: rounded so that a reader who adds them up finds it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def whole(value: Decimal | int) -> int:
    """Rounded half up, as all that is shown."""
    return int(Decimal(value).to_integral_value(ROUND_HALF_UP))


def apportion(exact: Sequence[Fraction | Decimal], total: int) -> list[int]:
    """Whole numbers that sum to `total`, each the exact one rounded down or up: those with the largest remainders go
    up, the first of equals first. `total` is the sum of the exact ones, rounded either way.
    """
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
