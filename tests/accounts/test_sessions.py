"""Tests of sessions: whose they are, from where, and what ends them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.devices import device_name
from accounts.models import Session, User
from accounts.people import set_active
from accounts.sessions import end_sessions, own_sessions
from tests.factories import make_department, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.75 Safari/537.36"


def log_in(
    name: str = "vic", *, agent: str = CHROME, address: str = "192.0.2.7", client: Client | None = None
) -> Client:
    client = client or Client()
    client.defaults |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent, "HTTP_ACCEPT_LANGUAGE": "en"}
    answer = client.post("/accounts/login/", {"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/tokens/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox · Windows"),
        (CHROME, "Chrome · Linux"),
        (f"{CHROME} Edg/86.0", "Edge · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/86.0 Safari/537.36 QIHU 360EE", "360 · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari · iOS",
        ),
        ("Mozilla/5.0 (Linux; Android 12; HarmonyOS) Chrome/99.0 MicroMessenger/8.0", "WeChat · HarmonyOS"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_in_words(agent: str, name: str) -> None:
    assert device_name(agent) == name


class TestTheList:
    def test_shows_where_one_is_logged_in_and_which_is_this_one(self) -> None:
        make_user("vic")
        here, _there = log_in(), log_in(agent=FIREFOX, address="192.0.2.8")
        page = here.get("/accounts/sessions/").content.decode()
        for words in ("Chrome · Linux", "192.0.2.7", "Firefox · Windows", "192.0.2.8"):
            assert words in page
        assert page.count("This session") == 1
        assert "本次会话" in here.get("/accounts/sessions/?lang=zh-hans").content.decode()

    def test_shows_no_key_of_a_session(self) -> None:
        make_user("vic")
        here, there = log_in(), log_in()
        page = here.get("/accounts/sessions/").content.decode()
        assert here.session.session_key not in page
        assert there.session.session_key not in page

    def test_one_is_ended(self) -> None:
        vic = make_user("vic")
        here, there = log_in(), log_in()
        [mark] = [each.mark for each in self.rows(vic, here) if not each.is_this]
        here.post("/accounts/sessions/", {"end": mark})
        assert (is_in(here), is_in(there)) == (True, False)

    def test_all_others_are_ended(self) -> None:
        make_user("vic")
        here, others = log_in(), [log_in(), log_in()]
        assert "2 other sessions were ended" in here.post("/accounts/sessions/", {"end": "others"}, follow=True).text
        assert is_in(here)
        assert not any(is_in(each) for each in others)

    def test_nobody_ends_those_of_another(self) -> None:
        vic = make_user("vic")
        make_user("kim")
        there, kim = log_in(), log_in("kim")
        [row] = self.rows(vic, there)
        for asked in (row.mark, "others", there.session.session_key, ""):
            kim.post("/accounts/sessions/", {"end": asked})
        assert is_in(there)
        assert "192.0.2.7" in kim.get("/accounts/sessions/").text

    def test_those_that_have_ended_are_not_in_it(self) -> None:
        vic = make_user("vic")
        here, there = log_in(), log_in()
        session = there.session
        session["active_at"] -= 3600
        session.save()
        assert len(self.rows(vic, here)) == 1

    def rows(self, user: User, client: Client) -> Any:
        return own_sessions(user, this=client.session.session_key, at=timezone.now())


class TestWhatEndsThem:
    @pytest.mark.parametrize(
        "change",
        [
            {"role": "viewer"},
            {"role": "auditor"},
            {"department_id": None},
            {"is_superuser": True},
            {"is_staff": True},
            {"is_active": False},
            {"password": "pbkdf2_sha256$1$salt$hash"},
        ],
        ids=str,
    )
    def test_a_change_of_rights_however_it_is_made(self, change: dict[str, Any]) -> None:
        make_user("vic", role="reviewer", department=make_department())
        client = log_in()
        assert is_in(client)
        User.objects.update(**change)
        assert not is_in(client)

    @pytest.mark.parametrize("change", [{"first_name": "李"}, {"email": "li@example.org"}, {"language": "en"}], ids=str)
    def test_nothing_else(self, change: dict[str, Any]) -> None:
        make_user("vic")
        client = log_in()
        User.objects.update(**change)
        assert is_in(client)

    def test_a_closed_account_that_is_opened_again_has_none(self) -> None:
        vic, mia = make_user("vic"), make_user("mia", role="administrator")
        client = log_in()
        set_active(vic, by=mia, is_active=False)
        set_active(vic, by=mia, is_active=True)
        assert not is_in(client)

    def test_all_at_once(self) -> None:
        vic = make_user("vic")
        clients = [log_in(), log_in()]
        assert end_sessions(vic) == 2
        assert not any(is_in(each) for each in clients)


class TestHowMany:
    @pytest.fixture(autouse=True)
    def _at_most_two(self, settings: Any) -> None:
        settings.PILOTZONE_SESSIONS_AT_ONCE = 2

    def test_one_more_ends_the_one_that_was_not_used_for_the_longest_time(self) -> None:
        make_user("rita", role="reviewer")
        first, second = log_in("rita"), log_in("rita")
        session = second.session
        session["active_at"] -= 600
        session.save()
        third = log_in("rita")
        assert [is_in(each) for each in (first, second, third)] == [True, False, True]

    def test_those_of_others_stay(self) -> None:
        make_user("rita", role="reviewer")
        make_user("kim", role="reviewer")
        other = log_in("kim")
        for _n in range(3):
            log_in("rita")
        assert is_in(other)

    def test_viewers_may_have_any_number(self) -> None:
        make_user("vic")
        assert all(is_in(each) for each in [log_in() for _n in range(4)])


class TestFixation:
    def test_a_key_from_before_the_log_in_opens_nothing_after_it(self) -> None:
        make_user("vic")
        client = Client()
        session = client.session
        session["planted"] = "yes"
        session.save()
        client.cookies["sessionid"] = session.session_key
        planted = session.session_key
        log_in(client=client)
        assert client.session.session_key != planted
        assert not Session.objects.filter(pk=planted).exists()
        thief = Client()
        thief.cookies["sessionid"] = planted
        assert not is_in(thief)

    def test_a_key_that_nobody_made_is_not_taken(self) -> None:
        make_user("vic")
        client = Client()
        client.cookies["sessionid"] = "a" * 32
        log_in(client=client)
        assert client.session.session_key != "a" * 32

    def test_a_log_out_ends_the_session_on_the_server(self) -> None:
        make_user("vic")
        client = log_in()
        key = client.session.session_key
        client.post("/accounts/logout/")
        assert not Session.objects.filter(pk=key).exists()


class TestTheLastLogIn:
    def test_is_told_with_what_failed_since(self) -> None:
        make_user("vic")
        assert "You last logged in" not in log_in().get("/accounts/tokens/").text
        thief = Client(REMOTE_ADDR="203.0.113.9")
        for _n in range(2):
            thief.post("/accounts/login/", {"username": "vic", "password": "guess"})
        page = log_in(address="192.0.2.8").get("/accounts/tokens/").text
        assert ", from 192.0.2.7" in page
        assert "Since then 2 log-ins under your name failed." in page
        assert "failed" not in log_in().get("/accounts/tokens/").text

    def test_those_of_others_are_not(self) -> None:
        make_user("vic")
        make_user("kim")
        log_in("kim")
        Client().post("/accounts/login/", {"username": "kim", "password": "guess"})
        assert "last logged in" not in log_in().get("/accounts/tokens/").text
