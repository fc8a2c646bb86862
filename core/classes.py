"""Classes of values with round limits, for maps: about as many values in each."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import pairwise

MOST_CLASSES = 5
_STEPS = tuple(Decimal(each) for each in ("1", "1.2", "1.5", "2", "2.5", "3", "3.5", "4", "5", "6", "7", "8"))


def class_limits(values: Collection[Decimal | int], *, most: int = MOST_CLASSES) -> list[Decimal]:
    """Where each class but the first begins: quantiles of the values above 0, rounded down to 1, 1.2, 1.5, 2, 2.5, 3,
    3.5, 4, 5, 6, 7 or 8 × 10^n. No class is empty, so few values make fewer classes, and one or none has no limit.

    >>> [int(limit) for limit in class_limits([110, 190, 310, 420, 790])]
    [150, 300, 400, 700]
    """
    ranked = sorted(Decimal(each) for each in values if each > 0)
    count = min(most, len(set(ranked)))
    limits = sorted({round_down(ranked[number * len(ranked) // count]) for number in range(1, count)})
    if limits and limits[0] <= ranked[0]:
        limits = limits[1:]
    # Each upper class holds the value that its limit comes from; what lies between two limits may be none.
    return [
        low
        for low, high in pairwise([*limits, ranked[-1] + 1 if ranked else Decimal(0)])
        if any(low <= value < high for value in ranked)
    ]


def round_down(value: Decimal) -> Decimal:
    """To the next round number, of a value above 0."""
    power = Decimal(10) ** value.adjusted()
    found = max(step * power for step in _STEPS if step * power <= value)
    return found.to_integral_value() if found == found.to_integral_value() else found


def shades(classes: int, of: int = MOST_CLASSES) -> list[int]:
    """Which of so many shades the classes have, from 0: as far apart as they can be."""
    return [0] if classes == 1 else [round(number * (of - 1) / (classes - 1)) for number in range(classes)]


def class_of(value: Decimal | int, limits: Sequence[Decimal | int]) -> int:
    """From 0; a limit belongs to the class that begins with it."""
    return sum(value >= limit for limit in limits)
