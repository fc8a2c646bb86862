"""The alerts and the dashboard of `deploy/` ask for what `/metrics` has."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.queue import SENT_AT
from integrity.running import run_and_keep
from pilotzone import embedded_schedule, metrics_folder, task_signals
from pilotzone.site_metrics import SiteCollector
from rollups.services import rebuild_rollups, verify_and_record
from tests import factories as make
from tests.services import ROOT

ALERTS = ROOT / "deploy" / "alerts.yml"
BOARD = ROOT / "deploy" / "grafana.json"
# Of Prometheus itself.
PROMETHEUS = {"up"}
OF_KIND = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"], "gauge": [""]}
# Of an expression: a name with its labels, if any; what is no function and no word of the language.
USED = re.compile(r"(?<![\w\"$])(up|pilotzone_\w+)(?:\{([^}]*)\})?")


# How a sentence begins that says what to do.
TO_DO = re.compile(r"(?:^|[.;:] )(?:Ask|Compare|Correct|Follow|Give|Look|Make|Mend|Read|Search|Start)\b")


def rules() -> list[Any]:
    (group,) = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def panels() -> list[Any]:
    return list(json.loads(BOARD.read_text(encoding="utf-8"))["panels"])


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.fixture
def had(db: None, today: date, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> dict[str, str]:
    """Each name that `/metrics` has once everything has run -> of which family."""
    # An earlier test may have had this process share its counts with others, or run the schedule.
    monkeypatch.setattr(metrics_folder, "_held", None)
    monkeypatch.setattr(embedded_schedule, "is_here", False)
    settings.REDIS_URL, settings.PILOTZONE_BACKUP_DIR = "redis://127.0.0.1:1/0", tmp_path
    make.make_measure()
    rebuild_rollups()
    verify_and_record()
    run_and_keep()
    return {
        f"{family.name}{ending}": family.name for family in SiteCollector().collect() for ending in OF_KIND[family.type]
    }


def test_every_metric_that_they_name_is_one_that_the_site_has(had: dict[str, str]) -> None:
    named = {found[1] for each in expressions() for found in USED.finditer(each)}
    assert len(named) > 20
    assert named - PROMETHEUS - set(had) == set()


def test_every_family_is_watched_by_one_of_them(had: dict[str, str]) -> None:
    named = {had.get(found[1]) for each in expressions() for found in USED.finditer(each)}
    sizes = {"pilotzone_rollup_last_run_cells", "pilotzone_rollup_last_run_seconds", "pilotzone_verification_cells"}
    assert set(had.values()) - named == sizes


def test_labels_are_those_of_their_metric(had: dict[str, str], monitor: Any) -> None:
    monitor.get("/measures/")
    known = {"requests": "route method status", "tasks": "task result", "mails": "result", "cache_lookups": "result"}
    known |= {"integrity_rows": "check severity", "request_seconds": "route", "queue_oldest_seconds": "queue"}
    for expression in expressions():
        for found in USED.finditer(expression):
            if found[2] and found[1] not in PROMETHEUS:
                family = had[found[1]].removeprefix("pilotzone_")
                assert set(re.findall(r"(\w+)=", found[2])) <= set(known[family].split()), expression


def test_each_alert_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 15
    for rule in rules():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert set(rule["annotations"]) == {"summary", "description"}
        assert all(text.endswith(".") for text in rule["annotations"].values())
        assert TO_DO.search(rule["annotations"]["description"]), rule["alert"]


def test_the_panels_do_not_lie_over_each_other() -> None:
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels()]
    assert len(places) == len(set(places))
    assert len({each["id"] for each in panels()}) == len(places)


def test_prometheus_takes_the_rules(promtool: str) -> None:
    done = subprocess.run([promtool, "check", "rules", str(ALERTS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_age_of_a_task_comes_from_a_header_of_its_message() -> None:
    headers: dict[str, Any] = {}
    task_signals.add_headers(headers=headers)
    assert headers[SENT_AT] > 1_600_000_000
