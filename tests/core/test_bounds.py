"""Values that cannot be are refused in words, by the column, and by a migration that names the rows."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState
from django.utils import translation

from core.bounds import MAX_DESCRIPTION_LENGTH, MAX_INVESTMENT_WAN, days_bound, within_days
from core.clock import now
from core.exceptions import NotAllowed
from core.operations import AddBound
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from indicators.models import Observation, Target
from measures.editing.terms import change_terms
from measures.models import Comment, Measure, Plan, Report, StatusChange
from projects.models import Project
from projects.services import save_project
from tests.factories import (
    make_indicator,
    make_measure,
    make_observation,
    make_plan,
    make_project,
    make_report,
    make_target,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)


@pytest.mark.parametrize(
    ("model", "column", "bad", "good"),
    [
        (Project, "investment_wan", MAX_INVESTMENT_WAN + 1, MAX_INVESTMENT_WAN),
        (Project, "investment_wan", 9_223_372_036_854_775_807, 0),
        (Project, "listed_on", date(1989, 12, 31), FIRST),
        (Project, "listed_on", date(2101, 1, 1), LAST),
        (Measure, "listed_on", date(1989, 12, 31), FIRST),
        (Measure, "due_on", date(9999, 12, 31), LAST),
        (Measure, "due_on", date(2101, 1, 1), None),
        (Measure, "description_zh", "长" * (MAX_DESCRIPTION_LENGTH + 1), "长" * MAX_DESCRIPTION_LENGTH),
        (Plan, "starts_on", date(1, 1, 1), date(2006, 1, 1)),
        (Plan, "ends_on", date(9999, 12, 31), date(2042, 12, 31)),
        (Plan, "ends_on", date(2043, 1, 1), date(2023, 1, 1)),
        (StatusChange, "effective_on", date(2101, 1, 1), LAST),
        (Observation, "period_end", date(2101, 1, 1), LAST),
        (Observation, "period_start", date(1899, 12, 31), date(1900, 1, 1)),
        (Target, "adopted_on", date(1989, 12, 31), FIRST),
        (Target, "due_year", 2101, 2100),
        (Comment, "text", "长" * (MAX_TEXT_LENGTH + 1), "长" * MAX_TEXT_LENGTH),
        (Report, "problem_zh", "长" * (MAX_TEXT_LENGTH + 1), "长" * MAX_TEXT_LENGTH),
        (Report, "decision_note", "长" * (MAX_REASON_LENGTH + 1), "长" * MAX_REASON_LENGTH),
    ],
)
def test_a_column_takes_no_value_beyond_its_bound(model, column, bad, good):
    make_project()
    measure, indicator = make_measure(), make_indicator()
    make_report(measure, date(2023, 8, 20))
    Comment.objects.create(measure=measure, text="好", written_at=now(), written_by=make_user())
    make_observation(indicator, 6)
    make_target(indicator)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**{column: bad})
    model.objects.update(**{column: good})


@pytest.fixture
def administrator(client, today):
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    return client


def form_of(project, **changed):
    names = (
        "code",
        "name_zh",
        "name_en",
        "opening_stage",
        "investment_wan",
        "invested_before_wan",
        "listed_on",
        "provenance",
        "source",
    )
    values = {
        name: getattr(project, name)
        for name in (*names, "investment_wan", "invested_before_wan", "investment_provenance")
    }
    places = {
        "plan": project.plan_id,
        "category": project.category_id,
        "city": project.city_id,
        "county": project.county_id or "",
    }
    return {**values, **places, **changed}


@pytest.mark.parametrize(
    ("changed", "english", "chinese"),
    [
        (
            {"investment_wan": 9_223_372_036_854_775_807},
            "At most 1000000000 (in 万元): that is 10 trillion yuan.",
            "最多1000000000万元",
        ),
        (
            {"listed_on": "9999-12-31"},
            "A day from 1990-01-01 to 2100-12-31 is wanted.",
            "日期须在1990-01-01至2100-12-31之间",
        ),
    ],
)
def test_the_administration_says_what_is_wanted_and_saves_nothing(administrator, changed, english, chinese):
    project = make_project()
    for language, words in (("en", english), ("zh-hans", chinese)):
        # The investment of one that is there changes on a page of the office.
        answer = administrator.post(
            f"/admin/projects/project/add/?lang={language}", form_of(project, code="P1", **changed)
        )
        assert answer.status_code == 200
        assert words in answer.content.decode()
    assert Project.objects.get() == project


def test_a_plan_of_many_years_is_refused_in_words(administrator):
    plan = make_plan()
    names = ("slug", "name_zh", "name_en", "starts_on", "large_project_wan", "provenance", "source")
    form = {name: getattr(plan, name) for name in names} | {"region": plan.region_id, "ends_on": "2043-01-01"}
    answer = administrator.post(f"/admin/measures/plan/{plan.pk}/change/?lang=en", form)
    assert "A plan runs over at most 20 calendar years." in answer.content.decode()
    assert (
        administrator.post(f"/admin/measures/plan/{plan.pk}/change/", {**form, "ends_on": "2042-12-31"}).status_code
        == 302
    )


def test_services_refuse_it_as_well(today):
    with translation.override("en"):
        project = make_project()
        project.investment_wan = MAX_INVESTMENT_WAN + 1
        with pytest.raises(NotAllowed, match="At most 1000000000") as refusal:
            save_project(project, by=make_user("admin"))
        assert refusal.value.field == "investment_wan"
        with pytest.raises(NotAllowed, match="A day from 1990-01-01 to 2100-12-31") as refusal:
            change_terms(
                make_measure(), by=make_user("rita", role="reviewer"), due_on=date(9999, 12, 31), reason="定期限"
            )
        assert refusal.value.field == "due_on"


def test_a_day_within_the_bounds_is_taken():
    within_days(FIRST)
    within_days(LAST)
    with pytest.raises(ValidationError):
        within_days(date(2101, 1, 1))


def test_a_migration_names_the_rows_that_hold_a_value_beyond_a_new_bound():
    project = make_project()
    # A bound that this row breaks, as an old row may break one of a new version.
    bound = AddBound("project", days_bound("listed_on", name="project_recent", first=date(2024, 1, 1)))
    before = ProjectState.from_apps(Project._meta.apps)
    after = before.clone()
    bound.state_forwards("projects", after)

    class Editor:
        pass

    editor = Editor()
    editor.connection = connection
    with pytest.raises(CommandError) as refusal:
        bound.database_forwards("projects", editor, before, after)
    assert str(refusal.value) == (
        "Of projects_project, 1 rows hold values that cannot be (project_recent); correct them with the version that"
        " wrote them, in its administration, then migrate again."
        f" They are: pk {project.pk}, listed_on 2023-01-03."
    )
