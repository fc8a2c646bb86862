"""The months of a city: what is invested of its annual plan, its rank by that, and its list of projects."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.periods import last_ended_month
from dashboard.figures import Figures
from dashboard.pages.city import city_detail
from dashboard.pages.links import Links
from measures.models import Plan
from projects.models import AnnualPlan, Project
from projects.months.by_city import months_of_cities
from regions.models import Region
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.dashboard.test_cities import NOW
from tests.dashboard.test_groups import text_at

pytestmark = pytest.mark.django_db


def add(plan: Plan, city: str, invested: dict[int, int], planned_wan: int = 120_000, **fields: Any) -> Project:
    """A project with what is invested since 1 January 2023 by the end of its months, in 万元."""
    project = make.make_project(plan, city=city, listed_on=date(2023, 1, 3), **fields)
    AnnualPlan.objects.create(project=project, year=2023, planned_wan=planned_wan)
    for number, invested_wan in invested.items():
        stage = fields.get("stage", "under_construction")
        make.make_project_month(project, date(2023, number, 1), invested_wan=invested_wan, stage=stage)
    return project


def detail(plan: Plan, city: str, **choices: Any) -> dict[str, Any]:
    rebuild_rollups()
    with translation.override("en"):
        return city_detail(Figures(plan, NOW), Region.objects.get(code=city), Links({}), **choices)


class TestMonths:
    def test_a_month_that_was_not_reported_is_what_the_one_before_it_says(self, plan: Plan) -> None:
        add(plan, "370200", {1: 10_000, 2: 20_000, 4: 40_000})
        add(plan, "370200", {3: 5_000})
        [months] = months_of_cities(Project.objects.all(), until=date(2023, 5, 1)).values()
        assert [each.month.month for each in months] == [1, 2, 3, 4, 5]
        assert [each.invested_wan for each in months] == [10_000, 20_000, 25_000, 45_000, 45_000]
        assert [each.reported for each in months] == [1, 1, 1, 1, 0]

    def test_of_two_for_a_month_the_later_one_counts_and_no_waiting_one(self, plan: Plan) -> None:
        project = add(plan, "370200", {7: 10_000})
        later = {"period": date(2023, 7, 1), "invested_wan": 12_000, "submitted_on": date(2023, 8, 20)}
        make.make_project_month(project, **later)
        make.make_project_month(project, **later | {"invested_wan": 90_000, "state": "submitted"})
        [months] = months_of_cities(Project.objects.all(), until=date(2023, 7, 1)).values()
        assert (months[-1].invested_wan, months[-1].reported) == (12_000, 1)

    def test_the_last_month_is_the_figure_of_the_page(self, plan: Plan) -> None:
        add(plan, "370200", {5: 50_000, 7: 80_000})
        add(plan, "370200", {6: 10_000}, planned_wan=30_000)
        found = detail(plan, "370200")
        last = found["months"][-1]
        assert last.month == last_ended_month(NOW)
        assert last.completion == found["counts"]["plan_completion"] == Decimal("60.0")
        assert (last.gap, last.missing) == (found["counts"]["plan_gap"], 1)
        assert [each.added for each in found["months"][-3:]] == [Decimal("5.0"), Decimal("1.0"), Decimal("3.0")]
        assert found["months_sentence"] == (
            "300 million yuan was invested in July 2023; 200 million yuan more than in June; ahead of time elapsed "
            "since July."
        )

    def test_its_rank_is_counted_anew_for_each_month(self, plan: Plan) -> None:
        add(plan, "370100", {5: 60_000, 6: 60_000, 7: 60_000})
        add(plan, "370200", {5: 30_000, 6: 60_000, 7: 90_000})
        add(plan, "370300", {5: 40_000, 6: 80_000, 7: 95_000})
        make.make_exemption(plan, "370300", date(2023, 6, 30), ends_on=date(2023, 7, 30), reason_en="A flood")
        found = detail(plan, "370200")
        assert [each.rank.place for each in found["months"]][-3:] == [3, 1, 2]
        assert (found["rank"].place, found["rank"].of) == (2, 3)
        assert found["earlier_ranks"] == "Jun joint 1st, Jan joint 1st"


class TestListOfProjects:
    def test_a_row_says_why_and_who_must_act(self, plan: Plan) -> None:
        housing = make.make_department(short_en="Housing")
        late = add(
            plan, "370200", {7: 10_000}, stage="preparing", planned_start_on=date(2023, 6, 30), investment=400_000
        )
        stopped = add(plan, "370200", {6: 90_000}, stage="suspended", investment=300_000)
        Project.objects.filter(pk=stopped.pk).update(lead_department=housing)
        add(plan, "370200", {7: 100_000}, investment=900_000)
        rows = detail(plan, "370200")["projects"]
        assert [each.project for each in rows] == [late, stopped]
        assert rows[0].reason == "planned to start in June 2023" and rows[0].is_behind
        assert (rows[0].completion, rows[0].gap) == (Decimal("8.3"), Decimal("-50.0"))
        # Its newest month is not that of the page: whether it is behind nobody knows.
        assert (rows[1].completion, rows[1].gap, rows[1].is_behind) == (None, None, False)
        assert [each.owner for each in rows] == ["Qingdao", "Housing"]
        text = text_at("/cities/370200/")
        assert "Need attention 2" in text and "not stated" in text

    def test_a_suspended_one_says_what_its_months_say_of_why(self, plan: Plan) -> None:
        stopped = add(plan, "370200", {}, stage="suspended")
        for number, reason in ((5, "没有用地"), (6, "")):
            make.make_project_month(stopped, date(2023, number, 1), stage="suspended", stage_reason=reason)
        [row] = detail(plan, "370200")["projects"]
        assert row.reason == "没有用地"

    def test_another_kind_is_asked_for_by_its_address(self, plan: Plan) -> None:
        add(plan, "370200", {7: 10_000}, name_en="Slow")
        add(plan, "370200", {7: 90_000}, name_en="Quick")
        rebuild_rollups()
        text = text_at("/cities/370200/")
        assert "Slow" in text and "Quick" not in text
        text = text_at("/cities/370200/?kind=total")
        assert "Slow" in text and "Quick" in text
        assert "No project is suspended." in text_at("/cities/370200/?kind=suspended")
        assert Client().get("/cities/370200/?kind=nothing").status_code == 400
