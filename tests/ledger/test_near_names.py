"""Names that no row of the site has: what they may mean is asked once for all cells alike."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.models import Department
from ledger import near_names
from ledger.commit import commit_ledger
from ledger.matches import known_matches
from ledger.preview import Preview, preview
from ledger.reading import Reading, with_names
from ledger.take_back import take_back
from measures.models import Measure, Plan
from tests.factories import make_department, make_plan, make_section, region

from .samples import saved
from .test_layouts import read, table, values

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

REFORM, LOCAL = "name:departments:省发改委", "name:departments:市科技局"


@pytest.fixture
def plan() -> Plan:
    plan = make_plan("county")
    make_section(plan, slug="industry", title_zh="推动产业升级", title_en="")
    for slug, name in (("reform", "省发展改革委"), ("science", "省科技厅"), ("finance", "省财政厅")):
        make_department(slug=slug, name_zh=name, name_en="")
    return plan


TABLE = table(
    ["序号", "重点任务", "任务名称", "牵头单位", "配合单位"],
    [1, "产业升级", "建设绿色工厂", "省发改委", "省财政厅"],
    [2, "产业升级", "淘汰落后锅炉", "省发改委", "市科技局"],
    [3, "推动产业升级", "培育企业", "省财政厅", "省发改委、省科技厅"],
)
SECTION = "name:sections:产业升级"


def asked(file: io.BytesIO, plan: Plan, answers: dict[str, str] | None = None) -> Reading:
    return with_names(read(file, answers), plan, answers or {})


def seen(file: io.BytesIO, plan: Plan, answers: dict[str, str]) -> Preview:
    return preview(asked(file, plan, answers).ledger, plan)


def test_a_name_is_asked_about_once_with_what_it_may_mean(plan: Plan) -> None:
    found = {each.key: each for each in asked(TABLE, plan).unmatched}
    assert set(found) == {REFORM, LOCAL, SECTION}
    reform = found[REFORM]
    assert (reform.label, reform.guess, reform.examples) == (
        *("省发改委", "reform"),
        ("建设绿色工厂", "淘汰落后锅炉", "培育企业"),
    )
    assert reform.choices == (
        ("reform", "省发展改革委"),
        ("+", "A new one"),
        ("-", "Mark them as wrong"),
    )
    # Who only takes part is made by no table.
    assert found[LOCAL].choices == (("science", "省科技厅"), ("-", "Mark them as wrong"))
    assert found[SECTION].guess == "industry"


def test_the_answer_holds_for_all_rows_alike(plan: Plan) -> None:
    answers = {REFORM: "reform", LOCAL: "science", SECTION: "industry"}
    reading = asked(TABLE, plan, answers)
    assert reading.unmatched == []
    assert reading.notices[-1] == (
        "Names were read as somebody said: 省发改委 → 省发展改革委, 市科技局 → 省科技厅, 产业升级 → 推动产业升级"
    )
    found = preview(reading.ledger, plan)
    assert found.faults == []
    assert values(found, "measures", "code", "section", "lead_department", "participating_departments") == [
        ("1", "industry", "reform", ("finance",)),
        ("2", "industry", "reform", ("science",)),
        ("3", "industry", "finance", ("reform", "science")),
    ]
    assert values(found, "departments", "name_zh") == []


def test_what_is_said_to_be_wrong_is_so_at_each_cell(plan: Plan) -> None:
    found = seen(TABLE, plan, {REFORM: "-", LOCAL: "science", SECTION: "industry"})
    assert [str(each) for each in found.faults] == [
        "measures, row 2, lead_department: There is no “省发改委” in Departments.",
        "measures, row 3, lead_department: There is no “省发改委” in Departments.",
        "measures, row 4, participating_departments: There is no “省发改委” in Departments.",
    ]
    assert found.count()["wrong"] == 3


def test_a_lead_that_is_said_to_be_new_is_made(plan: Plan) -> None:
    found = seen(TABLE, plan, {REFORM: "+", LOCAL: "science", SECTION: "industry"})
    assert found.faults == []
    assert values(found, "departments", "name_zh") == [("省发改委",)]


def test_the_next_file_is_not_asked_about_what_was_said(plan: Plan) -> None:
    answers = {REFORM: "reform", LOCAL: "-", SECTION: "industry"}
    load = commit_ledger(asked(TABLE, plan, answers).ledger, plan, by=None, leave_out_wrong=True)
    assert load is not None
    # What is wrong once may be meant the next time.
    assert known_matches() == {REFORM: "reform", SECTION: "industry"}
    other = table(["序号", "任务", "牵头单位", "重点任务"], [9, "另一任务", " 省发改委", "产业升级"])
    assert asked(other, plan, known_matches()).unmatched == []
    assert values(seen(other, plan, known_matches()), "measures", "lead_department") == [("reform",)]
    take_back(load, by=None, reason="Sent too early")
    assert known_matches() == {}


def test_an_answer_that_names_nobody_is_asked_for_again(plan: Plan) -> None:
    Department.objects.filter(slug="reform").update(slug="other")
    assert REFORM in {each.key for each in asked(TABLE, plan, {REFORM: "reform"}).unmatched}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("发改委", "reform"),
        ("省发展和改革委员会", "reform"),
        ("江北省发展改革委", "reform"),
        ("省科学技术厅", "science"),
        ("科技厅", "science"),
        ("财政局", "finance"),
        ("Ministry of Finance", None),
        ("省水利厅", None),
        ("委", None),
        ("科" * 30_000, None),
    ],
)
def test_short_and_long_forms_of_a_name_are_near_it(plan: Plan, written: str, meant: str | None) -> None:
    file = table(["序号", "任务", "牵头单位", "重点任务"], [1, "造林", written, "推动产业升级"])
    assert [each.guess for each in asked(file, plan).unmatched] == ([meant] if meant else [])


def test_a_name_that_is_only_alike_is_asked_about_without_a_guess(plan: Plan) -> None:
    make_department(slug="energy", name_zh="Energy and Climate Office", name_en="")
    file = table(["序号", "任务", "牵头单位", "重点任务"], [1, "造林", "Energy and Clinic Office", "推动产业升级"])
    [question] = asked(file, plan).unmatched
    assert (question.choices[0][0], question.guess) == ("energy", "")


def test_a_site_without_departments_and_a_file_that_brings_them_are_not_asked_about(plan: Plan) -> None:
    book_rows = [["slug", "name_zh"], ["fa-gai", "省发改委"]]
    file = table(["序号", "任务", "牵头单位", "重点任务"], [1, "造林", "省发改委", "推动产业升级"])
    book: Any = openpyxl.load_workbook(file)
    page = book.create_sheet("departments")
    for row in book_rows:
        page.append(row)
    assert not asked(saved(book), plan).unmatched
    Department.objects.all().delete()
    assert not asked(file, plan).unmatched


def test_cities_of_projects_are_asked_about(plan: Plan) -> None:
    city = region("370100")
    file = table(
        ["序号", "项目名称", "建设地点", "所属行业", "计划总投资（万元）", "建设阶段"],
        [1, "光伏电站", f"{city.name_zh}高新区", "能源", 100, "preparing"],
    )
    [question] = asked(file, plan).unmatched
    assert (question.key, question.guess) == (f"name:regions:{city.name_zh}高新区", "370100")
    found = seen(file, plan, {question.key: "370100"})
    assert values(found, "projects", "city") == [("370100",)]


def test_of_very_many_names_the_first_are_asked_about(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_names, "MAX_QUESTIONS", 2)
    rows = [[number, f"任务{number}", f"省财政{number}局", "推动产业升级"] for number in range(1, 6)]
    file = table(["序号", "任务", "牵头单位", "重点任务"], *rows)
    first = asked(file, plan).unmatched
    assert [each.label for each in first] == ["省财政1局", "省财政2局"]
    # The others are what they were before anything was asked: new leads.
    answers = {each.key: "finance" for each in first}
    assert asked(file, plan, answers).unmatched == []
    assert len(values(seen(file, plan, answers), "departments", "slug")) == 3


def test_the_command_asks_and_takes_the_answer(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "任务.xlsx"
    file = table(["序号", "任务", "牵头单位", "重点任务"], [1, "造林", "省发改委", "推动产业升级"])
    path.write_bytes(file.getvalue())
    err = io.StringIO()
    with pytest.raises(CommandError, match=f"--answer '{REFORM}=reform'"):
        call_command("load_data", str(path), stderr=err)
    assert f"{REFORM}, such as 造林: one of reform (省发展改革委), + (A new one)" in err.getvalue()
    columns = tmp_path / "columns.txt"
    columns.write_text(f"{REFORM}=reform\n", encoding="utf-8")
    call_command("load_data", str(path), "--columns", str(columns), stdout=io.StringIO())
    assert Measure.objects.get(title_zh="造林").lead_department.slug == "reform"
