"""Tests of what the web server holds in memory: its workers share what was loaded before they were made."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.services import ROOT

# What no page and no address of the API needs: large, or for building and testing.
NOT_SERVED = [
    "plotly",
    "pypinyin",
    "numpy",
    "pandas",
    "babel.messages",
    "openpyxl",
    "pypdf",
    "hypothesis",
    "playwright",
    "pytest",
]
# One of each kind of entrance.
SERVED = [
    "dashboard.views",
    "measures.views.measures",
    "measures.views.report_form",
    "projects.api.projects",
    "measures.admin",
]


@pytest.fixture(scope="module")
def loaded() -> Any:
    script = f"""
import gc, json, sys
from pilotzone import gunicorn
from pilotzone.wsgi import application
gunicorn.when_ready(None)
frozen = gc.get_freeze_count()
served = sorted(set({SERVED}) & set(sys.modules))
from django.db import connections
from django.template import engines
from django.test import Client
is_connected = connections["default"].connection is not None
answer = Client(headers={{"host": "localhost"}}).get("/healthz")
cached = engines["django"].engine.template_loaders[0].get_template_cache
print(json.dumps({{
    "not served": sorted(set({NOT_SERVED}) & set(sys.modules)),
    "served": served,
    "status": answer.status_code,
    "is connected": is_connected,
    "frozen": frozen,
    "templates": sorted(cached),
}}))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_an_operator_says_how_much_is_done_at_once() -> None:
    script = """
from django.conf import settings
from pilotzone import gunicorn
from pilotzone.celery import app
pool = settings.DATABASES["default"]["OPTIONS"]["pool"]
print(gunicorn.workers, gunicorn.threads, pool["max_size"], app.conf.worker_concurrency)
"""
    asked = {
        "PILOTZONE_WEB_WORKERS": "3",
        "PILOTZONE_WEB_THREADS": "6",
        "PILOTZONE_TASK_PROCESSES": "5",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }
    for more, connections in (({}, 11), ({"PILOTZONE_DATABASE_CONNECTIONS": "7"}, 7)):
        environment = {**os.environ, **asked, **more}
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["3", "6", str(connections), "5"]


def test_what_no_page_needs_is_not_loaded(loaded: Any) -> None:
    assert (loaded["status"], loaded["not served"]) == (200, [])


def test_what_pages_need_is_loaded_before_there_are_workers(loaded: Any) -> None:
    assert loaded["served"] == sorted(SERVED)
    assert {"base.html", "dashboard/overview.html", "components/field.html"} <= set(loaded["templates"])
    # The collector writes into what is not frozen, which makes it each worker's own.
    assert loaded["frozen"] > 100_000


def test_no_connection_is_opened_that_workers_would_share(loaded: Any) -> None:
    assert loaded["is connected"] is False
