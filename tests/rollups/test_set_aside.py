"""A cell whose rows cannot be counted is set aside, and says why; all other totals go on."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from core import clock
from measures.editing.terms import change_terms
from measures.models import Measure
from projects.models import Project, Stage
from projects.services import save_project
from rollups import engine, services, stale_cells
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell
from rollups.runs import totals_state
from rollups.services import is_refreshing, rebuild_rollups, refresh_stale_rollups
from tests.factories import make_measure, make_plan, make_project, make_user, region

pytestmark = pytest.mark.both_databases

TODAY = date(2023, 8, 29)
TOO_MUCH = 9_223_372_036_854_775_807
BOUND = "project_investment_in_bounds"


@pytest.fixture
def site(db, today):
    """A measure, and two cells of projects."""
    make_measure(due_on=date(2023, 12, 31))
    for city in ("370100", "370200"):
        make_project(city=city, category="energy", investment=10)
        make_project(city=city, category="energy", investment=20)
    rebuild_rollups()
    return make_plan()


def poison(project):
    """Past services, forms and the column's bound, as an old row might be."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE projects_project DROP CONSTRAINT IF EXISTS {BOUND}")
        Project.objects.filter(pk=project.pk).update(investment_wan=TOO_MUCH)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    engine.mark_stale("projects", [(project.plan_id, project.city_id, project.category_id, project.opening_stage)])


def poisoned_project():
    project = Project.objects.filter(city__code="370200").first()
    poison(project)
    return project


def change_the_others():
    """A measure and a project of another city."""
    change_terms(Measure.objects.get(), by=make_user("rita", role="reviewer"), due_on=date(2023, 7, 1), reason="调整")
    other = Project.objects.filter(city__code="370100").first()
    other.investment_wan = 1_000
    save_project(other, by=make_user("admin"))


def investments():
    return dict(ProjectRollup.objects.values_list("city__code", "investment"))


def test_the_other_cells_of_a_batch_are_refreshed_and_the_poisoned_one_is_set_aside_with_its_error(site):
    project = poisoned_project()
    change_the_others()
    refresh_stale_rollups()

    assert investments() == {"370100": 1_020, "370200": 30}
    assert MeasureRollup.objects.get().red == 1
    [mark] = StaleCell.objects.all()
    assert (mark.kind, mark.key[1], mark.attempts) == ("projects", project.city_id, 1)
    assert "Error" in mark.error
    run = RollupRun.objects.latest("pk")
    assert (run.error, run.cells, run.set_aside) == ("", 1 + len(Stage), 1)
    assert is_refreshing(site.pk)


def test_what_is_set_aside_is_tried_again_after_a_while_and_not_with_each_sweep(site, monkeypatch):
    poisoned_project()
    refresh_stale_rollups()
    runs = RollupRun.objects.count()
    assert refresh_stale_rollups() == 0
    assert RollupRun.objects.count() == runs

    later = clock.now() + timedelta(seconds=stale_cells.RETRY_SECONDS + 1)
    monkeypatch.setattr(stale_cells, "now", lambda: later)
    refresh_stale_rollups()
    assert RollupRun.objects.count() == runs + 1
    assert [mark.attempts for mark in StaleCell.objects.all()] == [2]


def test_a_mended_row_is_counted_with_the_next_sweep_and_nothing_is_set_aside_any_more(site):
    project = poisoned_project()
    refresh_stale_rollups()
    project.investment_wan = 500
    save_project(project, by=make_user("admin"))
    refresh_stale_rollups()

    assert investments() == {"370100": 30, "370200": 520}
    assert not StaleCell.objects.exists()
    assert services.verify_rollups() == []


def test_when_the_day_turns_all_other_cells_are_of_the_new_day(site, settings):
    poisoned_project()
    refresh_stale_rollups()
    settings.PILOTZONE_TODAY = date(2023, 10, 1)
    change_the_others()
    refresh_stale_rollups()
    refresh_stale_rollups()

    assert engine.is_current(date(2023, 10, 1))
    assert investments() == {"370100": 1_020, "370200": 30}
    assert [mark.kind for mark in StaleCell.objects.all()] == ["projects"]
    assert RollupRun.objects.filter(full=True).latest("pk").set_aside == 1


def test_a_new_cell_that_cannot_be_counted_holds_up_no_rebuild(site):
    for _each in range(2):
        poison(make_project(city="370600", category="industry"))
    StaleCell.objects.all().delete()
    run = rebuild_rollups()

    assert (run.error, run.set_aside) == ("", 1)
    assert investments() == {"370100": 30, "370200": 30}
    assert StaleCell.objects.get().key[1] == region("370600").pk


def test_the_check_names_what_is_set_aside_and_compares_the_rest(site):
    poisoned_project()
    refresh_stale_rollups()
    MeasureRollup.objects.update(red=1, green=0, yellow=0)
    out = StringIO()
    with pytest.raises(CommandError, match=r"1 cell differs.*1 cell cannot be counted"):
        call_command("verify_rollups", "--record", stdout=out)
    assert len([line for line in out.getvalue().splitlines() if line.startswith("measures [")]) == 1
    [line] = [line for line in out.getvalue().splitlines() if line.startswith("projects [")]
    assert "cannot be counted" in line


def test_a_poisoned_row_that_no_sweep_has_met_is_found_by_the_check(site):
    poisoned_project()
    StaleCell.objects.all().delete()
    [difference] = services.verify_rollups()
    assert (difference.kind, difference.stored["investment"]) == ("projects", 30)
    # PostgreSQL adds up what it could not store.
    if connection.vendor == "sqlite":
        assert "Error" in difference.error
    else:
        assert difference.fresh["investment"] > TOO_MUCH


@pytest.mark.parametrize(("language", "words"), [("en", "cannot be counted"), ("zh-hans", "无法汇总")])
def test_the_page_of_runs_shows_the_cell_and_its_error(site, client, language, words):
    poisoned_project()
    refresh_stale_rollups()
    client.force_login(make_user("boss", is_staff=True, is_superuser=True, language=language))
    page = client.get(reverse("rollups:runs"), headers={"accept-language": language}).content.decode()
    assert words in page
    assert StaleCell.objects.get().error.split(":")[0] in page
    state = totals_state()
    assert (state.set_aside, state.stale.count, state.is_waiting_long) == (1, 0, False)


def test_machines_that_watch_are_told(site, monitor):
    poisoned_project()
    refresh_stale_rollups()
    lines = monitor.get("/metrics").content.decode().splitlines()
    assert "pilotzone_cells_set_aside 1.0" in lines
    assert "pilotzone_stale_cells 0.0" in lines


@pytest.mark.parametrize(("language", "words"), [("en", "cannot be counted"), ("zh-hans", "无法汇总")])
def test_a_past_day_with_a_poisoned_row_answers_what_is_wrong(site, client, open_reading, language, words):
    for project in Project.objects.filter(city__code="370200"):
        poison(project)
    headers = {"accept-language": language}
    if connection.vendor == "postgresql":
        # It adds up what it could not store: nothing is wrong but the row.
        assert client.get("/api/v1/summary/", {"as_of": "2023-06-30"}).status_code == 200
        return
    for path in ("/api/v1/summary/", "/api/v1/rollups/projects/"):
        answer = client.get(path, {"as_of": "2023-06-30"}, headers=headers)
        assert answer.status_code == 503, path
        assert words in answer.json()["detail"]
    page = client.get("/", {"as_of": "2023-06-30"}, headers=headers)
    assert page.status_code == 503
    assert words in page.content.decode()
    # Measures are counted by themselves.
    assert client.get("/api/v1/rollups/measures/", {"as_of": "2023-06-30"}).status_code == 200
