"""Tests of the log about people: accounts and roles, log-ins and failures, tokens, exports, settings, and addresses."""

import csv
import io
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils.timezone import now

from accounts import log
from accounts.log import log_settings
from accounts.models import User
from accounts.tokens import create_token
from tests import factories as make

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests"


@pytest.fixture
def vic(today) -> User:
    return make.make_user("vic", password=PASSWORD)


@pytest.fixture
def admin_client(today) -> Client:
    client = Client()
    client.force_login(make.make_user("admin", is_staff=True, is_superuser=True))
    return client


def log_in(client: Client, password: str = PASSWORD, **headers: str):
    return client.post("/accounts/login/", {"username": "vic", "password": password}, headers=headers)


def events(*names: str) -> list[LogEntry]:
    return list(LogEntry.objects.filter(additional_data__event__in=names).order_by("pk"))


def newest(model) -> LogEntry:
    return LogEntry.objects.get_for_model(model).filter(additional_data__isnull=True).latest("pk")


class TestLogIns:
    def test_a_log_in_and_a_log_out_are_logged_with_person_and_address(self, client, vic):
        log_in(client)
        client.post("/accounts/logout/")
        rows = events("login", "logout")
        assert [row.additional_data["event"] for row in rows] == ["login", "logout"]
        assert {(row.actor, row.remote_addr) for row in rows} == {(vic, "127.0.0.1")}

    def test_failures_stay_in_the_log_after_a_success(self, client, vic):
        for _n in range(3):
            log_in(client, "guess")
        log_in(client)
        failed = events("login_failed")
        assert [(row.object_repr, row.actor, row.remote_addr) for row in failed] == [("vic", None, "127.0.0.1")] * 3
        assert "guess" not in str(list(LogEntry.objects.values()))

    def test_a_name_that_nobody_has_is_logged_as_it_was_typed(self, client, today):
        client.post("/accounts/login/", {"username": "root", "password": "guess"})
        assert [row.object_repr for row in events("login_failed")] == ["root"]

    def test_a_lock_out_is_logged_at_the_attempt_that_brings_it_and_at_those_after(self, client, vic):
        for _n in range(5):
            log_in(client, "guess")
        log_in(client)
        assert (len(events("login_failed")), len(events("locked_out")), len(events("login"))) == (4, 2, 0)

    def test_an_address_that_goes_on_while_it_is_locked_does_not_fill_the_log(self, client, vic, monkeypatch):
        monkeypatch.setattr(log, "MAX_REFUSALS", 3)
        for _n in range(12):
            log_in(client, "guess")
        assert (len(events("login_failed")), len(events("locked_out"))) == (4, 3)
        LogEntry.objects.update(timestamp=now() - timedelta(minutes=16))
        log_in(client, "guess")
        assert len(events("locked_out")) == 4


class TestAddresses:
    def test_what_a_caller_writes_into_the_header_is_not_believed_without_proxies(self, client, vic):
        log_in(client, "guess", **{"x-forwarded-for": "6.6.6.6"})
        assert events("login_failed")[0].remote_addr == "127.0.0.1"

    def test_with_a_proxy_the_address_that_it_adds_is_logged(self, client, vic, settings):
        settings.PILOTZONE_PROXIES = 1
        log_in(client, **{"x-forwarded-for": "6.6.6.6, 2001:db8::7"})
        assert events("login")[0].remote_addr == "2001:db8::7"

    @pytest.mark.parametrize("proxies", [0, 1])
    def test_garbage_in_headers_is_no_error(self, client, vic, settings, proxies):
        settings.PILOTZONE_PROXIES = proxies
        client.force_login(vic)
        headers = {"x-forwarded-for": "not, an address", "x-forwarded-port": "-1", "x-correlation-id": "i" * 300}
        assert client.post("/accounts/tokens/", TOKEN, headers=headers).status_code == 200
        entry = newest(type(vic.access_tokens.get()))
        assert (entry.actor, entry.remote_addr, entry.remote_port) == (vic, "127.0.0.1", None)
        assert len(entry.cid) == 32

    def test_entries_name_the_request_that_made_them(self, client, vic):
        log_in(client, "guess")
        log_in(client)
        answer = client.post("/accounts/tokens/", TOKEN, headers={"x-request-id": "proxy-7"})
        assert newest(type(vic.access_tokens.get())).cid == answer["X-Request-ID"] == "proxy-7"
        assert len({row.cid for row in events("login", "login_failed")}) == 2

    def test_changes_of_rows_are_logged_with_the_same_address(self, client, vic, settings):
        settings.PILOTZONE_PROXIES = 1
        client.force_login(vic)
        client.post("/accounts/tokens/", TOKEN, headers={"x-forwarded-for": "6.6.6.6, 192.0.2.7"})
        assert newest(type(vic.access_tokens.get())).remote_addr == "192.0.2.7"

    def test_a_lock_out_is_of_the_address_that_the_proxy_saw(self, client, vic, settings):
        settings.PILOTZONE_PROXIES = 1
        for number in range(5):
            answer = log_in(client, "guess", **{"x-forwarded-for": f"6.6.6.{number}, 192.0.2.7"})
        assert answer.status_code == 429
        assert log_in(client, **{"x-forwarded-for": "192.0.2.8"}).status_code == 302


TOKEN = {"name": "导出", "scope": "read", "days": "90"}


class TestAccounts:
    def test_a_new_account_its_role_and_its_closing_are_logged(self, admin_client):
        form = {
            "username": "nina",
            "password1": "long-enough-1",
            "password2": "long-enough-1",
            "usable_password": "true",
        }
        admin_client.post("/admin/accounts/user/add/", {**form, "role": "reviewer"})
        nina = User.objects.get(username="nina")
        made = newest(User)
        assert (made.action, made.actor.username, made.changes["role"][1]) == (made.Action.CREATE, "admin", "reviewer")
        nina.role, nina.is_active = "auditor", False
        nina.save()
        assert newest(User).changes == {"role": ["reviewer", "auditor"], "is_active": ["True", "False"]}

    def test_a_change_of_password_is_logged_without_the_password(self, client, vic):
        client.force_login(vic)
        form = {"old_password": PASSWORD, "new_password1": "A-much-longer-one", "new_password2": "A-much-longer-one"}
        assert client.post("/accounts/password/", form).status_code == 302
        entry = newest(User)
        assert (entry.actor, entry.changes) == (vic, {"password": ["***", "***"]})
        logged = str(list(LogEntry.objects.values()))
        vic.refresh_from_db()
        assert not any(part in logged for part in (vic.password[-20:], "A-much-longer-one", PASSWORD))

    def test_groups_and_permissions_are_logged(self, vic):
        office = Group.objects.create(name="office")
        office.permissions.add(Permission.objects.get(codename="view_measure"))
        vic.groups.add(office)
        vic.user_permissions.add(Permission.objects.get(codename="add_plan"))
        assert newest(Group).changes["permissions"]["operation"] == "add"
        told = [entry.changes for entry in LogEntry.objects.get_for_object(vic).order_by("pk")][-2:]
        assert [list(each) for each in told] == [["groups"], ["user_permissions"]]

    def test_what_a_reader_prefers_and_last_log_ins_are_no_change_of_the_account(self, client, vic):
        before = LogEntry.objects.get_for_object(vic).filter(additional_data__isnull=True).count()
        log_in(client)
        client.post("/language/", {"language": "en"})
        assert LogEntry.objects.get_for_object(vic).filter(additional_data__isnull=True).count() == before


class TestExports:
    def test_a_list_taken_as_a_file_is_logged_with_its_filters_day_and_rows(self, client, vic):
        make.make_project(code="P0001", category="industry")
        make.make_project(code="P0002", category="energy")
        client.force_login(vic)
        for kind in ("csv", "xlsx", "ndjson"):
            address = f"/api/v1/projects/?format={kind}&category=energy&as_of=2023-06-30"
            answer = client.get(address)
            b"".join(answer)
        rows = events("export")
        assert [row.additional_data["format"] for row in rows] == ["csv", "xlsx", "ndjson"]
        assert rows[-1].additional_data == {
            "event": "export",
            "what": "projects",
            "format": "ndjson",
            "address": address,
            "as_of": "2023-06-30",
            "rows": 1,
            "token": None,
        }
        assert {row.actor for row in rows} == {vic}

    def test_a_page_of_a_list_is_logged_with_its_own_rows(self, client, vic):
        make.make_project(code="P0001")
        make.make_project(code="P0002")
        client.force_login(vic)
        client.get("/api/v1/projects/?format=csv&page_size=1")
        assert events("export")[0].additional_data["rows"] == 1

    def test_an_export_by_token_is_logged_under_its_account(self, client, vic):
        _token, key = create_token(vic, scope="read", name="日报")
        client.get("/api/v1/measures/?format=csv", headers={"Authorization": f"Bearer {key}"})
        [row] = events("export")
        assert (row.actor, row.additional_data["token"], row.additional_data["rows"]) == (vic, "日报", 0)

    def test_the_rows_of_a_chart_taken_as_a_file_are_logged(self, client, vic):
        make.make_measure()
        client.force_login(vic)
        answer = client.get("/?chart=months")
        assert answer["Content-Type"].startswith("text/csv")
        assert [row.additional_data["what"] for row in events("export")] == ["months"]

    def test_the_dictionary_of_the_api_taken_as_a_file_is_logged(self, client, vic):
        client.force_login(vic)
        answer = client.get("/api/dictionary/?format=csv")
        text = b"".join(answer).decode("utf-8-sig")
        [row] = events("export")
        assert (row.actor, row.additional_data["what"]) == (vic, "dictionary")
        assert row.additional_data["rows"] == len(list(csv.reader(io.StringIO(text)))) - 1

    def test_visitors_without_an_account_and_pages_that_are_only_read_are_not_logged(self, client, vic, settings):
        settings.PILOTZONE_PUBLIC_READING = True
        client.get("/api/v1/projects/?format=csv")
        client.force_login(vic)
        client.get("/api/v1/projects/")
        client.head("/api/v1/projects/?format=csv")
        assert events("export") == []


class TestSettings:
    def logged(self) -> list[tuple[str, object]]:
        return [(row.object_pk, row.changes[row.object_pk]) for row in events("settings")]

    def test_each_setting_that_differs_from_the_last_start_is_logged_with_both_values(self, db):
        log_settings({"PILOTZONE_SILENT_DAYS": "62", "PILOTZONE_PLAN": "a"})
        first = len(self.logged())
        log_settings({"PILOTZONE_SILENT_DAYS": "90", "PILOTZONE_PLAN": "a"})
        log_settings({"PILOTZONE_SILENT_DAYS": "90"})
        assert self.logged()[first:] == [
            ("PILOTZONE_SILENT_DAYS", ["62", "90"]),
            ("PILOTZONE_PLAN", ["a", None]),
        ]

    def test_a_start_with_the_same_settings_logs_nothing(self, db):
        for _start in range(3):
            log_settings({"PILOTZONE_PLAN": "a", "DATABASE_URL": "postgres://a:b@c/d"}, secrets={"DATABASE_URL"})
        assert self.logged() == [("DATABASE_URL", [None, "***"]), ("PILOTZONE_PLAN", [None, "a"])]

    def test_of_a_secret_only_that_it_changed_is_logged(self, db):
        for url in ("postgres://a:first@c/d", "postgres://a:second@c/d", "postgres://a:second@c/d"):
            log_settings({"DATABASE_URL": url}, secrets={"DATABASE_URL"})
        assert self.logged() == [("DATABASE_URL", [None, "***"]), ("DATABASE_URL", ["***", "***"])]
        logged = str(list(LogEntry.objects.values()))
        assert not any(part in logged for part in ("first", "second", "postgres:"))

    def test_with_another_secret_key_that_alone_is_logged(self, db, settings):
        def start(key: str, **others: str) -> list[str]:
            settings.SECRET_KEY = key
            known = len(self.logged())
            values = {
                "PILOTZONE_SECRET_KEY": key,
                "DATABASE_URL": "postgres://a:b@c/d",
                "REDIS_URL": "redis://a",
                **others,
            }
            log_settings(values, secrets=set(values))
            return [name for name, _change in self.logged()[known:]]

        assert len(start("a" * 50)) == 3
        assert start("b" * 50) == ["PILOTZONE_SECRET_KEY"]
        assert start("b" * 50) == []
        assert start("b" * 50, REDIS_URL="redis://other") == ["REDIS_URL"]
        # One that is new, or gone, is told all the same.
        assert start("c" * 50, PILOTZONE_EMAIL_URL="smtp://a") == ["PILOTZONE_EMAIL_URL", "PILOTZONE_SECRET_KEY"]
        assert start("c" * 50) == ["PILOTZONE_EMAIL_URL"]


class TestNobodyDeletes:
    """Not even a superuser, through the admin."""

    @pytest.fixture
    def entry(self, vic) -> LogEntry:
        return LogEntry.objects.get_for_object(vic).earliest("pk")

    def test_an_entry_of_the_log_is_neither_changed_nor_deleted(self, admin_client, entry):
        page = f"/admin/auditlog/logentry/{entry.pk}"
        assert admin_client.get(f"{page}/change/").status_code == 200
        assert admin_client.post(f"{page}/change/", {"object_repr": "nobody"}).status_code == 403
        assert admin_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
        assert admin_client.post("/admin/auditlog/logentry/add/").status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"}
        admin_client.post("/admin/auditlog/logentry/", chosen)
        entry.refresh_from_db()
        assert entry.object_repr == "vic"

    def test_an_account_is_closed_and_not_deleted_so_that_the_log_goes_on_naming_it(self, admin_client, client, vic):
        log_in(client)
        assert admin_client.post(f"/admin/accounts/user/{vic.pk}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": vic.pk, "post": "yes"}
        admin_client.post("/admin/accounts/user/", chosen)
        assert [row.actor for row in events("login") if row.object_repr == "vic"] == [vic]

    @pytest.mark.parametrize("model", ["accessattempt", "accesslog", "accessfailurelog"])
    def test_what_counts_log_ins_is_neither_changed_nor_deleted(self, admin_client, client, vic, model):
        log_in(client, "guess")
        counted = AccessAttempt.objects.get()
        assert admin_client.get(f"/admin/axes/{model}/").status_code == 200
        chosen = {"action": "delete_selected", "_selected_action": counted.pk, "post": "yes"}
        admin_client.post(f"/admin/axes/{model}/", chosen)
        assert admin_client.post(f"/admin/axes/{model}/{counted.pk}/delete/", {"post": "yes"}).status_code == 403
        assert AccessAttempt.objects.count() == 1
        if model == "accessattempt":
            shown = admin_client.get(f"/admin/axes/accessattempt/{counted.pk}/change/").content.decode()
            assert "csrfmiddlewaretoken=" not in shown
            changed = admin_client.post(f"/admin/axes/accessattempt/{counted.pk}/change/", {"username": "nobody"})
            assert changed.status_code == 403
