import io

import openpyxl
import pytest
from django.utils import translation

from ledger import sheets
from ledger.files import read_file
from ledger.headers import header_key
from ledger.raw import RawFile, RawRow, RawSheet
from ledger.sentences import FileRefused
from ledger.tables import find_tables, read_pasted

from .samples import DEPARTMENTS, PROJECTS, SHEETS, saved, workbook

pytestmark = pytest.mark.usefixtures("english")


def tables(*sheets, declared=SHEETS, **file):
    """Rows as lists, the first of them number 1."""
    raw = [
        RawSheet(name, [RawRow(number, tuple(row)) for number, row in enumerate(rows, 1) if any(row)])
        for name, rows in sheets
    ]
    return find_tables(RawFile(raw, **file), declared)


def table(*rows, name="Projects"):
    (found,) = tables((name, rows)).tables
    return found


def sentences(problems):
    return [(problem.sheet, problem.number, problem.column, problem.sentence) for problem in problems]


@pytest.mark.parametrize("name", ["projects", "Projects", " PROJECTS ", "项目", "ｐｒｏｊｅｃｔｓ"])
def test_a_sheet_is_known_by_its_name_or_its_label_in_either_language(name):
    assert table(["code"], ["P1"], name=name).sheet is PROJECTS


@pytest.mark.parametrize(
    "header",
    [
        "investment",
        "Total investment",
        "TOTAL  INVESTMENT",
        "总投资",
        "总投资（亿元）",
        "总投资\n(万元)*",
        "＊总 投资：",
    ],
)
def test_a_column_is_known_by_its_name_or_its_label_whatever_is_around_it(header):
    found = table(["code", header], ["P1", 3])
    assert found.header == {"code": "code", "investment": header}
    assert [(row.number, dict(row.cells)) for row in found.rows] == [(2, {"code": "P1", "investment": 3})]
    assert not found.faults and not found.notices


@pytest.mark.parametrize("header", ["city", "Region", "地区", "City", "所在市"])
def test_the_region_of_a_project_is_known_by_what_people_call_it(header):
    declared = [sheets.SHEETS["projects"]]
    (found,) = tables(("projects", [["code", header], ["P1", "烟台"]]), declared=declared).tables
    assert found.header == {"code": "code", "city": header}


def test_a_word_that_only_begins_like_a_column_is_none():
    assert header_key("总投资（其中：中央）") != header_key("总投资")
    assert table(["code", "title", "总投资（其中：中央）"], ["P1", "a", 3]).notices == [
        "These columns are unknown and were not read: 总投资(其中:中央)"
    ]


def test_titles_and_blank_rows_above_the_header_are_passed_over():
    found = table(
        ["2023年重点项目台账", None, None],
        [None],
        ["填报单位：省发展改革委", None, "单位：亿元"],
        ["序号", "编号", "名称"],
        [1, "P1", "甲"],
        [None],
        [2, "P2", "乙"],
        [3, None, None],
    )
    assert [(row.number, dict(row.cells)) for row in found.rows] == [
        (5, {"code": "P1", "title": "甲"}),
        (7, {"code": "P2", "title": "乙"}),
    ]
    assert found.notices == ["These columns are unknown and were not read: 序号"]


def test_a_header_of_two_rows_with_merged_cells_is_read():
    book = openpyxl.load_workbook(
        workbook(
            ("项目", [["编号", "名称", "进展", None], [None, None, "完成时限", "占比"], ["P1", "甲", "2023-06-30", 90]])
        )
    )
    for cells in ("A1:A2", "B1:B2", "C1:D1"):
        book.active.merge_cells(cells)
    (found,) = find_tables(read_file(saved(book), "x"), SHEETS).tables
    assert not found.faults
    assert [(row.number, row.cells["code"], row.cells["title"]) for row in found.rows][-1] == (3, "P1", "甲")
    assert len(found.rows) == 1


def test_a_column_that_stands_there_twice_is_a_problem():
    found = table(["code", "title", "名称"], ["P1", "a", "b"])
    assert sentences(found.faults) == [
        ("projects", 1, "title", "The column “Title” stands there twice; delete or rename one.")
    ]
    assert found.rows[0].cells["title"] == "a"


def test_a_sheet_without_the_column_that_names_its_rows_says_so_in_the_readers_language():
    found = table(["title", "stage"], ["a", "b"])
    assert sentences(found.faults) == [("projects", 1, "code", "The column “Code” is missing.")]
    with translation.override("zh-hans"):
        found = table(["title", "stage"], ["a", "b"])
    assert sentences(found.faults)[0][3].startswith("缺少“")


def test_a_sheet_of_our_name_without_our_headers_says_so():
    found = table(["a", "b"], ["c", "d"])
    assert not found.rows
    assert [text for *_place, text in sentences(found.faults)] == [
        "No row of this sheet holds the headers of the template."
    ]


def test_a_sheet_of_another_name_is_known_by_its_headers():
    found = tables(
        ("济南", [["code", "title", "stage"], ["P1"]]),
        ("青岛", [["编号", "名称"], ["P2"]]),
        ("x", [["slug", "中文名称"]]),
    )
    assert [(each.name, each.sheet.name) for each in found.tables][:2] == [("济南", "projects"), ("青岛", "projects")]


def test_what_is_not_known_is_named_and_not_read():
    found = tables(("Notes", [["Please", "call"]]), ("Projects", [["code"], ["P1"]]))
    assert [each.sheet for each in found.tables] == [PROJECTS]
    assert found.notices == [
        "The sheet “Notes” was not recognized and not read. Name it as one of: Departments, Projects"
    ]


def test_our_own_sheets_and_empty_ones_need_no_word_and_hidden_ones_do():
    found = tables(
        ("How to fill in", [["Sheet", "Column"]]),
        ("待改内容", [["工作表"]]),
        ("Sheet3", []),
        ("Projects", [["code"], ["P1"]]),
        hidden=("_lists", "Old"),
    )
    assert found.notices == ["The sheet “Old” is hidden and was not read."]


def test_a_file_without_any_table_says_so():
    assert [text for *_place, text in sentences(tables(("Notes", [["a", "b"]])).faults)] == [
        "No table was found in the file: no row holds the headers of the template."
    ]


def test_merged_cells_over_rows_are_a_problem_and_beside_the_table_are_none():
    book = openpyxl.load_workbook(
        workbook(
            ("Projects", [["Ledger"], ["code", "title"], ["P1", "a"], ["P2", None], ["P3", "c", "remark"], ["P4", "d"]])
        )
    )
    for cells in ("A1:D1", "B3:B4", "C5:C6", "A9:B9"):
        book.active.merge_cells(cells)
    (found,) = find_tables(read_file(saved(book), "x"), SHEETS).tables
    assert sentences(found.faults) == [
        ("projects", row, "", "The cells B3:B4 are merged; undo this and fill in each of them.") for row in (3, 4)
    ]


def test_a_header_that_is_merged_over_three_rows_is_no_problem():
    book = openpyxl.load_workbook(workbook(("Projects", [["code", "title"], [], [], ["P1", "a"]])))
    for cells in ("A1:A3", "B1:B3"):
        book.active.merge_cells(cells)
    (found,) = find_tables(read_file(saved(book), "x"), SHEETS).tables
    assert (found.faults, [row.number for row in found.rows]) == ([], [4])


def test_pasted_rows_come_the_same_way():
    text = 'code\ttitle\nP1\t"two\nlines, ""quoted"""\nP2\t"open\t\n'
    found = read_pasted('code\ttitle\nP1\t"two\nlines, ""quoted"""\n\nP2\t b \n', [PROJECTS])
    assert [(row.number, dict(row.cells)) for row in found.tables[0].rows] == [
        (2, {"code": "P1", "title": 'two\nlines, "quoted"'}),
        (4, {"code": "P2", "title": " b "}),
    ]
    assert read_pasted(text, SHEETS).tables[0].rows[-1].cells["title"].startswith("open")


def test_pasted_rows_are_bounded(monkeypatch):
    with pytest.raises(FileRefused):
        read_pasted("a\t" * 600, [DEPARTMENTS])
    monkeypatch.setattr("ledger.tables.MAX_BYTES", 10)
    with pytest.raises(FileRefused):
        read_pasted("a" * 11, [DEPARTMENTS])


def test_a_file_that_was_downloaded_here_is_known_by_its_base():
    found = find_tables(read_file(io.BytesIO(b"# v1\ncode,title\nP1,a\n"), "projects.csv"), SHEETS)
    assert (found.base, found.tables[0].has_base) == ("v1", True)


def test_of_very_many_merged_cells_the_first_are_told(monkeypatch):
    monkeypatch.setattr("ledger.tables.MAX_FAULTS", 3)
    book = openpyxl.load_workbook(workbook(("Projects", [["code", "title"], *[[f"P{row}", "a"] for row in range(9)]])))
    book.active.merge_cells("B2:B10")
    (found,) = find_tables(read_file(saved(book), "x"), SHEETS).tables
    assert [each.number for each in found.faults] == [2, 3, 4, 5]
