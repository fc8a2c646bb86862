"""Tests of what is cleaned at night, and of what stays."""

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, Session, User
from accounts.sessions import SessionStore
from accounts.tokens import create_token, delete_ended_tokens, delete_expired_sessions, revoke_token
from backups import stored_files
from backups.stored_files import delete_files_without_row, delete_unfinished_files
from core.clock import now
from core.files import UNFINISHED, write_whole, written_beside
from core.period_codes import read_period
from indicators.values.services import ValueData, save_value
from measures.models import Evidence, Measure, Report
from measures.reports import ReportData, save_draft, submit_report
from pilotzone import tasks
from pilotzone.schedule import TASKS as SCHEDULE
from projects.months.services import MonthData, save_month
from reporting.models import AbstractEvidence, AbstractFiling
from reporting.services import delete_abandoned_drafts, withdraw_report
from rollups.models import RollupRun
from tests.factories import (
    make_department,
    make_indicator,
    make_measure,
    make_plan,
    make_project,
    make_report,
    make_user,
    region,
)
from web.models import IdempotencyKey, Lease

pytestmark = pytest.mark.django_db
A_YEAR = 365


def make_session(*, days_left: float) -> str:
    session = SessionStore()
    session["words"] = "a"
    session.set_expiry(int(days_left * 24 * 3600))
    session.save()
    return str(session.session_key)


class TestSessions:
    def test_those_that_have_expired_go(self) -> None:
        client = Client()
        client.force_login(make_user("vic"))
        alive = make_session(days_left=1)
        for _each in range(3):
            make_session(days_left=-0.001)
        assert delete_expired_sessions() == 3
        assert set(Session.objects.values_list("pk", flat=True)) == {alive, client.session.session_key}
        assert delete_expired_sessions() == 0

    def test_many_go_in_pieces(self, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any) -> None:
        monkeypatch.setattr("accounts.tokens.SESSIONS_AT_ONCE", 2)
        for _each in range(5):
            make_session(days_left=-1)
        with django_assert_max_num_queries(7):
            assert delete_expired_sessions() == 5


class TestTokens:
    def test_those_that_ended_a_year_ago_go_and_the_log_still_names_them(self) -> None:
        vic = make_user("vic")
        tokens = {
            name: create_token(vic, scope="read", name=name)[0] for name in ("valid", "revoked", "old", "expired")
        }
        for name, days in (("revoked", A_YEAR - 1), ("old", A_YEAR + 1)):
            revoke_token(tokens[name])
            AccessToken.objects.filter(name=name).update(revoked_at=timezone.now() - timedelta(days=days))
        long_ago = timezone.now() - timedelta(days=A_YEAR + 1)
        AccessToken.objects.filter(name="expired").update(created_at=long_ago - timedelta(days=90), expires_at=long_ago)
        assert delete_ended_tokens() == 2
        assert set(AccessToken.objects.values_list("name", flat=True)) == {"valid", "revoked"}
        made = LogEntry.objects.get_for_model(AccessToken).filter(action=LogEntry.Action.CREATE)
        assert made.count() == 4


@pytest.fixture
def store(today: date, settings: Any, tmp_path: Path) -> Path:
    """The folder of the evidence, in a data folder of the test's own."""
    folder = tmp_path / "evidence"
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": folder}},
    }
    return folder


@pytest.mark.usefixtures("store")
class TestDrafts:
    @pytest.fixture
    def measure(self) -> Measure:
        return make_measure(lead_department=make_department("science"))

    @pytest.fixture
    def ada(self, measure: Measure) -> User:
        return make_user("ada", role="reporter", department=measure.lead_department)

    @pytest.fixture
    def draft(self, measure: Measure, ada: User) -> Report:
        """Ada's, of a month of the year before; with a file."""
        draft = save_draft(measure, by=ada, data=ReportData("promoting", "promoting", what_was_done="Began"))
        Evidence.objects.create(report=draft, file=ContentFile(b"%PDF-", name="a.pdf"), file_name="a.pdf", size=5)
        return age(draft, A_YEAR + 1)

    def test_of_a_closed_account_they_go_after_a_year_with_their_files(
        self, draft: Report, ada: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        name = draft.evidence.get().file.name
        close(ada)
        age(draft, A_YEAR - 1)
        assert delete_abandoned_drafts(Report) == 0
        age(draft, A_YEAR + 1)
        with django_capture_on_commit_callbacks(execute=True):
            assert delete_abandoned_drafts(Report) == 1
        assert not Report.objects.exists() and not Evidence.objects.exists()
        assert not default_storage.exists(name)

    def test_of_an_open_account_they_stay_whoever_leads_the_measure_now(self, draft: Report, measure: Measure) -> None:
        measure.lead_department = make_department("energy")
        measure.save()
        assert delete_abandoned_drafts(Report) == 0
        assert Report.objects.get() == draft

    def test_one_that_a_colleague_went_on_with_stays(self, draft: Report, measure: Measure, ada: User) -> None:
        close(ada)
        Report.objects.update(edited_by=make_user("eve", role="reporter", department=measure.lead_department))
        assert delete_abandoned_drafts(Report) == 0

    def test_one_that_was_submitted_stays(self, measure: Measure, ada: User) -> None:
        draft = save_draft(measure, by=ada, data=ReportData("promoting", "promoting", what_was_done="Done"))
        withdraw_report(submit_report(draft, by=ada), by=ada)
        age(draft, A_YEAR + 1)
        close(ada)
        assert Report.objects.get().state == "draft"
        assert delete_abandoned_drafts(Report) == 0

    @pytest.mark.parametrize("kind", ["month", "value"])
    def test_of_months_and_values_they_go_too(self, kind: str, django_capture_on_commit_callbacks: Any) -> None:
        draft = self.draft_of(kind)
        evidence: type[AbstractEvidence] = type(draft).evidence.rel.related_model
        piece = evidence._default_manager.create(
            report=draft, file=ContentFile(b"%PDF-", name="a.pdf"), file_name="a.pdf", size=5
        )
        age(draft, A_YEAR + 1)
        assert delete_abandoned_drafts(type(draft)) == 0
        assert draft.edited_by is not None
        close(draft.edited_by)
        with django_capture_on_commit_callbacks(execute=True):
            tasks.clean_task.apply(throw=True)
        assert not type(draft)._default_manager.exists() and not default_storage.exists(str(piece.file.name))

    def draft_of(self, kind: str) -> Any:
        science = make_department("science")
        ada = make_user("ada", role="reporter", department=science)
        if kind == "value":
            period = read_period("2023Q2")
            assert period is not None
            return save_value(make_indicator(owner=science), region(), period, by=ada, data=ValueData())
        project = make_project(make_plan(), lead_department=science)
        return save_month(project, by=ada, period=date(2023, 7, 1), data=MonthData(stage="preparing"))


def age[F: AbstractFiling](draft: F, days: int) -> F:
    type(draft)._default_manager.filter(pk=draft.pk).update(edited_at=now() - timedelta(days=days))
    draft.refresh_from_db()
    return draft


def close(user: User) -> None:
    user.is_active = False
    user.save()


class TestStoredFiles:
    @pytest.fixture(autouse=True)
    def _of_yesterday(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The system alone says when a file came: the test waits as long as it takes to look."""
        monkeypatch.setattr(stored_files, "LEAST_AGE", -1)

    @pytest.fixture
    def named(self, store: Path) -> list[Evidence]:
        """Three pieces whose files are there."""
        report = make_report(make_measure(), date(2023, 8, 1))
        return [
            Evidence.objects.create(report=report, file=ContentFile(b"%PDF-", name="a.pdf"), file_name="a.pdf", size=5)
            for _each in range(3)
        ]

    def test_one_that_no_row_names_goes_and_is_named(
        self, store: Path, named: list[Evidence], caplog: pytest.LogCaptureFixture
    ) -> None:
        left = leave_file(store)
        # Of a restore that was killed.
        half = leave_file(store, f".{uuid4().hex}.x1y2z3{UNFINISHED}")
        assert delete_files_without_row() == 2
        assert all(default_storage.exists(str(each.file.name)) for each in named)
        assert not left.exists() and not half.exists()
        assert f"The file {left.relative_to(store)} of the evidence has no row, and is deleted." in caplog.text

    def test_one_that_came_in_the_last_day_stays(
        self, store: Path, named: list[Evidence], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where it was copied with the times of another disk."""
        monkeypatch.setattr(stored_files, "LEAST_AGE", 24 * 3600)
        left = leave_file(store)
        os.utime(left, (0, 0))
        assert delete_files_without_row() == 0
        assert left.exists()

    def test_what_somebody_else_put_there_stays(self, store: Path, named: list[Evidence]) -> None:
        others = [leave_file(store, "README.txt"), store / "lost+found"]
        others[1].write_text("of the disk")
        assert delete_files_without_row() == 0
        assert all(path.exists() for path in others)

    def test_all_stay_where_most_have_no_row(
        self, store: Path, named: list[Evidence], caplog: pytest.LogCaptureFixture
    ) -> None:
        """The site's files, and another site's database."""
        left = [leave_file(store) for _each in range(4)]
        assert delete_files_without_row() == 0
        assert all(path.exists() for path in left)
        assert "4 files of evidence have no row, and only 3 have one: none was deleted." in caplog.text

    def test_one_that_is_missing_is_named_and_its_row_stays(
        self, store: Path, named: list[Evidence], caplog: pytest.LogCaptureFixture
    ) -> None:
        name = str(named[0].file.name)
        (store / name).unlink()
        tasks.clean_task.apply(throw=True)
        [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert line == f"The file {name} of the evidence is missing: its row names it. Bring it back from a backup."
        assert Evidence.objects.count() == 3

    def test_what_was_being_written_when_its_process_was_killed_goes(
        self, store: Path, named: list[Evidence], settings: Any
    ) -> None:
        write_whole(settings.DATA_DIR / "demo.json", "{}")
        half = settings.DATA_DIR / f".demo.json.x1y2z3{UNFINISHED}"
        half.write_text("{")
        assert delete_unfinished_files() == 1
        assert not half.exists()
        assert (settings.DATA_DIR / "demo.json").exists()

    def test_what_is_being_written_now_stays(self, store: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stored_files, "LEAST_AGE", 24 * 3600)
        with written_beside(settings.DATA_DIR / "demo.json", mode=0o600) as file:
            file.write(b"{}")
            assert delete_unfinished_files() == 0
        assert (settings.DATA_DIR / "demo.json").read_text() == "{}"


def leave_file(store: Path, name: str = "") -> Path:
    """Store a file as a process that is killed leaves it, its row never committed."""
    name = name or uuid4().hex
    path = store / name.lstrip(".")[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-")
    return path


class TestTask:
    def test_says_in_one_line_what_it_deleted(self, today: date, caplog: pytest.LogCaptureFixture) -> None:
        vic = make_user("vic")
        make_session(days_left=-1)
        RollupRun.objects.create(started_at=now() - timedelta(days=31), full=True, as_of=today)
        for number in range(2):
            IdempotencyKey.objects.create(
                user=vic, key=str(number), fingerprint="", created_at=timezone.now() - timedelta(days=8)
            )
        Lease.objects.create(name="upload 1", holder="gone", renewed_at=timezone.now() - timedelta(hours=25))
        Lease.objects.create(name="schedule", holder="beat", renewed_at=timezone.now() - timedelta(hours=23))
        with caplog.at_level("INFO", "pilotzone.tasks"):
            tasks.clean_task.apply(throw=True)
        [line] = [record.getMessage() for record in caplog.records if record.name == "pilotzone.tasks"]
        assert line == (
            "Deleted: 1 expired sessions, 0 ended access tokens, 0 abandoned drafts of reports, "
            "0 abandoned drafts of months, 0 abandoned drafts of values, 0 old uploads, 0 old versions of ledgers, "
            "1 old runs, 0 old runs of the data checks, 2 old idempotency keys, 1 ended leases, "
            "0 files without a row, 0 unfinished files, 0 old log entries."
        )
        tasks.clean_task.apply(throw=True)

    def test_where_one_kind_fails_the_others_go_on(
        self, today: date, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> int:
            raise OSError("disk full")

        monkeypatch.setattr(tasks, "CLEANERS", {"old runs": fail, "expired sessions": delete_expired_sessions})
        make_session(days_left=-1)
        with caplog.at_level("INFO", "pilotzone.tasks"):
            tasks.clean_task.apply(throw=True)
        assert not Session.objects.exists()
        assert "Deleted: 1 expired sessions. Failed: old runs." in caplog.text
        assert "disk full" in caplog.text

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does so by itself")
    def test_sqlite_knows_how_large_its_tables_have_become(self, today: date) -> None:
        def known() -> list[tuple[str]]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'web_lease' AND idx IS NOT NULL")
                return list(cursor.fetchall())

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE web_lease")
        assert known() == []
        Lease.objects.bulk_create(Lease(name=f"{n}", holder="beat", renewed_at=timezone.now()) for n in range(300))
        tasks.clean_task.apply(throw=True)
        assert {stat.split()[0] for (stat,) in known()} == {"300"}

    def test_runs_each_night(self) -> None:
        [entry] = [each for each in SCHEDULE.values() if each["task"] == tasks.clean_task.name]
        assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {10})
