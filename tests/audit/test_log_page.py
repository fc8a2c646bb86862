"""The page of the log: for auditors and administrators to read, filter and search."""

import csv
import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.db.models import QuerySet
from django.test import Client

from accounts.log import Event, log_event_of_log, log_settings
from accounts.models import LogSeal, User
from accounts.tokens import create_token
from audit.seals import seal_log
from audit.tasks import verify_log_task
from tests import factories as make
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(today) -> Client:
    client = Client()
    client.force_login(make.make_user("audit", role="auditor"))
    LogEntry.objects.all().delete()
    return client


def open_log(client: Client, query: str = ""):
    """Open the log and delete the entry of that, which would stand in the next answer."""
    response = client.get(f"/log/{query}")
    LogEntry.objects.filter(additional_data__event="log_read").delete()
    return response


def words(client: Client, query: str = "", language: str = "en") -> str:
    client.cookies["pilotzone_language"] = language
    response = open_log(client, query)
    assert response.status_code == 200, response
    return text_of(response.content.decode()).replace("&gt;", ">")


def rows(client: Client, query: str) -> list[str]:
    """Return the person of each row."""
    return [row.who for row in open_log(client, query).context["rows"]]


def entry_of(user: User, **fields) -> LogEntry:
    return LogEntry.objects.log_create(user, force_log=True, action=LogEntry.Action.UPDATE, actor=user, **fields)


class TestWhatItSays:
    def test_an_empty_log_says_so_in_both_languages(self, audit):
        assert "Nothing has been logged yet" in words(audit)
        assert "尚无日志记录" in words(audit, language="zh-hans")
        assert "No entries match these filters Clear filters" in words(audit, "?who=nobody")

    def test_a_change_names_person_object_field_old_and_new_value_and_address(self, audit):
        science, energy = make.make_department("science"), make.make_department("energy", short_en="Energy bureau")
        vic = make.make_user("vic", department=science)
        LogEntry.objects.all().delete()
        vic.department, vic.role = energy, "reviewer"
        vic.save()
        LogEntry.objects.update(actor=vic, remote_addr="192.0.2.7")
        english = words(audit)
        assert "vic Changed: user vic" in english
        assert "Role: Viewer → Reviewer" in english
        assert "→ Energy bureau" in english
        assert "192.0.2.7" in english
        assert "→ 审核人" in words(audit, language="zh-hans")

    def test_times_are_those_of_shanghai(self, audit):
        vic = make.make_user("vic")
        LogEntry.objects.all().delete()
        entry = entry_of(vic)
        LogEntry.objects.filter(pk=entry.pk).update(timestamp=datetime(2023, 8, 28, 16, 30, 5, tzinfo=UTC))
        assert "2023-08-29 00:30:05" in words(audit)

    def test_log_ins_failures_exports_and_settings_are_said_in_words(self, audit):
        make.make_user("vic", password="only-for-tests")
        LogEntry.objects.all().delete()
        client = Client()
        client.post("/accounts/login/", {"username": "root", "password": "guess"})
        client.post("/accounts/login/", {"username": "vic", "password": "only-for-tests"})
        client.get("/api/v1/projects/?format=csv&stage=completed&as_of=2023-06-30")
        client.post("/accounts/logout/")
        log_settings({"PILOTZONE_SILENT_DAYS": "62"})
        log_settings({"PILOTZONE_SILENT_DAYS": "90"})
        english = words(audit)
        for sentence in (
            "root (as typed) Log-in failed",
            "vic Logged in",
            "vic Logged out",
            "vic Exported a list projects.csv, rows: 0, as of 2023-06-30",
            "/api/v1/projects/?format=csv&amp;stage=completed",
            "The site, or a command Settings changed PILOTZONE_SILENT_DAYS 62 → 90",
        ):
            assert sentence in english
        chinese = words(audit, language="zh-hans")
        for sentence in ("登录失败", "登录成功", "退出登录", "导出列表", "设置变更"):
            assert sentence in chinese

    def test_a_change_of_password_shows_no_part_of_it(self, audit):
        vic = make.make_user("vic")
        LogEntry.objects.all().delete()
        vic.set_password("A-much-longer-one")
        vic.save()
        assert "Password: another one" in words(audit)

    def test_the_moves_of_a_report_are_said_with_person_and_address_and_without_its_text(self, audit):
        science = make.make_department("science")
        measure = make.make_measure(make.make_section(), science, code="M001", title_zh="推进试点")
        ada, rita = make.make_user("ada", role="reporter", department=science), make.make_user("rita", role="reviewer")
        LogEntry.objects.all().delete()
        token = {"Authorization": f"Bearer {create_token(ada, scope='report')[1]}"}
        body = {"period": "2023-08", "status": "promoting", "what_was_done": "写下的话"}
        api, office = Client(REMOTE_ADDR="192.0.2.7", headers=token), Client(REMOTE_ADDR="192.0.2.8")
        api.post("/api/v1/measures/M001/reports/", body, "application/json")
        office.force_login(rita)
        report = measure.reports.get()
        submit = f"/api/v1/measures/M001/reports/{report.pk}/submit/"
        for decision in ({"decision": "return", "note": "退回的话"}, {"decision": "accept"}):
            api.post(submit, {}, "application/json")
            office.post("/review/decide/", {"report": report.content_key, **decision})
        said = words(audit, "?what=reports", language="zh-hans")
        for line in (
            "ada 提交 M001 推进试点 2023-08 成功 192.0.2.7",
            "ada 重新提交 M001 推进试点 2023-08 成功 192.0.2.7",
            "rita 退回 M001 推进试点 2023-08 成功 192.0.2.8",
            "rita 审核通过 M001 推进试点 2023-08 成功 192.0.2.8",
        ):
            assert line in said
        assert "写下的话" not in said
        assert "退回的话" not in str(list(LogEntry.objects.values()))

    def test_links_and_what_no_model_knows_any_more_are_shown_too(self, audit):
        measure = make.make_measure()
        measure.participating_departments.add(make.make_department("joined", name_zh="参与部门"))
        entry = LogEntry.objects.log_create(measure, action=1, changes={"gone": ["1", "2"], "due_on": ["None", "soon"]})
        LogEntry.objects.create(content_type=entry.content_type, object_repr="?", action=2, changes=None)
        english = words(audit)
        assert "added 参与部门" in english
        assert "Gone: 1 → 2" in english

    def test_it_takes_as_many_queries_for_fifty_rows_as_for_one(self, audit, django_assert_max_num_queries):
        science = make.make_department("science")
        for number in range(30):
            make.make_user(f"user{number}", department=science)
        with django_assert_max_num_queries(16):
            audit.get("/log/")


class TestFilters:
    @pytest.fixture
    def people(self, audit) -> Client:
        vic, ada = make.make_user("vic"), make.make_user("ada")
        LogEntry.objects.all().delete()
        for user, day in ((vic, 27), (vic, 28), (ada, 29)):
            entry = entry_of(user, changes={"last_name": ["None", f"王{day}"]})
            LogEntry.objects.filter(pk=entry.pk).update(timestamp=make.shanghai(date(2023, 8, day)))
        return audit

    def test_by_day(self, people):
        assert rows(people, "") == ["ada", "vic", "vic"]
        assert rows(people, "?since=2023-08-28") == ["ada", "vic"]
        assert rows(people, "?until=2023-08-28") == ["vic", "vic"]
        assert rows(people, "?since=2023-08-28&until=2023-08-28") == ["vic"]

    def test_a_day_begins_at_midnight_in_shanghai(self, people):
        LogEntry.objects.filter(actor__username="ada").update(timestamp=datetime(2023, 8, 28, 16, 0, tzinfo=UTC))
        assert rows(people, "?since=2023-08-29") == ["ada"]
        assert rows(people, "?until=2023-08-28") == ["vic", "vic"]

    @pytest.mark.parametrize("query", ["?since=0001-01-01", "?until=9999-12-31", "?since=0001-01-01&until=9999-12-31"])
    def test_the_ends_of_the_calendar_are_days_too(self, people, query):
        assert len(rows(people, query)) == 3

    def test_by_person_and_by_the_name_that_was_typed(self, people):
        assert rows(people, "?who=ada") == ["ada"]
        Client().post("/accounts/login/", {"username": "adam", "password": "guess"})
        assert rows(people, "?who=ada") == ["adam", "ada"]

    def test_by_kind(self, people):
        Client().post("/accounts/login/", {"username": "root", "password": "guess"})
        make.make_measure()
        log_settings({"PILOTZONE_PLAN": "a"})
        assert rows(people, "?what=failures") == ["root"]
        assert rows(people, "?what=accounts") == ["ada", "vic", "vic"]
        assert rows(people, "?what=settings") == [""]
        assert set(rows(people, "?what=data")) == {""}
        assert rows(people, "?what=tokens") == rows(people, "?what=exports") == []

    def test_by_words_of_the_change_in_any_script(self, people):
        assert rows(people, "?search=王29") == ["ada"]
        assert rows(people, "?search=vic") == ["vic", "vic"]
        LogEntry.objects.filter(actor__username="ada").update(cid="4f2a")
        assert rows(people, "?search=4f2a") == ["ada"]

    @pytest.mark.parametrize("query", ["?since=yesterday", "?what=everything", "?page=99", "?ordering=who"])
    def test_what_cannot_be_answered_is_said(self, people, query):
        assert people.get(f"/log/{query}").status_code == 400

    def test_pages(self, people):
        assert rows(people, "?page_size=1&page=2") == ["vic"]
        assert "Page 2 of 3" in words(people, "?page_size=1&page=2")


class TestFiles:
    @pytest.fixture
    def two(self, audit) -> Client:
        vic, ada = make.make_user("vic"), make.make_user("ada")
        LogEntry.objects.all().delete()
        for user, name in ((vic, "=1+1"), (ada, "王")):
            entry = entry_of(user, changes={"last_name": ["None", name]})
            moment = datetime(2023, 8, 28, 16, 30, 5, tzinfo=UTC)
            LogEntry.objects.filter(pk=entry.pk).update(timestamp=moment, cid="4f2a", remote_addr="192.0.2.7")
        return audit

    def test_hold_what_the_filters_show(self, two):
        answer = two.get("/log/?who=vic&format=ndjson&lang=en")
        assert answer["Content-Disposition"].startswith('attachment; filename="log-2023-08-29')
        [row] = (json.loads(line) for line in answer.getvalue().splitlines())
        assert row == {
            "id": LogEntry.objects.get(actor__username="vic", action=LogEntry.Action.UPDATE).pk,
            "time": "2023-08-29T00:30:05+08:00",
            "person": "vic",
            "what": "Changed: user",
            "object": "vic",
            "details": "Last name: — → =1+1",
            "result": "Done",
            "address": "192.0.2.7",
            "request": "4f2a",
        }

    def test_are_csv_and_excel_too(self, two):
        file = two.get("/log/?format=csv&lang=zh-hans").getvalue().decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(file)))
        assert {line["person"] for line in lines} == {"vic", "ada"}
        assert {line["result"] for line in lines} == {"成功"}
        book = openpyxl.load_workbook(io.BytesIO(two.get("/log/?format=xlsx&who=ada&lang=en").getvalue()))
        rows, about = book.worksheets
        assert [cell.value for cell in rows[1]][:3] == ["id", "time", "person"]
        assert rows.max_row == 2
        assert ("Filter: who", "ada") in {tuple(row[:2]) for row in about.iter_rows(values_only=True)}

    def test_are_logged_and_so_is_reading(self, two):
        two.get("/log/?who=ada&format=csv")
        two.get("/log/?who=ada")
        two.get("/log/check/")
        told = LogEntry.objects.filter(actor__username="audit").order_by("pk").values_list("additional_data", flat=True)
        assert [(each["event"], each["address"]) for each in told] == [
            ("export", "/log/?who=ada&format=csv"),
            ("log_read", "/log/?who=ada"),
            ("log_read", "/log/check/"),
        ]
        assert told[0]["rows"] == 1
        english = words(two, "?what=log")
        assert "audit Read the log" in english
        assert rows(two, "?what=exports") == ["audit"]

    def test_other_formats_are_refused(self, two):
        assert two.get("/log/?format=pdf").status_code == 400

    def test_the_page_links_to_them_with_its_filters(self, two):
        page = open_log(two, "?who=ada").content.decode()
        for each in ("xlsx", "csv", "ndjson"):
            assert f'href="?who=ada&amp;format={each}"' in page


class TestSeals:
    def test_the_page_says_how_far_the_log_is_sealed(self, audit):
        assert "Nothing is sealed yet" in words(audit)
        entry_of(make.make_user("vic"))
        seal_log()
        entry_of(User.objects.get(username="vic"))
        english = words(audit)
        assert "Sealed up to 20" in english
        assert "; 1 entry waits for the next seals" in english
        assert "另有 1 条记录待封存" in words(audit, language="zh-hans")

    def test_the_check_says_that_all_is_well_and_when_all_was_checked(self, audit):
        entry_of(make.make_user("vic"))
        seal_log()
        said = check_words(audit)
        assert "2 entries were checked just now, and are as they were sealed." in said
        assert str(LogSeal.objects.get(number=2)) in said
        assert "that has not happened yet" in said
        verify_log_task.apply(throw=True)
        assert ": 2 entries, 0 faults." in check_words(audit)
        assert "Log checked against its seals" in words(audit, "?what=log")

    def test_the_check_names_each_fault_in_both_languages(self, audit):
        first, second = entry_of(make.make_user("vic")), entry_of(User.objects.get(username="vic"))
        seal_log()
        QuerySet(LogEntry).filter(pk=first.pk).update(remote_addr="192.0.2.9")
        QuerySet(LogEntry).filter(pk=second.pk).delete()
        said = check_words(audit)
        assert "2 faults: the log is not as it was sealed." in said
        assert f"Entry {first.pk} (seal 2) was altered." in said
        assert f"Entry {second.pk} (seal 3, sealed at 20" in said
        chinese = check_words(audit, language="zh-hans")
        assert f"第 {first.pk} 号记录（封存 2）已被篡改。" in chinese
        assert "发现 2 处异常" in chinese

    def test_refusals_and_prunings_are_said_in_words(self, audit):
        vic = make.make_user("vic")
        client = Client()
        client.force_login(vic)
        client.get("/log/")
        log_event_of_log(Event.LOG_PRUNED, seal="7:ab", file="log-1-7.ndjson.gz", sha256="cd", entries=7)
        english = words(audit)
        assert "vic Refused: not allowed GET /log/ Refused 127.0.0.1" in english
        assert "entries: 7, file: log-1-7.ndjson.gz SHA-256 cd 7:ab Done" in english
        assert rows(audit, "?what=refusals") == ["vic"]


def check_words(client: Client, language: str = "en") -> str:
    client.cookies["pilotzone_language"] = language
    response = client.get("/log/check/")
    LogEntry.objects.filter(additional_data__event="log_read").delete()
    assert response.status_code == 200, response
    return text_of(response.content.decode())


class TestTheAuditor:
    def test_finds_log_review_and_board_in_the_navigation(self, audit):
        page = audit.get("/").content.decode()
        assert 'href="/log/"' in page
        assert 'href="/review/"' in page

    def test_reads_the_office_pages_without_a_button_to_act(self, audit):
        science = make.make_department("science")
        measure = make.make_measure(make.make_section(), science, code="M001")
        make.make_report(measure, date(2023, 8, 10), state="submitted", status="promoting")
        rita = make.make_user("rita", role="reviewer")
        make.make_report(measure, date(2023, 8, 29), decided_by=rita, decided_at=make.shanghai(date(2023, 8, 29)))
        assert audit.get("/review/").context["accepted_today"]
        make.make_measure(measure.section, science, code="M002")
        assert audit.get("/review/board/").context["missing"] == 1
        for address, heading in (("/review/", "M001"), ("/review/board/", "Total"), ("/log/", "Log")):
            page = audit.get(f"{address}?lang=en").content.decode()
            main = page[page.index("<main") : page.index("</main>")]
            assert heading in main
            assert 'method="post"' not in main
            assert "<textarea" not in main
            assert 'type="checkbox"' not in main

    def test_may_not_post_to_the_log(self, audit):
        assert audit.post("/log/").status_code == 405
