"""The rows that the restore drill puts into a site, and all that a site holds, for comparing two of them.

Both run in processes of their own, by `manage.py shell`.
"""

import hashlib
import json
import sys
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from audit.archive import archive_files, prune_log
from audit.noted_seals import RESTORED
from audit.seals import seal_log
from backups.stored_files import named_files
from core.clock import now
from demonstration.accounts import DEMO_PASSWORDS, make_demo_accounts
from demonstration.fixtures import FOLDER as FIXTURES
from indicators.models import Indicator
from measures import reports
from measures.models import Comment, Measure, Report
from measures.reports import ReportData, save_draft, submit_report
from projects.models import Project
from reporting.evidence import attach_file
from reporting.services import return_report, withdraw_report
from tests.audit.test_seals import add
from tests.documents import make_pdf
from tests.factories import make_project_month, make_user, make_value_report, region

DAYS = ("2022-12-31", "2023-06-30", "2023-08-28", "2023-08-29")
ADDRESSES = (
    *(f"/api/v1/summary/?as_of={day}" for day in DAYS),
    *(f"/api/v1/rollups/measures/?by={by}&page_size=1000" for by in ("section", "department")),
    *(f"/api/v1/rollups/projects/?by={by}&page_size=1000" for by in ("city", "category", "stage")),
)
# Restoring counts all cells, which is a change of the site: other runs, and cells with other ids, which `ADDRESSES` and
# `cells` compare.
COUNTED_ANEW = ("rollups_", "web_datachange")
# The log's entry of the restore itself.
OF_RESTORE = '"event": "restored"'


def fill() -> None:
    """The demonstration, log-ins, and reports of each kind in each state with their files."""
    call_command("migrate", verbosity=0)
    _export_old_log()
    call_command("load_data", str(FIXTURES), unlikely_is_so=True, verbosity=0)
    passwords = make_demo_accounts(settings.DATA_DIR / DEMO_PASSWORDS)
    rita = User.objects.get(username="rita")
    for password in (passwords["ada"], "a wrong one"):
        Client(headers={"host": "localhost"}).post("/accounts/login/", {"username": "ada", "password": password})
    measures = Measure.objects.exclude(reports__period=date(2023, 8, 1)).order_by("pk")
    for measure, move in zip(measures[:5], ("", "submit", "withdraw", "return", "accept"), strict=True):
        by = make_user(f"{measure.code}-reporter", role="reporter", department=measure.lead_department)
        _report(measure, move, by, rita)
        Comment.objects.create(measure=measure, written_by=rita, written_at=now(), text=f"意见：{move}")
    [*projects] = Project.objects.exclude(months__period=date(2023, 8, 1)).order_by("pk")[:3]
    indicators = Indicator.objects.filter(owner__isnull=False, derived_form="").order_by("pk")[:3]
    for state, project, indicator in zip(("draft", "submitted", "returned"), projects, indicators, strict=True):
        make_project_month(project, date(2023, 8, 1), state=state)
        make_value_report(indicator, "2023Q2", state=state, region=region())
    seal_log()
    call_command("refresh_rollups", "--all", verbosity=0)


def _export_old_log() -> None:
    moment = now() - timedelta(days=settings.PILOTZONE_LOG_DAYS + 1)
    add(3, timestamp=moment)
    with patch("audit.seals.now", lambda: moment):
        seal_log()
    prune_log()


def _report(measure: Measure, move: str, by: User, rita: User) -> None:
    status = measure.status_changes.latest("pk").status
    data = ReportData(status=status, against_status=status, what_was_done="开工")
    draft = save_draft(measure, by=by, data=data)
    attach_file(draft, by=by, file=ContentFile(make_pdf(), name=f"{measure.code}.pdf"))
    if not move:
        return
    report = submit_report(Report.objects.get(pk=draft.pk), by=by)
    if move == "withdraw":
        withdraw_report(report, by=by)
    elif move == "return":
        return_report(report, by=rita, note="请补充")
    elif move == "accept":
        reports.accept_report(report, by=rita)


def comment() -> None:
    measure, by = Measure.objects.earliest("pk"), User.objects.earliest("pk")
    Comment.objects.create(measure=measure, written_by=by, written_at=now(), text="之后")


def show() -> None:
    json.dump(held(), sys.stdout, ensure_ascii=False)


def held() -> dict[str, Any]:
    """Everything: `tables` are found, so that those of tomorrow are compared too."""
    return {
        "tables": {name: _table(name) for name in sorted(connection.introspection.table_names())},
        "cells": {name: _cells(name) for name in ("rollups_measurerollup", "rollups_projectrollup")},
        "files": {name: _digest(name) for name in sorted(named_files())},
        "log_archive": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in archive_files()
            if path.name != RESTORED
        },
        "answers": {address: _answer(address) for address in ADDRESSES},
    }


def _table(name: str) -> Any:
    """How many rows, and a digest of them in whatever order."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{name}"')
        rows = sorted(text for row in cursor.fetchall() if OF_RESTORE not in (text := repr(row)))
    if name.startswith(COUNTED_ANEW):
        return None
    return [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()]


def _cells(name: str) -> list[str]:
    with connection.cursor() as cursor:
        columns = [each.name for each in connection.introspection.get_table_description(cursor, name)]
        counted = ", ".join(
            f'"{column}"' for column in columns if column not in ("id", "run_id", "computed_at", "updated_at")
        )
        cursor.execute(f'SELECT {counted} FROM "{name}"')
        return sorted(repr(row) for row in cursor.fetchall())


def _digest(name: str) -> str:
    with default_storage.open(name) as file:
        return hashlib.sha256(file.read()).hexdigest()


def _answer(address: str) -> Any:
    answer = Client(headers={"host": "localhost"}).get(address)
    assert answer.status_code == 200, (address, answer.content)
    found = answer.json()
    # When its cells were counted.
    return {name: value for name, value in found.items() if name not in ("meta", "refreshing", "computed_at")}
