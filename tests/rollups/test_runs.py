"""The staff page of runs: how the totals stand, in a sentence; what the last check found; which runs failed."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from audit.check import last_check
from core.clock import SHANGHAI
from pilotzone.celery import app
from rollups import runs
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell, Verification
from rollups.services import rebuild_rollups, verify_and_record
from tests import factories as make
from tests.pages import text_of
from web.site import site_profile

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2023, 8, 29, 14, 30, tzinfo=SHANGHAI)


@pytest.fixture
def site(today, monkeypatch):
    """Science leads two measures of Innovation, and Qingdao has a project; it is half past two, all day long."""
    at = {"now": AT}
    for module in ("rollups.runs", "rollups.engine", "rollups.services", "rollups.freshness"):
        monkeypatch.setattr(f"{module}.now", lambda: at["now"])
    section = make.make_section(slug="innovation", title_en="Innovation-driven development", title_zh="创新驱动")
    science = make.make_department("science", short_en="Science", short_zh="科技厅")
    for _ in range(2):
        make.make_measure(section, science)
    make.make_project(city="370200", category="energy", stage="completed", investment=50_000)
    rebuild_rollups()
    return at


@pytest.fixture
def audit(site):
    return reader("audit", role="auditor")


@pytest.fixture
def admin(site):
    return reader("admin", is_superuser=True, is_staff=True)


def reader(name, **fields):
    client = Client()
    client.force_login(make.make_user(name, **fields))
    return client


def page_of(client, query="", language="en"):
    response = client.get(f"/runs/?lang={language}{query}")
    assert response.status_code == 200
    return response.content.decode()


def words_of(client, query="", language="en"):
    return text_of(page_of(client, query, language))


def mark(*, seconds, key=(1, 1, 1), kind="measures"):
    StaleCell.objects.create(kind=kind, key=list(key), marked_at=AT - timedelta(seconds=seconds))


def add_run(*, minutes, **fields):
    at = AT - timedelta(minutes=minutes)
    return RollupRun.objects.create(started_at=at, finished_at=at + timedelta(seconds=2.5), as_of=at.date(), **fields)


class TestTheSentence:
    def test_nothing_was_ever_computed(self, today):
        client = reader("audit", role="auditor")
        words = words_of(client)
        assert "No totals are stored : no run has ended yet." in words
        assert "No run yet: the totals are computed when data are loaded or a report is accepted." in words
        assert "Nothing has been checked yet" in words
        assert "尚无汇总数据 ：尚无已结束的汇总运行。" in words_of(client, language="zh-hans")

    def test_all_is_fresh_and_was_not_checked(self, audit):
        assert "Totals are up to date ; they have not been checked yet." in words_of(audit)

    def test_all_is_fresh_and_right(self, audit, site):
        site["now"] = datetime(2023, 8, 28, 23, 30, tzinfo=SHANGHAI)
        verify_and_record()
        site["now"] = AT
        words = words_of(audit)
        assert "Totals are up to date ; checked on 28 August 2023 at 23:30: no difference." in words
        assert "2 cells were held against their rows at 2023-08-28 23:30, in 0 ms: no difference." in words
        assert "汇总数据均为最新 ；2023年8月28日23:30核验，全部一致。" in words_of(audit, language="zh-hans")

    def test_cells_wait(self, audit):
        mark(seconds=12)
        mark(seconds=5)
        mark(seconds=1, key=(1, 1, 1, "completed"), kind="projects")
        words = words_of(audit)
        # One of the two was marked twice.
        assert "2 cells wait to be recomputed, the oldest for 12 s." in words
        assert "Pending cells 2 The oldest waits for 12 s" in words
        assert "worker and the beat" not in words
        chinese = words_of(audit, language="zh-hans")
        assert "2个汇总单元 待更新，最久已等待12秒。" in chinese
        StaleCell.objects.all().delete()
        assert "Pending cells 0 The oldest waits for — " in words_of(audit)
        mark(seconds=0.2)
        assert "1 cell waits to be recomputed, the oldest for 1 s." in words_of(audit)
        mark(seconds=61)
        assert "1 cell waits to be recomputed, the oldest for 61 s." in words_of(audit)
        assert "see that a worker and the beat are running" in words_of(audit)

    def test_the_day_has_turned(self, audit, settings):
        settings.PILOTZONE_TODAY = date(2023, 8, 30)
        assert "The stored totals are those of an earlier day ; the next sweep renews them." in words_of(audit)

    def test_the_last_run_failed(self, audit):
        add_run(minutes=-1, error="OperationalError: deadlock <detected>\nDETAIL: two processes")
        words = words_of(audit)
        assert "The last run failed , on 29 August 2023 at 14:31: OperationalError: deadlock &lt;detected&gt;" in words
        assert words.index("The last run failed") < words.index("Failed runs, last 24 hours 1 Last run at 14:31")

    def test_a_run_that_went_well_since_ends_the_alarm(self, audit):
        add_run(minutes=-1, error="OperationalError: deadlock")
        add_run(minutes=-2, cells=1)
        words = words_of(audit)
        assert "Totals are up to date" in words
        assert "Failed runs, last 24 hours 1" in words

    def test_the_pinned_day_begins_again_at_midnight_and_the_newest_is_still_the_newest(self, audit, site):
        add_run(minutes=-9 * 60, error="OperationalError: deadlock")
        MeasureRollup.objects.update(promoting=1, completed=1)
        site["now"] = AT + timedelta(hours=9)
        verify_and_record()
        site["now"] = AT - timedelta(hours=14)
        rebuild_rollups()
        verify_and_record()
        assert "Totals are up to date ; checked on 29 August 2023 at 00:30: no difference." in words_of(audit)

    def test_the_last_check_found_differences_and_then_all_was_recomputed(self, audit, site):
        MeasureRollup.objects.update(promoting=1, completed=1)
        ProjectRollup.objects.all().delete()
        verify_and_record()
        assert "The last check found 2 differences , on 29 August 2023 at 14:30." in words_of(audit)
        assert "最近一次核验发现2处不一致 （2023年8月29日14:30）。" in words_of(audit, language="zh-hans")
        # A refresh of what changed mends nothing.
        add_run(minutes=-2, cells=1)
        assert "recomputed since" not in words_of(audit)
        site["now"] = AT + timedelta(minutes=5)
        rebuild_rollups()
        assert "All totals were recomputed since; check again to be sure." in words_of(audit)
        verify_and_record()
        assert "Totals are up to date" in words_of(audit)


class TestTheDifferences:
    def test_a_wrong_cell_a_missing_one_and_one_too_many_are_told_in_words(self, audit):
        MeasureRollup.objects.update(promoting=1, completed=1)
        row = ProjectRollup.objects.get()
        ProjectRollup.objects.all().delete()
        row.pk, row.category = None, make.category(row.plan, "industry")
        row.save()
        verify_and_record()
        words = words_of(audit)
        assert (
            "3 of 3 cells, held against their rows at 2023-08-29 14:30 in 0 ms, are not what their rows say." in words
        )
        # total, being promoted, in progress, completed, due, green, yellow, red, illustrative
        assert (
            "Science · Innovation-driven development Stored 2 1 0 1 0 0 2 0 2 2023-08-29 Three-year action plan"
            " Computed 2 differs ≠ 2 0 differs ≠ 0 0 0 2 0 2" in words
        )
        assert (
            "Qingdao · Energy · Completed Stored — — — — — — — — 2023-08-29 Three-year action plan"
            " Computed differs ≠ 1 differs ≠ 5.00 differs ≠ 1 differs ≠ 0 differs ≠ 0.00 differs ≠ 0.00"
            " differs ≠ 1 differs ≠ 1" in words
        )
        assert (
            "Qingdao · Key industries · Completed Stored 1 5.00 1 0 0.00 0.00 1 1 2023-08-29 Three-year action plan"
            " Computed differs ≠ — differs ≠ — differs ≠ —" in words
        )
        chinese = words_of(audit, language="zh-hans")
        assert "科技厅 · 创新驱动 已存 2 1 0 1" in chinese
        assert "青岛 · 能源 · 建成 已存 — —" in chinese
        assert "manage.py refresh_rollups --all manage.py verify_rollups --record" in words

    def test_what_no_longer_exists_is_named_by_its_number(self, audit):
        counts = {"total": 1, "investment": 10_000, "started": 1, "without_month": 1, **dict.fromkeys(NONE, 0)}
        Verification.objects.create(
            started_at=AT, finished_at=AT, cells=1, differing=1,
            differences=[
                {"kind": "projects", "key": [901, 902, 903, "completed"], "as_of": "2023-08-28", "stored": counts,
                 "fresh": None},
            ],
        )  # fmt: skip
        words = words_of(audit)
        assert (
            "no longer there (902) · no longer there (903) · Completed Stored 1 1.00 1 0 0.00 0.00 1 — 2023-08-28"
            in words
        )
        assert "2023-08-28 no longer there (901)" in words

    def test_of_more_than_a_hundred_it_says_so(self, audit):
        MeasureRollup.objects.update(promoting=1, completed=1)
        check = verify_and_record()
        assert "are kept and shown" not in words_of(audit)
        Verification.objects.update(cells=3000, differing=250, differences=check.differences * 100)
        words = words_of(audit)
        assert "250 of 3,000 cells" in words
        assert "The first 100 are kept and shown." in words


# Sums of a project that nothing is planned for, and that has no month.
NONE = ("to_start", "planned", "invested")


class TestTheRuns:
    def test_are_listed_newest_first(self, audit):
        RollupRun.objects.all().delete()
        add_run(minutes=60, full=True, cells=1518, retries=2)
        add_run(minutes=30, cells=1)
        words = words_of(audit)
        newer = "2023-08-29 14:00:00 Done 1 2.5 s 0 Changes 2023-08-29"
        older = "2023-08-29 13:30:00 Done 1,518 2.5 s 2 All cells 2023-08-29"
        assert 0 < words.index(newer) < words.index(older)
        assert "2023-08-29 14:00:00 完成 1 2.5秒 0 变更部分 2023-08-29" in words_of(audit, language="zh-hans")

    def test_a_failed_one_shows_its_first_line_and_folds_the_rest(self, audit):
        add_run(minutes=5, error="OperationalError: deadlock <b>\nDETAIL: Process 1 waits", retries=1)
        add_run(minutes=6, error="IntegrityError: one line")
        page = page_of(audit)
        assert re.search(r"<details>\s*<summary>OperationalError: deadlock &lt;b&gt;</summary>", page)
        assert page.count("<details>") == 1
        words = text_of(page)
        assert "2023-08-29 14:25:00 Failed 0 2.5 s 1 Changes 2023-08-29 OperationalError: deadlock" in words
        assert "2023-08-29 14:24:00 Failed 0 2.5 s 0 Changes 2023-08-29 IntegrityError: one line" in words

    def test_only_failed_ones_can_be_shown(self, audit):
        words = words_of(audit, "&failed=1")
        assert "No run has failed Clear filters" in words
        add_run(minutes=5, error="IntegrityError: one line")
        words = words_of(audit, "&failed=1")
        assert "1 result " in words
        assert "14:25:00 Failed" in words
        assert "Done" not in words

    @pytest.mark.parametrize("query", ["failed=yes", "failed=0", "page=0", "page=9", "page=x"])
    def test_what_the_list_does_not_have_is_refused(self, audit, query):
        assert audit.get(f"/runs/?{query}").status_code == 400

    def test_come_in_pages(self, audit):
        for minutes in range(60):
            add_run(minutes=minutes, error="E: x" if minutes < 55 else "")
        assert "Page 1 of 2 Next page" in words_of(audit)
        words = words_of(audit, "&page=2&failed=1")
        assert "Page 2 of 2 Previous page" in words
        assert words.count("Failed 0 2.5 s") == 5

    def test_the_number_of_queries_is_fixed(self, admin):
        MeasureRollup.objects.update(promoting=1, completed=1)
        ProjectRollup.objects.all().delete()
        verify_and_record()
        make.make_plan("first")  # so that the head has plans to choose from both times
        few = queries_of(admin)
        # One of them for the months of projects that wait, which the menu counts.
        assert few <= 24
        science, energy = make.make_department(), make.make_department()
        for plan in (make.make_plan("second"), make.make_plan("third")):
            for department in (science, energy):
                make.make_measure(make.make_section(plan), department)
        rebuild_rollups()
        MeasureRollup.objects.update(promoting=0, completed=1, total=1, green=0, yellow=1, red=0, due=0, illustrative=1)
        ProjectRollup.objects.all().delete()
        verify_and_record()
        for minutes in range(60):
            add_run(minutes=minutes + 1)
            mark(seconds=minutes, key=(1, 1, minutes))
        assert queries_of(admin) == few


def queries_of(client):
    site_profile()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/runs/").status_code == 200
    return len(queries)


class TestWhoActs:
    def test_the_page_is_linked_for_those_who_may_open_it(self, admin, audit, open_reading):
        link = 'href="/runs/"'
        assert link in admin.get("/").content.decode()
        assert link in audit.get("/").content.decode()
        for name, role in (("rita", "reviewer"), ("vic", "viewer")):
            assert link not in reader(name, role=role).get("/").content.decode()
        assert link not in Client().get("/").content.decode()

    def test_the_auditor_reads_and_presses_nothing(self, audit):
        assert 'name="task"' not in page_of(audit)
        assert audit.post("/runs/", {"task": "recompute"}).status_code == 403
        assert RollupRun.objects.count() == 1

    def test_an_unknown_task_is_refused(self, admin):
        assert admin.post("/runs/", {"task": "drop"}).status_code == 400
        assert admin.post("/runs/").status_code == 400
        assert RollupRun.objects.count() == 1

    def test_without_a_broker_it_is_done_at_once(self, admin, monkeypatch):
        monkeypatch.setitem(app.conf, "task_always_eager", True)
        MeasureRollup.objects.update(promoting=1, completed=1)
        answer = admin.post("/runs/", {"task": "check"}, follow=True)
        assert answer.redirect_chain == [("/runs/", 302)]
        assert Verification.objects.get().differing == 1
        assert "已全部核验，结果见下方。" in text_of(answer.content.decode())

        answer = admin.post("/runs/", {"task": "recompute"}, follow=True)
        assert "已全部重新计算。" in text_of(answer.content.decode())
        assert MeasureRollup.objects.get().completed == 0
        assert RollupRun.objects.filter(full=True).count() == 2

    def test_a_failure_is_told_and_not_hidden(self, admin, monkeypatch):
        monkeypatch.setitem(app.conf, "task_always_eager", True)
        monkeypatch.setattr("rollups.engine._write", lambda *args, **kwargs: 1 / 0)
        answer = admin.post("/runs/", {"task": "recompute"}, follow=True)
        words = text_of(answer.content.decode())
        assert "重新计算失败，原因见下方失败的运行记录。" in words
        assert "最近一次汇总运行失败 （2023年8月29日14:30）：ZeroDivisionError: division by zero" in words

    @pytest.mark.parametrize(
        ("task", "words"),
        [
            ("recompute", "正在全部重新计算，结束后列入下方运行记录。"),
            ("check", "已开始核验，结束后在本页显示结果。"),
        ],
    )
    def test_with_a_broker_it_is_queued(self, admin, monkeypatch, task, words):
        asked = []
        monkeypatch.setattr(import_string(runs.TASKS[task]), "delay", lambda: asked.append(task))
        assert words in text_of(admin.post("/runs/", {"task": task}, follow=True).content.decode())
        assert asked == [task]

    def test_a_broker_that_is_away_is_told(self, admin, monkeypatch):
        def away():
            raise OperationalError("no route to host")

        monkeypatch.setattr(import_string(runs.TASKS["check"]), "delay", away)
        words = text_of(admin.post("/runs/", {"task": "check"}, follow=True).content.decode())
        assert "任务队列无响应，未开始任何操作。请检查Redis是否运行。" in words


class TestMetrics:
    def test_say_what_waits_what_failed_and_what_the_last_check_found(self, site, monitor, monkeypatch):
        monkeypatch.setattr("pilotzone.site_metrics.now", lambda: AT)
        mark(seconds=12)
        mark(seconds=3)
        add_run(minutes=10, error="E: x")
        add_run(minutes=24 * 60 - 1, error="E: x")
        add_run(minutes=24 * 60 + 1, error="E: x")
        # Newer than the last that went well, and no proof that anything works.
        add_run(minutes=-1, error="E: x")
        MeasureRollup.objects.update(promoting=1, completed=1)
        StaleCell.objects.filter(key__0=1).update(key=[901, 1, 1])
        verify_and_record()
        # Which type of rows the log has seals of is asked once a process.
        last_check()
        with CaptureQueriesContext(connection) as queries:
            lines = monitor.get("/metrics").content.decode().splitlines()
        found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        assert (
            found.items()
            >= {
                "pilotzone_stale_cells": "1.0",
                "pilotzone_stale_cell_oldest_seconds": "12.0",
                "pilotzone_cells_set_aside": "0.0",
                "pilotzone_rollup_failed_runs": "3.0",
                "pilotzone_rollup_last_run_timestamp_seconds": "1.6932906e+09",
                "pilotzone_rollup_last_run_cells": "2.0",
                "pilotzone_rollup_last_run_seconds": "0.0",
                "pilotzone_verification_timestamp_seconds": "1.6932906e+09",
                "pilotzone_verification_cells": "2.0",
                "pilotzone_verification_differing_cells": "1.0",
            }.items()
        )
        # Two ask how old the site is, since its data and its log were never checked; four about the log besides.
        assert len(queries) <= (12 if connection.vendor == "sqlite" else 14)

    def test_tell_of_what_never_was_that_it_is_as_old_as_the_site(self, today, monitor):
        MigrationRecorder(connection).migration_qs.update(applied=AT)
        page = monitor.get("/metrics").content.decode()
        assert "pilotzone_stale_cells 0.0" in page
        assert "pilotzone_rollup_failed_runs 0.0" in page
        for name in ("verification", "rollup_last_run", "integrity", "log_check"):
            assert f"pilotzone_{name}_timestamp_seconds 1.6932906e+09" in page
        assert "pilotzone_verification_cells" not in page
        assert "pilotzone_rollup_last_run_cells" not in page


def test_the_admin_shows_checks_and_edits_none(admin, site):
    check = verify_and_record()
    assert "1 汇总核验" in admin.get("/admin/rollups/verification/").content.decode()
    assert admin.get("/admin/rollups/verification/add/").status_code == 403
    assert admin.post(f"/admin/rollups/verification/{check.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/rollups/verification/{check.pk}/change/", {"cells": 9}).status_code == 403
    assert Verification.objects.get().cells == 2
