"""Tests of who may ask, and of what everyone else is told: always in JSON."""

from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCache
from django.test import Client

from accounts.addresses import addresses
from core.view_instances import made_from
from measures.models import Report
from tests import factories as make
from tests.api.addresses import ALL, WRITTEN
from tests.api.conftest import API
from web.api.throttles import AnonymousThrottle, CountedThrottle, TokenThrottle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ALL)
def test_anybody_reads_where_reading_is_open(path: str, site: Any, ask: Any) -> None:
    assert ask(path).status_code == 200


@pytest.mark.parametrize("path", ALL)
def test_nobody_reads_without_an_account_where_reading_is_closed(path: str, site: Any, client: Client) -> None:
    answer = client.get(API + path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "/api/help/#not-authenticated"


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


@pytest.mark.parametrize("path", [path for path in ALL if not {("post", path), ("put", path)} & set(WRITTEN)])
def test_nothing_is_written_by_these_addresses(path: str, site: Any, client: Client, open_reading: None) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(API + path, "{}", content_type="application/json")
        assert answer.status_code == 405, method
        assert "GET" in answer["Allow"]
        assert answer.json()["type"] == "/api/help/#method-not-allowed"


@pytest.mark.parametrize("path", ["nothing/", "nothing", "measures/M999/", "measures/M001/nothing/", "projects/P9999/"])
def test_what_does_not_exist_is_said_so_in_json(path: str, site: Any, ask: Any) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/api/help/#not-found"


@pytest.mark.parametrize("code", ["M%00", "M001%00", "%E6%8E%AA", "a" * 3000, "' or 1=1 --"])
def test_a_strange_code_is_not_found(code: str, site: Any, ask: Any) -> None:
    for kind in ("measures", "projects", "indicators"):
        assert ask(f"{kind}/{code}/").status_code == 404


def test_an_address_without_its_last_slash_is_completed(site: Any, ask: Any) -> None:
    answer = ask("measures?status=completed")
    assert answer.status_code == 301
    assert answer["Location"] == "/api/v1/measures/?status=completed"


def test_too_many_requests_are_told_when_to_come_back(site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "3/min"})
    assert [ask("plans/").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = ask("plans/?format=csv")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert answer.json()["type"] == "/api/help/#too-many-requests"


@pytest.mark.parametrize(("proxies", "answers"), [(0, [200, 429, 429]), (1, [200, 200, 429])])
def test_a_caller_is_counted_by_the_address_that_the_proxies_saw(
    site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, proxies: int, answers: list[int]
) -> None:
    """A caller cannot escape its limit by what it writes into the header itself."""
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "1/min"})
    settings.PILOTZONE_PROXIES = proxies
    callers = ("6.6.6.6, 192.0.2.7", "192.0.2.8", "7.7.7.7, 192.0.2.7")
    assert [ask("plans/", **{"X-Forwarded-For": caller}).status_code for caller in callers] == answers


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


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """clock(seconds): the moment at which requests are counted from now on."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(CountedThrottle, "timer", staticmethod(lambda: seconds))

    return set_to


def standing(answer: Any) -> tuple[str | None, str | None]:
    return answer.get("RateLimit-Policy"), answer.get("RateLimit")


def test_whatever_the_answer_it_says_where_the_caller_stands(
    site: Any, ask: Any, client: Client, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "6/min"})
    policy = '"anonymous";q=6;w=60'
    clock(1000.0)
    first = ask("plans/")
    assert (first.status_code, standing(first)) == (200, (policy, '"anonymous";r=5;t=60'))
    clock(1010.0)
    same = ask("plans/", **{"If-None-Match": first["ETag"]})
    assert (same.status_code, standing(same)) == (304, (policy, '"anonymous";r=4;t=50'))
    # Half a second more is a second more to wait.
    clock(1010.5)
    file = ask("plans/?format=csv")
    assert (file.status_code, standing(file)) == (200, (policy, '"anonymous";r=3;t=50'))
    bad = ask("plans/?colour=red")
    assert (bad.status_code, standing(bad)) == (400, (policy, '"anonymous";r=2;t=50'))
    missing = ask("nothing/")
    assert (missing.status_code, standing(missing)) == (404, (policy, '"anonymous";r=1;t=50'))
    wrong = client.delete(f"{API}plans/")
    assert (wrong.status_code, standing(wrong)) == (405, (policy, '"anonymous";r=0;t=50'))
    refused = ask("plans/")
    assert (refused.status_code, standing(refused)) == (429, (policy, '"anonymous";r=0;t=50'))
    assert refused["Retry-After"] == "50"
    # A minute after the first there is room for one; the next is there a minute after the second.
    clock(1060.0)
    later = ask("plans/")
    assert (later.status_code, standing(later)) == (200, (policy, '"anonymous";r=0;t=10'))
    # What was refused for too many did not count.
    clock(1070.5)
    assert standing(ask("plans/")) == (policy, '"anonymous";r=4;t=50')


def test_whoever_has_any_answer_already_is_told_so_too(site: Any, ask: Any, clock: Any) -> None:
    clock(1000.0)
    same = ask("plans/", **{"If-None-Match": "*"})
    assert (same.status_code, standing(same)) == (304, ('"anonymous";q=600;w=60', '"anonymous";r=599;t=60'))


def test_a_token_is_told_of_its_own_limit(
    site: Any, client: Client, token_of: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "3/hour"})
    clock(1000.0)
    vic = token_of(make.make_user("vic"))
    assert standing(client.get(f"{API}plans/", headers=vic)) == ('"token";q=3;w=3600', '"token";r=2;t=3600')
    ben = token_of(make.make_user("ben"))
    assert standing(client.get(f"{API}plans/", headers=ben)) == ('"token";q=3;w=3600', '"token";r=2;t=3600')
    refused = client.post(f"{API}measures/M001/reports/", {}, content_type="application/json", headers=vic)
    assert (refused.status_code, standing(refused)) == (403, ('"token";q=3;w=3600', '"token";r=1;t=3600'))


def test_a_site_allows_what_the_documentation_says(site: Any, ask: Any, client: Client, token_of: Any) -> None:
    assert standing(ask("plans/")) == ('"anonymous";q=600;w=60', '"anonymous";r=599;t=60')
    answer = client.get(f"{API}plans/", headers=token_of(make.make_user("vic")))
    assert standing(answer) == ('"token";q=1200;w=60', '"token";r=1199;t=60')


def test_nothing_is_said_where_nothing_is_counted(site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Client()
    person.force_login(make.make_user("vic"))
    assert standing(person.get(f"{API}plans/")) == (None, None)
    assert standing(person.get("/inbox/")) == (None, None)
    with monkeypatch.context() as patch:
        patch.setattr(AnonymousThrottle, "cache", RedisCache("redis://127.0.0.1:1", {}))
        away = ask("plans/")
    assert (away.status_code, standing(away)) == (200, (None, None))
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": None})
    assert standing(ask("plans/")) == (None, None)


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer pz_guess"}])
def test_strangers_who_are_refused_are_counted_too(
    authorization: dict[str, str], site: Any, client: Client, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anonymous": "2/min"})
    clock(1000.0)
    asked = [client.get(f"{API}plans/", headers=authorization) for _ in range(3)]
    assert [each.status_code for each in asked] == [401, 401, 429]
    assert [each["RateLimit"] for each in asked] == [
        '"anonymous";r=1;t=60',
        '"anonymous";r=0;t=60',
        '"anonymous";r=0;t=60',
    ]
    assert [each.has_header("Retry-After") for each in asked] == [False, False, True]


def test_a_token_that_only_reads_cannot_go_on_trying_to_write(
    site: Any, client: Client, token_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "2/min"})
    headers, path = token_of(make.make_user("vic")), f"{API}measures/M001/reports/"
    asked = [client.post(path, {}, content_type="application/json", headers=headers) for _ in range(3)]
    assert [each.status_code for each in asked] == [403, 403, 429]


def becomes_viewer(user: Any) -> None:
    user.role = "viewer"


def becomes_reviewer(user: Any) -> None:
    user.role, user.department = "reviewer", None


def test_every_endpoint_that_changes_something_states_the_scope_of_its_tokens() -> None:
    changing = [
        each for each in addresses() if each.path.startswith("/api/") and each.stated.by_method.keys() - {"GET"}
    ]
    views = [made_from(each.view) for each in changing]
    assert {str(view.token_scope) for view in views} == {"reports", "values", "problems"}


@pytest.mark.parametrize(
    ("scope", "answers"),
    [
        ("read", (403, 403)),
        ("reports", (201, 403)),
        ("values", (403, 403)),
        ("problems", (403, 201)),
        # Of tokens from before there were others.
        ("report", (201, 201)),
    ],
)
def test_a_token_files_what_it_is_for(scope: str, answers: Any, site: Any, client: Client, token_of: Any) -> None:
    ada = make.make_user("ada", role="reporter", department=site.first.lead_department)
    headers = token_of(ada, scope=scope)
    report = {"period": "2023-07", "status": "in_progress", "what_was_done": "开工"}
    found = [
        client.post(f"{API}measures/M004/{kind}/", body, content_type="application/json", headers=headers)
        for kind, body in (("reports", report), ("problems", {"text": "用地", "submit": False}))
    ]
    assert tuple(each.status_code for each in found) == answers
    for answer in found:
        assert answer.status_code == 201 or scope in answer.json()["detail"]


def moves_away(user: Any) -> None:
    user.department = make.make_department("elsewhere")


def leaves(user: Any) -> None:
    user.is_active = False


@pytest.mark.parametrize(
    ("happens", "status"), [(becomes_viewer, 403), (becomes_reviewer, 403), (moves_away, 403), (leaves, 401)]
)
def test_a_token_to_report_is_worth_what_its_account_is_worth_now(
    happens: Any, status: int, site: Any, client: Client, token_of: Any
) -> None:
    lead = site.first.lead_department
    ada = make.make_user("ada", role="reporter", department=lead)
    headers = token_of(ada, scope="report")
    path, body = f"{API}measures/M004/reports/", {"period": "2023-07", "status": "in_progress", "what_was_done": "开工"}

    def file() -> Any:
        return client.post(path, body, content_type="application/json", headers=headers)

    made = file()
    assert made.status_code == 201, made.content
    report = Report.objects.get(state="draft")
    happens(ada)
    ada.save()
    change = {"version": 1, "what_was_done": "开工了"}
    answers = [
        file(),
        client.put(f"{path}{report.pk}/", change, content_type="application/json", headers=headers),
        client.post(f"{path}{report.pk}/submit/", {}, content_type="application/json", headers=headers),
    ]
    assert [each.status_code for each in answers] == [status] * 3
    report.refresh_from_db()
    assert (report.state, report.what_was_done_zh, Report.objects.filter(state="draft").count()) == ("draft", "开工", 1)
