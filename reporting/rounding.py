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


def whole_parts(parts: Sequence[Decimal]) -> list[int]:
    """Amounts in whole units that sum to their total in whole units: 33,652.4 + 24,836.4 is shown as 33,653 + 24,836
    beside 58,489. The amounts are none below nothing."""
    return apportion(parts, whole(sum(parts, Decimal(0))))


def whole_table(cells: Sequence[Sequence[Decimal]], rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """The cells of a table in whole units that sum to what is shown as the sums of its rows and its columns, by
    `whole_parts`. A cell may differ from its exact amount by a little more than one where nothing else is possible.
    """
    table = [apportion(cell, row) for cell, row in zip(cells, rows, strict=True)]
    over = [sum(column) - wanted for column, wanted in zip(zip(*table, strict=True), columns, strict=True)]
    while any(over):
        # One unit within a row, from a column with too much to one with too little, where it does least harm.
        row, source, target = min(
            (
                (row, source, target)
                for row in range(len(table))
                for source, much in enumerate(over)
                for target, little in enumerate(over)
                if much > 0 > little and table[row][source] > 0
            ),
            key=lambda move: _harm(cells[move[0]], table[move[0]], move[1], move[2]),
        )
        table[row][source] -= 1
        table[row][target] += 1
        over[source] -= 1
        over[target] += 1
    return table


def _harm(exact: Sequence[Decimal], shown: Sequence[int], source: int, target: int) -> Decimal:
    """How much further from the exact amounts two cells of a row are when a unit goes from one to the other."""

    def away(column: int, by: int) -> Decimal:
        return abs(shown[column] + by - exact[column]) - abs(shown[column] - exact[column])

    return away(source, -1) + away(target, 1)
