"""Running the checks, and keeping what they found."""

import logging
from collections.abc import Collection, Container, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from core.clock import now, today
from integrity.checks import Check, Severity, all_checks
from integrity.models import IntegrityRun
from measures.models import Load

log = logging.getLogger(__name__)

# Of one check; the number of all is kept too.
MOST_ROWS_KEPT = 200
RETENTION_DAYS = 30
# Columns of models that the address of a row tells.
NAMED_BY_ADDRESSES = ("plan", "measure", "project")


@dataclass(frozen=True)
class WrongRow:
    """`model` and `id` say which row of the database it is."""

    model: str
    id: int
    name: str
    detail: str

    def __str__(self) -> str:
        return f"{self.model} {self.id} {self.name}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class Found:
    """The result of a check: the first rows, and the number of all. `error`: the database's, where it could not run."""

    rows: list[WrongRow]
    count: int
    error: str = ""


def run_check(check: Check, *, among: Container[tuple[str, int]] | None = None) -> Found:
    """Runs a check and returns the rows it finds. `among`: by model and id the rows that count; None where all do."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(check.statement, {"today": today()})
            names = [each[0] for each in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
    except DatabaseError as error:
        log.exception("The check %s could not run.", check.name)
        return Found([], 0, str(error).strip().partition("\n")[0])
    if among is not None:
        rows = [row for row in rows if (row["model"], row["id"]) in among]
    if check.only_missing_files:
        rows = [row for row in rows if not _is_stored(row["file"])]
    wrong = [WrongRow(row["model"], row["id"], row["name"], row["detail"] or "") for row in rows]
    return Found(wrong[:MOST_ROWS_KEPT], len(wrong))


def _is_stored(file: str) -> bool:
    return bool(file) and default_storage.exists(file)


def run_and_keep(checks: Iterable[Check] | None = None) -> IntegrityRun:
    """Runs all, and keeps what they found for the page and for `/metrics`."""
    started_at = now()
    results = {check.name: asdict(run_check(check)) for check in (all_checks() if checks is None else checks)}
    return IntegrityRun.objects.create(started_at=started_at, finished_at=now(), results=results)


def check_load(load: Load, rows: Collection[tuple[str, int]]) -> IntegrityRun:
    """Keeps beside a load what is found of `rows`, by model and id. Runs the checks that may name one of them, but for
    those that look for files: a load brings none."""
    started_at = now()
    loaded = {model for model, _id in rows}
    checks = [check for check in all_checks() if not check.only_missing_files and loaded & check.models]
    results = {check.name: asdict(run_check(check, among=rows)) for check in checks}
    return IntegrityRun.objects.create(started_at=started_at, finished_at=now(), results=results, load=load)


def latest_run() -> IntegrityRun | None:
    """Finds the latest of the whole site. By id, not by time: the clock of the demonstration begins its day again at
    midnight."""
    return IntegrityRun.objects.filter(load=None).order_by("-pk").first()


def delete_old_runs() -> int:
    """Deletes those of the whole site: what was found of a load stays beside it."""
    before = now() - timedelta(days=RETENTION_DAYS)
    return IntegrityRun.objects.filter(load=None, started_at__lt=before).delete()[0]


def found_in(run: IntegrityRun | None, check: Check) -> Found | None:
    """None where the check had not run: it is newer, or none has."""
    kept: dict[str, Any] | None = run.results.get(check.name) if run is not None else None
    if kept is None:
        return None
    return Found([WrongRow(**row) for row in kept["rows"]], kept["count"], kept["error"])


def addresses(rows: Iterable[WrongRow]) -> dict[tuple[str, int], str]:
    """Returns the addresses of the pages of rows that have one, by model and id. A few queries a model, however many
    rows."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.model, set()).add(row.id)
    found = {}
    for label, ids in wanted.items():
        try:
            model: type[Model] = apps.get_model(label)
        except LookupError:
            # Found by a release in which the model was of another app.
            continue
        parts = [field.name for field in model._meta.fields if field.name in NAMED_BY_ADDRESSES]
        # By queries of their own: rows of one plan share it, and what it knows of itself.
        for pk, each in model._default_manager.prefetch_related(*parts).in_bulk(ids).items():
            address = getattr(each, "get_absolute_url", None)
            if address is not None:
                found[label, pk] = address()
    return found


def log_errors(run: IntegrityRun) -> None:
    for check in all_checks():
        found = found_in(run, check)
        if found is None or check.severity != Severity.ERROR:
            continue
        for row in found.rows:
            log.error("Wrong by the check %s: %s", check.name, row)
