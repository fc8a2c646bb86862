"""The chart of when measures fall due: what is drawn, and that it is what the list and the API give."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from dashboard.charts.due_dates import Due, DueBar, Quarter, due_chart, due_dates, due_rows
from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.sections import section_detail
from tests import factories as make
from tests.dashboard.charts.test_progress import checked
from tests.pages import text_of
from web.charts.chart import Chart, Figure
from web.charts.theme import RED
from web.site import site_profile

DAY = date(2023, 8, 29)
Q2, Q3, Q4 = (Quarter(2023, n) for n in (2, 3, 4))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def bars(*counts: tuple[int, int, int]) -> list[DueBar]:
    return [
        DueBar(quarter.words, quarter, own, "/all", ("/completed", "/in-progress", "/promoting"))
        for quarter, own in zip((Q2, Q3, Q4), counts, strict=False)
    ]


def drawn(*counts: tuple[int, int, int], as_of: date = DAY) -> Figure:
    return checked(due_dates(bars(*counts), as_of=as_of))


class TestQuarter:
    @pytest.mark.parametrize(
        ("day", "quarter", "first", "last"),
        [
            (date(2023, 1, 1), Quarter(2023, 1), date(2023, 1, 1), date(2023, 3, 31)),
            (date(2023, 8, 29), Quarter(2023, 3), date(2023, 7, 1), date(2023, 9, 30)),
            (date(2024, 6, 30), Quarter(2024, 2), date(2024, 4, 1), date(2024, 6, 30)),
            (date(9999, 12, 31), Quarter(9999, 4), date(9999, 10, 1), date(9999, 12, 31)),
            (date(1, 1, 1), Quarter(1, 1), date(1, 1, 1), date(1, 3, 31)),
        ],
    )
    def test_of_a_day(self, day: date, quarter: Quarter, first: date, last: date) -> None:
        assert Quarter.of(day) == quarter
        assert (quarter.first, quarter.last) == (first, last)

    def test_the_next_one_may_lie_in_the_next_year_or_nowhere(self) -> None:
        assert Quarter(2023, 4).next == Quarter(2024, 1)
        assert Quarter(9999, 4).next is None

    def test_its_words(self) -> None:
        assert Q3.words == "Q3 2023"
        with translation.override("zh-hans"):
            assert Q3.words == "2023年三季度"


class TestFigure:
    def test_stacks_the_statuses_with_the_total_above(self) -> None:
        completed, in_progress, promoting, totals = drawn((12, 5, 0), (0, 9, 8), (0, 0, 0))["data"]
        assert [each["y"] for each in (completed, in_progress, promoting)] == [[12, 0, 0], [5, 9, 0], [0, 8, 0]]
        assert completed["marker"]["color"] == "#0A3448"
        assert promoting["hovertext"][1] == "Q3 2023<br>Under way 8"
        assert in_progress["customdata"] == ["/in-progress"] * 3
        assert (totals["y"], totals["text"]) == ([17, 17, 0], ["17", "17", ""])

    def test_names_quarters_with_their_year_below(self) -> None:
        figure = drawn((1, 0, 0), (0, 1, 0), (0, 0, 1))
        assert figure["layout"]["xaxis"]["ticktext"] == ["Q2", "Q3", "Q4"]
        year = figure["layout"]["annotations"][-1]
        assert (year["text"], year["x"]) == ("2023", 1)
        with translation.override("zh-hans"):
            figure = drawn((1, 0, 0), (0, 1, 0), (0, 0, 1))
        assert figure["layout"]["xaxis"]["ticktext"] == ["二季度", "三季度", "四季度"]
        assert figure["narrow"]["xaxis"]["ticktext"] == ["二", "三", "四"]
        assert figure["layout"]["annotations"][-1]["text"] == "2023年"

    def test_many_quarters_are_named_by_their_years(self) -> None:
        many = [DueBar("", Quarter(year, n), (1, 0, 0)) for year in (2021, 2022, 2023, 2024) for n in (1, 2, 3, 4)]
        figure = checked(due_dates([DueBar("", None, (1, 0, 0), tick="Before"), *many], as_of=DAY))
        assert figure["layout"]["xaxis"]["ticktext"][:6] == ["Before", "Q1", "Q2", "Q3", "Q4", "Q1"]
        assert figure["narrow"]["xaxis"]["ticktext"][:6] == ["Before", "", "", "", "", ""]
        years = [(note["text"], note["x"]) for note in figure["layout"]["annotations"][1:]]
        assert years == [("2021", 2.5), ("2022", 6.5), ("2023", 10.5), ("2024", 14.5)]

    def test_a_line_at_the_day_goes_through_the_plot(self) -> None:
        figure = drawn((12, 5, 0), (0, 9, 8), (0, 0, 54))
        (line,) = figure["layout"]["shapes"]
        # 29 August is the 60th of the quarter's 92 days: 1 - 0.5 + 59.5 / 92.
        assert line["x0"] == line["x1"] == 1.147
        assert [line["y0"], line["y1"]] == figure["layout"]["yaxis"]["range"]
        assert [note["text"] for note in figure["layout"]["annotations"]] == ["As of 29 Aug", "2023"]

    def test_what_is_overdue_stands_in_red_above_the_total(self) -> None:
        bars = [DueBar("Q1", Quarter(2023, 1), (1, 0, 0)), DueBar("Q2", Quarter(2023, 2), (12, 5, 0), overdue=5)]
        notes = checked(due_dates(bars, as_of=DAY))["layout"]["annotations"]
        [late] = [note for note in notes if "overdue" in note["text"]]
        assert (late["text"], late["x"], late["y"], late["font"]["color"]) == ("<b>5 overdue</b>", 1, 17, RED)

    def test_no_line_on_a_day_outside(self) -> None:
        for day in (date(2022, 12, 31), date(2024, 1, 1)):
            figure = drawn((12, 5, 0), (0, 9, 8), (0, 0, 54), as_of=day)
            assert figure["layout"]["shapes"] == []
            assert [note["text"] for note in figure["layout"]["annotations"]] == ["2023"]

    def test_no_part_of_a_measure_is_on_the_axis(self) -> None:
        assert drawn((1, 0, 0))["layout"]["yaxis"]["tickvals"] == [0, 1]
        assert drawn((1, 1, 0))["layout"]["yaxis"]["tickvals"] == [0, 1, 2]

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_plotly_takes_it_in_both_languages(self, language: str) -> None:
        with translation.override(language):
            drawn((12, 5, 0), (0, 9, 8), (0, 0, 54))
            drawn()


@pytest.fixture
def plan() -> make.Plan:
    """Return a plan of seven measures: two are due in Q2 2023, of which one is completed; one in Q4 2023, one in Q1
    2024, one after the plan, one without a day, and one that is listed only in September."""
    plan = make.make_plan()
    section, other = make.make_section(plan, slug="energy"), make.make_section(plan, slug="other")
    done = make.make_measure(section, due_on=date(2023, 6, 30))
    make.make_change(done, "completed", date(2023, 6, 19))
    make.make_measure(section, due_on=date(2023, 6, 30))
    moving = make.make_measure(section, due_on=date(2023, 12, 31))
    make.make_change(moving, "in_progress", date(2023, 5, 31))
    make.make_measure(other, due_on=date(2024, 3, 31))
    make.make_measure(other, due_on=date(2026, 6, 30))
    make.make_measure(other)
    make.make_measure(other, due_on=date(2023, 9, 30), listed_on=date(2023, 9, 1))
    return plan


def chart_of(plan: make.Plan, day: date = DAY, **member: str) -> Chart:
    figures = Figures(plan, day)
    if not member:
        return due_chart(due_rows(figures), figures, Links({}), provenance="illustrative")
    return section_detail(figures, member["section"], Links({}))["charts"]["due"]


@pytest.mark.django_db
class TestChart:
    def test_has_a_row_for_each_quarter_of_the_plan_and_one_for_what_is_due_later(self, plan: make.Plan) -> None:
        chart = chart_of(plan)
        assert [column.label for column in chart.columns] == [
            "Due date",
            "Completed",
            "Progress made",
            "Under way",
            "Total",
            "Overdue",
        ]
        assert len(chart.rows) == 13
        assert [row for row in chart.rows if row[-2]] == [
            ["Q2 2023", 1, 0, 1, 2, 1],
            ["Q4 2023", 0, 1, 0, 1, 0],
            ["Q1 2024", 0, 0, 1, 1, 0],
            ["After Q4 2025", 0, 0, 1, 1, 0],
        ]
        assert chart.total == ["Total", 1, 1, 3, 5, 1]
        assert chart.figure
        checked(chart.figure)

    def test_says_what_is_coming_what_is_late_and_what_has_no_day(self, plan: make.Plan) -> None:
        chart = chart_of(plan)
        assert chart.title == "Measures by due date and status (number, as of 29 August 2023)"
        assert chart.summary == (
            "As of 29 August 2023, 1 measure is overdue; 1 falls due in the next quarter (Q4 2023), none completed yet."
        )
        assert chart.note == "1 measure without a due date is not in the chart."

    def test_is_of_the_day(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2023, 6, 1))
        assert chart.rows[1] == ["Q2 2023", 0, 0, 2, 2, 0]
        assert chart.summary == (
            "As of 1 June 2023, no measure is overdue; 2 are still due in this quarter (Q2 2023); "
            "none falls due in the next quarter (Q3 2023)."
        )
        measure = make.Measure.objects.get(due_on=date(2023, 12, 31))
        make.make_change(measure, "completed", date(2023, 8, 20), old_status="in_progress")
        assert chart_of(plan).summary.endswith(
            "1 falls due in the next quarter (Q4 2023), 1 of them completed already."
        )
        assert chart_of(plan, date(2023, 9, 1)).rows[2] == ["Q3 2023", 0, 0, 1, 1, 0]

    def test_marks_lead_to_the_list_of_the_same_measures(self, plan: make.Plan, today, open_reading, client) -> None:
        chart = chart_of(plan, section="energy")
        assert chart.urls[1] == "/measures/?due_from=2023-04-01&due_to=2023-06-30&section=energy"
        assert chart.urls[2] == ""
        assert chart.figure
        completed, in_progress, _promoting, _totals = chart.figure["data"]
        assert completed["customdata"][1] == (
            "/measures/?status=completed&due_from=2023-04-01&due_to=2023-06-30&section=energy"
        )
        assert in_progress["customdata"][1] == ""
        for address, count in ((chart.urls[1], 2), (completed["customdata"][1], 1)):
            assert client.get(address.replace("/measures/", "/api/v1/measures/")).json()["count"] == count
            assert f"{count} result" in client.get(address + "&lang=en").content.decode()

    def test_what_is_due_after_the_plan_has_a_list_too(self, plan: make.Plan, today, open_reading, client) -> None:
        chart = chart_of(plan)
        assert chart.urls[-1] == "/measures/?due_from=2026-01-01"
        assert client.get("/api/v1/measures/?due_from=2026-01-01").json()["count"] == 1

    def test_each_number_is_that_of_the_api(self, plan: make.Plan, today, open_reading, client) -> None:
        for row, url in zip(chart_of(plan).rows, chart_of(plan).urls, strict=True):
            if url:
                answer = client.get(url.replace("/measures/", "/api/v1/measures/")).json()
                found = [each["status"] for each in answer["results"]]
                counts = [found.count(status) for status in ("completed", "in_progress", "promoting")]
                late = sum(each["light"] == "red" for each in answer["results"])
                assert row[1:] == [*counts, len(found), late]

    def test_before_anything_is_listed_it_names_what_is_missing(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2022, 12, 31))
        assert chart.figure is None
        assert (chart.rows, chart.total, chart.note) == ([], (), "")
        assert chart.missing == "No measure with a due date is listed by this day."

    def test_measures_without_a_day_are_still_counted(self) -> None:
        chart = due_chart(
            [Due(None, "promoting", "green")], Figures(make.make_plan(), DAY), Links({}), provenance="illustrative"
        )
        assert chart.figure is None
        assert chart.note == "1 measure without a due date is not in the chart."

    def test_before_the_plan_begins_has_a_bar_of_its_own(self) -> None:
        late = Due(date(2022, 11, 30), "promoting", "red")
        chart = due_chart(
            [late], Figures(make.make_plan(), DAY), Links({"as_of": "2023-08-29"}), provenance="illustrative"
        )
        assert chart.rows[0] == ["Before Q1 2023", 0, 0, 1, 1, 1]
        assert chart.urls[0] == "/measures/?due_to=2022-12-31&as_of=2023-08-29"

    def test_the_first_and_the_last_day_of_the_plan_belong_to_it(self) -> None:
        days = (date(2023, 1, 1), date(2025, 12, 31))
        measures = [Due(day, "promoting", "green") for day in days]
        chart = due_chart(measures, Figures(make.make_plan(), DAY), Links({}), provenance="illustrative")
        assert len(chart.rows) == 12
        assert [chart.rows[0], chart.rows[-1]] == [["Q1 2023", 0, 0, 1, 1, 0], ["Q4 2025", 0, 0, 1, 1, 0]]

    def test_asks_once(self, plan: make.Plan, django_assert_num_queries) -> None:
        figures = Figures(plan, DAY)
        # Read once for each of its versions.
        site_profile()
        with django_assert_num_queries(1):
            due_chart(due_rows(figures), figures, Links({}), provenance="illustrative")

    @pytest.mark.parametrize(
        ("address", "total"), [("/sections/", 5), ("/sections/energy/", 3), ("/departments/DEPARTMENT/", 1)]
    )
    def test_stands_on_the_pages_with_its_rows(
        self, plan: make.Plan, today, open_reading, client, address: str, total: int
    ) -> None:
        lead = make.Measure.objects.get(due_on=date(2023, 12, 31)).lead_department
        address = address.replace("DEPARTMENT", lead.slug) + "?lang=en"
        page = text_of(client.get(address).content.decode())
        assert "Measures by due date and status (number, as of 29 August 2023)" in page
        assert "Q4 2023 0 1 0 1" in page
        lines = client.get(address + "&chart=due").getvalue().decode().splitlines()
        assert sum(int(line.split(",")[-2]) for line in lines[1:]) == total
