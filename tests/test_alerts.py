"""Each alert of deploy/alerts.yml fires for its cause, when it should and not before.

The cause is done to a site whose /metrics is read before and after; promtool evaluates the alerts over minutes that
these samples make. An alert that somebody adds needs a row in FAULTS.
"""

import io
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from auditlog.models import LogEntry
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.response import Response

from accounts.log import Event
from accounts.models import LogSeal
from audit.check import check_and_log
from audit.seals import seal_log
from backups import schedule as backups
from backups.tasks import back_up_task
from core import mail, metrics
from core.queue import SENT_AT
from integrity.checks import Check, Severity
from integrity.models import IntegrityRun
from integrity.running import run_and_keep
from pilotzone import access, embedded_schedule, metrics_folder, site_metrics, task_signals
from projects.models import Project
from rollups import engine
from rollups.models import MeasureRollup, RollupRun, StaleCell, Verification
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_and_record
from rollups.tasks import refresh_rollups_task
from tests import factories as make
from tests.audit.test_seals import add
from tests.integrity.test_integrity import measure_of_merged_department
from tests.rollups.test_set_aside import poison
from tests.test_watching import ALERTS, USED, rules
from web import leases
from web.cache import pages
from web.cache.backend import RedisCache
from web.models import Lease
from workbooks.tasks import work_on_waiting_uploads_task

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

RULES = {rule["alert"]: rule for rule in rules()}


def named_by(*some: dict[str, Any]) -> set[str]:
    return {found[1] for rule in some for found in USED.finditer(rule["expr"])}


NAMED = named_by(*RULES.values())
# Minutes before a fault: more than the windows of alerts that ask whether something went on.
HEALTHY = 30
UP = 'up{job="pilotzone"}'
ADDRESS, ROUTE = "/api/v1/plans/", "api-plans"
GIGABYTE = 1_000_000_000


class Queue:
    """Redis, as far as /metrics asks it."""

    def __init__(self) -> None:
        self.messages: dict[str, list[bytes]] = {"celery": [], "slow": []}
        self.is_away = False
        self.answers: list[Any] = []

    def pipeline(self, **options: Any) -> "Queue":
        return self

    def __enter__(self) -> "Queue":
        return self

    def __exit__(self, *args: Any) -> None: ...

    def llen(self, name: str) -> None:
        self.answers.append(len(self.messages[name]))

    def lindex(self, name: str, index: int) -> None:
        self.answers.append(self.messages[name][index] if self.messages[name] else None)

    def hlen(self, name: str) -> None:
        self.answers.append(0)

    def close(self) -> None: ...

    def execute(self) -> list[Any]:
        answers, self.answers = self.answers, []
        if self.is_away:
            raise redis.ConnectionError
        return answers

    def add(self, name: str, *, seconds: float) -> None:
        """A message that has waited for so long."""
        headers: dict[str, Any] = {}
        task_signals.add_headers(headers=headers)
        headers[SENT_AT] -= seconds
        self.messages[name].append(json.dumps({"headers": headers}).encode())


@dataclass
class Site:
    """A site where all is well: web server, worker and beat are at work, and each night's tasks have run."""

    settings: Any
    monitor: Client
    patch: pytest.MonkeyPatch
    queue: Queue = field(default_factory=Queue)
    # Of 100 GB, by the last part of the folder's path.
    free: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def all_is_taken_back(self) -> Iterator[None]:
        """Takes back what a fault did to rows, files and code. Counters begin anew: each is the first of its kind."""
        for each in (metrics.requests, metrics.request_errors, metrics.tasks, metrics.mails, metrics.cache_lookups):
            each.clear()
        refresh_rollups_task.apply()
        self.queue, self.free = Queue(), {"data": 50 * GIGABYTE, "backups": 50 * GIGABYTE}
        self.settings.PILOTZONE_BACKUP_DIR.mkdir(exist_ok=True)
        note_backup(self.settings, hours=3)
        with transaction.atomic(), pytest.MonkeyPatch.context() as self.patch:
            yield
            transaction.set_rollback(True)

    def samples(self) -> dict[str, float]:
        """Return the samples that alerts ask for; moments in seconds from now."""
        answer = self.monitor.get("/metrics")
        assert answer.status_code == 200
        found = {UP: 1.0}
        for family in text_string_to_metric_families(answer.content.decode()):
            for each in family.samples:
                if each.name in NAMED:
                    labels = ",".join(f'{name}="{value}"' for name, value in each.labels.items())
                    is_moment = each.name.endswith("_timestamp_seconds")
                    found[f"{each.name}{{{labels}}}"] = each.value - time.time() * is_moment
        return found

    def answers(self, answer: Callable[..., Any]) -> None:
        """A page does so, once."""
        cache.clear()
        self.patch.setattr("measures.api.plans.Plans.get_answer", answer)
        Client(raise_request_exception=False).get(ADDRESS)

    def pass_a_minute(self) -> None:
        refresh_rollups_task.apply()
        Client().get(ADDRESS)
        mail.CountingConsole(alias="default", stream=io.StringIO()).send_messages([message()])
        pages.load("page")


def message() -> EmailMessage:
    return EmailMessage("subject", "text", "a@example.org", ["b@example.org"])


def fail(*_args: Any, **_options: Any) -> Any:
    raise RuntimeError("broken")


def ago(**passed: float) -> Any:
    return timezone.now() - timedelta(**passed)


def set_up(**passed: float) -> None:
    MigrationRecorder(connection).migration_qs.update(applied=ago(**passed))


def put_back(model: type[Model], **passed: float) -> None:
    model._default_manager.update(started_at=ago(**passed), finished_at=ago(**passed))


def note_backup(settings: Any, **passed: float) -> None:
    """Note a backup made so long ago, as the night notes it."""
    moment, folder = ago(**passed), settings.PILOTZONE_BACKUP_DIR / "2026-01-31T0130"
    latest = backups.LatestBackup(str(folder), moment, moment, 1.0, 1, 1, 1, 0, is_encrypted=False)
    path = Path(settings.DATA_DIR) / backups.STATE_FILE
    path.write_text(json.dumps({"latest": asdict(latest)}, default=lambda each: each.isoformat()))


@pytest.fixture
def site(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, monitor: Client, tmp_path: Path) -> Site:
    found = Site(settings, monitor, monkeypatch)
    # Earlier tests may have had this process share its counts, or run the schedule.
    monkeypatch.setattr(metrics_folder, "_held", None)
    monkeypatch.setattr(embedded_schedule, "is_here", False)
    monkeypatch.setattr(redis.Redis, "from_url", lambda *_args, **_options: found.queue)
    monkeypatch.setattr(site_metrics.shutil, "disk_usage", lambda folder: usage(found.free[folder.name]))
    settings.PILOTZONE_PUBLIC_READING, settings.PILOTZONE_PAGE_CACHE_SECONDS = True, 600
    settings.REDIS_URL = "redis://queue"
    settings.DATA_DIR, settings.PILOTZONE_BACKUP_DIR = tmp_path / "data", tmp_path / "backups"
    settings.DATA_DIR.mkdir()
    make.make_measure()
    for _ in range(2):
        make.make_project(category="energy")
    rebuild_rollups()
    verify_and_record()
    run_and_keep()
    check_and_log()
    seal_log()
    assert leases.HeldLease(leases.SCHEDULE).is_held()
    return found


def usage(free: int) -> Any:
    return SimpleNamespace(free=free, total=100 * GIGABYTE)


def page_fails(site: Site) -> None:
    site.answers(fail)


def page_refuses(site: Site) -> None:
    site.answers(lambda *_args, **_options: Response(status=503))


def page_is_slow_among_quick_files(site: Site) -> None:
    with site.patch.context() as patch:
        patch.setattr(access, "time", SimpleNamespace(perf_counter=partial(next, count(0, 3))))
        Client().get(ADDRESS)
    for _ in range(25):
        Client().get("/static/quick.css")


def requests_wait_for_connections(site: Site) -> None:
    """Set the number that waits by hand, since SQLite has no pool. Whoever has waited in vain is refused for as long as
    they waited: then nobody waits."""
    site.patch.setattr(metrics.pool_waiting, "_value", SimpleNamespace(get=lambda: 1))


def queue_is_away(site: Site) -> None:
    site.queue.is_away = True


def queue_is_old(site: Site) -> None:
    site.queue.add("celery", seconds=180)


def queue_of_slow_tasks_is_old(site: Site) -> None:
    site.queue.add("slow", seconds=7260)


def task_fails_in_worker(site: Site) -> None:
    site.patch.setattr("workbooks.tasks.waiting_uploads", fail)
    assert work_on_waiting_uploads_task.apply().failed()


def task_fails_without_worker(site: Site) -> None:
    """Make a task fail as it would where `run_schedule` has it done."""
    site.patch.setattr("workbooks.tasks.waiting_uploads", fail)
    with pytest.raises(RuntimeError):
        work_on_waiting_uploads_task.apply(throw=True)


def nothing_runs(site: Site) -> None:
    """Do nothing: by hand, in the row of FAULTS, the minutes that follow bring no more tasks."""


def restarted_without_workers(site: Site) -> None:
    metrics.tasks.clear()


def mail_server_is_away(site: Site) -> None:
    backend = mail.CountingSmtp(alias="default", host="127.0.0.1", port=1)
    with pytest.raises(ConnectionRefusedError):
        backend.send_messages([message()])


def cache_is_away(site: Site) -> None:
    site.patch.setattr(pages, "cache", RedisCache("redis://127.0.0.1:1/0", {}))
    assert pages.load("page") is None


def beat_was_killed(site: Site) -> None:
    Lease.objects.update(renewed_at=ago(minutes=3))


def beat_never_began(site: Site) -> None:
    Lease.objects.all().delete()
    set_up(minutes=3)


def backup_is_old(site: Site) -> None:
    note_backup(site.settings, hours=backups.STALE_HOURS, minutes=1)


def backup_was_never_made(site: Site) -> None:
    (site.settings.DATA_DIR / backups.STATE_FILE).unlink()
    set_up(hours=backups.STALE_HOURS, minutes=1)


def backup_fails(site: Site) -> None:
    site.settings.PILOTZONE_BACKUP_DIR.rmdir()
    back_up_task()


def data_disk_has_a_tenth(site: Site) -> None:
    site.free["data"] = 9 * GIGABYTE


def backups_disk_has_a_tenth(site: Site) -> None:
    site.free["backups"] = 9 * GIGABYTE


def data_disk_is_full(site: Site) -> None:
    site.free["data"] = GIGABYTE - 1


def cells_wait(site: Site) -> None:
    engine.mark_stale("projects", [cell_of(Project.objects.first())])
    StaleCell.objects.update(marked_at=ago(minutes=3))


def cell_of(project: Project) -> tuple[Any, ...]:
    return project.plan_id, project.city_id, project.category_id, project.opening_stage


def cell_is_set_aside(site: Site) -> None:
    poison(Project.objects.first())
    refresh_stale_rollups()


def run_fails(site: Site) -> None:
    site.patch.setattr(engine, "take_marks", fail)
    with pytest.raises(RuntimeError):
        refresh_stale_rollups()


def total_differs(site: Site) -> None:
    MeasureRollup.objects.all().delete()
    verify_and_record()


def verification_is_old(site: Site) -> None:
    put_back(Verification, hours=26)


def verification_never_ran(site: Site) -> None:
    Verification.objects.all().delete()
    set_up(hours=26)


def rollup_is_old(site: Site) -> None:
    put_back(RollupRun, hours=26)


def each_rollup_has_failed(site: Site) -> None:
    RollupRun.objects.update(error="broken")
    set_up(hours=26)


def row_is_wrong(site: Site) -> None:
    measure_of_merged_department()
    run_and_keep()


def data_check_fails(site: Site) -> None:
    broken = Check("broken", Severity.INFO, "SELECT nothing", *(["x"] * 6))
    site.patch.setattr(site_metrics, "all_checks", lambda: [broken])
    run_and_keep([broken])


def data_checks_are_old(site: Site) -> None:
    put_back(IntegrityRun, hours=26)


def data_checks_never_ran(site: Site) -> None:
    IntegrityRun.objects.all().delete()
    set_up(hours=26)


def log_is_altered(site: Site) -> None:
    altered_entry = LogSeal.objects.order_by("number").values_list("entry_id", flat=True).first()
    QuerySet(LogEntry).filter(pk=altered_entry).update(remote_addr="192.0.2.9")
    check_and_log()


def log_is_cut_off(site: Site) -> None:
    newest = LogSeal.objects.latest("number")
    QuerySet(LogSeal).filter(pk=newest.pk)._raw_delete("default")
    QuerySet(LogEntry).filter(pk=newest.entry_id)._raw_delete("default")


def entry_waits_for_its_seal(site: Site) -> None:
    add(timestamp=ago(minutes=11))


def log_check_is_old(site: Site) -> None:
    QuerySet(LogEntry).filter(additional_data__event=Event.LOG_CHECKED).update(timestamp=ago(hours=26))


def log_check_never_ran(site: Site) -> None:
    QuerySet(LogEntry).filter(additional_data__event=Event.LOG_CHECKED)._raw_delete("default")
    set_up(hours=26)


@dataclass(frozen=True)
class Fault:
    """`minutes`: how long after the fault began the alert fires. `times`: so many of its kind happen each minute from
    then on, instead of one in all. `by_hand`: a sample that no test can cause -> its value, None where it is gone.
    `is_still`: nothing else happens any more. `comes_and_goes`: a scrape finds it, the next one does not.
    """

    alert: str
    cause: Callable[[Site], None]
    minutes: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    times: int = 0
    by_hand: dict[str, float | None] = field(default_factory=dict)
    is_still: bool = False
    comes_and_goes: bool = False

    def __str__(self) -> str:
        return f"{self.alert}-{self.cause.__name__}" + "-gone" * (None in self.by_hand.values())


UPLOADS = {"task": work_on_waiting_uploads_task.name}
DATA, BACKUPS = {"folder": "data"}, {"folder": "backups"}
FAULTS = [
    # A web server that does not answer, and a job that is not there.
    Fault("PilotzoneDown", nothing_runs, 2, {"job": "pilotzone"}, by_hand={UP: 0}),
    Fault("PilotzoneDown", nothing_runs, 2, {"job": "pilotzone"}, by_hand={UP: None}),
    Fault("PilotzoneErrors", page_fails, 5, times=12),
    Fault("PilotzonePageFails", page_fails, 0, {"route": ROUTE}),
    # The first scrape finds counters that were not there.
    Fault("PilotzoneRefusesRequests", page_refuses, 6, times=120),
    Fault("PilotzoneSlow", page_is_slow_among_quick_files, 10, times=20),
    Fault("PilotzonePoolExhausted", requests_wait_for_connections, 4, comes_and_goes=True),
    Fault("PilotzoneQueueAway", queue_is_away, 2),
    Fault("PilotzoneQueueOld", queue_is_old, 2, {"queue": "celery"}),
    Fault("PilotzoneSlowQueueOld", queue_of_slow_tasks_is_old, 2, {"queue": "slow"}),
    Fault("PilotzoneTasksFail", task_fails_in_worker, 0, UPLOADS),
    Fault("PilotzoneTasksFail", task_fails_without_worker, 0, UPLOADS),
    Fault("PilotzoneNoTasks", nothing_runs, 19, is_still=True),
    Fault("PilotzoneNoTasks", restarted_without_workers, 19, is_still=True),
    Fault("PilotzoneMailFails", mail_server_is_away),
    Fault("PilotzoneCacheAway", cache_is_away, 5, times=1),
    Fault("PilotzoneNoBeat", beat_was_killed, 2),
    Fault("PilotzoneNoBeat", beat_never_began, 2),
    Fault("PilotzoneNoBackup", backup_is_old, 10),
    Fault("PilotzoneNoBackup", backup_was_never_made, 10),
    Fault("PilotzoneBackupFailed", backup_fails),
    Fault("PilotzoneDiskLow", data_disk_has_a_tenth, 10, DATA),
    Fault("PilotzoneDiskLow", backups_disk_has_a_tenth, 10, BACKUPS),
    Fault("PilotzoneDiskFull", data_disk_is_full, 0, DATA),
    Fault("PilotzoneTotalsStale", cells_wait, 2),
    Fault("PilotzoneCellsSetAside", cell_is_set_aside),
    Fault("PilotzoneRollupFailed", run_fails),
    Fault("PilotzoneTotalsDiffer", total_differs),
    Fault("PilotzoneNoVerification", verification_is_old, 10),
    Fault("PilotzoneNoVerification", verification_never_ran, 10),
    Fault("PilotzoneNoRollup", rollup_is_old, 10),
    Fault("PilotzoneNoRollup", each_rollup_has_failed, 10),
    Fault("PilotzoneDataWrong", row_is_wrong, 0, {"check": "measure_of_merged_department"}),
    Fault("PilotzoneDataChecksFail", data_check_fails),
    Fault("PilotzoneNoDataChecks", data_checks_are_old, 10),
    Fault("PilotzoneNoDataChecks", data_checks_never_ran, 10),
    Fault("PilotzoneLogAltered", log_is_altered),
    Fault("PilotzoneSealsFall", log_is_cut_off),
    Fault("PilotzoneNothingSealed", entry_waits_for_its_seal, 5),
    Fault("PilotzoneNoLogCheck", log_check_is_old, 10),
    Fault("PilotzoneNoLogCheck", log_check_never_ran, 10),
]


def series(name: str, before: float | None, growth: float, after: float | None, fault: Fault) -> str:
    """The values of a sample, one a minute: HEALTHY minutes up to a fault, and those from then on."""
    # The time of promtool is 0 when the healthy minutes begin, and they end now.
    moved = HEALTHY * 60 * ("_timestamp_seconds" in name)
    healthy = [None if before is None else before + moved + growth * minute for minute in range(HEALTHY)]
    minutes = range(fault.minutes + 1)
    if after is None:
        faulty: list[float | None] = [None for _ in minutes]
    elif is_counter(name):
        happened, growth = after - (before or 0), 0 if fault.is_still else growth
        faulty = [counted(happened, minute, healthy[-1] or 0, growth, fault.times) for minute in minutes]
    else:
        faulty = [healthy[-1] if fault.comes_and_goes and minute % 2 else after + moved for minute in minutes]
    return " ".join("stale" if each is None else f"{each:.6f}" for each in healthy + faulty)


def is_counter(name: str) -> bool:
    return name.partition("{")[0].endswith(("_total", "_bucket"))


def counted(happened: float, minute: int, last: float, growth: float, times: int) -> float:
    """Return the value of a counter, so many minutes after the first of a fault. One that has fallen is of processes
    that begin anew."""
    return 0 if happened < 0 else last + growth * (minute + 1) + happened * (max(times, 1) + times * minute)


def growths(site: Site) -> dict[str, float]:
    before = site.samples()
    site.pass_a_minute()
    after = site.samples()
    return {name: value - before[name] for name, value in after.items() if is_counter(name) and name in before}


def group(fault: Fault, site: Site, growth: dict[str, float], named: set[str]) -> dict[str, Any]:
    """A fault as promtool tests it, of those samples alone that have one of the names."""
    with site.all_is_taken_back():
        before = site.samples()
        fault.cause(site)
        after: dict[str, float | None] = site.samples() | fault.by_hand
    names = sorted(name for name in before.keys() | after.keys() if name.partition("{")[0] in named)
    given = {name: series(name, before.get(name), growth.get(name, 0), after.get(name), fault) for name in names}
    return {
        "name": str(fault),
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in given.items()],
    }


def run_promtool(promtool: str, groups: list[dict[str, Any]], path: Path) -> None:
    path.write_text(json.dumps({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": groups}))
    done = subprocess.run([promtool, "test", "rules", str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def no_alert_at(minute: int) -> dict[str, Any]:
    """Return a check that no alert fires at that minute, nor has begun to wait."""
    return {"expr": "ALERTS", "eval_time": f"{minute}m", "exp_samples": []}


def fires(fault: Fault) -> dict[str, Any]:
    rule = RULES[fault.alert]
    fired = {
        "exp_labels": rule["labels"] | fault.labels,
        "exp_annotations": {name: filled(text, fault.labels) for name, text in rule["annotations"].items()},
    }
    times = [(HEALTHY - 1, []), (HEALTHY + fault.minutes - 1, []), (HEALTHY + fault.minutes, [fired])]
    return {
        "alert_rule_test": [
            {"alertname": fault.alert, "eval_time": f"{minute}m", "exp_alerts": alerts} for minute, alerts in times
        ]
    }


def filled(text: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        text = text.replace(f"{{{{ $labels.{name} }}}}", value)
    assert "{{" not in text
    return text


def test_each_alert_fires_for_its_causes_and_not_before(site: Site, promtool: str, tmp_path: Path) -> None:
    with site.all_is_taken_back():
        growth = growths(site)
    groups = [group(fault, site, growth, named_by(RULES[fault.alert])) | fires(fault) for fault in FAULTS]
    run_promtool(promtool, groups, tmp_path / "tests.json")


def all_is_well(site: Site) -> None:
    """Change nothing: `Site` is a site where all is well."""


def just_set_up(site: Site) -> None:
    for model in (Verification, IntegrityRun, Lease, StaleCell):
        model._default_manager.all().delete()
    RollupRun.objects.update(error="there was none", started_at=ago(days=2))
    (site.settings.DATA_DIR / backups.STATE_FILE).unlink()
    set_up(minutes=1)


def web_server_runs_the_schedule(site: Site) -> None:
    """Run the schedule in the web server, on a database that once had a beat."""
    Lease.objects.update(renewed_at=ago(days=9))
    site.patch.setattr(embedded_schedule, "is_here", True)


def slow_tasks_wait_for_a_backup(site: Site) -> None:
    site.queue.add("slow", seconds=7100)


def makes_no_backups(site: Site) -> None:
    backup_fails(site)
    site.patch.setattr(site.settings, "PILOTZONE_BACKUP_DIR", None)


def test_none_fires_where_nothing_is_wrong(site: Site, promtool: str, tmp_path: Path) -> None:
    with site.all_is_taken_back():
        growth = growths(site)
    states = [
        all_is_well,
        just_set_up,
        web_server_runs_the_schedule,
        slow_tasks_wait_for_a_backup,
        makes_no_backups,
    ]
    never = {"promql_expr_test": [no_alert_at(minute) for minute in (1, HEALTHY - 1, HEALTHY)]}
    groups = [group(Fault("", state), site, growth, NAMED) | never for state in states]
    run_promtool(promtool, groups, tmp_path / "tests.json")


def test_each_alert_has_a_cause() -> None:
    assert {fault.alert for fault in FAULTS} == RULES.keys()


def test_a_database_that_is_away_is_a_site_that_is_down(site: Site) -> None:
    def away(*_args: Any) -> None:
        raise OperationalError

    site.patch.setattr(site_metrics.runs, "stale_cells", away)
    site.monitor.raise_request_exception = False
    with site.all_is_taken_back():
        assert site.monitor.get("/metrics").status_code == 503


def test_a_backup_is_old_when_its_page_says_so() -> None:
    assert RULES["PilotzoneNoBackup"]["expr"].endswith(f"> {backups.STALE_HOURS * 3600}")
