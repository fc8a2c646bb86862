"""How a project stands on a day: the sentence of its page, and its milestones against their planned days."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from projects.annual_plans import set_annual_plan
from projects.charts.timeline import suspended_spans, timeline_chart
from projects.editing import change_project_terms, terms_state
from projects.models import Project, ProjectMonth, Stage
from projects.months.figures import MonthFigures
from projects.standing import Milestone, Standing, standing_of
from tests.charts import checked
from tests.factories import make_department, make_plan, make_problem, make_project, make_project_month, make_user
from tests.pages import text_of

TODAY = date(2023, 8, 29)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def month(number: int, stage: str, reason: str = "", **days: date) -> ProjectMonth:
    return ProjectMonth(period=date(2023, number, 1), stage=stage, stage_reason=reason, invested_wan=0, **days)


def standing(opening: str, *months: ProjectMonth, on: date = TODAY, planned: Any = None, **days: Any) -> Standing:
    """`days`: the planned ones; `planned`: the annual plan, in 万元."""
    project = Project(opening_stage=opening, listed_on=date(2023, 1, 1), **days)
    figures = MonthFigures(months[-1], None, planned) if months else None
    return standing_of(project, months, figures=figures, first={}, on=on)


def said(found: Standing) -> str:
    return re.sub("<.*?>", "", found.sentence)


class TestSentence:
    def test_what_is_late_comes_first(self) -> None:
        started = date(2023, 3, 19)
        found = standing(
            "preparing",
            month(7, "under_construction", started_on=started),
            planned_start_on=date(2023, 3, 1),
            planned_completion_on=date(2023, 7, 19),
        )
        assert said(found) == (
            "41 days overdue: it was to be completed on 19 July 2023. "
            "Under construction since 19 March 2023, 18 days late."
        )
        assert "<strong>41 days overdue</strong>" in found.sentence
        assert found.needs_action

    @pytest.mark.parametrize(("on", "words"), [(0, "to start on 29 August 2023"), (1, "1 day overdue")])
    def test_a_planned_day_has_passed_on_the_day_after_it(self, on: int, words: str) -> None:
        found = standing("preparing", on=TODAY.replace(day=29 + on), planned_start_on=TODAY)
        assert words in said(found)
        assert found.needs_action == bool(on)

    def test_a_suspended_one_says_since_when_and_why(self) -> None:
        found = standing(
            "under_construction",
            month(5, "under_construction"),
            month(6, "suspended", "No money is left."),
            month(7, "suspended"),
        )
        assert said(found) == "Suspended since June 2023: No money is left."

    def test_suspended_before_its_first_month(self) -> None:
        assert said(standing("suspended")) == "Suspended since before its first month. No month was accepted yet."
        # Gone on with meanwhile, it is suspended anew.
        found = standing("suspended", month(5, "under_construction"), month(6, "suspended"), on=date(2023, 7, 29))
        assert said(found) == "Suspended since June 2023."

    @pytest.mark.parametrize(
        ("completed", "words"),
        [
            (date(2023, 4, 13), "48 days early"),
            (date(2023, 5, 31), "as planned"),
            (date(2023, 6, 1), "1 day late"),
        ],
    )
    def test_a_built_one_says_how_it_kept_its_day(self, completed: date, words: str) -> None:
        built = month(7, "completed", started_on=date(2022, 1, 1), completed_on=completed)
        found = standing("preparing", built, planned_completion_on=date(2023, 5, 31))
        assert f", {words}." in said(found)
        assert not found.needs_action

    @pytest.mark.parametrize(("invested", "is_behind"), [(572, True), (573, False), (583, False), (700, False)])
    def test_only_who_is_behind_is_in_bold(self, invested: int, is_behind: bool) -> None:
        july = month(7, "under_construction")
        july.invested_wan = invested
        found = standing("under_construction", july, planned=1_000)
        assert ("<strong>" in found.sentence) == is_behind == found.needs_action
        assert f"By the end of July 2023 {invested / 10}% of the annual plan is invested, " in said(found)

    def test_what_was_not_reported_is_not_judged(self) -> None:
        found = standing("under_construction", month(6, "under_construction"), planned=1_000)
        assert said(found) == "Under construction. Nothing was reported after June 2023."
        assert not found.needs_action


class TestTimeline:
    def figure(self, *milestones: Milestone, months: Any = ()) -> Any:
        found = Standing(TODAY, Stage.UNDER_CONSTRUCTION, milestones, None, None)
        return checked(timeline_chart(found, months, provenance="").figure or {})

    def test_planned_above_actual_with_what_is_late_in_red(self) -> None:
        started, due = date(2022, 3, 19), date(2023, 7, 19)
        figure = self.figure(
            Milestone(Stage.UNDER_CONSTRUCTION, date(2022, 3, 1), date(2022, 3, 1), started),
            Milestone(Stage.COMPLETED, due, due, None, overdue_days=41),
        )
        planned, done, late, reached = figure["data"]
        assert (planned["x"], planned["y"]) == (["2022-03-01", "2023-07-19"], [1, 1])
        assert done["x"] == ["2022-03-19", "2023-08-29"]
        assert (late["x"], late["line"]["color"]) == (["2023-07-19", "2023-08-29"], "#B3261E")
        assert (reached["x"], reached["y"]) == (["2022-03-19"], [0])
        texts = [each["text"] for each in figure["layout"]["annotations"]]
        assert texts == [
            *("Start March 2022", "Completion July 2023"),
            *("18 days late", "<b>41 days overdue</b>"),
            "29 Aug",
        ]
        late_words = figure["layout"]["annotations"][3]
        assert late_words["font"]["color"] == "#B3261E"
        # From the planned start to the actual one; and the day.
        [join, day] = figure["layout"]["shapes"]
        assert (join["x0"], join["x1"], join["y0"], join["y1"]) == ("2022-03-19", "2022-03-01", 0, 1)
        assert day["x0"] == "2023-08-29"

    def test_a_short_delay_is_not_red_yet(self) -> None:
        due = date(2023, 8, 1)
        figure = self.figure(Milestone(Stage.COMPLETED, due, due, None, overdue_days=28))
        [words] = [each for each in figure["layout"]["annotations"] if "overdue" in each["text"]]
        assert words["font"]["color"] != "#B3261E"

    def test_days_that_were_moved_have_a_line_of_their_own(self) -> None:
        moved = Milestone(Stage.COMPLETED, date(2023, 12, 31), date(2024, 6, 30), None)
        figure = self.figure(moved)
        assert figure["layout"]["yaxis"]["ticktext"] == ["Actual", "Planned", "Planned at first"]
        assert figure["data"][1]["x"] == ["2023-12-31"]
        [join, _day] = figure["layout"]["shapes"]
        assert (join["x0"], join["x1"], join["y0"]) == ("2024-06-30", "2023-12-31", 1)
        still = Milestone(Stage.COMPLETED, date(2024, 6, 30), date(2024, 6, 30), None)
        assert self.figure(still)["layout"]["yaxis"]["ticktext"] == ["Actual", "Planned"]

    def test_a_suspension_lasts_until_a_month_says_otherwise(self) -> None:
        months = [
            month(2, "suspended"),
            month(3, "suspended"),
            # April was skipped.
            month(5, "under_construction"),
            month(7, "suspended"),
        ]
        assert suspended_spans(months, on=TODAY) == [
            (date(2023, 2, 1), date(2023, 4, 30)),
            (date(2023, 7, 1), TODAY),
        ]
        start = Milestone(Stage.UNDER_CONSTRUCTION, None, None, date(2023, 1, 10))
        texts = [each["text"] for each in self.figure(start, months=months)["layout"]["annotations"]]
        assert texts.count("<b>Suspended</b>") == 2

    def test_without_a_day_there_is_nothing_to_draw(self) -> None:
        chart = timeline_chart(Standing(TODAY, Stage.PREPARING, [], None, None), [], provenance="")
        assert (chart.figure, chart.missing) == (None, "No planned day is set for this project")


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def project(self, today: date, open_reading: None) -> Project:
        plan = make_plan("plan", starts_on=date(2023, 1, 1))
        project = make_project(plan, city="370300", code="P0001", stage="under_construction", investment=10_000)
        Project.objects.update(planned_completion_on=date(2023, 6, 30), invested_before_wan=3_000)
        project.refresh_from_db()
        set_annual_plan(project, by=make_user("rita", role="reviewer"), year=2023, planned_wan=4_000)
        return project

    def page(self) -> str:
        return text_of(Client(headers={"Accept-Language": "en"}).get("/projects/P0001/").content.decode())

    def test_says_who_must_act(self, project: Project) -> None:
        make_project_month(project, date(2023, 7, 1), invested_wan=1_000, stage="under_construction")
        assert "33.3 percentage points behind time elapsed . Must act: Zibo" in self.page()
        owner = make_department(short_en="Transport")
        make_problem(project, steps=["assign"], owner=owner, due_on=date(2023, 8, 20))
        text = self.page()
        assert "Matching funds are missing : Transport must solve it; 9 days overdue" in text
        assert "Must act" not in text

    def test_says_how_much_of_the_total_is_invested(self, project: Project) -> None:
        make_project_month(project, date(2023, 7, 1), invested_wan=1_000, stage="under_construction")
        assert "Invested until now 40 million yuan 40.0% of the total, by July 2023" in self.page()

    def test_moved_terms_stand_beside_the_value(self, project: Project) -> None:
        change_project_terms(
            project,
            by=make_user("ruth", role="reviewer"),
            opened=terms_state(project),
            reason="Land came late",
            planned_completion_on=date(2023, 8, 9),
        )
        text = self.page()
        assert "20 days overdue : it was to be completed on 9 August 2023." in text
        assert "Planned completion 2023-08-09 At first 2023-06-30, now 2023-08-09: 40 days later" in text
        assert "Planned at first" in text

    def test_months_are_beside_what_was_done(self, project: Project) -> None:
        make_project_month(project, date(2023, 6, 1), invested_wan=1_000, stage="under_construction")
        make_project_month(
            project,
            date(2023, 7, 1),
            invested_wan=1_500,
            stage="suspended",
            stage_reason="No money",
            what_was_done_en="The site is safe",
            problem_en="No investor",
        )
        assert (
            "July 2023 0.05 0.15 37.5% -20.8 0% Under construction → Suspended No money The site is safe No investor"
            in self.page()
        )
