"""One recorded answer of each operation, and of each kind of refusal, compared whole: what analysts build on does not
change by accident.

`RECORD_EXAMPLES=1 ./run test --lane sqlite tests/api/test_contract.py` records them anew. Read the difference before it
is kept: within v1 a field may come, and none may go or change its name, its type or its meaning.
"""

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from indicators.models import ValueReport
from measures.models import Report
from tests import factories
from tests.api.addresses import ALL
from tests.api.conftest import API
from tests.api.test_schema import described, path_of

EXAMPLES = Path(__file__).parent / "examples"
READ = (
    *ALL,
    "measures/M004/reports/1/",
    "indicators/gdp_growth_ytd/filed-values/1/",
    "explain/?figure=measures.completion_rate",
    "explain/?figure=indicators.gdp_growth_ytd.value",
    "measures/?compare=2023-05-31&fields=code,status,status_then",
    "measures/?cursor=*&page_size=1",
    "measures/?status=nothing&page_size=0",
    "measures/M999/",
)
FILED = "measures/M004/reports/"
DRAFT = {
    "period": "2023-07",
    "status": "in_progress",
    "effective_on": "2023-07-25",
    "what_was_done": "已开工",
    "evidence": [{"document_number": "鲁科字〔2023〕1号", "title": "关于公布名单的通知"}],
}
# What is sent one after another: who, method, address ({} is the report that was made first), body and status.
SENT = (
    ("ada", "post", FILED, DRAFT, 201),
    ("ada", "post", FILED, {"period": "2023-7", "state": "accepted"}, 400),
    ("ada", "post", FILED, DRAFT, 409),
    ("ben", "post", FILED, DRAFT, 403),
    ("nobody", "post", FILED, DRAFT, 401),
    ("ada", "put", f"{FILED}{{}}/", {"version": 1, "problem": "缺人"}, 200),
    ("ada", "put", f"{FILED}{{}}/", {"version": 1, "problem": "缺钱"}, 409),
    ("ada", "post", f"{FILED}{{}}/submit/", {}, 200),
    ("ada", "post", f"{FILED}{{}}/withdraw/", {}, 200),
    ("ada", "delete", f"{FILED}{{}}/", {}, 405),
)
RAISED, OF_PROJECT = "measures/M004/problems/", "projects/P0001/problems/"
# The same of a problem: {} is the number of the draft that is made first.
SENT_OF_PROBLEMS = (
    ("ada", "post", RAISED, {"text": "资金缺口", "category": "money", "submit": False}, 201),
    ("ada", "post", RAISED, {"text": "资金缺口", "category": "cash", "state": "closed"}, 400),
    ("ben", "post", RAISED, {"text": "资金缺口"}, 403),
    ("ada", "put", f"{RAISED}{{}}/", {"version": 1, "owner": "power", "submit": True}, 200),
    ("ada", "put", f"{RAISED}{{}}/", {"version": 1, "text": "缺钱"}, 409),
    ("ada", "post", f"{RAISED}{{}}/moves/", {"move": "reply", "note": "已向财政厅报告"}, 200),
    ("ada", "post", f"{RAISED}{{}}/moves/", {"move": "solve", "note": "已解决"}, 403),
    ("ada", "post", f"{RAISED}{{}}/moves/", {"move": "restore", "note": "重提"}, 409),
    ("ada", "post", f"{RAISED}{{}}/moves/", {"move": "close"}, 403),
    ("ada", "post", OF_PROJECT, {"text": "用地未批"}, 403),
    ("rita", "post", OF_PROJECT, {"text": "用地未批", "submit": False}, 201),
    ("rita", "put", f"{OF_PROJECT}{{}}/", {"version": 1, "submit": True}, 409),
    ("rita", "put", f"{OF_PROJECT}{{}}/", {"version": 1, "owner": "power", "submit": True}, 200),
    ("rita", "post", f"{OF_PROJECT}{{}}/moves/", {"move": "withdraw", "note": "已批"}, 200),
)
VALUES = "indicators/gdp_growth_ytd/filed-values/"
VALUE = {"region": "370000", "period": "2023Q2", "value": 6.3, "verified": True, "released_on": "2023-07-20"}
EARLY = {"version": 2, "released_on": "2023-06-20", "submit": True}
# The same of a value: {} is the one that is made first.
SENT_OF_VALUES = (
    ("ada", "post", VALUES, VALUE, 201),
    ("ada", "post", VALUES, {"region": "370000", "period": "April", "state": "accepted"}, 400),
    ("ada", "post", VALUES, {**VALUE, "value": 6.4}, 409),
    ("ben", "post", VALUES, VALUE, 403),
    ("ada", "post", f"{VALUES}{{}}/submit/", {}, 200),
    ("ada", "post", f"{VALUES}{{}}/withdraw/", {}, 200),
    ("ada", "put", f"{VALUES}{{}}/", EARLY, 409),
    ("ada", "put", f"{VALUES}{{}}/", {**EARLY, "confirmed": ["early"]}, 200),
)
# Moments and numbers that differ from run to run.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?\+08:00")
VARYING = {"id", "supersedes", "superseded_by", "report", "corrects", "observation"}
CURSOR = re.compile(r"cursor=[\w%-]{20,}")


def file_of(name: str) -> Path:
    return EXAMPLES / ((re.sub(r"\W+", "-", name).strip("-") or "root") + ".json")


def file_of_sent(who: str, method: str, path: str, status: int) -> Path:
    return file_of(f"{who}-{method}-{path.format('report')}-{status}")


def file_of_problem(who: str, method: str, path: str, body: Any, status: int) -> Path:
    return file_of(f"{who}-{method}-{path.format('problem')}-{body.get('move', '')}-{status}")


def steady(value: Any, name: str = "") -> Any:
    """The answer with stand-ins for what differs from run to run."""
    if isinstance(value, dict):
        return {key: steady(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [steady(each, name) for each in value]
    if name in VARYING and isinstance(value, int):
        return "<number>"
    if name == "request_id":
        return "<request>"
    if isinstance(value, str):
        text = "<moment>" if MOMENT.fullmatch(value) else CURSOR.sub("cursor=<cursor>", value)
        return re.sub(r"/(reports|filed-values)/\d+/", r"/\1/<number>/", text)
    return value


def compare(file: Path, answer: Any) -> None:
    found = steady(answer.json())
    if os.environ.get("RECORD_EXAMPLES"):
        EXAMPLES.mkdir(exist_ok=True)
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    recorded = json.loads(file.read_text(encoding="utf-8"))
    assert found == recorded
    # The order of fields is that of the heads of files.
    assert json.dumps(found) == json.dumps(recorded)


@pytest.fixture(autouse=True)
def steady_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made things are numbered from one, whichever tests ran before."""
    monkeypatch.setattr(factories, "_numbers", itertools.count(1))


@pytest.mark.parametrize("path", READ)
def test_an_answer_is_as_recorded(path: str, site: Any, ask: Any) -> None:
    accepted = Report.objects.get(measure__code="M004", state="accepted")
    asked = path.replace("reports/1/", f"reports/{accepted.pk}/")
    asked = asked.replace("filed-values/1/", f"filed-values/{ValueReport.objects.get().pk}/")
    compare(file_of(path), ask(asked, **{"Accept-Language": "en"}))


@pytest.mark.parametrize("sent", [SENT, SENT_OF_VALUES])
def test_answers_to_what_is_sent_are_as_recorded(sent: Any, people: Any) -> None:
    made: Any = None
    for who, method, path, body, status in sent:
        answer = getattr(people, who)(method, path.format(made), body)
        assert answer.status_code == status, (who, method, path, answer.content)
        compare(file_of_sent(who, method, path, status), answer)
        made = made or answer.json()["id"]


def test_so_are_those_to_what_is_sent_of_a_problem(people: Any) -> None:
    for who, method, path, body, status in SENT_OF_PROBLEMS:
        answer = getattr(people, who)(method, path.format(2), body)
        assert answer.status_code == status, (who, method, path, answer.content)
        compare(file_of_problem(who, method, path, body, status), answer)


def test_each_operation_of_the_schema_has_a_recorded_answer_and_no_other_is_kept() -> None:
    read = {("get", path_of(path.partition("?")[0])) for path in READ if "M999" not in path}
    sent = {
        (method, path_of(path.format(1)))
        for _who, method, path, _body, status in (*SENT, *SENT_OF_VALUES, *SENT_OF_PROBLEMS)
        if status < 300
    }
    assert read | sent == {(method, path) for path, methods in described()["paths"].items() for method in methods}
    files = {file_of(path) for path in READ} | {file_of_sent(*each[:3], each[4]) for each in (*SENT, *SENT_OF_VALUES)}
    files |= {file_of_problem(*each) for each in SENT_OF_PROBLEMS}
    assert set(EXAMPLES.iterdir()) == files
    assert all(path.startswith(API) for _method, path in read | sent)
