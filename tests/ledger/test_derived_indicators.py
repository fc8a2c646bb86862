"""Derived indicators in a file: what does not fit is told at its cell, and nothing is loaded."""

from datetime import date
from pathlib import Path

import pytest

from indicators.models import Indicator, Observation
from indicators.released import every_observation
from tests.ledger.example import append, complaints, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
HEADS = "code,name_zh,name_en,unit,direction,derived_form,derived_from,derived_with,provenance,source\n"
PARTS = (
    "gdp,地区生产总值,GDP,100 million yuan,up,,,,published,Bureau\n"
    "tertiary,第三产业,Tertiary sector,100 million yuan,up,,,,published,Bureau\n"
    "people,人口,People,10 thousand people,neutral,,,,published,Bureau\n"
)
SHARE = "share,占比,Share,%,up,share,tertiary,gdp,published,Bureau\n"
OBSERVED = "{},370000,2022,year,2022-01-01,2022-12-31,{},yes,,2023-01-20,stated,yes,published,Bureau"


def indicators(folder: Path, lines: str) -> Path:
    (folder / "indicators.csv").write_text(HEADS + PARTS + lines, encoding="utf-8")
    for name in ("observations", "targets", "links"):
        path = folder / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return folder


def test_a_derived_indicator_is_loaded_whatever_its_place_and_has_values(folder: Path) -> None:
    # Before those that it is derived from.
    indicators(folder, "")
    (folder / "indicators.csv").write_text(HEADS + SHARE + PARTS, encoding="utf-8")
    for code, value in (("tertiary", "40"), ("gdp", "100")):
        append(folder, "observations", OBSERVED.format(code, value))
    load(folder)
    [row] = every_observation(Indicator.objects.get(code="share"), on=date(2023, 8, 29))
    assert row.value == 40
    assert Observation.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            SHARE.replace("gdp", "people"),
            "indicators, row 5, derived_with: A share or a difference needs two indicators of one unit",
        ),
        (SHARE.replace("tertiary,gdp", "tertiary,"), "indicators, row 5, derived_with: This form needs a second"),
        (SHARE.replace("%,up", "yuan,up"), "indicators, row 5, unit: A share or a change on the year is in per cent"),
        (
            SHARE + SHARE.replace("share,占比", "more,占比").replace("tertiary,gdp", "share,gdp"),
            "indicators, row 6, derived_from: share is derived itself",
        ),
        (SHARE.replace("share,tertiary,gdp", ",tertiary,"), "indicators, row 5, derived_form: Say how it is derived"),
    ],
)
def test_what_does_not_fit_is_told(line: str, expected: str, folder: Path) -> None:
    told = complaints(indicators(folder, line))
    assert any(each.startswith(expected) for each in told), told
    assert not Indicator.objects.exists()


def test_it_takes_no_values_of_its_own(folder: Path) -> None:
    indicators(folder, SHARE)
    append(folder, "observations", OBSERVED.format("share", "40"))
    expected = "observations, row 2, indicator: This indicator is derived from others and has no values of its own."
    assert complaints(folder) == [expected]


def test_an_input_that_a_file_changes_is_told_what_is_derived_from_it(folder: Path) -> None:
    load(indicators(folder, SHARE))
    lines = PARTS.replace("Tertiary sector,100 million yuan", "Tertiary sector,yuan")
    (folder / "indicators.csv").write_text(HEADS + lines, encoding="utf-8")
    expected = "indicators, row 3, unit: share is derived from it, which this does not allow."
    assert complaints(folder) == [expected]


def test_an_indicator_with_values_does_not_become_derived(folder: Path) -> None:
    plain = SHARE.replace("share,tertiary,gdp", ",,")
    indicators(folder, plain)
    append(folder, "observations", OBSERVED.format("share", "40"))
    load(folder)
    (folder / "indicators.csv").write_text(HEADS + PARTS + SHARE, encoding="utf-8")
    (folder / "observations.csv").unlink()
    expected = "indicators, row 5, derived_form: It has values of its own; a derived indicator has none."
    assert complaints(folder) == [expected]
