"""Tables as offices make them, without the template: each is understood, or says in one sentence what is missing."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from accounts.models import Department
from ledger.commit import commit_ledger
from ledger.files import read_file
from ledger.headers import HEADERS, header_key, in_all_languages
from ledger.matches import known_matches
from ledger.matching import MatchQuestion, match_questions
from ledger.merging import What
from ledger.preview import Preview, preview
from ledger.reading import Reading, read_tables
from ledger.sheets import SHEETS
from ledger.tables import find_tables
from ledger.take_back import take_back
from measures.models import Plan
from tests.factories import make_department, make_measure, make_plan, make_section, region

from .samples import saved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def table(*rows: list[Any], merged: tuple[str, ...] = (), title: str = "Sheet1") -> io.BytesIO:
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = title
    for row in rows:
        page.append(row)
    for cells in merged:
        page.merge_cells(cells)
    return saved(book)


def read(file: io.BytesIO, answers: dict[str, str] | None = None, name: str = "任务分解表.xlsx") -> Reading:
    file.seek(0)
    tables = find_tables(read_file(file, name), list(SHEETS.values()), answers or {})
    return read_tables(tables, name, answers or {})


def unmatched(file: io.BytesIO, answers: dict[str, str] | None = None, **options: Any) -> list[MatchQuestion]:
    file.seek(0)
    tables = find_tables(read_file(file, "任务表.xlsx"), list(SHEETS.values()), answers or {})
    return match_questions(tables, answers or {}, **{"begun": (), **options})


@pytest.fixture
def plan() -> Plan:
    return make_plan("county")


def seen(file: io.BytesIO, plan: Plan, answers: dict[str, str] | None = None) -> Preview:
    return preview(read(file, answers).ledger, plan)


def values(found: Preview, sheet: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(each[column] for column in columns) for each in found.entries if each.sheet == sheet]


BREAKDOWN = table(
    ["莱阳市2024年重点任务分解表"],
    ["填报单位：市发展改革局", None, None, None, None, "2024年3月"],
    ["序号", "重点任务", "具体任务", "牵头单位", "配合单位", "完成时限", "备注"],
    [1, "一、产业升级", "建设绿色工厂三家", "市工业和信息化局", "市财政局、市科技局", "2024年底", None],
    [2, None, "淘汰落后锅炉", None, None, "2024年第三季度", None],
    [3, "二、生态保护", "造林两千亩", "市自然资源局", None, "长期坚持", "续建"],
    merged=("A1:G1", "B4:B5", "D4:D5"),
)


def test_a_breakdown_of_tasks_is_read_as_it_is(plan: Plan) -> None:
    found = seen(BREAKDOWN, plan)
    assert found.faults == []
    assert values(found, "measures", "code", "section", "title_zh", "lead_department", "due_on") == [
        ("1", "section-1", "建设绿色工厂三家", "shi-gong-ye-he-xin-xi-hua-ju", date(2024, 12, 31)),
        ("2", "section-1", "淘汰落后锅炉", "shi-gong-ye-he-xin-xi-hua-ju", date(2024, 9, 30)),
        ("3", "section-2", "造林两千亩", "shi-zi-ran-zi-yuan-ju", None),
    ]
    assert values(found, "sections", "slug", "title_zh") == [("section-1", "产业升级"), ("section-2", "生态保护")]
    assert {name for (name,) in values(found, "departments", "name_zh")} == {
        *("市工业和信息化局", "市自然资源局", "市财政局", "市科技局")
    }
    assert [each for each in read(BREAKDOWN).notices if "unknown" not in each] == [
        "Priority area: a cell merged over several rows was read as the value of each of them; cells filled: 1",
        "Lead department: a cell merged over several rows was read as the value of each of them; cells filled: 1",
        "Measures, Due date: words were read as the last day that they mean: 2024年底 → 2024-12-31, "
        "2024年第三季度 → 2024-09-30; cells: 2",
        "Measures, Due date: what lasts has no day: 长期坚持; cells: 1",
    ]


def test_a_column_that_tells_the_rows_apart_names_them_where_no_other_does(plan: Plan) -> None:
    """重点任务 heads the tasks themselves in one table, and priority areas in another."""
    header = ["序号", "重点任务", "工作内容", "牵头单位"]
    tasks = table(
        header,
        ["一、产业升级", None, None, None],
        [1, "建设绿色工厂三家", "完成验收", "市工信局"],
        [2, "淘汰落后锅炉", "完成验收", "市工信局"],
        merged=("A2:D2",),
    )
    assert values(seen(tasks, plan), "measures", "section", "title_zh", "description_zh") == [
        ("section-1", "建设绿色工厂三家", "完成验收"),
        ("section-1", "淘汰落后锅炉", "完成验收"),
    ]
    assert read(tasks).notices[-1] == "“重点任务” was read as the names of the rows, since no other column has any."
    areas = table(header, [1, "产业升级", "建设绿色工厂三家", "市工信局"], [2, "产业升级", "淘汰落后锅炉", "市工信局"])
    assert values(seen(areas, plan), "measures", "section", "title_zh") == [
        ("section-1", "建设绿色工厂三家"),
        ("section-1", "淘汰落后锅炉"),
    ]


@pytest.mark.parametrize(
    ("header", "merged", "section"),
    [
        (["工作任务", "主要措施", "备注"], ("B2:B3",), "优化营商环境"),
        (["工作任务", "具体措施", "重点领域"], ("A2:A3", "B2:B3", "D2:D3"), "产业"),
    ],
)
def test_what_is_done_in_each_row_names_it_where_tasks_are_merged(
    plan: Plan, header: list[str], merged: tuple[str, ...], section: str
) -> None:
    """The tasks are the priority areas only where no other column is."""
    rows = ([1, "优化营商环境", "容缺受理", "产业", "审批局"], [2, None, "设服务专员", None, "审批局"])
    found = seen(table(["序号", *header, "责任单位"], *rows, merged=merged), plan)
    assert found.faults == []
    assert [title for (title,) in values(found, "measures", "title_zh")] == ["容缺受理", "设服务专员"]
    assert values(found, "sections", "title_zh") == [(section,)]


def test_merged_tasks_that_no_column_tells_apart_are_refused(plan: Plan) -> None:
    rows = ([1, "优化营商环境", "容缺受理", "审批局"], [2, None, None, "工信局"])
    found = seen(table(["序号", "工作任务", "具体措施", "责任单位"], *rows, merged=("B2:B3",)), plan)
    assert [each.number for each in found.faults if "are merged; undo this" in each.sentence] == [2, 3]


def test_headings_between_the_rows_are_the_priority_areas(plan: Plan) -> None:
    file = table(
        ["序号", "重点工作", "责任单位", "完成时间"],
        ["一、产业升级", None, None, None],
        [1, "建设绿色工厂三家", "市工信局", "2024-12-31"],
        [2, "淘汰落后锅炉", "市工信局", "2024.9"],
        ["（二） 生态保护", None, None, None],
        [3, "造林两千亩", "市自然资源局", "2024年6月底前完成"],
        merged=("A2:D2", "A5:D5"),
    )
    found = seen(file, plan)
    assert found.faults == []
    assert values(found, "measures", "code", "section", "due_on") == [
        ("1", "section-1", date(2024, 12, 31)),
        ("2", "section-1", date(2024, 9, 30)),
        ("3", "section-2", date(2024, 6, 30)),
    ]
    assert values(found, "sections", "title_zh") == [("产业升级",), ("生态保护",)]


def test_hidden_rows_and_columns_are_named_since_they_are_read(plan: Plan) -> None:
    """A filter hides them, and nobody sees any more that they are there."""
    rows = ([number, f"任务{number}", "林业局", "x"] for number in range(1, 30))
    book = openpyxl.load_workbook(
        table(["重点任务表"], ["序号", "任务名称", "责任单位", "备注"], *rows, title="一季度")
    )
    page: Any = book.active
    for number in (1, 4, *range(6, 31)):
        page.row_dimensions[number].hidden = True
    for letter in ("C", "D"):
        page.column_dimensions[letter].hidden = True
    file = saved(book)
    found = seen(file, plan)
    assert found.faults == []
    assert len(values(found, "measures", "code")) == 29
    assert [each for each in read(file).notices if "hidden" in each] == [
        "The sheet “一季度” has hidden rows, which were read, too: 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, "
        "19, 20, 21, 22, 23, 24, …",
        "The sheet “一季度” has hidden columns, which were read, too: C",
    ]


def test_a_table_without_areas_and_numbers_has_one_area_and_is_numbered(plan: Plan) -> None:
    found = seen(table(["任务名称", "责任单位"], ["造林两千亩", "市自然资源局"], ["修渠十里", "市水利局"]), plan)
    assert found.faults == []
    assert values(found, "measures", "code", "section", "title_zh") == [
        ("1", "section-1", "造林两千亩"),
        ("2", "section-1", "修渠十里"),
    ]
    assert values(found, "sections", "title_zh", "title_en") == [("重点任务", "Priority tasks")]


def test_a_measure_without_its_number_is_known_by_its_title(plan: Plan) -> None:
    section = make_section(plan)
    make_measure(section, make_department(), code="M012", title_zh="造林两千亩", title_en="")
    lead = Department.objects.get().slug
    found = seen(table(["任务名称", "责任单位"], [" 造林两千亩", lead], ["修渠十里", lead]), plan)
    assert [(each.key[0], each.what) for each in found.entries if each.sheet == "measures"] == [
        ("M012", What.UNCHANGED),
        ("M013", What.NEW),
    ]


def test_of_two_columns_that_may_be_the_lead_the_surer_is_read(plan: Plan) -> None:
    file = table(["序号", "工作任务", "责任单位", "牵头单位"], [1, "造林", "各镇街", "市自然资源局"])
    assert values(seen(file, plan), "departments", "name_zh") == [("市自然资源局",)]
    assert "These columns are unknown and were not read: 责任单位" in read(file).notices


def test_of_several_sheets_each_notice_names_its_own() -> None:
    book = openpyxl.load_workbook(table(["任务", "责任单位", "进展"], ["造林", "林业局", "x"], title="东"))
    for row in (["任务", "责任单位"], ["修渠", "水利局"]):
        book.create_sheet("西").append(row) if "西" not in book.sheetnames else book["西"].append(row)
    assert read(saved(book)).notices == ["Sheet “东”: These columns are unknown and were not read: 进展"]


def test_who_leads_and_who_takes_part_may_be_said_in_one_cell(plan: Plan) -> None:
    file = table(
        ["任务", "责任单位", "配合单位"],
        ["造林", "牵头单位：林业局；配合单位：财政局、水利局", "气象局，公安局"],
        ["修渠", "水利局（牵头）", None],
        ["架桥", "配合部门：财政局", None],
    )
    assert read(file).questions == []
    found = seen(file, plan)
    assert values(found, "measures", "lead_department", "participating_departments") == [
        ("lin-ye-ju", ("cai-zheng-ju", "gong-an-ju", "qi-xiang-ju", "shui-li-ju")),
        ("shui-li-ju", ()),
    ]
    assert [str(each) for each in found.faults] == ["measures, row 4, lead_department: A value is wanted."]


def test_codes_that_differ_in_case_alone_are_a_fault(plan: Plan) -> None:
    file = table(["编号", "任务", "责任单位"], ["N02", "造林", "林业局"], ["n02", "修渠", "水利局"])
    assert [str(each) for each in seen(file, plan).faults] == [
        "measures, row 3, code: “n02” and “N02” in row 2 differ in case alone; change one of them."
    ]


def test_a_code_that_differs_from_one_of_the_site_in_case_alone_is_a_fault(plan: Plan) -> None:
    make_measure(make_section(plan), make_department("forests"), code="N02")
    [fault] = seen(table(["编号", "任务", "责任单位"], ["n02", "造林", "forests"]), plan).faults
    assert str(fault) == (
        "measures, row 2, code: “n02” and “N02”, which the site has, differ in case alone; change one of them."
    )


def test_a_cell_has_one_fault(plan: Plan) -> None:
    """A value that cannot be read is not said to be missing, too."""
    file = table(
        ["编号", "名称（中文）", "名称（英文）", "责任单位"],
        ["1", "长" * 500, None, "林业局"],
        ["2", None, "x" * 2_000, "林业局"],
        ["3", None, None, "林业局"],
        title="政策措施",
    )
    assert [(each.number, each.column, each.sentence[:17]) for each in seen(file, plan).faults] == [
        (2, "title_zh", "Up to 200 charact"),
        (3, "title_en", "Up to 300 charact"),
        (4, "title_zh", "A value is wanted"),
    ]


def test_what_is_too_long_for_a_name_becomes_no_department(plan: Plan) -> None:
    file = table(["任务", "责任单位", "重点任务"], ["造林", "林" * 300, "生" * 300])
    assert [(each.column, each.sentence) for each in seen(file, plan).faults] == [
        ("section", f"There is no “{'生' * 40}…” in Priority areas."),
        ("lead_department", f"There is no “{'林' * 40}…” in Departments."),
    ]


def test_several_leads_in_a_cell_are_asked_about(plan: Plan) -> None:
    file = table(
        ["序号", "任务", "责任单位", "配合单位"],
        [1, "造林", "林业局、 财政局，水利局", "气象局"],
        [2, "修渠", "水利局", None],
    )
    [question] = read(file).questions
    assert (question.key, question.kind, question.examples) == (
        *("measures.lead_department", "leads"),
        ("林业局、 财政局，水利局",),
    )
    found = seen(file, plan, {question.key: "first"})
    assert found.faults == []
    assert values(found, "measures", "lead_department", "participating_departments") == [
        ("lin-ye-ju", ("cai-zheng-ju", "qi-xiang-ju", "shui-li-ju")),
        ("shui-li-ju", ()),
    ]
    refused = seen(file, plan, {question.key: "refuse"})
    assert [str(each) for each in refused.faults] == [
        "measures, row 2, lead_department: One department leads a measure; the others take part."
    ]


PROJECTS = table(
    ["2024年重点项目表"],
    ["单位：万元"],
    ["序号", "项目名称", "建设地点", "所属行业", "计划总投资", "责任单位", "建设阶段", "开工时间", "竣工时间"],
    ["合计", None, None, None, 350, None, None, None, None],
    [1, "光伏电站", "济南市", "能源", 100, None, "在建", "2023年3月", "2024年底"],
    [2, "污水处理厂", "青岛市", "环保", 200, None, "在建", "2023年", "2024-2025"],
    ["小计", None, None, None, 300, None, None, None, None],
)


def test_a_list_of_projects_is_read_with_the_unit_above_it_and_without_its_sums(plan: Plan) -> None:
    region("370100"), region("370200")
    found = seen(PROJECTS, plan)
    assert found.faults == []
    assert values(found, "projects", "code", "city", "category", "total_investment", "planned_completion_on") == [
        ("1", "370100", "neng-yuan", 100, date(2024, 12, 31)),
        ("2", "370200", "huan-bao", 200, date(2025, 12, 31)),
    ]
    notices = read(PROJECTS).notices
    assert "Rows of sums were left out: 4, 7" in notices
    sums = [each for each in notices if "the sum says" in each]
    assert sums == ["Projects, row 4, Total investment: the sum says 350 万元, and its rows add up to 300 万元"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024年底", date(2024, 12, 31)),
        ("2024年", date(2024, 12, 31)),
        (2024, date(2024, 12, 31)),
        ("2024年2月", date(2024, 2, 29)),
        ("2024年２月末", date(2024, 2, 29)),
        ("2024年6月前", date(2024, 6, 30)),
        ("2024年6月30日前", date(2024, 6, 30)),
        ("2024/6", date(2024, 6, 30)),
        (2024.6, date(2024, 6, 30)),
        ("2024年第三季度", date(2024, 9, 30)),
        ("2024年四季度末", date(2024, 12, 31)),
        ("2024Q2", date(2024, 6, 30)),
        ("2024年上半年", date(2024, 6, 30)),
        ("2024—2026年", date(2026, 12, 31)),
        ("2024年至2026年底", date(2026, 12, 31)),
        ("by the end of 2024", date(2024, 12, 31)),
        ("长期", None),
        ("持续推进", None),
        ("长期坚持、持续推进", None),
    ],
)
def test_a_deadline_in_words_is_its_last_day(plan: Plan, written: Any, day: date | None) -> None:
    found = seen(table(["序号", "任务", "责任单位", "时限要求"], [1, "造林", "林业局", written]), plan)
    assert found.faults == []
    assert values(found, "measures", "due_on", "due_text") == [(day, None if day else written)]


def test_words_of_what_lasts_are_short(plan: Plan) -> None:
    found = seen(
        table(["序号", "任务", "责任单位", "时限要求"], [1, "造林", "林业局", "长期" + "、长期坚持" * 6]), plan
    )
    assert [(each.column, each.sentence) for each in found.faults] == [("due_on", "Up to 30 characters; this has 32.")]


@pytest.mark.parametrize("written", ["2024年13月", "2024年第五季度", "尽快", 2024.1, "2024年2月30日前"])
def test_what_is_no_deadline_is_refused_at_its_cell(plan: Plan, written: Any) -> None:
    found = seen(table(["序号", "任务", "责任单位", "时限要求"], [1, "造林", "林业局", written]), plan)
    assert [(each.number, each.column) for each in found.faults] == [(2, "due_on")]


@pytest.mark.parametrize("written", ["6月底前", "第三季度", "年底", "6月30日", "上半年", "今年底"])
def test_a_deadline_without_a_year_is_asked_about(plan: Plan, written: str) -> None:
    file = table(["序号", "任务", "责任单位", "时限要求"], [1, "造林", "林业局", written])
    [question] = read(file).questions
    assert (question.key, question.kind, question.examples) == ("measures.due_on", "year", (written,))
    [(day,)] = values(seen(file, plan, {question.key: "2024"}), "measures", "due_on")
    assert day.year == 2024 and day.month in (6, 9, 12)


def test_a_file_without_a_table_says_so_once() -> None:
    found = read(table(["天气"], ["晴"]))
    assert [str(each) for each in found.ledger.faults] == [
        "No table was found in the file: no row holds the headers of the template."
    ]


@pytest.mark.parametrize("sheet", HEADERS)
def test_a_header_names_one_column_of_its_sheet(sheet: str) -> None:
    declared = {column.name: column for column in SHEETS[sheet].columns}
    own = {header_key(text): name for name, each in declared.items() for text in (name, *in_all_languages(each.label))}
    seen_headers: dict[str, str] = {}
    for name, headers in HEADERS[sheet].items():
        assert name in declared
        for header in headers:
            key = header_key(header)
            assert own.get(key, name) == name, f"{header} is the label of {own[key]}"
            assert seen_headers.setdefault(key, name) == name, f"{header} stands with {seen_headers[key]}, too"


UNKNOWN = table(
    ["干什么", "谁来干", "啥时候", "序号", "备注"],
    ["造林两千亩", "市自然资源局", "2024年底", 1, "续建"],
    ["修渠十里", "市水利局", "2024年6月", 2, None],
)


def test_what_no_header_says_is_asked_about_with_a_guess(plan: Plan) -> None:
    [sheet] = unmatched(UNKNOWN)
    assert (sheet.kind, sheet.label, sheet.guess, sheet.examples) == (
        *("sheet", "Sheet1", "measures"),
        ("干什么", "谁来干", "啥时候"),
    )
    answers = {sheet.key: sheet.guess}
    asked = unmatched(UNKNOWN, answers)
    assert [(each.label, each.guess) for each in asked] == [
        ("干什么", "title_zh"),
        ("谁来干", "lead_department"),
        ("啥时候", "due_on"),
        ("备注", "-"),
    ]
    assert ("lead_department", "Lead department*") in asked[1].choices
    answers |= {each.key: each.guess for each in asked}
    found = seen(UNKNOWN, plan, answers)
    assert found.faults == []
    assert values(found, "measures", "code", "title_zh", "lead_department", "due_on") == [
        ("1", "造林两千亩", "shi-zi-ran-zi-yuan-ju", date(2024, 12, 31)),
        ("2", "修渠十里", "shi-shui-li-ju", date(2024, 6, 30)),
    ]


def test_a_sheet_that_is_named_rightly_is_asked_about_though_none_of_its_columns_is_known(plan: Plan) -> None:
    file = table(["干什么", "谁来干"], ["造林两千亩", "市自然资源局"], title="政策措施")
    answers = {each.key: each.guess for each in unmatched(file)}
    assert answers == {"measures:干什么": "title_zh", "measures:谁来干": "lead_department"}
    assert values(seen(file, plan, answers), "measures", "title_zh") == [("造林两千亩",)]


def test_the_next_file_of_that_layout_is_not_asked_about(plan: Plan) -> None:
    answers: dict[str, str] = {}
    for _round in range(2):
        answers |= {each.key: each.guess for each in unmatched(UNKNOWN, answers)}
    load = commit_ledger(read(UNKNOWN, answers).ledger, plan, by=None)
    assert load is not None and load.matched == answers
    assert unmatched(UNKNOWN, known_matches()) == []
    take_back(load, by=None, reason="Sent too early")
    assert known_matches() == {}


def test_a_table_that_changes_what_is_there_is_not_asked_about() -> None:
    file = table(["编号", "完成时限", "某列"], ["M012", "2024-12-31", "x"], title="政策措施")
    assert unmatched(file, begun={"measures"}) == []
    assert [each.label for each in unmatched(file)] == ["某列"]


def test_a_file_with_very_many_and_long_headers_is_asked_about_briefly() -> None:
    headers = [f"{number}{'很长' * 8_000}" for number in range(500)]
    [sheet] = unmatched(table(headers, ["x"] * 500))
    asked = unmatched(table(headers, ["x" * 30_000] * 500), {sheet.key: "measures"})
    assert len(asked) == 500
    assert max(len(text) for each in (sheet, *asked) for text in (each.key, each.label, *each.examples)) < 2_000
