"""A backup of a hundred plans while twenty reports a second come in, brought back elsewhere; its sizes and times."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from backups.manifest import read_manifest
from tests.backups.backing_up import Elsewhere
from tests.lanes import clean_environment
from tests.services import Process, postgresql, process, wait_until

pytestmark = [pytest.mark.services, pytest.mark.long]

# The demonstration's size, so many times.
TIMES = 100
PER_SECOND = 20
# For reports alone, before and after the backup.
SECONDS = 20
SETTINGS = {"PILOTZONE_TODAY": "2023-09-29", "PILOTZONE_LOG_LEVEL": "ERROR"}
# A submitted one stays as it is; at the backup's moment some are still drafts, which go on.
REPORTS = (
    "SELECT id, measure_id, period, status, submitted_on, what_was_done_zh FROM measures_report"
    " WHERE submitted_on IS NOT NULL ORDER BY id"
)
# Each report that comes in moves its measure one status on: once it is accepted the sum is greater by one.
SCORE = "SELECT SUM(in_progress + 2 * completed) FROM rollups_measurerollup"
ACCEPTED = "SELECT COUNT(*) FROM measures_report WHERE state = 'accepted' AND what_was_done_zh = '备份时填报'"


@pytest.fixture
def two_sites(tmp_path: Path) -> Iterator[tuple[Elsewhere, Elsewhere]]:
    with postgresql() as server:
        yield (
            Elsewhere(tmp_path / "busy", server.url),
            Elsewhere(tmp_path / "restored", server.create_database("restored")),
        )


@contextmanager
def reports_come_in(site: Elsewhere) -> Iterator[Process]:
    environment = {
        **clean_environment(),
        **SETTINGS,
        "DATABASE_URL": site.address,
        "PILOTZONE_DATA_DIR": str(site.data),
    }
    code = f"from tests.journeys import steady_reports; steady_reports.run({PER_SECOND})"
    with process([sys.executable, "manage.py", "shell", "--no-imports", "-c", code], environment) as running:
        wait_until(lambda: len(accepted(running)) > PER_SECOND, "the first reports", 120)
        yield running


def accepted(running: Process) -> list[tuple[int, float]]:
    """Id and milliseconds of each that was acknowledged."""
    lines = [line.split() for line in running.output.splitlines()[:-1]]
    return [(int(words[0]), float(words[1])) for words in lines if len(words) == 2 and words[0].isdigit()]


def manage(site: Elsewhere, *words: str) -> tuple[str, float]:
    begin = time.monotonic()
    done = site.manage(*words, **SETTINGS)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip(), time.monotonic() - begin


def described(pace: list[tuple[int, float]], seconds: float) -> str:
    hundredths = statistics.quantiles((milliseconds for _pk, milliseconds in pace), n=100, method="inclusive")
    return f"{len(pace) / seconds:.1f} a second, p50 {hundredths[49]:.0f} ms, p99 {hundredths[98]:.0f} ms"


@pytest.mark.faults("backup under load", "20 reports a second, 100 plans: the same totals and files elsewhere")
def test_a_backup_of_a_large_site_under_load_comes_back(
    two_sites: tuple[Elsewhere, Elsewhere], tmp_path: Path, say: Callable[[str], None]
) -> None:
    site, restored = two_sites
    folder = tmp_path / "backup"
    manage(site, "migrate", "-v0")
    say(f"{TIMES} plans made in {manage(site, 'generate_load', '--times', str(TIMES))[1]:.0f} s")
    score = site.ask(SCORE)[0][0]
    with psycopg.connect(site.address, autocommit=True) as live, ExitStack() as stack:
        running = stack.enter_context(reports_come_in(site))
        begun, start = len(accepted(running)), time.monotonic()
        time.sleep(SECONDS)
        before = accepted(running)
        say(f"reports alone: {described(before[begun:], time.monotonic() - start)}")
        said, took = manage(site, "backup", str(folder))
        during = accepted(running)[len(before) :]
        say(f"{said}\nreports meanwhile: {described(during, took)}")
        assert running.is_alive, running.output
        stack.pop_all().close()
        rows = live.execute(REPORTS).fetchall()
    said, took = manage(restored, "restore", str(folder))
    say(f"{said}\nrestore took {took:.1f} s in all")
    # Its totals are those of its rows, and these the ones of the site at that moment.
    manage(restored, "verify_rollups")
    kept = restored.ask(REPORTS)
    assert {pk for pk, _milliseconds in before} <= {row[0] for row in kept}
    assert set(kept) <= set(rows)
    assert len(kept) < len(rows), "no report came in after the backup's moment"
    assert restored.ask(SCORE)[0][0] == score + restored.ask(ACCEPTED)[0][0]
    for each in two_sites:
        manage(each, "verify_audit")
    compare_files(site.data, restored.data, folder)


def compare_files(live: Path, restored: Path, folder: Path) -> None:
    names = list(read_manifest(folder).copied)
    assert names
    found = {str(path.relative_to(restored)) for path in (restored / "evidence").rglob("*") if path.is_file()}
    assert found == set(names)
    assert all((restored / name).read_bytes() == (live / name).read_bytes() for name in names)
