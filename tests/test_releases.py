"""Rules for each release: its migrations do what they did, and it is told of."""

import re
import subprocess
from pathlib import Path

import pytest

from core.release import release
from tests.previous_release import COMMIT, RELEASE, git, previous_release, why_none
from tests.services import ROOT

# Which order migrations go in may change, so that others of them can be squashed.
DEPENDENCIES = re.compile(r"\n    dependencies = \[.*?\]\n", re.DOTALL)


# Migrations whose room has another name since the release.
MOVED = {"datasets/migrations/": "ledger/migrations/"}


def changed_migrations(commit: str, root: Path = ROOT) -> list[str]:
    """Return those of a release that do something else here, or are gone."""
    paths = (git("ls-tree", "-r", "--name-only", commit, root=root) or "").splitlines()
    return [
        path for path in paths if re.search(r"/migrations/\w+\.py$", path) and not does_the_same(commit, path, root)
    ]


def does_the_same(commit: str, path: str, root: Path) -> bool:
    show = ["git", "show", f"{commit}:{path}"]
    then = subprocess.run(show, cwd=root, capture_output=True, text=True, check=True).stdout
    for there, here_now in MOVED.items():
        path = path.replace(there, here_now)
    here = root / path
    return here.is_file() and DEPENDENCIES.sub("", here.read_text(encoding="utf-8")) == DEPENDENCIES.sub("", then)


def test_no_migration_of_the_release_does_something_else_or_is_gone() -> None:
    """A site that was upgraded has run it: mend the tables by a migration of their own."""
    commit = previous_release()
    if commit is None:
        pytest.skip(why_none())
    assert changed_migrations(commit) == []


def test_the_changes_begin_with_those_of_this_release() -> None:
    headings = re.findall(r"(?m)^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    numbered = [each for each in headings if each != "Unreleased"]
    assert re.fullmatch(rf"{re.escape(release())} – \d{{4}}-\d\d-\d\d", numbered[0])


def test_this_release_is_not_older_than_the_one_before() -> None:
    assert as_numbers(release()) >= as_numbers(RELEASE)


def test_the_commit_is_that_of_the_release() -> None:
    if previous_release() is None:
        pytest.skip(why_none())
    assert f'version = "{RELEASE}"' in (git("show", f"{COMMIT}:pyproject.toml") or "")


def as_numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one migration, which does not go back to the release."""
    clone = tmp_path / "clone"
    path = clone / "measures" / "migrations" / "0001_initial.py"
    path.parent.mkdir(parents=True)
    path.write_text("class Migration:\n    dependencies = []\n    operations = []\n")
    for words in ("init --quiet", "add --all", "commit --quiet --message 1"):
        named = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *named, *words.split()], cwd=clone, check=True, capture_output=True)
    return clone


def test_a_clone_without_the_release_and_a_folder_that_is_none_say_so(clone: Path) -> None:
    assert previous_release(clone) is None
    assert why_none(clone).startswith(f"this clone does not go back to release {RELEASE}")
    unpacked = clone / "unpacked"
    unpacked.mkdir()
    assert previous_release(unpacked) is None
    assert why_none(unpacked).startswith("this is no clone")


def test_a_migration_of_a_release_that_does_something_else_is_named(clone: Path) -> None:
    path = clone / "measures" / "migrations" / "0001_initial.py"
    path.write_text(path.read_text().replace("dependencies = []", "dependencies = [(1, 2)]"))
    assert changed_migrations("HEAD", clone) == []
    path.write_text(path.read_text().replace("operations = []", "operations = [1]"))
    assert changed_migrations("HEAD", clone) == ["measures/migrations/0001_initial.py"]
    path.unlink()
    assert changed_migrations("HEAD", clone) == ["measures/migrations/0001_initial.py"]
