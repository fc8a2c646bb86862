"""Months and annual plans of projects in a ledger: what it brings, what it refuses, and that it moves whole."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from measures.models import Load, Plan
from projects.annual_plans import set_annual_plan
from projects.models import AnnualPlan, AnnualPlanChange, Project, ProjectMonth, ProjectMonthStep
from projects.months.services import MonthData, accept_month, save_month, submit_month
from reporting.services import return_report
from rollups.models import ProjectRollup
from rollups.services import refresh_stale_rollups, verify_rollups
from tests.factories import make_user
from tests.ledger.example import complaints, edit, load
from tests.ledger.test_export_data import contents, empty_the_site, export, preview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

PLANS = "project,year,planned\nP0001,2023,2.5\nP0002,2023,1\n"
HEAD = (
    "project,period,submitted_on,stage,started_on,completed_on,stage_reason,invested_since_january,progress,"
    "what_was_done_zh,state,decided_on,decision_note,provenance"
)
FEBRUARY = "P0001,2023-02,2023-02-28,preparing,,,,0.1,0,可研完成,accepted,2023-03-08,,illustrative"
MARCH = "P0001,2023-03,2023-03-30,under_construction,2023-03-10,,,0.5,3,开工,accepted,2023-04-10,,illustrative"
BUILT = "P0002,2023-07,2023-07-31,completed,2021-05-06,2022-12-20,,0.4,100,竣工,accepted,2023-08-09,,illustrative"
AUGUST = "P0001,2023-08,2023-08-28,under_construction,2023-03-10,,,1.2,20,主体施工,submitted,,,illustrative"


def write_months(folder: Path, *lines: str) -> None:
    (folder / "project_months.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")


@pytest.fixture
def filled(folder: Path) -> Path:
    (folder / "annual_plans.csv").write_text(PLANS, encoding="utf-8")
    write_months(folder, FEBRUARY, MARCH, BUILT, AUGUST)
    edit(folder, "projects", "listed_on,prov", "listed_on,invested_before,prov")
    edit(folder, "projects", "9.4201,2023-02-28,", "9.4201,2023-02-28,3.1,")
    edit(folder, "projects", "10,2023-02-28,", "10,2023-02-28,,")
    return folder


@pytest.fixture
def rita(filled: Path) -> Any:
    load(filled, unlikely_is_so=True)
    return make_user("rita", role="reviewer")


def take_back(**options: Any) -> None:
    call_command("load_data", take_back=Load.objects.latest("pk").pk, stdout=io.StringIO(), **options)


def test_a_load_brings_them_settled_with_their_steps_and_figures(filled: Path) -> None:
    assert "2 annual_plans new, 4 project_months new" in load(filled, unlikely_is_so=True)
    project = Project.objects.get(code="P0001")
    assert project.invested_before_wan == 31_000
    assert Project.objects.get(code="P0002").invested_before_wan == 0
    months = {each.period.month: each for each in project.months.all()}
    assert months[2].superseded_from == date(2023, 3, 1)
    assert months[3].superseded_from is None
    assert (months[3].invested_wan, months[3].progress, months[3].what_was_done_zh) == (5_000, 3, "开工")
    assert [each.move for each in months[3].steps.all()] == ["submit", "accept"]
    assert [each.move for each in months[8].steps.all()] == ["submit"]
    assert months[3].steps.first().content["invested_wan"] == 5_000
    assert Project.objects.in_scope(date(2023, 8, 29)).get(code="P0001").stage == "under_construction"
    assert Project.objects.in_scope(date(2023, 3, 15)).get(code="P0001").stage == "preparing"
    cell = ProjectRollup.objects.get(as_of=date(2023, 8, 29), stage="under_construction", total=1)
    assert (cell.planned, cell.invested, cell.started) == (25_000, 5_000, 1)
    assert verify_rollups() == []
    assert load(filled, unlikely_is_so=True) == "Everything was loaded already.\n"


def test_of_several_of_a_day_the_number_says_which_came_last(folder: Path) -> None:
    head, line = HEAD.replace("submitted_on", "submitted_on,number"), MARCH.replace("2023-03-30", "2023-03-30,{}")
    (folder / "project_months.csv").write_text(
        "\n".join([head, line.format(2), line.format(1).replace(",0.5,3,", ",0.4,2,")]) + "\n", encoding="utf-8"
    )
    load(folder)
    assert [each.progress for each in ProjectMonth.objects.in_force(date(2023, 3, 31))] == [3]
    assert load(folder) == "Everything was loaded already.\n"


def test_figures_follow_months_that_are_loaded_later(filled: Path) -> None:
    write_months(filled, FEBRUARY)
    load(filled, unlikely_is_so=True)
    project = Project.objects.get(code="P0001")
    seen = project.updated_at
    write_months(filled, FEBRUARY, MARCH)
    assert load(filled, unlikely_is_so=True) == "Loaded: 1 project_months new.\n"
    assert verify_rollups() == []
    assert ProjectRollup.objects.get(as_of=date(2023, 8, 29), stage="under_construction", total=1).invested == 5_000
    project.refresh_from_db()
    assert project.updated_at > seen
    take_back()
    assert [each.superseded_from for each in ProjectMonth.objects.all()] == [None]
    refresh_stale_rollups()
    assert verify_rollups() == []


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_all_of_it_moves_to_an_empty_site(filled: Path, rita: Any, tmp_path: Path, name: str) -> None:
    zoe = make_user("zoe", role="reporter", city=Project.objects.get(code="P0001").city)
    project = Project.objects.get(code="P0001")
    Project.objects.filter(pk=project.pk).update(lead_department=Department.objects.first())
    project.refresh_from_db()
    set_annual_plan(project, by=rita, year=2023, planned_wan=30_000, reason="工期提前")
    data = MonthData("under_construction", date(2023, 3, 10), invested_wan=7_000, progress=9, problem="缺资金")
    # Of two for one month the later one decides.
    for progress in (9, 11):
        more = replace(data, progress=progress)
        month = submit_month(save_month(project, by=zoe, data=more, period=date(2023, 4, 1)), by=zoe)
        accept_month(month, by=rita)
    data = more
    returned = submit_month(save_month(project, by=zoe, data=data, period=date(2023, 5, 1)), by=zoe)
    returned.evidence.create(document_number="监字1号", title_zh="监理月报")
    return_report(returned, by=rita, note="请核实")
    # Being written anew, it is incomplete.
    ProjectMonth.objects.filter(pk=returned.pk).update(progress=None)
    save_month(project, by=zoe, data=data, period=date(2023, 6, 1))
    refresh_stale_rollups()
    before = decides()
    assert (date(2023, 4, 1), 11) in before[-1]
    export(tmp_path / name)
    export(tmp_path / "before")
    assert preview(tmp_path / name).endswith(" unchanged\n")
    empty_the_site()
    load(tmp_path / name, by=make_user("admin", is_superuser=True).username, unlikely_is_so=True)
    assert preview(tmp_path / name).endswith(" unchanged\n")
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    # All but the draft.
    assert ProjectMonth.objects.count() == 7
    about = {(each.problem_choice, each.problem_code) for each in ProjectMonth.objects.exclude(problem_zh="")}
    assert about == {("new", "P0001-1"), ("same", "P0001-1")}
    assert decides() == before
    assert ProjectMonth.objects.get(state="returned").progress is None
    assert ProjectMonth.objects.get(state="returned").evidence.get().document_number == "监字1号"
    change = AnnualPlanChange.objects.get()
    assert (change.old_value, change.new_value, change.reason) == ("25000", "30000", "工期提前")
    assert verify_rollups() == []


def decides() -> list[Any]:
    """The months in force on some days."""
    days = [date(2023, month, 28) for month in range(2, 10)]
    return [sorted(ProjectMonth.objects.in_force(day).values_list("period", "progress")) for day in days]


def test_a_file_from_before_a_month_was_handed_in_again_brings_no_second_one(filled: Path, rita: Any) -> None:
    zoe = make_user("zoe", role="reporter", city=Project.objects.get(code="P0001").city)
    month = ProjectMonth.objects.get(period=date(2023, 8, 1))
    return_report(month, by=rita, note="请核实")
    submit_month(month, by=zoe, answers={})
    assert month.submitted_on == date(2023, 8, 29)
    assert load(filled, unlikely_is_so=True) == "Everything was loaded already.\n"


def test_another_annual_plan_keeps_the_old_one_with_reason_and_person(filled: Path, rita: Any) -> None:
    edit(filled, "annual_plans", "P0001,2023,2.5", "P0001,2023,3")
    assert complaints(filled, change=True) == [
        "annual_plans, row 2, planned: This needs to be known by whom: load the file as a person."
    ]
    said = load(filled, unlikely_is_so=True, change=True, by="rita", reason="工期提前")
    assert said == "Loaded: 1 annual_plans changed, 1 annual_plan_changes new.\n"
    row = AnnualPlanChange.objects.get()
    assert (row.annual_plan.project.code, row.old_value, row.new_value) == ("P0001", "25000", "30000")
    assert (row.reason, row.recorded_by) == ("工期提前", rita)
    assert verify_rollups() == []
    take_back(by="rita")
    assert not AnnualPlanChange.objects.exists()
    assert AnnualPlan.objects.get(project__code="P0001").planned_wan == 25_000
    refresh_stale_rollups()
    assert verify_rollups() == []


def test_the_whole_load_is_taken_back_and_leaves_nothing(filled: Path) -> None:
    load(filled, unlikely_is_so=True)
    take_back()
    for model in (Plan, Project, AnnualPlan, ProjectMonth, ProjectMonthStep):
        assert not model.objects.exists()


def test_what_people_made_of_a_load_keeps_it(filled: Path, rita: Any) -> None:
    accept_month(ProjectMonth.objects.get(period=date(2023, 8, 1)), by=rita)
    with pytest.raises(CommandError, match=r"Rows of this load were changed since \(1\): Months of projects P0001"):
        take_back(by="rita")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            MARCH.replace("2023-03-10", "2023-04-10"),
            "project_months, row 2, started_on: The day is after 30 March 2023.",
        ),
        (
            MARCH.replace("2023-03-10", ""),
            "project_months, row 2, started_on: Say on which day this stage began.",
        ),
        (
            FEBRUARY.replace("preparing,,", "preparing,2023-02-01,"),
            "project_months, row 2, started_on: In the stage “Preparing” this day is not known yet: leave it empty, or"
            " choose the stage.",
        ),
        (
            FEBRUARY.replace("2023-02,2023-02-28", "2023-01,2023-02-28"),
            "project_months, row 2, period: The project was not yet listed in this month.",
        ),
        (
            FEBRUARY.replace("accepted,2023-03-08", "accepted,"),
            "project_months, row 2, decided_on: A decided report has its day, and no other has one.",
        ),
        (
            FEBRUARY.replace("accepted,2023-03-08", "draft,"),
            "project_months, row 2, state: A report that is loaded was submitted: no draft.",
        ),
        (
            FEBRUARY.replace("P0001", "P0009"),
            "project_months, row 2, project: There is no “P0009” in Projects.",
        ),
        (
            FEBRUARY.replace(",0.1,0,", ",,0,"),
            "project_months, row 2, invested_since_january: A value is wanted.",
        ),
        (
            FEBRUARY.replace(",0.1,0,", ",0.1,101,"),
            "project_months, row 2, progress: At most 100 is wanted.",
        ),
        (
            FEBRUARY.replace("preparing", "dreaming"),
            "project_months, row 2, stage: “dreaming” is not one of: Preparing, Under construction, Completed, In"
            " production, Suspended.",
        ),
        (
            f"{FEBRUARY},2023-02-28 10:00",
            "project_months, row 2, submitted_by: A moment and a person belong together.",
        ),
    ],
)
def test_what_is_wrong_with_a_month_is_said(folder: Path, line: str, complaint: str) -> None:
    load(folder)
    write_months(folder, line)
    edit(folder, "project_months", "decision_note,provenance", "decision_note,provenance,submitted_at")
    assert complaints(folder) == [complaint]


def test_a_month_is_on_record_and_has_one_open_report(filled: Path, rita: Any) -> None:
    write_months(filled, MARCH.replace(",0.5,", ",0.6,"), AUGUST.replace("2023-08-28", "2023-08-29"))
    assert complaints(filled) == [
        "project_months, row 2, invested_since_january: This row is on record and says 0.5: correct it by a row of its"
        " own.",
        "project_months, row 3, state: The month has an open report already.",
    ]


def test_what_belongs_to_nothing_is_said(filled: Path, rita: Any) -> None:
    (filled / "annual_plan_changes.csv").write_text(
        "project,year,recorded_at,old_value,new_value,reason\nP0001,2022,2023-05-04 09:30,1,2,改\n", encoding="utf-8"
    )
    (filled / "project_month_evidence.csv").write_text(
        "project,period,submitted_on,document_number\nP0001,2023-03,2023-03-29,1号\n", encoding="utf-8"
    )
    assert complaints(filled, by="rita") == [
        "annual_plan_changes, row 2, year: The project has no annual plan of that year.",
        "project_month_evidence, row 2, submitted_on: No report of the project for that month was submitted on that"
        " day.",
    ]


@pytest.mark.one_database
def test_a_file_without_months_is_loaded_without_reading_those_of_the_site(filled: Path, rita: Any) -> None:
    (filled / "project_months.csv").unlink()
    edit(filled, "projects", "9.4201,", "9.5,")
    with CaptureQueriesContext(connection) as queries:
        load(filled, unlikely_is_so=True, change=True, by=rita.username, reason="概算调整")
    assert not any('"projects_projectmonth"."what_was_done_zh"' in each["sql"] for each in queries.captured_queries)
    assert Project.objects.get(code="P0001").investment_wan == 95_000
    assert ProjectMonth.objects.count() == 4
