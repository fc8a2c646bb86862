"""Runs that keep the totals fresh and check them: what of them is kept for people, and for how long."""

import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError

from core.clock import now
from rollups import engine
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell, Verification
from rollups.services import forget_old_runs, rebuild_rollups, verify_and_record
from rollups.tasks import rebuild_rollups_task, refresh_rollups_task, verify_rollups_task
from tests.factories import category, make_department, make_measure, make_plan, make_project, make_section, shanghai

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = date(2023, 8, 29)


# The project of the site, which has no month.
COUNTED = {
    "total": 1, "investment": 50_000, "started": 1, "to_start": 0, "planned": 0, "invested": 0, "without_month": 1,
    "illustrative": 1,
}  # fmt: skip


@pytest.fixture
def site(today):
    """Two measures of Energy in one section, a project in Qingdao: two cells."""
    section, energy = make_section(), make_department("energy")
    make_measure(section, energy)
    make_measure(section, energy)
    project = make_project(city="370200", category="energy", stage="completed", investment=50_000)
    rebuild_rollups()
    own = {"plan": section.plan_id, "section": section.pk, "energy": energy.pk}
    return {**own, "city": project.city_id, "category": project.category_id}


class TestVerifyAndRecord:
    def test_a_clean_site_is_recorded_with_its_cells_and_no_difference(self, site):
        check = verify_and_record()
        assert (check.cells, check.differing, check.differences) == (2, 0, [])
        assert check.finished_at >= check.started_at
        assert Verification.objects.get() == check

    def test_an_empty_site_has_nothing_to_hold(self, db, today):
        assert verify_and_record().cells == 0

    def test_differences_are_kept_as_plain_json(self, site):
        MeasureRollup.objects.update(promoting=1, completed=1)
        ProjectRollup.objects.all().delete()
        check = Verification.objects.get(pk=verify_and_record().pk)
        assert (check.cells, check.differing) == (2, 2)
        wrong, missing = check.differences
        assert wrong == {
            "kind": "measures",
            "key": [site["plan"], site["section"], site["energy"]],
            "as_of": "2023-08-29",
            "stored": {
                "total": 2, "promoting": 1, "in_progress": 0, "completed": 1,
                "due": 0, "green": 0, "yellow": 2, "red": 0, "illustrative": 2,
            },
            "fresh": {
                "total": 2, "promoting": 2, "in_progress": 0, "completed": 0,
                "due": 0, "green": 0, "yellow": 2, "red": 0, "illustrative": 2,
            },
            "error": "",
        }  # fmt: skip
        assert missing == {
            "kind": "projects",
            "key": [site["plan"], site["city"], site["category"], "completed"],
            "as_of": "2023-08-29",
            "stored": None,
            "fresh": COUNTED,
            "error": "",
        }
        assert json.loads(json.dumps(check.differences)) == check.differences

    def test_a_cell_too_many_is_kept_with_nothing_fresh(self, site):
        row = ProjectRollup.objects.get()
        row.pk, row.category = None, category(row.plan, "industry")
        row.save()
        (extra,) = verify_and_record().differences
        assert (extra["key"][2], extra["stored"], extra["fresh"]) == (
            row.category_id,
            COUNTED,
            None,
        )

    def test_marked_cells_are_not_judged(self, site):
        MeasureRollup.objects.update(promoting=1, completed=1)
        key = [site["plan"], site["section"], site["energy"]]
        StaleCell.objects.create(kind="measures", key=key, marked_at=now())
        check = verify_and_record()
        assert (check.cells, check.differing) == (1, 0)

    def test_at_most_a_hundred_are_kept_and_all_are_counted(self, today):
        energy = make_department("energy")
        for plan in (make_plan(), make_plan("second")):
            for _ in range(60):
                make_measure(make_section(plan), energy)
        rebuild_rollups()
        MeasureRollup.objects.update(promoting=0, completed=1)
        check = verify_and_record()
        assert (check.cells, check.differing, len(check.differences)) == (120, 120, 100)

    def test_progress_is_told_plan_by_plan(self, site):
        make_plan("second")
        told = []
        verify_and_record(lambda: told.append("a plan"))
        assert told == ["a plan", "a plan"]

    def test_the_nightly_task_records(self, site):
        verify_rollups_task()
        assert Verification.objects.get().cells == 2

    def test_it_changes_no_total(self, site):
        MeasureRollup.objects.update(promoting=1, completed=1)
        before = list(MeasureRollup.objects.values())
        verify_and_record()
        assert list(MeasureRollup.objects.values()) == before
        assert RollupRun.objects.count() == 1


def run_of(day, **fields):
    at = shanghai(day)
    return RollupRun.objects.create(started_at=at, finished_at=at, as_of=day, **fields)


def check_of(day):
    return Verification.objects.create(started_at=shanghai(day), finished_at=shanghai(day), cells=1, differing=0)


class TestForgetOldRuns:
    """The pinned day is 29 August: 30 days before it is 30 July."""

    def test_runs_and_checks_of_the_last_month_stay(self, today):
        run_of(date(2023, 7, 29))
        run_of(date(2023, 7, 1), error="OperationalError: gone")
        young = run_of(date(2023, 7, 31))
        check_of(date(2023, 7, 29))
        young_check = check_of(date(2023, 7, 31))
        assert forget_old_runs() == 2
        assert set(RollupRun.objects.all()) == {young}
        assert set(Verification.objects.all()) == {young_check}

    def test_a_run_that_a_cell_names_stays_however_old_it_is(self, site):
        named = RollupRun.objects.get()
        RollupRun.objects.update(started_at=shanghai(date(2023, 1, 5)))
        forgotten = run_of(date(2023, 1, 6))
        assert forget_old_runs() == 1
        assert list(RollupRun.objects.all()) == [named]
        assert not RollupRun.objects.filter(pk=forgotten.pk).exists()
        assert MeasureRollup.objects.get().run == named
        # Only projects name it now.
        MeasureRollup.objects.update(run=None)
        assert forget_old_runs() == 0
        ProjectRollup.objects.update(run=None)
        assert forget_old_runs() == 1


class TestRetries:
    """How often its task had failed before is in the run."""

    def test_of_a_refresh(self, site):
        key = [site["plan"], site["section"], site["energy"]]
        StaleCell.objects.create(kind="measures", key=key, marked_at=now())
        refresh_rollups_task.apply(retries=3)
        run = RollupRun.objects.first()
        assert (run.full, run.cells, run.retries, run.error) == (False, 1, 3, "")

    def test_of_a_rebuild(self, site):
        rebuild_rollups_task.apply(retries=2)
        run = RollupRun.objects.first()
        assert (run.full, run.cells, run.retries) == (True, 2, 2)

    def test_of_the_rebuild_that_a_refresh_becomes_when_the_day_turns(self, site, settings):
        settings.PILOTZONE_TODAY = TODAY + timedelta(days=1)
        refresh_rollups_task.apply(retries=1)
        run = RollupRun.objects.first()
        assert (run.full, run.as_of, run.retries) == (True, date(2023, 8, 30), 1)

    def test_each_try_that_fails_leaves_a_run_of_its_own(self, site, monkeypatch):
        def broken(*args, **kwargs):
            raise DatabaseError("no room left\nDETAIL: on the disk")

        monkeypatch.setattr(engine, "_write", broken)
        result = rebuild_rollups_task.apply()
        assert result.failed()
        # The first try and the three that the task allows, newest first.
        failed = RollupRun.objects.exclude(error="")
        assert [run.retries for run in failed] == [3, 2, 1, 0]
        assert {run.error for run in failed} == {"DatabaseError: no room left\nDETAIL: on the disk"}
        assert {(run.cells, run.finished_at is not None) for run in failed} == {(0, True)}
        # Nothing of the totals was lost.
        assert MeasureRollup.objects.get().total == 2
