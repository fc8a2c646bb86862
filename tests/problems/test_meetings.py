"""Coordination meetings: who may call one, what goes on its agenda, and the one direction on each problem."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.utils import translation

from core.exceptions import NotAllowed
from notices.due_dates import notify_of_due_dates
from notices.models import Notice
from problems.meeting_sheets import load_sheets, meetings_on
from problems.meetings import (
    MAX_ON_AGENDA,
    Direction,
    add_meeting,
    change_meeting,
    give_direction,
    move_on_agenda,
    put_on_agenda,
    remove_meeting,
    take_off_agenda,
)
from problems.models import Meeting, MeetingItem, Problem, ProblemStep
from problems.services import Assignment, ProblemData, assign_problem, move_problem, save_problem_draft
from tests.factories import make_department, make_measure, make_meeting, make_plan, make_problem, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

TODAY, DUE = date(2023, 8, 29), date(2023, 9, 30)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def rita() -> Any:
    return make_user("rita", role="reviewer")


@pytest.fixture
def owner() -> Any:
    return make_department("own", short_zh="自然资源厅")


@pytest.fixture
def problems() -> list[Problem]:
    """Raised, being solved, to be verified, and two that are over."""
    ways: dict[str, tuple[str, ...]] = {
        "M001": (),
        "M002": ("assign",),
        "M003": ("assign", "solve"),
        "M004": ("assign", "solve", "close"),
        "M005": ("withdraw",),
    }
    return [make_problem(make_measure(code=code), date(2023, 7, 3), steps=steps) for code, steps in ways.items()]


def everything() -> Any:
    models: tuple[Any, ...] = (Meeting, MeetingItem, ProblemStep, Problem)
    return [list(model.objects.order_by("pk").values()) for model in models], Notice.objects.count()


def agenda(meeting: Meeting) -> list[str]:
    return [item.problem.code for item in meeting.items.order_by("position", "pk")]


def refused(call: Any, *args: Any, **values: Any) -> NotAllowed:
    """The refusal, after which all is as before."""
    before = everything()
    with pytest.raises(NotAllowed) as refusal:
        call(*args, **values)
    assert everything() == before
    return refusal.value


def test_only_the_office_does_anything_with_a_meeting(problems: list[Problem], owner: Any) -> None:
    meeting = make_meeting(problems[:2])
    item = meeting.items.get(position=1)
    direction = Direction(owner, "供地", DUE)
    # Whoever solves it may answer, but not in the name of a meeting.
    due = make_problem(make_measure(), steps=("assign",), owner=owner, due_on=DUE)
    answered = make_meeting([due]).items.get()
    others = [make_user("ada", role="reporter", department=owner)]
    others += [make_user(role, role=role) for role in ("viewer", "auditor", "administrator")]
    for person in others:
        for call, args, values in (
            (add_meeting, [meeting.plan], {"held_on": TODAY, "title_zh": "会"}),
            (change_meeting, [meeting], {"title_zh": "另一会"}),
            (put_on_agenda, [meeting, problems[2:3]], {}),
            (take_off_agenda, [item], {}),
            (move_on_agenda, [item], {"up": False}),
            (remove_meeting, [meeting], {}),
            (give_direction, [item], {"direction": direction}),
            (give_direction, [answered], {"direction": direction}),
        ):
            refused(call, *args, by=person, **values)


def test_meetings_are_numbered_in_their_plan(rita: Any, problems: list[Problem]) -> None:
    plan, other = problems[0].measure.plan, make_plan("other", starts_on=date(2021, 1, 1))
    first = add_meeting(plan, by=rita, held_on=TODAY, title_zh=" 第一次 ", place="一会", problems=problems[:2])
    assert (first.number, first.title_zh, first.place, first.created_by) == (1, "第一次", "一会", rita)
    assert agenda(first) == ["M001-1", "M002-1"]
    assert add_meeting(plan, by=rita, held_on=DUE, title_en="Second").number == 2
    assert add_meeting(other, by=rita, held_on=TODAY, title_zh="另一计划的会").number == 1
    for values, field in (
        ({"title_zh": " ", "held_on": TODAY}, "title_zh"),
        ({"title_zh": "会" * 121, "held_on": TODAY}, "title_zh"),
        ({"title_zh": "会", "place": "室" * 121, "held_on": TODAY}, "place"),
        ({"title_zh": "会", "held_on": date(1889, 1, 1)}, "held_on"),
        ({"title_zh": "会", "held_on": TODAY, "problems": problems[3:4]}, "problems"),
    ):
        assert refused(add_meeting, plan, by=rita, **values).field == field


def test_the_agenda_takes_open_problems_of_the_plan_once(rita: Any, problems: list[Problem]) -> None:
    raised, assigned, solved, closed, withdrawn = problems
    meeting = make_meeting([assigned])
    assert put_on_agenda(meeting, [solved, assigned, raised, solved], by=rita) == [assigned]
    assert agenda(meeting) == ["M002-1", "M003-1", "M001-1"]
    # Whoever closed them meanwhile: which they are is said, and none of the others is put on.
    text = str(refused(put_on_agenda, make_meeting(held_on=DUE), [raised, closed, withdrawn], by=rita))
    assert "M004-1 (Closed)" in text and "M005-1 (Withdrawn)" in text
    elsewhere = make_problem(make_measure(plan=make_plan("other", starts_on=date(2021, 1, 1))))
    draft = save_problem_draft(Problem(measure=raised.measure), by=rita, data=ProblemData("草稿"))
    for problem in (elsewhere, draft):
        assert refused(put_on_agenda, meeting, [problem], by=rita).field == "problems"


def test_an_agenda_has_an_end(rita: Any, problems: list[Problem], monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ON_AGENDA == 100
    monkeypatch.setattr("problems.meetings.MAX_ON_AGENDA", 2)
    meeting = make_meeting(problems[:1])
    assert "2" in str(refused(put_on_agenda, meeting, problems[1:3], by=rita))
    # Those that are there count once.
    assert put_on_agenda(meeting, problems[:2], by=rita) == problems[:1]


def test_problems_move_on_the_agenda_and_off_it(rita: Any, problems: list[Problem], owner: Any) -> None:
    meeting = make_meeting(problems[:3])
    first, second, third = meeting.items.order_by("position")
    move_on_agenda(first, by=rita, up=True)
    move_on_agenda(third, by=rita, up=False)
    assert agenda(meeting) == ["M001-1", "M002-1", "M003-1"]
    move_on_agenda(third, by=rita, up=True)
    move_on_agenda(first, by=rita, up=False)
    assert agenda(meeting) == ["M003-1", "M001-1", "M002-1"]
    give_direction(second, by=rita, direction=Direction(owner, "供地", DUE))
    refused(take_off_agenda, second, by=rita)
    take_off_agenda(first, by=rita)
    assert agenda(meeting) == ["M003-1", "M002-1"]
    # A colleague was quicker.
    for call in (lambda: take_off_agenda(first, by=rita), lambda: move_on_agenda(first, by=rita, up=True)):
        refused(call)


def test_a_direction_is_the_assignment_of_the_problem(rita: Any, problems: list[Problem], owner: Any) -> None:
    helper = make_department("help")
    ada = make_user("ada", role="reporter", department=owner)
    meeting = make_meeting(problems[:3])
    raised, assigned, solved = meeting.items.order_by("position")
    step = give_direction(raised, by=rita, direction=Direction(owner, " 九月底前供地 ", DUE, [helper, owner], True))
    assert (step.move, step.state, step.owner, step.due_on, step.note) == (
        "assign",
        "assigned",
        owner,
        DUE,
        "九月底前供地",
    )
    assert (step.is_escalated, step.made_by, step.made_on) == (True, rita, TODAY)
    assert list(problems[0].helpers.all()) == [helper]
    assert MeetingItem.objects.get(pk=raised.pk).direction == step
    assert Notice.objects.filter(user=ada, step=step).exists()
    # One that is being solved gets another owner; who and when as before are an answer.
    assert give_direction(assigned, by=rita, direction=Direction(owner, "换单位", DUE)).move == "reassign"
    again = make_meeting(problems[:2], held_on=TODAY)
    item = again.items.get(problem=problems[1])
    step = give_direction(item, by=rita, direction=Direction(owner, "照原计划抓紧", DUE))
    assert (step.move, step.owner, step.due_on, step.note) == ("reply", owner, DUE, "照原计划抓紧")
    # What waits for its verification is not assigned.
    assert "To be verified" in str(refused(give_direction, solved, by=rita, direction=Direction(owner, "供地", DUE)))


def test_a_direction_is_followed_as_the_due_day_of_its_problem(
    rita: Any, problems: list[Problem], owner: Any, settings: Any
) -> None:
    ada = make_user("ada", role="reporter", department=owner)
    item = make_meeting(problems[:1]).items.get()
    give_direction(item, by=rita, direction=Direction(owner, "供地", DUE))
    for day, kinds in ((date(2023, 9, 23), ["problem_due"]), (date(2023, 10, 1), ["problem_due", "problem_late"])):
        notify_of_due_dates(day)
        told = Notice.objects.filter(user=ada, kind__startswith="problem_")
        assert [each.kind for each in told.order_by("day")] == kinds


def test_a_direction_says_who_what_and_by_when(rita: Any, problems: list[Problem], owner: Any) -> None:
    item, without_day = make_meeting(problems[:2]).items.order_by("position")
    merged = make_department("old", merged_into=owner, merged_on=TODAY)
    for values, field in (
        ({"what": " \n"}, "what"),
        ({"what": "供" * 2001}, "what"),
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2023, 8, 28)}, "due_on"),
        ({"owner": merged}, "owner"),
    ):
        direction = Direction(**{"owner": owner, "what": "供地", "due_on": DUE, **values})
        assert refused(give_direction, item, by=rita, direction=direction).field == field
    # One that is being solved and has no due date gets one.
    as_before = Direction(problems[1].last_step.owner, "抓紧", None)
    assert refused(give_direction, without_day, by=rita, direction=as_before).field == "due_on"


def test_a_direction_is_given_once_and_not_before_the_meeting(rita: Any, problems: list[Problem], owner: Any) -> None:
    direction = Direction(owner, "供地", DUE)
    coming = make_meeting(problems[:1], held_on=date(2023, 8, 30)).items.get()
    refused(give_direction, coming, by=rita, direction=direction)
    item = make_meeting(problems[:2], held_on=TODAY).items.get(position=1)
    give_direction(item, by=rita, direction=direction)
    # The form of a colleague, opened before.
    refused(give_direction, item, by=rita, direction=Direction(owner, "另一要求", DUE))
    other = item.meeting.items.get(position=2)
    move_problem(problems[1], "withdraw", by=rita, note="不再成立")
    assert "Withdrawn" in str(refused(give_direction, other, by=rita, direction=direction))


def test_a_meeting_changes_and_goes_only_as_long_as_it_may(rita: Any, problems: list[Problem], owner: Any) -> None:
    meeting = make_meeting(problems[:1])
    stale = Meeting.objects.get()
    change_meeting(meeting, by=rita, place="二会")
    # What a colleague changed stays where the person has not touched it.
    changed = change_meeting(stale, by=rita, title_zh="新名")
    assert (changed.title_zh, changed.place) == ("新名", "二会")
    refused(change_meeting, meeting, by=rita, title_zh="新名")
    refused(change_meeting, meeting, by=rita, title_zh="", title_en="")
    change_meeting(meeting, by=rita, held_on=TODAY)
    give_direction(meeting.items.get(), by=rita, direction=Direction(owner, "供地", DUE))
    assert refused(change_meeting, meeting, by=rita, held_on=DUE).field == "held_on"
    refused(remove_meeting, meeting, by=rita)
    empty = make_meeting(problems[1:2], held_on=TODAY)
    remove_meeting(empty, by=rita)
    assert list(Meeting.objects.all()) == [meeting]
    assert LogEntry.objects.get_for_object(empty).filter(action=LogEntry.Action.DELETE).exists()
    for call in (
        lambda: change_meeting(empty, by=rita, place="三会"),
        lambda: remove_meeting(empty, by=rita),
        lambda: put_on_agenda(empty, problems[:1], by=rita),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_sheet_says_what_was_so_on_its_day(rita: Any, problems: list[Problem], owner: Any, settings: Any) -> None:
    raised, assigned = problems[:2]
    later = make_problem(make_measure(code="M009"), date(2023, 8, 20))
    meeting = make_meeting([raised, assigned, later], held_on=date(2023, 8, 15))
    settings.PILOTZONE_TODAY = date(2023, 8, 16)
    give_direction(meeting.items.get(problem=raised), by=rita, direction=Direction(owner, "供地", date(2023, 8, 25)))
    settings.PILOTZONE_TODAY = date(2023, 8, 27)
    assignment = Assignment(owner=raised.measure.lead_department, due_on=date(2023, 9, 5))
    assign_problem(raised, by=rita, assignment=assignment, note="延期")
    settings.PILOTZONE_TODAY = TODAY

    def on(day: date) -> list[tuple[str, bool, str, str]]:
        [sheet] = load_sheets([meeting], on=day)
        return [(row.problem.code, row.direction is not None, row.time_left, row.changed_since) for row in sheet.rows]

    # Raised on 3 July: the office had until the 10th to assign it.
    assert on(date(2023, 8, 15)) == [("M001-1", False, "36 days overdue", ""), ("M002-1", False, "", "")]
    assert on(date(2023, 8, 16))[0] == ("M001-1", True, "9 days left", "")
    assert on(date(2023, 8, 26))[0] == ("M001-1", True, "1 day overdue", "")
    assert load_sheets([meeting], on=date(2023, 8, 26))[0].overdue == 1
    assert on(TODAY)[0][:3] == ("M001-1", True, "7 days left")
    assert "2023-09-05" in on(TODAY)[0][3]
    assert [row[0] for row in on(TODAY)] == ["M001-1", "M002-1", "M009-1"]
    # Closed after 60 days: it is counted up to then.
    row = load_sheets([make_meeting(problems[3:4])], on=TODAY)[0].rows[0]
    assert (row.time_left, row.open_for, row.since) == ("", "open 0 days", "Closed")


def test_meetings_to_come_are_known_today(problems: list[Problem]) -> None:
    make_meeting(held_on=date(2023, 8, 10))
    make_meeting(held_on=date(2023, 9, 10))
    plan = problems[0].measure.plan
    assert [each.held_on.month for each in meetings_on(plan, on=TODAY)] == [9, 8]
    assert [each.held_on.month for each in meetings_on(plan, on=date(2023, 8, 28))] == [8]
    assert not meetings_on(plan, on=date(2023, 8, 9)).exists()
