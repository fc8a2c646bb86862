"""An amount that a source published changes in a file with its new source, or is said to be reported from then on."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from ledger.preview import preview
from ledger.reading import read_ledger
from measures.models import Plan
from projects.models import Project
from tests.factories import make_user
from tests.ledger.example import complaints, edit, load
from workbooks.findings import found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

P0001 = "9.4201,2023-02-28,illustrative,illustrative,"
COMPLAINT = (
    "projects, row 2, total_investment: The amount is published: name the source of the new one under “Source”, or"
    " choose “Reported” under “Provenance of the investment”."
)


@pytest.fixture
def published(folder: Path) -> Path:
    """The total of P0001 is that of a list."""
    edit(folder, "projects", P0001, "9.4201,2023-02-28,published,published,A list")
    load(folder)
    make_user("rita", role="reviewer")
    return folder


def change(folder: Path, row: str) -> None:
    """`row`: the end of P0001's, from its total on."""
    edit(folder, "projects", "9.4201,2023-02-28,published,published,A list", row)


def total() -> tuple[int, str, str]:
    project = Project.objects.get(code="P0001")
    return project.investment_wan, project.investment_provenance, project.source


def test_another_total_of_the_same_source_is_wrong_at_its_cell(published: Path) -> None:
    change(published, "10.5,2023-02-28,published,published,A list")
    assert complaints(published, change=True, by="rita") == [COMPLAINT]
    assert total() == (94_201, "published", "A list")


def test_so_it_is_where_the_file_has_no_column_of_sources(published: Path) -> None:
    for path in published.glob("*.csv"):
        if path.stem not in ("plan", "projects"):
            path.unlink()
    (published / "projects.csv").write_text("code,total_investment\nP0001,10.5\n", encoding="utf-8")
    assert complaints(published, change=True, by="rita") == [COMPLAINT]


def test_the_command_and_the_page_say_it_before_anything_is_loaded_in_both_languages(published: Path) -> None:
    change(published, "10.5,2023-02-28,published,published,A list")
    err = io.StringIO()
    call_command("load_data", str(published), preview=True, by="rita", stdout=io.StringIO(), stderr=err)
    assert err.getvalue() == f"{COMPLAINT}\n"
    ledger, plan = read_ledger(published).ledger, Plan.objects.get()
    with override("zh-hans"):
        seen = preview(ledger, plan)
        [wrong] = found(seen, seen, base={}, notices=[])["wrong"]
    assert (wrong["number"], wrong["column"]) == (2, "总投资（亿元）")
    assert (
        wrong["sentence"]
        == "该金额为公开数据：请在“数据来源”中写明新金额的来源，或在“总投资来源性质”中选择“填报数据”。"
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("10.5,2023-02-28,published,published,Another list", (105_000, "published", "Another list")),
        ("10.5,2023-02-28,published,reported,A list", (105_000, "reported", "A list")),
        ("10.5,2023-02-28,published,illustrative,A list", (105_000, "illustrative", "A list")),
    ],
)
def test_it_is_loaded_with_another_source_or_as_one_that_is_not_published(
    published: Path, row: str, expected: tuple[int, str, str]
) -> None:
    change(published, row)
    load(published, change=True, by="rita")
    assert total() == expected


def test_what_else_changes_of_a_project_needs_no_other_source(published: Path) -> None:
    edit(published, "projects", "Project one", "The first project")
    load(published, change=True, by="rita")
    assert Project.objects.get(code="P0001").name_en == "The first project"
    assert total() == (94_201, "published", "A list")


def test_a_total_of_which_the_name_alone_is_published_may_change(folder: Path) -> None:
    edit(folder, "projects", P0001, "9.4201,2023-02-28,published,illustrative,A list")
    load(folder)
    make_user("rita", role="reviewer")
    edit(folder, "projects", "9.4201", "10.5")
    load(folder, change=True, by="rita")
    assert total() == (105_000, "illustrative", "A list")


@pytest.mark.parametrize(("source", "is_wrong"), [("", True), ("A list", False)])
def test_a_total_that_is_published_from_now_on_has_a_source(folder: Path, source: str, is_wrong: bool) -> None:
    edit(folder, "projects", P0001, f"9.4201,2023-02-28,illustrative,illustrative,{source}")
    load(folder)
    make_user("rita", role="reviewer")
    edit(folder, "projects", "9.4201,2023-02-28,illustrative,illustrative", "10.5,2023-02-28,illustrative,published")
    options: dict[str, Any] = {"change": True, "by": "rita"}
    if is_wrong:
        assert complaints(folder, **options) == [COMPLAINT]
    else:
        load(folder, **options)
        assert total() == (105_000, "published", "A list")


def test_wrong_totals_are_left_out_and_the_others_loaded(published: Path) -> None:
    change(published, "10.5,2023-02-28,published,published,A list")
    edit(published, "projects", "completed,10,", "completed,11,")
    with pytest.raises(CommandError):
        call_command("load_data", str(published), change=True, by="rita", stdout=io.StringIO(), stderr=io.StringIO())
    load(published, change=True, by="rita", leave_out_wrong=True)
    assert total() == (94_201, "published", "A list")
    assert Project.objects.get(code="P0002").investment_wan == 110_000
