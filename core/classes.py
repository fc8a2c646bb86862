"""Classes of values with round limits, for maps: about as many values in each."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import count, pairwise

MOST_CLASSES = 5
_STEPS = tuple(Decimal(each) for each in ("1", "1.2", "1.5", "2", "2.5", "3", "3.5", "4", "5", "6", "7", "8"))


def class_limits(values: Collection[Decimal | int]) -> list[Decimal]:
    """Return the lower limit of each class but the first: quantiles of the values above 0, rounded down to 1, 1.2, 1.5,
    2, 2.5, 3, 3.5, 4, 5, 6, 7 or 8 × 10^n. No class is empty, so few values make fewer classes, and one or none has no
    limit.

    >>> [int(limit) for limit in class_limits([110, 190, 310, 420, 790])]
    [150, 300, 400, 700]
    """
    ranked = sorted(Decimal(each) for each in values if each > 0)
    classes = min(MOST_CLASSES, len(set(ranked)))
    limits = sorted({round_down(ranked[number * len(ranked) // classes]) for number in range(1, classes)})
    if limits and limits[0] <= ranked[0]:
        limits = limits[1:]
    # Each upper class holds the value that its limit comes from; what lies between two limits may be none.
    return [
        low
        for low, high in pairwise([*limits, ranked[-1] + 1 if ranked else Decimal(0)])
        if any(low <= value < high for value in ranked)
    ]


def count_limits(values: Collection[int]) -> list[Decimal]:
    """The same for small counts, such as projects that are suspended: 0 stands alone, the others are in classes of one
    width, 1, 2 or 5 × 10^n, the last of them open. The width follows from the greatest value alone, so that classes
    stay as they are until that passes 5, 10, 25, 50, 100 …; one of them may be empty.

    >>> [int(limit) for limit in count_limits([0, 2, 3, 8])]
    [1, 3, 5, 7]
    """
    greatest = max(values, default=0)
    widths = (step * 10**power for power in count() for step in (1, 2, 5))
    width = next(each for each in widths if greatest <= each * MOST_CLASSES)
    return [Decimal(1 + number * width) for number in range(MOST_CLASSES - 1) if 1 + number * width <= greatest]


def rate_limits(values: Collection[Decimal]) -> list[Decimal]:
    """The same for rates in per cent, from 0, which lie close together: classes of one width, 1, 2, 5 × 10^n points,
    from that of the lowest rate to that of the greatest.

    >>> [int(limit) for limit in rate_limits([Decimal("52.0"), Decimal("57.7"), Decimal("60.0")])]
    [54, 56, 58, 60]
    """
    if not values:
        return []
    low, high = min(values), max(values)
    widths = (step * 10**power for power in count() for step in (1, 2, 5))
    width = next(each for each in widths if high // each - low // each < MOST_CLASSES)
    return [Decimal(number * width) for number in range(int(low // width) + 1, int(high // width) + 1)]


def round_down(value: Decimal) -> Decimal:
    """Return a value above 0 rounded down to the next round number."""
    power = Decimal(10) ** value.adjusted()
    found = max(step * power for step in _STEPS if step * power <= value)
    return found.to_integral_value() if found == found.to_integral_value() else found


def shades(classes: int, of: int = MOST_CLASSES) -> list[int]:
    """Return the shade of each class out of `of` shades, numbered from 0: as far apart as they can be."""
    return [0] if classes == 1 else [round(number * (of - 1) / (classes - 1)) for number in range(classes)]


def class_of(value: Decimal | int, limits: Sequence[Decimal | int]) -> int:
    """Return the number of the class of a value, from 0; a limit belongs to the class that begins with it."""
    return sum(value >= limit for limit in limits)
