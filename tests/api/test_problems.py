"""Refusals as problem details (RFC 9457), in the caller's language."""

from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tests.api.conftest import API
from web.api.problem_details import PROBLEMS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status", "name", "title"),
    [
        ("measures/?nothing=1", 400, "invalid-parameters", "A parameter is not valid"),
        ("measures/M999/", 404, "not-found", "Not found"),
        ("nothing/", 404, "not-found", "Not found"),
    ],
)
def test_a_refusal_says_what_kind_it_is(path: str, status: int, name: str, title: str, site: Any, ask: Any) -> None:
    answer = ask(path, **{"Accept-Language": "en"})
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert (body["type"], body["title"]) == (f"/api/help/#{name}", title)
    assert body["detail"]


def test_its_type_stays_and_its_words_are_the_callers(site: Any, ask: Any) -> None:
    here, there = (ask("measures/?status=done", **{"Accept-Language": code}).json() for code in ("zh", "en"))
    assert here["type"] == there["type"]
    assert (here["title"], there["title"]) == ("参数无效", "A parameter is not valid")
    assert there["errors"] == [
        {
            "parameter": "status",
            "detail": "This value is not allowed; choose one of: "
            "Under way (promoting), Progress made (in_progress), completed",
            "allowed": ["promoting", "in_progress", "completed"],
        }
    ]
    assert here["errors"][0]["allowed"] == there["errors"][0]["allowed"]
    assert not here["errors"][0]["detail"].isascii()


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("measures/?ordering=x", "ordering", {"code", "due_on", "status", "light"}),
        ("measures/?section=x", "section", {"innovation", "energy"}),
        ("measures/?department=x", "department", {"science", "power"}),
        ("measures/?plan=x", "plan", {"shandong-2023-2025", "another-plan"}),
        ("measures/?format=xml", "format", {"json", "csv", "xlsx", "ndjson"}),
        ("measures/?lang=fr", "lang", {"zh-hans", "en"}),
        ("measures/?fields=x", "fields", {"code", "title", "light"}),
        ("rollups/measures/?by=x", "by", {"plan", "section", "department"}),
        ("explain/?figure=x", "figure", {"measures.total", "projects.total_investment"}),
        ("explain/?figure=measures.total&section=x", "section", {"innovation", "energy"}),
    ],
)
def test_the_allowed_values_come_as_a_list(query: str, parameter: str, allowed: set[str], site: Any, ask: Any) -> None:
    answer = ask(query)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["parameter"] == parameter
    assert allowed <= set(error["allowed"])


def test_all_wrong_parameters_are_named_at_once(site: Any, ask: Any) -> None:
    errors = ask("measures/?status=x&light=y&due_from=z").json()["errors"]
    assert [each["parameter"] for each in errors] == ["status", "light", "due_from"]


def test_who_is_unknown_is_told_so(site: Any, client: Client) -> None:
    answer = client.get(f"{API}measures/", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["type"] == "/api/help/#not-authenticated"


@pytest.mark.parametrize(
    ("method", "body", "status", "name"),
    [
        ("delete", "", 405, "method-not-allowed"),
        ("post", "{", 400, "invalid-body"),
        ("post", "[]", 400, "invalid-body"),
    ],
)
def test_what_is_sent_wrongly(method: str, body: str, status: int, name: str, site: Any, token_of: Any) -> None:
    ada = make.make_user("ada", role="reporter", department=site.first.lead_department)
    sent = {"data": body, "content_type": "application/json"}
    answer = getattr(Client(), method)(f"{API}measures/M001/reports/", **sent, headers=token_of(ada, scope="report"))
    assert answer.status_code == status
    assert answer.json()["type"] == f"/api/help/#{name}"


def test_each_type_is_an_address_that_explains_it(site: Any, client: Client, open_reading: None) -> None:
    page = client.get("/api/help/").content.decode()
    for name in PROBLEMS:
        assert page.count(f'id="{name}"') == 1, name
