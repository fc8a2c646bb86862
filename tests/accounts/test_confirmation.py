"""Tests that whoever changes what gets into an account enters the password once more."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.access_rules import ADMINISTRATORS, ALL_METHODS, Stated
from accounts.addresses import CONFIRMED_BELOW, Address, addresses, faults
from accounts.models import Scope, Session, User
from accounts.tokens import create_token
from tests.factories import make_user
from web.idempotency import DONE_COOKIE, FORM_ID

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
    """Set the session back as if the log-in, or the last entry of the password, had been `minutes` ago."""
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


def test_a_form_that_was_sent_too_late_is_done_when_it_is_sent_again(client: Client, vic: User) -> None:
    """A step back in the browser, after the password: the form still has its id."""
    Client().force_login(vic)
    wait(client, minutes=20)
    form = {FORM_ID: "made-by-the-client", "end": "others"}
    answer = client.post("/accounts/sessions/", form)
    assert answer["Location"].startswith(PATH)
    # The page's script would forget what was typed.
    assert DONE_COOKIE not in answer.cookies
    client.post(PATH, {"password": PASSWORD})
    answer = client.post("/accounts/sessions/", form)
    assert not answer["Location"].startswith(PATH)
    assert answer.cookies[DONE_COOKIE].value == "made-by-the-client"
    assert Session.objects.filter(user=vic).count() == 1


@pytest.fixture
def site(today: date) -> User:
    """Somebody whose account others would like to have."""
    return make_user("pete", first_name="李敏")


def administrator(client: Client, *, minutes: float) -> User:
    root = make_user("root", is_superuser=True, is_staff=True)
    client.force_login(root)
    wait(client, minutes=minutes)
    return root


# The paths of pages that read alone are left out: those of people, of tokens and of sessions.
PATHS = [
    address.path
    for address in addresses()
    if address.path.startswith(CONFIRMED_BELOW) and "POST" in (address.stated.by_method if address.stated else {})
]


@pytest.mark.parametrize("path", [*PATHS, "/admin/accounts/user/{pk}/password/", "/admin/auth/group/add/"])
def test_whoever_finds_an_open_session_gets_into_no_account(client: Client, site: User, path: str) -> None:
    """The attack: an administrator left the session open more than ten minutes ago."""
    root = administrator(client, minutes=20)
    token, _key = create_token(root, scope=Scope.READ)
    path = path.format(pk=token.pk if "tokens" in path else site.pk)
    before = (User.objects.count(), User.objects.get(pk=site.pk).password, token.state(at=timezone.now()))
    answer = client.post(path, {"name": "李敏", "email": "mine@elsewhere.example", "role": "viewer", "opened": "{}"})
    leads_on = answer.status_code == 302 and answer["Location"].startswith(PATH)
    assert leads_on or (answer.status_code == 403 and "set-password" not in answer.text)
    token.refresh_from_db()
    after = (User.objects.count(), User.objects.get(pk=site.pk).password, token.state(at=timezone.now()))
    assert after == before
    assert User.objects.get(pk=site.pk).email == site.email


@pytest.mark.parametrize("path", ["/office/people/{pk}/", "/office/people/{pk}/link/", "/office/people/invite/"])
def test_the_form_opens_with_the_password(client: Client, site: User, path: str) -> None:
    administrator(client, minutes=20)
    path = path.format(pk=site.pk)
    assert client.get(path)["Location"] == f"{PATH}?{urlencode({'next': path})}"
    assert client.post(PATH, {"password": PASSWORD, "next": path})["Location"] == path
    assert client.get(path).status_code == 200


def test_what_was_typed_meanwhile_is_shown_to_be_copied(client: Client, site: User) -> None:
    administrator(client, minutes=20)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.post(f"/office/people/{site.pk}/", {"name": "李敏敏", "email": "li@example.org"})
    assert answer.status_code == 403
    assert "more than ten minutes ago" in answer.text
    assert "李敏敏" in answer.text and "li@example.org" in answer.text
    assert f'href="/office/people/{site.pk}/"' in answer.text


def test_a_check_refuses_a_page_of_accounts_that_does_not_ask(site: User) -> None:
    found = Address("office:person", "/office/people/{pk}/", None, Stated(ADMINISTRATORS, ADMINISTRATORS))
    assert [fault.id for fault in faults([found])] == ["accounts.E003"]
    asking = replace(found, stated=Stated(ADMINISTRATORS, ADMINISTRATORS, confirmed_methods=ALL_METHODS))
    assert list(faults([asking])) == []


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
