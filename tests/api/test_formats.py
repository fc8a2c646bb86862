"""Tests of the format of an answer: the one that the address names, else one that the caller accepts."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.api.addresses import LISTS, SINGLE
from tests.api.conftest import API

pytestmark = pytest.mark.django_db

CSV, NDJSON = "text/csv", "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        (CSV, CSV),
        ("TEXT/CSV; charset=UTF-8", CSV),
        (XLSX, XLSX),
        (NDJSON, NDJSON),
        (JSON, JSON),
        ("*/*", JSON),
        ("", JSON),
        ("application/*", JSON),
        ("text/*", CSV),
        (BROWSER, JSON),
        ("text/html, text/csv;q=0.9, */*;q=0.1", CSV),
        (f"{JSON};q=0.5, {NDJSON};q=0.7", NDJSON),
        (f"*/*, {JSON};q=0", CSV),
        (f"{CSV};q=nonsense", CSV),
        ("application/json, text/xml, application/xml, */*", JSON),
    ],
)
def test_a_list_comes_as_the_caller_accepts_it(accepted: str, given: str, site: Any, ask: Any) -> None:
    answer = ask("measures/", Accept=accepted)
    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] == given
    assert "Accept" in answer["Vary"].split(", ")


@pytest.mark.parametrize("address", LISTS)
def test_every_list_honours_it(address: str, site: Any, ask: Any) -> None:
    answer = ask(f"{address}?page_size=2", Accept=CSV)
    assert answer["Content-Type"].startswith(CSV)


@pytest.mark.parametrize("accepted", ["text/html", "application/xml", "image/*", f"{JSON};q=0", f"{CSV};q=0"])
def test_what_there_is_not_is_refused(accepted: str, site: Any, ask: Any) -> None:
    answer = ask("measures/", **{"Accept": accepted, "Accept-Language": "en"})
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")
    body = answer.json()
    assert body["type"] == "/api/help/#not-acceptable"
    assert body["detail"] == f"This address answers with: {JSON}, {CSV}, {XLSX}, {NDJSON}."


@pytest.mark.parametrize("address", SINGLE)
def test_what_is_no_list_has_no_file(address: str, site: Any, ask: Any) -> None:
    assert ask(address, Accept=CSV).status_code == 406
    assert ask(address, Accept=BROWSER).status_code == 200


def test_the_address_wins(site: Any, ask: Any) -> None:
    assert ask("plans/?format=json", Accept=CSV)["Content-Type"] == JSON
    assert ask("plans/?format=ndjson", Accept="text/html")["Content-Type"] == NDJSON


def test_a_kept_answer_in_one_format_is_not_given_for_another(site: Any, ask: Any, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    first, rows = ask("plans/"), ask("plans/", Accept=NDJSON)
    assert [json.loads(line) for line in rows.getvalue().splitlines()] == first.json()["results"]
    assert first["ETag"] != rows["ETag"]
    assert ask("plans/", **{"Accept": CSV, "If-None-Match": first["ETag"]}).status_code == 200


def test_the_schema_may_be_asked_for_as_yaml(site: Any, ask: Any) -> None:
    assert Client().get("/api/schema/", headers={"Accept": "application/yaml"}).content.startswith(b"openapi:")
    assert Client().get("/api/schema/", headers={"Accept": BROWSER})["Content-Type"] == JSON


def test_the_root_lists_every_address_with_a_sentence(site: Any, ask: Any) -> None:
    rows = {row["url"]: row for row in ask("?lang=en").json()["addresses"]}
    base = f"http://testserver{API}"
    assert rows[f"{base}plans/"] == {
        "url": f"{base}plans/",
        "methods": ["GET"],
        "summary": "The action plans of the site; `plan=` of the other lists takes a slug of these.",
    }
    assert rows[f"{base}measures/{{code}}/reports/"]["methods"] == ["GET", "POST"]
    assert len(rows) == 41
    assert all(row["summary"] for row in rows.values())
    assert not any(row["summary"].isascii() for row in ask("?lang=zh-hans").json()["addresses"])
