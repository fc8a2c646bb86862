"""The moves of a problem by role and state: each cell of the table, and nothing changes where one is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import override

from accounts.models import Role
from core.clock import today
from core.exceptions import NotAllowed
from notices.models import Notice
from problems.models import Problem, ProblemStep
from problems.services import (
    Assignment,
    ProblemData,
    allowed_moves,
    assign_problem,
    discard_problem_draft,
    move_problem,
    raise_problem,
    reword_problem,
    save_problem_draft,
)
from problems.workflow import BY_NAME, MOVES, Party, ProblemState
from tests.factories import about, make_department, make_measure, make_problem, make_project, make_user, region
from tests.sweeps import one_in

pytestmark = pytest.mark.django_db

# How a problem came to its state.
WAYS: dict[str, tuple[str, ...]] = {
    "raised": (),
    "assigned": ("assign",),
    "solved": ("assign", "solve"),
    "closed": ("assign", "solve", "close"),
    "withdrawn": ("withdraw",),
}
RAISED, CARRIES = "the lead, which raised it", "who carries it out beside the lead"
# By who it is, what each may do in each state: the same for a measure and for a project. The lead raised it; another
# department owns it. Who carries it out beside the lead: a department that takes part in the measure, the city of the
# project.
TABLE = {
    RAISED: {
        "raised": "reply reword withdraw",
        "assigned": "reply withdraw",
        "solved": "reply",
        "closed": "",
        "withdrawn": "restore",
    },
    "the owner": {
        "raised": "reply",
        "assigned": "solve reply",
        "solved": "reply take_back",
        "closed": "",
        "withdrawn": "",
    },
    "asked to help": {"raised": "reply", "assigned": "reply", "solved": "reply", "closed": "", "withdrawn": ""},
    CARRIES: {"raised": "reply", "assigned": "reply", "solved": "reply", "closed": "", "withdrawn": ""},
    "another department": dict.fromkeys(WAYS, ""),
    "another city": dict.fromkeys(WAYS, ""),
    "a reviewer": {
        "raised": "assign reply reword withdraw",
        "assigned": "reply reassign withdraw",
        "solved": "close send_back reply",
        "closed": "reopen",
        "withdrawn": "restore",
    },
    "a viewer": dict.fromkeys(WAYS, ""),
    "an auditor": dict.fromkeys(WAYS, ""),
    "an administrator": dict.fromkeys(WAYS, ""),
}
NAMES = [move.name for move in MOVES if move.name != "raise"]


def everything() -> Any:
    steps = list(ProblemStep.objects.order_by("pk").values())
    return steps, list(Problem.objects.order_by("pk").values()), Notice.objects.count()


@pytest.fixture(params=["measure", "project"])
def world(request: Any) -> dict[str, Any]:
    lead, owner, helper, joined, other = (make_department(each) for each in ("lead", "own", "help", "join", "other"))
    subject: Any = (
        make_measure(lead_department=lead) if request.param == "measure" else make_project(lead_department=lead)
    )
    if request.param == "measure":
        subject.participating_departments.add(joined)
    people = {
        RAISED: ("reporter", lead),
        "the owner": ("reporter", owner),
        "asked to help": ("reporter", helper),
        CARRIES: ("reporter", joined),
        "another department": ("reporter", other),
        "a reviewer": ("reviewer", None),
        "a viewer": ("viewer", None),
        "an auditor": ("auditor", None),
        "an administrator": ("administrator", None),
    }
    users = {
        name: make_user(f"p{i}", role=role, department=department)
        for i, (name, (role, department)) in enumerate(people.items())
    }
    users["another city"] = city_reporter("elsewhere", "370100")
    if request.param == "project":
        users[CARRIES] = city_reporter("inside", "370200")
    return {"subject": subject, "owner": owner, "helper": helper, "users": users}


def city_reporter(name: str, code: str) -> Any:
    """Accounts take no reporters of cities yet: this one is no reporter when it is read again."""
    user = make_user(name, city=region(code))
    user.role = Role.REPORTER
    return user


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done within the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def do(problem: Problem, name: str, by: Any, world: dict[str, Any]) -> Any:
    if name in ("assign", "reassign"):
        assignment = Assignment(owner=world["owner"], due_on=today() + timedelta(days=30), helpers=[world["helper"]])
        return assign_problem(problem, by=by, assignment=assignment, note="因为")
    if name == "reword":
        return reword_problem(problem, by=by, data=ProblemData("换一种说法"))
    return move_problem(problem, name, by=by, note="说明")


@pytest.mark.parametrize(("who", "state"), one_in(2, list(product(TABLE, WAYS))))
def test_each_move_by_role_and_state(who: str, state: str, world: dict[str, Any]) -> None:
    problem = make_problem(world["subject"], steps=WAYS[state], owner=world["owner"])
    problem.helpers.add(world["helper"])
    check_moves(problem, world["users"][who], state, TABLE[who][state].split(), world)


@pytest.mark.parametrize("world", ["project"], indirect=True)
@pytest.mark.parametrize("state", WAYS)
def test_what_a_city_raised_is_its_own(state: str, world: dict[str, Any]) -> None:
    city = world["subject"].city
    problem = make_problem(
        world["subject"], steps=WAYS[state], owner=world["owner"], raised_by=None, raised_by_city=city
    )
    table = {**TABLE, RAISED: TABLE[CARRIES], CARRIES: TABLE[RAISED], "asked to help": TABLE["a viewer"]}
    for who, user in world["users"].items():
        check_moves(problem, user, state, table[who][state].split(), world)


def check_moves(problem: Problem, user: Any, state: str, wanted: list[str], world: dict[str, Any]) -> None:
    assert [move.name for move in allowed_moves(problem, user)] == wanted
    before = everything()
    for name in NAMES:
        # `reassign` is how an assignment is changed, and `assign` how it begins: the service knows which by the state.
        possible = {"assign", "reassign"} if name in ("assign", "reassign") else {name}
        if possible & set(wanted):
            with undone():
                step = do(problem, name, user, world)
                assert step.move in possible & set(wanted)
                assert (problem.state, step.made_by) == (BY_NAME[step.move].after or state, user)
                assert step.note or not BY_NAME[step.move].needs_note
            problem = Problem.objects.get()
        else:
            with pytest.raises(NotAllowed) as refusal:
                do(problem, name, user, world)
            assert str(refusal.value)
        assert everything() == before


@pytest.mark.parametrize("name", [move.name for move in MOVES if move.needs_note and move.name != "reassign"])
def test_what_needs_words_is_refused_without(name: str, world: dict[str, Any]) -> None:
    move = BY_NAME[name]
    problem = make_problem(world["subject"], steps=WAYS[move.before[0]], owner=world["owner"])
    by = {
        Party.OWNER: "the owner",
        Party.OFFICE: "a reviewer",
        Party.RAISER: RAISED,
    }[Party(move.by[0])]
    before = everything()
    with pytest.raises(NotAllowed) as refusal:
        move_problem(problem, name, by=world["users"][by], note=" \n ")
    assert refusal.value.field == "note"
    assert everything() == before


@pytest.mark.parametrize("who", list(TABLE))
def test_who_may_raise_one(who: str, world: dict[str, Any]) -> None:
    user = world["users"][who]
    problem = Problem(**about(world["subject"]))
    if who in (RAISED, CARRIES, "a reviewer"):
        step = raise_problem(problem, by=user, data=ProblemData("资金缺口"))
        assert (step.state, step.owner, step.due_on) == ("raised", world["subject"].lead_department, None)
        assert (problem.number, problem.raised_by, problem.raised_by_city) == (1, user.department, user.city)
        return
    with pytest.raises(NotAllowed):
        raise_problem(problem, by=user, data=ProblemData("资金缺口"))
    assert not Problem.objects.exists()


@pytest.mark.parametrize("world", ["project"], indirect=True)
def test_without_a_lead_somebody_is_named(world: dict[str, Any]) -> None:
    """Whoever owns a problem is a department, from its first step on."""
    project, user = world["subject"], world["users"][CARRIES]
    project.lead_department = None
    project.save()
    with pytest.raises(NotAllowed) as refusal:
        raise_problem(Problem(project=project), by=user, data=ProblemData("缺地"))
    assert refusal.value.field == "owner"
    assert not Problem.objects.exists()
    problem = Problem(project=project)
    assert raise_problem(problem, by=user, data=ProblemData("缺地", owner=world["owner"])).owner == world["owner"]
    with pytest.raises(NotAllowed) as refusal:
        reword_problem(problem, by=user, data=ProblemData("还缺地"))
    assert refusal.value.field == "owner"
    assert Problem.objects.get().text_zh == "缺地"


def test_a_draft_is_its_departments_alone(world: dict[str, Any]) -> None:
    users = world["users"]
    draft = save_problem_draft(Problem(**about(world["subject"])), by=users[CARRIES], data=ProblemData())
    for who, user in users.items():
        may = who == CARRIES
        assert [move.name for move in allowed_moves(draft, user)] == (["raise"] if may else [])
        if not may:
            for refused in (
                lambda user=user: save_problem_draft(draft, by=user, data=ProblemData("甲"), version=1),
                lambda user=user: raise_problem(draft, by=user, data=ProblemData("甲"), version=1),
                lambda user=user: discard_problem_draft(draft, by=user),
            ):
                with pytest.raises(NotAllowed):
                    refused()
    with pytest.raises(NotAllowed) as refusal:
        raise_problem(draft, by=users[CARRIES], data=ProblemData(" "), version=1)
    assert refusal.value.field == "text"
    assert Problem.objects.get().is_draft
    raise_problem(draft, by=users[CARRIES], data=ProblemData("甲"), version=Problem.objects.get().version)
    assert (draft.state, draft.text_zh) == (ProblemState.RAISED, "甲")
    with pytest.raises(NotAllowed):
        discard_problem_draft(draft, by=users[CARRIES])


def test_a_draft_that_a_colleague_saved_is_not_overwritten(world: dict[str, Any]) -> None:
    user = world["users"][CARRIES]
    draft = save_problem_draft(Problem(**about(world["subject"])), by=user, data=ProblemData("甲"))
    again = Problem.objects.get()
    save_problem_draft(again, by=user, data=ProblemData("乙"), version=1)
    with pytest.raises(NotAllowed):
        save_problem_draft(draft, by=user, data=ProblemData("丙"), version=1)
    assert Problem.objects.get().text_zh == "乙"


def test_every_word_is_kept(world: dict[str, Any]) -> None:
    users = world["users"]
    problem = make_problem(world["subject"], text_zh="原话", text_en="")
    reword_problem(problem, by=users[RAISED], data=ProblemData("新话"))
    do(problem, "assign", users["a reviewer"], world)
    for who, name in (
        ("the owner", "solve"),
        ("a reviewer", "send_back"),
        ("the owner", "solve"),
        ("a reviewer", "close"),
    ):
        do(problem, name, users[who], world)
    steps = list(problem.steps.order_by("pk"))
    assert [step.move for step in steps] == ["raise", "reword", "assign", "solve", "send_back", "solve", "close"]
    assert [step.content["text_zh"] for step in steps][:3] == ["原话", "新话", "新话"]
    assert [step.note for step in steps][2:] == ["因为", *["说明"] * 4]
    assert steps[2].content["helpers"] == ["help"]


def test_what_would_say_nothing_is_refused(world: dict[str, Any]) -> None:
    lead, office = world["users"][RAISED], world["users"]["a reviewer"]
    problem = make_problem(world["subject"], text_zh="缺地", text_en="")
    month = Assignment(owner=world["owner"], due_on=today() + timedelta(days=30))
    for refused, sentence, field in (
        (lambda: reword_problem(problem, by=lead, data=ProblemData(" ")), "Say what stands in the way.", "text"),
        (lambda: reword_problem(problem, by=lead, data=ProblemData("缺地")), "Nothing was changed.", ""),
        (
            lambda: assign_problem(problem, by=office, assignment=replace(month, due_on=None)),
            "Say by when it is to be solved.",
            "due_on",
        ),
    ):
        check_refused(refused, sentence, field)
    assign_problem(problem, by=office, assignment=month)
    check_refused(lambda: assign_problem(problem, by=office, assignment=month, note="重发"), "Nothing was changed.")


def test_a_draft_that_a_colleague_deleted_or_that_others_refer_to_stays_as_it_is(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world["users"][RAISED]
    draft = save_problem_draft(Problem(**about(world["subject"])), by=user, data=ProblemData("甲"))
    again = Problem.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr(Problem, "delete", Mock(side_effect=ProtectedError("", set())))
        check_refused(lambda: discard_problem_draft(draft, by=user), "Other rows refer to it.")
    discard_problem_draft(draft, by=user)
    check_refused(
        lambda: save_problem_draft(again, by=user, data=ProblemData("乙"), version=1),
        "A colleague has deleted this draft.",
    )


def check_refused(act: Callable[[], object], sentence: str, field: str = "") -> None:
    before = everything()
    with override("en"), pytest.raises(NotAllowed) as refusal, transaction.atomic():
        act()
    assert (str(refusal.value), refusal.value.field or "") == (sentence, field)
    assert everything() == before
