"""The chart of what is invested against the annual plan, and the charts on a project's page."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from projects.annual_plans import set_annual_plan
from projects.charts.investment import invested_months, investment_chart
from projects.models import Project
from tests.charts import checked
from tests.factories import make_plan, make_project, make_project_month, make_user
from tests.pages import text_of
from web.charts.chart import Chart

MONTHS = [
    (date(2023, 1, 1), 1_000),
    (date(2023, 2, 1), 1_500),
    # March was skipped; less was invested than was said before.
    (date(2023, 4, 1), 1_400),
]


def chart_of(amounts: Sequence[tuple[date, int]], planned_wan: int | None = 12_000) -> Chart:
    return investment_chart(
        invested_months(amounts), planned_wan=planned_wan, as_of=date(2023, 8, 29), missing="No month was accepted"
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


class TestInvestment:
    def test_draws_what_it_says(self) -> None:
        figure = checked(chart_of(MONTHS).figure or {})
        elapsed, invested, last = figure["data"]
        assert (elapsed["x"], elapsed["y"]) == ([0, 12], [0, 100])
        assert (invested["x"], invested["y"]) == ([0, 1, 2, 4], [0, 8.3, 12.5, 11.7])
        assert (last["x"], last["y"]) == ([4], [11.7])
        end, words = figure["layout"]["annotations"]
        assert "Time elapsed" in end["text"]
        assert words["text"] == "<b>End of Apr: 11.7%</b><br>21.6 points behind"
        # From what is invested to what would be, were it even over the year.
        [upright, _foot] = figure["layout"]["shapes"]
        assert (upright["x0"], upright["y0"], upright["y1"]) == (4, 11.7, 33.3)

    def test_on_pace_it_has_no_bracket(self) -> None:
        figure = checked(chart_of([(date(2023, 6, 1), 6_000)]).figure or {})
        assert figure["layout"]["shapes"] == []
        assert figure["layout"]["annotations"][-1]["text"] == "<b>End of Jun: 50.0%</b>"

    def test_more_than_the_plan_stays_within_the_axis(self) -> None:
        figure = checked(chart_of([(date(2023, 6, 1), 18_000)]).figure or {})
        assert figure["layout"]["yaxis"]["range"][1] >= 150
        assert "100.0 points ahead" in figure["layout"]["annotations"][-1]["text"]

    def test_its_words_stay_in_the_frame(self) -> None:
        low = checked(chart_of([(date(2023, 7, 1), 600)]).figure or {})["layout"]
        assert low["annotations"][-1]["yanchor"] == "bottom"
        high = checked(chart_of([(date(2023, 7, 1), 11_400)]).figure or {})["layout"]
        assert high["margin"]["t"] > low["margin"]["t"]

    def test_says_it_in_words_and_as_a_table(self) -> None:
        chart = chart_of(MONTHS)
        assert chart.summary == (
            "By the end of April 2023 14 million yuan is invested since 1 January, 11.7% of the annual plan; "
            "33.3% of the year has passed."
        )
        assert chart.rows[-1] == (
            *(date(2023, 4, 1), Decimal("0.14"), Decimal("-0.01")),
            *(Decimal("11.7"), Decimal("33.3")),
        )

    def test_without_a_plan_it_has_rows_and_no_line(self) -> None:
        chart = chart_of(MONTHS, planned_wan=None)
        assert (chart.figure, chart.missing) == (None, "No annual plan is set for this year")
        assert chart.rows[0][3] is None and len(chart.rows) == 3

    def test_of_nothing_it_says_so(self) -> None:
        chart = chart_of([])
        assert (chart.figure, chart.missing) == (None, "No month was accepted")


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def project(self, today: date) -> Project:
        plan = make_plan("plan", starts_on=date(2023, 1, 1))
        project = make_project(plan, city="370300", code="P0001", stage="preparing", investment=10_000)
        set_annual_plan(project, by=make_user("rita", role="reviewer"), year=2023, planned_wan=12_000)
        return project

    def page(self, address: str = "/projects/P0001/") -> Any:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(User.objects.get())
        return client.get(address)

    def test_without_a_month_says_so(self, project: Project) -> None:
        answer = self.page()
        assert answer.context["charts"]["investment"].figure is None
        assert "the time elapsed, as of 29 August 2023 No month of this project was" in text_of(answer.content.decode())

    def test_is_as_of_its_day(self, project: Project) -> None:
        make_project_month(project, date(2023, 5, 1), invested_wan=1_000, stage="preparing")
        make_project_month(project, date(2023, 6, 1), invested_wan=1_500, stage="under_construction")
        # Of two for one month the later one decides.
        corrected = make_project_month(project, date(2023, 6, 1), invested_wan=2_000, stage="under_construction")
        assert corrected.period == date(2023, 6, 1)
        rows = self.page().context["charts"]["investment"].rows
        assert [row[1] for row in rows] == [Decimal("0.1"), Decimal("0.2")]
        # June has not ended.
        charts = self.page("/projects/P0001/?as_of=2023-06-29").context["charts"]
        assert [row[0] for row in charts["investment"].rows] == [date(2023, 5, 1)]
        assert charts["timeline"].rows == []

    def test_gives_its_rows_as_a_file(self, project: Project) -> None:
        make_project_month(project, date(2023, 5, 1), invested_wan=1_000, stage="preparing")
        answer = self.page("/projects/P0001/?chart=investment")
        assert b"0.1" in b"".join(answer.streaming_content if answer.streaming else [answer.content])
