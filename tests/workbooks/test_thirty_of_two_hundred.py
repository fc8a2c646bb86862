"""An office changes 30 of 200 rows in the workbook that it took home: 28 are right, one was changed on the site
meanwhile, one is wrong. Nothing but what was written moves a total, and a load that is taken back moves them back."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from measures.models import Load, LoadedRow
from projects.models import Project
from projects.services import save_project
from rollups.services import verify_rollups
from tests.factories import make_user
from tests.ledger.example import append, load
from tests.pages import text_of
from workbooks import tasks
from workbooks.models import Upload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database,
    pytest.mark.usefixtures("today", "open_reading", "english"),
]

MEASURE = "M{:03},water,措施,Measure {},,,water,,,,2023-01-03,2023-06-30,illustrative,illustrative,"
PROJECT = "P{:04},项目,Project {},370100,,,energy,preparing,1,2023-02-28,illustrative,illustrative,"
# What the file says in place of what the site does: sheet, code, column.
GOOD = {
    **{("measures", f"M{number:03}", "due_on"): "2024-06-30" for number in range(3, 13)},
    **{("projects", f"P{number:04}", "total_investment"): "1.5" for number in range(3, 21)},
}
CONFLICT = {("projects", "P0021", "total_investment"): "2"}
WRONG = {("measures", "M013", "due_on"): "2023-02-30"}
LABELS = {"due_on": "Due date", "total_investment": "Total investment"}
# Of 98 measures that were due; 9.4201 and 10 亿元 beside 98 projects of 1, of which the site makes one 3.
BEFORE = {"due": 98, "overdue": 98, "investment": 119.4201, "energy": 109.4201}
# Ten are due later; eighteen projects cost 0.5 more, and one 2 in place of 3.
LOADED = {"due": 88, "overdue": 88, "investment": 127.4201, "energy": 117.4201}
MENDED = {**LOADED, "due": 87, "overdue": 87}


@pytest.fixture
def rita(folder: Path) -> Any:
    for number in range(3, 101):
        append(folder, "measures", MEASURE.format(number, number))
        append(folder, "projects", PROJECT.format(number, number))
    load(folder)
    return make_user("rita", role="reviewer", first_name="Rita", language="en")


@pytest.fixture
def desk(client: Client, rita: Any) -> Client:
    client.force_login(rita)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def run(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], Any]], Any]:
    """Does something, and what waits for its commit."""

    def done(act: Callable[[], Any]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = act()
        tasks.work_on_waiting_uploads_task()
        return answer

    return done


def totals() -> dict[str, Any]:
    summary = Client().get("/api/v1/summary/").json()
    measures, projects = summary["measures"], summary["projects"]
    return {
        "due": measures["due"],
        "overdue": measures["overdue"],
        "investment": projects["total_investment"],
        "energy": projects["by_category"]["energy"]["total_investment"],
    }


def change_on_the_site(by: Any) -> None:
    project = Project.objects.get(code="P0021")
    project.investment_wan = 30_000
    save_project(project, by=by)


def edited(book: Any, changes: dict[tuple[str, str, str], str]) -> bytes:
    """The workbook with other values in cells, as a spreadsheet program saves it."""
    for (sheet, code, column), value in changes.items():
        table = book[sheet.capitalize()]
        place = next(cell.column for cell in table[1] if str(cell.value).startswith(LABELS[column]))
        [row] = [row for row in table.iter_rows(min_row=2) if row[0].value == code]
        row[place - 1].value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def opened(answer: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer)))


def test_by_pages(desk: Client, run: Any, rita: Any) -> None:
    book = opened(desk.get("/data/download/?content=current&format=xlsx"))
    run(lambda: change_on_the_site(rita))
    before = Client().get("/api/v1/summary/").json()
    assert totals() == BEFORE

    upload = send(desk, run, edited(book, GOOD | CONFLICT | WRONG))
    counts = upload.findings["counts"]
    assert {name: counts[name] for name in ("new", "changed", "wrong", "removed")} == {
        "new": 0,
        "changed": 28,
        "wrong": 1,
        "removed": 0,
    }
    [cell] = upload.findings["conflicts"]
    assert (cell["cell"][1], cell["before"], cell["old"], cell["new"]) == (["P0021"], "1", "3", "2")
    [problem] = upload.findings["wrong"]
    assert (problem["sheet"], problem["column"]) == ("Measures", "Due date")
    assert totals() == BEFORE

    marked = opened(desk.get(f"{upload.get_absolute_url()}marked/"))
    run(lambda: desk.post(upload.get_absolute_url(), {"action": "load", "leave_out": "on", "cell-0": "file"}))
    assert totals() == LOADED
    mended = send(desk, run, edited(marked, {("measures", "M013", "due_on"): "2024-06-30"}))
    run(lambda: desk.post(mended.get_absolute_url(), {"action": "load", "reason": "Mended"}))
    assert totals() == MENDED

    first, second = Load.objects.filter(loaded_by=rita).order_by("pk")
    assert changed_rows(first) == {"projects": 19, "measures": 10, "terms_changes": 0}
    assert changed_rows(second) == {"projects": 0, "measures": 1, "terms_changes": 0}
    shown = text_of(desk.get(f"/data/loads/{first.pk}/").content.decode())
    assert "1 → after 1.5" in shown and "3 → after 2" in shown
    assert "Mended" in text_of(desk.get("/office/measures/M013/").content.decode())

    for each in (second, first):
        run(lambda each=each: desk.post(f"/data/loads/{each.pk}/", {"reason": "Sent too early"}))
        each.refresh_from_db()
        assert (each.taken_back_by, each.taken_back_reason) == (rita, "Sent too early")
    after = Client().get("/api/v1/summary/").json()
    assert {**after, "computed_at": ""} == {**before, "computed_at": ""}
    assert verify_rollups() == []


def send(desk: Client, run: Any, content: bytes) -> Upload:
    answer = run(lambda: desk.post("/data/", {"file": SimpleUploadedFile("plan.xlsx", content)}))
    assert answer.status_code == 302, text_of(answer.content.decode())
    return Upload.objects.latest("pk")


def changed_rows(one: Load) -> dict[str, int]:
    changed = one.rows.filter(what=LoadedRow.What.CHANGED)
    return {sheet: changed.filter(sheet=sheet).count() for sheet in ("projects", "measures", "terms_changes")}


def edit_csv(path: Path, code: str, column: str, value: str) -> None:
    version, *lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    rows = list(csv.reader(lines))
    place = rows[0].index(column)
    for row in rows:
        if row[0] == code:
            row[place] = value
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(version)
        csv.writer(file).writerows(rows)


def command(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("load_data", *arguments, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_by_command(run: Any, rita: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan"
    call_command("export_data", str(path), stdout=io.StringIO())
    run(lambda: change_on_the_site(rita))
    for (sheet, code, column), value in (GOOD | CONFLICT | WRONG).items():
        edit_csv(path / f"{sheet}.csv", code, column, value)

    seen = command(str(path), preview=True, by="rita").splitlines()
    assert sum(": due_on: 2023-06-30 → 2024-06-30" in line for line in seen) == 10
    assert sum(": total_investment: 1 → 1.5" in line for line in seen) == 18
    [conflict] = [line for line in seen if "(conflict" in line]
    assert conflict.startswith("projects, 23, P0021: total_investment: 3 → 2 (conflict: Changed by a command, ")
    assert seen[0] == "Not read, since administrators alone change it: Site, People."
    assert seen[1].startswith("measures, row 15, due_on: ")
    assert seen[-1].startswith("28 changed, ") and seen[-1].endswith(" 1 conflict, 1 wrong")

    with pytest.raises(CommandError, match="Some rows are wrong"):
        command(str(path), by="rita")
    with pytest.raises(CommandError, match="decide first which value holds"):
        command(str(path), by="rita", leave_out_wrong=True)
    assert totals() == BEFORE
    command(str(path), by="rita", leave_out_wrong=True, conflicts="site")
    assert totals() == {**LOADED, "investment": 128.4201, "energy": 118.4201}
    made = Load.objects.latest("pk")
    assert command(take_back=made.pk, by="rita", reason="Sent too early").startswith(f"Load {made.pk} was taken back")
    made.refresh_from_db()
    assert made.taken_back_reason == "Sent too early"
    assert totals() == BEFORE
