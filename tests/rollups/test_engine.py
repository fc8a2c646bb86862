"""Stored totals, totals of past days and a count in plain Python must be one and the same."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.scope import ScopeKind
from measures.editing.corrections import correct_status
from measures.editing.terms import change_terms, move_listing
from measures.models import Measure
from measures.reports import accept_report
from projects.models import Project
from projects.services import change_scope, save_project
from rollups import engine
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import (
    file_report,
    make_change,
    make_department,
    make_measure,
    make_project,
    make_section,
    make_user,
    region,
)

pytestmark = pytest.mark.both_databases

TODAY = date(2023, 8, 29)


@pytest.fixture
def site(db, today):
    """Two sections, two departments, four measures and three projects, counted by hand."""
    science, energy = make_department("science-technology"), make_department("energy")
    first, second = make_section(), make_section()
    make_measure(first, science, due_on=date(2023, 6, 30))  # red: due and open
    done = make_measure(first, science, due_on=date(2023, 6, 30))
    make_change(done, "completed", date(2023, 5, 31))
    moving = make_measure(first, energy)
    make_change(moving, "in_progress", date(2023, 8, 1))  # its report keeps it green
    make_measure(second, energy, due_on=date(2023, 9, 30))  # yellow: due soon, still promoting
    make_project(city="370200", category="energy", investment=12_345_678)
    make_project(city="370200", category="energy", investment=1)
    make_project(city="370100", category="industry", investment=50_000, listed_on=date(2023, 6, 30))
    return {"science": science, "energy": energy, "first": first, "second": second, "moving": moving}


def stored(section, department):
    row = MeasureRollup.objects.get(section=section, lead_department=department)
    return {name: getattr(row, name) for name in engine.TABLES["measures"].count_fields}


def test_a_rebuild_stores_what_a_person_counts(site):
    rebuild_rollups()

    assert stored(site["first"], site["science"]) == {
        "total": 2, "promoting": 1, "in_progress": 0, "completed": 1, "due": 2, "green": 1, "yellow": 0, "red": 1,
        "illustrative": 2,
    }  # fmt: skip
    assert stored(site["first"], site["energy"]) == {
        "total": 1, "promoting": 0, "in_progress": 1, "completed": 0, "due": 0, "green": 1, "yellow": 0, "red": 0,
        "illustrative": 1,
    }  # fmt: skip
    assert stored(site["second"], site["energy"]) == {
        "total": 1, "promoting": 1, "in_progress": 0, "completed": 0, "due": 0, "green": 0, "yellow": 1, "red": 0,
        "illustrative": 1,
    }  # fmt: skip
    cells = ProjectRollup.objects.order_by("city__code").values_list(
        "city__code", "category__slug", "total", "investment"
    )
    assert list(cells) == [("370100", "industry", 1, 50_000), ("370200", "energy", 2, 12_345_679)]


def test_a_rebuild_twice_is_harmless_and_leaves_no_old_cell(site):
    rebuild_rollups()
    Project.objects.filter(city__code="370100").delete()
    rebuild_rollups()
    rebuild_rollups()

    assert MeasureRollup.objects.count() == 3
    assert ProjectRollup.objects.count() == 1
    assert verify_rollups() == []


def test_a_change_touches_its_own_cells_and_no_other(site, django_capture_on_commit_callbacks):
    rebuild_rollups()
    before = set(MeasureRollup.objects.values_list("section", "run"))
    measure = site["moving"]
    change_terms(measure, by=make_user("rita", role="reviewer"), section=site["second"], reason="调整分工")

    marked = {(mark.kind, tuple(mark.key)) for mark in StaleCell.objects.all()}
    plan = site["first"].plan_id
    assert marked == {
        ("measures", (plan, site["first"].pk, site["energy"].pk)),
        ("measures", (plan, site["second"].pk, site["energy"].pk)),
    }
    assert refresh_stale_rollups() == 2
    assert StaleCell.objects.count() == 0
    # The cell that became empty went; the other department's cell was not written again.
    assert not MeasureRollup.objects.filter(section=site["first"], lead_department=site["energy"]).exists()
    untouched = MeasureRollup.objects.filter(section=site["first"]).values_list("section", "run")
    assert set(untouched) <= before
    assert stored(site["second"], site["energy"])["total"] == 2
    assert verify_rollups() == []


def test_accepting_a_report_is_in_the_totals_after_the_refresh(site):
    rebuild_rollups()
    ada = make_user("ada", role="reporter", department=site["energy"])
    evidence = [{"document_number": "鲁能〔2023〕1号"}]
    report = file_report(site["moving"], by=ada, status="completed", evidence=evidence)
    accept_report(report, by=make_user("rita", role="reviewer"))
    refresh_stale_rollups()

    assert stored(site["first"], site["energy"])["completed"] == 1
    assert verify_rollups() == []


def test_a_correction_with_a_past_day_changes_past_figures(site):
    rita = make_user("rita", role="reviewer")
    change = site["moving"].status_changes.get(status="in_progress")
    correct_status(change, by=rita, status="in_progress", effective_on=date(2023, 2, 1), reason="日期有误")
    plan = site["first"].plan_id

    in_march = engine.read_cells("measures", plan_id=plan, day=date(2023, 3, 31), today=TODAY).totals()
    assert (in_march["promoting"], in_march["in_progress"], in_march["completed"]) == (3, 1, 0)
    in_january = engine.read_cells("measures", plan_id=plan, day=date(2023, 1, 31), today=TODAY).totals()
    assert (in_january["promoting"], in_january["in_progress"]) == (4, 0)


def test_a_corrected_row_counts_for_no_day(site):
    change = site["moving"].status_changes.get(status="in_progress")
    rita = make_user("rita", role="reviewer")
    correct_status(change, by=rita, status="promoting", effective_on=date(2023, 7, 1), reason="误登")

    # The wrong row has the later day; it must not win.
    today = engine.read_cells("measures", plan_id=site["first"].plan_id, day=TODAY, today=TODAY).totals()
    assert (today["promoting"], today["in_progress"]) == (3, 0)


def test_of_two_rows_recorded_in_one_moment_the_later_row_counts(site):
    """A pinned day begins anew at midnight, so that moments repeat."""
    moment = datetime(2023, 8, 20, 9, tzinfo=UTC)
    make_change(site["moving"], "completed", date(2023, 8, 20), old_status="in_progress", recorded_at=moment)
    make_change(site["moving"], "promoting", date(2023, 8, 20), old_status="completed", recorded_at=moment)
    rebuild_rollups()

    cell = stored(site["first"], site["energy"])
    assert (cell["promoting"], cell["completed"]) == (1, 0)
    assert Measure.objects.with_status(TODAY).get(pk=site["moving"].pk).status == "promoting"


def test_projects_that_move_or_go_change_both_cells(site):
    rebuild_rollups()
    project = Project.objects.get(city__code="370100")
    project.city = region("370600")
    save_project(project, by=make_user("rita", role="reviewer"))
    refresh_stale_rollups()
    assert list(ProjectRollup.objects.order_by("city__code").values_list("city__code", "total")) == [
        ("370200", 2),
        ("370600", 1),
    ]
    change_scope(
        project, ScopeKind.WITHDRAWN, by=User.objects.get(username="rita"), effective_on=TODAY, reason="不再实施"
    )
    refresh_stale_rollups()
    assert list(ProjectRollup.objects.values_list("city__code", "total")) == [("370200", 2)]
    assert verify_rollups() == []


def test_when_the_day_turns_every_cell_is_of_the_new_day(site, settings):
    rebuild_rollups()
    settings.PILOTZONE_TODAY = date(2023, 10, 1)
    plan = site["first"].plan_id
    # Cells of yesterday are not read: the page counts live until the sweep has run.
    live = engine.read_cells("measures", plan_id=plan, day=date(2023, 10, 1), today=date(2023, 10, 1))
    assert live.computed_at is None
    assert live.totals()["red"] == 2

    refresh_stale_rollups()
    assert set(MeasureRollup.objects.values_list("as_of", flat=True)) == {date(2023, 10, 1)}
    assert stored(site["second"], site["energy"])["red"] == 1
    assert verify_rollups() == []


def test_a_write_that_is_rolled_back_marks_nothing(site):
    with pytest.raises(RuntimeError), transaction.atomic():
        move_listing(site["moving"], by=make_user("rita", role="reviewer"), listed_on=date(2023, 1, 10))
        raise RuntimeError
    assert StaleCell.objects.count() == 0


def test_a_refresh_that_fails_keeps_its_marks(site, monkeypatch):
    rebuild_rollups()
    change_terms(site["moving"], by=make_user("rita", role="reviewer"), due_on=date(2023, 12, 31), reason="定期限")
    with monkeypatch.context() as broken:
        broken.setattr(engine, "_write", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh_stale_rollups(retries=2)
    assert StaleCell.objects.count() == 1
    run = RollupRun.objects.first()
    assert (run.error, run.cells, run.retries) == ("ZeroDivisionError: division by zero", 0, 2)
    assert run.finished_at is not None
    assert refresh_stale_rollups() == 1


def test_a_run_that_finds_nothing_to_do_leaves_no_trace(site):
    rebuild_rollups()
    assert refresh_stale_rollups() == 0
    assert RollupRun.objects.count() == 1


def test_verify_finds_a_falsified_cell_a_missing_one_and_one_too_many(site):
    rebuild_rollups()
    call_command("verify_rollups", stdout=StringIO())

    MeasureRollup.objects.filter(section=site["second"]).update(promoting=0, completed=1)
    ProjectRollup.objects.filter(city__code="370100").delete()
    invented = ProjectRollup.objects.get(city__code="370200")
    invented.pk, invented.city = None, region("370600")
    invented.save()
    out = StringIO()
    with pytest.raises(CommandError, match="3 cells differ"):
        call_command("verify_rollups", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line for line in lines if '"completed": 1' in line and '"completed": 0' in line]
    assert [line for line in lines if "stored null" in line and '"total": 1' in line]
    assert [line for line in lines if "computed null" in line and '"total": 2' in line]

    call_command("refresh_rollups", "--all", stdout=StringIO())
    assert verify_rollups() == []


def test_a_past_day_verifies_by_its_own_day(site, settings):
    rebuild_rollups()
    settings.PILOTZONE_TODAY = date(2023, 10, 1)
    # Yesterday's cells are old, not wrong.
    assert verify_rollups() == []


def test_the_refresh_takes_the_same_number_of_queries_for_one_cell_and_for_many(site, connection_queries):
    rebuild_rollups()
    rita = make_user("rita", role="reviewer")
    change_terms(site["moving"], by=rita, due_on=date(2023, 12, 31), reason="定期限")
    with connection_queries() as few:
        refresh_stale_rollups()
    for measure in Measure.objects.all():
        change_terms(measure, by=rita, due_on=date(2024, 12, 31), reason="调整期限")
    with connection_queries() as many:
        refresh_stale_rollups()
    assert len(many) == len(few)


@pytest.fixture
def connection_queries():
    return lambda: CaptureQueriesContext(connection)


def test_a_full_rebuild_takes_at_most_20_queries(site, connection_queries):
    with connection_queries() as queries:
        rebuild_rollups()
    assert len(queries) <= 20


def test_runs_say_what_they_did(site):
    rebuild_rollups()
    run = RollupRun.objects.get()
    assert (run.full, run.cells, run.as_of, run.error) == (True, 5, TODAY, "")
    assert run.finished_at >= run.started_at
