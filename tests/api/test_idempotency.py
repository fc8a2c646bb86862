"""The header Idempotency-Key: a request whose answer got lost is sent again, and doubles nothing."""

from typing import Any

import pytest

from measures.models import Report
from tests.api.conftest import API, Caller
from web.models import IdempotencyKey

pytestmark = pytest.mark.django_db
REPORTS = "measures/M004/reports/"
BODY = {"period": "2023-08", "status": "promoting", "what_was_done": "已开工"}


@pytest.fixture
def ada(people: Any) -> Any:
    """Sends with a key."""

    def send(method: str, path: str, body: Any = None, *, key: str = "one") -> Any:
        caller: Caller = people.ada
        return Caller({**caller.headers, "Idempotency-Key": key})(method, path, body)

    return send


def test_a_report_filed_twice_is_one_and_both_answers_are_the_same(ada: Any) -> None:
    first, second = ada("post", REPORTS, BODY), ada("post", REPORTS, BODY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert second["Content-Type"] == first["Content-Type"] == "application/json"
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert Report.objects.filter(state="draft").count() == 1


def test_a_submission_and_a_change_sent_twice_are_answered_as_at_first(ada: Any) -> None:
    report = ada("post", REPORTS, BODY).json()
    path = f"{REPORTS}{report['id']}/"
    changes = [ada("put", path, {"version": 1, "problem": "缺人"}, key="two") for _each in range(2)]
    assert [answer.json()["version"] for answer in changes] == [2, 2]
    # Whatever was written since: it is not written over, and no conflict with what was done already.
    assert ada("put", path, {"version": 2, "problem": "缺料"}, key="three").json()["version"] == 3
    late = ada("put", path, {"version": 1, "problem": "缺人"}, key="two")
    assert (late.status_code, late.json()) == (200, changes[0].json())
    assert Report.objects.get(pk=report["id"]).problem_zh == "缺料"
    moves = [ada("post", f"{path}submit/", key="four") for _each in range(2)]
    assert [(answer.status_code, answer.json()["state"]) for answer in moves] == [(200, "submitted")] * 2


def test_the_same_key_with_something_else_is_refused_and_changes_nothing(ada: Any) -> None:
    ada("post", REPORTS, BODY)
    answer = ada("post", REPORTS, {**BODY, "what_was_done": "已竣工"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/api/help/#idempotency-key-reused"
    assert answer.json()["detail"] == "This Idempotency-Key came before with another request; give each its own."
    assert Report.objects.get(state="draft").what_was_done_zh == "已开工"


def test_a_refusal_is_not_kept(ada: Any) -> None:
    assert ada("post", REPORTS, {**BODY, "status": "completed", "submit": True}).status_code == 409
    assert ada("post", REPORTS, {"status": "done"}).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert ada("post", REPORTS, BODY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_named(ada: Any, key: str) -> None:
    answer = ada("post", REPORTS, BODY, key=key)
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"parameter": "Idempotency-Key", "detail": "Between 1 and 200 printable ASCII characters"}
    ]


def test_without_a_key_the_second_is_refused_as_ever(people: Any) -> None:
    assert people.ada("post", REPORTS, BODY).status_code == 201
    assert people.ada("post", REPORTS, BODY).status_code == 409


def test_who_reads_may_send_the_header(people: Any, client: Any) -> None:
    headers = {**people.ada.headers, "Idempotency-Key": "one"}
    assert client.get(f"{API}measures/", headers=headers).status_code == 200
    assert not IdempotencyKey.objects.exists()
