"""A database of release 0.2.0, and one from before it, comes to the tables of today with the rows that it has.

Whoever adds a migration that fills something in adds the rows that it needs to `_fill_release`, and a test that looks
at what became of them.
"""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connections, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from accounts.models import AuthenticatorApp
from core.clock import now
from core.operations import AtOnce
from measures.models import Plan, Report
from notices.models import Notice
from problems.models import Problem
from web.cache import versions

# The last migration of each app in release 0.2.0.
RELEASED = {
    "accounts": "0009_people_of_a_provider",
    "dashboard": "0002_provenance_reported",
    "datasets": "0008_integrity_runs",
    "indicators": "0007_filed_values",
    "measures": "0025_notices_of_values",
    "projects": "0014_returned_months_are_written",
    "regions": "0005_largest_region",
    "rollups": "0005_rates",
    "themes": "0001_initial",
    "web": "0007_limits_of_the_site",
}
# Apps that have come since: their tables were of others.
SINCE = {"notices", "problems"}


@pytest.fixture(scope="module")
def one_by_one() -> MigrationLoader:
    """The replaced migrations beside those that stand for them."""
    return MigrationLoader(None, replace_migrations=False)


@pytest.fixture(scope="module")
def released(one_by_one: MigrationLoader) -> list[tuple[str, str]]:
    """Return the migrations that a database of 0.2.0 has applied, in order; of other apps, those that they have
    today."""
    targets = others(one_by_one)
    plans = [one_by_one.graph.forwards_plan(target) for target in (*targets, *RELEASED.items())]
    return list(dict.fromkeys(key for plan in plans for key in plan))


def others(loader: MigrationLoader) -> list[tuple[str, str]]:
    """The last migrations of apps that are not ours, as they are today."""
    return [each for each in sorted(loader.graph.leaf_nodes()) if each[0] not in {*RELEASED, *SINCE}]


def loaded(applied: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> MigrationLoader:
    """The migrations as Django sees them with a database that has applied these."""
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda self: dict.fromkeys(applied))
    return MigrationLoader(connections["default"])


def differences(one: ProjectState, other: ProjectState) -> list[str]:
    changes = MigrationAutodetector(one, other).changes(MigrationGraph())
    return [f"{app}: {each.describe()}" for app, found in changes.items() for each in found[0].operations]


def test_squashed_migrations_come_to_the_models_of_those_that_they_replace(
    one_by_one: MigrationLoader, released: list[tuple[str, str]]
) -> None:
    loader = MigrationLoader(None)
    assert {key for each in loader.replacements.values() for key in each.replaces} >= set(RELEASED.items())
    others = [key for key in released if key[0] not in RELEASED]
    squashed = loader.project_state([*others, *loader.replacements])
    assert differences(squashed, one_by_one.project_state(released)) == []


def test_a_squashed_migration_is_noted_in_the_transaction_that_makes_its_tables() -> None:
    """Else one that is killed in between could neither be repeated nor gone on with."""
    ours = {key: each for key, each in MigrationLoader(None).replacements.items() if key[0] in RELEASED}
    assert len(ours) == len(RELEASED) + 1
    assert [key for key, each in ours.items() if not isinstance(each.operations[-1], AtOnce)] == []


@pytest.mark.django_db
def test_what_is_done_at_once_leaves_nothing_for_the_end_of_the_transaction() -> None:
    before, after = ProjectState(), ProjectState()
    columns = [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField(db_index=True))]
    operation = AtOnce([CreateModel("Thing", columns)])
    operation.state_forwards("web", after)
    editor = connections["default"].schema_editor(collect_sql=True)
    editor.deferred_sql = []
    operation.database_forwards("web", editor, before, after)
    assert editor.deferred_sql == []
    assert any("CREATE INDEX" in statement for statement in editor.collected_sql)


def test_a_database_of_the_release_has_the_squashed_migrations_already(
    released: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = loaded(released, monkeypatch)
    assert loader.replacements.keys() <= loader.applied_migrations.keys()
    assert loader.replacements.keys() <= loader.graph.nodes.keys()


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_database_on_the_way_to_the_release_goes_on_from_there(
    tenth: int, released: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it has applied, the rest fits: no circle, nothing twice, and the same models in the end."""
    applied = released[: len(released) * tenth // 10]
    loader = loaded(applied, monkeypatch)
    loader.check_consistent_history(connections["default"])
    waiting = [each for key, each in loader.graph.nodes.items() if key not in loader.applied_migrations]
    assert not {*applied}.intersection(old for each in waiting for old in each.replaces)
    assert differences(loader.project_state(), MigrationLoader(None).project_state()) == []


KEY = "a1" * 20


def _fill_release(old: Any) -> None:
    """`old`: the models as they were, by app and name. Rows have codes and slugs by which tests find them."""
    vic = old.get_model("accounts.User").objects.create(username="vic", role="viewer")
    old.get_model("otp_totp.TOTPDevice").objects.create(user=vic, name="app", key=KEY)
    days = {"starts_on": date(2023, 1, 1), "ends_on": date(2025, 12, 31)}
    # Those of the release are made after its migrations.
    for model in ("plan", "notice", "problem"):
        old.get_model("contenttypes.ContentType").objects.create(app_label="measures", model=model)
    old.get_model("measures.Notice").objects.create(user=vic, kind="reminder", day=date(2023, 8, 29), created_at=now())
    plans = old.get_model("measures.Plan").objects
    plans.create(
        slug="earlier", name_zh="旧计划", name_en="Earlier", starts_on=date(2020, 1, 1), ends_on=date(2022, 12, 31)
    )
    _fill_problems(old, plans.create(slug="plan", name_zh="计划", name_en="Plan", **days))
    plans.create(
        slug="to-come", name_zh="后续", name_en="To come", starts_on=date(2098, 1, 1), ends_on=date(2099, 1, 1)
    )


def _fill_problems(old: Any, plan: Any) -> None:
    """Two of a measure, of which a report is about the second; and a report about none."""
    names = {"name_zh": "省厅", "short_zh": "厅", "number": 1}
    department = old.get_model("accounts.Department").objects.create(slug="energy", **names)
    section = old.get_model("measures.Section").objects.create(plan=plan, slug="first", number=1, title_zh="一")
    measure = old.get_model("measures.Measure").objects.create(
        plan=plan,
        code="M001",
        title_zh="措施",
        section=section,
        lead_department=department,
        listed_on=date(2023, 1, 1),
        position=1,
    )
    problems = old.get_model("measures.Problem").objects
    _first, second = (
        problems.create(plan=plan, measure=measure, number=number, text_zh="缺地", raised_on=date(2023, 5, 4))
        for number in (1, 2)
    )
    for period, about in ((date(2023, 6, 1), second), (date(2023, 7, 1), None)):
        old.get_model("measures.Report").objects.create(
            measure=measure,
            department=department,
            period=period,
            status="promoting",
            against_status="promoting",
            about_problem=about,
        )


@pytest.fixture(scope="module")
def _upgraded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of its own: made as the release, filled, and upgraded, once."""
    tests: Any = connections["default"]
    site = tests.copy()
    site._connection_pools = {}  # not those of the other database
    with django_db_blocker.unblock():
        if tests.vendor == "sqlite":
            site.settings_dict["NAME"] = "file:upgraded?mode=memory&cache=shared"
        else:
            site.settings_dict["NAME"] = f"{tests.settings_dict['NAME']}_upgraded"
            with tests._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{site.settings_dict["NAME"]}"')
        connections["default"] = site
        # As `migrate` does: the table of changes is not yet what the code knows.
        versions.pause()
        try:
            executor = MigrationExecutor(site)
            released = [key for key in executor.loader.replacements if key[0] in RELEASED]
            _fill_release(executor.migrate([*others(executor.loader), *released]).apps)
            executor = MigrationExecutor(site)
            executor.migrate(executor.loader.graph.leaf_nodes())
            versions.resume()
            yield
        finally:
            connections["default"] = tests
            site.close()
            if tests.vendor != "sqlite":
                site.close_pool()
                with tests._nodb_cursor() as cursor:
                    cursor.execute(f'DROP DATABASE "{site.settings_dict["NAME"]}"')


@pytest.mark.usefixtures("_upgraded")
def test_rows_of_the_release_stay(django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert list(Plan.objects.values_list("slug", "name_en")) == [
            ("earlier", "Earlier"),
            ("plan", "Plan"),
            ("to-come", "To come"),
        ]


@pytest.mark.usefixtures("_upgraded")
def test_the_plan_that_was_current_is_the_chosen_one(django_db_blocker: Any, settings: Any) -> None:
    migration: Any = import_module("measures.migrations.0030_current_plan")
    with django_db_blocker.unblock():
        assert Plan.objects.get(is_current=True).slug == "plan", "the newest that has begun, as the rule before said"
        for pinned, chosen in (("to-come", "to-come"), ("nowhere", "plan")):
            Plan.objects.update(is_current=False)
            settings.PILOTZONE_PLAN = pinned
            migration.choose_current_plan(apps, None)
            assert Plan.objects.get(is_current=True).slug == chosen


@pytest.mark.usefixtures("_upgraded")
def test_rows_and_content_types_of_a_model_go_along_to_its_room(django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert Notice.objects.values_list("user__username", "kind").get() == ("vic", "reminder")
        labels = ContentType.objects.filter(model__in=["plan", "notice"]).values_list("model", "app_label")
        assert dict(labels) == {"plan": "measures", "notice": "notices"}
        MigrationExecutor(connections["default"]).migrate([("notices", None)])
        assert ContentType.objects.get(model="notice").app_label == "measures"
        MigrationExecutor(connections["default"]).migrate([("notices", "0001_initial")])
        assert ContentType.objects.get(model="notice").app_label == "notices"
        assert Notice.objects.count() == 1


@pytest.mark.usefixtures("_upgraded")
def test_a_report_names_its_problem_by_number_there_and_back(django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        reports = Report.objects.order_by("period")
        assert list(reports.values_list("about_problem", flat=True)) == [2, None]
        assert (Problem.objects.count(), ContentType.objects.get(model="problem").app_label) == (2, "problems")
        before = MigrationExecutor(connections["default"]).migrate([("measures", "0030_current_plan")]).apps
        old = before.get_model("measures.Report").objects.order_by("period")
        assert list(old.values_list("about_problem__number", flat=True)) == [2, None]
        assert ContentType.objects.get(model="problem").app_label == "measures"
        executor = MigrationExecutor(connections["default"])
        executor.migrate(executor.loader.graph.leaf_nodes())
        assert list(reports.values_list("about_problem", flat=True)) == [2, None]


@pytest.mark.usefixtures("_upgraded")
def test_keys_of_second_factors_are_encrypted_and_go_on_and_can_be_taken_back(django_db_blocker: Any) -> None:
    migration: Any = import_module("accounts.migrations.0011_keys_of_second_factors_encrypted")
    with django_db_blocker.unblock():
        app = AuthenticatorApp.objects.get(user__username="vic")
        assert KEY not in app.key
        assert app.bin_key.hex() == KEY
        migration.decrypt_keys(apps, None)
        app.refresh_from_db()
        assert app.key == KEY
        for _twice in range(2):
            migration.encrypt_keys(apps, None)
            app.refresh_from_db()
            assert app.bin_key.hex() == KEY
