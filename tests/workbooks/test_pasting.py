"""Measures and projects pasted from a spreadsheet: the same questions and the same preview as of a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from measures.models import Load, Measure, Plan
from projects.models import Project
from tests.factories import make_department, make_user
from tests.ledger.example import load
from tests.pages import text_of
from workbooks import tasks
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HEAD = "编号\t重点任务\t任务名称\t牵头单位\t完成时限\n"
TWELVE = "".join(f"M1{number:02}\t能源\t建设第{number}处储能站\t省能源局\t2025年底\n" for number in range(1, 13))
PROJECTS = "".join(
    f"P010{number}\t第{number}处储能站\t{city}\t能源\tpreparing\t1.2亿元\t2025-12-31\n"
    for number, city in enumerate(("济南", "青岛"), 1)
)


@pytest.fixture
def plan(folder: Path) -> Plan:
    load(folder)
    return Plan.objects.get()


@pytest.fixture
def page(client: Client, plan: Plan) -> Client:
    client.force_login(make_user("rita", role="reviewer", language="en"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def paste(page: Client, django_capture_on_commit_callbacks: Any) -> Callable[..., Upload]:
    def send(text: str, sheet: str = "") -> Upload:
        with django_capture_on_commit_callbacks(execute=True):
            answer = page.post("/data/", {"pasted": text, "sheet": sheet})
        assert answer.status_code == 302, text_of(answer.content.decode())
        tasks.work_on_waiting_uploads_task()
        return Upload.objects.latest("pk")

    return send


def asked(upload: Upload) -> list[tuple[str, str]]:
    """Return what is asked about, each with the guess."""
    upload.refresh_from_db()
    return [(each["column"], each["guess"]) for each in upload.findings.get("questions", [])]


def new(upload: Upload, sheet: str) -> int:
    return sum(each["sheet"] == sheet for each in upload.findings["new"])


def guesses(upload: Upload) -> dict[str, str]:
    return {each["key"]: each["guess"] for each in upload.findings["questions"]}


@pytest.mark.parametrize("sheet", ["", "measures"])
def test_twelve_measures_with_their_headers_are_shown_and_loaded(paste: Any, act: Any, sheet: str) -> None:
    upload = paste(HEAD + TWELVE, sheet)
    assert (asked(upload), new(upload, "Measures"), upload.findings["wrong"]) == ([], 12, [])
    act(upload)
    assert Measure.objects.filter(code__startswith="M1", title_zh__startswith="建设第").count() == 12


def test_twelve_measures_without_headers_are_loaded_once_it_is_said_what_is_what(paste: Any, act: Any) -> None:
    upload = paste(TWELVE, "measures")
    assert asked(upload) == [
        ("Column 1", "code"),
        ("Column 2", "-"),
        ("Column 3", "title_zh"),
        ("Column 4", "lead_department"),
        ("Column 5", "due_on"),
    ]
    act(upload, "answer", **guesses(upload) | {"measures:#2": "section"})
    upload.refresh_from_db()
    assert (asked(upload), new(upload, "Measures"), upload.findings["wrong"]) == ([], 12, [])
    act(upload)
    assert set(Measure.objects.filter(code__startswith="M1").values_list("section__slug", flat=True)) == {"energy"}
    # The first column of other rows may be another one.
    assert Load.objects.latest("pk").matched == {}
    assert len(asked(paste(TWELVE, "measures"))) == 5


def test_a_column_that_is_chosen_twice_is_refused_and_the_answers_stay(paste: Any, page: Client) -> None:
    upload = paste(TWELVE, "measures")
    answers = guesses(upload) | {"measures:#3": "lead_department", "measures:#2": "section"}
    html = page.post(upload.get_absolute_url(), {"action": "answer", **answers}).content.decode()
    assert text_of(html).count("This column was chosen twice.") == 4
    assert '<option value="section" selected>' in html


def test_projects_are_pasted_likewise(paste: Any, act: Any) -> None:
    upload = paste(PROJECTS, "projects")
    columns = ("code", "name_zh", "city", "category", "stage", "total_investment", "planned_completion_on")
    act(upload, "answer", **{f"projects:#{at}": name for at, name in enumerate(columns, 1)})
    upload.refresh_from_db()
    assert (new(upload, "Projects"), upload.findings["wrong"]) == (2, [])
    act(upload)
    assert Project.objects.get(code="P0101").investment_wan == 12_000


def test_what_a_person_says_the_rows_are_counts_more_than_their_headers(paste: Any) -> None:
    for sheet, label, head in (("measures", "Measures", "项目名称"), ("projects", "Projects", "任务名称")):
        text = f"序号\t{head}\t责任单位\n7\t储能站\t省能源局\n"
        assert {each["sheet"] for each in paste(text, sheet).findings["wrong"]} == {label}


def test_a_department_that_nobody_is_called_is_asked_about_once(paste: Any, act: Any, page: Client) -> None:
    written = (HEAD + TWELVE).replace("省能源局", "江北省能源管理局")
    upload = paste(written)
    assert asked(upload) == [("江北省能源管理局", "energy")]
    html = page.get(upload.get_absolute_url()).content.decode()
    assert "No row of the site is called so. Which one is meant?" in text_of(html)
    key = "name:departments:江北省能源管理局"
    act(upload, "answer", **{key: "energy"})
    upload.refresh_from_db()
    assert (asked(upload), new(upload, "Measures"), new(upload, "Departments")) == ([], 12, 0)
    act(upload)
    assert Load.objects.latest("pk").matched == {key: "energy"}
    assert asked(paste(written)) == []


def test_the_forms_of_one_row_lead_to_the_place_for_several(page: Client) -> None:
    for address, sheet in (("/office/add-measure/", "measures"), ("/office/add-project/", "projects")):
        assert f'href="/data/?sheet={sheet}#upload"' in page.get(address).content.decode()
        assert f'<option value="{sheet}" selected>' in page.get(f"/data/?sheet={sheet}").content.decode()
    assert page.get("/data/?sheet=secret").status_code == 400


def test_a_department_and_nobody_paste_nothing(page: Client, client: Client) -> None:
    page.force_login(make_user("ada", role="reporter", department=make_department()))
    assert page.post("/data/", {"pasted": HEAD + TWELVE, "sheet": "measures"}).status_code == 403
    page.logout()
    assert page.post("/data/", {"pasted": HEAD + TWELVE, "sheet": "measures"}).status_code == 403
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("text", "sheet", "sentence"),
    [
        ("", "measures", "Choose a file, or paste rows."),
        (" \n\t ", "", "Choose a file, or paste rows."),
        (HEAD, "people", "Select a valid choice."),
        (HEAD + "x\t" * 600, "measures", "A sheet has cells beyond column 500; delete what is outside the table."),
        (HEAD + "\n" * 3 + "x" * 200_000, "measures", "Line 5 of the pasted rows cannot be read."),
        ("\0\ta\tb", "measures", "Null characters are not allowed."),
        ("x\n" * 250_000, "measures", "This is too much to paste: upload it as a file."),
    ],
    ids=["nothing", "blanks", "another sheet", "many columns", "a long cell", "nulls", "too much"],
)
def test_what_cannot_be_read_is_refused_at_the_field_and_stays_there(
    page: Client, text: str, sheet: str, sentence: str
) -> None:
    answer = page.post("/data/", {"pasted": text, "sheet": sheet})
    html = answer.content.decode()
    assert answer.status_code == 200 and sentence in text_of(html)
    assert text.strip() in html
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org")\t<script>alert(1)</script>\t\u202e\t-\n',
        '"never closed\t1\n2\t3',
        "#1\t#2\t#3\nmeasures\tsheet:\t:",
    ],
)
def test_a_hostile_paste_writes_nothing_and_runs_nowhere(paste: Any, act: Any, page: Client, text: str) -> None:
    before = Measure.objects.count()
    upload = paste(text, "measures")
    assert "<script>alert" not in page.get(upload.get_absolute_url()).content.decode()
    if upload.findings.get("questions"):
        act(upload, "answer", **guesses(upload))
    act(upload, "load", leave_out="on", confirm="on")
    assert Measure.objects.count() == before
