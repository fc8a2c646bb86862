"""Themes in a ledger: what it brings, what it refuses, and that they move whole."""

from pathlib import Path

import pytest

from tests.factories import make_user
from tests.ledger.example import complaints, edit, load
from tests.ledger.test_export_data import contents, empty_the_site, export, preview
from themes.editing import THEMES
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

ROWS = """slug,number,name_zh,name_en,sections,categories,indicators,measures,provenance,remove
energy,1,能源,Energy,energy; 水,能源,pm25; Growth,M002,illustrative,
,,空气,Air,,,pm25,,,
"""


@pytest.fixture
def filled(folder: Path) -> Path:
    (folder / "themes.csv").write_text(ROWS, encoding="utf-8")
    return folder


def members(slug: str) -> dict[str, object]:
    state = THEMES.state(Theme.objects.get(slug=slug))
    return {name: state[name] for name in ("sections", "categories", "indicators", "measures")}


def test_a_load_brings_changes_and_removes_them(filled: Path) -> None:
    assert "2 themes new" in load(filled)
    assert load(filled) == "Everything was loaded already.\n"
    assert members("energy") == {
        "sections": ["energy", "water"],
        "categories": ["energy"],
        "indicators": ["gdp_growth_ytd", "pm25"],
        "measures": ["M002"],
    }
    air = Theme.objects.get(slug="air")
    assert (air.number, air.provenance) == (2, "reported")
    edit(filled, "themes", "energy; 水,能源,pm25; Growth,M002", "water,,pm25,M001; M002")
    edit(filled, "themes", ",,空气,Air,,,pm25,,,", "air,,空气,Air,,,pm25,,,不再需要")
    assert load(filled, change=True) == "Loaded: 1 themes changed, 1 themes removed.\n"
    assert members("energy") == {
        "sections": ["water"],
        "categories": [],
        "indicators": ["pm25"],
        "measures": ["M001", "M002"],
    }


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_all_of_it_moves_to_an_empty_site(filled: Path, tmp_path: Path, name: str) -> None:
    # A code may have what stands between codes.
    edit(filled, "measures", "M002,water", "1;2,water")
    edit(filled, "links", "M002,P0001", "1;2,P0001")
    for sheet in ("reports", "status_history"):
        path = filled / f"{sheet}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("M002", "1;2"), encoding="utf-8")
    edit(filled, "themes", ",M002,", ',"""1;2""; M001",')
    load(filled)
    assert members("energy")["measures"] == ["1;2", "M001"]
    export(tmp_path / name)
    export(tmp_path / "before")
    assert preview(tmp_path / name).endswith(" unchanged\n")
    empty_the_site()
    load(tmp_path / name, by=make_user("admin", is_superuser=True).username)
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    assert members("energy")["measures"] == ["1;2", "M001"]


def test_what_is_wrong_is_said(filled: Path) -> None:
    (filled / "themes.csv").write_text(
        "slug,number,name_zh,sections,measures\none,1,,energy,\ntwo,1,二,none,M009\nNot A Slug,3,三,,\n",
        encoding="utf-8",
    )
    found = complaints(filled)
    assert [line.partition(":")[0] for line in found] == [
        "themes, row 2, name_zh",
        "themes, row 3, measures",
        "themes, row 3, number",
        "themes, row 3, sections",
        "themes, row 4, slug",
    ]
