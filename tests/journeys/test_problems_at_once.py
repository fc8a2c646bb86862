"""Many people move the same problem in the same moment, each with a real connection: one move is made, and the others
are told why not."""

import threading
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Department
from core.clock import today as this_day
from core.exceptions import NotAllowed
from measures.models import Measure
from notices.models import Notice
from office import mergers
from office.mergers import merge_departments
from problems.meetings import Direction, give_direction
from problems.models import Problem, ProblemStep
from problems.on_day import problem_counts
from problems.services import Assignment, ProblemData, assign_problem, move_problem, raise_problem, save_problem_draft
from tests import factories as make
from tests.journeys.test_at_once import at_once, split

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DUE = date(2023, 9, 30)


@pytest.fixture
def site(real_connections: None, today: date) -> SimpleNamespace:
    science, energy, water = (make.make_department(each) for each in ("science", "energy", "water"))
    measure = make.make_measure(lead_department=science, code="M001")
    return SimpleNamespace(
        science=science,
        energy=energy,
        water=water,
        measure=measure,
        ada=make.make_user("ada", role="reporter", department=science),
        ben=make.make_user("ben", role="reporter", department=energy),
        reviewers=[make.make_user(f"reviewer-{number}", role="reviewer") for number in range(4)],
    )


def read(problem: Problem) -> Problem:
    """Return the problem as each of them has read it before."""
    return Problem.objects.get(pk=problem.pk)


def test_four_reviewers_close_and_send_back_at_once_and_one_does(site: Any) -> None:
    problem = make.make_problem(site.measure, steps=["assign", "solve"], owner=site.energy)
    moves = ["close", "send_back", "close", "send_back"]
    jobs = [
        partial(move_problem, read(problem), move, by=by, note=by.username)
        for move, by in zip(moves, site.reviewers, strict=True)
    ]
    well, refusals = split(at_once(jobs))
    assert (len(well), len(refusals)) == (1, 3)
    assert all(str(refusal) for refusal in refusals)
    assert problem.steps.count() == 4
    assert read(problem).state == ("closed" if well[0].move == "close" else "assigned")


def test_it_is_solved_while_the_office_gives_it_to_another(site: Any) -> None:
    """Whoever comes first: it is solved and stays Energy's, or it is Water's and Energy cannot say so."""
    problem = make.make_problem(site.measure, steps=["assign"], owner=site.energy, due_on=DUE)
    well, refusals = split(
        at_once(
            [
                partial(move_problem, read(problem), "solve", by=site.ben, note="好"),
                partial(
                    assign_problem,
                    read(problem),
                    by=site.reviewers[0],
                    assignment=Assignment(site.water, DUE),
                    note="改派",
                ),
            ]
        )
    )
    assert (len(well), len(refusals)) == (1, 1)
    last = read(problem).last_step
    assert (last.move, last.state, last.owner.slug) in (
        ("solve", "solved", "energy"),
        ("reassign", "assigned", "water"),
    )


def test_problems_raised_at_once_have_numbers_of_their_own(site: Any) -> None:
    jobs = [
        lambda text=text: raise_problem(Problem(measure=site.measure), by=site.ada, data=ProblemData(text))
        for text in "甲乙丙丁戊己"
    ]
    well, refusals = split(at_once(jobs))
    assert (len(well), refusals) == (6, [])
    assert sorted(Problem.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_a_draft_that_two_raise_is_raised_once(site: Any) -> None:
    draft = save_problem_draft(Problem(measure=site.measure), by=site.ada, data=ProblemData("甲"))
    jobs = [partial(raise_problem, read(draft), by=site.ada, data=ProblemData("甲"), version=1) for _ in range(3)]
    well, refusals = split(at_once(jobs))
    assert (len(well), len(refusals)) == (1, 2)
    assert draft.steps.count() == 1
    assert Notice.objects.filter(step__problem=draft).values("user").distinct().count() == Notice.objects.count()


def test_a_department_is_merged_while_it_is_given_problems(site: Any) -> None:
    """None stays with the one that is gone, whoever comes first."""
    measures = [make.make_measure(lead_department=site.science) for _ in range(6)]
    problems = [make.make_problem(each, steps=["assign"], owner=site.energy, due_on=DUE) for each in measures]
    gone = Department.objects.get(pk=site.water.pk)

    def give(problem: Problem) -> Any:
        assignment = Assignment(gone, DUE + timedelta(days=1), helpers=[site.science])
        return assign_problem(problem, by=site.reviewers[1], assignment=assignment, note="改派")

    jobs: list[Any] = [partial(give, read(each)) for each in problems]
    jobs.insert(3, lambda: merge_departments(site.water, into=site.science, by=site.reviewers[0], reason="机构改革"))
    answers = at_once(jobs)
    split(answers)
    assert not isinstance(answers[3], Exception)
    counts = problem_counts(site.measure.plan, on=this_day())
    assert site.water.pk not in counts.by_owner
    owners = set(ProblemStep.objects.last_by(this_day()).values_list("owner__slug", flat=True))
    assert owners <= {"energy", "science"}
    for each in problems:
        assert "water" not in {helper.slug for helper in each.helpers.all()}
    assert all(isinstance(answer, NotAllowed) or answer is not None for answer in answers)
    assert Measure.objects.count() == 7


def test_a_meeting_gives_a_direction_while_departments_are_merged(site: Any, monkeypatch: Any) -> None:
    """The merger holds the departments when the direction comes: it waits for them before it takes the measure."""
    problem = make.make_problem(site.measure, steps=["assign"], owner=site.energy)
    item = make.make_meeting([problem]).items.get()
    has_departments, has_measure = threading.Event(), threading.Event()
    lock_subject = Problem.lock_subject

    def wait_for_the_direction(*args: Any, **options: Any) -> None:
        has_departments.set()
        has_measure.wait(1)

    def lock(self: Problem) -> None:
        lock_subject(self)
        has_measure.set()

    def direct() -> Any:
        assert has_departments.wait(10)
        return give_direction(item, by=site.reviewers[1], direction=Direction(site.energy, "限期解决", DUE))

    monkeypatch.setattr(mergers, "check_not_merged", wait_for_the_direction)
    monkeypatch.setattr(Problem, "lock_subject", lock)
    merge = partial(merge_departments, site.energy, into=site.science, by=site.reviewers[0], reason="机构改革")
    (merged, direction) = at_once([merge, direct])
    assert not isinstance(merged, Exception)
    assert isinstance(direction, NotAllowed)
    assert read(problem).last_step.owner == site.science
