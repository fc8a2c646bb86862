import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
import xlwt
from django.core.files.uploadedfile import InMemoryUploadedFile, TemporaryUploadedFile
from django.utils import translation
from openpyxl.workbook.external_link import ExternalLink

from ledger import files, raw, spreadsheets
from ledger.files import read_file, read_folder
from ledger.raw import CellFault, MergedRange
from ledger.sentences import FileRefused

from .samples import archive, changed, ods, saved, workbook

SHEET = "xl/worksheets/sheet1.xml"
COMPOUND_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rows(file, name="file.xlsx"):
    """Return the rows of the only sheet."""
    (sheet,) = read_file(file, name).sheets
    return [(row.number, *row.cells) for row in sheet.rows]


def refusal(file, name="file.xlsx"):
    with pytest.raises(FileRefused) as caught, translation.override("zh-hans"):
        read_file(file, name)
    with translation.override("en"):
        return str(caught.value)


@pytest.fixture
def million_empty_rows():
    """A header, and rows that have a look and no content, as people make them by formatting a whole column."""
    empty = "".join(
        f'<row r="{number}" s="1" customFormat="1" ht="30"><c r="A{number}" s="1"/></row>'
        for number in range(2, 1_048_577)
    )
    return changed(workbook(("Sheet", [["code"]])), SHEET, "</sheetData>", f"{empty}</sheetData>")


def test_a_workbook_is_read_with_the_numbers_of_its_rows():
    moment = datetime.fromisoformat("2023-06-30T08:01")
    file = workbook(("项目", [["码", "名称"], [], [None, " 甲 ", 3, 3.5, True, date(2023, 6, 30), moment]]))
    assert rows(file) == [
        (1, "码", "名称"),
        (3, None, " 甲 ", 3, 3.5, True, date(2023, 6, 30), moment),
    ]


def test_the_first_cell_of_a_table_far_from_the_corner_keeps_its_place():
    book = openpyxl.Workbook()
    book.active["D7"] = "x"
    assert rows(saved(book)) == [(7, None, None, None, "x")]


def test_an_xls_file_is_read():
    book = xlwt.Workbook()
    page = book.add_sheet("项目")
    for at, value in enumerate(["码", 3, 3.5, True]):
        page.write(2, at + 1, value)
    page.write(3, 0, date(2023, 6, 30), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    page.write_merge(4, 5, 0, 1, "merged")
    file = read_file(saved(book), "old.xls")
    assert [(row.number, *row.cells) for row in file.sheets[0].rows] == [
        (3, None, "码", 3, 3.5, True),
        (4, date(2023, 6, 30)),
        (5, "merged"),
    ]
    assert file.sheets[0].merged == (MergedRange(5, 1, 6, 2),)


def test_an_ods_file_is_read_and_its_repeated_empty_rows_are_empty():
    cell = "<table:table-cell"
    file = ods(
        f"<table:table-row table:number-rows-repeated='2'>{cell} table:number-columns-repeated='9'/></table:table-row>"
        f"<table:table-row>{cell}/>{cell} office:value-type='string'><text:p>甲</text:p></table:table-cell>"
        f"{cell} office:value-type='float' office:value='3.5'/>"
        f"{cell} office:value-type='date' office:date-value='2023-06-30'/></table:table-row>"
        f"<table:table-row table:number-rows-repeated='1048573'>{cell} table:number-columns-repeated='16384'/>"
        "</table:table-row>"
    )
    assert rows(file, "file.ods") == [(3, None, "甲", 3.5, date(2023, 6, 30))]


def test_the_values_of_formulas_are_read_and_what_failed_is_told_from_what_is_empty():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_formula("A1", "=1+1", None, 2)
        page.write_formula("B1", '="a"&"b"', None, "ab")
        page.write_formula("C1", "=1/0", None, "#DIV/0!")
        page.write_formula("D1", '=""', None, " ")
        page.write_formula("E1", "=[other.xlsx]Sheet1!A1", None, 7)
        page.write_formula("C9", "=NA()", None, "#N/A")
    assert rows(file) == [
        (1, 2, "ab", CellFault("#DIV/0!"), None, 7),
        (9, None, None, CellFault("#N/A")),
    ]


@pytest.mark.parametrize("code", ["0%", "0.00%", "0.0%;[Red]-0.0%", '"约"0%'])
def test_a_cell_that_shows_a_percentage_is_read_as_one_with_all_its_digits(code):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page, percent = book.add_worksheet(), book.add_format({"num_format": code})
        page.write_row("B3", [0.052, 1, -0.0234, "5 %", True], percent)
        page.write_formula("G3", "=0.1+0.2", percent, 0.30000000000000004)
        page.write_formula("H3", "=1/0", percent, "#DIV/0!")
        page.write_blank("I3", None, percent)
    assert rows(file) == [(3, None, "5.2%", "100%", "-2.34%", "5 %", True, "30%", CellFault("#DIV/0!"))]


@pytest.mark.parametrize("code", ["0.00", '0.0"%"', r"0\%", "[$%]0", "yyyy-mm-dd"])
def test_a_sign_that_is_only_shown_beside_a_number_makes_no_percentage_of_it(code):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet().write("A1", 0.052, book.add_format({"num_format": code}))
    assert rows(file) != [(1, "5.2%")]


def test_a_percentage_at_the_seam_of_two_pieces_is_read_as_one():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        for at in range(60_000):
            page.write(at, 0, at / 1000, percent)
    assert {str(cell)[-1] for _number, cell in rows(file)} == {"%"}


def test_which_files_say_what_is_a_percentage():
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, 0.052, xlwt.easyxf(num_format_str="0.0%"))
    old = read_file(saved(book), "old.xls")
    assert (old.has_formats, old.sheets[0].rows[0].cells) == (False, (0.052,))
    cell = "<table:table-cell office:value-type='percentage' office:value='0.052'/>"
    open_document = read_file(ods(f"<table:table-row>{cell}</table:table-row>"), "file.ods")
    assert (open_document.has_formats, open_document.sheets[0].rows[0].cells) == (False, (0.052,))
    assert read_file(workbook(("a", [["5.2%"]])), "new.xlsx").has_formats
    assert not read_file(io.BytesIO(b"value\n0.052"), "file.csv").has_formats
    assert read_file(io.BytesIO(b"# version\nvalue\n0.052"), "file.csv").has_formats


def test_a_formula_that_was_never_computed_is_not_taken_for_an_empty_cell():
    file = workbook(("Sheet", [["a", "=1+1"], [1, 2]]))
    assert rows(file) == [(1, "a", CellFault("")), (2, 1, 2)]


def test_a_bomb_of_formulas_is_not_set_off():
    """Each has twice the text of the one above: the last would have a thousand billion letters."""
    bomb = [['=REPT("x",32767)'], *([f"=A{row}&A{row}"] for row in range(1, 26))]
    assert rows(workbook(("Sheet", bomb))) == [(number, CellFault("")) for number in range(1, 27)]


def test_a_workbook_with_macros_is_read_and_they_are_not():
    file = changed(workbook(("Sheet", [["a"]])), "[Content_Types].xml", "sheet.main+xml", "sheet.macroEnabled.main+xml")
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr("xl/vbaProject.bin", COMPOUND_HEAD + b"Shell")
    file.seek(0)
    assert rows(file, "file.xlsm") == [(1, "a")]


def test_links_to_other_files_are_kept_out_of_it():
    book = openpyxl.Workbook()
    book.active["A1"] = 7
    relation = openpyxl.packaging.relationship.Relationship(
        type="externalLinkPath", Target="http://192.0.2.1/secret.xlsx", TargetMode="External", Id="rId1"
    )
    link = ExternalLink(externalBook=openpyxl.workbook.external_link.external.ExternalBook(id="rId1"))
    link.file_link = relation
    book._external_links.append(link)
    assert rows(saved(book)) == [(1, 7)]


def test_hidden_sheets_are_named_and_not_read():
    book = openpyxl.load_workbook(workbook(("Seen", [["a"]]), ("Hidden", [["b"]])))
    book["Hidden"].sheet_state = "veryHidden"
    file = read_file(saved(book), "file.xlsx")
    assert ([sheet.name for sheet in file.sheets], file.hidden, file.base) == (["Seen"], ("Hidden",), "")


def test_hidden_rows_and_columns_are_read_and_numbered():
    book = openpyxl.load_workbook(workbook(("Sheet", [["a", "b", "c"], [1, 2, 3], [4, 5, 6], [7, 8, 9], ["x"]])))
    for number in (2, 4, 9):
        book.active.row_dimensions[number].hidden = True
    book.active.column_dimensions.group("B", "C", hidden=True)
    [sheet] = read_file(saved(book), "x.xlsx").sheets
    assert ([row.number for row in sheet.rows], sheet.hidden_rows) == ([1, 2, 3, 4, 5], [2, 4])
    assert sheet.hidden_columns == (2, 3)


def test_an_ods_file_says_what_is_merged_and_hidden():
    cell = "<table:table-cell office:value-type='string'{}><text:p>x</text:p></table:table-cell>"
    row = "<table:table-row{}>{}</table:table-row>"
    spans = " table:number-rows-spanned='2' table:number-columns-spanned='1'"
    file = ods(
        "<table:table-column table:number-columns-repeated='2'/><table:table-column table:visibility='collapse'/>"
        + row.format("", cell.format("") * 3)
        + row.format(" table:number-rows-repeated='3'", "<table:table-cell/>")
        + row.format(" table:visibility='filter'", cell.format("") + cell.format(spans) + cell.format(""))
        + row.format("", f"{cell.format('')}<table:covered-table-cell/>{cell.format('')}")
    )
    [sheet] = read_file(file, "x.ods").sheets
    assert [row.number for row in sheet.rows] == [1, 5, 6]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ([5], (3,))
    assert sheet.merged == (MergedRange(5, 2, 6, 2),)


def test_the_hidden_base_version_is_read():
    book = openpyxl.load_workbook(workbook(("Seen", [["a"]]), (raw.BASE_SHEET, [["v1"]])))
    book[raw.BASE_SHEET].sheet_state = "hidden"
    file = read_file(saved(book), "file.xlsx")
    assert ([sheet.name for sheet in file.sheets], file.base) == (["Seen"], "v1")


def test_a_million_empty_formatted_rows_are_empty(million_empty_rows):
    assert rows(million_empty_rows) == [(1, "code")]


def test_a_cell_at_the_far_corner_is_refused_and_ends_no_process_of_ours():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "a")
        page.write_string(1_048_575, 16_383, "z")
    assert refusal(file) == (
        "The file cannot be read: it is damaged, or has cells far outside its tables. Delete these."
    )


def test_a_text_that_is_repeated_beyond_all_memory_is_refused():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number in range(20_000):
            page.write_string(number, 0, "x" * 32_000)
    assert len(file.getvalue()) < 200_000
    assert "cannot be read" in refusal(file)


def test_too_many_columns_rows_and_cells_are_refused(monkeypatch):
    assert "beyond column 500" in refusal(workbook(("Sheet", [["a"] * 501])))
    monkeypatch.setattr(raw, "MAX_ROWS", 10)
    assert "more than 10 rows" in refusal(workbook(("Sheet", [["a"]] * 11)))
    assert "more than 10 rows" in refusal(io.BytesIO(b"a\n" * 11), "file.csv")
    assert len(rows(workbook(("Sheet", [["a"]] * 10)))) == 10
    monkeypatch.setattr(raw, "MAX_CELLS", 15)
    assert "15 cells" in refusal(workbook(("Sheet", [["a", "b"]] * 8)))
    assert "15 cells" in refusal(io.BytesIO(b"a,b\n" * 8), "file.csv")


def test_too_many_sheets_are_refused(monkeypatch):
    monkeypatch.setattr(raw, "MAX_SHEETS", 2)
    assert "more than 2 sheets" in refusal(workbook(*[(f"s{number}", [["a"]]) for number in range(3)]))


def test_two_sheets_of_one_name_are_refused():
    file = workbook(("One", [["a"]]), ("Two", [["b"]]))
    assert "“one”" in refusal(changed(file, "xl/workbook.xml", 'name="Two"', 'name="one"')).casefold()
    files = archive(a__projects_dot_csv="a,b", b__Projects_dot_csv="a,b")
    assert refusal(files) == "Two sheets have the name “Projects”; rename or delete one."


def test_an_archive_bomb_is_refused_by_what_it_says_and_by_what_it_is(monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = archive(xl__workbook_dot_xml=b" " * 1_000_001)
    assert refusal(bomb) == "The file unpacks to more than 0 MB."
    monkeypatch.setattr(files, "PIECE", 50)
    # It says that it is small, in both places where an archive says so.
    lying = io.BytesIO(bomb.getvalue().replace((1_000_001).to_bytes(4, "little"), (100_000).to_bytes(4, "little")))
    assert refusal(lying) == "The file is damaged or protected with a password."


def test_a_large_file_is_refused_before_it_is_looked_at(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert "larger than" in refusal(io.BytesIO(b"a" * 11))


def test_entities_of_xml_are_refused():
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet '
    assert "entities" in refusal(changed(workbook(("Sheet", [["a"]])), SHEET, "<worksheet ", entities))
    hidden = archive(xl__workbook_dot_xml=entities.encode("utf-16"))
    assert "entities" in refusal(hidden)


def test_protected_files_are_refused():
    encrypted = COMPOUND_HEAD + bytes(100) + files.directory_entry("EncryptedPackage", kind=2)
    assert "password" in refusal(io.BytesIO(encrypted))
    assert "password" in refusal(ods("", manifest="<manifest:encryption-data/>"), "file.ods")
    zipped = archive(a_dot_csv=b"a,b").getvalue()
    flags = zipped.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    flags = flags.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert flags != zipped
    assert "password" in refusal(io.BytesIO(flags))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"  \r\n", "The file is empty"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "web page"),
        (b"%PDF-1.7", "web page or a document"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "This is no table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is no table"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (COMPOUND_HEAD + bytes(600), "a document or a program"),
        (b'a,"b\n' + b"c" * 200_000, "quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_whatever_its_name(content, sentence):
    assert sentence in refusal(io.BytesIO(content), "ledger.xlsx")


def test_other_documents_and_damaged_workbooks_are_refused():
    assert "CSV files alone; “word/document.xml” is none" in refusal(archive(word__document_dot_xml="<a/>"))
    assert refusal(archive(**{"__MACOSX/a.csv": "x"})) == "The ZIP archive holds no CSV file."
    assert "damaged" in refusal(archive(xl__workbook_dot_xml="<workbook>"))
    damaged = changed(workbook(("Sheet", [["a"]])), SHEET, "</worksheet>", "<row")
    assert "damaged" in refusal(damaged)
    whole = workbook(("Sheet", [["a"]])).getvalue()
    assert "damaged" in refusal(io.BytesIO(whole[:-200]))


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(spreadsheets, "SECONDS", 1)
    cells = f"<row>{'<c/>' * 40_000_000}</row></sheetData>"
    assert "cannot be read" in refusal(changed(workbook(("Sheet", [["a"]])), SHEET, "</sheetData>", cells))


def test_a_zip_and_a_folder_of_csv_files_are_one_file(tmp_path):
    parts = {"projects.csv": "# v1\ncode,title\nP1,甲\n", "departments.csv": "# v1\nslug\nst\n"}
    for name, text in parts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    zipped = read_file(archive(**{name.replace(".", "_dot_"): text for name, text in parts.items()}), "ledger.zip")
    folder = read_folder(tmp_path)
    assert {sheet.name: len(sheet.rows) for sheet in zipped.sheets} == {"projects": 2, "departments": 2}
    assert {sheet.name: len(sheet.rows) for sheet in folder.sheets} == {"projects": 2, "departments": 2}
    assert zipped.base == folder.base == "v1"


def test_files_of_two_downloads_are_refused():
    assert "different downloads" in refusal(archive(a_dot_csv="# v1\na,b", b_dot_csv="# v2\na,b"))


@pytest.mark.parametrize(
    "content", [b"code,title\nP1,a\n", workbook(("x", [["code", "title"], ["P1", "a"]])).getvalue()]
)
@pytest.mark.parametrize("kind", [InMemoryUploadedFile, TemporaryUploadedFile])
def test_what_a_form_uploads_is_read_and_stays_open(kind, content):
    if kind is TemporaryUploadedFile:
        file = TemporaryUploadedFile("x.csv", "text/csv", len(content), None)
        file.write(content)
    else:
        file = InMemoryUploadedFile(io.BytesIO(content), "file", "x.csv", "text/csv", len(content), None)
    assert rows(file, "x.csv") == [(1, "code", "title"), (2, "P1", "a")]
    file.seek(0)
    assert file.read() == content


def test_cells_that_repeat_beyond_all_bounds_are_refused():
    cell = "<table:table-cell office:value-type='string'{}><text:p>x</text:p></table:table-cell>"
    row = "<table:table-row{}>{}</table:table-row>"
    many_rows = row.format(" table:number-rows-repeated='1048576'", cell.format(""))
    many_columns = row.format("", cell.format(" table:number-columns-repeated='16384'"))
    assert "more than 100000 rows" in refusal(ods(many_rows), "file.ods")
    assert "beyond column 500" in refusal(ods(many_columns), "file.ods")


def test_a_cell_at_the_far_corner_of_an_xls_file_is_refused():
    book = xlwt.Workbook()
    page = book.add_sheet("a")
    page.write(0, 0, "x")
    page.write(65_535, 255, "y")
    assert "cannot be read" in refusal(saved(book), "file.xls")


def test_a_name_that_windows_wrote_is_read():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("XXXX.csv", "a,b")
    name = "项目".encode("gb18030")
    file = io.BytesIO(file.getvalue().replace(b"XXXX", name))
    assert [sheet.name for sheet in read_file(file, "x.zip").sheets] == ["项目"]
