"""Cities that are excused from the ranking, in a ledger: what it brings, what it refuses, and that it moves whole."""

from datetime import date
from pathlib import Path

import pytest

from measures.models import Plan
from projects.exemptions import excuse_city
from projects.models import RankExemption
from regions.models import Region
from tests.factories import make_user
from tests.ledger.example import complaints, edit, load
from tests.ledger.test_export_data import contents, empty_the_site, export, preview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

ROWS = """city,starts_on,ends_on,reason_zh,reason_en,remove
370200,2023-03-01,2023-04-30,疫情,Epidemic,
370200,2023-08-01,,受灾停工,,
"""


@pytest.fixture
def filled(folder: Path) -> Path:
    (folder / "rank_exemptions.csv").write_text(ROWS, encoding="utf-8")
    return folder


def test_a_load_brings_changes_and_removes_them(filled: Path) -> None:
    assert "2 rank_exemptions new" in load(filled)
    assert load(filled) == "Everything was loaded already.\n"
    edit(filled, "rank_exemptions", "2023-08-01,,受灾停工,,", "2023-08-01,2023-08-20,受灾停工,,")
    edit(filled, "rank_exemptions", "疫情,Epidemic,", "疫情,Epidemic,录入有误")
    assert load(filled, change=True) == "Loaded: 1 rank_exemptions changed, 1 rank_exemptions removed.\n"
    found = RankExemption.objects.get()
    assert (found.city.code, found.ends_on, found.reason_zh) == ("370200", date(2023, 8, 20), "受灾停工")


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_all_of_it_moves_to_an_empty_site(filled: Path, tmp_path: Path, name: str) -> None:
    load(filled)
    jinan = Region.objects.get(code="370100")
    rita = make_user("rita", role="reviewer")
    excuse_city(Plan.objects.get(), by=rita, city=jinan, starts_on=date(2023, 8, 1), reason_zh="停工")
    export(tmp_path / name)
    export(tmp_path / "before")
    assert preview(tmp_path / name).endswith(" unchanged\n")
    empty_the_site()
    load(tmp_path / name, by=make_user("admin", is_superuser=True).username)
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    assert RankExemption.objects.get(city__code="370100").recorded_by.username == "rita"


def test_what_is_wrong_with_a_row_is_said_where_it_stands(filled: Path) -> None:
    (filled / "rank_exemptions.csv").write_text(
        "city,starts_on,ends_on,reason_zh,recorded_at,recorded_by\n"
        "370200,2023-03-01,2023-02-01,疫情,,\n"
        "370100,2023-03-01,2023-04-30,,,\n"
        "370100,2023-04-30,,停工,,\n"
        "370100,1989-01-01,1989-12-31,停工,1989-01-01 09:00,\n",
        encoding="utf-8",
    )
    assert complaints(filled) == [
        "rank_exemptions, row 2, ends_on: The last day is before the first.",
        "rank_exemptions, row 3, reason_zh: A value is wanted in one of the two languages.",
        "rank_exemptions, row 3, starts_on: It is excused from 2023-04-30 on already.",
        "rank_exemptions, row 4, starts_on: It is excused from 2023-03-01 to 2023-04-30 already.",
        "rank_exemptions, row 5, ends_on: A day from 1990-01-01 to 2100-12-31 is wanted.",
        "rank_exemptions, row 5, recorded_by: A moment and a person belong together.",
        "rank_exemptions, row 5, starts_on: A day from 1990-01-01 to 2100-12-31 is wanted.",
    ]
