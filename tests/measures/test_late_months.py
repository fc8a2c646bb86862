"""Tests of what is still owed after the month is over, and of who is told. Science leads two measures, Energy one;
today is 8 October 2023, and reports began in August."""

from datetime import date
from typing import Any

import pytest

from measures.models import Measure
from measures.reporting_months import first_reporting_month, late_months
from notices.models import Notice
from notices.reminders import remind_department
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_reading")]

DAY = date(2023, 10, 8)
AUGUST, SEPTEMBER, OCTOBER = (date(2023, month, 1) for month in (8, 9, 10))


@pytest.fixture(autouse=True)
def _october(settings: Any, client: Any) -> None:
    settings.PILOTZONE_TODAY = DAY
    settings.PILOTZONE_FIRST_REPORTING_MONTH = AUGUST
    client.cookies["pilotzone_language"] = "en"


@pytest.fixture
def science() -> Any:
    """M001 filed August and not September; M002 filed nothing; Energy's M003 filed nothing for September."""
    plan = make.make_plan()
    section, science = make.make_section(plan), make.make_department("science", short_en="Science")
    energy = make.make_department("energy", short_en="Energy")
    first = make.make_measure(section, science, code="M001", title_en="First")
    make.make_measure(section, science, code="M002", title_en="Second")
    third = make.make_measure(section, energy, code="M003", title_en="Third")
    for measure in (first, third):
        make.make_report(measure, date(2023, 8, 20))
    return science


def late(day: date = DAY) -> list[tuple[date, int, int, int]]:
    found = late_months(make.make_plan(), day=day)
    return [(each.month, each.unreported, each.incomplete, each.missing) for each in found]


def test_every_month_still_owed_is_late_after_its_own_day_the_oldest_first(science):
    assert late() == [(AUGUST, 0, 1, 1), (SEPTEMBER, 2, 0, 3)]
    # October is owed, and late when its 25th is over.
    assert late(date(2023, 10, 25)) == late()
    assert late(date(2023, 10, 26))[-1] == (OCTOBER, 2, 0, 3)
    assert late(date(2023, 8, 25)) == []


def test_a_later_month_stands_for_one_that_was_left_out(science):
    report = make.make_report(Measure.objects.get(code="M002"), date(2023, 9, 20), state="submitted")
    assert late() == [(SEPTEMBER, 1, 1, 2)]
    report.state, report.decided_on = "returned", DAY
    report.save()
    assert late() == [(AUGUST, 0, 1, 1), (SEPTEMBER, 2, 0, 3)]


def test_no_month_before_the_first_is_owed(science, settings):
    settings.PILOTZONE_FIRST_REPORTING_MONTH = SEPTEMBER
    assert late() == [(SEPTEMBER, 2, 0, 3)]


def test_without_the_setting_reports_begin_with_the_oldest_else_today(science, settings):
    settings.PILOTZONE_FIRST_REPORTING_MONTH = None
    assert first_reporting_month(make.make_plan(), by=DAY) == AUGUST
    assert first_reporting_month(make.make_plan("empty"), by=DAY) == OCTOBER


def test_the_overview_names_the_late_months_and_not_the_one_to_come(science, client):
    text = text_of(client.get("/").content.decode())
    assert "2 departments have reports outstanding for August and September" in text
    assert "Reports outstanding: August 1 · September 3 2" in text
    assert "for October" not in text
    text = text_of(client.get("/?lang=zh-hans").content.decode())
    assert "2个部门有欠报（8月、9月）" in text
    assert "填报 欠报8月1项、9月3项 2" in text


def test_when_nothing_is_late_the_overview_says_so_and_has_no_row_of_it(science, client):
    for code in ("M001", "M002", "M003"):
        make.make_report(Measure.objects.get(code=code), date(2023, 9, 20))
    text = text_of(client.get("/").content.decode())
    assert "no department has reports outstanding" in text
    assert "Reports outstanding" not in text


def test_only_where_something_was_owed_all_departments_have_reported(science, client, settings):
    # No report is due for July: nobody filed any, and none is due.
    for day in ("2023-07-10", "2023-07-31"):
        text = text_of(client.get("/", {"as_of": day}).content.decode())
        assert "no department has reports outstanding" in text
        assert "for July" not in text
    settings.PILOTZONE_TODAY = date(2023, 10, 26)
    for code in ("M001", "M002", "M003"):
        make.make_report(Measure.objects.get(code=code), date(2023, 10, 25))
    text = text_of(client.get("/").content.decode())
    assert "all departments have reported for October" in text


def test_the_departments_page_counts_late_reports_and_finds_who_owes_them(science, client):
    for code in ("M001", "M002"):
        make.make_report(Measure.objects.get(code=code), date(2023, 9, 20))
    html = client.get("/departments/?reported=no").content.decode()
    text = text_of(html)
    assert "1 department has reports outstanding for September" in text and "With reports outstanding" in text
    assert "Energy" in text and "/departments/science/" not in html.split("<table")[1]
    assert "; 1 report for September is outstanding" in text_of(client.get("/departments/energy/").content.decode())
    assert "; none is outstanding" in text_of(client.get("/departments/science/").content.decode())


def test_the_workspace_shows_each_month_still_owed_the_oldest_first(science, client):
    client.force_login(make.make_user("ada", role="reporter", department=science))
    html = client.get("/workspace/").content.decode()
    text = text_of(html)
    assert "Outstanding for earlier months: August 1 · September 2" in text
    links = [html.index(f"/measures/{code}/report/?period={month}") for code, month in
             (("M002", "2023-08"), ("M001", "2023-09"), ("M002", "2023-09"), ("M001", "2023-10"))]  # fmt: skip
    assert links == sorted(links)
    assert "/measures/M001/report/?period=2023-08" not in html
    assert "They are due by 25 October 2023" in text


def test_before_the_first_month_the_workspace_says_that_none_is_owed(science, client):
    client.force_login(make.make_user("ada", role="reporter", department=science))
    text = text_of(client.get("/workspace/?period=2023-07").content.decode())
    assert "No report is due for July 2023." in text
    assert "are reported this month" not in text


def test_on_the_page_of_an_earlier_month_the_one_to_come_is_not_late(science, client):
    client.force_login(make.make_user("ada", role="reporter", department=science))
    html = client.get("/workspace/?period=2023-09").content.decode()
    assert "Outstanding for earlier months: August 1" in text_of(html)
    assert "report/?period=2023-10" not in html


def test_a_draft_or_a_returned_report_of_a_late_month_stands_in_its_row_once(science, client):
    make.make_report(Measure.objects.get(code="M001"), date(2023, 9, 20), state="returned", decision_note="Say more")
    make.make_report(Measure.objects.get(code="M002"), date(2023, 9, 20), state="draft")
    client.force_login(make.make_user("ada", role="reporter", department=science))
    html = client.get("/workspace/").content.decode()
    # In a row the title and the button lead there.
    assert html.count('href="/measures/M001/report/?period=2023-09"') == 2
    assert html.count('href="/measures/M002/report/?period=2023-09"') == 2 and "Continue" in html


def test_the_board_lists_the_months_and_its_number_opens_exactly_what_is_missing(science, client):
    client.force_login(make.make_user("rita", role="reviewer"))
    html = client.get("/review/board/?period=2023-09").content.decode()
    assert (
        "Months outstanding Month None submitted Some submitted Outstanding August 2023 0 1 1 September 2023 2 0 3"
        in text_of(html)
    )
    address = "/measures/?department=science&amp;owing=2023-09"
    assert f'href="{address}"' in html
    text = text_of(client.get(address.replace("&amp;", "&")).content.decode())
    assert "2 results" in text and "First" in text and "Second" in text and "Third" not in text
    assert "Report outstanding for: September 2023" in text
    found = client.get("/api/v1/measures/?owing=2023-08").json()
    assert [each["code"] for each in found["results"]] == ["M002"]
    # Neither before the first month, nor one that has not begun.
    for month in ("2023-07", "2023-11"):
        assert client.get(f"/api/v1/measures/?owing={month}").json()["count"] == 0


@pytest.mark.parametrize("month", ["2023-13", "202308", "2023-8", "x"])
def test_a_month_that_is_none_is_refused(science, client, month):
    assert client.get("/api/v1/measures/", {"owing": month}).status_code == 400
    assert client.get("/measures/", {"owing": month}).status_code == 400


def test_a_reminder_speaks_of_every_month_still_owed_the_oldest_first(science, client):
    ada = make.make_user("ada", role="reporter", department=science)
    rita = make.make_user("rita", role="reviewer")
    assert remind_department(science, by=rita, plan=make.make_plan(), period=SEPTEMBER) == 1
    assert [each.period for each in Notice.objects.filter(user=ada)] == [AUGUST, SEPTEMBER]
    # The next month is reminded of by itself; the others were today.
    remind_department(science, by=rita, plan=make.make_plan(), period=OCTOBER)
    assert Notice.objects.filter(user=ada).count() == 3


@pytest.mark.parametrize(
    ("day", "state", "sentence"),
    [
        (date(2023, 10, 25), None, "Due on 25 October 2023"),
        (date(2023, 10, 26), None, "It was due on 25 October 2023; you can still submit it"),
        (date(2023, 10, 26), "returned", "It was due on 25 October 2023; you can still submit it"),
        (date(2023, 10, 26), "accepted", "It was due on 25 October 2023."),
    ],
)
def test_a_form_does_not_speak_of_the_day_as_to_come_once_it_is_over(science, client, settings, day, state, sentence):
    settings.PILOTZONE_TODAY = day
    if state:
        make.make_report(Measure.objects.get(code="M001"), date(2023, 10, 20), state=state)
    client.force_login(make.make_user("ada", role="reporter", department=science))
    assert sentence in text_of(client.get("/measures/M001/report/?period=2023-10").content.decode())
