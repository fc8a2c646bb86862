"""The code that sites run before they are upgraded to this one: that of the newest tag before it."""

import subprocess
from pathlib import Path

from tests.services import ROOT

# In its place until there is a tag: the last commit without what 0.2.0 brings to those who run a site.
BEFORE_THE_FIRST = "3aac45667abc5737bec24fae9d6f2d13075c3fd7"
TAGS = ("tag", "--list", "v*", "--sort=-version:refname")


def git(*arguments: str, root: Path = ROOT) -> str | None:
    """What it answers; None where there is no git, no clone, or no such thing in it."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def is_a_clone(root: Path = ROOT) -> bool:
    """Not what was unpacked within the clone of something else."""
    top = git("rev-parse", "--show-toplevel", root=root)
    return top is not None and Path(top).samefile(root)


def newest_tag(root: Path = ROOT) -> str | None:
    """That of this very commit, or of one before it."""
    tags = (git(*TAGS, "--merged", "HEAD", root=root) or "").split() if is_a_clone(root) else []
    return tags[0] if tags else None


def previous_release(root: Path = ROOT) -> str | None:
    """A tag or commit; None where this clone does not go back so far."""
    if not is_a_clone(root):
        return None
    of_head = (git(*TAGS, "--points-at", "HEAD", root=root) or "").split()
    before = [tag for tag in (git(*TAGS, "--merged", "HEAD", root=root) or "").split() if tag not in of_head]
    if before:
        return before[0]
    known = git("cat-file", "-e", f"{BEFORE_THE_FIRST}^{{commit}}", root=root) is not None
    return BEFORE_THE_FIRST if known else None


def why_none(root: Path = ROOT) -> str:
    """What a test says that is skipped without the release before."""
    if not is_a_clone(root):
        return "this is no clone, so that the release before is not here"
    if git("rev-parse", "--is-shallow-repository", root=root) == "true":
        return "this clone is shallow: git fetch --unshallow --tags brings the release before"
    return "this clone does not go back to the release before: git fetch --tags brings it"
