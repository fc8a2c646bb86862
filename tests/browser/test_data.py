"""The ledger in a real browser: downloaded, changed in a spreadsheet, uploaded, looked at, loaded, taken back."""

from pathlib import Path

import openpyxl
import pytest

from measures.models import Load, Measure
from workbooks.models import Upload
from workbooks.tasks import work_on_waiting_uploads_task

pytestmark = pytest.mark.browser


def changed(path: Path, edits: dict[tuple[str, str], object]) -> Path:
    """The workbook with other values in cells of its sheet of measures, by code and header."""
    book = openpyxl.load_workbook(path)
    sheet = book["Measures"]
    heads = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for (code, head), value in edits.items():
        sheet.cell(rows[code], heads[head]).value = value
    book.save(path)
    return path


def test_a_changed_workbook_is_previewed_loaded_and_taken_back(enter, site, tmp_path):
    rita = enter("rita")
    rita.goto(f"{site}/office/")
    rita.get_by_role("link", name="Data in and out").click()
    with rita.expect_download(timeout=60_000) as download:
        rita.locator("#download").get_by_role("link", name="Excel").first.click()
    path = tmp_path / "ledger.xlsx"
    download.value.save_as(path)
    before = Measure.objects.get(code="M010")
    edits = {("M010", "Title (English)"): "Protect the Yellow River delta", ("M011", "Due date"): "2025-06-30"}
    rita.locator("input[type=file]").set_input_files(changed(path, edits))
    rita.get_by_role("button", name="Show what would change").click()

    # It is large: the schedule reads it, the page says so and goes on by itself.
    rita.get_by_role("progressbar", name="Reading").wait_for()
    rita.reload()
    rita.get_by_role("progressbar", name="Reading").wait_for()
    work_on_waiting_uploads_task()
    rita.get_by_role("heading", name="Modified").wait_for()
    text = rita.locator("#changed").inner_text()
    assert "Protect the Yellow River delta" in text
    assert "2025-06-30" in text
    assert rita.locator("#changed tbody tr").count() == 2
    assert Measure.objects.get(code="M010").title_en == before.title_en

    rita.get_by_label("Reason").fill("Corrected by the printed document")
    rita.get_by_role("button", name="Load 2 rows").click()
    rita.get_by_role("progressbar", name="Loading").wait_for()
    work_on_waiting_uploads_task()
    rita.get_by_role("heading", name="What it did").wait_for()
    rita.goto(f"{site}/measures/M010/")
    rita.get_by_role("heading", name="Protect the Yellow River delta").wait_for()

    rita.goto(f"{site}/data/loads/{Load.objects.latest('pk').pk}/")
    rita.get_by_label("Reason").fill("The document was withdrawn")
    rita.get_by_role("button", name="Take the load back").click()
    rita.get_by_text("none of this counts any more").wait_for()
    rita.goto(f"{site}/measures/M010/")
    rita.get_by_role("heading", name=before.title_en).wait_for()
    assert Upload.objects.get().load_id
