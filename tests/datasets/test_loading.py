# ruff: noqa: E501 (rows of data)
"""load_fixtures, on a small data set that holds one of everything; tests/test_fixtures.py loads the shipped one."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import Department
from dashboard.models import PublishedFigure
from indicators.models import Indicator, Observation
from measures.filing import rewrite_report
from measures.models import Evidence, Measure, Plan, PlanMilestone, Report, ReportStep, Section, StatusChange
from measures.office.mergers import merge_departments
from projects.models import Project
from rollups.models import MeasureRollup
from tests.factories import file_report, make_plan, make_section, make_user

pytestmark = pytest.mark.django_db

FILES = {
    "regions": """
code,kind,parent,name_zh,name_en,short_zh,short_en,tile_row,tile_column,provenance,source
370202,county,370200,市南区,Shinan,市南,Shinan,,,published,GB/T 2260
370200,city,370000,青岛市,Qingdao,青岛,Qingdao,2,5,published,GB/T 2260
370100,city,370000,济南市,Jinan,济南,Jinan,2,2,published,GB/T 2260
370000,province,100000,山东省,Shandong,山东,Shandong,,,published,GB/T 2260
100000,country,,中国,China,中国,China,,,published,GB/T 2260
""",
    "departments": """
slug,number,name_zh,name_en,short_zh,short_en,provenance,source
energy,1,省能源局,Energy Bureau,能源局,Energy,illustrative,
water,2,省水利厅,Water,水利厅,Water,illustrative,
""",
    "plans": """
slug,name_zh,name_en,starts_on,ends_on,provenance,source
plan,行动计划,Action plan,2023-01-01,2025-12-31,illustrative,
""",
    "sections": """
plan,slug,number,title_zh,title_en,provenance,source
plan,energy,1,能源,Energy,illustrative,
plan,water,2,水,Water,illustrative,
""",
    "measures": """
code,plan,section,title_zh,title_en,description_zh,description_en,lead_department,participating_departments,\
target_zh,target_en,listed_on,due_on,provenance,lead_provenance,source
M001,plan,energy,措施一,Measure one,,,energy,water,,,2023-01-03,2023-12-31,illustrative,illustrative,
M002,plan,water,措施二,Measure two,,,water,,,,2023-01-03,,illustrative,illustrative,
""",
    "reports": """
measure,period,status,against_status,what_was_done_zh,what_was_done_en,problem_zh,problem_en,next_step_zh,next_step_en,\
submitted_on,decided_on,state,document_number,document_title_zh,document_title_en,provenance,source
M001,2023-04,in_progress,promoting,开工,Begun,,,,,2023-04-07,2023-04-13,accepted,,,,illustrative,
M001,2023-06,completed,in_progress,完成,Done,,,,,2023-06-22,2023-06-26,accepted,鲁1号,通知,Notice,illustrative,
M002,2023-08,promoting,promoting,无变化,No change,,,,,2023-08-10,,submitted,,,,illustrative,
""",
    "status_changes": """
measure,old_status,status,effective_on,recorded_on,supersedes,report,reason_zh,reason_en,provenance,source
M001,,promoting,2023-01-03,2023-01-06,,,列入,Listed,illustrative,
M001,promoting,in_progress,2023-04-04,2023-04-13,,2023-04-07,开工,Begun,illustrative,
M001,in_progress,completed,2023-06-20,2023-06-26,,2023-06-22,完成,Done,illustrative,
M001,completed,completed,2023-06-25,2023-07-03,2023-06-26,,更正,Correction,illustrative,
M001,completed,in_progress,2023-08-01,2023-08-02,,,复查,Reopened,illustrative,
M002,,promoting,2023-01-03,2023-01-06,,,列入,Listed,illustrative,
""",
    "categories": """
plan,slug,number,name_zh,name_en,provenance,source
plan,industry,1,产业,,illustrative,
plan,energy,2,能源,Energy,illustrative,
""",
    "projects": """
code,plan,name_zh,name_en,city,county,also_in,category,stage,total_investment,listed_on,measures,provenance,\
investment_provenance,source
P0001,plan,项目一,Project one,370200,370202,370100,energy,preparing,9.4201,2023-02-28,M001;M002,illustrative,illustrative,
P0002,plan,项目二,Project two,370100,,,industry,completed,10,2023-02-28,,illustrative,illustrative,
""",
    "indicators": """
code,name_zh,name_en,unit,unit_zh,zh_factor,direction,cumulative,headline,measures,provenance,source
gdp_growth_ytd,增速,Growth,%,%,1,up,yes,1,M001,published,Statistics
pm25,细颗粒物,PM2.5,µg/m3,微克/立方米,1,down,no,2,,published,Statistics
""",
    "observations": """
indicator,region,period,period_kind,period_start,period_end,value,exact,basis,released_on,release_basis,verified,\
provenance,source
gdp_growth_ytd,370000,2023H1,half_year,2023-01-01,2023-06-30,6.2,yes,,2023-07-20,stated,yes,published,Statistics
""",
    "targets": """
indicator,region,due_year,value,unit,qualifier,derived,baseline_value,baseline_on,document,adopted_on,adopted_basis,\
provenance,source
pm25,370000,2025,38,µg/m3,,no,46,2020-12-31,A plan,2021-10-01,,published,A plan
""",
    "published_figures": """
plan,as_of,figure,value,unit,source
plan,2023-06-30,measures.total,249,measures,A newspaper
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / f"{name}.csv").write_text(content.lstrip("\n"), encoding="utf-8")
    return tmp_path


def load(folder: Path) -> str:
    out = io.StringIO()
    call_command("load_fixtures", str(folder), stdout=out)
    return out.getvalue()


def complaints(folder: Path) -> list[str]:
    """The lines of a load that was refused and changed nothing."""
    before = rows()
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("load_fixtures", str(folder), stderr=err)
    assert rows() == before
    return err.getvalue().splitlines()


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the product."""
    ours = ("regions", "accounts", "measures", "projects", "indicators", "rollups", "dashboard")
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=repr)
        for app in ours
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, (old, content.count(old))
    path.write_text(content.replace(old, new), encoding="utf-8")


def test_everything_is_loaded(folder: Path) -> None:
    assert "5 regions" in load(folder)
    one, two = Measure.objects.all()
    assert (one.section.slug, one.lead_department.slug, two.due_on) == ("energy", "energy", None)
    assert [each.slug for each in one.participating_departments.all()] == ["water"]
    project = Project.objects.get(code="P0001")
    assert (project.investment_wan, project.county.code) == (94_201, "370202")  # type: ignore[union-attr]
    assert [each.code for each in project.also_in.all()] == ["370100"]
    assert list(project.measures.all()) == [one, two]
    assert [each.code for each in one.indicators.all()] == ["gdp_growth_ytd"]
    assert Evidence.objects.get().document_number == "鲁1号"
    assert PublishedFigure.objects.get().provenance == "published"
    story = [
        (row.status, row.effective_on.isoformat(), row.supersedes_id is not None, row.report_id is not None)
        for row in StatusChange.objects.filter(measure=one).order_by("recorded_at")
    ]
    assert story == [
        ("promoting", "2023-01-03", False, False),
        ("in_progress", "2023-04-04", False, True),
        ("completed", "2023-06-20", False, True),
        ("completed", "2023-06-25", True, False),
        ("in_progress", "2023-08-01", False, False),
    ]
    behind = Report.objects.get(status="in_progress")
    assert behind.effective_on is not None
    assert behind.effective_on.isoformat() == "2023-04-04"
    assert sum(MeasureRollup.objects.values_list("total", flat=True)) == 2


def test_milestones_of_the_plan_may_be_given(folder: Path) -> None:
    """Of one source the month alone is known. Loaded again, they stay as they are."""
    (folder / "plan_milestones.csv").write_text(
        "plan,happens_on,day_known,name_zh,name_en,provenance,source\n"
        "plan,2022-11-01,no,动员,Mobilised,published,A newspaper\n"
        "plan,2023-01-03,yes,公布,Published,reported,\n",
        encoding="utf-8",
    )
    assert "2 plan_milestones" in load(folder)
    found = PlanMilestone.objects.filter(plan__slug="plan").values_list("happens_on", "day_known", "name_en", "source")
    assert list(found) == [
        (date(2022, 11, 1), False, "Mobilised", "A newspaper"),
        (date(2023, 1, 3), True, "Published", ""),
    ]
    assert load(folder) == "Everything was loaded already.\n"
    edit(folder, "plan_milestones", "published,A newspaper", "published,")
    assert complaints(folder) == ["plan_milestones.csv, line 2, column source: a published row needs its source"]


def steps_of(report: Report) -> list[tuple[str, str, object, str, str]]:
    return [
        (step.move, step.made_on.isoformat(), step.made_by, step.note, step.content["what_was_done_zh"])
        for step in report.steps.all()
    ]


def test_loaded_reports_have_the_steps_that_are_known_of_them(folder: Path) -> None:
    """The days of submission and decision; who made them and with which words no file says."""
    edit(folder, "reports", "2023-08-10,,submitted", "2023-08-10,2023-08-11,returned")
    load(folder)
    begun, done, returned = Report.objects.order_by("submitted_on")
    assert steps_of(begun) == [
        ("submit", "2023-04-07", None, "", "开工"),
        ("accept", "2023-04-13", None, "", "开工"),
    ]
    document = {"title_zh": "通知", "title_en": "Notice", "document_number": "鲁1号", "url": "", "file_name": ""}
    assert [step.content["evidence"] for step in done.steps.all()] == [[document], [document]]
    assert (done.steps.first().content["effective_on"], done.steps.first().made_at) == ("2023-06-20", None)
    assert [step[:2] for step in steps_of(returned)] == [("submit", "2023-08-10"), ("return", "2023-08-11")]


def test_another_load_adds_steps_to_new_reports_alone(folder: Path) -> None:
    load(folder)
    measure = Measure.objects.get(code="M001")
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    filed = file_report(measure, by=ada, status="in_progress")
    before = list(ReportStep.objects.values())
    new = "M002,2023-07,promoting,promoting,无变化,No change,,,,,2023-07-10,,submitted,,,,illustrative,"
    edit(folder, "reports", "M002,2023-08", f"{new}\nM002,2023-08")
    assert load(folder) == "Loaded 1 reports.\n"
    added = ReportStep.objects.exclude(pk__in=[step["id"] for step in before])
    assert [(step.move, step.report.submitted_on.isoformat()) for step in added] == [("submit", "2023-07-10")]
    assert list(ReportStep.objects.exclude(pk__in=added).values()) == before
    assert [step[0] for step in steps_of(filed)] == ["submit"]


def test_loading_twice_changes_nothing(folder: Path) -> None:
    load(folder)
    before = rows()
    assert load(folder) == "Everything was loaded already.\n"
    assert rows() == before


def test_what_a_site_has_edited_stays(folder: Path) -> None:
    load(folder)
    Measure.objects.filter(code="M001").update(title_en="Edited here")
    StatusChange.objects.filter(measure__code="M002").update(reason_en="Edited here")
    load(folder)
    assert Measure.objects.get(code="M001").title_en == "Edited here"
    assert StatusChange.objects.get(measure__code="M002").reason_en == "Edited here"
    assert Observation.objects.count() == 1


def test_a_report_that_was_rewritten_and_handed_in_again_is_there_already(folder: Path, today: date) -> None:
    """Its day of submission, which names it, is another one by then."""
    edit(folder, "reports", "2023-08-10,,submitted,,,", "2023-08-10,2023-08-11,returned,鲁2号,通报,Note")
    load(folder)
    report = Report.objects.get(state="returned")
    ada = make_user("ada", role="reporter", department=report.measure.lead_department)
    rewrite_report(report, by=ada, version=report.version, values={"what_was_done": "改过"}, evidence=[], submit=True)
    assert load(folder) == "Everything was loaded already.\n"
    assert [(each.what_was_done_zh, each.evidence.count()) for each in Report.objects.filter(state="submitted")] == [
        ("改过", 0)
    ]


def test_new_rows_join_those_that_are_there(folder: Path) -> None:
    load(folder)
    edit(folder, "departments", "water,2", "audit,3,省审计厅,Audit,审计厅,Audit,illustrative,\nwater,2")
    assert load(folder) == "Loaded 1 departments.\n"


def test_new_rows_are_news_of_those_that_show_them(folder: Path) -> None:
    load(folder)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    for model in (Measure, Indicator, Project):
        model.objects.update(updated_at=long_ago)
    new = "P0003,plan,项目三,Project three,370100,,,energy,preparing,1,2023-02-28,M002,illustrative,illustrative,"
    edit(folder, "projects", "P0002,plan", f"{new}\nP0002,plan")
    assert load(folder) == "Loaded 1 projects.\n"
    updated = [model.objects.exclude(updated_at=long_ago) for model in (Measure, Indicator, Project)]
    assert [[row.code for row in found] for found in updated] == [["M002"], [], ["P0003"]]


def test_new_rows_that_name_a_merged_department_go_to_the_one_that_does_its_work(folder: Path) -> None:
    edit(folder, "departments", "water,2", "audit,3,省审计厅,Audit,审计厅,Audit,illustrative,\nwater,2")
    load(folder)
    water, audit = Department.objects.get(slug="water"), Department.objects.get(slug="audit")
    merge_departments(water, into=audit, by=make_user("rita", role="reviewer"), reason="机构改革")
    before = Measure.objects.get(code="M002").lead_department
    new = "M003,plan,water,措施三,Measure three,,,water,,,,2023-01-03,,illustrative,illustrative,"
    joins = "M004,plan,water,措施四,Measure four,,,energy,water;audit,,,2023-01-03,,illustrative,illustrative,"
    edit(folder, "measures", "M002,", f"{new}\n{joins}\nM002,")
    first = ",,promoting,2023-01-03,2023-01-06,,,列入,Listed,illustrative,"
    edit(folder, "status_changes", "M001,,promoting", f"M003{first}\nM004{first}\nM001,,promoting")
    assert load(folder) == "Loaded 2 measures, 2 status_changes.\n"
    assert before == Measure.objects.get(code="M003").lead_department == audit
    assert list(Measure.objects.get(code="M004").participating_departments.all()) == [audit]


def test_spreadsheet_habits_are_read(folder: Path) -> None:
    """A byte order mark, Windows line ends, blanks around cells, line breaks inside, an empty line at the end."""
    path = folder / "departments.csv"
    content = path.read_text(encoding="utf-8").replace("energy,1,省能源局", 'energy, 1 ,"省能源局"')
    path.write_bytes(b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode() + b"\r\n")
    edit(folder, "measures", "Measure one,,", 'Measure one,"第一行\n第二行",')
    # U+2028 ends no line of a CSV.
    edit(folder, "plans", "行动计划", "行动\u2028计划")
    load(folder)
    assert Measure.objects.get(code="M001").description_zh == "第一行\n第二行"


Break = Callable[[Path], object]


def swap(name: str, old: str, new: str) -> Break:
    return lambda folder: edit(folder, name, old, new)


def append(name: str, line: str) -> Break:
    def add(folder: Path) -> None:
        with open(folder / f"{name}.csv", "a", encoding="utf-8") as file:
            file.write(line + "\n")

    return add


CASES: dict[str, tuple[Break, str]] = {
    "missing file": (
        lambda folder: (folder / "plans.csv").unlink(),
        "plans.csv, line 1, column -: the file is missing",
    ),
    "empty file": (
        lambda folder: (folder / "plans.csv").write_text(""),
        "plans.csv, line 1, column ends_on: the column is missing",
    ),
    "folder": (
        lambda folder: (folder / "plans.csv").unlink() or (folder / "plans.csv").mkdir(),
        "plans.csv, line 1, column -: the file cannot be read",
    ),
    "missing column": (
        swap("sections", "plan,slug,number", "plan,slug"),
        "sections.csv, line 1, column number: the column is missing",
    ),
    "unknown column": (
        swap("sections", "plan,slug,number", "plan,slug,number,colour"),
        "sections.csv, line 1, column colour: no such column is known",
    ),
    "column twice": (
        swap("sections", "plan,slug,number", "plan,slug,number,number"),
        "sections.csv, line 1, column -: a column stands twice",
    ),
    "extra cell": (
        swap("sections", "plan,water,2,水", "plan,water,2,水,水"),
        "sections.csv, line 3, column -: 8 cells where 7 are wanted",
    ),
    "cell missing": (
        swap("sections", "plan,water,2,水", "plan,water,2"),
        "sections.csv, line 3, column -: 6 cells where 7 are wanted",
    ),
    "open quote": (swap("sections", "plan,water", '"plan,water'), "sections.csv, line 3, column -: the line is no CSV"),
    "bad encoding": (
        lambda folder: (folder / "sections.csv").write_bytes("a\nb\n措施".encode("gb18030")),
        "sections.csv, line 3, column -: the file is not written in UTF-8",
    ),
    "control character": (
        swap("measures", "措施一", "措\x00施"),
        "measures.csv, line 2, column title_zh: a control character is not allowed",
    ),
    "nothing where something must be": (
        swap("sections", "水,Water", ","),
        "sections.csv, line 3, column title_zh: a value is wanted, here or in title_en",
    ),
    "line after a cell of two lines": (
        lambda folder: (
            edit(folder, "measures", "Measure one,,", 'Measure one,"第一行\n第二行",'),
            edit(folder, "measures", "M002,", ","),
        ),
        "measures.csv, line 4, column code: a value is wanted",
    ),
    "bad date": (
        swap("measures", "2023-12-31", "2023-02-29"),
        "measures.csv, line 2, column due_on: '2023-02-29': a day written as 2023-06-30",
    ),
    "date without hyphens": (swap("measures", "2023-12-31", "20231231"), "measures.csv, line 2, column due_on"),
    "bad month": (swap("reports", "2023-06,", "2023-13,"), "reports.csv, line 3, column period: '2023-13'"),
    "bad flag": (
        swap("observations", ",yes,,", ",true,,"),
        "observations.csv, line 2, column exact: 'true': yes or no",
    ),
    "unknown choice": (
        swap("projects", "preparing", "dreaming"),
        "projects.csv, line 2, column stage: 'dreaming': one of preparing",
    ),
    "five decimals": (
        swap("projects", "9.4201", "9.42011"),
        "projects.csv, line 2, column total_investment: '9.42011': a number with at most 8 digits and 4 decimals",
    ),
    "below zero": (swap("projects", "9.4201", "-9.42"), "projects.csv, line 2, column total_investment"),
    "more money than there is": (swap("projects", "9.4201", "123456789"), "column total_investment"),
    "not a number": (swap("observations", "6.2", "NaN"), "observations.csv, line 2, column value: 'NaN'"),
    "number in another script": (swap("observations", "6.2", "６.2"), "observations.csv, line 2, column value"),
    "number with an underscore": (swap("observations", "6.2", "1_0"), "observations.csv, line 2, column value"),
    "seven decimals": (swap("observations", "6.2", "6.2000001"), "observations.csv, line 2, column value"),
    "too many digits": (swap("observations", "6.2", "1234567890"), "observations.csv, line 2, column value"),
    "huge exponent": (swap("observations", "6.2", "1e999999999"), "observations.csv, line 2, column value"),
    "factor of nothing": (swap("indicators", "%,%,1", "%,%,0"), "indicators.csv, line 2, column zh_factor"),
    "category of no name": (
        swap("categories", "能源,Energy", ","),
        "categories.csv, line 3, column name_zh: a name in Chinese or in English is wanted",
    ),
    "category of another plan": (
        swap("projects", "370100,energy", "370100,wind"),
        "projects.csv, line 2, column category: 'wind' is no category of the plan in categories.csv",
    ),
    "number of another category": (
        swap("categories", "energy,2", "energy,1"),
        "categories.csv, line 3, column number: 1 stands in line 2 too",
    ),
    "number no small integer": (swap("sections", "water,2", "water,32768"), "sections.csv, line 3, column number"),
    "year beyond the calendar": (swap("targets", "2025,", "10000,"), "targets.csv, line 2, column due_year"),
    "year zero": (swap("targets", "2025,", "0,"), "targets.csv, line 2, column due_year"),
    "too long": (
        swap("sections", "水,Water", "水" * 121 + ",Water"),
        "sections.csv, line 3, column title_zh: at most 120 characters are allowed, not 121",
    ),
    "unknown reference": (
        swap("measures", ",,,energy,", ",,,fishery,"),
        "measures.csv, line 2, column lead_department: 'fishery' is not in departments.csv",
    ),
    "unknown reference in a list": (
        swap("projects", "M001;M002", "M001;M003"),
        "projects.csv, line 2, column measures: 'M003' is not in measures.csv",
    ),
    "unknown section": (
        swap("measures", "plan,water", "plan,air"),
        "measures.csv, line 3, column section: 'air' is no section of the plan",
    ),
    "a row that others need is gone": (
        swap("regions", "370100,city,370000,济南市,Jinan,济南,Jinan,2,2,published,GB/T 2260\n", ""),
        "projects.csv, line 3, column city: '370100' is not in regions.csv",
    ),
    "row twice": (
        append("departments", "energy,3,省能源局,Energy Bureau,能源局,Energy,illustrative,"),
        "departments.csv, line 4, column slug: the same row stands in line 2",
    ),
    "observation twice": (
        append(
            "observations",
            "gdp_growth_ytd,370000,H1,half_year,2023-01-01,2023-06-30,6.20,yes,,2023-07-20,x,yes,published,Statistics",
        ),
        "observations.csv, line 3, column released_on: the same row stands in line 2",
    ),
    "observation twice, with another value": (
        append(
            "observations",
            "gdp_growth_ytd,370000,H1,half_year,2023-01-01,2023-06-30,6.9,yes,b,2023-07-20,x,yes,published,Statistics",
        ),
        "observations.csv, line 3, column released_on: the same row stands in line 2",
    ),
    "half year typed as a year": (
        swap("observations", "half_year", "year"),
        "observations.csv, line 2, column period_kind: the days are not the first and the last of a year",
    ),
    "published without a source": (
        swap("indicators", "M001,published,Statistics", "M001,published,"),
        "indicators.csv, line 2, column source: a published row needs its source",
    ),
    "code of the wrong shape": (
        lambda folder: (
            [
                path.write_text(path.read_text(encoding="utf-8").replace("P0002", "p/2"), encoding="utf-8")
                for path in [folder / "projects.csv"]
            ]
            and None
        ),
        "projects.csv, line 3, column code: 'p/2' does not have the right shape",
    ),
    "plan that ends before it starts": (
        swap("plans", "2025-12-31", "2022-12-31"),
        "plans.csv, line 2, column ends_on: the plan ends before it starts",
    ),
    "measure due before it is listed": (
        swap("measures", "2023-12-31", "2023-01-02"),
        "measures.csv, line 2, column due_on: the measure is due before it is listed",
    ),
    "period that ends before it starts": (
        swap("observations", "2023-06-30", "2022-06-30"),
        "observations.csv, line 2, column period_end: the period ends before it starts",
    ),
    "release assumed before the work that the source cites": (
        swap(
            "observations",
            "2023-07-20,stated,yes,published,Statistics",
            "2023-07-20,assumed,yes,published,Li et al. 2024",
        ),
        "observations.csv, line 2, column released_on: no day before 2024, of which the source is, can be assumed",
    ),
    "half a baseline": (
        swap("targets", "46,2020-12-31", "46,"),
        "targets.csv, line 2, column baseline_on: a baseline needs both",
    ),
    "project in a province": (
        swap("projects", "370100,,,", "370000,,,"),
        "projects.csv, line 3, column city: 370000 does not lie directly in 370000",
    ),
    "county of another city": (
        swap("projects", "370200,370202,370100", "370100,370202,"),
        "projects.csv, line 2, column county: 370202 is not in 370100",
    ),
    "also in a county": (
        swap("projects", "370202,370100", "370202,370202"),
        "projects.csv, line 2, column also_in: 370202 is not another region of the kind of 370200",
    ),
    "city without a province": (
        swap("regions", "city,370000,青岛市", "city,,青岛市"),
        "regions.csv, line 3, column parent: a city lies in a country or province",
    ),
    "province in a city": (
        swap("regions", "province,100000", "province,370200"),
        "regions.csv, line 5, column parent: a province lies in a country",
    ),
    "country in a province": (
        swap("regions", "country,,", "country,370000,"),
        "regions.csv, line 6, column parent: a country lies in no region",
    ),
    "half a tile": (
        swap("regions", "Qingdao,2,5", "Qingdao,2,"),
        "regions.csv, line 3, column tile_row: a tile needs both",
    ),
    "tile of a country": (
        swap("regions", "China,,,", "China,1,1,"),
        "column tile_row: a country has no tile",
    ),
    "tile in row zero": (swap("regions", "Qingdao,2,5", "Qingdao,0,5"), "regions.csv, line 3, column tile_row: '0'"),
    "two cities on one tile": (
        swap("regions", "Jinan,2,2", "Jinan,2,5"),
        "regions.csv, line 4, column tile_column: 5 stands in line 3 too",
    ),
    "section number twice": (
        swap("sections", "water,2", "water,1"),
        "sections.csv, line 3, column number: 1 stands in line 2 too",
    ),
    "headline twice": (
        swap("indicators", "no,2", "no,1"),
        "indicators.csv, line 3, column headline: 1 stands in line 2 too",
    ),
    "decided report without its day": (
        swap("reports", "2023-04-13,accepted", ",accepted"),
        "reports.csv, line 2, column decided_on: a decided report has its day",
    ),
    "undecided report with a day": (
        swap("reports", "2023-08-10,,", "2023-08-10,2023-08-11,"),
        "reports.csv, line 4, column decided_on: a decided report has its day",
    ),
    "decided before it was filed": (
        swap("reports", "2023-04-13,", "2023-04-06,"),
        "reports.csv, line 2, column decided_on: the report is decided before it was filed",
    ),
    "filed before its month": (
        swap("reports", "M001,2023-04", "M001,2023-05"),
        "reports.csv, line 2, column submitted_on: the report is filed before its month begins",
    ),
    "document without a number": (
        swap("reports", "鲁1号", ""),
        "reports.csv, line 3, column document_number: a document needs its number",
    ),
    "two open reports for a month": (
        append("reports", "M002,2023-08,promoting,promoting,无,None,,,,,2023-08-11,,draft,,,,illustrative,"),
        "reports.csv, line 5, column state: the month has an open report in line 4",
    ),
    "two reports on one day": (
        append(
            "reports", "M002,2023-07,promoting,promoting,无,None,,,,,2023-08-10,2023-08-11,accepted,,,,illustrative,"
        ),
        "reports.csv, line 5, column submitted_on: the same row stands in line 4",
    ),
    "measure without a history": (
        swap("status_changes", "M002,,promoting,2023-01-03,2023-01-06,,,列入,Listed,illustrative,\n", ""),
        "measures.csv, line 3, column code: the measure has no row in status_changes.csv",
    ),
    "first row with an old status": (
        swap("status_changes", "M002,,promoting", "M002,in_progress,promoting"),
        "status_changes.csv, line 7, column status: the first row of a measure is promoting",
    ),
    "first row on another day": (
        swap("status_changes", "M002,,promoting,2023-01-03", "M002,,promoting,2023-01-04"),
        "status_changes.csv, line 7, column effective_on: the first row is of the day",
    ),
    "two first rows": (
        append("status_changes", "M002,,promoting,2023-01-02,2023-02-06,,,列入,Listed,illustrative,"),
        "status_changes.csv, line 8, column effective_on: the row takes effect before the first one",
    ),
    "wrong old status": (
        swap("status_changes", "in_progress,completed,2023-06-20", "promoting,completed,2023-06-20"),
        "status_changes.csv, line 4, column old_status: in_progress was in force before this row",
    ),
    "row of the story is gone": (
        swap(
            "status_changes",
            "M001,promoting,in_progress,2023-04-04,2023-04-13,,2023-04-07,开工,Begun,illustrative,\n",
            "",
        ),
        "status_changes.csv, line 3, column old_status: promoting was in force before this row",
    ),
    "row that changes nothing": (
        swap("status_changes", "promoting,in_progress,2023-04-04", "promoting,promoting,2023-04-04"),
        "status_changes.csv, line 3, column status: the row changes nothing",
    ),
    "recorded before it takes effect": (
        swap("status_changes", "2023-04-04,2023-04-13", "2023-04-14,2023-04-13"),
        "status_changes.csv, line 3, column effective_on: the change is recorded before it takes effect",
    ),
    "two rows recorded on one day": (
        swap("status_changes", "2023-06-25,2023-07-03", "2023-06-25,2023-08-02"),
        "status_changes.csv, line 6, column recorded_on: the same row stands in line 5",
    ),
    "completed without its report": (
        swap("status_changes", ",2023-06-22,完成", ",,完成"),
        "status_changes.csv, line 4, column report: each change but the first",
    ),
    "report that does not exist": (
        swap("status_changes", "2023-06-22", "2023-06-23"),
        "status_changes.csv, line 4, column report: no accepted report of the measure was filed on that day",
    ),
    "report of another change": (
        swap("status_changes", "2023-06-22", "2023-04-07"),
        "status_changes.csv, line 4, column report: another change rests on this report",
    ),
    "report that was not accepted": (
        swap("reports", "2023-06-26,accepted", "2023-06-26,returned"),
        "status_changes.csv, line 4, column report: no accepted report of the measure was filed on that day",
    ),
    "report that states another status": (
        swap("reports", "completed,in_progress", "promoting,in_progress"),
        "status_changes.csv, line 4, column report: the report of that day states another change",
    ),
    "report behind a first row": (
        swap(
            "status_changes",
            "2023-01-06,,,列入,Listed,illustrative,\nM001",
            "2023-01-06,,2023-04-07,列入,Listed,illustrative,\nM001",
        ),
        "status_changes.csv, line 2, column report: each change but the first",
    ),
    "report behind a correction": (
        swap("status_changes", "2023-06-26,,更正", "2023-06-26,2023-06-22,更正"),
        "status_changes.csv, line 5, column report: each change but the first",
    ),
    "report behind a reopening": (
        swap("status_changes", "2023-08-02,,,", "2023-08-02,,2023-06-22,"),
        "status_changes.csv, line 6, column report: each change but the first",
    ),
    "correction of nothing": (
        swap("status_changes", "2023-07-03,2023-06-26", "2023-07-03,2023-06-27"),
        "status_changes.csv, line 5, column supersedes: no earlier row of the measure that still holds",
    ),
    "correction of a later row": (
        swap("status_changes", "2023-07-03,2023-06-26", "2023-07-03,2023-08-02"),
        "status_changes.csv, line 5, column supersedes: no earlier row of the measure that still holds",
    ),
    "row corrected twice": (
        append(
            "status_changes", "M001,completed,completed,2023-06-26,2023-08-09,2023-06-26,,更正,Correction,illustrative,"
        ),
        "status_changes.csv, line 8, column supersedes: no earlier row of the measure that still holds",
    ),
    "correction before its neighbour": (
        swap("status_changes", "2023-06-25,2023-07-03", "2023-04-03,2023-07-03"),
        "status_changes.csv, line 5, column effective_on: a day from 2023-04-04 to 2023-07-03 is wanted",
    ),
    "correction of the first row to another status": (
        append(
            "status_changes", "M002,promoting,completed,2023-01-03,2023-08-09,2023-01-06,,更正,Correction,illustrative,"
        ),
        "status_changes.csv, line 8, column status: the first status of a measure is promoting",
    ),
    "correction with the wrong old status": (
        swap("status_changes", "completed,completed,2023-06-25", "in_progress,completed,2023-06-25"),
        "status_changes.csv, line 5, column old_status: the row that this one replaces says completed",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_named_by_file_line_and_column_and_nothing_is_loaded(folder: Path, name: str) -> None:
    damage, expected = CASES[name]
    damage(folder)
    found = complaints(folder)
    assert [line for line in found if expected in line], found


def test_all_problems_are_listed_at_once(folder: Path) -> None:
    edit(folder, "sections", "water,2", "water,two")
    edit(folder, "projects", "9.4201", "much")
    edit(folder, "measures", "2023-12-31", "soon")
    edit(folder, "measures", ",,,energy,", ",,,fishery,")
    assert [line.split(":")[0] for line in complaints(folder)] == [
        "measures.csv, line 2, column due_on",
        "measures.csv, line 2, column lead_department",
        "projects.csv, line 2, column total_investment",
        "sections.csv, line 3, column number",
    ]


def test_several_broken_rules_are_listed_at_once(folder: Path) -> None:
    edit(folder, "sections", "water,2", "water,1")
    edit(folder, "plans", "2025-12-31", "2022-12-31")
    edit(folder, "reports", "2023-04-13,", "2023-04-06,")
    edit(folder, "status_changes", ",2023-06-22,完成", ",,完成")
    assert len(complaints(folder)) == 4


def test_bad_input_leaves_a_loaded_site_as_it_is(folder: Path) -> None:
    load(folder)
    edit(folder, "sections", "plan,water,2", "plan,air,3,气,Air,illustrative,\nplan,water,2")
    edit(folder, "measures", "2023-12-31", "soon")
    complaints(folder)
    assert not Section.objects.filter(slug="air").exists()


def test_a_clash_with_rows_of_the_site_is_said_in_a_sentence(folder: Path) -> None:
    """The file agrees in itself; the place is taken by a row that only the site has."""
    make_section(make_plan("plan"), slug="taken", number=2)
    before = rows()
    with pytest.raises(CommandError, match=r"The database does not take the data .*nothing was loaded"):
        call_command("load_fixtures", str(folder))
    assert rows() == before
    assert list(Section.objects.values_list("slug", flat=True)) == ["taken"]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    make_section()
    with pytest.raises(CommandError, match="nowhere is not a folder"):
        call_command("load_fixtures", str(tmp_path / "nowhere"))


def another_plan(folder: Path) -> Path:
    """A folder with the same codes in a plan of its own, and rows of the site that are not as the first has them."""
    other = folder / "other"
    other.mkdir()
    for name, content in FILES.items():
        text = content.lstrip("\n").replace("措施一,Measure one", "别的措施,Another measure")
        if name in ("plans", "sections", "measures", "categories", "projects", "published_figures"):
            text = text.replace("\nplan,", "\nother,").replace("1,plan,", "1,other,").replace("2,plan,", "2,other,")
        (other / f"{name}.csv").write_text(text, encoding="utf-8")
    return other


def test_a_second_plan_with_the_same_codes_is_loaded_as_rows_of_its_own(folder: Path) -> None:
    load(folder)
    first, second = dict(Report.objects.values_list("pk", "measure")), load(another_plan(folder))
    assert second == (
        "Loaded 1 plans, 2 sections, 2 measures, 3 reports, 6 status_changes, 2 categories, 2 projects, "
        "1 published_figures.\n"
    )
    assert dict(Report.objects.filter(pk__in=first).values_list("pk", "measure")) == first
    for plan in Plan.objects.all():
        measures = plan.measures.order_by("code")
        assert [each.section.plan for each in measures] == [plan, plan]
        assert [each.reports.count() for each in measures] == [2, 1]
        assert [each.status_changes.count() for each in measures] == [5, 1]
        project = plan.projects.get(code="P0001")
        assert list(project.measures.order_by("code")) == list(measures)
    growth = Indicator.objects.get(code="gdp_growth_ytd").measures.order_by("plan__slug")
    assert [(each.plan.slug, each.code) for each in growth] == [("other", "M001"), ("plan", "M001")]
    assert load(folder / "other") == load(folder) == "Everything was loaded already.\n"


def test_more_reports_of_a_second_plan_stay_its_own(folder: Path) -> None:
    load(folder)
    other = another_plan(folder)
    load(other)
    new = "M001,2023-07,completed,completed,又做,More,,,,,2023-07-10,2023-07-11,accepted,,,,illustrative,"
    edit(other, "reports", "M002,2023-08", f"{new}\nM002,2023-08")
    assert load(other) == "Loaded 1 reports.\n"
    assert Report.objects.get(submitted_on="2023-07-10").measure.plan.slug == "other"


def test_what_refers_to_a_row_of_another_plan_is_refused_line_by_line(folder: Path) -> None:
    edit(folder, "plans", "plan,行动", "other,别的,Other,2023-01-01,2025-12-31,illustrative,\nplan,行动")
    edit(folder, "sections", "plan,water", "other,sea,1,海,Sea,illustrative,\nplan,water")
    other = "M001,other,sea,措施,Measure,,,energy,,,,2023-01-03,,illustrative,illustrative,"
    alone = "N001,other,sea,措施,Measure,,,energy,,,,2023-01-03,,illustrative,illustrative,"
    edit(folder, "measures", "M002,plan", f"{other}\n{alone}\nM002,plan")
    edit(folder, "projects", "M001;M002", "N001;M002")
    both = "'M001' is a measure of plan and of other: load each plan from a folder of its own"
    assert complaints(folder) == [
        f"indicators.csv, line 2, column measures: {both}",
        "projects.csv, line 2, column measures: 'N001' is a measure of another plan: other",
        *(f"reports.csv, line {line}, column measure: {both}" for line in (2, 3)),
        *(f"status_changes.csv, line {line}, column measure: {both}" for line in (2, 3, 4, 5, 6)),
    ]


def test_two_plans_of_one_folder_may_have_projects_of_one_code(folder: Path) -> None:
    edit(folder, "plans", "plan,行动", "other,别的,Other,2023-01-01,2025-12-31,illustrative,\nplan,行动")
    edit(folder, "categories", "plan,energy", "other,energy,1,,Power,illustrative,\nplan,energy")
    project = "P0001,other,项目,Project,370100,,,energy,preparing,1,2023-02-28,,illustrative,illustrative,"
    edit(folder, "projects", "P0002,plan", f"{project}\nP0002,plan")
    load(folder)
    assert sorted(Project.objects.filter(code="P0001").values_list("plan__slug", flat=True)) == ["other", "plan"]


def test_a_load_says_what_of_the_site_it_left_as_it_is_and_what_it_added_to_it(folder: Path) -> None:
    load(folder)
    other = another_plan(folder)
    edit(other, "departments", "energy,1,省能源局,Energy Bureau", "energy,1,能源厅,Energy Department")
    edit(other, "departments", "water,2", "audit,3,省审计厅,Audit,审计厅,Audit,illustrative,\nwater,2")
    edit(other, "regions", "2,5,published,GB/T 2260", "3,5,published,GB/T 2260")
    edit(other, "indicators", "µg/m3,微克/立方米", "mg/m3,毫克/立方米")
    assert load(other).splitlines()[1:] == [
        "Of these 1 departments belong to the site, and so to its other plans too.",
        "Left as the site has them, with other values than in regions.csv: 1 regions: 370200 (tile_row).",
        "Left as the site has them, with other values than in departments.csv: 1 departments: energy (name_zh, name_en).",
        "Left as the site has them, with other values than in indicators.csv: 1 indicators: pm25 (unit, unit_zh).",
    ]
    assert Department.objects.get(slug="energy").name_zh == "省能源局"
