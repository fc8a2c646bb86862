import gc
import io
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.db.backends.signals import connection_created
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from core.timestamps import UpdatedAtModel
from demonstration.fixtures import FOLDER as FIXTURES
from demonstration.management.commands.demo import FIRST_REPORTING_MONTH
from pilotzone.celery import app
from rollups import receivers
from rollups.services import rebuild_rollups
from tests import services
from tests.kept_databases import analyse, changes_taken_back, kept_database
from tests.lanes import names_mark
from tests.migrated_databases import copying_instead_of_migrating, empty
from web import site
from web.api.throttles import AnonymousThrottle, TokenThrottle
from web.cache import versions
from web.cache.backend import SkippingRedis

DEMONSTRATION_DAY = date(2023, 8, 29)


DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup"}


# Each has a pass of pytest of its own in `tests.lanes`, which imports only the files that name it.
MARKS_OF_PASSES = ("browser", "services", "both_databases")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    mark = os.environ.get("PILOTZONE_TEST_ONLY")
    if mark and collection_path.match("test_*.py") and not names_mark(collection_path, mark):
        return True
    return None


def refuse_hidden_marks(items: list[pytest.Item]) -> None:
    """Raise UsageError where a test has its mark from another file: the pass for the mark would leave it out."""
    for mark in MARKS_OF_PASSES:
        for path in {item.path for item in items if item.get_closest_marker(mark)}:
            if not names_mark(path, mark):
                raise pytest.UsageError(f"{path} has tests marked {mark}, and does not say mark.{mark}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect in the lane of PostgreSQL the tests that ask no database, or the same of each: the lane of SQLite ran
    them."""
    refuse_hidden_marks(items)
    if os.environ.get("PILOTZONE_TEST_LANE") != "postgres":
        return
    apart = [
        item
        for item in items
        if not item.get_closest_marker("services")
        and (item.get_closest_marker("one_database") or not uses_database(item))
    ]
    if apart:
        config.hook.pytest_deselected(items=apart)
        kept = set(items) - set(apart)
        items[:] = [item for item in items if item in kept]


def uses_database(item: pytest.Item) -> bool:
    case = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        or (case is not None and issubclass(case, TransactionTestCase))
    )


def pytest_collection_finish() -> None:
    """Freeze what was collected, since it stays until the end: to look through it for garbage again and again takes a
    twentieth of the suite's time."""
    gc.freeze()


def pytest_itemcollected(item: pytest.Item) -> None:
    """The report of a run says which fault a test does to the site: `tests.lanes` makes a table of them."""
    if mark := item.get_closest_marker("faults"):
        fault, done = mark.args
        item.user_properties += [("fault", fault), ("done", done)]


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _a_clean_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """No test sees another's counted requests or language, or goes without the cache that another took away."""
    monkeypatch.setattr(SkippingRedis, "skipped_until", 0.0)
    monkeypatch.setattr(receivers, "_skipped_until", 0.0)
    cache.clear()
    site.forget()
    if not uses_database(request.node):
        # Rules that name the limits of lights ask for no database.
        monkeypatch.setattr(site, "_known", (0, site.NEUTRAL))
        monkeypatch.setattr(versions, "of_site", 0)
    for throttle in (AnonymousThrottle, TokenThrottle):
        monkeypatch.setattr(throttle, "cache", cache)
    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _tasks_have_the_app_of_the_site() -> None:
    """A test may call a task before anything has asked for one."""
    app.set_default()


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Any:
    """The slow hash of passwords would take most of the suite's time."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_looked_for_once() -> Any:
    """Each test's client brings its middleware with it, which looks through all static files: a fifth of the suite's
    time. A client takes what an earlier one found, unless the test puts the files elsewhere.
    """
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(self: Any) -> None:
        place = (self.static_prefix, self.static_root, self.max_age, *django_settings.STATICFILES_DIRS)
        if place not in found:
            look(self)
            found[place] = dict(self.files)
        self.files.update(found[place])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(autouse=True)
def _pages_are_made_anew(settings: Any) -> None:
    """A test is one transaction, and a cached page is told from another by the transactions that were committed."""
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 0


@pytest.fixture(autouse=True, scope="session")
def _updates_are_dated() -> Any:
    """Whichever test makes it, an UPDATE that Django writes fails where it leaves `updated_at` as it was."""
    dated = {model._meta.db_table for model in apps.get_models() if issubclass(model, UpdatedAtModel)}

    def check(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        found = re.match(r'UPDATE "(\w+)" SET ', sql)
        assert not (found and found[1] in dated) or '"updated_at" = ' in sql, sql
        return execute(sql, params, many, context)

    def watch(connection: Any, **kwargs: Any) -> None:
        if check not in connection.execute_wrappers:
            connection.execute_wrappers.append(check)

    connection_created.connect(watch)
    yield
    connection_created.disconnect(watch)


def found_or_skipped(find: Callable[[], str]) -> str:
    """The program; a test that needs it is skipped where it is missing, but fails in CI."""
    try:
        return find()
    except services.Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def node() -> str:
    return found_or_skipped(services.find_node)


@pytest.fixture(scope="session")
def libreoffice() -> str:
    return found_or_skipped(services.find_libreoffice)


@pytest.fixture(scope="session")
def promtool() -> str:
    return found_or_skipped(services.find_promtool)


@pytest.fixture
def today(settings: Any) -> date:
    """The day of the demonstration, pinned."""
    settings.PILOTZONE_TODAY = DEMONSTRATION_DAY
    return settings.PILOTZONE_TODAY


@pytest.fixture
def monitor(settings: Any) -> Client:
    """Reads /metrics with its token."""
    settings.PILOTZONE_METRICS_TOKEN = "a-token-of-the-tests-alone"
    return Client(headers={"authorization": f"Bearer {settings.PILOTZONE_METRICS_TOKEN}"})


@pytest.fixture
def open_reading(settings: Any) -> None:
    """The site reads openly, as the demonstration does."""
    settings.PILOTZONE_PUBLIC_READING = True


@pytest.fixture(autouse=True, scope="session")
def _databases_are_emptied_at_once() -> Any:
    def empty_databases(case: TransactionTestCase) -> None:
        for name in case._databases_names(include_mirrors=False):
            empty(connections[name])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_databases)
        yield


@pytest.fixture(scope="session")
def _copying() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        stack.enter_context(copying_instead_of_migrating())
        yield stack


@pytest.fixture(scope="session")
def django_db_setup(_copying: ExitStack, django_db_setup: None) -> None:
    """pytest-django's own, on a copy of the database that was migrated once; from then on `migrate` migrates."""
    _copying.close()


def load_demonstration() -> None:
    with override_settings(PILOTZONE_TODAY=DEMONSTRATION_DAY):
        call_command("load_data", FIXTURES, unlikely_is_so=True, stdout=io.StringIO())
        rebuild_rollups()


@pytest.fixture(scope="session")
def _demonstration_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with kept_database("demonstration", load_demonstration, django_db_blocker) as kept:
        yield kept


@pytest.fixture
def as_demonstrated(today: date, open_reading: None, settings: Any) -> None:
    """The settings of `./run demo`."""
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date.fromisoformat(f"{FIRST_REPORTING_MONTH}-01")


@pytest.fixture
def demonstration(_demonstration_database: Any, as_demonstrated: None, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration's data and rollups as of its day. What the test changes is taken back."""
    with changes_taken_back(_demonstration_database, django_db_blocker):
        yield


@pytest.fixture
def committed_demonstration(_demonstration_database: Any, transactional_db: None) -> None:
    """The same rows where they are committed, for what follows from a commit."""
    connection: Any = connections["default"]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        _demonstration_database.connection.connection.backup(connection.connection)
    else:
        load_demonstration()
        analyse()


@pytest.fixture
def real_connections(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """SQLite's database of tests is in memory, where connections share one cache and one fate; here it is a file,
    opened with the site's own settings, as on a real site. On PostgreSQL all is real already.
    """
    connection: Any = connections["default"]
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as copy:
        memory.backup(copy)
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = memory, name
