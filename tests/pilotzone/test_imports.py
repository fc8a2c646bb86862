"""A process imports what it needs: a command starts in half a second, and each web process has its own memory."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.services import ROOT

# What few commands and few answers need, and costs a megabyte or more.
RARE = (
    "celery",
    "cryptography",
    "docx",
    "drf_spectacular.openapi",
    "kombu",
    "lxml",
    "puremagic",
    "pypdf",
    "redis",
    "segno",
    "xlsxwriter",
)
SCRIPT = """
import contextlib, io, json, sys
from django.core.management import execute_from_command_line
with contextlib.redirect_stdout(io.StringIO()):
    execute_from_command_line(["manage.py", "help"])
after_help = list(sys.modules)
from django.test import Client
client = Client(headers={"host": "localhost"})
for path in ("/", "/measures/", "/api/v1/departments/"):
    assert client.get(path).status_code == 200, path
print(json.dumps([after_help, list(sys.modules)]))
"""


@pytest.mark.django_db(transaction=True)  # a database in the middle of a transaction cannot be copied
@pytest.mark.one_database
def test_a_command_and_the_first_answers_leave_what_few_need_alone(tmp_path: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as copy:
        connection.connection.backup(copy)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PILOTZONE_", "COV_"))}
    ours = {
        "DJANGO_SETTINGS_MODULE": "pilotzone.settings",
        "PILOTZONE_DATA_DIR": str(tmp_path),
        "PILOTZONE_PUBLIC_READING": "1",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "CACHE_URL": "",
    }
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment | ours, capture_output=True, text=True, check=True)
    after_help, after_answers = map(set, json.loads(done.stdout.splitlines()[-1]))
    # REST framework looks for the fields of PostgreSQL, which brings psycopg.
    assert after_help.intersection([*RARE, "psycopg", "rest_framework.views"]) == set()
    assert after_answers.intersection(RARE) == set()
