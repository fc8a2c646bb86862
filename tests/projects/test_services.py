from typing import Any

import pytest

from core.scope import ScopeKind
from core.signals import figures_changed
from projects.models import Project, Stage
from projects.services import cells_of_place, change_scope, save_project
from tests.factories import category, make_measure, make_plan, make_project, make_user, region

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    signals: list[set[Any]] = []

    def listen(sender: Any, *, kind: str, cells: set[Any], **kwargs: Any) -> None:
        assert kind == "projects"
        signals.append(cells)

    figures_changed.connect(listen)
    yield signals
    figures_changed.disconnect(listen)


def test_a_new_project_is_heard_of_in_its_cell(heard: list[Any]) -> None:
    made = make_project()
    draft = Project.objects.get(pk=made.pk)
    Project.objects.filter(pk=made.pk).delete()
    draft.pk = None
    saved = save_project(draft, by=make_user("rita", role="reviewer"))
    assert heard == [cells_of_place(saved.plan_id, region("370200").pk, saved.category_id)]
    assert len(heard[0]) == len(Stage)
    assert Project.objects.get().code == made.code


def test_a_project_that_moves_is_heard_of_in_both_cells(heard: list[Any]) -> None:
    project = make_project(city="370200")
    project.city, project.category = region("370100"), category(project.plan, "industry")
    project.opening_stage = "completed"
    save_project(project, by=make_user("rita", role="reviewer"))
    plan = make_plan()
    before = cells_of_place(plan.pk, region("370200").pk, category(plan, "energy").pk)
    after = cells_of_place(plan.pk, region("370100").pk, category(plan, "industry").pk)
    assert heard == [before | after]


def test_the_cell_of_a_withdrawn_project_is_the_one_it_was_counted_in(heard: list[Any]) -> None:
    project = make_project(measures=[make_measure()])
    project.opening_stage = "completed"  # changed on a page, never saved
    change_scope(
        project,
        ScopeKind.WITHDRAWN,
        by=make_user("rita", role="reviewer"),
        effective_on=project.listed_on,
        reason="并入其他项目",
    )
    assert heard == [cells_of_place(project.plan_id, region("370200").pk, project.category_id)]
    assert Project.objects.get() == project
