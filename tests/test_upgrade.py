"""The way from the release before to this code: its database with rows, and its settings."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.lanes import clean_environment
from tests.previous_release import git, previous_release, why_none
from tests.services import ROOT, postgresql

pytestmark = pytest.mark.long
DAYS = ("2023-06-30", "2023-08-29")
# What each page of numbers rests on, and what every kind of account sees first.
ASK = """
import json
from django.test import Client
client = Client(headers={{"accept-language": "en"}})
days = {days!r}
print(json.dumps({{day: client.get("/api/v1/summary/?as_of=" + day).json() for day in days}}))
"""
COUNT = """
import json
from django.apps import apps
tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
print(json.dumps({model._meta.db_table: model._base_manager.count() for model in tables}))
"""
# These change by being looked at, or are made anew from the rest.
NO_ROWS_OF_PEOPLE = re.compile("rollups_|django_migrations|django_content_type|auth_permission|web_datachange|session")


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    """The code of the release before, in a folder of its own."""
    release = previous_release()
    if release is None:
        pytest.skip(why_none())
    folder = tmp_path_factory.mktemp("before") / "pilotzone"
    assert git("worktree", "add", "--detach", str(folder), release) is not None
    yield folder
    git("worktree", "remove", "--force", str(folder))


@dataclass(frozen=True)
class Site:
    """`said`: the summaries of the release before, by day, and how many rows each of its tables had."""

    variables: Mapping[str, str]
    said: tuple[dict, dict]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def site(request, before, tmp_path_factory) -> Iterator[Site]:
    """A site of the release before with the demonstration's rows."""
    with ExitStack() as stack:
        variables = {"PILOTZONE_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
        if request.param == "postgresql":
            variables |= {
                "DATABASE_URL": stack.enter_context(postgresql()).url,
                "PILOTZONE_SECRET_KEY": uuid4().hex + uuid4().hex,
            }
        manage(before, variables, "migrate", "--no-input", "--verbosity=0")
        manage(before, variables, "load_data", "fixtures")
        manage(before, variables, "refresh_rollups", "--all")
        yield Site(variables, (ask(before, variables, ASK.format(days=DAYS)), ask(before, variables, COUNT)))


def manage(code: Path, variables: Mapping[str, str], *words: str) -> str:
    pinned = {"PILOTZONE_TODAY": DAYS[-1], "PILOTZONE_PUBLIC_READING": "on", "PILOTZONE_ALLOWED_HOSTS": "testserver"}
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=code,
        env={**clean_environment(), **pinned, **variables},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def migrations(code: Path) -> set[str]:
    return {str(path.relative_to(code)) for path in code.glob("*/migrations/*.py")}


def ask(code: Path, variables: Mapping[str, str], script: str) -> dict:
    return json.loads(manage(code, variables, "shell", "--no-imports", "--command", script).splitlines()[-1])


# What waits for the office for more than seven days is overdue; in 0.2.0 nothing of it was.
OVERDUE_NOW = {"2023-06-30": 6, "2023-08-29": 12}


def plain(summary: dict) -> dict:
    """Return the summary without the time when it was computed, and the words that explain it."""
    return {day: {**numbers, "computed_at": None, "meta": None} for day, numbers in summary.items()}


def test_a_database_with_rows_keeps_them_and_what_they_say(site):
    said, counted = site.said
    manage(ROOT, site.variables, "migrate", "--no-input", "--verbosity=0")
    now = ask(ROOT, site.variables, COUNT)
    lost = {
        table: (number, now.get(table))
        for table, number in counted.items()
        if not NO_ROWS_OF_PEOPLE.search(table) and now.get(table) != number
    }
    assert lost == {}
    manage(ROOT, site.variables, "refresh_rollups", "--all")
    manage(ROOT, site.variables, "verify_rollups")
    found = ask(ROOT, site.variables, ASK.format(days=DAYS))
    for day in DAYS:
        assert contained(plain(said)[day], plain(found)[day]) == [f".problems.overdue: 0 is {OVERDUE_NOW[day]}"]


def contained(old: object, new: object, path: str = "") -> list[str]:
    """Return the places where `new` does not say what `old` does; keys that it has beside those are no matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [fault for key in old for fault in contained(old[key], new.get(key, "missing"), f"{path}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = zip(old, new, strict=True)
        return [fault for n, pair in enumerate(pairs) for fault in contained(*pair, f"{path}[{n}]")]
    return [] if old == new else [f"{path}: {old!r} is {new!r}"]


def test_settings_of_the_release_before_start_this_code(before, tmp_path):
    example = (before / ".env.example").read_text(encoding="utf-8")
    settings = dict(re.findall(r"^# ([A-Z_]+)=(.+)$", example, flags=re.MULTILINE))
    assert len(settings) > 20
    manage(ROOT, {"PILOTZONE_DATA_DIR": str(tmp_path), **settings}, "check")


def test_a_release_that_is_too_new_is_refused_with_a_sentence(site, before):
    """Rolling back without the backup: the older code does not touch what the newer one made."""
    manage(ROOT, site.variables, "migrate", "--no-input", "--verbosity=0")
    if migrations(before) == migrations(ROOT):
        pytest.skip("no migration came since")
    with pytest.raises(AssertionError, match="was made by another version of Pilotzone"):
        manage(before, site.variables, "migrate", "--no-input")
