"""PostgreSQL goes back to a moment between two backups, with the very lines of docs/operations.md."""

import re
import time
from pathlib import Path

import psycopg
import pytest

from tests.services import ROOT, folder, postgresql, wait_until

pytestmark = [pytest.mark.services, pytest.mark.long]


def documented(names: str, archive: Path) -> dict[str, str]:
    """Name -> value, with its quotation marks, of settings in the manual."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    found = re.findall(rf"^    ({names}) = (.+)$", text, flags=re.MULTILINE)
    return {name: value.replace("/srv/wal", str(archive)) for name, value in found}


@pytest.mark.faults("PostgreSQL's disk lost", "recovered to a noted moment: what was written later is gone")
def test_a_server_that_is_lost_comes_back_as_of_a_moment() -> None:
    # /tmp, where the server's user may write.
    with folder("pilotzone-archive-") as archive:
        archive.chmod(0o777)
        archiving = documented("archive_mode|archive_command", archive)
        assert set(archiving) == {"archive_mode", "archive_command"}
        with postgresql({**archiving, "synchronous_commit": "on", "full_page_writes": "on"}) as server:
            with psycopg.connect(server.url, autocommit=True) as database:
                database.execute("CREATE TABLE written (what text)")
                database.execute("INSERT INTO written VALUES ('before the copy')")
                server.base_backup(archive / "base")
                database.execute("INSERT INTO written VALUES ('before the moment')")
                [moment] = database.execute("SELECT clock_timestamp()::text").fetchone() or [""]
                time.sleep(1)
                database.execute("INSERT INTO written VALUES ('after the moment')")
                [segment] = database.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or [""]
                database.execute("SELECT pg_switch_wal()")
                wait_until(lambda: (archive / segment).exists(), f"{segment} in the archive", 60)
            recovery = documented("restore_command|recovery_\\w+", archive)
            assert set(recovery) == {"restore_command", "recovery_target_time", "recovery_target_action"}
            recovery["recovery_target_time"] = f"'{moment}'"
            server.recover(archive / "base", [f"{name} = {value}" for name, value in recovery.items()])
            with psycopg.connect(server.url, autocommit=True) as database:
                wait_until(
                    lambda: database.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,), "the recovery", 60
                )
                rows = database.execute("SELECT what FROM written").fetchall()
                assert [what for (what,) in rows] == ["before the copy", "before the moment"]
                # It takes changes again.
                database.execute("INSERT INTO written VALUES ('afterwards')")
