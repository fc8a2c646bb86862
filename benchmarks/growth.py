"""Databases with N times the demonstration's data: each grown from a copy of the next smaller one."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import serving
from tests import services

SIZES = (1, 100, 1000)
USUAL_SIZES = (1, 100)
# Beyond, a site has a server.
LARGEST_SQLITE = 100

# On the disk, roughly: its rows, what PostgreSQL writes ahead of them, and the totals that are written many times.
BYTES_A_PLAN = 14_000_000
# The empty databases, and the demonstration's own files.
BYTES_BESIDE = 500_000_000

# PostgreSQL's defaults are for a machine with little memory; these are for a server that has 4 GB.
POSTGRESQL_OPTIONS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
}
# A plan takes about a second; on a slow machine a few times that.
SECONDS_A_PLAN = 5
# Of the months of projects the largest site has only the newest: one month of each project decides on a day, and all of
# them, 17,737 a plan, would double its time and its disk.
MONTHS_AT = {1000: 2}


@dataclass(frozen=True)
class Data:
    """A database with so many times the demonstration's data, and the data folder that goes with it."""

    database: str
    size: int
    folder: Path
    url: str = ""

    def __str__(self) -> str:
        return f"{self.database} {self.size:,}x"

    @property
    def environment(self) -> dict[str, str]:
        return serving.environment(self.folder, self.url)


def gigabytes(sizes: Sequence[int]) -> float:
    """Return how many gigabytes of disk all of these sizes need."""
    return (sum(sizes) * BYTES_A_PLAN + BYTES_BESIDE) / 1e9


def missing_space(sizes: Sequence[int], free: int) -> str:
    """Why these sizes do not fit into so many bytes; empty when they do."""
    if gigabytes(sizes) * 1e9 <= free:
        return ""
    place = tempfile.gettempdir()
    return (
        f"{max(sizes):,}x needs about {gigabytes(sizes):.0f} GB in {place}, and {free / 1e9:.1f} GB are free:"
        " name another folder with TMPDIR, or a smaller --size"
    )


def free_space() -> int:
    return shutil.disk_usage(tempfile.gettempdir()).free


def grow(source: Data, size: int, home: Path, server: services.PostgreSQL | None) -> Data:
    """A copy of `source`, to which nothing may be connected, with so many plans."""
    folder = home / f"{source.database}-{size}"
    shutil.copytree(source.folder, folder)
    url = server.create_database(f"pilotzone_{size}", template=source.url.rpartition("/")[2]) if server else ""
    data = Data(source.database, size, folder, url)
    command = [sys.executable, "manage.py", "generate_load", "--times", str(size)]
    if size in MONTHS_AT:
        command += ["--months", str(MONTHS_AT[size])]
    # It says itself how far it is.
    subprocess.run(
        command,
        cwd=services.ROOT,
        env=data.environment,
        stdout=subprocess.DEVNULL,
        timeout=60 + size * SECONDS_A_PLAN,
        check=True,
    )
    tidy(data)
    return data


def tidy(data: Data) -> None:
    """Run VACUUM ANALYZE, as PostgreSQL does by itself within minutes of such a change; query plans are poor before."""
    if data.url:
        with psycopg.connect(data.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
