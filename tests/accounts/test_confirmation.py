"""Who changes what gets into an account enters the password once more."""

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests"
PATH = "/accounts/confirm/"


@pytest.fixture
def vic(client: Client) -> User:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    vic = make_user("vic")
    client.force_login(vic)
    return vic


def wait(client: Client, *, minutes: float) -> None:
    """As if the log-in, or the last password, had been so long ago."""
    session = client.session
    session["confirmed_at"] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    session.save()


@pytest.mark.parametrize(("minutes", "is_open"), [(9.5, True), (10.5, False)])
def test_ten_minutes_after_the_log_in_the_second_factor_asks_for_it(
    client: Client, vic: User, minutes: float, is_open: bool
) -> None:
    wait(client, minutes=minutes)
    answer = client.get("/accounts/second-factor/set-up/")
    assert (answer.status_code == 200) is is_open
    if not is_open:
        assert answer["Location"] == f"{PATH}?next=%2Faccounts%2Fsecond-factor%2Fset-up%2F"


def test_so_does_a_post(client: Client, vic: User) -> None:
    wait(client, minutes=20)
    answer = client.post("/accounts/second-factor/set-up/", {"code": "123456"})
    assert answer["Location"].startswith(PATH)


def test_sessions_are_seen_without_and_ended_with_it(client: Client, vic: User) -> None:
    Client().force_login(vic)
    wait(client, minutes=20)
    assert client.get("/accounts/sessions/").status_code == 200
    assert client.post("/accounts/sessions/", {"end": "others"})["Location"].startswith(PATH)
    assert Session.objects.filter(user=vic).count() == 2
    client.post(PATH, {"password": PASSWORD})
    client.post("/accounts/sessions/", {"end": "others"})
    assert Session.objects.filter(user=vic).count() == 1


def test_the_right_password_leads_back(client: Client, vic: User) -> None:
    wait(client, minutes=20)
    page = client.get("/accounts/second-factor/set-up/", follow=True)
    assert "Your password once more" in page.text
    answer = client.post(PATH, {"password": PASSWORD, "next": "/accounts/second-factor/set-up/"})
    assert answer["Location"] == "/accounts/second-factor/set-up/"
    assert client.get("/accounts/second-factor/set-up/").status_code == 200
    assert LogEntry.objects.filter(additional_data__event="confirmed", actor=vic).count() == 1


def test_never_to_another_site(client: Client, vic: User) -> None:
    answer = client.post(PATH, {"password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert 'name="next" value="https:' not in client.get(f"{PATH}?next=https://elsewhere.example/").text


@pytest.mark.parametrize(("language", "sentence"), [("en", "The password is not correct"), ("zh-hans", "密码不正确")])
def test_a_wrong_one_opens_nothing(client: Client, vic: User, language: str, sentence: str) -> None:
    wait(client, minutes=20)
    answer = client.post(f"{PATH}?lang={language}", {"password": "another"})
    assert sentence in answer.text
    assert client.get("/accounts/second-factor/set-up/").status_code == 302


def test_guessing_locks_the_account(client: Client, vic: User) -> None:
    for _n in range(5):
        client.post(PATH, {"password": "another"})
    assert client.post(PATH, {"password": PASSWORD}).status_code == 429


def test_an_empty_one_is_no_guess(client: Client, vic: User) -> None:
    for _n in range(6):
        client.post(PATH, {"password": ""})
    assert client.post(PATH, {"password": PASSWORD}).status_code == 302


def test_whoever_has_no_password_here_is_told_to_log_in_again(client: Client, vic: User) -> None:
    vic.set_unusable_password()
    vic.save()
    client.force_login(vic)
    page = client.get(PATH).text
    assert "log out, and log in as you always do" in page
    assert 'type="password"' not in page


def test_nobody_is_sent_to_the_log_in(client: Client) -> None:
    assert client.get(PATH)["Location"].startswith("/accounts/login/")
