"""Every answer and every line of the log has the id of its request."""

import logging
from typing import Any

import pytest
from django.test import Client

from core import request_id
from core.log_formats import TextFormatter
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Any:
    """Yield the lines that the log's console writes meanwhile."""
    written: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(TextFormatter())
    handler.emit = lambda record: written.append(handler.format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    "address",
    ["/", "/measures/", "/nothing/", "/api/v1/plans/", "/api/v1/nothing/", "/api/v1/plans/?page=x", "/healthz"],
)
def test_an_answer_has_the_id_that_the_caller_gave(address: str, open_reading: None) -> None:
    answer = Client().get(address, headers={"X-Request-ID": "trace-7.a:b"})
    assert answer["X-Request-ID"] == "trace-7.a:b"
    if answer["Content-Type"] == "application/problem+json":
        assert answer.json()["request_id"] == "trace-7.a:b"


@pytest.mark.parametrize("sent", ["", "two words", "x" * 129, "<script>", "a\tb", "-", "ü"])
def test_an_id_that_is_none_is_replaced(sent: str, open_reading: None) -> None:
    ids = {Client().get("/api/v1/plans/?page=x", headers={"X-Request-ID": sent})["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(each) == 32 and each.isalnum() for each in ids)


def test_a_cached_page_and_an_unchanged_answer_have_their_own(settings: Any, open_reading: None) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    make.make_plan()
    for address in ("/", "/api/v1/plans/"):
        first, second = Client().get(address), Client().get(address)
        third = Client().get(address, headers={"If-None-Match": first["ETag"]})
        assert len({each["X-Request-ID"] for each in (first, second, third)}) == 3
        assert first.content == second.content or address == "/"
        assert first["X-Request-ID"].encode() not in second.content


def test_a_line_of_the_log_names_its_request(lines: list[str], monkeypatch: Any, open_reading: None) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        logging.getLogger("measures").warning("about to fail")
        raise RuntimeError

    monkeypatch.setattr("measures.api.plans.Plans.get_answer", fail)
    answer = Client(raise_request_exception=False).get("/api/v1/plans/", headers={"X-Request-ID": "trace-8"})
    assert (answer.status_code, answer.json()["request_id"]) == (500, "trace-8")
    assert len(lines) >= 2
    assert all(" [trace-8] " in line.splitlines()[0] for line in lines)
    logging.getLogger("measures").warning("afterwards")


def test_a_line_outside_of_a_request_has_none(lines: list[str]) -> None:
    request_id.end()
    logging.getLogger("measures").warning("by a command")
    assert " WARNING [-] measures: by a command" in lines[0]
