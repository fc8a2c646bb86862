"""Problems through the API: who reads what of them, who raises them, and which moves are refused."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import scopes_of
from measures.models import Measure, Plan
from notices.models import Notice
from problems.models import Problem, ProblemStep
from problems.on_day import problem_counts
from tests import factories as make
from tests.api.addresses import wrong
from tests.api.conftest import API

pytestmark = pytest.mark.django_db

PROBLEMS = "measures/M004/problems/"
LATE = f"{PROBLEMS}1/"


def everything() -> Any:
    return list(Problem.objects.order_by("pk").values()), ProblemStep.objects.count(), Notice.objects.count()


def test_a_row_says_how_it_was_on_the_day(site: Any, ask: Any) -> None:
    rows = {row["code"]: row for row in ask("problems/").json()["results"]}
    late = rows["M004-1"]
    assert {name: late[name] for name in ("state", "waiting_for", "owner", "helpers", "raised_by", "since")} == {
        "state": "assigned",
        "waiting_for": "department",
        "owner": "power",
        "helpers": ["science"],
        "raised_by": "science",
        "since": "2023-07-05",
    }
    assert (late["raised_on"], late["due_on"], late["days_open"], late["days_overdue"]) == (
        "2023-07-01",
        "2023-08-20",
        59,
        9,
    )
    assert (late["category"], late["closed_on"], late["is_escalated"]) == (None, None, False)
    closed = rows["M001-1"]
    assert (closed["state"], closed["closed_on"], closed["category"]) == ("closed", "2023-06-27", "money")
    assert (closed["waiting_for"], closed["days_open"], closed["days_overdue"]) == (None, None, None)
    assert closed["url"].endswith("/api/v1/measures/M001/problems/1/")


@pytest.mark.parametrize(
    ("day", "state", "days_open", "days_overdue", "waiting_for"),
    [
        ("2023-07-01", "raised", 0, None, "office"),
        ("2023-07-05", "assigned", 4, None, "department"),
        ("2023-08-20", "assigned", 50, None, "department"),
        ("2023-08-21", "assigned", 51, 1, "department"),
    ],
)
def test_the_boundaries_of_days(
    day: str, state: str, days_open: int, days_overdue: int | None, waiting_for: str, site: Any, ask: Any
) -> None:
    for address in (f"problems/?measure=M004&as_of={day}", f"{PROBLEMS}?as_of={day}"):
        [row] = ask(address).json()["results"]
        found = row["state"], row["days_open"], row["days_overdue"], row["waiting_for"]
        assert found == (state, days_open, days_overdue, waiting_for)
    one = ask(f"{LATE}?as_of={day}").json()
    assert (one["state"], one["days_overdue"]) == (state, days_overdue)
    assert ask(f"{LATE}?as_of=2023-06-30").status_code == 404
    assert ask("problems/?as_of=2023-06-30").json()["count"] == 2


def test_totals_are_those_of_the_counts(site: Any, ask: Any) -> None:
    counts = problem_counts(site.plan, on=date(2023, 8, 29))
    for query, number, expected in (
        ("state=open", counts.open, 2),
        ("overdue=yes", counts.overdue, 2),
        ("state=closed", counts.by_state["closed"], 1),
        ("waiting=department", counts.waiting["department"], 2),
    ):
        assert ask(f"problems/?{query}").json()["count"] == number == expected, query
    assert ask("problems/?plan=another-plan").json()["count"] == 0


def test_who_reads_notes_names_and_files(people: Any, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    assert people.ben("post", f"{LATE}moves/", {"move": "solve", "note": "资金到位"}).status_code == 200
    for who, note, name in (
        ("nobody", None, None),
        ("vic", "资金到位", None),
        ("ada", "资金到位", None),
        ("rita", "资金到位", "ben"),
        ("audit", "资金到位", "ben"),
    ):
        answer = getattr(people, who)("get", LATE)
        step = answer.json()["steps"][-1]
        assert (step["move"], step["note"], step["made_by"]) == ("solve", note, name), who
        assert (step["files"] is None) == (who == "nobody")
        assert step["content"]["text_zh"] == "配套资金不足"
        assert ("资金到位" in answer.content.decode()) == (who != "nobody")


def test_what_each_may_do_is_said(people: Any, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    assert {who: getattr(people, who)("get", LATE).json()["moves"] for who in ("nobody", "vic", "ada", "ben")} == {
        "nobody": [],
        "vic": [],
        "ada": ["reply", "withdraw"],
        "ben": ["solve", "reply"],
    }


def test_a_problem_is_raised_and_is_on_the_list(people: Any) -> None:
    answer = people.ada("post", PROBLEMS, {"text": "资金缺口", "category": "money", "owner": "power"})
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == body["url"]
    assert (body["code"], body["state"], body["proposed_owner"], body["raised_on"]) == (
        "M004-2",
        "raised",
        "power",
        "2023-08-29",
    )
    assert (body["category"], body["raised_by"], body["moves"]) == ("money", "science", ["reply", "reword", "withdraw"])
    assert people.vic("get", "problems/").json()["count"] == 5
    # A participant may, too.
    Measure.objects.get(code="M004").participating_departments.add(people.users["ben"].department)
    assert people.ben("post", PROBLEMS, {"text": "用地"}).json()["raised_by"] == "power"


def test_a_draft_is_there_for_its_department_alone(people: Any, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    answer = people.ada("post", PROBLEMS, {"submit": False})
    body = answer.json()
    assert (answer.status_code, body["state"], body["raised_on"], body["steps"]) == (201, "draft", None, [])
    assert (body["owner"], body["days_open"], body["moves"]) == (None, None, ["raise"])
    assert people.ada("get", f"{PROBLEMS}2/").json()["state"] == "draft"
    before = everything()
    for who in ("nobody", "ben", "vic", "rita", "audit"):
        caller = getattr(people, who)
        assert caller("get", f"{PROBLEMS}2/").status_code == 404, who
        assert {row["number"] for row in caller("get", PROBLEMS).json()["results"]} == {1}
        sent = caller("put", f"{PROBLEMS}2/", {"version": 1, "text": "甲"})
        moved = caller("post", f"{PROBLEMS}2/moves/", {"move": "raise"})
        assert sent.status_code == moved.status_code
        assert sent.status_code == {"nobody": 401}.get(who, 404), who
    # Without a word it does not go on the list.
    for refused in (
        people.ada("post", f"{PROBLEMS}2/moves/", {"move": "raise"}),
        people.ada("put", f"{PROBLEMS}2/", {"version": 1, "submit": True}),
        people.ada("post", PROBLEMS, {}),
    ):
        assert refused.status_code == 409
        assert list(wrong(refused)) == ["#/text"]
    assert everything() == before
    changed = people.ada("put", f"{PROBLEMS}2/", {"version": 1, "text": "缺地", "category": "money"}).json()
    assert (changed["version"], changed["text"], changed["category"]) == (2, "缺地", "money")
    changed = people.ada("put", f"{PROBLEMS}2/", {"version": 2, "category": None}).json()
    assert (changed["text"], changed["category"]) == ("缺地", None)
    assert people.ada("post", f"{PROBLEMS}2/moves/", {"move": "raise"}).json()["state"] == "raised"


def test_who_saves_or_rewords_over_a_newer_version_is_told(people: Any) -> None:
    people.ada("post", PROBLEMS, {"text": "甲", "submit": False})
    assert people.ada("put", f"{PROBLEMS}2/", {"version": 1, "text": "乙"}).status_code == 200
    assert people.ada("put", f"{PROBLEMS}2/", {"version": 1, "text": "丙"}).status_code == 409
    read = people.ada("put", f"{PROBLEMS}2/", {"version": 2, "submit": True}).json()
    reworded = people.ada("put", f"{PROBLEMS}2/", {"version": read["version"], "text": "丁"}).json()
    assert [step["move"] for step in reworded["steps"]] == ["raise", "reword"]
    assert [step["content"]["text_zh"] for step in reworded["steps"]] == ["乙", "丁"]
    before = everything()
    assert people.ada("put", f"{PROBLEMS}2/", {"version": read["version"], "text": "戊"}).status_code == 409
    assert people.ada("put", f"{PROBLEMS}2/", {"text": "戊"}).status_code == 400
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"text": 1, "owner": 2, "category": []}, ["#/text", "#/category", "#/owner"]),
        ({"text": "甲", "owner": "nobody"}, ["#/owner"]),
        ({"text": "甲", "category": "land"}, ["#/category"]),
        ({"text": "甲" * 2001}, ["#/text"]),
        ({"text": "a\0b"}, ["#/text"]),
        ({"text": "甲", "state": "closed", "number": 7}, ["#/state", "#/number"]),
        ({"text": "甲", "submit": "yes"}, ["#/submit"]),
    ],
)
def test_what_cannot_be_read_changes_nothing(people: Any, body: Any, pointers: list[str]) -> None:
    before = everything()
    answer = people.ada("post", PROBLEMS, body)
    assert answer.status_code == 400
    assert sorted(wrong(answer)) == sorted(pointers)
    assert everything() == before


def test_who_may_not_is_refused_and_nothing_changes(people: Any, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    before = everything()
    raised = {"text": "甲"}
    for who, method, path, body, status in (
        ("nobody", "post", PROBLEMS, raised, 401),
        ("reads", "post", PROBLEMS, raised, 403),
        ("ben", "post", PROBLEMS, raised, 403),
        ("vic", "post", PROBLEMS, raised, 403),
        ("audit", "post", PROBLEMS, raised, 403),
        ("nobody", "post", f"{LATE}moves/", {"move": "reply", "note": "答"}, 401),
        ("reads", "post", f"{LATE}moves/", {"move": "reply", "note": "答"}, 403),
        ("vic", "post", f"{LATE}moves/", {"move": "reply", "note": "答"}, 403),
        ("ada", "post", f"{LATE}moves/", {"move": "solve", "note": "答"}, 403),
        ("ben", "post", f"{LATE}moves/", {"move": "withdraw", "note": "答"}, 403),
        ("ben", "post", f"{LATE}moves/", {"move": "close", "note": "答"}, 403),
        ("ben", "post", f"{LATE}moves/", {"move": "take_back", "note": "答"}, 409),
        ("ben", "post", f"{LATE}moves/", {"move": "solve", "note": " \n"}, 409),
        ("ben", "post", f"{LATE}moves/", {"move": "assign", "note": "答"}, 400),
        ("ben", "post", f"{LATE}moves/", {"move": "solve", "note": "答", "due_on": "2024-01-01"}, 400),
        ("ben", "post", f"{LATE}moves/", {}, 400),
        ("ben", "put", LATE, {"version": 1, "text": "乙"}, 403),
        ("ada", "put", LATE, {"version": 1, "text": "乙"}, 409),
        ("ada", "put", LATE, {"version": 1, "submit": True}, 409),
        ("ada", "put", f"{PROBLEMS}9/", {"version": 1, "text": "乙"}, 404),
        ("ada", "post", "measures/M999/problems/", raised, 404),
        ("ada", "get", f"{PROBLEMS}{10**30}/", None, 404),
    ):
        answer = getattr(people, who)(method, path, body)
        assert answer.status_code == status, (who, method, path, body, answer.content)
        assert answer.json()["detail"]
    assert everything() == before


def test_the_office_that_is_logged_in_verifies_and_its_own_tokens_only_read(people: Any) -> None:
    rita = people.users["rita"]
    assert scopes_of(rita) == ["read"]
    people.ben("post", f"{LATE}moves/", {"move": "solve", "note": "资金到位"})
    browser = Client()
    browser.force_login(rita)
    body = {"move": "close", "note": "已核实"}
    answer = browser.post(f"{API}{LATE}moves/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    again = browser.post(f"{API}{LATE}moves/", body, content_type="application/json")
    assert again.status_code == 409
    assert answer.json()["closed_on"] == "2023-08-29"


def test_sent_twice_with_its_key_it_is_done_once(people: Any) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    first = people.ben("post", f"{LATE}moves/", {"move": "solve", "note": "资金到位"}, **key)
    again = people.ben("post", f"{LATE}moves/", {"move": "solve", "note": "资金到位"}, **key)
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == first.json()
    assert ProblemStep.objects.filter(move="solve", problem__measure__code="M004").count() == 1


def test_a_problem_of_another_plan_with_the_same_code_is_another_one(people: Any, site: Any) -> None:
    other = make.make_measure(plan=Plan.objects.get(slug="another-plan"), code="M004")
    make.make_problem(other, date(2023, 3, 1), text_en="Elsewhere")
    assert people.vic("get", LATE).json()["text"] == "Matching funds are missing"
    there = Client().get(f"{API}{LATE}?plan=another-plan&lang=en", headers=people.vic.headers).json()
    assert (there["text"], there["url"].endswith("?plan=another-plan")) == ("Elsewhere", True)
    assert people.vic("get", "problems/").json()["count"] == 4


@pytest.mark.parametrize("path", ["problems/", PROBLEMS, "problems/?format=csv", "problems/?overdue=no&age=30"])
def test_more_rows_take_no_more_queries(path: str, site: Any, ask: Any) -> None:
    def queries() -> int:
        ask(path)
        Problem.objects.update(text_en="Again")  # another version: the answer is made anew
        with CaptureQueriesContext(connection) as captured:
            answer = ask(path)
            assert b"".join(answer.streaming_content) if answer.streaming else answer.content
        return len(captured)

    before = queries()
    for measure in Measure.objects.filter(plan=site.plan):
        for _ in range(3):
            problem = make.make_problem(measure, date(2023, 5, 1), steps=["assign"], due_on=date(2023, 6, 1))
            problem.helpers.set([measure.lead_department, make.make_department()])
    assert queries() == before


def test_the_text_of_a_problem_stands_in_the_language_in_which_it_is_written(people: Any) -> None:
    def texts(answer: Any) -> tuple[str, str]:
        assert answer.status_code in (200, 201), answer.content
        return answer.json()["text_zh"], answer.json()["text_en"]

    made = people.ada("post", PROBLEMS, {"text": "No land", "submit": False})
    assert texts(made) == ("", "No land")
    one = f"{PROBLEMS}{made.json()['number']}/"
    assert texts(people.ada("put", one, {"version": made.json()["version"], "text": "缺地"})) == ("缺地", "")
    version = people.ada("get", one).json()["version"]
    assert texts(people.ada("put", one, {"version": version, "text_en": "No land"})) == ("缺地", "No land")
    # What is left out stays.
    again = people.ada("put", one, {"version": version + 1, "category": "money"})
    assert texts(again) == ("缺地", "No land")
    both = people.ada("post", PROBLEMS, {"text_zh": "缺人", "text_en": "Nobody", "submit": False})
    assert texts(both) == ("缺人", "Nobody")
    refused = people.ada("post", PROBLEMS, {"text": "缺人", "text_en": "Nobody"})
    assert wrong(refused) == {"#/text": ["Send the text either bare or by its languages."]}
