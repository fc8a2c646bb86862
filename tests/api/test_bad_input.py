"""Hostile values in every parameter of every address, and what is another department's: refused, and nothing leaks."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, Scope
from accounts.tokens import create_token, revoke_token
from measures.models import Report
from tests import factories as make
from tests.api.addresses import ALL, LISTS, WRITTEN
from tests.api.conftest import API
from tests.api.test_schema import described, path_of
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
FREE_TEXTS = {"search"}
HOSTILE = (
    "' OR 1=1; DROP TABLE measures_measure; -- UNION SELECT password FROM accounts_user",
    SCRIPT,
    "a\0b",
    "\ud800",
    "x" * 5_000,
    "-1",
    "1.5",
    "9" * 30,
    "²",
    "../../etc/passwd{{7*7}}%s%(a)s",
    "‮\u200b🙂",
    "[]",
)
# What only a fault, or a page, would say.
LEAKS = (
    "Traceback",
    'File "',
    ".py",
    "SELECT ",
    "sqlite",
    "psycopg",
    "OperationalError",
    "django.",
    "<html",
    "<script",
)
EXPLAINED = "explain/?figure=measures.total"
ADDRESSES = (*ALL, EXPLAINED)
CHINESE = re.compile("[一-鿿]")
SECRET = "只有本部门知道的事"


def parameters_of(address: str) -> list[str]:
    each = described()["paths"][path_of(address.partition("?")[0])]["get"]["parameters"]
    return [parameter["name"] for parameter in each if parameter["in"] == "query"]


def encoded(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"))


def asked_with(address: str, *pairs: tuple[str, str]) -> str:
    path, _mark, own = address.partition("?")
    kept = [each for each in own.split("&") if each and each.partition("=")[0] not in dict(pairs)]
    return f"{path}?{'&'.join([*kept, *(f'{quote(name)}={encoded(value)}' for name, value in pairs)])}"


def is_harmless(answer: Any, value: str, names: set[str]) -> bool:
    """Assert that it is an answer or a clear refusal in English, and return whether it is an answer."""
    assert answer.status_code in (200, 400), answer.content
    assert "html" not in answer["Content-Type"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = answer.getvalue().decode("utf-8", "replace")
    found = [leak for leak in (*LEAKS, *([value] if len(value) > 20 else [])) if leak in text]
    assert not found, text
    if answer.status_code == 400:
        assert answer["Content-Type"] == "application/problem+json"
        errors = answer.json()["errors"]
        assert {each["parameter"] for each in errors} & names
        assert not any(CHINESE.search(each["detail"]) for each in errors), errors
    return answer.status_code == 200


@sample_or_whole
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_hostile_value_does_harm(address: str, whole: bool, site: Any, ask: Any) -> None:
    for name in some_of(parameters_of(address), address, whole=whole, number=5):
        for value in some_of(HOSTILE, f"{address} {name}", whole=whole):
            answer = ask(asked_with(address, (name, value)), **{"Accept-Language": "en"})
            if is_harmless(answer, value, {name}):
                # An amount of investment may have a fraction.
                if (name, value) == ("investment_from", "1.5"):
                    continue
                # Whatever else takes any text at all would hide a mistake; a search for a sign or two may find it. A
                # list of projects has no other name than its text.
                assert name in FREE_TEXTS, (name, value)
                assert len(value) < 4 or answer.json()["count"] == 0, value


@sample_or_whole
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_refusal_is_in_the_callers_language(address: str, whole: bool, site: Any, ask: Any) -> None:
    for name in some_of(set(parameters_of(address)) - FREE_TEXTS, address, whole=whole, number=3):
        answer = ask(asked_with(address, (name, SCRIPT)), **{"Accept-Language": "zh-CN"})
        assert answer.status_code == 400, name
        assert all(CHINESE.search(each["detail"]) for each in answer.json()["errors"]), answer.json()


@sample_or_whole
@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_asked_twice_or_as_an_array_does_no_harm(address: str, whole: bool, site: Any, ask: Any) -> None:
    for name in some_of(parameters_of(address), address, whole=whole, number=3):
        answer = ask(asked_with(address, (name, "x"), (name, SCRIPT)), **{"Accept-Language": "en"})
        is_harmless(answer, SCRIPT, {name})
        for written in (f"{name}[]", f"{name}__in"):
            answer = ask(asked_with(address, (written, "x")), **{"Accept-Language": "en"})
            assert answer.status_code == 400, written
            is_harmless(answer, SCRIPT, {written})


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unknown_parameter_is_refused_by_name(address: str, site: Any, ask: Any) -> None:
    for name in (SCRIPT, "' OR 1=1 --", "__class__", "password", "lead_department__users__password"):
        answer = ask(asked_with(address, (name, "1")), **{"Accept-Language": "en"})
        assert answer.status_code == 400, name
        assert answer["Content-Type"] == "application/problem+json"
        assert [each["parameter"] for each in answer.json()["errors"]] == [name]


@sample_or_whole
@pytest.mark.parametrize("size", ["0", "1001", "100000", "999999999999", "-5", "50.0", " 50", "+5"])
def test_a_page_of_no_such_size_is_refused(size: str, whole: bool, site: Any, ask: Any) -> None:
    for address in some_of(LISTS, size, whole=whole, number=5):
        answer = ask(asked_with(address, ("page_size", size)), **{"Accept-Language": "en"})
        assert answer.status_code == 400, address
        assert answer.json()["detail"] == "It must be a whole number from 1 to 1000."


def expire(token: AccessToken) -> None:
    token.created_at, token.expires_at = timezone.now() - timedelta(days=2), timezone.now()
    token.save()


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [(expire, "This access token has expired."), (revoke_token, "This access token has been revoked.")],
)
def test_a_token_that_has_ended_opens_nothing(ends: Any, sentence: str, site: Any, ask: Any) -> None:
    token, key = create_token(make.make_user("vic"), scope=Scope.REPORT)
    ends(token)
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    answers = [ask(address, **headers) for address in ADDRESSES]
    answers += [getattr(Client(), method)(API + path, headers=headers) for method, path in WRITTEN]
    for answer in answers:
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json()["detail"] == sentence
        assert key not in answer.content.decode()


@pytest.fixture
def draft(people: Any) -> str:
    """The address of Ada's draft."""
    body = {"period": "2023-08", "status": "promoting", "what_was_done": SECRET, "problem": SECRET, "next_step": SECRET}
    made = people.ada("post", "measures/M004/reports/", body)
    assert made.status_code == 201
    return f"measures/M004/reports/{made.json()['id']}/"


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("who", ["ben", "vic", "nobody"])
def test_another_departments_draft_is_neither_read_nor_changed(
    who: str, is_open: bool, people: Any, draft: str, settings: Any
) -> None:
    settings.PILOTZONE_PUBLIC_READING = is_open
    caller = getattr(people, who)
    refused = 401 if who == "nobody" else 403
    tried = [
        caller("get", draft),
        caller("put", draft, {"version": 1, "what_was_done": "x"}),
        caller("post", f"{draft}submit/"),
        caller("post", f"{draft}withdraw/"),
        # Nor by the address of a measure that Ben's department leads.
        caller("get", draft.replace("M004", "M002")),
        caller("put", draft.replace("M004", "M002"), {"version": 1, "what_was_done": "x"}),
        caller("post", f"{draft.replace('M004', 'M002')}submit/"),
    ]
    elsewhere = 404 if who == "ben" else refused
    seen = 404 if who != "nobody" or is_open else 401
    assert [each.status_code for each in tried] == [refused] * 4 + [seen, elsewhere, elsewhere]
    report = Report.objects.get(state="draft")
    assert (report.version, report.what_was_done_zh) == (1, SECRET)
    for answer in tried:
        assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("who", ["ben", "vic", "nobody"])
def test_no_list_tells_of_another_departments_draft(who: str, people: Any, draft: str, open_reading: None) -> None:
    headers = getattr(people, who).headers
    number = int(draft.split("/")[-2])
    for path in [*ALL, "measures/M004/", "measures/M004/history/", "measures/M004/reports/", EXPLAINED]:
        answer = Client().get(API + path, headers=headers)
        assert SECRET not in answer.content.decode(), path
    reports = f"{API}measures/M004/reports/"
    for query in ("", "?state=draft", f"?search={SECRET}", "?format=csv", "?format=ndjson&state=draft", "?cursor=*"):
        answer = Client().get(reports + query, headers=headers)
        assert answer.status_code == 200
        text = answer.getvalue().decode()
        assert SECRET not in text
        assert f"reports/{number}/" not in text
    assert SECRET in people.ada("get", "measures/M004/reports/").content.decode()
