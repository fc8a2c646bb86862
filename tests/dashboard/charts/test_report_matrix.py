"""The chart of which departments have reported which month: what is drawn, and that it is what the API's reports
say."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from accounts.models import Department
from dashboard.charts.report_matrix import month_share, report_chart, report_rows
from dashboard.pages.links import Links
from measures.reporting_months import months_by_department, months_shown
from reporting.months import ReportingMonth
from tests import factories as make
from tests.pages import text_of
from web.charts.chart import Chart

DAY = date(2023, 8, 29)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("filed", "owed", "share"),
    [
        (0, 0, ""),
        (0, 9, "none"),
        (7, 9, "some"),  # 77.8%
        (27, 34, "some"),  # 79.4%
        (4, 5, "most"),  # 80%
        (33, 35, "most"),
        (34, 34, "all"),
    ],
)
def test_a_month_is_shaded_by_the_share_submitted(filed: int, owed: int, share: str) -> None:
    assert month_share(ReportingMonth(owed, filed)) == share


@pytest.fixture
def plan() -> make.Plan:
    """Return a plan that began in June: finance is in time; energy, with two measures, was late in June and has filed
    one of two for August; of science's two, one left July out and reported August, the other was completed in July
    without a report for it; transport's only measure was completed in May."""
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
            "Covered later",
            "Last submitted",
            "Status",
        ]
        assert chart.rows == [
            ["Energy", "2023-06", 2, 2, 0, date(2023, 6, 26), "Late"],
            ["Energy", "2023-07", 2, 2, 0, date(2023, 7, 20), "On time"],
            ["Energy", "2023-08", 2, 1, 0, date(2023, 8, 20), "Some submitted"],
            ["Science", "2023-06", 2, 2, 0, date(2023, 6, 25), "On time"],
            ["Science", "2023-07", 2, 0, 1, None, "None submitted and 1 covered later"],
            ["Science", "2023-08", 1, 1, 0, date(2023, 8, 25), "On time"],
        ]
        assert chart.urls[0] == "/departments/energy/#months"
        assert chart.note.endswith(" 1 department with nothing outstanding is left out.")

    def test_all_are_shown_to_whom_asks(self, plan: make.Plan) -> None:
        chart = chart_of(plan, all_shown=True)
        assert [row[0] for row in chart.rows[::3]] == ["Energy", "Science", "Finance"]
        assert "left out" not in chart.note

    def test_says_how_the_newest_month_stands(self, plan: make.Plan) -> None:
        assert chart_of(plan).summary == (
            "Departments with reports due for August (by 25 Aug): 3, of which 2 on time, 1 incomplete."
        )
        with translation.override("zh-hans"):
            assert chart_of(plan).summary == ("8月应填报3个部门（8月25日截止）：按时报齐2个、未报齐1个。")

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
        for name, month, _owed, count, _covered, last_on, _state in rows:
            days = filed.get((name, month), [])
            assert (count, last_on and last_on.isoformat()) == (len(days), max(days, default=None))

    def test_where_nothing_is_missing_it_says_so(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2023, 6, 25))
        assert chart.rows == []
        assert chart.missing == "Every report due by this day has been submitted."

    def test_where_nothing_is_owed_it_names_what_is_missing(self, plan: make.Plan) -> None:
        chart = chart_of(plan, date(2023, 5, 31))
        assert chart.missing == chart.summary == "No department has a report due by this day."


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _pages(self, plan: make.Plan, today, open_reading) -> None:
        pass

    def rows(self, client, query: str = "") -> list[str]:
        text = client.get(f"/departments/?lang=en&chart=reports{query}").getvalue().decode()
        return text.removeprefix("\ufeff").splitlines()

    def test_prints_what_was_submitted_of_what_was_due_in_a_shade_of_its_share(self, client) -> None:
        page = client.get("/departments/?lang=en").content.decode()
        text = text_of(page)
        assert "3, of which 2 on time, 1 incomplete." in text
        cells = re.findall(r'<td class="month-cell month-(\w+)"[^>]*>\s*(\d+/\d+)', page)
        energy, science = cells[:3], cells[3:]
        assert energy == [("all", "2/2"), ("all", "2/2"), ("some", "1/2")]
        assert science == [("all", "2/2"), ("none", "0/2"), ("all", "1/1")]
        assert '<a href="/departments/energy/#months">Energy</a>' in page
        own = client.get("/departments/energy/").content.decode()
        assert 'id="months"' in own
        assert re.findall(r'<td class="month-cell month-(\w+)"[^>]*>\s*(\d+/\d+)', own) == energy

    def test_its_file_has_the_same_rows(self, client) -> None:
        lines = self.rows(client)
        assert lines[0] == "Department,Month,Due,Submitted,Covered later,Last submitted,Status"
        assert lines[1] == "Energy,2023-06,2,2,0,2023-06-26,Late"
        assert len(lines) == 1 + 6

    def test_all_departments_are_a_link_away(self, client) -> None:
        assert "?lang=en&amp;months=all#months" in client.get("/departments/?lang=en").content.decode()
        page = client.get("/departments/?lang=en&months=all").content.decode()
        assert "Finance 1/1 On time 1/1 On time 1/1 On time" in text_of(page)
        assert "Only departments with a month outstanding" in page
        assert len(self.rows(client, "&months=all")) == 1 + 9
        assert client.get("/departments/?months=some").status_code == 400

    def test_follows_the_filters_of_the_table(self, client) -> None:
        assert {line.split(",")[0] for line in self.rows(client, "&reported=no")[1:]} == {"Energy", "Science"}

    def test_the_day_before_the_plan_owes_nothing(self, client) -> None:
        page = client.get("/departments/?lang=en&as_of=2023-05-31").content.decode()
        assert text_of(page).count("No department has a report due by this day.") == 1
