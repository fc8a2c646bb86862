"""What holds of each release: its migrations stay as they are, and it is told of."""

import re
import subprocess
from pathlib import Path

import pytest

from core.release import release
from tests.previous_release import BEFORE_THE_FIRST, git, is_a_clone, newest_tag, previous_release, why_none
from tests.services import ROOT


def changed_migrations(tag: str, root: Path = ROOT) -> list[str]:
    """Those of a release that are not here as they were, byte by byte."""
    paths = (git("ls-tree", "-r", "--name-only", tag, root=root) or "").splitlines()
    return [path for path in paths if re.search(r"/migrations/\w+\.py$", path) and not is_the_same(tag, path, root)]


def is_the_same(tag: str, path: str, root: Path) -> bool:
    then = subprocess.run(["git", "show", f"{tag}:{path}"], cwd=root, capture_output=True, check=True).stdout
    return (root / path).is_file() and (root / path).read_bytes() == then


def test_no_migration_of_a_release_was_edited_squashed_or_taken_away() -> None:
    """A site that was upgraded has run it: mend the tables by a migration of their own."""
    tag = newest_tag()
    if tag is None:
        pytest.skip("there is no release yet" if is_a_clone() else why_none())
    assert changed_migrations(tag) == []


def test_the_changes_begin_with_those_of_this_release() -> None:
    headings = re.findall(r"(?m)^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    numbered = [each for each in headings if each != "Unreleased"]
    assert re.fullmatch(rf"{re.escape(release())} – \d{{4}}-\d\d-\d\d", numbered[0])


def test_this_release_is_not_older_than_its_tag() -> None:
    tag = newest_tag()
    if tag is None:
        pytest.skip("there is no release yet" if is_a_clone() else why_none())
    assert as_numbers(release()) >= as_numbers(tag)


def as_numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


class TestWhichReleaseIsBefore:
    @pytest.fixture
    def clone(self, tmp_path: Path) -> Path:
        clone = tmp_path / "clone"
        clone.mkdir()
        self.run(clone, "init", "--quiet")
        for number in (1, 2):
            self.commit(clone, f"{number}")
        return clone

    def run(self, clone: Path, *words: str) -> None:
        named = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *named, *words], cwd=clone, check=True, capture_output=True)

    def commit(self, clone: Path, content: str) -> None:
        path = clone / "measures" / "migrations" / "0001_initial.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        self.run(clone, "add", "--all")
        self.run(clone, "commit", "--quiet", "--message", content)

    def test_without_a_tag_the_commit_before_the_first(self, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert (newest_tag(clone), previous_release(clone)) == (None, None)
        assert why_none(clone).startswith("this clone does not go back")
        first = git("rev-parse", "HEAD^", root=clone)
        monkeypatch.setattr("tests.previous_release.BEFORE_THE_FIRST", first)
        assert previous_release(clone) == first

    def test_on_the_first_tag_none_and_after_it_that_one(self, clone: Path) -> None:
        self.run(clone, "tag", "v0.2.0")
        assert (newest_tag(clone), previous_release(clone)) == ("v0.2.0", None)
        self.commit(clone, "3")
        assert (newest_tag(clone), previous_release(clone)) == ("v0.2.0", "v0.2.0")

    def test_on_a_later_tag_the_one_before(self, clone: Path) -> None:
        self.run(clone, "tag", "v0.9.0")
        self.commit(clone, "3")
        self.run(clone, "tag", "v0.10.0")
        assert (newest_tag(clone), previous_release(clone)) == ("v0.10.0", "v0.9.0")
        self.commit(clone, "4")
        assert previous_release(clone) == "v0.10.0"

    def test_a_shallow_clone_and_a_folder_that_is_none_say_so(self, clone: Path, tmp_path: Path) -> None:
        self.run(tmp_path, "clone", "--quiet", "--depth=1", f"file://{clone}", "shallow")
        shallow, unpacked = tmp_path / "shallow", clone / "unpacked"
        unpacked.mkdir()
        assert previous_release(shallow) is None
        assert why_none(shallow).startswith("this clone is shallow")
        assert previous_release(unpacked) is None
        assert why_none(unpacked).startswith("this is no clone")

    def test_an_edited_migration_of_a_release_is_named(self, clone: Path) -> None:
        self.run(clone, "tag", "v0.2.0")
        assert changed_migrations("v0.2.0", clone) == []
        path = clone / "measures" / "migrations" / "0001_initial.py"
        path.write_text("other")
        assert changed_migrations("v0.2.0", clone) == ["measures/migrations/0001_initial.py"]
        path.unlink()
        assert changed_migrations("v0.2.0", clone) == ["measures/migrations/0001_initial.py"]


def test_the_commit_before_the_first_tag_is_known_where_all_is() -> None:
    if previous_release() is None:
        pytest.skip(why_none())
    assert git("cat-file", "-t", BEFORE_THE_FIRST) == "commit"
