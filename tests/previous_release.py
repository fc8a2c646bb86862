"""The code that sites run before they are upgraded to this one: release 0.2.0, named by its commit."""

import subprocess
from pathlib import Path

from tests.services import ROOT

RELEASE = "0.2.0"
COMMIT = "f9f412a19015db0a1b07683cadc8388ad1ddc20b"


def git(*arguments: str, root: Path = ROOT) -> str | None:
    """Return what it answers; None where there is no git, no clone, or no such thing in it."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def previous_release(root: Path = ROOT) -> str | None:
    """Return the commit; None where this is no clone, or one that does not go back so far."""
    known = is_a_clone(root) and git("cat-file", "-e", f"{COMMIT}^{{commit}}", root=root) is not None
    return COMMIT if known else None


def is_a_clone(root: Path) -> bool:
    """Tell it from what was unpacked within the clone of something else."""
    top = git("rev-parse", "--show-toplevel", root=root)
    return top is not None and Path(top).samefile(root)


def why_none(root: Path = ROOT) -> str:
    """Return what a test says that is skipped without the release before."""
    if not is_a_clone(root):
        return "this is no clone, so that the release before is not here"
    return f"this clone does not go back to release {RELEASE}: git fetch --unshallow brings it"
