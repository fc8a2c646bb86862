"""Which departments have reported which month: what is drawn, and that it is what the API's reports say."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from accounts.models import Department
from core.periods import MonthState
from dashboard.charts.report_matrix import MonthMark, ReportRow, report_chart, report_matrix, report_rows
from dashboard.pages.links import Links
from measures.reporting_months import months_by_department, months_shown
from reporting.months import ReportingMonth
from tests import factories as make
from tests.dashboard.charts.test_progress import checked
from tests.pages import text_of
from web.charts.chart import Chart

DAY = date(2023, 8, 29)
MONTHS = [date(2023, month, 1) for month in range(1, 4)]
IN_TIME = MonthMark(ReportingMonth(2, 2, date(2023, 1, 20)), MonthState.ON_TIME)
LATE = MonthMark(ReportingMonth(2, 2, date(2023, 2, 27)), MonthState.LATE)
MISSING = MonthMark(ReportingMonth(35, 33, date(2023, 3, 20)), MonthState.MISSING)
PENDING = MonthMark(ReportingMonth(2, 0, None), MonthState.PENDING)
NOTHING = MonthMark(ReportingMonth(0, 0, None), None)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


class TestFigure:
    ROWS = (
        ReportRow("energy", "Energy", "/departments/energy/", [IN_TIME, LATE, MISSING]),
        ReportRow("finance", "Finance", "/departments/finance/", [NOTHING, IN_TIME, PENDING]),
    )

    def test_each_state_has_its_own_mark(self) -> None:
        on_time, late, missing, pending = checked(report_matrix(MONTHS, self.ROWS))["data"]
        assert [each["marker"]["symbol"] for each in (on_time, late, missing, pending)] == [
            "circle",
            "circle-open",
            "x-thin",
            "line-ew",
        ]
        assert (on_time["x"], on_time["y"]) == ([0, 1], [0, 1])
        assert (late["x"], late["y"]) == ([1], [0])
        assert (missing["x"], missing["y"]) == ([2], [0])
        assert (pending["x"], pending["y"]) == ([2], [1])
        assert on_time["customdata"] == ["/departments/energy/", "/departments/finance/"]
        assert missing["hovertext"] == ["Energy<br>March Some submitted<br>33 of 35 submitted"]

    def test_months_stand_on_top_and_departments_down_from_the_first(self) -> None:
        layout = report_matrix(MONTHS, self.ROWS)["layout"]
        assert (layout["xaxis"]["side"], layout["xaxis"]["ticktext"]) == ("top", ["Jan", "Feb", "Mar"])
        assert (layout["yaxis"]["range"], layout["yaxis"]["ticktext"]) == ([1.5, -0.5], ["Energy", "Finance"])
        assert layout["height"] == 2 * 34 + 60

    def test_narrow_plots_name_every_second_of_many_months(self) -> None:
        months = [date(2023, month, 1) for month in range(1, 13)]
        figure = checked(
            report_matrix(months, [ReportRow("state-assets", "State Assets Commission", "", [IN_TIME] * 12)])
        )
        assert figure["narrow"]["xaxis"]["ticktext"] == ["Jan", "Mar", "May", "Jul", "Sep", "Nov"]
        assert figure["narrow"]["yaxis"]["ticktext"] == ["State Assets<br>Commission"]
        assert report_matrix(MONTHS, self.ROWS)["narrow"]["xaxis"]["ticktext"] == ["Jan", "Feb", "Mar"]
        with translation.override("zh-hans"):
            eight = report_matrix(months[:8], [ReportRow("energy", "能源局", "", [IN_TIME] * 8)])
        assert eight["narrow"]["xaxis"]["ticktext"] == ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月"]

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_plotly_takes_it_in_both_languages(self, language: str) -> None:
        with translation.override(language):
            checked(report_matrix(MONTHS, self.ROWS))
            checked(report_matrix([], []))


@pytest.fixture
def plan() -> make.Plan:
    """Since June: finance is in time; energy, with two measures, was late in June and has filed one of two for
    August; of science's two, one left July out and reported August, the other was completed in July without a report
    for it; transport's only measure was completed in May."""
    plan = make.make_plan(starts_on=date(2023, 6, 1))
    section = make.make_section(plan)
    slugs = ("finance", "energy", "science", "transport")
    finance, energy, science, transport = (
        make.make_department(slug, short_en=slug.title(), short_zh=f"{slug}厅") for slug in slugs
    )
    first, second, third, fourth = (make.make_measure(section, of) for of in (energy, energy, science, finance))
    for month in (6, 7, 8):
        make.make_report(fourth, date(2023, month, 25))
        make.make_report(first, date(2023, month, 20))
    make.make_report(second, date(2023, 6, 26))
    make.make_report(second, date(2023, 7, 20), state="submitted")
    make.make_report(second, date(2023, 8, 20), state="returned")
    make.make_report(third, date(2023, 6, 25))
    make.make_report(third, date(2023, 8, 25))
    fifth = make.make_measure(section, science)
    june = make.make_report(fifth, date(2023, 6, 25), status="completed")
    make.make_change(fifth, "completed", date(2023, 7, 31), report=june)
    done = make.make_measure(section, transport)
    make.make_change(done, "completed", date(2023, 5, 31))
    return plan


def chart_of(plan: make.Plan, day: date = DAY, *, all_shown: bool = False) -> Chart:
    months = months_shown(plan, day)
    found = months_by_department(plan, months=months, by=day)
    departments = list(Department.objects.all())
    rows = report_rows(departments, found, months=months, day=day, links=Links({}))
    return report_chart(
        rows, [row for row in rows if all_shown or row.has_gap], months=months, day=day, provenance="reported"
    )


@pytest.mark.django_db
class TestChart:
    def test_those_with_a_gap_come_first_and_the_newest_gap_before_all(self, plan: make.Plan) -> None:
        chart = chart_of(plan)
        assert [column.label for column in chart.columns] == [
            "Department",
            "Month",
            "Due",
            "Submitted",
            "Last submitted",
            "Status",
        ]
        assert chart.rows == [
            ["Energy", "2023-06", 2, 2, date(2023, 6, 26), "Late"],
            ["Energy", "2023-07", 2, 2, date(2023, 7, 20), "On time"],
            ["Energy", "2023-08", 2, 1, date(2023, 8, 20), "Some submitted"],
            ["Science", "2023-06", 2, 2, date(2023, 6, 25), "On time"],
            ["Science", "2023-07", 1, 0, None, "None submitted"],
            ["Science", "2023-08", 1, 1, date(2023, 8, 25), "On time"],
        ]
        assert chart.urls[0] == "/departments/energy/#months"
        assert chart.note.endswith(" 1 department with nothing outstanding is left out.")
        assert chart.figure
        checked(chart.figure)

    def test_all_are_shown_to_whom_asks(self, plan: make.Plan) -> None:
        chart = chart_of(plan, all_shown=True)
        assert [row[0] for row in chart.rows[::3]] == ["Energy", "Science", "Finance"]
        assert "left out" not in chart.note

    def test_says_how_the_newest_month_stands(self, plan: make.Plan) -> None:
        assert chart_of(plan).summary == (
            "Departments with reports due for August (by 25 Aug): 3, of which 2 on time, 0 late, "
            "1 with some submitted and 0 with none."
        )
        with translation.override("zh-hans"):
            assert chart_of(plan).summary == (
                "8月应填报3个部门（8月25日截止）：按时报送2个，逾期补报0个，部分未报1个，全部未报0个。"
            )

    def test_a_month_that_is_not_due_is_no_gap(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2023, 8, 22))
        assert [row[-1] for row in chart.rows if row[1] == "2023-08"] == ["Not yet due"]
        assert "for July (by 25 Jul): 3, of which 2 on time" in chart.summary
        early = chart_of(plan, date(2023, 6, 25), all_shown=True)
        assert (
            early.summary == "Departments with reports due for June: 3, of which 2 have submitted all (due by 25 Jun)."
        )

    def test_each_number_is_that_of_the_apis_reports(self, plan: make.Plan, today, client) -> None:
        rows = chart_of(plan, all_shown=True).rows
        assert len(rows) == 9
        client.force_login(make.make_user("rita", role="reviewer"))
        filed: dict[tuple[str, str], list[str]] = {}
        for measure in make.Measure.objects.select_related("lead_department"):
            for each in client.get(f"/api/v1/measures/{measure.code}/reports/").json()["results"]:
                if each["state"] in ("submitted", "accepted"):
                    key = (measure.lead_department.short_en, each["period"])
                    filed.setdefault(key, []).append(each["submitted_on"])
        for name, month, _owed, count, last_on, _state in rows:
            days = filed.get((name, month), [])
            assert (count, last_on and last_on.isoformat()) == (len(days), max(days, default=None))

    def test_where_nothing_is_missing_it_says_so(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2023, 6, 25))
        assert (chart.figure, chart.rows) == (None, [])
        assert chart.missing == "Every report due by this day has been submitted."

    def test_where_nothing_is_owed_it_names_what_is_missing(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2023, 5, 31))
        assert chart.figure is None
        assert chart.missing == chart.summary == "No department has a report due by this day."


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _pages(self, plan: make.Plan, today, open_reading) -> None:
        pass

    def rows(self, client, query: str = "") -> list[str]:
        text = client.get(f"/departments/?lang=en&chart=reports{query}").getvalue().decode()
        return text.removeprefix("\ufeff").splitlines()

    def test_writes_the_marks_with_their_numbers_and_links(self, client) -> None:
        page = client.get("/departments/?lang=en").content.decode()
        text = text_of(page)
        assert "3, of which 2 on time, 0 late, 1 with some submitted and 0 with none." in text
        assert (
            "Department Jun Jul Aug Energy Late 2/2 On time 2/2 None or some submitted 1/2 "
            "Science On time 2/2 None or some" in text
        )
        assert '<a href="/departments/energy/#months">Energy</a>' in page
        assert 'id="months"' in client.get("/departments/energy/").content.decode()

    def test_its_file_has_the_same_rows(self, client) -> None:
        lines = self.rows(client)
        assert lines[0] == "Department,Month,Due,Submitted,Last submitted,Status"
        assert lines[1] == "Energy,2023-06,2,2,2023-06-26,Late"
        assert len(lines) == 1 + 6

    def test_all_departments_are_a_link_away(self, client) -> None:
        assert "?lang=en&amp;months=all#months" in client.get("/departments/?lang=en").content.decode()
        page = client.get("/departments/?lang=en&months=all").content.decode()
        assert "Finance On time 1/1 On time 1/1 On time 1/1" in text_of(page)
        assert "Only departments with a month outstanding" in page
        assert len(self.rows(client, "&months=all")) == 1 + 9
        assert client.get("/departments/?months=some").status_code == 400

    def test_follows_the_filters_of_the_table(self, client) -> None:
        assert {line.split(",")[0] for line in self.rows(client, "&reported=no")[1:]} == {"Energy", "Science"}

    def test_the_day_before_the_plan_owes_nothing(self, client) -> None:
        page = client.get("/departments/?lang=en&as_of=2023-05-31").content.decode()
        assert text_of(page).count("No department has a report due by this day.") == 1
