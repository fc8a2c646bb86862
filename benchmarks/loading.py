"""What a preview and a load of a workbook with many projects cost. The site stays as it is."""

import re
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from accounts.models import Role, User
from benchmarks.load import NotMeasured
from datasets.ledger.commit import commit_ledger
from datasets.ledger.contents import read_contents
from datasets.ledger.merging import What
from datasets.ledger.preview import Preview, preview
from datasets.ledger.reading import read_ledger
from datasets.ledger.sheets import SHEETS
from datasets.ledger.workbook import write_workbook
from measures.models import Plan
from projects.models import Project

STATUS, FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def load_workbook(rows: int, times: int) -> dict[str, Any]:
    """Medians in seconds of reading with preview, of the load, and of a plain insertion of as many projects; queries of
    the load, and the most memory that the process or its reader had. Projects that the plan has already are changed in
    each row, the others are new."""
    plan = Plan.objects.current()
    if plan is None:
        raise NotMeasured("there is no plan")
    spent: dict[str, list[float]] = {"preview": [], "load": [], "baseline": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects.xlsx"
        with path.open("wb") as file:
            write_workbook(file, [SHEETS["projects"]], {"projects": project_rows(plan, rows)})
        forget_peak()
        for _turn in range(times):
            with timed(spent["preview"]):
                ledger = read_ledger(path).ledger
                seen = preview(ledger, plan)
            check(seen, rows)
            with transaction.atomic():
                # Revised totals are on record with whoever loads them.
                by = User.objects.create(username="loader-of-the-benchmark", role=Role.REVIEWER)
                counted = Counted()
                with timed(spent["load"]), connection.execute_wrapper(counted):
                    commit_ledger(ledger, plan, by=by, confirmed=True)
                transaction.set_rollback(True)
        peak = megabytes()
    for _turn in range(times):
        insert_plainly(plan, rows, spent["baseline"])
    medians = {name: statistics.median(each) for name, each in spent.items()}
    return medians | {"queries": counted.number, "megabytes": peak, "rows": rows}


def project_rows(plan: Plan, rows: int) -> list[dict[str, Any]]:
    """As the ledger says them."""
    held = list(read_contents(plan).rows["projects"].values())
    if not held:
        raise NotMeasured("the plan has no projects")
    changed = [{**each, "total_investment": each["total_investment"] + 1} for each in held[:rows]]
    new = [
        {**held[number % len(held)], "code": f"BENCH{number}", "position": None}
        for number in range(rows - len(changed))
    ]
    return changed + new


def check(seen: Preview, rows: int) -> None:
    counts = seen.count()
    if seen.problems or counts[What.CHANGED] + counts[What.NEW] != rows:
        raise NotMeasured(f"the preview of {rows} rows found {dict(counts)}, {seen.problems[:1]}")


def insert_plainly(plan: Plan, rows: int, spent: list[float]) -> None:
    """As many projects, and nothing else."""
    held = list(Project.objects.filter(plan=plan)[:rows])
    new = []
    for number in range(rows):
        project = Project(
            **{
                field.attname: getattr(held[number % len(held)], field.attname)
                for field in Project._meta.concrete_fields
                if field.attname not in ("id", "code", "updated_at")
            }
        )
        project.code = f"BENCH{number}"
        new.append(project)
    with transaction.atomic():
        with timed(spent):
            Project.objects.bulk_create(new, batch_size=500)
        transaction.set_rollback(True)


class Counted:
    """Counts queries, and keeps none of them."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, *asked: Any) -> Any:
        self.number += 1
        return execute(*asked)


@contextmanager
def timed(spent: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent.append(time.perf_counter() - start)


def forget_peak() -> None:
    """What the process needed before does not count."""
    if FORGET_PEAK.exists():
        FORGET_PEAK.write_text("5", encoding="ascii")


def megabytes() -> float | None:
    """Since `forget_peak`, of this process or of the one that reads spreadsheets, whichever had more; None where the
    system does not say."""
    if not STATUS.exists():
        return None
    [own] = re.findall(r"VmHWM:\s+(\d+)", STATUS.read_text(encoding="ascii"))
    return max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024 / 1e6
