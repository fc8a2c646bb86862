"""Random histories of two plans with equal codes beside each other: for both, stored = recomputed = counted in plain
Python, today and on any other day.

What may happen to a measure is a function of MEASURE_MOVES, what may happen to a project one of PROJECT_MOVES. A move
takes the world, the row as it is now, a number and a day, and goes through a service; what the service refuses does not
happen. What each row counts for on a day says `tests.counting`.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Department, User
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from measures.editing.acceptances import undo_acceptance
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.scope import change_scope
from measures.editing.terms import change_terms, move_listing
from measures.models import Measure, Plan, Report, Section
from measures.reports import accept_report
from projects.annual_plans import set_annual_plan
from projects.models import Project, ProjectMonth, Stage
from projects.months.rules import DAY_OF_STAGE
from projects.months.services import MonthData, accept_month, save_month, submit_month, undo_month
from projects.services import change_scope as change_project_scope
from projects.services import save_project
from rollups import engine
from rollups.consistency import contradictions
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.counting import MeasureRow, MonthRow, ProjectRow, count_measures, count_projects
from tests.factories import (
    CATEGORIES,
    SHOWN,
    YES,
    category,
    file_report,
    make_department,
    make_measure,
    make_plan,
    make_project,
    make_section,
    make_user,
    region,
)
from tests.sweeps import examples

pytestmark = pytest.mark.both_databases

TODAY = date(2023, 8, 29)
DAYS = st.dates(date(2022, 12, 1), TODAY)
CITIES = ("370100", "370200", "370600")
STATUSES = ("promoting", "in_progress", "completed")
MEASURES = 4
PROVENANCES = ("reported", "illustrative")


@dataclass
class World:
    """Two plans with the same codes; departments and people are the site's."""

    plans: list[Plan] = field(default_factory=lambda: [make_plan("first"), make_plan("second")])
    departments: list[Department] = field(default_factory=lambda: [make_department() for _ in range(2)])
    people: dict[int, User] = field(default_factory=dict)
    rita: User = field(default_factory=lambda: make_user("rita", role="reviewer"))

    def __post_init__(self) -> None:
        self.people = {
            each.pk: make_user(f"ada-{each.pk}", role="reporter", department=each) for each in self.departments
        }
        # Those of cities by the negative of its id.
        for city in map(region, CITIES):
            self.people[-city.pk] = make_user(f"city-{city.code}", role="reporter", city=city)
        for plan in self.plans:
            sections = [make_section(plan, slug=f"section-{number}", number=number) for number in (1, 2)]
            for number in range(MEASURES):
                lead = self.departments[number // 2]
                whose = {"provenance": PROVENANCES[number % 2], "lead_provenance": PROVENANCES[number // 2]}
                make_measure(sections[number % 2], lead, code=f"M{number:03}", **whose)
            for number in range(3):
                whose = {"provenance": PROVENANCES[number % 2], "investment_provenance": PROVENANCES[number // 2]}
                city, investment = CITIES[number % 2], number * 10_001
                make_project(plan, code=f"P{number:04}", city=city, investment=investment, **whose)

    def measure(self, plan: Plan, number: int) -> Measure:
        return Measure.objects.in_plan(plan).get(code=f"M{number % MEASURES:03}")

    def project(self, plan: Plan, number: int) -> Project | None:
        projects = list(Project.objects.in_plan(plan).order_by("code"))
        return projects[number % len(projects)] if projects else None

    def filer(self, project: Project) -> User:
        """A reporter of its city."""
        return self.people[-project.city_id]

    def effective(self, measure: Measure) -> list[Any]:
        return list(measure.status_changes.effective().order_by("effective_on", "recorded_at", "pk"))


def file_and_accept(world: World, measure: Measure, number: int, on: date) -> None:
    report = submitted(world, measure, number, on)
    accept_report(report, by=world.rita)


def submitted(world: World, measure: Measure, number: int, on: date) -> Report:
    status, current = STATUSES[number % 3], world.effective(measure)[-1]
    return file_report(
        measure,
        by=world.people[measure.lead_department_id],
        status=status,
        effective_on=None if status == current.status else max(on, current.effective_on),
        texts={"problem": "设备迟到"},
        evidence=[{"document_number": "1号"}],
    )


def leave_waiting(world: World, measure: Measure, number: int, on: date) -> None:
    """Leave a submitted report waiting for the moves after it: a change of lead returns it."""
    submitted(world, measure, number, on)


def undo(world: World, measure: Measure, number: int, on: date) -> None:
    """The last acceptance; and the next one may be of the same report."""
    accepted = measure.reports.filter(state="accepted").order_by("decided_at", "pk").last()
    if accepted is not None:
        undo_acceptance(accepted, by=world.rita, note="误点")


def accept_what_waits(world: World, measure: Measure, number: int, on: date) -> None:
    waiting = measure.reports.filter(state="submitted").first()
    if waiting is not None:
        accept_report(waiting, by=world.rita)


def change_lead(world: World, measure: Measure, number: int, on: date) -> None:
    change_terms(measure, by=world.rita, lead_department=world.departments[number % 2], reason="职责调整")


def correct(world: World, measure: Measure, number: int, on: date) -> None:
    rows = world.effective(measure)
    wrong, before = rows[-1], rows[-2:][0]
    day = max(on, before.effective_on) if wrong is not before else wrong.effective_on
    correct_status(wrong, by=world.rita, status=STATUSES[number % 3], effective_on=day, reason="更正")


def move(world: World, measure: Measure, number: int, on: date) -> None:
    """Move the measure to the other section of its plan, perhaps to another lead."""
    other = Section.objects.filter(plan=measure.plan).exclude(pk=measure.section_id).get()
    change_terms(measure, by=world.rita, section=other, lead_department=world.departments[number % 2], reason="调整")


def move_to_another_plan(world: World, measure: Measure, number: int, on: date) -> None:
    """Try to move the measure to another plan, which is refused."""
    other = Section.objects.exclude(plan=measure.plan).first()
    change_terms(measure, by=world.rita, section=other, reason="调整")


def change_due_day(world: World, measure: Measure, number: int, on: date) -> None:
    due = max(on, measure.listed_on) + timedelta(days=on.day * 5)
    change_terms(measure, by=world.rita, due_on=due, reason="调整期限")


def reopen(world: World, measure: Measure, number: int, on: date) -> None:
    day = max(on, world.effective(measure)[-1].effective_on)
    reopen_measure(measure, by=world.rita, status=STATUSES[number % 2], effective_on=day, reason="尚未完成")


def relist(world: World, measure: Measure, number: int, on: date) -> None:
    move_listing(measure, by=world.rita, listed_on=on)


def suspend(world: World, measure: Measure, number: int, on: date) -> None:
    change_scope(measure, ScopeKind.SUSPENDED, by=world.rita, effective_on=on, reason="暂缓")


def withdraw(world: World, measure: Measure, number: int, on: date) -> None:
    change_scope(measure, ScopeKind.WITHDRAWN, by=world.rita, effective_on=on, reason="并入其他措施")


def resume(world: World, measure: Measure, number: int, on: date) -> None:
    """Resume the measure no earlier than the day on which it left, so that it often happens."""
    left = measure.scope_changes.order_by("effective_on").last()
    change_scope(
        measure,
        ScopeKind.RESUMED,
        by=world.rita,
        effective_on=max(on, left.effective_on) if left else on,
        reason="继续推进",
    )


MEASURE_MOVES = [
    file_and_accept,
    leave_waiting,
    accept_what_waits,
    undo,
    change_lead,
    correct,
    move,
    move_to_another_plan,
    change_due_day,
    reopen,
    relist,
    suspend,
    withdraw,
    resume,
]


def add_project(world: World, project: Project, number: int, on: date) -> None:
    """Add a project with a code that the other plan may have; one that its own has is not added."""
    code = f"X{on.day * 10 + number:04}"
    if Project.objects.in_plan(project.plan).filter(code=code).exists():
        return
    values: dict[str, Any] = {"name_zh": "新项目", "name_en": "New", "investment_provenance": "illustrative"}
    values["category"] = category(project.plan, "industry")
    values |= {"listed_on": on, "investment_wan": number * 10_007, "opening_stage": Stage.values[number % 4]}
    new = Project(plan=project.plan, code=code, city=region(CITIES[number % 3]), **SHOWN, **values)
    save_project(new, by=world.rita)


def move_to_another_city(world: World, project: Project, number: int, on: date) -> None:
    project.city = region(CITIES[number % 3])
    save_project(project, by=world.rita)


def change_category(world: World, project: Project, number: int, on: date) -> None:
    project.category = category(project.plan, list(CATEGORIES)[number % 4])
    save_project(project, by=world.rita)


def change_stage(world: World, project: Project, number: int, on: date) -> None:
    project.opening_stage = Stage.values[number % 4]
    save_project(project, by=world.rita)


def change_investment(world: World, project: Project, number: int, on: date) -> None:
    project.investment_wan = on.toordinal()
    save_project(project, by=world.rita)


def relist_project(world: World, project: Project, number: int, on: date) -> None:
    project.listed_on = on
    save_project(project, by=world.rita)


def withdraw_one(world: World, project: Project, number: int, on: date) -> None:
    change_project_scope(project, ScopeKind.WITHDRAWN, by=world.rita, effective_on=on, reason="不再实施")


def readmit(world: World, project: Project, number: int, on: date) -> None:
    left = project.scope_changes.order_by("effective_on").last()
    change_project_scope(
        project,
        ScopeKind.READMITTED,
        by=world.rita,
        effective_on=max(on, left.effective_on) if left else on,
        reason="恢复实施",
    )


def file_month(world: World, project: Project, number: int, on: date) -> ProjectMonth:
    """File a month in a stage that the project may have reached on the first of the month."""
    stage, first = Stage.values[number % 5], on.replace(day=1)
    reached = list(DAY_OF_STAGE)[: list(DAY_OF_STAGE).index(Stage(stage)) + 1] if stage in DAY_OF_STAGE else []
    days = {DAY_OF_STAGE[each]: first for each in reached}
    if stage == "suspended" and number % 2:
        days["started_on"] = first
    data = MonthData(stage, stage_reason="用地未落实", invested_wan=on.day * number * 11, progress=50, **days)
    month = save_month(project, by=world.filer(project), data=data, period=first)
    return submit_month(month, by=world.filer(project), answers=YES)


def file_and_accept_month(world: World, project: Project, number: int, on: date) -> None:
    accept_month(file_month(world, project, number, on), by=world.rita)


def undo_a_month(world: World, project: Project, number: int, on: date) -> None:
    accepted = project.months.accepted().order_by("decided_at", "pk").last()
    if accepted is not None:
        undo_month(accepted, by=world.rita, note="误点")


def plan_a_year(world: World, project: Project, number: int, on: date) -> None:
    set_annual_plan(project, by=world.rita, year=on.year, planned_wan=number * 1_003, reason="计划调整")


def plan_the_start(world: World, project: Project, number: int, on: date) -> None:
    project.planned_start_on, project.project_class = on + timedelta(days=number * 30), ("", "reserve")[number % 2]
    save_project(project, by=world.rita)


PROJECT_MOVES = [
    file_month,
    file_and_accept_month,
    undo_a_month,
    plan_a_year,
    plan_the_start,
    add_project,
    move_to_another_city,
    change_category,
    change_stage,
    change_investment,
    relist_project,
    withdraw_one,
    readmit,
]


def dated(rows: Any, what: str) -> list[tuple[date, str]]:
    """Return the day and value of each row, in the order in which they came into force."""
    in_order = sorted(rows, key=lambda row: (row.effective_on, row.recorded_at, row.pk))
    return [(row.effective_on, getattr(row, what)) for row in in_order]


def counted(day: date) -> dict[Any, dict[str, int]]:
    """Cells of the measures on a day, counted from the rows in plain Python."""
    measures = []
    for measure in Measure.objects.prefetch_related("section", "status_changes", "scope_changes", "reports"):
        rows = list(measure.status_changes.all())
        gone = {row.supersedes_id for row in rows}
        standing = [row for row in rows if row.pk not in gone]
        accepted = [each for each in measure.reports.all() if each.state == "accepted"]
        measures.append(
            MeasureRow(
                plan=measure.section.plan_id,
                section=measure.section_id,
                lead=measure.lead_department_id,
                listed_on=measure.listed_on,
                due_on=measure.due_on,
                history=dated(standing, "status"),
                scope=dated(measure.scope_changes.all(), "kind"),
                accepted=[each.submitted_on for each in accepted],
                is_illustrative="illustrative" in (measure.provenance, measure.lead_provenance),
                provenance=dated(standing, "provenance"),
                accepted_illustrative=[each.submitted_on for each in accepted if each.provenance == "illustrative"],
            )
        )
    return count_measures(measures, day)


def counted_projects(day: date) -> dict[Any, dict[str, int]]:
    """Cells of the projects on a day, counted from the rows in plain Python."""
    projects = [
        ProjectRow(
            plan=each.plan_id,
            city=each.city_id,
            category=each.category_id,
            stage=each.opening_stage,
            investment=each.investment_wan,
            listed_on=each.listed_on,
            scope=dated(each.scope_changes.all(), "kind"),
            is_reserve=each.project_class == "reserve",
            planned_start_on=each.planned_start_on,
            months=months_of(each),
            plans={plan.year: plan.planned_wan for plan in each.annual_plans.all()},
            is_illustrative="illustrative" in (each.provenance, each.investment_provenance),
        )
        for each in Project.objects.prefetch_related("scope_changes", "months", "annual_plans")
    ]
    return count_projects(projects, day)


def months_of(project: Project) -> list[MonthRow]:
    accepted: Any = [each for each in project.months.all() if each.state == "accepted"]
    in_order = sorted(accepted, key=lambda each: (each.submitted_on, each.submitted_at, each.pk))
    return [MonthRow(each.period, each.stage, each.started_on, each.invested_wan) for each in in_order]


def refresh(*_any: Any) -> None:
    """Refresh the marked cells in between, as the sweep would; else a wrong mark could hide behind a right one."""
    refresh_stale_rollups()


def histories(moves: list[Any]) -> Any:
    steps = st.tuples(st.sampled_from([*moves, refresh]), st.integers(0, 1), st.integers(0, 11), DAYS)
    return st.lists(steps, max_size=20)


class EveryHistoryTest(TestCase):
    def setUp(self) -> None:
        pinned = self.settings(PILOTZONE_TODAY=TODAY)
        pinned.enable()
        self.addCleanup(pinned.disable)

    @settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=histories(MEASURE_MOVES), day=DAYS)
    def test_measures_stored_live_and_in_plain_python_agree_in_both_plans(self, steps: Any, day: date) -> None:
        world = World()
        rebuild_rollups()
        for make_move, plan, number, on in steps:
            take(make_move, world, world.measure(world.plans[plan], number), number, on)
        self.all_agree("measures", world, day, counted)

    @settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=histories(PROJECT_MOVES), day=DAYS)
    def test_projects_stored_live_and_in_plain_python_agree_in_both_plans(self, steps: Any, day: date) -> None:
        world = World()
        rebuild_rollups()
        for make_move, plan, number, on in steps:
            if project := world.project(world.plans[plan], number):
                take(make_move, world, project, number, on)
        self.all_agree("projects", world, day, counted_projects)

    def all_agree(self, kind: str, world: World, day: date, in_plain_python: Any) -> None:
        refresh_stale_rollups()
        today, on_the_day = in_plain_python(TODAY), in_plain_python(day)
        for plan in world.plans:
            own, then = (
                {key: each for key, each in cells.items() if key[0] == plan.pk} for cells in (today, on_the_day)
            )
            stored = engine.read_cells(kind, plan_id=plan.pk, day=TODAY, today=TODAY)
            assert stored.counts == own
            assert (stored.computed_at is not None) == bool(own)
            assert engine.read_cells(kind, plan_id=plan.pk, day=day, today=TODAY).counts == then
        assert engine.TABLES[kind].count_from_source(TODAY) == today
        assert verify_rollups() == []
        assert list(contradictions()) == []


def take(make_move: Any, world: World, row: Any, number: int, on: date) -> None:
    try:
        with transaction.atomic():
            make_move(world, row, number, on)
    except NotAllowed:
        pass
