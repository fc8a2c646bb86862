# ruff: noqa: E501 (rows of data)
"""manage.py load_data, on a small ledger that holds one of everything; tests/test_fixtures.py loads the shipped one."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from dashboard.models import PublishedFigure
from indicators.models import HeadlineIndicator, Indicator, Observation
from ledger import preview as previews
from ledger.commit import commit_ledger
from ledger.preview import preview
from ledger.reading import read_ledger
from measures.filing import rewrite_report
from measures.models import (
    Evidence,
    Load,
    LoadedRow,
    Measure,
    Plan,
    PlanMilestone,
    Report,
    ReportStep,
    StatusChange,
    TermsChange,
)
from office.mergers import merge_departments
from projects.models import Project
from rollups.models import MeasureRollup
from rollups.services import verify_rollups
from tests.factories import file_report, make_department, make_indicator, make_user, shanghai
from tests.ledger.example import append, complaints, edit, load, refusal, rows, write_example
from web.models import Site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.both_databases]

LOADED_ALREADY = "Everything was loaded already.\n"


def test_everything_is_loaded(folder: Path) -> None:
    assert load(folder).startswith(
        "Loaded: 5 regions new, 2 departments new, 1 plan new, 2 sections new, 2 measures new"
    )
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
    assert StatusChange.objects.get(
        status="in_progress", supersedes=None, measure=one, report__isnull=False
    ).recorded_at == shanghai(date(2023, 4, 13), 16)
    assert Report.objects.get(status="in_progress").effective_on == date(2023, 4, 4)
    assert Plan.objects.get().region.code == "370000"  # type: ignore[union-attr]
    assert sum(MeasureRollup.objects.values_list("total", flat=True)) == 2
    assert verify_rollups() == []


def test_the_load_is_on_record_with_each_of_its_rows(folder: Path) -> None:
    load(folder)
    one = Load.objects.get()
    assert (one.plan.slug, one.file_name, one.loaded_by, len(one.digest)) == ("plan", "example", None, 64)  # type: ignore[union-attr]
    row = one.rows.get(sheet="projects", key=["P0001"])
    assert (row.what, row.old, row.new["city"], row.new["total_investment"]) == ("new", {}, "370200", 94_201)
    assert set(StatusChange.objects.values_list("load", flat=True)) == {one.pk}
    assert one.rows.filter(measure="M001").exclude(sheet="links").count() == 1 + 2 + 1 + 5


def test_milestones_of_the_plan_may_be_given(folder: Path) -> None:
    """One of the two milestones is known by its month alone. Loaded again, they stay as they are."""
    (folder / "milestones.csv").write_text(
        "happens_on,day_known,name_zh,name_en,provenance,source\n"
        "2022-11-01,no,动员,Mobilised,published,A newspaper\n"
        "2023-01-03,yes,公布,Published,reported,\n",
        encoding="utf-8",
    )
    assert "2 milestones" in load(folder)
    found = PlanMilestone.objects.filter(plan__slug="plan").values_list("happens_on", "day_known", "name_en", "source")
    assert list(found) == [
        (date(2022, 11, 1), False, "Mobilised", "A newspaper"),
        (date(2023, 1, 3), True, "Published", ""),
    ]
    assert load(folder) == LOADED_ALREADY
    edit(folder, "milestones", "published,A newspaper", "published,")
    assert complaints(folder) == ["milestones, row 2, source: A published row needs its source."]


def steps_of(report: Report) -> list[tuple[str, str, object, str, str]]:
    return [
        (step.move, step.made_on.isoformat(), step.made_by, step.note, step.content["what_was_done_zh"])
        for step in report.steps.all()
    ]


def test_loaded_reports_have_the_steps_that_are_known_of_them(folder: Path) -> None:
    """The days of submission and decision; who made them and with which words this file does not say."""
    edit(folder, "reports", ",submitted,illu", "2023-08-11,returned,illu")
    load(folder)
    begun, done, returned = Report.objects.order_by("submitted_on")
    assert steps_of(begun) == [
        ("submit", "2023-04-07", None, "", "开工"),
        ("accept", "2023-04-13", None, "", "开工"),
    ]
    key = done.evidence.get().key.hex
    document = {
        "title_zh": "通知",
        "title_en": "Notice",
        "document_number": "鲁1号",
        "url": "",
        "file_name": "",
        "key": key,
    }
    assert [step.content["evidence"] for step in done.steps.all()] == [[document], [document]]
    assert (done.steps.first().content["effective_on"], done.steps.first().made_at) == ("2023-06-20", None)
    assert [step[:2] for step in steps_of(returned)] == [("submit", "2023-08-10"), ("return", "2023-08-11")]


def test_another_load_adds_steps_to_new_reports_alone(folder: Path) -> None:
    load(folder)
    measure = Measure.objects.get(code="M001")
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    filed = file_report(measure, by=ada, status="in_progress")
    before = list(ReportStep.objects.values())
    append(
        folder,
        "reports",
        "M002,2023-07-10,2023-07,promoting,promoting,无变化,No change,,,,,2023-07-11,accepted,illustrative,",
    )
    assert load(folder) == "Loaded: 1 reports new.\n"
    added = ReportStep.objects.exclude(pk__in=[step["id"] for step in before])
    assert [(step.move, step.report.submitted_on.isoformat()) for step in added] == [
        ("submit", "2023-07-10"),
        ("accept", "2023-07-10"),
    ]
    assert list(ReportStep.objects.exclude(pk__in=added).values()) == before
    assert [step[0] for step in steps_of(filed)] == ["submit"]


def test_loading_twice_changes_nothing(folder: Path) -> None:
    load(folder)
    before = rows()
    assert load(folder) == LOADED_ALREADY
    assert rows() == before


def test_what_a_site_has_edited_changes_only_when_somebody_says_so(folder: Path) -> None:
    """The file does not say what it was made from: who is right nobody can know."""
    load(folder)
    Measure.objects.filter(code="M001").update(title_en="Edited here")
    assert refusal(folder) == (
        "The file would change rows of the site: confirm that it may. Nothing was changed. See --preview, and then --change."
    )
    out = io.StringIO()
    call_command("load_data", str(folder), preview=True, stdout=out)
    assert out.getvalue().splitlines()[0] == "measures, 2, M001: title_en: Edited here → Measure one"
    assert Measure.objects.get(code="M001").title_en == "Edited here"
    assert load(folder, change=True) == "Loaded: 1 measures changed.\n"
    assert Measure.objects.get(code="M001").title_en == "Measure one"
    row = LoadedRow.objects.get(what="changed")
    assert (row.old, row.new) == ({"title_en": "Edited here"}, {"title_en": "Measure one"})


def test_what_happened_is_not_rewritten(folder: Path) -> None:
    load(folder)
    edit(folder, "status_history", "开工,Begun", "开工,Begun again")
    edit(folder, "reports", "开工,Begun", "开工,Begun again")
    edit(folder, "evidence", "Notice", "Letter")
    assert [line.split(":")[0] for line in complaints(folder, change=True)] == [
        "reports, row 2, what_was_done_en",
        "evidence, row 2, title_en",
        "status_history, row 3, reason_en",
    ]


def test_a_report_that_was_rewritten_and_handed_in_again_is_there_already(folder: Path) -> None:
    """The day of submission, which names the report, is another one by then."""
    edit(folder, "reports", ",submitted,illu", "2023-08-11,returned,illu")
    append(folder, "evidence", "M002,2023-08-10,鲁2号,通报,Note")
    load(folder)
    report = Report.objects.get(state="returned")
    ada = make_user("ada", role="reporter", department=report.measure.lead_department)
    rewrite_report(report, by=ada, version=report.version, values={"what_was_done": "改过"}, evidence=[], submit=True)
    assert load(folder) == LOADED_ALREADY
    assert [(each.what_was_done_zh, each.evidence.count()) for each in Report.objects.filter(state="submitted")] == [
        ("改过", 0)
    ]


def test_new_rows_join_those_that_are_there(folder: Path) -> None:
    load(folder)
    edit(folder, "departments", "water,2", "audit,3,省审计厅,Audit,审计厅,Audit,illustrative,\nwater,2")
    assert load(folder) == "Loaded: 1 departments new.\n"


def test_new_rows_are_news_of_those_that_show_them(folder: Path) -> None:
    load(folder)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    for model in (Measure, Indicator, Project):
        model.objects.update(updated_at=long_ago)
    append(
        folder,
        "projects",
        "P0003,项目三,Project three,370100,,,energy,preparing,1,2023-02-28,illustrative,illustrative,",
    )
    append(folder, "links", "M002,P0003,")
    assert load(folder) == "Loaded: 1 projects new, 1 links new.\n"
    updated = [model.objects.exclude(updated_at=long_ago) for model in (Measure, Indicator, Project)]
    assert [[row.code for row in found] for found in updated] == [["M002"], [], ["P0003"]]


def test_new_rows_that_name_a_merged_department_go_to_the_one_that_does_its_work(folder: Path) -> None:
    edit(folder, "departments", "water,2", "audit,3,省审计厅,Audit,审计厅,Audit,illustrative,\nwater,2")
    load(folder)
    water, audit = Department.objects.get(slug="water"), Department.objects.get(slug="audit")
    merge_departments(water, into=audit, by=make_user("rita", role="reviewer"), reason="机构改革")
    for name in ("measures", "status_history", "reports", "evidence", "links", "projects"):
        (folder / f"{name}.csv").unlink()
    (folder / "measures.csv").write_text(
        "code,section,title_zh,lead_department,participating_departments\nM003,water,措施三,water,\nM004,water,措施四,能源局,water;审计厅\n",
        encoding="utf-8",
    )
    assert load(folder) == "Loaded: 2 measures new, 2 status_history new.\n"
    assert Measure.objects.get(code="M003").lead_department == audit
    assert list(Measure.objects.get(code="M004").participating_departments.all()) == [audit]


def test_sections_and_measures_with_title_and_lead_are_enough(folder: Path) -> None:
    """Everything that is not said is found out: slugs, departments, the day of listing, the first status."""
    for path in folder.glob("*.csv"):
        path.unlink()
    (folder / "plan.csv").write_text("name_zh,starts_on,ends_on\n绿色行动,2023-01-01,2025-12-31\n", encoding="utf-8")
    (folder / "sections.csv").write_text("number,title_zh\n1,创新驱动\n2,节能降碳\n", encoding="utf-8")
    (folder / "measures.csv").write_text(
        "code,section,title_zh,lead_department\nM001,节能降碳,建电站,市能源局\nM002,1,建园区,市科技局\n",
        encoding="utf-8",
    )
    out = io.StringIO()
    call_command("load_data", str(folder), preview=True, stdout=out)
    # With the first status of each measure, and seven categories of problems.
    assert out.getvalue() == "16 new\n"
    assert load(folder) == (
        "Loaded: 2 departments new, 1 plan new, 2 sections new, 2 measures new, 7 problem_categories new,"
        " 2 status_history new.\n"
    )
    assert Plan.objects.get().slug == "lu-se-xing-dong"
    one = Measure.objects.get(code="M001")
    assert (one.section.slug, one.lead_department.slug) == ("section-2", "shi-neng-yuan-ju")
    assert (one.lead_department.name_zh, one.lead_department.number, one.listed_on) == ("市能源局", 1, date(2023, 1, 1))
    first = one.status_changes.get()
    assert (first.status, first.effective_on, first.load) == ("promoting", date(2023, 1, 1), Load.objects.get())
    assert load(folder) == LOADED_ALREADY


def test_a_status_without_a_report_names_its_load(folder: Path) -> None:
    edit(folder, "status_history", "2023-04-04,,2023-04-07", "2023-04-04,,")
    load(folder)
    row = StatusChange.objects.get(effective_on=date(2023, 4, 4))
    assert (row.report, row.load) == (None, Load.objects.get())


def test_old_statuses_and_moments_are_found_out(folder: Path) -> None:
    (folder / "status_history.csv").write_text(
        "measure,status,effective_on,reason_zh\n"
        "M001,promoting,2023-01-03,列入\nM001,in_progress,2023-04-04,开工\nM001,completed,2023-06-20,完成\n"
        "M002,promoting,2023-01-03,列入\n",
        encoding="utf-8",
    )
    load(folder)
    found = (
        StatusChange.objects.filter(measure__code="M001")
        .order_by("recorded_at")
        .values_list("old_status", "recorded_at")
    )
    assert list(found) == [
        (None, shanghai(date(2023, 1, 3), 16)),
        ("promoting", shanghai(date(2023, 4, 4), 16)),
        ("in_progress", shanghai(date(2023, 6, 20), 16)),
    ]
    assert load(folder) == LOADED_ALREADY


def test_the_old_status_of_a_correction_is_found_out(folder: Path) -> None:
    edit(folder, "status_history", "completed,completed,2023-06-25", ",completed,2023-06-25")
    load(folder)
    assert StatusChange.objects.exclude(supersedes=None).get().old_status == "completed"


def test_a_row_between_those_of_the_site_must_leave_them_true(folder: Path) -> None:
    load(folder)
    append(
        folder,
        "status_history",
        "M001,2023-05-08 16:00,in_progress,completed,2023-05-05,,,提前,Early,illustrative,",
    )
    assert complaints(folder) == [
        "status_history, row 8, old_status: The row of 2023-06-20 would not fit any more: “Completed” was in force before"
        " this row."
    ]


def test_departments_of_the_site_are_not_merged_by_a_file(folder: Path) -> None:
    load(folder)
    (folder / "departments.csv").write_text("slug,merged_into,merged_on\nwater,energy,2023-08-01\n", encoding="utf-8")
    assert complaints(folder, change=True) == [
        "departments, row 2, merged_into: Departments that are there are merged on their page."
    ]


def observations_workbook(folder: Path, *rows: tuple[str, str, object, str]) -> Path:
    """Write a workbook of the province's first quarters; each row with indicator, year, value and number format."""
    path = folder / "observations.xlsx"
    head = ("indicator", "region", "period", "period_kind", "period_start", "period_end", "value", "released_on")
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("observations")
        page.write_row(0, 0, [*head, "release_basis"])
        for number, (indicator, year, value, number_format) in enumerate(rows, 1):
            days = (f"{year}-01-01", f"{year}-03-31")
            page.write_row(number, 0, [indicator, "370000", f"{year}Q1", "quarter", *days])
            page.write(number, 6, value, book.add_format({"num_format": number_format}))
            page.write_row(number, 7, [f"{year}-04-20", "stated"])
    return path


def test_a_cell_of_excel_that_shows_5_2_per_cent_is_5_2_of_an_indicator_in_per_cent(folder: Path, capsys: Any) -> None:
    load(folder)
    rows = [
        ("gdp_growth_ytd", "2021", 0.052, "0.0%"),
        ("Growth", "2022", -0.006, "0.00%"),
        ("增速", "2023", 0.3, "0.0"),
    ]
    load(observations_workbook(folder, *rows), unlikely_is_so=True)
    found = Observation.objects.filter(period_kind="quarter").order_by("period").values_list("value", flat=True)
    assert list(found) == [Decimal("5.2"), Decimal("-0.6"), Decimal("0.3")]
    notice = "Observations, Value: percentages were read as they are shown, such as 5.2%; cells: 2"
    assert notice in capsys.readouterr().err


def test_a_percentage_of_an_indicator_in_another_unit_is_wrong(folder: Path) -> None:
    load(folder)
    assert complaints(observations_workbook(folder, ("pm25", "2023", 0.052, "0.0%"))) == [
        "observations, row 2, value: This is a percentage, and the row is in another unit: write the number in the "
        "unit of the row."
    ]


def test_values_in_per_cent_of_which_all_are_below_1_are_asked_about(folder: Path, tmp_path: Path) -> None:
    """The unit stands beside the indicator: in the file, or on the site."""
    edit(folder, "observations", "2023-06-30,6.2,", "2023-06-30,0.062,")
    asked = "observations.value=share"
    assert f"--answer '{asked}'" in refusal(folder)
    load(folder, answer=[("observations.value", "share")])
    assert Observation.objects.get().value == Decimal("6.2")
    for name in ("indicators", "targets"):
        (folder / f"{name}.csv").unlink()
    edit(folder, "observations", "2023-07-20,", "2023-07-21,")
    assert f"--answer '{asked}'" in refusal(folder)
    append(
        folder, "observations", "pm25,370000,2023H1,half_year,2023-01-01,2023-06-30,0.9,yes,,2023-07-21,stated,yes,,"
    )
    load(folder, answer=[("observations.value", "percent")])
    values = Observation.objects.filter(released_on=date(2023, 7, 21)).order_by("indicator__code")
    assert [each.value for each in values] == [Decimal("0.062"), Decimal("0.9")]


def test_a_day_without_a_year_is_asked_about_and_answered(folder: Path) -> None:
    edit(folder, "measures", "2023-12-31", "12月30日")
    assert complaints(folder) == [
        "measures.due_on, such as 12月30日: one of " + ", ".join(f"{year} ({year})" for year in range(2018, 2029))
    ]
    assert refusal(folder) == (
        "These sheets, columns or names may be several, or their cells mean several things: say which, for example with"
        " --answer 'measures.due_on=2018'. Nothing was changed."
    )
    with pytest.raises(CommandError, match=r"a column and a choice are wanted.*not 'measures.due_on'"):
        call_command("load_data", str(folder), "--answer", "measures.due_on")
    call_command("load_data", str(folder), "--answer", "measures.due_on=2024", stdout=io.StringIO())
    assert Measure.objects.get(code="M001").due_on == date(2024, 12, 30)


def test_what_the_database_does_not_take_is_said_in_a_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise DataError("value out of range\nDETAIL: a row")

    monkeypatch.setattr("ledger.management.commands.load_data.commit_ledger", refuse)
    assert refusal(folder) == "The database does not take the data (value out of range); nothing was changed."


def test_of_very_many_changes_the_first_are_printed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(folder)
    monkeypatch.setattr("ledger.management.commands.load_data.MOST_PRINTED", 1)
    edit(folder, "measures", "Measure one", "The first")
    edit(folder, "measures", "Measure two", "The second")
    out = io.StringIO()
    call_command("load_data", str(folder), preview=True, stdout=out)
    assert out.getvalue().split("\n")[:2] == [
        "measures, 2, M001: title_en: Measure one → The first",
        "… and 1 rows more.",
    ]


def test_wrong_rows_are_left_out_with_what_rests_on_them(folder: Path) -> None:
    """M002 has a bad day: its report, its history and its link with a project cannot be loaded either."""
    edit(folder, "measures", "2023-01-03,,illu", "2023-01-03,soon,illu")
    assert "measures, row 3, due_on" in complaints(folder)[0]
    assert load(folder, leave_out_wrong=True).startswith("Loaded: ")
    assert [each.code for each in Measure.objects.all()] == ["M001"]
    assert list(Project.objects.get(code="P0001").measures.values_list("code", flat=True)) == ["M001"]
    assert not Report.objects.filter(measure__code="M002").exists()
    assert verify_rollups() == []


class TestTerms:
    """Due day, lead and section of a measure that is there change on record."""

    @pytest.fixture
    def rita(self, folder: Path) -> Any:
        edit(folder, "reports", "M002,2023-08-10", "M001,2023-08-10")
        edit(folder, "reports", "promoting,promoting,无变化", "in_progress,in_progress,无变化")
        load(folder)
        return make_user("rita", role="reviewer")

    def test_they_need_a_person(self, folder: Path, rita: Any) -> None:
        edit(folder, "measures", "2023-12-31", "2024-06-30")
        assert complaints(folder, change=True) == [
            "measures, row 2, due_on: This needs to be known by whom: load the file as a person."
        ]

    def test_a_change_is_a_row_with_reason_and_person(self, folder: Path, rita: Any) -> None:
        edit(folder, "measures", "2023-12-31", "2024-06-30")
        assert (
            load(folder, change=True, by="rita", reason="征地延期")
            == "Loaded: 1 measures changed, 1 terms_changes new.\n"
        )
        row = TermsChange.objects.get()
        assert (row.field, row.old_value, row.new_value) == ("due_on", "2023-12-31", "2024-06-30")
        assert (row.reason, row.recorded_by) == ("征地延期", rita)
        assert Measure.objects.get(code="M001").due_on == date(2024, 6, 30)
        assert verify_rollups() == []

    def test_a_new_lead_takes_over_as_in_the_office(self, folder: Path, rita: Any) -> None:
        """Waiting reports go back to the old one, and both departments are told."""
        one = Measure.objects.get(code="M001")
        ada = make_user("ada", role="reporter", department=one.lead_department)
        wang = make_user("wang", role="reporter", department=Department.objects.get(slug="water"))
        one.owner = ada
        one.save()
        edit(folder, "measures", ",,,energy,water,", ",,,water,,")
        load(folder, change=True, by="rita", reason="职责调整")
        one.refresh_from_db()
        assert one.owner is None
        assert (one.lead_department.slug, list(one.participating_departments.all())) == ("water", [])
        assert [each.state for each in one.reports.filter(period=date(2023, 8, 1))] == ["returned"]
        assert set(ada.notices.values_list("kind", flat=True)) == {"lead_taken", "returned"}
        assert set(wang.notices.values_list("kind", flat=True)) == {"lead_given"}
        assert verify_rollups() == []

    def test_whoever_is_closed_looks_after_nothing_any_more(self, folder: Path, rita: Any) -> None:
        one = Measure.objects.get(code="M001")
        one.owner = make_user("ada", role="reporter", department=one.lead_department)
        one.save()
        (folder / "people.csv").write_text("username,active\nada,no\n", encoding="utf-8")
        load(folder, change=True)
        one.refresh_from_db()
        assert one.owner is None

    def test_a_reporter_is_of_a_department_or_a_city(self, folder: Path, rita: Any) -> None:
        (folder / "people.csv").write_text("username,role,department,city\nzoe,reporter,,370200\n", encoding="utf-8")
        load(folder, change=True)
        assert User.objects.get(username="zoe").city.code == "370200"
        for line, column in (("li,reporter,,", "department"), ("li,reporter,water,370200", "city")):
            (folder / "people.csv").write_text(f"username,role,department,city\n{line}\n", encoding="utf-8")
            assert [each.split(":")[0] for each in complaints(folder, change=True)] == [f"people, row 2, {column}"]

    def test_only_administrators_change_people_and_the_site(self, folder: Path, rita: Any) -> None:
        (folder / "people.csv").write_text("username,role\nmallory,reviewer\n", encoding="utf-8")
        (folder / "site.csv").write_text("name_zh,report_due_day\n我的平台,3\n", encoding="utf-8")
        said = io.StringIO()
        load(folder, by="rita", stderr=said)
        assert said.getvalue() == "Not read, since administrators alone change it: Site, People.\n"
        assert not User.objects.filter(username="mallory").exists()
        assert not Site.objects.filter(name_zh="我的平台").exists()
        make_user("root", is_superuser=True)
        load(folder, by="root", change=True)
        assert User.objects.get(username="mallory").role == "reviewer"
        assert Site.objects.get().report_due_day == 3

    def test_a_moved_listing_takes_the_first_row_along(self, folder: Path, rita: Any) -> None:
        (folder / "status_history.csv").unlink()
        edit(folder, "measures", "2023-01-03,2023-12-31", "2023-02-01,2023-12-31")
        load(folder, change=True)
        first = Measure.objects.get(code="M001").status_changes.get(old_status=None)
        assert first.effective_on == date(2023, 2, 1)
        edit(folder, "measures", "2023-02-01,2023-12-31", "2023-04-05,2023-12-31")
        assert complaints(folder, change=True) == [
            "measures, row 2, listed_on: The measure already changed its status on 2023-04-04."
        ]
        edit(folder, "measures", "2023-04-05,2023-12-31", "2023-08-30,2023-12-31")
        assert complaints(folder, change=True) == ["measures, row 2, listed_on: The day is in the future"]

    def test_a_measure_leaves_the_plan_for_a_reason(self, folder: Path, rita: Any) -> None:
        edit(folder, "measures", "lead_provenance,source", "lead_provenance,source,remove,removed_on")
        edit(
            folder,
            "measures",
            "2023-12-31,illustrative,illustrative,",
            "2023-12-31,illustrative,illustrative,,并入其他措施,2023-01-02",
        )
        assert complaints(folder, change=True, by="rita") == [
            "measures, row 2, removed_on: The day must lie between 2023-01-03 and 2023-08-29."
        ]
        edit(folder, "measures", "2023-01-02", "2023-08-20")
        assert complaints(folder, change=True) == [
            "measures, row 2, remove: This needs to be known by whom: load the file as a person."
        ]
        load(folder, change=True, by="rita")
        left = Measure.objects.get(code="M001").scope_changes.get()
        assert (left.kind, left.effective_on, left.reason, left.recorded_by) == (
            "withdrawn",
            date(2023, 8, 20),
            "并入其他措施",
            rita,
        )
        assert sum(MeasureRollup.objects.values_list("total", flat=True)) == 1
        assert verify_rollups() == []
        assert load(folder, change=True, by="rita") == LOADED_ALREADY
        edit(folder, "measures", "并入其他措施,2023-08-20", "并入其他措施,2023-08-21")
        assert complaints(folder, change=True, by="rita") == [
            "measures, row 2, remove: It was withdrawn already, on 2023-08-20."
        ]


def test_another_value_of_the_same_release_is_a_correction(folder: Path) -> None:
    load(folder)
    edit(folder, "observations", "2023-06-30,6.2,", "2023-06-30,6.3,")
    assert load(folder, change=True, reason="报社更正") == "Loaded: 1 observations changed.\n"
    wrong, right = Observation.objects.order_by("pk")
    assert (str(wrong.value), wrong.superseded) == ("6.200000", True)
    assert (str(right.value), right.supersedes, right.reason, right.source) == (
        "6.300000",
        wrong,
        "报社更正",
        "Statistics",
    )
    assert load(folder) == LOADED_ALREADY


def test_a_row_goes_only_when_the_file_says_so(folder: Path) -> None:
    load(folder)
    edit(folder, "links", "measure,project,indicator", "measure,project,indicator,remove")
    edit(folder, "links", "M002,P0001,", "M002,P0001,,录入有误")
    edit(folder, "links", "M001,P0001,\n", "")
    assert load(folder, change=True) == "Loaded: 1 links removed.\n"
    assert [each.code for each in Project.objects.get(code="P0001").measures.all()] == ["M001"]
    assert load(folder, change=True) == LOADED_ALREADY
    (folder / "sections.csv").write_text("slug,remove\nwater,不再需要\n", encoding="utf-8")
    assert complaints(folder, change=True) == [
        "sections, row 2, remove: Measures or projects belong to it: move them to another one first."
    ]


def test_spreadsheet_habits_are_read(folder: Path) -> None:
    """A byte order mark, Windows line ends, blanks around cells, line breaks inside, an empty line at the end."""
    path = folder / "departments.csv"
    content = path.read_text(encoding="utf-8").replace("energy,1,省能源局", 'energy, 1 ,"省能源局"')
    path.write_bytes(b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode() + b"\r\n")
    edit(folder, "measures", "Measure one,,", 'Measure one,"第一行\n第二行",')
    load(folder)
    assert Measure.objects.get(code="M001").description_zh == "第一行\n第二行"


def test_a_clash_with_rows_of_the_site_is_said_in_a_sentence(folder: Path) -> None:
    """The file agrees in itself; the place is taken by a row that only the site has."""
    load(folder)
    make_indicator("taken", headline=3)
    edit(folder, "indicators", "no,2", "no,3")
    assert complaints(folder, change=True) == ["indicators, row 3, headline: 3 belongs to “taken” already."]
    assert list(HeadlineIndicator.objects.values_list("indicator__code", "number")) == [
        ("gdp_growth_ytd", 1),
        ("pm25", 2),
        ("taken", 3),
    ]


def test_what_another_plan_refers_to_stays_its_own(folder: Path, tmp_path: Path) -> None:
    """The same codes in a plan of its own; departments, regions and indicators are shared."""
    load(folder)
    other = write_example(tmp_path / "other")
    edit(other, "plan", "plan,行动计划", "other,别的计划")
    edit(other, "measures", "措施一,Measure one", "别的措施,Another measure")
    first = dict(Report.objects.values_list("pk", "measure"))
    assert load(other) == (
        "Loaded: 1 plan new, 2 sections new, 2 measures new, 2 categories new, 2 projects new, 7 problem_categories new,"
        " 3 reports new, 1 evidence new, 6 status_history new, 2 indicators changed, 3 links new, 1 published_figures new.\n"
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
    assert load(other) == load(folder) == LOADED_ALREADY


def test_a_file_of_another_plan_is_refused(folder: Path) -> None:
    load(folder)
    edit(folder, "plan", "plan,行动计划", "other,别的计划")
    assert complaints(folder, plan="plan") == ["plan, row 2, slug: The file is of another plan: other, not plan."]
    assert refusal(folder, plan="nowhere") == "There is no plan nowhere."


def test_an_account_that_is_not_there_is_named(folder: Path) -> None:
    assert refusal(folder, by="nobody") == "There is no account nobody."
    make_user("ada", role="reporter", department=make_department("fishery"))
    assert refusal(folder, by="ada") == "You may not do this Nothing was changed."
    assert not Observation.objects.exists()


def test_a_file_with_very_many_wrong_rows_is_not_loaded_even_without_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    monkeypatch.setattr(previews, "MAX_FAULTS", 2)
    edit(folder, "projects", "项目一,", "改过的项目,")
    for number in range(3, 8):
        append(folder, "projects", f"P000{number},项目,,999999,,,energy,preparing,1,,illustrative,illustrative,")
    found = complaints(folder, leave_out_wrong=True, change=True)
    assert found[0] == "3 more problems were found: correct these first."
    assert [line.partition(":")[0] for line in found[1:]] == ["projects, row 4, city", "projects, row 5, city"]


def test_a_load_asks_few_queries(folder: Path) -> None:
    """However many rows there are: each table is read once, and written a few hundred rows at a time."""
    load(folder)
    for number in range(3, 1004):
        append(
            folder,
            "projects",
            f"P{number:04},项目,Project,370100,,,energy,preparing,1,2023-02-28,illustrative,illustrative,",
        )
    seen, new = queries_of(folder)
    content = (folder / "projects.csv").read_text(encoding="utf-8").replace("项目,Project,", "工程,Project,")
    (folder / "projects.csv").write_text(content, encoding="utf-8")
    seen_again, changed = queries_of(folder)
    assert Project.objects.filter(name_zh="工程").count() == 1001
    # One for each sheet, and some; that of themes has four links.
    assert seen == seen_again <= 43
    # 1,001 rows take three statements, and so do their rows on record; 3,186 would take seven each.
    # Four data checks name projects, each in a savepoint, however many rows there are; what they find is one more.
    checks = 4 * 3 + 1
    for found in (new, changed):
        assert found - checks - 2 * 3 + 2 * 7 <= 3.186 * 20


def queries_of(folder: Path) -> tuple[int, int]:
    """Return the numbers of queries of a preview, and of the load itself."""
    ledger, plan = read_ledger(folder).ledger, Plan.objects.get()
    with CaptureQueriesContext(connection) as seen:
        preview(ledger, plan)
    with CaptureQueriesContext(connection) as loaded:
        assert commit_ledger(ledger, plan, by=None, confirmed=True)
    return len(seen), len(loaded)


def test_of_a_folder_without_known_tables_it_is_asked_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "remarks.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"for example with --answer 'sheet:a\|b=measures'"):
        call_command("load_data", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
