"""Tests that the log has what the site refuses to a person with an account, and that a script cannot fill it."""

from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db.models import F
from django.test import Client

from accounts import log
from accounts.log import Event, Result, result_of
from accounts.models import User
from accounts.tokens import create_token
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def vic(today: Any) -> User:
    return make.make_user("vic")


@pytest.fixture
def client_of_vic(vic: User) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(vic)
    return client


def refusals() -> list[LogEntry]:
    return list(LogEntry.objects.filter(additional_data__event=Event.REFUSED).order_by("pk"))


def test_a_page_that_is_not_for_a_person_is_logged_with_all_that_is_known(client_of_vic: Client, vic: User) -> None:
    assert client_of_vic.get("/log/?who=ada", headers={"X-Request-ID": "4f2a"}).status_code == 403
    [entry] = refusals()
    assert (entry.actor, entry.remote_addr, entry.cid) == (vic, "192.0.2.7", "4f2a")
    assert entry.additional_data == {"event": "refused", "method": "GET", "path": "/log/", "token": None}
    assert result_of(entry.additional_data) == Result.REFUSED


def test_a_form_and_the_api_too(client_of_vic: Client, vic: User) -> None:
    measure = make.make_measure(code="M001")
    client_of_vic.post(f"/measures/{measure.code}/terms/")
    _token, key = create_token(vic, scope="read", name="export")
    program = Client(headers={"Authorization": f"Bearer {key}"})
    answer = program.post("/api/v1/measures/M001/reports/", {}, "application/json")
    assert answer.status_code == 403
    told = [(entry.actor, entry.additional_data["path"], entry.additional_data["token"]) for entry in refusals()]
    assert told == [(vic, "/measures/M001/terms/", None), (vic, "/api/v1/measures/M001/reports/", "export")]


def test_a_form_of_another_site_too(vic: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(vic)
    assert client.post("/accounts/logout/", headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert [entry.additional_data["path"] for entry in refusals()] == ["/accounts/logout/"]


def test_strangers_are_not_logged(today: Any) -> None:
    assert Client().post("/log/").status_code in (302, 403)
    assert Client(enforce_csrf_checks=True).post("/accounts/login/").status_code == 403
    assert refusals() == []


def test_the_same_is_logged_once_a_minute(client_of_vic: Client) -> None:
    for _time in range(3):
        client_of_vic.get("/log/")
    assert len(refusals()) == 1
    client_of_vic.get("/runs/")
    client_of_vic.post("/log/")
    assert len(refusals()) == 3
    LogEntry.objects.update(timestamp=F("timestamp") - timedelta(seconds=61))
    client_of_vic.get("/log/")
    assert len(refusals()) == 4


def test_a_script_with_ever_other_addresses_fills_nothing(
    client_of_vic: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_REFUSALS", 5)
    for number in range(9):
        make.make_measure(code=f"M00{number}")
        client_of_vic.post(f"/measures/M00{number}/terms/")
    assert len(refusals()) == 5
    other = Client()
    other.force_login(make.make_user("ben"))
    other.get("/log/")
    assert len(refusals()) == 6
    LogEntry.objects.update(timestamp=F("timestamp") - timedelta(minutes=16))
    client_of_vic.get("/log/")
    assert len(refusals()) == 7


def test_a_long_address_is_cut(rf: Any, vic: User) -> None:
    request = rf.get("/" + "字" * 600)
    request.user = vic
    log.log_refusal(request)
    assert len(refusals()[0].additional_data["path"]) == 500


RIGHTS: dict[str, Any] = {
    "role": "reviewer",
    "department": "energy",
    "city": "370200",
    "is_superuser": True,
    "is_staff": True,
    "is_active": False,
}


@pytest.mark.parametrize("column", RIGHTS)
def test_each_right_of_an_account_is_logged_when_it_changes(column: str, vic: User) -> None:
    value = RIGHTS[column]
    if column == "department":
        value = make.make_department(value)
    elif column == "city":
        value = make.region(value)
    LogEntry.objects.all().delete()
    setattr(vic, column, value)
    vic.save()
    [entry] = LogEntry.objects.get_for_object(vic)
    assert set(entry.changes) == {column}
    assert result_of(entry.additional_data) == Result.DONE


def test_groups_and_permissions_are_rights_too(vic: User) -> None:
    group = Group.objects.create(name="a")
    permission = Permission.objects.all()[0]
    LogEntry.objects.all().delete()
    vic.groups.add(group)
    vic.user_permissions.add(permission)
    group.permissions.add(permission)
    changed = [set(entry.changes) for entry in LogEntry.objects.order_by("pk")]
    assert changed == [{"groups"}, {"user_permissions"}, {"permissions"}]


@pytest.mark.parametrize(
    ("details", "result"),
    [
        (None, "done"),
        ({"event": "login"}, "done"),
        ({"event": "login_failed"}, "failed"),
        ({"event": "locked_out"}, "refused"),
        ({"event": "log_checked", "found": 0}, "done"),
        ({"event": "log_checked", "found": 2}, "failed"),
        ({"reason": "x"}, "done"),
    ],
)
def test_each_entry_says_its_result(details: Any, result: str) -> None:
    assert result_of(details) == result
