"""A session that nobody uses ends, and nothing of what was typed is lost with it."""

from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from tests.factories import make_department, make_measure, make_user

pytestmark = pytest.mark.django_db


def wait(client: Client, *, minutes: float) -> None:
    """Set the session back as if the last step had been `minutes` ago."""
    session = client.session
    session["active_at"] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    session.save()


def noted(client: Client) -> float:
    return (timezone.now().timestamp() - client.session["active_at"]) / 60


@pytest.fixture
def vic(client: Client) -> User:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    vic = make_user("vic")
    client.force_login(vic)
    return vic


@pytest.mark.parametrize(
    ("role", "minutes", "is_in"),
    [("viewer", 30.5, True), ("viewer", 31.5, False), ("administrator", 15.5, True), ("administrator", 16.5, False)],
)
def test_after_half_an_hour_and_sooner_for_administrators(
    client: Client, role: str, minutes: float, is_in: bool
) -> None:
    client.force_login(make_user("someone", role=role))
    wait(client, minutes=minutes)
    key = client.session.session_key
    assert (client.get("/accounts/tokens/").status_code == 200) is is_in
    assert Session.objects.filter(pk=key).exists() is is_in


def test_the_page_of_the_log_in_says_why_and_leads_back(client: Client, vic: User) -> None:
    wait(client, minutes=40)
    answer = client.get("/accounts/tokens/", follow=True)
    assert answer.redirect_chain == [("/accounts/login/?next=/accounts/tokens/", 302)]
    assert "You were logged out, since nothing was done for 30 minutes." in answer.text
    assert LogEntry.objects.filter(additional_data__event="idle", actor=vic).count() == 1


def test_in_chinese_too(client: Client, vic: User) -> None:
    wait(client, minutes=40)
    assert "30分钟未操作" in client.get("/accounts/tokens/?lang=zh-hans", follow=True).text


def test_it_holds_for_cached_pages(client: Client, vic: User, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    make_measure()
    first = client.get("/measures/")
    assert client.get("/measures/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    wait(client, minutes=40)
    answer = client.get("/measures/", headers={"If-None-Match": first["ETag"]})
    assert answer["Location"].startswith("/accounts/login/")


def test_a_page_that_is_made_while_a_step_is_noted_is_cached(client: Client, vic: User, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    make_measure()
    wait(client, minutes=5)
    assert "ETag" in client.get("/measures/")
    assert noted(client) < 1


def test_the_api_is_closed_to_it(client: Client, vic: User) -> None:
    wait(client, minutes=40)
    assert client.get("/api/v1/measures/").status_code == 401


def test_what_was_sent_too_late_is_shown(client: Client) -> None:
    department = make_department("science")
    measure = make_measure(lead_department=department)
    client.force_login(make_user("ada", role="reporter", department=department))
    wait(client, minutes=40)
    answer = client.post(f"/measures/{measure.code}/report/", {"what_was_done": "八月开工"})
    assert answer.status_code == 403
    assert "八月开工" in answer.text
    assert not measure.reports.exists()


class TestTheLongestSession:
    @pytest.mark.parametrize(
        ("role", "hours", "is_in"),
        [("reviewer", 11.9, True), ("reviewer", 12.1, False), ("viewer", 333.0, True), ("viewer", 337.0, False)],
    )
    def test_ends_in_any_case(self, client: Client, role: str, hours: float, is_in: bool) -> None:
        client.force_login(make_user("someone", role=role))
        self.begin(client, hours=hours)
        key = client.session.session_key
        assert (client.get("/accounts/tokens/").status_code == 200) is is_in
        assert Session.objects.filter(pk=key).exists() is is_in

    @pytest.mark.parametrize(
        ("language", "sentence"), [("en", "a session ends 12 hours after the log-in"), ("zh-hans", "登录12小时后")]
    )
    def test_says_why(self, client: Client, language: str, sentence: str) -> None:
        rita = make_user("rita", role="reviewer")
        client.force_login(rita)
        self.begin(client, hours=13)
        assert sentence in client.get(f"/accounts/tokens/?lang={language}", follow=True).text
        assert LogEntry.objects.filter(additional_data__event="too_old", actor=rita).count() == 1

    def begin(self, client: Client, *, hours: float) -> None:
        """Set the session back as if the log-in had been `hours` ago, and somebody had just done something."""
        session = client.session
        session["began_at"] = (timezone.now() - timedelta(hours=hours)).timestamp()
        session.save()


class TestSteps:
    def test_each_request_is_one_noted_once_a_minute(self, client: Client, vic: User) -> None:
        wait(client, minutes=10)
        client.get("/accounts/tokens/")
        assert noted(client) < 1
        wait(client, minutes=0.5)
        client.get("/accounts/tokens/")
        assert noted(client) >= 0.5

    def test_typing_is_told(self, client: Client, vic: User) -> None:
        wait(client, minutes=10)
        assert client.post("/accounts/active/").status_code == 204
        assert noted(client) < 1
        wait(client, minutes=40)
        assert client.post("/accounts/active/").status_code == 401

    def test_what_a_page_asks_for_by_itself_is_none(self, client: Client) -> None:
        client.force_login(make_user("rita", role="reviewer"))
        wait(client, minutes=10)
        client.get("/inbox/", headers={"X-By-Itself": "yes"})
        assert noted(client) >= 10

    def test_but_on_a_screen_in_a_hall_it_is(self, client: Client, vic: User) -> None:
        wait(client, minutes=10)
        client.get("/inbox/", headers={"X-By-Itself": "yes"})
        assert noted(client) < 1

    def test_a_request_of_a_visitor_writes_nothing(self, client: Client, open_reading: None) -> None:
        make_measure()
        client.get("/measures/")
        assert not Session.objects.exists()


@pytest.mark.parametrize(("role", "minutes"), [("viewer", 30), ("administrator", 15)])
def test_pages_know_when_to_warn(client: Client, role: str, minutes: int) -> None:
    client.force_login(make_user("someone", role=role))
    page = client.get("/accounts/tokens/").text
    assert f'data-minutes="{minutes}"' in page
    assert 'role="alertdialog"' in page


def test_visitors_are_not_warned(client: Client) -> None:
    assert "idle.js" not in client.get("/accounts/login/").text
