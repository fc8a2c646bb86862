"""Tables that are made to trip the reader up: each is loaded as it says, or refused in a clear sentence, soon, and
never by half."""

import io
import time
from collections.abc import Iterator

import openpyxl
import pytest

from ledger.commit import LoadRefused, commit_ledger
from ledger.files import read_file
from ledger.matching import match_questions
from ledger.reading import read_tables
from ledger.sentences import FileRefused
from ledger.sheets import SHEETS
from ledger.tables import find_tables
from measures.models import Measure, Plan
from tests.factories import make_plan

from .samples import changed, ods, saved, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "today")]

SHEET = "xl/worksheets/sheet1.xml"
HEAD: list[object] = ["编号", "任务名称", "责任单位", "完成时限"]
# Of processor time, where an honest table takes a tenth of one.
SECONDS = 15


@pytest.fixture
def plan() -> Plan:
    return make_plan("county")


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


def tasks(*rows: list[object], head: list[object] = HEAD, title: str = "Sheet1") -> io.BytesIO:
    return workbook((title, [head, *rows]))


def merged_xml(file: io.BytesIO, *ranges: str) -> io.BytesIO:
    """Merges cells that a library would not."""
    cells = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    return changed(file, SHEET, "</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>")


def outcome(file: io.BytesIO, plan: Plan, answers: dict[str, str] | None = None, name: str = "x.xlsx") -> list[str]:
    """Loads a file, and returns what is asked or refused, or what was not read."""
    try:
        tables = find_tables(read_file(file, name), list(SHEETS.values()), answers or {})
    except FileRefused as refusal:
        return [str(refusal)]
    reading = read_tables(tables, name, answers or {})
    asked = [*match_questions(tables, answers or {}, begun=()), *reading.questions]
    if asked and not tables.faults:
        return [f"{each.kind} {each.label}" for each in asked]
    try:
        commit_ledger(reading.ledger, plan, by=None, unlikely_is_so=True)
    except LoadRefused as refusal:
        assert not Measure.objects.exists()
        return [str(each) for each in refusal.preview.faults]
    return reading.notices


def titles() -> list[str]:
    return [measure.title_zh for measure in Measure.objects.order_by("position")]


TWO: tuple[list[object], ...] = (["A1", "造林", "林业局", "2023-12-31"], ["A2", "修渠", None, "2023-12-31"])


def test_a_cell_merged_over_a_million_rows_is_filled_down_to_the_last_row_of_the_table(plan: Plan) -> None:
    assert outcome(merged_xml(tasks(*TWO), "C2:C1048576"), plan) == [
        "Lead department: a cell merged over several rows was read as the value of each of them; cells filled: 1"
    ]
    assert list(Measure.objects.values_list("lead_department__name_zh", flat=True)) == ["林业局", "林业局"]


def test_merged_cells_that_overlap_fill_in_nothing_twice(plan: Plan) -> None:
    file = tasks(*TWO, ["A3", "架桥", None, "2023-12-31"])
    assert outcome(merged_xml(file, "C2:C3", "C3:C4"), plan) == [
        "measures, row 4, lead_department: A value is wanted.",
        *(f"measures, row {row}: The cells C3:C4 are merged; undo this and fill in each of them." for row in (3, 4)),
    ]
    assert outcome(merged_xml(file, "C2:C4", "B2:C3"), plan) == [
        f"measures, row {row}: The cells B2:C3 are merged; undo this and fill in each of them." for row in (2, 3)
    ]


def test_many_merged_cells_over_many_rows_are_read_soon(plan: Plan) -> None:
    """Each lies around all before it."""
    rows: list[list[object]] = [[f"A{number}", f"任务{number}", "林业局"] for number in range(4_000)]
    around = [f"C{2_000 - number}:C{2_001 + number}" for number in range(1_990)]
    assert "The cells C1999:C2002 are merged; undo this" in outcome(merged_xml(tasks(*rows), *around), plan)[0]


def test_more_merged_cells_than_any_table_has_are_refused(plan: Plan) -> None:
    file = merged_xml(tasks(TWO[0]), *(f"F{number}:G{number}" for number in range(1, 100_002)))
    assert outcome(file, plan) == ["A sheet has very many merged cells; undo this outside the table."]


def test_sixteen_thousand_headers_are_too_many(plan: Plan) -> None:
    file = tasks(*TWO, head=[*HEAD, *(f"H{number}" for number in range(16_380))])
    assert outcome(file, plan) == ["A sheet has cells beyond column 500; delete what is outside the table."]


def test_the_longest_header_that_there_may_be_is_named_in_short(plan: Plan) -> None:
    assert outcome(tasks(TWO[0], head=[*HEAD, "很" * 32_767]), plan) == [
        f"These columns are unknown and were not read: {'很' * 60}"
    ]
    assert titles() == ["造林"]


@pytest.mark.parametrize("units", ["单位：" + "万元亿元" * 8_000, "（单位：万元/亿元）", "单位：" * 10_000])
def test_a_line_of_many_units_names_none(plan: Plan, units: str) -> None:
    head: list[object] = ["编号", "项目名称", "地区", "类别", "阶段", "总投资"]
    file = workbook(("Sheet1", [[units], head, ["P1", "电站", "济南市", "能源", "在建", 5]]))
    assert outcome(file, plan) == ["unit Total investment"]


def test_ten_thousand_headings_within_each_other_are_read_soon_and_named_in_short(plan: Plan) -> None:
    levels: list[list[object]] = [
        [f"一、{'纲' * 90}{number}"] if number % 2 else [f"（一）目{number}"] for number in range(10_000)
    ]
    head: list[object] = ["任务名称", "责任单位"]
    file = workbook(("Sheet1", [head, *levels, ["造林", "林业局"], *levels[:60:2]]))
    [headings] = outcome(file, plan)
    assert len(headings) < 200
    assert titles() == ["造林"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("99999年底", "A day such as 2023-06-30 or 2023年6月30日 is wanted, not “99999年底”."),
        ("2024年13月", "The calendar has no day 2024年13月."),
        ("0000年", "The calendar has no day 0000年."),
        ("2024年第0季度", "A day such as 2023-06-30 or 2023年6月30日 is wanted, not “2024年第0季度”."),
        ("9999年底", "A day from 1990-01-01 to 2100-12-31 is wanted."),
        ("长期、" * 9_000, f"A day such as 2023-06-30 or 2023年6月30日 is wanted, not “{('长期、' * 14)[:40]}…”."),
    ],
)
def test_a_deadline_that_no_calendar_has_is_refused_at_its_cell(plan: Plan, written: str, sentence: str) -> None:
    file = tasks(["A1", "造林", "林业局", written], ["A2", "修渠", "水利局", "2023-12-31"])
    assert outcome(file, plan) == [f"measures, row 2, due_on: {sentence}"]


def test_a_text_with_zero_bytes_is_no_table(plan: Plan) -> None:
    content = "任务名称,责任单位\n造\0林,林业局\n".encode("gbk")
    assert outcome(io.BytesIO(content), plan, name="x.csv") == [
        "This is no table. Upload an Excel workbook (.xlsx, .xls, .ods), a CSV file or a ZIP of CSV files."
    ]


def test_a_header_that_is_a_formula_names_no_column(plan: Plan) -> None:
    link = '=HYPERLINK("http://192.0.2.1/","任务名称")'
    assert outcome(tasks(["A1", "造林", "林业局", "2023-12-31", "x"], head=[*HEAD, link]), plan) == []
    content = f'编号\t任务名称\t责任单位\t"{link.replace(chr(34), chr(34) * 2)}"\nA1\t造林\t林业局\tx\n'.encode()
    assert outcome(io.BytesIO(content), plan, name="x.txt") == [f"These columns are unknown and were not read: {link}"]
    assert titles() == ["造林"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_sheets_that_are_hidden_or_called_as_ours_bring_nothing(plan: Plan, state: str) -> None:
    bad: list[object] = ["A9", "藏", "林业局", "2023-12-31"]
    book = openpyxl.load_workbook(
        workbook(
            ("Sheet1", [HEAD, TWO[0]]),
            ("政策措施", [HEAD, bad]),
            ("_base_version", [HEAD, bad]),
            ("_lists", [HEAD, bad]),
        )
    )
    for name in ("政策措施", "_base_version", "_lists"):
        book[name].sheet_state = state
    assert outcome(saved(book), plan) == ["The sheet “政策措施” is hidden and was not read."]
    assert titles() == ["造林"]


def test_answers_about_columns_that_there_are_not_change_nothing(plan: Plan) -> None:
    answers = {
        "measures:../../etc/passwd": "code",
        "measures::": "title_zh",
        "sheet:../..|C:\\": "people",
        "people:任务名称": "username",
        "measures:任务名称": "__class__",
        "sheet:": "-",
    }
    assert outcome(tasks(TWO[0]), plan, answers) == []
    assert titles() == ["造林"]


def test_two_headers_that_are_said_to_be_one_column_are_a_fault(plan: Plan) -> None:
    file = tasks(["造林", "修渠", "林业局"], head=["甲", "乙", "责任单位"], title="政策措施")
    assert outcome(file, plan, {"measures:甲": "title_zh", "measures:乙": "title_zh"}) == [
        "measures, row 1, title_zh: The column “Title (Chinese)” stands there twice; delete or rename one."
    ]


def test_two_sheets_with_the_same_headers_and_codes_name_both_rows(plan: Plan) -> None:
    file = workbook(("东", [HEAD, TWO[0]]), ("西", [HEAD, [], TWO[0]]))
    assert outcome(file, plan) == ["measures, 西, row 3, code: The same row stands in row 2 of “东”."]


def test_one_number_in_two_widths_is_one_number(plan: Plan) -> None:
    file = tasks(["１２", "造林", "林业局", "２０２３-１２－３１"], ["12", "修渠", "水利局", "2023年１２月"])
    assert outcome(file, plan) == ["measures, 西, row 3, code: The same row stands in row 2 of “东”."]


def test_a_million_hidden_rows_and_cells_merged_beyond_the_sheet_are_no_table(plan: Plan) -> None:
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    hidden = 'table:visibility="collapse" table:number-rows-repeated="999999999"'
    hidden = f"<table:table-row {hidden}><table:table-cell/></table:table-row>"
    span = ' table:number-rows-spanned="99999999" table:number-columns-spanned="1"'
    rows = [["任务名称", "责任单位"], ["造林", "林业局"]]
    lines = [
        "".join(cell.format(span if (at, text) == (1, "林业局") else "", text) for at, text in enumerate(row))
        for row in rows
    ]
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    assert outcome(ods(f"{table}{hidden * 3}", name="任务"), plan, name="x.ods") == []
    assert titles() == ["造林"]
