"""Lines of the log: nobody forges one, and none has a secret."""

import json
import logging
import sys
from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import User
from core import log_context, request_id
from core.log_formats import JSONFormatter, TextFormatter, without_secrets

FORGED = "ada\n2023-08-29 09:30:00,123 INFO [-] accounts: forged\r\x85\u2028\x1b[31mred"


def record(message: str, *args: Any, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("measures", logging.WARNING, __file__, 1, message, args, extra.pop("exc_info", None))
    made.__dict__.update(extra)
    return made


@pytest.fixture(autouse=True)
def _nobody_asks() -> Any:
    request_id.end()
    log_context.forget()
    yield
    log_context.forget()


@pytest.mark.parametrize("formatter", [TextFormatter(), JSONFormatter()])
def test_what_is_quoted_stays_on_its_line(formatter: logging.Formatter) -> None:
    request = RequestFactory().get("/")
    request.user = User(pk=7, username=FORGED)
    log_context.begin(request, "192.0.2.7")
    line = formatter.format(record("The name %s is taken", FORGED))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "ada" in line
    assert "济南" in formatter.format(record("济南"))


def test_a_line_of_json_says_who_asks_and_which_task_runs() -> None:
    assert list(json.loads(JSONFormatter().format(record("begun")))) == ["time", "level", "logger", "message"]
    request = RequestFactory().get("/")
    request.user = User(pk=7, username="ada")
    request_id.begin("trace-9")
    caller = log_context.begin(request, "192.0.2.7")
    caller.settle()
    assert caller.request is None
    token = log_context.begin_task("id-1", "rollups.tasks.sweep")
    found = json.loads(JSONFormatter().format(record("%s done", 3, fields={"status": 200})))
    log_context.end_task(token)
    request_id.end()
    assert found.pop("time").endswith("+08:00")
    assert found == {
        "level": "WARNING",
        "logger": "measures",
        "message": "3 done",
        "request_id": "trace-9",
        "user_id": 7,
        "user": "ada",
        "address": "192.0.2.7",
        "task_id": "id-1",
        "task": "rollups.tasks.sweep",
        "status": 200,
    }
    assert "task" not in json.loads(JSONFormatter().format(record("afterwards")))


def test_a_traceback_is_indented_or_in_its_object() -> None:
    try:
        raise ValueError(f"password=hunter2hunter2 {FORGED}")
    except ValueError:
        failed = sys.exc_info()
    lines = TextFormatter().format(record("failed", exc_info=failed)).splitlines()
    assert [line for line in lines if not line.startswith("    ")] == lines[:1]
    found = json.loads(JSONFormatter().format(record("failed", exc_info=failed)))
    assert "ValueError" in found["error"]
    assert "hunter2" not in "\n".join(lines) + found["error"]


@pytest.mark.parametrize(
    "text",
    [
        "GET /accounts/login/?next=/&token=SESAME HTTP/1.1",
        "Not Found: /x?q=SESAME",
        "{'username': 'ada', 'password': 'SESAME'}",
        '{"new_password1": "SESAME OPEN"}',
        "csrfmiddlewaretoken=SESAME",
        "Cookie: sessionid=SESAME",
        "set-cookie: sessionid=SESAME; Path=/",
        "Authorization: Bearer SESAMESESAME",
        "called with Bearer SESAMESESAME",
        "Error 111 connecting to redis://:SESAME@redis:6379/0",
        "postgres://pilotzone:SESAME@db/pilotzone",
        "PILOTZONE_SECRET_KEY=SESAME",
        "Internal Server Error: /accounts/set-password/Nw/SESAME-x/",
        "null value in column\nDETAIL:  Failing row contains (1, SESAME, 2023).",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    shown = without_secrets(text)
    assert "SESAME" not in shown
    assert "***" in shown


@pytest.mark.parametrize("text", ["Not Found: /tokens/", "3 ended access tokens", "What is next? All is well.", "a=b"])
def test_other_words_stay(text: str) -> None:
    assert without_secrets(text) == text
