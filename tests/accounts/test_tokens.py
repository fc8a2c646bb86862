"""Access tokens: told once, kept as a digest, good for what they were made for and for so long."""

import hashlib
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessToken, Scope
from accounts.tokens import create_token, revoke_token
from tests import factories as make

pytestmark = pytest.mark.django_db

PLANS = "/api/v1/plans/?lang=en"


@pytest.fixture
def vic(today: date) -> Any:
    return make.make_user("vic", language="en")


def ask(client: Client, authorization: str) -> Any:
    return client.get(PLANS, headers={"Authorization": authorization})


def test_the_key_is_told_once_and_not_kept(vic: Any) -> None:
    token, key = create_token(vic, scope=Scope.READ, name="nightly")
    assert len(key) > 40
    assert token.digest == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(AccessToken.objects.values().get())
    assert create_token(vic, scope=Scope.READ)[1] != key


def test_it_lasts_in_real_days_even_where_the_day_is_pinned(vic: Any) -> None:
    token, _key = create_token(vic, scope=Scope.READ, days=30)
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert abs(token.created_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("keyword", ["Bearer", "bearer", "Token", "TOKEN"])
def test_vic_reads_with_it(vic: Any, client: Client, keyword: str) -> None:
    _token, key = create_token(vic, scope=Scope.READ)
    assert ask(client, f"{keyword} {key}").status_code == 200


def expire(token: AccessToken) -> None:
    token.created_at, token.expires_at = timezone.now() - timedelta(days=2), timezone.now()
    token.save()


def close_account(token: AccessToken) -> None:
    token.user.is_active = False
    token.user.save()


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (expire, "This access token has expired."),
        (revoke_token, "This access token has been revoked."),
        (close_account, "The account of this access token is closed."),
        (lambda token: token.delete(), "This access token is not known here."),
    ],
)
def test_one_that_is_no_longer_good_is_refused_with_the_reason(
    vic: Any, client: Client, settings: Any, happens: Any, sentence: str
) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    token, key = create_token(vic, scope=Scope.READ)
    happens(token)
    answer = ask(client, f"Bearer {key}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["detail"] == sentence


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Token", "Bearer no-such", "Bearer a b", "Bearer é"])
def test_a_wrong_one_is_refused(vic: Any, client: Client, authorization: str) -> None:
    create_token(vic, scope=Scope.READ)
    answer = client.get(PLANS, HTTP_AUTHORIZATION=authorization)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This access token is not known here."


def test_the_digest_is_no_key(vic: Any, client: Client) -> None:
    token, _key = create_token(vic, scope=Scope.READ)
    assert ask(client, f"Bearer {token.digest}").status_code == 401


def test_its_use_is_noted_at_most_once_a_minute(vic: Any, client: Client) -> None:
    token, key = create_token(vic, scope=Scope.READ)
    assert token.last_used_at is None

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, f"Bearer {key}").status_code == 200
        return len([each for each in queries if each["sql"].startswith("UPDATE")])

    assert [writes() for _ in range(3)] == [1, 0, 0]
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_address == "127.0.0.1"
    token.last_used_at -= timedelta(seconds=61)
    token.save()
    assert [writes() for _ in range(2)] == [1, 0]


def test_one_that_is_revoked_stays_on_record(vic: Any) -> None:
    token, _key = create_token(vic, scope=Scope.REPORT)
    first = revoke_token(token).revoked_at
    assert revoke_token(token).revoked_at == first
    assert AccessToken.objects.get().revoked_at == first


def command(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_token", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_the_key_alone(vic: Any, client: Client) -> None:
    out, err = command("vic", "--scope", "reports", "--days", "7", "--name", "month-end job")
    assert ask(client, f"Bearer {out.strip()}").status_code == 200
    token = AccessToken.objects.get()
    assert (token.user, token.scope, token.name) == (vic, "reports", "month-end job")
    assert token.expires_at - token.created_at == timedelta(days=7)
    assert out.strip() not in err
    command("vic", "--scope", "read")
    token = AccessToken.objects.get(scope="read")
    assert token.expires_at - token.created_at == timedelta(days=90)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nobody", "--scope", "read"), "There is no open account nobody"),
        (("vic",), "--scope"),
        (("vic", "--scope", "all"), "invalid choice"),
        (("vic", "--scope", "read", "--days", "0"), "from 1 to 180 days"),
        (("vic", "--scope", "read", "--days", "99999999999"), "from 1 to 180 days"),
        (("vic", "--scope", "read", "--name", "x" * 101), "at most 100"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(vic: Any, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        command(*words)
    assert not AccessToken.objects.exists()


def test_the_administrator_revokes_one_and_cannot_make_or_change_any(vic: Any, client: Client) -> None:
    token, key = create_token(vic, scope=Scope.READ)
    other, _key = create_token(vic, scope=Scope.READ)
    client.force_login(make.make_user("admin", is_staff=True, is_superuser=True))
    page = client.get("/admin/accounts/accesstoken/").content.decode()
    assert token.digest not in page
    client.post("/admin/accounts/accesstoken/", {"action": "revoke", "_selected_action": [token.pk]})
    assert ask(Client(), f"Bearer {key}").status_code == 401
    other.refresh_from_db()
    assert other.revoked_at is None
    assert client.get("/admin/accounts/accesstoken/add/").status_code == 403
    client.post(f"/admin/accounts/accesstoken/{other.pk}/change/", {"scope": "report"})
    other.refresh_from_db()
    assert other.scope == "read"


@pytest.mark.parametrize(
    ("expires_in", "is_revoked", "state"),
    [(1, False, "valid"), (0, False, "expired"), (-1, False, "expired"), (1, True, "revoked"), (-1, True, "revoked")],
)
def test_the_state_of_a_token_and_the_question_for_valid_ones(
    vic: Any, expires_in: int, is_revoked: bool, state: str
) -> None:
    token, _key = create_token(vic, scope=Scope.READ)
    moment = token.expires_at - timedelta(seconds=expires_in)
    if is_revoked:
        revoke_token(token)
    assert token.state(at=moment) == state
    assert AccessToken.objects.valid(at=moment).exists() == (state == "valid")


def test_the_command_makes_no_more_than_twenty_either(vic: Any) -> None:
    for _n in range(20):
        create_token(vic, scope=Scope.READ)
    with pytest.raises(CommandError, match="revoke one first"):
        command("vic", "--scope", "read")
    assert AccessToken.objects.count() == 20
