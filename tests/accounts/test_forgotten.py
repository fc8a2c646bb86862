"""A link by e-mail for whoever forgot the password, which tells nobody who has an account."""

import re
import threading
import time
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.test import Client

from accounts import forgotten
from accounts.forgotten import ASKED_PER_ADDRESS, SENT_PER_ACCOUNT
from accounts.models import User
from accounts.people import reset_password
from tests.accounts.test_people import WITHOUT_A_SERVER
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PATH = "/accounts/forgotten/"
NEW = "Lange-Zeile-7"


@pytest.fixture
def vic(settings: Any) -> User:
    settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
    return make_user("vic", email="vic@example.org")


def ask(email: str = "vic@example.org", *, address: str = "192.0.2.7", language: str = "en") -> Any:
    client = Client(REMOTE_ADDR=address, HTTP_ACCEPT_LANGUAGE=language)
    answer = client.post(PATH, {"email": email})
    for thread in threading.enumerate():
        if thread.name == "forgotten passwords":
            thread.join(10)
    return answer


def test_the_link_sets_a_new_password(vic: User) -> None:
    assert ask()["Location"] == "/accounts/forgotten/sent/"
    [sent] = mail.outbox
    assert sent.to == ["vic@example.org"]
    path = re.findall(r"https://pilotzone.example(/\S+)", sent.body)[-1]
    client = Client()
    form = client.get(path)["Location"]
    assert client.post(form, {"new_password1": NEW, "new_password2": NEW})["Location"] == "/accounts/login/"
    vic.refresh_from_db()
    assert vic.check_password(NEW)
    assert "This link is good no more" in Client(HTTP_ACCEPT_LANGUAGE="en").get(path).text


def test_the_password_stays_until_then(vic: User) -> None:
    client = Client()
    client.force_login(vic)
    ask()
    vic.refresh_from_db()
    assert vic.check_password("only-for-tests")
    assert client.get("/accounts/tokens/").status_code == 200


def test_it_is_in_the_language_of_the_account(vic: User) -> None:
    for language, words in (("zh-hans", "您好"), ("en", "somebody asked at")):
        User.objects.update(language=language)
        ask()
        assert words in mail.outbox[-1].body


def test_the_answer_is_the_same_for_an_address_that_nobody_has(vic: User) -> None:
    answers = [ask("vic@example.org"), ask("nobody@example.org")]
    assert [(each.status_code, each["Location"], each.content) for each in answers] == [
        (302, "/accounts/forgotten/sent/", b"")
    ] * 2
    assert len(mail.outbox) == 1


def test_nor_does_the_time_tell(vic: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server takes two seconds."""
    monkeypatch.setattr(forgotten.EmailMessage, "send", lambda self: time.sleep(2))
    began = time.monotonic()
    Client().post(PATH, {"email": "vic@example.org"})
    assert time.monotonic() - began < 1


def test_a_mail_server_that_is_away_is_logged(
    vic: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Any) -> None:
        raise OSError("refused")

    monkeypatch.setattr(forgotten.EmailMessage, "send", fail)
    assert ask().status_code == 302
    assert "could not be sent" in caplog.text


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}], ids=str)
def test_closed_accounts_get_none(vic: User, change: dict[str, Any]) -> None:
    User.objects.update(**change)
    ask()
    assert mail.outbox == []


def test_nor_does_one_whose_password_an_administrator_ended(vic: User) -> None:
    reset_password(vic, by=make_user("mia", role="administrator"))
    before = len(mail.outbox)
    ask()
    assert len(mail.outbox) == before


def test_everybody_of_a_shared_address_gets_one(vic: User) -> None:
    make_user("kim", email="VIC@example.org")
    ask()
    assert len(mail.outbox) == 2


def test_it_is_in_the_log(vic: User) -> None:
    ask()
    asked, sent = LogEntry.objects.filter(additional_data__event__startswith="forgotten").order_by("pk")
    assert (asked.object_repr, asked.remote_addr) == ("vic@example.org", "192.0.2.7")
    assert sent.object_id == vic.pk


def test_an_address_asks_only_so_often(vic: User) -> None:
    for number in range(ASKED_PER_ADDRESS):
        assert ask(f"{number}@example.org").status_code == 302
    refused = ask()
    assert refused.status_code == 429
    assert "try again in 15 minutes" in refused.text
    assert "15分钟" in ask(language="zh-cn").text
    assert mail.outbox == []
    assert ask(address="192.0.2.8").status_code == 302


def test_an_account_is_sent_only_so_many(vic: User) -> None:
    for number in range(SENT_PER_ACCOUNT + 2):
        assert ask(address=f"192.0.2.{number}").status_code == 302
    assert len(mail.outbox) == SENT_PER_ACCOUNT


def test_without_a_mail_server_the_page_says_whom_to_ask(vic: User, settings: Any) -> None:
    settings.MAILERS = {"default": WITHOUT_A_SERVER}
    assert "Ask the administrator" in ask().text
    assert "请联系管理员" in Client().get(PATH).text
    assert not LogEntry.objects.filter(additional_data__event="forgotten").exists()


def test_no_host_of_a_request_gets_into_the_link(vic: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client().post(PATH, {"email": "vic@example.org"}, headers={"host": "elsewhere.example"})
    ask()
    assert not any("elsewhere" in each.body for each in mail.outbox)
