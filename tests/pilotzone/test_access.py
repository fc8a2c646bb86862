"""Each request leaves one line and is counted once, under words of the code."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import get_resolver
from rest_framework.response import Response

from core import metrics, request_id
from core.log_formats import JSONFormatter
from pilotzone import access
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Any:
    """The objects that are written to the log meanwhile."""
    written: list[Any] = []
    handler = logging.Handler()
    handler.setFormatter(JSONFormatter())
    handler.emit = lambda record: written.append(json.loads(handler.format(record)))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def counted(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0


def of_access(lines: list[Any]) -> list[Any]:
    return [line for line in lines if line["logger"] == "pilotzone.access"]


def test_a_request_leaves_one_line(lines: Any, settings: Any, open_reading: None) -> None:
    settings.PILOTZONE_PROXIES = 1
    ada = make.make_user("ada")
    client = Client(headers={"x-forwarded-for": "192.0.2.7", "x-request-id": "trace-1"})
    client.force_login(ada)
    page = client.get("/measures/?q=SESAME")
    (line,) = of_access(lines)
    assert line.pop("milliseconds") > 0
    assert line.pop("time")
    assert line.pop("message").startswith("GET /measures/ 200 measures:list ")
    assert line == {
        "level": "INFO",
        "logger": "pilotzone.access",
        "request_id": "trace-1",
        "user_id": ada.pk,
        "user": "ada",
        "address": "192.0.2.7",
        "method": "GET",
        "path": "/measures/",
        "route": "measures:list",
        "status": 200,
        "bytes": len(page.content),
    }


def test_nothing_that_is_secret_or_typed_is_in_any_line(lines: Any, open_reading: None) -> None:
    ada = make.make_user("ada", password="SESAME-open-1")
    client = Client()
    client.post("/accounts/login/", {"username": "ada", "password": "SESAME-wrong"})
    client.post("/accounts/login/", {"username": "ada", "password": "SESAME-open-1"})
    client.get("/accounts/set-password/Nw/SESAME-token/")
    client.get("/accounts/set-password/Nw/SESAME-token/no/")
    client.get("/measures/?token=SESAME", headers={"authorization": "Bearer SESAME-token"})
    client.get("/api/v1/plans/?page=SESAME", headers={"authorization": "Bearer SESAME-token"})
    cookie = client.cookies["sessionid"].value
    written = json.dumps(lines)
    assert len(of_access(lines)) == 6
    assert "SESAME" not in written
    assert cookie not in written
    assert ada.password not in written


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/version"])
def test_probes_leave_none(address: str, lines: Any) -> None:
    Client().get(address)
    assert of_access(lines) == []


def test_a_file_is_told_when_it_has_been_sent(lines: Any, open_reading: None) -> None:
    make.make_measure()
    answer = Client().get("/api/v1/measures/?format=csv")
    assert (answer.streaming, of_access(lines)) == (True, [])
    content = b"".join(answer)
    assert [line["bytes"] for line in of_access(lines)] == [len(content)]


def test_requests_are_counted_by_route_and_never_by_what_is_typed(open_reading: None) -> None:
    of_none = {"route": "none", "method": "GET", "status": "4xx"}
    of_list = {"route": "measures:list", "method": "GET", "status": "2xx"}
    before = counted("pilotzone_requests_total", **of_none), counted("pilotzone_requests_total", **of_list)
    queries = counted("pilotzone_request_queries_total", route="measures:list")
    for number in range(3):
        Client().get(f"/typed-{number}/")
    Client().generic("TYPED", "/typed/")
    Client().get("/measures/?q=typed", headers={"x-request-id": "typed"})
    after = counted("pilotzone_requests_total", **of_none), counted("pilotzone_requests_total", **of_list)
    assert (after[0] - before[0], after[1] - before[1]) == (3, 1)
    assert counted("pilotzone_request_queries_total", route="measures:list") > queries
    labels = {
        value for family in metrics.REGISTRY.collect() for each in family.samples for value in each.labels.values()
    }
    assert not [value for value in labels if "typed" in value.lower()]


def test_an_error_is_counted_and_its_statements_too(monkeypatch: Any, open_reading: None, lines: Any) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("password=SESAME")

    monkeypatch.setattr("measures.api.plans.Plans.get_answer", fail)
    before = counted("pilotzone_request_errors_total", route="api-plans")
    answer = Client(raise_request_exception=False).get("/api/v1/plans/")
    assert answer.status_code == 500
    (line,) = of_access(lines)
    assert (line["status"], line["level"]) == (500, "INFO")
    assert counted("pilotzone_request_errors_total", route=line["route"]) == before + 1
    assert "SESAME" not in json.dumps(lines)
    assert connection.execute_wrappers.count(access.Statements()) == 0


def test_a_refusal_that_says_when_to_come_again_is_no_error(monkeypatch: Any, open_reading: None, lines: Any) -> None:
    monkeypatch.setattr("measures.api.plans.Plans.get_answer", lambda *_args, **_kwargs: Response(status=503))
    Client().get("/api/v1/plans/")
    (line,) = of_access(lines)
    before = counted("pilotzone_request_errors_total", route=line["route"])
    assert Client().get("/api/v1/plans/").status_code == 503
    assert counted("pilotzone_request_errors_total", route=line["route"]) == before


def test_a_file_that_breaks_off_is_an_error_and_one_that_nobody_takes_to_its_end_is_none(
    monkeypatch: Any, open_reading: None
) -> None:
    def parts() -> Iterator[bytes]:
        yield b"first"
        raise RuntimeError

    monkeypatch.setattr("measures.api.plans.Plans.get_answer", lambda *_args, **_kwargs: StreamingHttpResponse(parts()))
    before = counted("pilotzone_request_errors_total", route="api-plans")
    answer = Client().get("/api/v1/plans/")
    next(iter(answer))
    answer.close()
    assert counted("pilotzone_request_errors_total", route="api-plans") == before
    with pytest.raises(RuntimeError):
        b"".join(Client().get("/api/v1/plans/"))
    assert counted("pilotzone_request_errors_total", route="api-plans") == before + 1


def test_a_page_is_counted_under_one_of_the_routes_that_are_known_before(open_reading: None, today: Any) -> None:
    known = set(access.named_routes(get_resolver()))
    admin = Client()
    admin.force_login(make.make_user("admin", is_superuser=True, is_staff=True))
    for address in ("/measures/", "/api/v1/plans/", "/admin/accounts/user/", "/backups/"):
        answer = admin.get(address)
        assert answer.status_code == 200
        assert access.route_of(answer.wsgi_request) in known


def test_mails_are_counted(settings: Any) -> None:
    from core import mail

    before = [counted("pilotzone_mails_total", result=result) for result in ("sent", "failed")]

    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError

    from django.core.mail import EmailMessage

    backend = mail.CountingConsole(alias="default", stream=io.StringIO())
    backend.send_messages([EmailMessage("subject", "text", "a@example.org", ["b@example.org"])])
    backend = mail.CountingConsole(alias="default", stream=Broken())
    with pytest.raises(OSError):
        backend.send_messages([EmailMessage("subject", "text", "a@example.org", ["b@example.org"])])
    after = [counted("pilotzone_mails_total", result=result) for result in ("sent", "failed")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1]


def test_a_task_has_the_id_of_the_request_that_asked_for_it(lines: Any) -> None:
    """The task comes as a worker gets it: a message with headers."""
    from pilotzone import task_signals

    request_id.begin("trace-5")
    headers: dict[str, Any] = {}
    task_signals.add_headers(headers=headers)
    request_id.end()

    class Task:
        name = "rollups.tasks.verify_rollups_task"

        class request:
            is_eager = False
            get = staticmethod(headers.get)

    of_task = {"result": "success", "task": Task.name}
    before = counted("pilotzone_tasks_total", **of_task)
    task_signals.begin("id-1", Task)
    logging.getLogger("rollups").warning("at work")
    task_signals.end("id-1", Task, state="SUCCESS")
    logging.getLogger("rollups").warning("afterwards")
    at_work, ended, afterwards = lines
    assert (at_work["request_id"], at_work["task_id"], at_work["task"]) == ("trace-5", "id-1", Task.name)
    assert (ended["logger"], ended["request_id"]) == ("pilotzone.task_signals", "trace-5")
    assert "request_id" not in afterwards
    assert "task" not in afterwards
    assert counted("pilotzone_tasks_total", **of_task) == before + 1


def test_a_task_without_a_worker_stays_in_its_request(settings: Any) -> None:
    from rollups.tasks import verify_rollups_task

    settings.CELERY_TASK_ALWAYS_EAGER = True
    request_id.begin("trace-6")
    of_task = {"result": "success", "task": verify_rollups_task.name}
    before = counted("pilotzone_tasks_total", **of_task)
    verify_rollups_task.delay()
    assert request_id.current() == "trace-6"
    request_id.end()
    assert counted("pilotzone_tasks_total", **of_task) == before + 1


def test_the_wrapper_of_a_connection_that_opens_meanwhile_stays(rf: Any) -> None:
    """The wrapper is that of the versions of the data: without it, pages that are kept would never learn of a
    change."""

    def opens(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        return execute(sql, params, many, context)

    def answer(request: Any) -> HttpResponse:
        connection.execute_wrappers.append(opens)
        return HttpResponse()

    before = list(connection.execute_wrappers)
    access.AccessMiddleware(answer)(rf.get("/"))
    assert connection.execute_wrappers == [*before, opens]
    connection.execute_wrappers.remove(opens)
