from decimal import Decimal

import pytest

from core.classes import class_limits, class_of, count_limits, rate_limits, round_down, shades


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


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([], []),
        ([0, 0], []),
        ([0, 1], [1]),
        ([5, 0, 2], [1, 2, 3, 4]),
        # What the cities have suspended on one day, and had one more or less: the classes stay.
        ([8, 8, 7, 6, 6, 5, 4, 4, 4, 4, 3, 3, 3, 2, 1, 0], [1, 3, 5, 7]),
        ([7, 8, 0], [1, 3, 5, 7]),
        ([10], [1, 3, 5, 7]),
        ([11, 1], [1, 6, 11]),
        ([26, 3], [1, 11, 21]),
        ([3_000, 0, 14], [1, 1001, 2001]),
        ([5_000], [1, 1001, 2001, 3001]),
    ],
)
def test_limits_of_counts_follow_from_the_greatest_alone(values: list[int], limits: list[int]) -> None:
    assert count_limits(values) == limits


@pytest.mark.parametrize("greatest", range(2, 2_000, 7))
def test_counts_of_any_size_have_legible_classes(greatest: int) -> None:
    limits = count_limits([0, greatest])
    assert 2 <= len(limits) <= 4
    # 0 is alone, and the last class is no wider than two of the others.
    width = limits[1] - limits[0]
    assert limits[0] == 1
    assert limits[-1] <= greatest < limits[-1] + 2 * width


@pytest.mark.parametrize(
    ("rates", "limits"),
    [
        ([], []),
        (["58.3"], []),
        (["52.0", "57.7", "60.0"], [54, 56, 58, 60]),
        (["0.0", "100.0"], [50, 100]),
        (["49.9", "50.0"], [50]),
    ],
)
def test_classes_of_rates_have_one_width(rates: list[str], limits: list[int]) -> None:
    assert rate_limits([Decimal(each) for each in rates]) == limits
