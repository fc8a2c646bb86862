from decimal import Decimal

import pytest

from core.classes import class_limits, class_of, round_down, shades


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([], []),
        ([5], []),
        ([0, 0, 7], []),
        ([5, 5, 5], []),
        ([1, 2], [2]),
        ([110, 190, 310, 420, 790], [150, 300, 400, 700]),
        # Sixteen values: three or four in each class.
        (
            [2371, 2500, 2800, 3000, 3100, 3363, 3600, 3865, 4200, 4400, 4500, 5000, 6000, 7000, 8897, 10307],
            [3000, 3500, 4000, 6000],
        ),
        ([Decimal("0.31"), Decimal("0.74")], [Decimal("0.7")]),
        # Hardly different: a limit that would leave a class empty is left out.
        ([101, 102, 103, 104, 105], []),
        ([1_000_000, 2_700_000, 9_990_000], [2_500_000, 8_000_000]),
    ],
)
def test_limits_are_round_quantiles(values: list[Decimal | int], limits: list[Decimal | int]) -> None:
    assert class_limits(values) == limits


@pytest.mark.parametrize(
    ("value", "found"), [("1", "1"), ("1.19", "1"), ("3.6", "3.5"), ("9999", "8000"), ("50", "50")]
)
def test_limits_are_rounded_down(value: str, found: str) -> None:
    assert round_down(Decimal(value)) == Decimal(found)


@pytest.mark.parametrize("values", [[3, 8, 8, 9, 40], [1, 1, 1, 1, 2, 3], list(range(1, 200)), [7, 70, 700]])
def test_no_class_is_empty(values: list[int]) -> None:
    limits = class_limits(values)
    assert {class_of(value, limits) for value in values} == set(range(len(limits) + 1))


def test_a_limit_belongs_to_the_class_that_it_begins() -> None:
    assert [class_of(value, [10, 20]) for value in (9, 10, 19, 20, 21)] == [0, 1, 1, 2, 2]


def test_few_classes_have_shades_far_apart() -> None:
    assert [shades(count) for count in (1, 2, 3, 5)] == [[0], [0, 4], [0, 2, 4], [0, 1, 2, 3, 4]]
