"""PostgreSQL goes back to a moment between two backups, with the very lines of docs/operations.md."""

import re
import time

import psycopg
import pytest

from tests.manual import block
from tests.services import folder, postgresql, wait_until

pytestmark = [pytest.mark.services, pytest.mark.long]


def settings_in(text: str) -> dict[str, str]:
    """Name -> value, with its quotation marks."""
    return dict(re.findall(r"(?m)^(\w+) = (.+)$", text))


@pytest.mark.faults("PostgreSQL's disk lost", "recovered to a noted moment: what was written later is gone")
def test_a_server_that_is_lost_comes_back_as_of_a_moment() -> None:
    # /tmp, where the server's user may write.
    with folder("pilotzone-archive-") as archive:
        archive.chmod(0o777)
        archiving = settings_in(block("archive_mode = on", **{"/srv/wal": archive}))
        assert set(archiving) == {"archive_mode", "archive_command", "archive_timeout"}
        with postgresql({**archiving, "synchronous_commit": "on", "full_page_writes": "on"}) as server:
            with psycopg.connect(server.url, autocommit=True) as database:
                database.execute("CREATE TABLE written (what text)")
                database.execute("INSERT INTO written VALUES ('before the copy')")
                server.base_backup(block("pg_basebackup", **{"/srv/base": archive / "base"}))
                database.execute("INSERT INTO written VALUES ('before the moment')")
                [moment] = database.execute("SELECT clock_timestamp()::text").fetchone() or [""]
                time.sleep(1)
                database.execute("INSERT INTO written VALUES ('after the moment')")
                [segment] = database.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or [""]
                database.execute("SELECT pg_switch_wal()")
                wait_until(lambda: (archive / segment).exists(), f"{segment} in the archive", 60)
            recovery = settings_in(block("restore_command = ", **{"/srv/wal": archive}))
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
