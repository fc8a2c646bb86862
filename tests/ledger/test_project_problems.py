# ruff: noqa: E501 (rows of data)
"""Problems of projects in the sheets of problems, beside those of measures."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from core.exceptions import NotAllowed
from ledger.take_back import take_back
from measures.models import Load
from problems.models import Meeting, Problem
from problems.services import ProblemData, move_problem, save_problem_draft
from projects.models import Project
from tests.factories import make_user
from tests.ledger.example import append, complaints, edit, load, rows
from tests.ledger.test_export_data import contents, empty_the_site, export, preview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

FILES = {
    "people": """
username,role
rita,reviewer
""",
    "problem_categories": """
slug,number,name_zh,name_en
land,1,用地,Land
""",
    "problems": """
measure,project,number,text_zh,text_en,category,raised_on,raised_by,raised_by_city,proposed_owner,helpers,provenance,source
M001,,1,配套资金不足,Matching funds are missing,,2023-05-04,energy,,,,illustrative,
,P0001,1,征地未完成,,用地,2023-06-05,,370200,water,,reported,
,P0002,1,用电未批,No power yet,,2023-06-06,energy,,,water,reported,
""",
    "problem_steps": """
measure,project,problem,made_on,number,move,state,owner,due_on,is_escalated,note,made_at,made_by
,P0001,1,2023-06-05,1,raise,,,,,,,
,P0001,1,2023-06-30,1,assign,,water,2023-09-30,,请水利厅牵头,2023-06-30 10:30,rita
""",
    "meetings": """
number,held_on,title_zh,title_en,place
1,2023-06-30,六月协调会,Meeting of June,
""",
    "meeting_items": """
meeting,measure,project,problem,position,direction_on,direction_number
1,,P0001,1,1,2023-06-30,
1,M001,,1,2,,
""",
}


@pytest.fixture
def full(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / f"{name}.csv").write_text(content.lstrip("\n"), encoding="utf-8")
    head = "code,name_zh,name_en,city,county,also_in,category,stage,total_investment,listed_on,provenance,"
    edit(folder, "projects", head, f"lead_department,{head}")
    edit(folder, "projects", "P0001,项目一", ",P0001,项目一")
    edit(folder, "projects", "P0002,项目二", "energy,P0002,项目二")
    return folder


def of_project(code: str) -> Problem:
    return Problem.objects.get(project__code=code, number=1)


def test_they_are_loaded_with_their_steps_and_their_place_on_a_meeting(full: Path) -> None:
    load(full)
    problem = of_project("P0001")
    assert (problem.code, problem.raised_by, problem.raised_by_city.code, problem.plan.slug) == (  # type: ignore[union-attr]  # it is set
        "P0001-1",
        None,
        "370200",
        "plan",
    )
    told = problem.steps.order_by("pk").values_list("move", "state", "owner__slug", "due_on")
    assert list(told) == [
        ("raise", "raised", "water", None),
        ("assign", "assigned", "water", date(2023, 9, 30)),
    ]
    # Without a step it was raised on its day, for the lead of the project.
    other = of_project("P0002").steps.get()
    assert (other.move, other.made_on, other.owner.slug) == ("raise", date(2023, 6, 6), "energy")
    items = Meeting.objects.get().items.order_by("position")
    assert [(item.problem.code, item.direction) for item in items] == [("P0001-1", problem.last_step), ("M001-1", None)]
    assert load(full) == "Everything was loaded already.\n"


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_they_move_to_another_site_and_are_written_there_byte_for_byte(full: Path, tmp_path: Path, name: str) -> None:
    load(full)
    project = Project.objects.get(code="P0002")
    reporter = make_user("ada", role="reporter", department=project.lead_department)
    save_problem_draft(Problem(project=project), by=reporter, data=ProblemData("草稿"))
    move_problem(of_project("P0002"), "reply", by=reporter, note="正在办理")
    export(tmp_path / name)
    export(tmp_path / "before")
    assert "草稿" not in (tmp_path / "before" / "problems.csv").read_text(encoding="utf-8")
    assert preview(tmp_path / name).endswith("unchanged\n")
    empty_the_site()
    load(tmp_path / name)
    assert set(preview(tmp_path / name).split()[1:]) == {"unchanged"}
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_a_new_one_is_numbered_after_those_of_its_project(full: Path) -> None:
    load(full)
    reporter = make_user("ada", role="reporter", department=Project.objects.get(code="P0002").lead_department)
    save_problem_draft(Problem(project=Project.objects.get(code="P0002")), by=reporter, data=ProblemData("草稿"))
    (full / "problem_steps.csv").unlink()
    (full / "problems.csv").write_text(
        "project,measure,text_zh,raised_on\nP0002,,缺水,2023-06-07\n,M001,缺人,2023-06-07\n", encoding="utf-8"
    )
    assert load(full) == "Loaded: 2 problems new, 2 problem_steps new.\n"
    assert Problem.objects.get(text_zh="缺水").code == "P0002-3"
    assert Problem.objects.get(text_zh="缺人").code == "M001-2"


def test_a_load_of_them_is_taken_back_unless_one_has_moved_on(full: Path, tmp_path: Path) -> None:
    load(full)
    reviewer = make_user("ned", role="reviewer")
    export(tmp_path / "before")
    append(full, "problems", ",P0002,2,缺水,,,2023-06-07,energy,,,,reported,")
    append(full, "problem_steps", ",P0001,1,2023-08-01,1,solve,,,,,已办结,,")
    load(full)
    added = Load.objects.latest("pk")
    take_back(added, by=reviewer)
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    load(full)
    move_problem(of_project("P0001"), "send_back", by=reviewer, note="未见成效")
    before = rows()
    with pytest.raises(NotAllowed, match="changed since"):
        take_back(Load.objects.latest("pk"), by=reviewer)
    assert rows() == before


def test_the_page_of_a_load_leads_to_them(full: Path, client: Client) -> None:
    load(full)
    client.force_login(make_user("ned", role="reviewer"))
    page = client.get(f"/data/loads/{Load.objects.latest('pk').pk}/").content.decode()
    assert "/projects/P0001/problems/1/" in page and "/measures/M001/problems/1/" in page


def test_what_was_loaded_before_projects_had_any_is_taken_back(full: Path, tmp_path: Path) -> None:
    """The keys of those rows name a measure and numbers alone."""
    load(full)
    reviewer = make_user("ned", role="reviewer")
    export(tmp_path / "before")
    append(full, "problems", "M001,,2,缺水,,,2023-06-07,energy,,,,reported,")
    load(full)
    added = Load.objects.latest("pk")
    assert [row.key for row in added.rows.order_by("pk")] == [
        ["M001", None, 2],
        ["M001", None, 2, "2023-06-07", 1],
    ]
    with connection.cursor() as cursor:
        for row in added.rows.all():
            # As they were written then; nothing but SQL rewrites a row of a load.
            key = json.dumps([part for part in row.key if part is not None])
            cursor.execute("UPDATE measures_loadedrow SET key = %s WHERE id = %s", [key, row.pk])
    take_back(added, by=reviewer)
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


BROKEN = {
    "problems": {
        "M001,P0001,9,缺水,,,2023-06-07,,,,,reported,": ("measure", "Name a measure or a project: one of the two."),
        ",,9,缺水,,,2023-06-07,,,,,reported,": ("measure", "Name a measure or a project: one of the two."),
        ",P0009,9,缺水,,,2023-06-07,,,,,reported,": ("project", "There is no “P0009” in Projects."),
        ",P0001,9,缺水,,,2023-06-07,,,,,reported,": ("proposed_owner", "Say who can solve it: this project has no lead department."),
        ",P0002,9,缺水,,,2023-06-07,energy,370200,,,reported,": ("raised_by_city", "Choose a department or a region, not both."),
        "M001,,9,缺水,,,2023-06-07,,370200,,,reported,": ("raised_by_city", "A city raises problems of projects alone."),
    },
    "problem_steps": {
        ",P0002,9,2023-08-01,1,reply,,,,,,,": ("problem", "The project has no problem of the number 9."),
        ",P0001,1,2023-08-01,1,close,,,,,,,": ("move", "The problem is “Being solved” by then; this cannot follow."),
    },
    "meeting_items": {
        "1,,P0002,9,,,": ("problem", "The project has no problem of the number 9."),
        "1,,,1,,,": ("measure", "Name a measure or a project: one of the two."),
    },
}  # fmt: skip


def test_what_is_wrong_with_a_row_is_said_by_sheet_row_and_column(full: Path) -> None:
    load(full)
    for sheet, cases in BROKEN.items():
        head = FILES[sheet].lstrip("\n").splitlines()[0]
        path = full / f"{sheet}.csv"
        held = path.read_text(encoding="utf-8")
        for line, (column, sentence) in cases.items():
            path.write_text(f"{head}\n{line}\n", encoding="utf-8")
            found = complaints(full, change=True)
            assert f"{sheet}, row 2, {column}: {sentence}" in found, (line, found)
        path.write_text(held, encoding="utf-8")
