"""The site of a simulation: its rows, made once, and what is known of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from accounts.models import Department, User
from measures.models import Plan, Section
from projects.models import Project
from tests.factories import (
    make_department,
    make_measure,
    make_plan,
    make_project,
    make_section,
    make_user,
    next_number,
    region,
)
from tests.simulator.expected import Entry, Expected, ExpectedMeasure, ExpectedReport
from tests.simulator.expected_projects import ExpectedMonth, ExpectedProject
from tests.simulator.machinery import Broker, Clock
from tests.simulator.people import OPEN, Person

CITIES = ("370100", "370200", "370600")
STATUSES = ("promoting", "in_progress", "completed")


@dataclass
class World:
    """Two plans with the same codes; departments and people are the site's. Lists keep the order in which rows were
    made: what is drawn from them must not hang on the ids that a database gives."""

    random: Random
    clock: Clock
    broker: Broker = field(default_factory=Broker)
    expected: Expected = field(default_factory=Expected)
    departments: list[int] = field(default_factory=list)
    sections: dict[int, list[int]] = field(default_factory=dict)
    serial: int = 0

    def __post_init__(self) -> None:
        plans = [make_plan("first"), make_plan("second")]
        for number in range(5):
            self.add_department(people=1 + number % 2)
        for _number in range(2):
            self._know(make_user(f"office-{next_number()}", role="reviewer"))
        for code in CITIES:
            self._know(make_user(f"city-{next_number()}", role="reporter", city=region(code)))
        for plan in plans:
            sections = [make_section(plan, slug=f"section-{number}", number=number) for number in (1, 2)]
            self.sections[plan.pk] = [each.pk for each in sections]
            for number in range(5):
                self._add_measure(sections[number % 2], number)
            for number in range(4):
                self.expected.project_saved(self._make_project(plan, number))

    def add_department(self, *, people: int) -> int:
        department = make_department()
        self.departments.append(department.pk)
        for number in range(people):
            email = f"reporter-{department.pk}-{number}@example.org" if number == 0 else ""
            name = f"reporter-{next_number()}"
            self._know(make_user(name, role="reporter", department=department, email=email))
        return department.pk

    def _make_project(self, plan: Plan, number: int) -> Project:
        """The last of a plan has no lead department: its city alone files its months."""
        lead = None if number == 3 else Department.objects.get(pk=self.departments[number])
        return make_project(
            plan,
            code=f"P{number:04}",
            city=CITIES[number % 3],
            investment=number * 10_001,
            invested_before_wan=number * 501,
            lead_department=lead,
        )

    def _know(self, user: User) -> None:
        self.expected.people[user.pk] = Person(user.pk, user.department_id, user.city_id, user.email)

    def _add_measure(self, section: Section, number: int) -> None:
        leads = [self.departments[(number + shift) % len(self.departments)] for shift in range(3)]
        due_on = None if number == 4 else date(2023, 1, 31) + timedelta(days=40 * number)
        lead = Department.objects.get(pk=leads[0])
        measure = make_measure(section, lead, code=f"M{number:03}", due_on=due_on)
        measure.participating_departments.set(leads[1:])
        first = measure.status_changes.get()
        self.expected.measures[measure.pk] = ExpectedMeasure(
            pk=measure.pk,
            plan=measure.plan_id,
            section=measure.section_id,
            lead=leads[0],
            listed_on=measure.listed_on,
            due_on=measure.due_on,
            history=[Entry(first.pk, first.effective_on, "promoting")],
            participants=set(leads[1:]),
        )

    # Drawn

    def one_of(self, rows: Any) -> Any:
        """None where there is none."""
        rows = list(rows)
        return self.random.choice(rows) if rows else None

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def a_measure(self) -> ExpectedMeasure:
        return self.one_of(self.expected.measures.values())

    def a_measure_to_report(self) -> ExpectedMeasure:
        """Mostly one that is in its plan and has no report that its lead could go on with."""
        busy = {r.measure for r in self.expected.reports.values() if r.state in OPEN and self._is_of_lead(r)}
        free = [m for m in self.expected.measures.values() if not m.is_out and m.pk not in busy]
        return self.one_of(free) if free and self.chance(0.9) else self.a_measure()

    def _is_of_lead(self, report: ExpectedReport) -> bool:
        return report.department == self.expected.measures[report.measure].lead

    def a_project(self) -> tuple[int, ExpectedProject]:
        return self.one_of(self.expected.projects.items())

    def mostly(self, rows: Iterable[Any], fits: Callable[[Any], bool], *, astray: float = 0.04) -> Any:
        """One that fits; seldom any: somebody acts on an old page, or where they may not."""
        every = list(rows)
        return self.one_of(every if self.chance(astray) else filter(fits, every))

    def a_report(self, *states: str) -> ExpectedReport | None:
        return self.mostly(self.expected.reports.values(), lambda each: each.state in states)

    def a_month(self, *states: str) -> ExpectedMonth | None:
        return self.mostly(self.expected.months.values(), lambda each: each.state in states)

    def a_department(self) -> int:
        return self.mostly(self.departments, lambda each: each not in self.expected.merged_into)

    def of_the_office(self) -> int:
        return self._person(lambda each: each.is_office)

    def of_department(self, department: int) -> Any:
        return self._person(lambda each: each.department == department)

    def of_the_project(self, project: ExpectedProject) -> Any:
        """Draw a person of the project's city, or of its lead department."""
        lead = project.lead if self.chance(0.4) else None
        if lead is not None:
            return self.of_department(lead)
        return self._person(lambda each: each.city == project.city)

    def _person(self, fits: Callable[[Person], bool]) -> Any:
        found = self.mostly(self.expected.people.values(), fits)
        return found and found.pk

    def a_day(self, since: date, *, spread: int = 20) -> date:
        """Mostly between a day and today, seldom outside."""
        today = self.clock.moment.date()
        span = max((today - since).days, 0)
        back = self.random.randint(0, min(span, spread))
        return today - timedelta(days=back) + timedelta(days=self.random.choice((0,) * 38 + (1, -400)))

    def a_text(self, what: str) -> str:
        self.serial += 1
        return f"{what}{self.serial}"
