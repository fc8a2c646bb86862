"""Projects that are withdrawn from their plan and readmitted."""

from datetime import date
from typing import Any

import pytest

from core.exceptions import NotAllowed
from core.scope import ScopeKind
from projects.models import Project
from projects.services import change_scope
from rollups import engine
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import make_measure, make_project, make_user
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY, MAY = date(2023, 8, 29), date(2023, 5, 1)


@pytest.fixture(autouse=True)
def _english(today: date, open_reading: None, client: Any) -> None:
    client.cookies["pilotzone_language"] = "en"


def total(project: Project, day: date) -> int:
    cells = engine.read_cells("projects", plan_id=project.plan_id, day=day, today=TODAY)
    return cells.totals().get("total", 0)


def test_a_withdrawn_project_leaves_the_totals_of_the_days_before(client: Any) -> None:
    rita, measure = make_user("rita", role="reviewer"), make_measure(code="M101")
    project = make_project(code="P0900", measures=[measure])
    rebuild_rollups()
    change_scope(project, ScopeKind.WITHDRAWN, by=rita, effective_on=MAY, reason="不再实施")
    refresh_stale_rollups()
    assert [total(project, day) for day in (date(2023, 4, 30), MAY, TODAY)] == [1, 0, 0]
    assert client.get("/api/v1/projects/").json()["results"] == []
    [row] = client.get("/api/v1/projects/?scope=withdrawn").json()["results"]
    assert (row["code"], row["scope"]) == ("P0900", "withdrawn")
    assert client.get("/api/v1/measures/M101/").json()["projects"] == []
    assert "不再实施" in text_of(client.get("/projects/P0900/").content.decode())
    change_scope(project, ScopeKind.READMITTED, by=rita, effective_on=TODAY, reason="恢复实施")
    refresh_stale_rollups()
    assert [total(project, day) for day in (date(2023, 8, 28), TODAY)] == [0, 1]
    assert verify_rollups() == []


def test_a_halted_project_counts_and_is_not_suspended() -> None:
    project, rita = make_project(stage="suspended"), make_user("rita", role="reviewer")
    assert total(project, TODAY) == 1
    for kind in (ScopeKind.SUSPENDED, ScopeKind.RESUMED, ScopeKind.READMITTED):
        with pytest.raises(NotAllowed):
            change_scope(project, kind, by=rita, effective_on=TODAY, reason="停建")
    assert not project.scope_changes.exists()


def test_only_the_office_decides_which_project_leaves() -> None:
    project = make_project()
    with pytest.raises(NotAllowed):
        change_scope(project, ScopeKind.WITHDRAWN, by=make_user("vic"), effective_on=TODAY, reason="不再实施")
    assert not project.scope_changes.exists()


def test_nobody_deletes_a_project_in_the_admin(client: Any) -> None:
    project = make_project()
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    assert client.post(f"/admin/projects/project/{project.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Project.objects.get() == project
