import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.utils import translation

from core.clock import SHANGHAI
from ledger.declaration import Column, Kind, Sheet
from ledger.files import read_file
from ledger.questions import read_rows
from ledger.raw import BASE_SHEET
from ledger.sentences import FileRefused
from ledger.tables import find_tables
from ledger.workbook import Mark, header_text, sheet_title, write_workbook

from .samples import DEPARTMENTS, PROJECTS, SHEETS

ROWS = {
    "departments": [{"slug": "st", "name_zh": "科技厅"}, {"slug": "007", "name_zh": None}],
    "projects": [
        {
            "code": "P1",
            "title": "=1+1",
            "department": "st",
            "partners": ("st", "007"),
            "stage": "completed",
            "investment": 12_345,
            "share": Decimal("12.5"),
            "due_on": date(2023, 6, 30),
            "month": date(2023, 6, 1),
            "recorded_at": datetime(2023, 6, 30, 16, tzinfo=SHANGHAI),
            "is_open": True,
            "position": 3,
            "value": Decimal("1234.567"),
        }
    ],
}


def written(rows=ROWS, sheets=SHEETS, language="en", **options):
    file = io.BytesIO()
    with translation.override(language):
        write_workbook(file, sheets, rows, **options)
    file.seek(0)
    return file


def opened(*args, **options):
    return openpyxl.load_workbook(written(*args, **options))


def test_a_workbook_is_in_the_readers_language_and_says_the_units():
    page = opened()["Projects"]
    assert [cell.value for cell in page[1]] == [
        "Code*",
        "Title",
        "Lead department",
        "Participating departments",
        "Stage",
        "Total investment (100 million yuan)",
        "Share (%)",
        "Due date",
        "Month",
        "Recorded",
        "Open",
        "Position",
        "Value",
    ]
    chinese = opened(language="zh-hans")["项目"]
    assert [cell.value for cell in chinese[1]][:6] == [
        "编号*",
        "名称",
        "牵头单位",
        "参与单位",
        "阶段",
        "总投资（亿元）",
    ]
    assert chinese["E2"].value == "建成"


def test_values_are_cells_of_their_own_kind():
    page = opened()["Projects"]
    assert [cell.value for cell in page[2]] == [
        "P1",
        "=1+1",
        "st",
        "st; 007",
        "Completed",
        1.2345,
        12.5,
        datetime.fromisoformat("2023-06-30"),
        datetime.fromisoformat("2023-06-01"),
        "2023-06-30 16:00",
        "yes",
        3,
        1234.567,
    ]
    assert [page[f"{letter}2"].number_format for letter in "ABFGHI"] == [
        "@",
        "@",
        "#,##0.0000",
        "0.00",
        "yyyy-mm-dd",
        "yyyy-mm",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://example.org"])
def test_a_text_is_never_a_formula_nor_a_link(text):
    page = opened({"projects": [{"code": "P1", "title": text}]})["Projects"]
    assert (page["B2"].data_type, page["B2"].value, page["B2"].hyperlink) == ("s", text, None)


def test_the_header_stays_in_sight_and_explains_its_columns():
    page = opened()["Projects"]
    assert page.freeze_panes == "B2"
    assert page.column_dimensions["B"].width > page.column_dimensions["L"].width
    assert page["A1"].comment.text == "Unique in the plan.\nRequired\nFor example: P001"
    stages = "Preparing, Under construction, Completed, In production, Suspended"
    assert page["E1"].comment.text == f"How far it is.\nOne of: {stages}"
    guide = opened()["How to fill in"]
    assert [cell.value for cell in guide[5]][:4] == ["Projects", None, "projects.csv", None]
    assert [cell.value for cell in guide[6]] == ["Projects", "Code", "code", "yes", "Unique in the plan.", "P001"]


def test_cells_offer_what_they_may_hold():
    book = opened()
    found = {str(rule.sqref): rule.formula1 for rule in book["Projects"].data_validations.dataValidation}
    assert found == {
        "C2:C502": "'Departments'!$A$2:$A$503",
        "E2:E502": "'_lists'!$A$1:$A$5",
        "K2:K502": "'_lists'!$B$1:$B$2",
    }
    lists = book["_lists"]
    assert lists.sheet_state == "hidden"
    stages = ["Preparing", "Under construction", "Completed", "In production", "Suspended"]
    assert [cell.value for cell in lists["A"]] == stages
    assert [cell.value for cell in lists["B"]][:2] == ["yes", "no"]


def test_a_template_is_empty_and_ready_to_be_filled_in():
    book = opened({})
    assert [row[0].value for row in book["Projects"].iter_rows()] == ["Code*"]
    assert len(book["Projects"].data_validations.dataValidation) == 3


def test_the_base_version_is_hidden_from_people():
    book = opened(base="abc")
    assert (book[BASE_SHEET]["A1"].value, book[BASE_SHEET].sheet_state) == ("abc", "veryHidden")
    assert read_file(written(base="abc"), "x").base == "abc"
    assert BASE_SHEET not in opened().sheetnames


def test_named_columns_are_locked_and_the_others_are_not():
    book = opened(locked={"projects": ["code", "title"]})
    page = book["Projects"]
    assert page.protection.sheet and not book["Departments"].protection.sheet
    assert [page[f"{letter}2"].protection.locked for letter in "ABC"] == [True, True, False]
    assert not page.column_dimensions["C"].protection.locked


def test_wrong_cells_are_marked_and_listed():
    rows = {"projects": [{"code": "P1"}, {"code": "P2", "due_on": "soon", "investment": "much"}]}
    marks = [Mark("projects", 1, "due_on", "A day is wanted."), Mark("projects", 1, "", "It is there twice.")]
    book = opened(rows, marks=marks)
    assert book.sheetnames == ["What to correct", "How to fill in", "Departments", "Projects", "_lists"]
    page = book["Projects"]
    assert (page["H3"].value, page["H3"].comment.text) == ("soon", "A day is wanted.")
    assert (page["A3"].value, page["A3"].comment.text) == ("P2", "It is there twice.")
    red = "FFFFC7CE"
    assert [page[cell].fill.fgColor.rgb == red for cell in ("A2", "A3", "F3", "H3")] == [False, True, False, True]
    assert [[cell.value for cell in row] for row in book["What to correct"].iter_rows()] == [
        ["Sheet", "Row", "Column", "What is wanted"],
        ["Projects", "3", "Due date", "A day is wanted."],
        ["Projects", "3", None, "It is there twice."],
    ]


def test_a_marked_workbook_can_be_mended_and_read_again():
    file = written(base="v1", marks=[Mark("projects", 0, "code", "Wrong.")], language="zh-hans")
    found = find_tables(read_file(file, "x"), SHEETS)
    assert not found.notices and not found.faults
    assert [(table.name, len(table.rows)) for table in found.tables] == [("部门", 2), ("项目", 1)]
    rows, problems = read_rows(found.tables[1], {})
    assert (dict(rows[0].values), problems) == (ROWS["projects"][0], [])


def test_an_empty_cell_that_is_wrong_is_marked_too():
    page = opened({"projects": [{"code": "P1"}]}, marks=[Mark("projects", 0, "title", "Missing.")])["Projects"]
    assert page["B2"].comment.text == "Missing."
    assert page["B2"].fill.fgColor.rgb == "FFFFC7CE"


def test_of_very_many_marks_the_first_are_listed(monkeypatch):
    monkeypatch.setattr("ledger.workbook.MAX_LISTED", 2)
    monkeypatch.setattr("ledger.workbook.MAX_COMMENTS", 1)
    marks = [Mark("projects", index, "code", "Wrong.") for index in range(3)]
    book = opened({"projects": [{"code": f"P{number}"} for number in range(3)]}, marks=marks)
    assert [row[3].value for row in book["What to correct"].iter_rows()][1:] == ["Wrong.", "Wrong.", "… and 1 more"]
    assert [bool(book["Projects"][f"A{row}"].comment) for row in (2, 3, 4)] == [True, False, False]
    assert book["Projects"]["A4"].fill.fgColor.rgb == "FFFFC7CE"


def test_equal_contents_make_equal_files(monkeypatch):
    first = written(base="v1", marks=[Mark("projects", 0, "code", "x")]).getvalue()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert written(base="v1", marks=[Mark("projects", 0, "code", "x")]).getvalue() == first


def test_a_text_that_no_cell_can_hold_is_refused_and_not_cut():
    with pytest.raises(FileRefused) as caught:
        written({"projects": [{"code": "P1", "title": "x" * 32_768}]})
    with translation.override("en"):
        assert str(caught.value) == "A text of 32768 characters does not fit into a workbook; take the CSV files."


def test_a_day_that_excel_counts_wrong_is_a_text():
    page = opened({"projects": [{"code": "P1", "due_on": date(1900, 2, 28)}]})["Projects"]
    assert page["H2"].value == "1900-02-28"


def test_a_number_with_more_digits_than_a_cell_keeps_is_a_text():
    page = opened({"projects": [{"code": "P1", "value": Decimal("1234567890123.456")}]})["Projects"]
    assert page["M2"].value == "1234567890123.456"


def test_titles_and_headers_keep_to_what_excel_allows():
    sheet = Sheet("x", "'Reports: [all] a/b*? and what else there is to say'", "", ("a",), PROJECTS.columns[:1])
    assert sheet_title(sheet) == "Reports   all  a b   and what e"
    assert header_text(Column("x", "Amount in 100 million yuan", "", kind=Kind.MONEY)) == "Amount in 100 million yuan"
    assert opened({}, sheets=[DEPARTMENTS, sheet]).sheetnames[1:] == ["Departments", "Reports   all  a b   and what e"]
