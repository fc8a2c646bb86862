"""The made months of the demonstration's projects: what they may not change, and that each could have been filed."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, override_settings

from core.pace import Pace
from core.periods import last_ended_month
from demonstration.fixtures import read_demonstration
from demonstration.months import writing
from demonstration.months.rule import Calendar, Facts, MadeProject, choose_absurd, make_project
from demonstration.months.wording import habits_of_cities, lead_of
from projects.models import AnnualPlan, Project, ProjectMonth, ProjectMonthStep
from projects.months.rules import Past, doubts_about, why_incomplete
from projects.rates import rates_of
from reporting.plausibility import Limits
from reporting.workflow import ReportState
from rollups.services import refresh_stale_rollups, verify_rollups
from tests.conftest import load_demonstration
from tests.kept_databases import changes_taken_back, kept_database

ON = date(2023, 8, 29)
DAYS = (date(2023, 6, 30), ON)
# From here on each project is at the stage that the data set gives it.
SETTLED = [date(2023, 4, 30), date(2023, 5, 15), date(2023, 5, 31), *DAYS, date(2023, 7, 31), date(2023, 8, 31)]


@pytest.fixture(scope="module")
def facts() -> list[Facts]:
    return [
        Facts(
            row.values["code"],
            row.values["city"],
            row.values["category"],
            row.values["stage"],
            row.values["total_investment"],
            row.values["listed_on"],
        )
        for row in read_demonstration().rows["projects"]
    ]


@pytest.fixture(scope="module")
def made(facts: list[Facts]) -> list[tuple[Facts, MadeProject]]:
    return make_all(facts)


def make_all(facts: list[Facts]) -> list[tuple[Facts, MadeProject]]:
    absurd = choose_absurd({each.code: each.stage for each in facts})
    habits, calendar = habits_of_cities(), Calendar(ON)
    return [(each, make_project(each, habits[each.city], calendar, absurd=absurd.get(each.code, ""))) for each in facts]


@pytest.fixture(scope="module")
def _months_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    def fill() -> None:
        load_demonstration()
        with override_settings(PILOTZONE_TODAY=ON):
            writing.make_months(ON)

    with kept_database("months", fill, django_db_blocker) as kept:
        yield kept


@pytest.fixture
def months(_months_database: Any, as_demonstrated: None, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration with months of projects. What the test changes is taken back."""
    with changes_taken_back(_months_database, django_db_blocker):
        yield


class TestRule:
    def test_it_makes_the_same_twice_and_each_project_draws_on_its_own(
        self, facts: list[Facts], made: list[tuple[Facts, MadeProject]]
    ) -> None:
        assert make_all(facts) == made
        other = replace(facts[0], code="X1")
        absurd = choose_absurd({each.code: each.stage for each in facts})
        again = [
            make_project(each, habits_of_cities()[each.city], Calendar(ON), absurd=absurd.get(each.code, ""))
            for each in (other, *facts[1:])
        ]
        assert again[1:] == [each for _facts, each in made[1:]]
        assert again[0] != made[0][1]

    def test_every_project_has_a_plan_and_days_in_order(self, made: list[tuple[Facts, MadeProject]]) -> None:
        assert len(made) == 3186
        assert all(each.planned > 0 for _facts, each in made)
        assert all(each.planned_start_on <= each.planned_completion_on for _facts, each in made)

    def test_no_month_is_before_its_project_was_listed_or_filed_before_then(
        self, made: list[tuple[Facts, MadeProject]]
    ) -> None:
        for facts, each in made:
            for month in each.months:
                assert month.period >= facts.listed_on.replace(day=1)
                if month.submitted_on:
                    assert facts.listed_on <= month.submitted_on <= ON
                    assert month.period <= month.submitted_on
                if month.decided_on and month.submitted_on:
                    assert month.submitted_on <= month.decided_on <= ON

    def test_there_are_gaps(self, made: list[tuple[Facts, MadeProject]]) -> None:
        accepted = [
            (facts, [month.period.month for month in each.months if month.state == ReportState.ACCEPTED])
            for facts, each in made
        ]
        never = sum(not numbers for _facts, numbers in accepted)
        silent = sum(bool(numbers) and numbers[-1] < 7 for _facts, numbers in accepted)
        skipping = sum(numbers != list(range(numbers[0], numbers[-1] + 1)) for _facts, numbers in accepted if numbers)
        assert 20 <= never <= 60
        assert 20 <= silent <= 120
        assert 60 <= skipping <= 200

    def test_the_month_of_the_day_is_partly_filed(self, made: list[tuple[Facts, MadeProject]]) -> None:
        august = [(facts.city, month) for facts, each in made for month in each.months if month.period.month == 8]
        states = Counter(month.state for _city, month in august)
        assert states.keys() == {ReportState.SUBMITTED, ReportState.DRAFT, ReportState.RETURNED}
        assert 350 <= states[ReportState.SUBMITTED] <= 450
        assert 40 <= states[ReportState.DRAFT] <= 120
        assert 5 <= states[ReportState.RETURNED] <= 20
        # Those whose people have an account.
        for city in ("370300", "370600"):
            assert {month.state for where, month in august if where == city} == states.keys()

    def test_some_projects_are_led_by_departments(self, facts: list[Facts]) -> None:
        led = Counter(lead_of(each) for each in facts)
        assert 800 < len(facts) - led[""] < 1500
        assert led["science-technology"] > 50
        assert led["energy"] > 150


@pytest.mark.django_db
class TestMadeRows:
    def test_stages_and_figures_stay_as_they_are_on_the_days_that_are_looked_at(
        self, demonstration: None, client: Client
    ) -> None:
        def stages(day: date) -> dict[str, tuple[str, int]]:
            return {each.code: (each.stage, each.investment_wan) for each in Project.objects.in_scope(day)}

        def summary(day: date) -> Any:
            return client.get("/api/v1/summary/", {"as_of": day.isoformat()}).json()

        before = {day: stages(day) for day in SETTLED}
        answers = {day: summary(day) for day in DAYS}
        assert writing.make_months(ON) > 15_000
        refresh_stale_rollups()
        for day in SETTLED:
            assert stages(day) == before[day], day
        for day in DAYS:
            after = summary(day)
            for moving in ("computed_at", "refreshing"):
                del after[moving], answers[day][moving]
            assert after == answers[day]
        assert sum(wan for _stage, wan in before[ON].values()) == 845_000_000
        assert len(before[ON]) == 3186
        assert verify_rollups() == []
        # A second start.
        rows = (ProjectMonth.objects.count(), AnnualPlan.objects.count())
        assert rows[1] == 3186
        assert writing.make_months(ON) == 0
        assert (ProjectMonth.objects.count(), AnnualPlan.objects.count()) == rows

    def test_each_filed_month_could_have_been_filed_and_few_are_doubtful(self, months: None) -> None:
        doubts: Counter[str] = Counter()
        plans = AnnualPlan.objects.values_list("project", "year", "planned_wan")
        planned_of = {(project, year): wan for project, year, wan in plans}
        for project in Project.objects.prefetch_related("months"):
            last: ProjectMonth | None = None
            filed: list[ProjectMonth] = []
            for month in sorted(project.months.all(), key=lambda each: each.period):
                month.project = project
                month.full_clean(exclude=["project"], validate_constraints=False)
                if month.state == ReportState.DRAFT:
                    continue
                assert month.submitted_on is not None
                assert list(why_incomplete(month, last, on=month.submitted_on)) == [], month
                # Of no year before, so that what was invested before is one number.
                before = project.invested_before_wan
                planned = planned_of.get((project.pk, month.period.year))
                past = Past(list(filed), before, planned)
                doubts.update(each.name for each in doubts_about(month, past, Limits({})))
                filed.append(month)
                last = month if month.state == ReportState.ACCEPTED else last
        assert doubts.keys() == {"less_invested", "over_total", "completed_early", "jump", "doubled"}
        assert doubts["less_invested"] == 4
        assert max(doubts.values()) < 40

    def test_most_cities_are_on_pace_and_some_behind(self, months: None) -> None:
        by_city: dict[str, Counter[str]] = {}
        names = ("started", "to_start", "planned", "invested", "without_month")
        for cell in Project.objects.cells(ON):
            sums = by_city.setdefault(str(cell["city"]), Counter())
            sums.update({name: cell[name] for name in names})
        rates = {city: rates_of(sums, on=ON) for city, sums in by_city.items()}
        assert {each.month for each in rates.values()} == {last_ended_month(ON)}
        paces = Counter(each.pace for each in rates.values())
        assert paces[Pace.BEHIND] == 4
        assert paces[Pace.ON_PACE] >= 9
        whole: Counter[str] = Counter()
        for sums in by_city.values():
            whole.update(sums)
        of_all = rates_of(whole, on=ON)
        assert abs(of_all.gap or Decimal(99)) <= 1
        assert Decimal(80) < (of_all.start_rate or 0) < Decimal(95)
        assert 60 < of_all.without_month < 200

    def test_the_api_gives_each_project_the_gap_by_which_the_list_is_filtered(
        self, months: None, client: Client, open_reading: None
    ) -> None:
        def rows(query: str) -> dict[str, Any]:
            answer: Any = client.get(f"/api/v1/projects/?format=ndjson&{query}")
            lines = b"".join(answer.streaming_content).splitlines()
            return {row["code"]: row for row in map(json.loads, lines)}

        every = rows("fields=code,rate_month,annual_plan,plan_completion,plan_gap")
        # As its page says of April, the newest month of it: 32.2 % of its annual plan, after 33.3 % of the year.
        names = ("rate_month", "plan_completion", "plan_gap")
        assert [every["P0007"][name] for name in names] == ["2023-04", 32.2, -1.1]
        known = {code for code, row in every.items() if row["rate_month"] == "2023-07"}
        behind = {code for code in known if every[code]["plan_gap"] is not None and every[code]["plan_gap"] < -1}
        assert rows("fields=code&behind=yes").keys() == behind
        assert rows("fields=code&behind=no").keys() == known - behind
        assert rows("fields=code&behind=no_month").keys() == every.keys() - known

    def test_the_life_of_each_is_there_and_says_what_it_says(self, months: None) -> None:
        rows = {each.pk: each for each in ProjectMonth.objects.prefetch_related("evidence")}
        moves: dict[int, list[str]] = {}
        for step in ProjectMonthStep.objects.order_by("pk"):
            moves.setdefault(step.report_id, []).append(step.move)
            assert step.content == rows[step.report_id].content()
        lives = {
            ReportState.ACCEPTED: ["submit", "accept"],
            ReportState.SUBMITTED: ["submit"],
            ReportState.RETURNED: ["submit", "return"],
            ReportState.DRAFT: [],
        }
        for pk, month in rows.items():
            assert moves.get(pk, []) == lives[ReportState(month.state)]
            assert month.provenance == "illustrative"
            assert bool(month.decision_note) == (month.state == ReportState.RETURNED)

    def test_a_project_of_ones_own_gets_none(self, demonstration: None) -> None:
        own = Project.objects.get(code="P0001")
        Project.objects.filter(pk=own.pk).update(provenance="reported")
        writing.make_months(ON)
        assert not own.months.exists()
        assert not own.annual_plans.exists()
