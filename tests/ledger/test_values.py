"""Values of indicators in a file: what no value can be is told at its cell, and nothing is loaded."""

from pathlib import Path

import pytest

from indicators.models import Indicator, Observation
from tests.ledger.example import append, complaints, edit, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
SHARE = "The indicator is a share of a whole: its value lies between 0 and 100."
OBSERVED = "{},370000,{},year,{}-01-01,{}-12-31,{},yes,,2023-01-20,stated,yes,published,Statistics"


def observed(code: str, year: int, value: str) -> str:
    return OBSERVED.format(code, year, year, year, value)


@pytest.fixture
def shares(folder: Path) -> Path:
    """The ledger with a share of a whole, of which it has no value yet."""
    path = folder / "indicators.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},is_share", *(f"{row}," for row in rows)]
    lines.append("forest_cover,森林覆盖率,Forests,%,%,1,up,no,3,published,Statistics,yes")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_share_of_a_whole_is_loaded_and_others_are_none(shares: Path) -> None:
    for year, value in ((2020, "0"), (2021, "18.24"), (2022, "100")):
        append(shares, "observations", observed("forest_cover", year, value))
    append(shares, "observations", observed("gdp_growth_ytd", 2022, "-3"))
    load(shares, unlikely_is_so=True)
    assert list(Indicator.objects.filter(is_share=True).values_list("code", flat=True)) == ["forest_cover"]
    assert Observation.objects.count() == 5


@pytest.mark.parametrize("value", ["-0.1", "100.1", "1824"])
def test_its_value_lies_within_the_whole(shares: Path, value: str) -> None:
    append(shares, "observations", observed("forest_cover", 2022, value))
    assert complaints(shares) == [f"observations, row 3, value: {SHARE}"]


def test_an_indicator_with_other_values_becomes_no_share(shares: Path) -> None:
    append(shares, "observations", observed("gdp_growth_ytd", 2022, "-3"))
    load(shares, unlikely_is_so=True)
    line = "gdp_growth_ytd,增速,Growth,%,%,1,up,yes,1,published,Statistics,"
    edit(shares, "indicators", line, f"{line}yes")
    sentence = "It has values below 0 or above 100, which no share of a whole can be."
    assert complaints(shares, change=True) == [f"indicators, row 2, is_share: {sentence}"]
    # What the file corrects meanwhile is wrong no more.
    edit(shares, "observations", ",-3,", ",3,")
    load(shares, change=True, unlikely_is_so=True)
    assert Indicator.objects.get(code="gdp_growth_ytd").is_share
