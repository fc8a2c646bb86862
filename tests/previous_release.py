"""The code that sites run before they are upgraded to this one: that of the newest tag before it."""

import subprocess

from tests.services import ROOT

# In its place until there is a tag: the last commit without what 0.2.0 brings to those who run a site.
BEFORE_THE_FIRST = "3aac45667abc5737bec24fae9d6f2d13075c3fd7"


def git(*arguments: str) -> str | None:
    """What it answers; None where there is no git, no clone, or no such thing in it."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def previous_release() -> str | None:
    """A tag or commit; None where this clone does not go back so far."""
    if tag := git("describe", "--tags", "--abbrev=0", "--match=v*", "HEAD^"):
        return tag
    return BEFORE_THE_FIRST if git("cat-file", "-e", f"{BEFORE_THE_FIRST}^{{commit}}") is not None else None
