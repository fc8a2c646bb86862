"""Who may ask, and what everyone else is told: always in JSON."""

from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCache
from django.test import Client

from tests import factories as make
from tests.api.addresses import ALL, LISTS, WRITTEN
from tests.api.conftest import API
from web.throttles import AnonymousThrottle, TokenThrottle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ALL)
def test_anybody_reads_where_reading_is_open(path: str, site: Any, ask: Any) -> None:
    assert ask(path).status_code == 200


@pytest.mark.parametrize("path", ALL)
def test_nobody_reads_without_an_account_where_reading_is_closed(path: str, site: Any, client: Client) -> None:
    answer = client.get(API + path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("path", ALL)
def test_vic_reads_with_a_token_and_when_logged_in(path: str, site: Any, client: Client, token_of: Any) -> None:
    vic = make.make_user("vic")
    assert client.get(API + path, headers=token_of(vic)).status_code == 200
    client.force_login(vic)
    assert client.get(API + path).status_code == 200


def test_a_wrong_token_is_refused_even_where_reading_is_open(site: Any, ask: Any) -> None:
    answer = ask("plans/", Authorization="Token no-such-token")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", [path for path in ALL if ("post", path) not in WRITTEN])
def test_nothing_is_written_by_these_addresses(path: str, site: Any, client: Client, open_reading: None) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(API + path, "{}", content_type="application/json")
        assert answer.status_code == 405, method
        assert "GET" in answer["Allow"]
        assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("path", ["nothing/", "nothing", "measures/M999/", "measures/M001/nothing/", "projects/P9999/"])
def test_what_does_not_exist_is_said_so_in_json(path: str, site: Any, ask: Any) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("code", ["M%00", "M001%00", "%E6%8E%AA", "a" * 3000, "' or 1=1 --"])
def test_a_strange_code_is_not_found(code: str, site: Any, ask: Any) -> None:
    for kind in ("measures", "projects", "indicators"):
        assert ask(f"{kind}/{code}/").status_code == 404


def test_an_address_without_its_last_slash_is_completed(site: Any, ask: Any) -> None:
    answer = ask("measures?status=completed")
    assert answer.status_code == 301
    assert answer["Location"] == "/api/v1/measures/?status=completed"


def test_what_the_client_accepts_does_not_change_the_format(site: Any, ask: Any) -> None:
    answer = ask("plans/", Accept="text/html")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_too_many_requests_are_told_when_to_come_back(site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "3/min"})
    assert [ask("plans/").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = ask("plans/?format=csv")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert list(answer.json()) == ["detail"]


def test_a_token_has_its_own_count_and_a_person_at_a_page_none(
    site: Any, client: Client, token_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "2/min"})
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "1/min"})
    vic = make.make_user("vic")
    ben = make.make_user("ben")
    headers = token_of(vic)
    asked = [client.get(f"{API}plans/", headers=headers).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert client.get(f"{API}plans/", headers=token_of(ben)).status_code == 200
    client.force_login(vic)
    assert [client.get(f"{API}plans/").status_code for _ in range(5)] == [200] * 5


def test_without_a_rate_there_is_no_limit(site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": None})
    assert {ask("plans/").status_code for _ in range(20)} == {200}


def test_while_redis_is_away_everybody_is_answered(
    site: Any, ask: Any, client: Client, token_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens there.
    away = RedisCache("redis://127.0.0.1:1", {})
    for throttle in (AnonymousThrottle, TokenThrottle):
        monkeypatch.setattr(throttle, "cache", away)
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "1/min"})
    assert [ask("plans/").status_code for _ in range(2)] == [200, 200]
    assert client.get(f"{API}plans/", headers=token_of(make.make_user("vic"))).status_code == 200


@pytest.mark.parametrize("path", ALL)
def test_an_answer_that_has_not_changed_is_not_sent_again(path: str, site: Any, ask: Any) -> None:
    first = ask(f"{path}?lang=en")
    again = ask(f"{path}?lang=en", **{"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_change_makes_a_new_answer(site: Any, ask: Any) -> None:
    first = ask("measures/M001/")
    site.first.title_zh = "建设新实验室"
    site.first.save()
    assert ask("measures/M001/", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_languages_have_answers_and_marks_of_their_own(site: Any, ask: Any) -> None:
    chinese, english = ask("measures/M001/"), ask("measures/M001/", **{"Accept-Language": "en"})
    assert chinese.json()["title"] == "建设实验室"
    assert english.json()["title"] == "Build a laboratory"
    assert chinese["Content-Language"] == "zh-hans"
    assert english["Content-Language"] == "en"
    assert chinese["ETag"] != english["ETag"]
    for word in ("Accept-Language", "Cookie", "Authorization"):
        assert word in chinese["Vary"]


def test_a_tokens_account_brings_its_language(site: Any, client: Client, token_of: Any) -> None:
    headers = token_of(make.make_user("ada", language="en"))
    assert client.get(f"{API}measures/M001/", headers=headers).json()["title"] == "Build a laboratory"
    answer = client.get(f"{API}measures/M001/?lang=zh-hans", headers=headers)
    assert answer.json()["title"] == "建设实验室"
    assert answer["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("path", LISTS)
def test_files_are_sent_whole_and_never_answered_304(path: str, site: Any, ask: Any) -> None:
    answer = ask(f"{path}?format=ndjson", **{"If-None-Match": "*"})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
