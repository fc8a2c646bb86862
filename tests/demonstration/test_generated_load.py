"""Copies of the demo's plan for load tests: of a plan of two measures in full, and of the shipped one by its totals."""

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from dashboard.models import PublishedFigure
from demonstration import generated_load
from demonstration.generated_load import LoadRefused, generate_plans
from demonstration.management.commands import generate_load
from indicators.models import Indicator
from ledger.reading import read_ledger
from ledger.rows import Ledger
from measures.models import Comment, Evidence, Measure, Plan, Report, Section, StatusChange
from problems.models import Problem, ProblemCategory, ProblemStep
from projects.annual_plans import set_annual_plan
from projects.models import Project, ProjectMonthEvidence
from rollups.models import MeasureRollup, ProjectRollup
from rollups.services import rebuild_rollups, verify_rollups
from tests import factories as make
from tests.ledger.example import rows, write_example
from tests.ledger.test_problems import write_problems

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def small(tmp_path: Path) -> Ledger:
    """A plan of two measures, three reports and two projects."""
    return read_ledger(write_example(tmp_path / "small")).ledger


def fill(times: int, data: Ledger) -> int:
    return generate_plans(times, data, on_plan=lambda plans: None, on_totals=lambda: None)


def run(times: object) -> str:
    out = io.StringIO()
    call_command("generate_load", times=times, stdout=out)
    return out.getvalue()


def refusal(times: object) -> str:
    """Return the sentence with which the command refuses, having changed nothing."""
    before = rows()
    with pytest.raises(CommandError) as caught:
        run(times)
    assert rows() == before
    return str(caught.value)


def kept(step: ProblemStep) -> dict[str, Any]:
    """Return the columns that stay as they were with the next step."""
    return {name: getattr(step, name) for name in ("problem", "state", "owner", "made_on", "content")}


def slugs() -> list[str]:
    return sorted(Plan.objects.values_list("slug", flat=True))


class TestTheSmallPlan:
    def test_a_copy_has_rows_of_its_own(self, small: Ledger) -> None:
        assert fill(2, small) == 2
        assert slugs() == ["plan", "plan-0002"]
        copy = Plan.objects.get(slug="plan-0002")
        assert (copy.name_zh, copy.name_en) == ("行动计划（副本0002）", "Action plan (copy 0002)")
        assert list(copy.sections.values_list("slug", "number")) == [("energy", 1), ("water", 2)]
        assert list(Measure.objects.filter(plan=copy).values_list("code", "section__slug")) == [
            ("M0002001", "energy"),
            ("M0002002", "water"),
        ]
        one = Measure.objects.get(code="M0002001")
        assert (one.title_en, one.lead_department.slug) == ("Measure one", "energy")
        assert [each.slug for each in one.participating_departments.all()] == ["water"]
        assert list(one.reports.order_by("period").values_list("state", "what_was_done_en")) == [
            ("accepted", "Begun"),
            ("accepted", "Done"),
        ]
        project = Project.objects.get(code="P00020001")
        assert (project.plan, project.investment_wan, project.city.code) == (copy, 94_201, "370200")
        assert [each.code for each in project.also_in.all()] == ["370100"]
        assert [each.code for each in project.measures.all()] == ["M0002001", "M0002002"]
        assert not Project.objects.get(code="P00020002").measures.exists()

    def test_a_copy_tells_the_same_story(self, small: Ledger) -> None:
        fill(3, small)
        for code in ("M001", "M0002001", "M0003001"):
            story = StatusChange.objects.filter(measure__code=code).order_by("recorded_at")
            assert [(row.status, row.effective_on.isoformat()) for row in story] == [
                ("promoting", "2023-01-03"),
                ("in_progress", "2023-04-04"),
                ("completed", "2023-06-20"),
                ("completed", "2023-06-25"),
                ("in_progress", "2023-08-01"),
            ]
            first, begun, done, corrected, reopened = story
            assert [first.supersedes, begun.supersedes, done.supersedes, reopened.supersedes] == [None] * 4
            assert corrected.supersedes == done
            assert [row.report and (row.report.measure_id, row.report.period.month) for row in story] == [
                None,
                (done.measure_id, 4),
                (done.measure_id, 6),
                None,
                None,
            ]

    def test_evidence_is_copied_without_its_file(self, small: Ledger) -> None:
        fill(1, small)
        report = Report.objects.get(what_was_done_en="Begun")
        Evidence.objects.create(report=report, file="ab/abcd", file_name="a.pdf", size=3)
        templates = generated_load._table_templates(Plan.objects.get())
        generated_load._add_copy(2, templates)
        generated_load._add_copy(3, templates)
        copied = Evidence.objects.filter(report__measure__plan__slug__startswith="plan-")
        assert [each.document_number for each in copied] == ["鲁1号", "鲁1号"]
        assert len({each.key for each in Evidence.objects.all()}) == 4

    def test_a_copy_has_the_same_problems(self, tmp_path: Path) -> None:
        fill(3, read_ledger(write_problems(write_example(tmp_path / "small"))).ledger)
        told = {}
        for code, number in (("M001", ""), ("M0002001", "0002"), ("M0003001", "0003")):
            problem = Problem.objects.get(measure__code=code, number=2)
            assert problem.category is not None
            assert (problem.category.plan.slug, problem.category.slug) == (f"plan-{number}".rstrip("-"), "land")
            assert [each.slug for each in problem.helpers.all()] == ["water"]
            steps = ProblemStep.objects.filter(problem__measure__code=code).order_by("pk")
            told[code] = [(step.move, step.state, step.owner.slug, step.due_on, step.content) for step in steps]
            assert len(told[code]) == 6
            report = Report.objects.get(measure__code=code.replace("1", "2"), problem_choice="new")
            assert (report.about_problem, report.problem_choice) == (report.measure.problems.get().number, "new")
        assert told["M0002001"] == told["M0003001"] == told["M001"]

    def test_a_copy_has_the_same_months_and_annual_plans(self, small: Ledger) -> None:
        fill(1, small)
        rita, project = make.make_user("rita", role="reviewer"), Project.objects.get(code="P0001")
        set_annual_plan(project, by=rita, year=2023, planned_wan=500)
        set_annual_plan(project, by=rita, year=2023, planned_wan=700, reason="计划调整")
        for number in (4, 6, 7):
            month = make.make_project_month(project, date(2023, number, 1), invested_wan=number * 100)
            month.evidence.create(document_number=f"鲁{number}号")
            month.evidence.create(file="ab/abcd", file_name="a.pdf", size=3)
        owner = make.make_problem(project, owner=make.make_department()).steps.get().owner
        generated_load._add_copy(2, generated_load._table_templates(project.plan))
        generated_load._add_copy(3, generated_load._table_templates(project.plan, months=2))
        rebuild_rollups()
        every = [(4, 400, date(2023, 6, 1)), (6, 600, date(2023, 7, 1)), (7, 700, None)]
        for code, expected in (("P0001", every), ("P00020001", every), ("P00030001", every[1:])):
            copy = Project.objects.get(code=code)
            months = copy.months.order_by("period")
            assert [(each.period.month, each.invested_wan, each.superseded_from) for each in months] == expected
            papers = ProjectMonthEvidence.objects.filter(report__project=copy, file="").order_by("report__period")
            assert [each.document_number for each in papers] == [f"鲁{number}号" for number, *_rest in expected]
            assert [each.old_value for each in copy.annual_plans.get().changes.all()] == ["500"]
            assert copy.problems.get().steps.get().owner == owner
            cells = ProjectRollup.objects.filter(plan=copy.plan).values_list("planned", "invested")
            assert (700, 700) in cells
        assert verify_rollups() == []

    def test_a_copy_says_that_it_is_made_up(self, small: Ledger) -> None:
        fill(1, small)
        published = {"provenance": "published", "source": "A newspaper"}
        Plan.objects.update(**published)
        Measure.objects.update(lead_provenance="published", **published)
        Project.objects.update(investment_provenance="published", **published)
        generated_load._add_copy(2, generated_load._table_templates(Plan.objects.get()))
        told = {(plan.provenance, plan.source) for plan in Plan.objects.filter(slug="plan-0002")}
        for measure in Measure.objects.filter(code__startswith="M0002"):
            told |= {(measure.provenance, measure.source), (measure.lead_provenance, measure.source)}
        for project in Project.objects.filter(code__startswith="P0002", plan__slug="plan-0002"):
            told |= {(project.provenance, project.source), (project.investment_provenance, project.source)}
        assert told == {("illustrative", "示例数据 | Made for the demonstration")}

    def test_a_copy_is_as_new_as_it_is(self, small: Ledger) -> None:
        fill(1, small)
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        models = (Plan, Section, Measure, ProblemCategory, Report, StatusChange, Project)
        for model in models:
            model.objects.update(updated_at=long_ago)
        generated_load._add_copy(2, generated_load._table_templates(Plan.objects.get()))
        for model in models:
            made = model.objects.exclude(updated_at=long_ago)
            assert made.count() == model.objects.count() / 2
            assert all(abs(datetime.now(UTC) - row.updated_at).total_seconds() < 60 for row in made)

    def test_what_belongs_to_the_site_is_shared(self, small: Ledger) -> None:
        fill(3, small)
        assert [each.code for each in Indicator.objects.get(code="gdp_growth_ytd").measures.all()] == ["M001"]
        assert PublishedFigure.objects.count() == 1
        assert not LogEntry.objects.exists()

    def test_a_greater_number_adds_the_missing(self, small: Ledger) -> None:
        assert fill(2, small) == 2
        before = rows()
        assert fill(2, small) == 0
        assert rows() == before
        assert fill(4, small) == 2
        assert slugs() == ["plan", "plan-0002", "plan-0003", "plan-0004"]
        assert verify_rollups() == []
        assert sum(MeasureRollup.objects.values_list("total", flat=True)) == 8

    def test_all_at_once_or_bit_by_bit_is_the_same(self, small: Ledger) -> None:
        def told() -> list[tuple[Any, ...]]:
            history = ("measure__code", "status", "effective_on", "supersedes__status", "report__what_was_done_en")
            return [
                *Project.objects.order_by("code", "measures__code").values_list("code", "plan__slug", "measures__code"),
                *Evidence.objects.order_by("report__measure__code").values_list("report__measure__code", "title_en"),
                *StatusChange.objects.order_by("measure__code", "recorded_at").values_list(*history),
            ]

        with transaction.atomic():
            fill(3, small)
            at_once = told()
            transaction.set_rollback(True)
        for times in (1, 2, 3):
            fill(times, small)
        assert told() == at_once

    def test_work_goes_on_after_it(self, small: Ledger) -> None:
        """The database gives out ids that no copy has."""
        fill(2, small)
        section = Section.objects.get(plan__slug="plan-0002", slug="water")
        measure = make.make_measure(section, code="M900")
        make.make_change(measure, "in_progress", make.FIRST_DAY.replace(month=2))
        make.make_project(section.plan, code="P0900").measures.add(measure)
        make.make_plan("next")

    def test_what_was_tried_out_in_the_demo_is_no_obstacle(self, small: Ledger, settings: Any) -> None:
        fill(1, small)
        Comment.objects.create(
            measure=Measure.objects.get(code="M001"),
            text="Trying",
            written_by=make.make_user("vic", role="viewer"),
            written_at=make.shanghai(make.FIRST_DAY),
        )
        with pytest.raises(LoadRefused):
            fill(2, small)
        settings.PILOTZONE_DEMO = True
        assert fill(2, small) == 1


def test_every_table_of_a_plan_is_copied_or_left_out_on_purpose() -> None:
    left_out = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model not in generated_load.PLAN_PATHS
        and any(field.related_model in generated_load.PLAN_PATHS for field in model._meta.concrete_fields)
    }
    assert left_out == {
        "measures.Comment",
        "measures.TermsChange",
        "projects.TermsChange",
        "projects.RankExemption",
        # Each repeats what its month says, and no figure reads them.
        "projects.ProjectMonthStep",
        "notices.Notice",
        # Files belong to one step, and nobody met.
        "problems.ProblemEvidence",
        # A generated plan is a load to measure with: nobody reads its page.
        "measures.PlanMilestone",
        # Nobody loaded a copy, or took it home.
        "measures.Load",
        "datasets.LedgerVersion",
        "datasets.Upload",
        "indicators.Indicator_measures",
        "dashboard.PublishedFigure",
        "rollups.MeasureRollup",
        "rollups.ProjectRollup",
    }


class TestAStop:
    def test_in_the_middle_of_a_plan_leaves_whole_ones(self, small: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(1, small)
        insert, called = generated_load._insert, []

        def stop_in_the_second_copy(model: Any, rows: Any) -> None:
            called.append(model)
            if called.count(Report) == 2:
                raise KeyboardInterrupt
            insert(model, rows)

        with monkeypatch.context() as patch:
            patch.setattr(generated_load, "_insert", stop_in_the_second_copy)
            patch.setattr(generate_load, "read_demonstration", lambda: small)
            with pytest.raises(CommandError, match="plans it has are whole; the same command goes on") as caught:
                run(4)
        assert caught.value.returncode == 130
        assert slugs() == ["plan", "plan-0002"]
        assert Measure.objects.count() == 4
        assert verify_rollups() != []
        assert fill(4, small) == 2
        assert verify_rollups() == []

    def test_before_the_totals_is_made_good_by_the_next_run(
        self, small: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            generate_plans(3, small, on_plan=lambda plans: None, on_totals=stop)
        assert fill(3, small) == 0
        assert verify_rollups() == []


class TestRefusals:
    @pytest.mark.parametrize("times", ["0", "-1", "x", "", "2.5", "1e3", "٣", "10000"])
    def test_what_is_no_number_of_plans(self, times: str) -> None:
        assert f"a whole number of plans from 1 to 9,999 is wanted, not {times!r}" in refusal(times)

    def test_fewer_than_there_are(self, small: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(generate_load, "read_demonstration", lambda: small)
        run(3)
        assert refusal(2) == (
            "There are 3 plans already, and plans are never taken away: use an empty database."
            " Nothing was changed: generate_load fills databases for tests."
        )

    def test_a_database_that_has_no_plan_but_is_not_empty(self) -> None:
        make.make_department("energy")
        assert refusal(2).startswith("There is no plan, but the database is not empty.")

    def test_a_plan_of_another_name(self) -> None:
        make.make_plan("shandong-2026-2030")
        assert refusal(2).startswith("The plan shandong-2026-2030 is neither the demonstration's nor a copy of it.")

    def test_copies_of_nothing(self) -> None:
        make.make_plan("shandong-2023-2025-0002")
        assert refusal(2).startswith("The demonstration's own plan is not there.")

    def test_a_plan_of_that_name_with_other_measures(self, small: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(generate_load, "read_demonstration", lambda: small)
        run(1)
        make.make_measure(Section.objects.get(slug="water"), code="M003")
        assert refusal(2).startswith("The measures of the demonstration are not as shipped: see M003.")

    def test_a_plan_of_that_name_with_fewer_projects(self, small: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(generate_load, "read_demonstration", lambda: small)
        run(1)
        Project.objects.get(code="P0002").delete()
        assert refusal(2).startswith("The projects of the demonstration are not as shipped: see P0002.")

    @pytest.mark.parametrize(
        "what",
        [
            "draft",
            "filed",
            "decided",
            "changed",
            "comment",
            "terms",
            "step",
            "draft problem",
            "meeting",
            "annual plan",
            "month of a project",
        ],
    )
    def test_what_people_did(self, what: str, small: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(generate_load, "read_demonstration", lambda: small)
        run(1)
        somebody, at = make.make_user("rita", role="reviewer"), make.shanghai(make.FIRST_DAY)
        measure = Measure.objects.get(code="M002")
        if what == "draft":
            Report.objects.filter(measure=measure).update(edited_by=somebody, edited_at=at)
        elif what == "filed":
            Report.objects.filter(measure=measure).update(submitted_by=somebody, submitted_at=at)
        elif what == "decided":
            Report.objects.filter(measure__code="M001").update(decided_by=somebody, decided_at=at)
        elif what == "changed":
            StatusChange.objects.filter(measure=measure).update(recorded_by=somebody)
        elif what == "step":
            step = make.make_problem(measure).steps.get()
            ProblemStep.objects.create(**kept(step), move="reply", note="So", made_by=somebody, made_at=at)
        elif what == "draft problem":
            measure.problems.create(number=1)
        elif what == "meeting":
            measure.plan.meetings.create(number=1, held_on=make.FIRST_DAY, title_zh="协调会")
        elif what == "annual plan":
            Project.objects.get(code="P0001").annual_plans.create(year=2023, planned_wan=1)
        elif what == "month of a project":
            make.make_project_month(Project.objects.get(code="P0001"), make.FIRST_DAY.replace(day=1))
        elif what == "comment":
            measure.comments.create(text="So", written_by=somebody, written_at=at)
        else:
            measure.terms_changes.create(
                field="due_on", new_value="2024-01-01", reason="So", recorded_by=somebody, recorded_at=at
            )
        assert refusal(2).startswith("People have filed, decided, changed or commented here.")

    def test_a_database_without_tables_is_told_in_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def ask(*args: Any, **options: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM no_such_table")

        monkeypatch.setattr(generate_load, "generate_plans", ask)
        with pytest.raises(CommandError, match=r"The database does not take the plans \(.*no_such_table.*\)"):
            run(2)


def test_how_far_it_is_is_said_now_and_then_where_nobody_watches(
    small: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate_load, "LOG_INTERVAL", 0)
    monkeypatch.setattr(generate_load, "read_demonstration", lambda: small)
    run(3)
    said = capsys.readouterr().err
    assert list(dict.fromkeys(re.findall(r"\d/3 \[", said))) == ["0/3 [", "1/3 [", "2/3 [", "3/3 ["]
    assert "Counting the totals" in said


@pytest.mark.usefixtures("open_reading")
def test_two_copies_of_the_demonstration_say_what_it_says(client: Client) -> None:
    assert run(1) == "1 plan added: 1 in all.\n"
    assert run(3) == "2 plans added: 3 in all.\n"
    assert run(3) == "All 3 were there already.\n"
    assert (Plan.objects.count(), Section.objects.count(), Measure.objects.count()) == (3, 33, 747)
    assert (Report.objects.count(), StatusChange.objects.count(), Evidence.objects.count()) == (4812, 1161, 42)
    assert (Problem.objects.count(), ProblemStep.objects.count()) == (66, 159)
    assert Project.objects.count() == 9558
    assert Project.measures.through.objects.count() == 17_877
    for slug in ("shandong-2023-2025", "shandong-2023-2025-0002", "shandong-2023-2025-0003"):
        summary = client.get(f"/api/v1/summary/?plan={slug}").json()
        measures, projects = summary["measures"], summary["projects"]
        assert [measures[name] for name in ("total", "completed", "in_progress", "promoting")] == [249, 13, 105, 131]
        assert (measures["due"], measures["lights"]) == (23, {"green": 224, "yellow": 15, "red": 10})
        assert (projects["total"], projects["total_investment"]) == (3186, 84500)
    assert client.get("/api/v1/summary/").json()["plan"] == "shandong-2023-2025"
    assert verify_rollups() == []
