"""Projects by lead department, size and list, counted in plain Python."""

import random
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.test import Client

from core.periods import last_ended_month
from dashboard.figures import Figures
from dashboard.project_groups import GROUPINGS, grouped_projects
from measures.models import Plan
from projects.models import AnnualPlan, Project
from projects.sizes import ProjectSize
from tests import factories as make
from tests.dashboard.test_groups import page, text_at

pytestmark = pytest.mark.django_db
NOW = date(2023, 8, 29)
MONTH = last_ended_month(NOW)


@pytest.fixture
def plan(today: date, open_reading: None) -> Plan:
    plan = make.make_plan()
    energy, former = make.make_department("energy"), make.make_department("former")
    former.merged_into, former.merged_on = energy, NOW
    former.save()
    leads = [energy, former, make.make_department("science"), None]
    chance = random.Random(5)
    for number in range(40):
        project = make.make_project(
            plan,
            investment=chance.choice([1, 9_999, 10_000, 99_999, 100_000, 999_999, 1_000_000]),
            lead_department=chance.choice(leads),
            list_name=chance.choice(["", "省重大项目名单", "市级"]),
            stage=chance.choice(["preparing", "under_construction", "completed"]),
            planned_start_on=date(2023, 5, 1),
        )
        AnnualPlan.objects.create(project=project, year=2023, planned_wan=100 + number)
        if chance.random() < 0.7:
            make.make_project_month(project, MONTH, stage=project.opening_stage, invested_wan=chance.randrange(90))
    make.make_department("idle")
    return plan


def key_of(by: str, project: Project) -> str:
    if by == "size":
        return next(each.value for each in ProjectSize if project.investment_wan >= each.least_wan)
    if by == "list":
        return project.list_name or "none"
    lead = project.lead_department
    return "none" if lead is None else "energy" if lead.slug == "former" else lead.slug


def share(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


@pytest.mark.parametrize("by", GROUPINGS)
def test_each_group_counts_its_projects(by: str, plan: Plan) -> None:
    expected: dict[str, Counter[str]] = {}
    for project in Project.objects.select_related("lead_department"):
        own = expected.setdefault(key_of(by, project), Counter())
        month = project.months.first()
        own["total"] += 1
        own["wan"] += project.investment_wan
        own["built"] += project.opening_stage == "completed"
        own["started"] += project.opening_stage != "preparing"
        own["planned"] += project.annual_plans.get().planned_wan
        own["invested"] += month.invested_wan if month else 0
        own["missing"] += month is None
    found = {each.key: each.figures for each in grouped_projects(Figures(plan, NOW), by)}
    assert {key for key, own in found.items() if own["total"]} == set(expected)
    assert len(expected) > 2
    for key, own in expected.items():
        figures = found[key]
        assert (figures["total"], figures["total_investment"] * 10_000) == (own["total"], own["wan"])
        assert (figures["started"], figures["without_month"]) == (own["started"], own["missing"])
        assert figures["built_rate"] == share(own["built"], own["total"])
        assert figures["plan_completion"] == share(own["invested"], own["planned"])
        rows = Client().get(f"/api/v1/rollups/projects/?by={by}&key={key}").json()["results"]
        assert rows[0]["total"] == own["total"]
        # The list behind has as many.
        assert Client().get(rows[0]["url"].partition("testserver")[2]).json()["count"] == own["total"]
    idle = found.get("idle")
    assert by != "lead" or (idle is not None and idle["total"] == 0)


def test_the_class_of_a_size_begins_with_its_least_amount() -> None:
    least = {each.value: each.least_wan for each in ProjectSize}
    assert least == {"100": 1_000_000, "10": 100_000, "1": 10_000, "0": 0}


class TestPage:
    def test_it_shows_the_groups_that_have_projects_with_links_to_them(self, plan: Plan) -> None:
        shown = page("/project-groups/")
        assert 'href="/projects/?lead=none"' in shown and "idle" not in shown
        assert 'href="/projects/?size=100"' in page("/project-groups/?by=size&ordering=-plan_gap")
        assert "省重大项目名单" in page("/project-groups/?by=list")
        assert 'href="/project-groups/"' in page("/projects/")
        assert Client().get("/project-groups/?by=color").status_code == 400
        assert Client().get("/project-groups/?ordering=color").status_code == 400

    def test_without_projects(self, plan: Plan) -> None:
        assert "No projects are listed by this day." in text_at("/project-groups/?as_of=2022-12-31")

    def test_both_ways_by_name(self, plan: Plan) -> None:
        names = [page(f"/project-groups/?by=size&ordering={order}name").split("<tbody>")[1] for order in ("", "-")]
        assert names[0].index("size=100") < names[0].index("size=0")
        assert names[1].index("size=100") > names[1].index("size=0")
