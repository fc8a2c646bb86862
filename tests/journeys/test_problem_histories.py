"""Lists, counts, ages, medians and shares of problems on random histories: the rules, the API and the page say what is
counted here in plain Python, from what was done and when, for any day.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.test import Client

from measures.models import Measure, Plan
from problems.models import Problem, ProblemStep
from problems.on_day import problem_counts
from projects.models import Project
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIRST, TODAY = date(2023, 1, 3), date(2023, 8, 29)
# What may follow in each state, and the state then; written by hand.
LEGAL = {
    "raised": {"assign": "assigned", "reply": "raised", "reword": "raised", "withdraw": "withdrawn"},
    "assigned": {"solve": "solved", "reply": "assigned", "reassign": "assigned", "withdraw": "withdrawn"},
    "solved": {"close": "closed", "send_back": "assigned", "take_back": "assigned", "reply": "solved"},
    "closed": {"reopen": "assigned"},
    "withdrawn": {"restore": "raised"},
}
OPEN = ("raised", "assigned", "solved")
# Two lives whose last days are known: one is closed, one is late.
CLOSED, DUE = date(2023, 4, 10), date(2023, 5, 5)
ON_THE_EDGES = (
    [("assign", "assigned", date(2023, 2, 1)), ("solve", "solved", CLOSED), ("close", "closed", CLOSED)],
    [("assign", "assigned", date(2023, 2, 1))],
)


@dataclass(frozen=True)
class Did:
    """A move that was made, and what held from then on."""

    on: date
    move: str
    state: str
    owner: str
    due_on: date | None
    is_escalated: bool
    # The day on which the problem came to the state that it has.
    since: date = date.min

    @property
    def responsible(self) -> str | None:
        return None if self.state == "raised" else self.owner


@dataclass
class Told:
    """A problem as it is told here; departments by what they are called today."""

    code: str
    subject: str
    section: str | None
    city: str | None
    category: str | None
    raised_by: str | None
    helpers: set[str]
    done: list[Did] = field(default_factory=list)

    @property
    def raised_on(self) -> date:
        return self.done[0].on

    def on(self, day: date) -> Did | None:
        by_then = [each for each in self.done if each.on <= day]
        if not by_then:
            return None
        given = [each.on for each in by_then if each.move not in ("reply", "reassign", "reword")]
        return replace(by_then[-1], since=given[-1])


@dataclass
class World:
    plan: Plan
    told: list[Told]
    days: list[date]


@pytest.fixture(params=[1, 2])
def world(request: Any, today: date, open_reading: None) -> World:
    assert today == TODAY
    dice = random.Random(request.param)
    plan = make.make_plan()
    departments = [make.make_department(each) for each in ("science", "energy", "water", "housing")]
    # Housing was merged into Water: what it did counts as Water's.
    departments[3].merged_into, departments[3].merged_on = departments[2], date(2023, 6, 1)
    departments[3].save()
    sections = [make.make_section(plan, slug=each) for each in ("innovation", "ecology")]
    categories = [make.make_problem_category(plan, each) for each in ("land", "money")]
    measures = [
        make.make_measure(dice.choice(sections), dice.choice(departments[:3]), code=f"M00{number}", listed_on=FIRST)
        for number in range(1, 6)
    ]
    subjects = measures + [
        make.make_project(
            plan,
            city=dice.choice(["370200", "370100"]),
            lead_department=dice.choice(departments[:3]),
            code=f"P000{number}",
            listed_on=FIRST,
        )
        for number in range(1, 5)
    ]
    elsewhere = make.make_measure(plan=make.make_plan("another", starts_on=date(2022, 1, 1)), code="M001")
    told = [told_of(dice, each, departments, categories) for each in subjects for _ in range(dice.randint(1, 5))]
    told += [told_with(measures[0], FIRST, life) for life in ON_THE_EDGES]
    for each in (elsewhere, make.make_project(elsewhere.plan, lead_department=departments[0], code="P0001")):
        told_of(dice, each, departments, [])
    Problem.objects.create(measure=measures[0], number=99, text_zh="草稿", raised_by=departments[0])
    some_day = FIRST + timedelta(days=dice.randint(30, 230))
    edges = [CLOSED + timedelta(days=89), CLOSED + timedelta(days=90), DUE, DUE + timedelta(days=1)]
    return World(plan, told, [*edges, some_day, TODAY])


def new_told(problem: Problem, category: str | None, raised_by: str | None, helpers: set[str]) -> Told:
    subject = problem.subject
    section = subject.section.slug if isinstance(subject, Measure) else None
    city = subject.city.code if isinstance(subject, Project) else None
    return Told(f"{subject.code}-{problem.number}", subject.code, section, city, category, raised_by, helpers)


def told_with(measure: Measure, day: date, life: list[tuple[str, str, date]]) -> Told:
    """Makes a problem with this life: moves, states and days."""
    due_on, owner = DUE, measure.lead_department
    number = measure.problems.count() + 1
    problem = Problem.objects.create(measure=measure, number=number, text_zh="缺地", raised_on=day)
    told = new_told(problem, None, None, set())
    for move, state, on_day in [("raise", "raised", day), *life]:
        problem.steps.create(move=move, state=state, made_on=on_day, content={}, owner=owner, due_on=due_on)
        told.done.append(Did(on_day, move, state, owner.slug, due_on, is_escalated=False))
    return told


def told_of(dice: random.Random, subject: Measure | Project, departments: list[Any], categories: list[Any]) -> Told:
    """Makes a problem with a random life. Days that came later may have been written down first."""
    category, raised_by = dice.choice([None, *categories]), dice.choice([None, *departments])
    problem = Problem.objects.create(
        **make.about(subject),
        number=subject.problems.count() + 1,
        text_zh="配套资金不足",
        category=category,
        raised_by=raised_by,
        raised_on=(day := FIRST + timedelta(days=dice.randint(0, 120))),
    )
    helpers = dice.sample(departments[:3], dice.randint(0, 2))
    problem.helpers.set(helpers)
    told = new_told(
        problem,
        category and category.slug,
        raised_by and raised_by.successor.slug,
        {each.slug for each in helpers},
    )
    move, state, steps = "raise", "raised", []
    holds: dict[str, Any] = {"owner": subject.lead_department, "due_on": None, "is_escalated": False}
    for _step in range(dice.randint(1, 12)):
        if move in ("assign", "reassign"):
            due_on = FIRST + timedelta(days=dice.randint(0, 300))
            holds = {"owner": dice.choice(departments), "due_on": due_on, "is_escalated": dice.random() < 0.3}
        steps.append(ProblemStep(problem=problem, move=move, state=state, made_on=day, content={}, **holds))
        told.done.append(Did(day, move, state, **{**holds, "owner": holds["owner"].successor.slug}))
        # Twice as often what leads on: some are closed in the end.
        move, state = dice.choice([*LEGAL[state].items(), next(iter(LEGAL[state].items()))])
        day = min(TODAY, day + timedelta(days=dice.choice([0, 0, 1, 7, 40])))
    for each in sorted({step.made_on for step in steps}, key=lambda _day: dice.random()):
        ProblemStep.objects.bulk_create(step for step in steps if step.made_on == each)
    return told


def waits(did: Did) -> str | None:
    if did.state == "assigned":
        return "government" if did.is_escalated else "department"
    return "office" if did.state in OPEN else None


def is_late(did: Did, day: date) -> bool:
    return days_late(did, day) > 0


def days_late(did: Did, day: date) -> int:
    """Return how late whoever is waited for is: the owner after the due date, the office after seven days."""
    if did.state in ("raised", "solved"):
        return (day - did.since).days - 7
    return (day - did.due_on).days if did.state == "assigned" and did.due_on is not None else 0


def on(world: World, day: date) -> list[tuple[Told, Did]]:
    return [(told, did) for told in world.told if (did := told.on(day)) is not None]


def filters(world: World, day: date) -> Iterator[tuple[str, set[str]]]:
    """Each filter, and the codes of what it keeps."""
    rows = on(world, day)

    def codes(keeps: Any) -> set[str]:
        return {told.code for told, did in rows if keeps(told, did)}

    yield "", codes(lambda told, did: True)
    for state in ("raised", "assigned", "solved", "closed", "withdrawn"):
        yield f"state={state}", codes(lambda told, did, state=state: did.state == state)
    yield "state=open", codes(lambda told, did: did.state in OPEN)
    yield "state=solved,withdrawn", codes(lambda told, did: did.state in ("solved", "withdrawn"))
    for who in ("department", "office", "government"):
        yield f"waiting={who}", codes(lambda told, did, who=who: waits(did) == who)
    for slug in ("science", "water"):
        yield f"owner={slug}", codes(lambda told, did, slug=slug: did.responsible == slug)
        yield f"raised_by={slug}", codes(lambda told, did, slug=slug: told.raised_by == slug)
    yield "helper=science,energy", codes(lambda told, did: told.helpers & {"science", "energy"})
    yield "owner=housing", codes(lambda told, did: did.responsible == "water")
    for slug in ("land", "money"):
        yield f"category={slug}", codes(lambda told, did, slug=slug: told.category == slug)
    yield "section=ecology", codes(lambda told, did: told.section == "ecology")
    yield "subject=measure", codes(lambda told, did: told.city is None)
    yield "subject=project", codes(lambda told, did: told.city is not None)
    yield "subject=project,measure", codes(lambda told, did: True)
    yield "measure=M002", codes(lambda told, did: told.subject == "M002")
    yield "project=P0002,P0003", codes(lambda told, did: told.subject in ("P0002", "P0003"))
    yield "city=370200", codes(lambda told, did: told.city == "370200")
    for code in ("M003-1", "P0003-1"):
        yield f"search={code}", codes(lambda told, did, code=code: told.code == code)
    yield "overdue=yes", codes(lambda told, did: is_late(did, day))
    yield "overdue=no", codes(lambda told, did: not is_late(did, day))
    for days in (30, 90):
        yield f"age={days}", codes(lambda told, did, days=days: (day - told.raised_on).days >= days)
    yield f"raised_from={day}", codes(lambda told, did: told.raised_on == day)
    since = day - timedelta(days=89)
    yield f"closed_from={since}", codes(lambda told, did: did.state == "closed" and did.on >= since)
    yield (
        "state=open&overdue=yes&owner=energy",
        codes(lambda told, did: did.state in OPEN and is_late(did, day) and did.responsible == "energy"),
    )


def test_counts_are_those_of_plain_python(world: World) -> None:
    slugs = {each.pk: each.slug for each in make.Department.objects.all()}
    for day in world.days:
        rows, counts = on(world, day), problem_counts(world.plan, on=day)
        opened = [(told, did) for told, did in rows if did.state in OPEN]
        late = [(told, did) for told, did in opened if is_late(did, day)]
        assert (counts.open, counts.overdue) == (len(opened), len(late)), day
        assert counts.by_state == Counter(did.state for _told, did in rows)
        assert counts.waiting == Counter(waits(did) for _told, did in opened)
        assert counts.oldest == max(((day - told.raised_on).days for told, _did in opened), default=None)
        assert counts.longest_overdue == max((days_late(did, day) for _told, did in late), default=0)
        assert counts.overdue_by_waiting == Counter(waits(did) for _told, did in late)
        assert {slugs[key]: count for key, count in counts.by_owner.items()} == Counter(
            did.responsible for _, did in opened if did.responsible
        )
        assert {slugs[key]: count for key, count in counts.overdue_by_owner.items()} == Counter(
            did.owner for _told, did in late if did.state == "assigned"
        )
        kinds = {None: None, **{each.pk: each.slug for each in world.plan.problem_categories.all()}}
        assert {kinds[key]: count for key, count in counts.by_category.items()} == Counter(
            told.category for told, _did in opened
        )
        parts = {None: None, **{each.pk: each.slug for each in world.plan.sections.all()}}
        assert {parts[key]: count for key, count in counts.by_section.items()} == Counter(
            told.section for told, _did in opened
        )
        closed = [(did.on - told.raised_on).days for told, did in rows if did.state == "closed"]
        recent = [
            (did.on - told.raised_on).days
            for told, did in rows
            if did.state == "closed" and 0 <= (day - did.on).days <= 89
        ]
        assert sorted(counts.days_to_close) == sorted(recent)
        assert len(recent) <= len(closed)
        assert counts.median_days == (Decimal(str(median(recent))) if recent else None)


def test_the_api_gives_what_each_filter_keeps(world: World) -> None:
    client = Client()
    for day in (CLOSED + timedelta(days=90), DUE):
        for query, codes in filters(world, day):
            answer = client.get(f"/api/v1/problems/?as_of={day}&page_size=1000&{query}")
            assert answer.status_code == 200, answer.content
            found = answer.json()
            assert {row["code"] for row in found["results"]} == codes, (day, query)
            assert found["count"] == len(found["results"]) == len(codes), (day, query)


def test_a_row_is_as_it_was_on_the_day(world: World) -> None:
    for day in world.days:
        rows = Client().get(f"/api/v1/problems/?as_of={day}&page_size=1000").json()["results"]
        told = {each.code: (each, did) for each, did in on(world, day)}
        for row in rows:
            each, did = told[row["code"]]
            assert (row["state"], row["owner"], row["waiting_for"]) == (did.state, did.responsible, waits(did))
            assert (row["due_on"], row["since"]) == (did.due_on and str(did.due_on), str(did.on))
            assert (row["raised_by"], row["category"], set(row["helpers"])) == (
                each.raised_by,
                each.category,
                each.helpers,
            )
            subject = "measure" if each.city is None else "project"
            assert (row["subject"], row[subject]) == (subject, each.subject)
            assert row["project" if subject == "measure" else "measure"] is None
            is_open = did.state in OPEN
            assert row["days_open"] == ((day - each.raised_on).days if is_open else None)
            overdue = days_late(did, day) if is_late(did, day) else None
            assert row["days_overdue"] == overdue
            assert row["closed_on"] == (str(did.on) if did.state == "closed" else None)


def test_the_page_counts_the_same(world: World) -> None:
    client = Client()
    for day in (DUE + timedelta(days=1), TODAY):
        assert client.get(f"/problems/?as_of={day}").context["figures"] == problem_counts(world.plan, on=day)
        for query, codes in filters(world, day):
            if query.partition("=")[0] in ("", "state", "overdue", "owner", "subject", "city"):
                page = client.get(f"/problems/?as_of={day}&{query}").context["page"]
                assert page.paginator.count == len(codes), (day, query)
