"""Sheets of a ledger that tell of a project beside its place and stage, and the revisions of its terms."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from measures.models import Load
from projects.models import Project, TermsChange
from rollups.services import verify_rollups
from tests.factories import make_user, shanghai
from tests.ledger.example import complaints, edit, load
from tests.ledger.test_export_data import contents, empty_the_site, export, preview

pytestmark = pytest.mark.django_db
SAID = "lead_department,project_class,list_name,national_code,planned_start_on,planned_completion_on"
CODE = "2105-370602-04-01-123456"


def say_more(folder: Path, said: str = f"energy,实施类,省重大项目名单,{CODE},2023-04-01,2024-12-31") -> None:
    text = (folder / "projects.csv").read_text(encoding="utf-8")
    head, first, second = text.strip().splitlines()
    lines = [head.replace("investment_provenance", f"investment_provenance,{SAID}", 1)]
    for line, more in ((first, said), (second, ",,,,,")):
        start, source = line.rsplit(",", 1)
        lines.append(f"{start},{more},{source}")
    (folder / "projects.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def say_revisions(folder: Path) -> None:
    (folder / "project_terms_changes.csv").write_text(
        "project,recorded_at,field,old_value,new_value,reason,recorded_by\n"
        "P0001,2023-05-04 09:30,investment_wan,90000,94201,概算调整,\n"
        "P0001,2023-06-04 09:30,计划竣工,,2024-12-31,前期推进,\n",
        encoding="utf-8",
    )


@pytest.fixture
def rita(folder: Path) -> Any:
    load(folder)
    return make_user("rita", role="reviewer")


def test_a_project_says_it_and_its_revisions_are_on_record(folder: Path, rita: Any) -> None:
    say_more(folder)
    say_revisions(folder)
    assert "project_terms_changes" in load(folder, change=True, by="rita")
    project = Project.objects.get(code="P0001")
    assert (project.lead_department.slug, project.project_class) == ("energy", "implementing")
    assert (project.list_name, project.national_code) == ("省重大项目名单", CODE)
    assert (project.planned_start_on, project.planned_completion_on) == (date(2023, 4, 1), date(2024, 12, 31))
    rows = TermsChange.objects.order_by("recorded_at").values_list("field", "old_value", "new_value", "recorded_by")
    # The file's own, then the days that it plans now.
    assert list(rows)[:2] == [
        ("investment_wan", "90000", "94201", rita.pk),
        ("planned_completion_on", "", "2024-12-31", rita.pk),
    ]
    assert {each[0] for each in list(rows)[2:]} == {"planned_start_on", "planned_completion_on"}


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_all_of_it_moves_to_an_empty_site(folder: Path, tmp_path: Path, name: str) -> None:
    say_more(folder)
    load(folder)
    rita = make_user("rita", role="reviewer")
    revision = {"field": "investment_wan", "old_value": "90000", "new_value": "94201", "reason": "概算调整"}
    project = Project.objects.get(code="P0001")
    project.terms_changes.create(recorded_at=shanghai(date(2023, 5, 4)), recorded_by=rita, **revision)
    export(tmp_path / name)
    export(tmp_path / "before")
    assert "P0001,2023-05-04 09:00" in (tmp_path / "before" / "project_terms_changes.csv").read_text(encoding="utf-8")
    empty_the_site()
    load(tmp_path / name)
    assert preview(tmp_path / name).endswith(" unchanged\n")
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    assert Project.objects.get(code="P0001").national_code == CODE


def test_another_total_keeps_the_old_one_with_reason_and_person(folder: Path, rita: Any) -> None:
    edit(folder, "projects", "9.4201", "10.5")
    said = load(folder, change=True, by="rita", reason="概算调整")
    assert said == "Loaded: 1 projects changed, 1 project_terms_changes new.\n"
    row = TermsChange.objects.get()
    assert (row.field, row.old_value, row.new_value) == ("investment_wan", "94201", "105000")
    assert (row.reason, row.recorded_by) == ("概算调整", rita)
    assert verify_rollups() == []
    call_command("load_data", take_back=Load.objects.latest("pk").pk, by="rita", stdout=io.StringIO())
    assert not TermsChange.objects.exists()
    assert Project.objects.get(code="P0001").investment_wan == 94_201


def test_another_total_needs_a_person(folder: Path, rita: Any) -> None:
    edit(folder, "projects", "9.4201", "10.5")
    assert complaints(folder, change=True) == [
        "projects, row 2, total_investment: This needs to be known by whom: load the file as a person."
    ]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (
            ",,,,2024-12-31,2023-04-01",
            "projects, row 2, planned_completion_on: The planned completion is before the planned start.",
        ),
        (
            ",,,2105-370602,,",
            f"projects, row 2, national_code: Write it like {CODE}: 20 digits, with hyphens after the 4th, 10th, 12th "
            "and 14th.",
        ),
        (
            "fishery,,,,,",
            "projects, row 2, lead_department: There is no “fishery” in Departments.",
        ),
    ],
)
def test_what_is_wrong_is_said(folder: Path, rita: Any, said: str, complaint: str) -> None:
    say_more(folder, said)
    assert complaints(folder, change=True, by="rita") == [complaint]
