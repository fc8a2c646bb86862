"""The restore drill: a whole site into an empty one, and everything that both hold compared."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest

from tests.backups.backing_up import Elsewhere, empty_site
from tests.backups.drill import ADDRESSES

pytestmark = pytest.mark.django_db(transaction=True)


def run(site: Elsewhere, *words: str, **settings: str) -> str:
    done = site.manage(*words, **settings, PILOTZONE_PUBLIC_READING="on", PILOTZONE_LOG_LEVEL="ERROR")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shell(site: Elsewhere, call: str) -> str:
    return run(site, "shell", "--no-imports", "-c", f"from tests.backups import drill; drill.{call}()")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with empty_site(tmp_path_factory.mktemp("sites") / "filled") as site:
        shell(site, "fill")
        yield site


@pytest.fixture(scope="module")
def before(filled: Elsewhere) -> dict[str, Any]:
    """All that the site holds."""
    found: dict[str, Any] = json.loads(shell(filled, "show"))
    return found


@pytest.mark.faults("site lost", "brought back from a backup: every table, total, file and entry of the log compared")
@pytest.mark.parametrize(
    "is_encrypted", [pytest.param(False, id="plain", marks=pytest.mark.long), pytest.param(True, id="encrypted")]
)
def test_a_site_that_is_brought_back_is_the_same(
    filled: Elsewhere, before: dict[str, Any], elsewhere: Elsewhere, tmp_path: Path, is_encrypted: bool
) -> None:
    identity = pyrage.x25519.Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(f"{identity}\n")
    recipient = str(identity.to_public()) if is_encrypted else ""
    folder = str(tmp_path / "backup")
    run(filled, "backup", folder, PILOTZONE_BACKUP_RECIPIENT=recipient)
    opened = ["--identity", str(key)] if is_encrypted else []
    assert "; its rows can be read." in run(filled, "verify_backup", folder, *opened)
    run(elsewhere, "restore", folder, *opened)
    after = json.loads(shell(elsewhere, "show"))
    assert differing(before, after) == []
    # It is a site to work with: keys go on where they were.
    run(elsewhere, "verify_rollups")
    [exported, _checksum] = sorted(after["log_archive"])
    run(elsewhere, "verify_audit")
    run(elsewhere, "verify_audit", "--file", str(elsewhere.data / "log-archive" / exported))
    shell(elsewhere, "comment")
    assert len(elsewhere.comments()) == before["tables"]["measures_comment"][0] + 1


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        f"{part} {name}: {before[part].get(name)} and {after[part].get(name)}"
        for part in before
        for name in {**before[part], **after[part]}
        if before[part].get(name) != after[part].get(name)
    ]


def test_the_site_of_the_drill_has_something_of_everything(before: dict[str, Any]) -> None:
    tables = before["tables"]
    for name in ("auditlog_logentry", "measures_reportstep", "measures_evidence", "axes_accessattempt"):
        assert tables[name][0] > 0, name
    assert len(before["files"]) == 5
    assert len(before["log_archive"]) == 2
    assert set(before["answers"]) == set(ADDRESSES)
    assert all(before["cells"].values())


def test_a_difference_would_be_found(before: dict[str, Any]) -> None:
    other = json.loads(json.dumps(before))
    other["tables"]["auditlog_logentry"][1] = "0" * 64
    other["files"].popitem()
    other["log_archive"].popitem()
    other["answers"][ADDRESSES[0]].popitem()
    assert [each.split()[0] for each in differing(before, other)] == ["tables", "files", "log_archive", "answers"]
