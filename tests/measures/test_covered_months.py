"""A month that was left out stays on the record once a later one is filed. What pages and API say is counted again
here, in plain Python from the rows: measures, changes of status, leavings and reports."""

import csv
import io
import re
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from measures.models import Measure, Report, ScopeChange, StatusChange
from measures.workspace import load_workspace
from notices.reminders import remind_department
from reporting.months import ReportingMonth, tally
from tests import factories as make
from tests.measures.test_querysets import LIMITS
from tests.pages import text_of

pytestmark = pytest.mark.django_db

JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
DAY = date(2023, 8, 29)


def recounted(day: date, first: date) -> dict[date, dict[str, dict[str, Any]]]:
    """Count by month and department the reports owed, filed, covered and missing, and the day on which the last one
    came."""
    changes: dict[int, list[Any]] = defaultdict(list)
    rows = list(StatusChange.objects.values("id", "measure", "status", "effective_on", "recorded_at", "supersedes"))
    corrected = {row["supersedes"] for row in rows}
    for row in sorted(rows, key=lambda row: (row["effective_on"], row["recorded_at"], row["id"])):
        if row["id"] not in corrected:
            changes[row["measure"]].append(row)
    leavings: dict[int, list[Any]] = defaultdict(list)
    for row in ScopeChange.objects.order_by("effective_on", "recorded_at", "id").values():
        leavings[row["measure_id"]].append(row)
    filed: dict[int, dict[date, date]] = defaultdict(dict)
    for row in Report.objects.values("measure", "period", "state", "submitted_on"):
        if row["state"] in ("submitted", "accepted") and row["submitted_on"] <= day:
            own = filed[row["measure"]]
            own[row["period"]] = min(own.get(row["period"], row["submitted_on"]), row["submitted_on"])

    def is_out(measure: int, on: date) -> bool:
        before = [row["kind"] for row in leavings[measure] if row["effective_on"] <= on]
        return bool(before) and before[-1] in ("suspended", "withdrawn")

    found: dict[date, dict[str, dict[str, Any]]] = {}
    month = first
    while month <= day:
        end = min(month.replace(day=monthrange(month.year, month.month)[1]), day)
        departments: dict[str, dict[str, Any]] = {}
        for measure in Measure.objects.values("id", "lead_department__slug"):
            key = measure["id"]
            statuses = [row for row in changes[key] if row["effective_on"] <= end]
            before = [row["status"] for row in statuses if row["effective_on"] < month]
            if not statuses or is_out(key, end) or is_out(key, day) or before[-1:] == ["completed"]:
                continue
            empty = {"owed": 0, "filed": 0, "covered": 0, "missing": 0, "last_on": date.min}
            counts = departments.setdefault(measure["lead_department__slug"], empty)
            counts["owed"] += 1
            if month in filed[key]:
                counts["filed"] += 1
                counts["last_on"] = max(counts["last_on"], filed[key][month])
            elif any(each > month for each in filed[key]):
                counts["covered"] += 1
            else:
                counts["missing"] += 1
        found[month] = departments
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def grouped(month: date, departments: dict[str, dict[str, Any]]) -> dict[str, int]:
    """How many departments stand how with the month."""
    groups = dict.fromkeys(("owing", "on_time", "late", "covered", "some", "none"), 0)
    for each in departments.values():
        groups["owing"] += 1
        if each["missing"]:
            groups["some" if each["filed"] else "none"] += 1
        elif each["covered"]:
            groups["covered"] += 1
        else:
            groups["on_time" if each["last_on"] <= month.replace(day=25) else "late"] += 1
    return groups


def summed(departments: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {name: sum(each[name] for each in departments.values()) for name in ("owed", "filed", "covered", "missing")}


def opened(address: str, client: Any = None, **asked: Any) -> str:
    answer = (client or Client()).get(address, {"lang": "en", **asked})
    assert answer.status_code == 200, address
    return text_of(answer.content.decode())


@pytest.mark.parametrize("day", [date(2023, 6, 30), DAY])
def test_pages_and_api_give_the_numbers_of_the_rows(demonstration: None, day: date) -> None:
    found = recounted(day, date(2023, 2, 1))
    as_of = {} if day == DAY else {"as_of": day.isoformat()}
    reports = Client().get("/api/v1/summary/", as_of).json()["reports"]
    assert reports["months"] == [
        {"month": f"{month:%Y-%m}", **summed(each), "departments": grouped(month, each)}
        for month, each in found.items()
    ]
    owing_still = {
        slug
        for month, departments in found.items()
        for slug, each in departments.items()
        if each["missing"] and day > month.replace(day=25)
    }
    assert reports["departments_outstanding"] == len(owing_still)

    # The months of the overview.
    page = opened("/", **as_of)
    strip = page.partition("Reported on time ")[2]
    assert re.findall(r"(\d+) ?/35", strip)[: len(found)] == [
        str(grouped(month, each)["on_time"]) for month, each in found.items()
    ]
    covered = re.search(r"Covered later —((?: \d+)+)", strip)
    assert covered and covered[1].split() == [str(grouped(*each)["covered"]) for each in found.items()]
    assert f"{len(owing_still)} departments have reports outstanding" in page

    # The departments' page, and the file of its months.
    groups = grouped(*list(found.items())[-1])
    page = opened("/departments/", **as_of)
    assert f"35, of which {tally_of(groups)}." in page
    assert f"{len(owing_still)} departments have reports outstanding" in page
    assert f"{35 - len(owing_still)} departments with nothing outstanding are left out" in page
    answer: Any = Client().get("/departments/", {"lang": "en", "chart": "reports", "months": "all", **as_of})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    names = dict(make.Department.objects.values_list("short_en", "slug"))
    assert {
        (row["Month"], names[row["Department"]]): tuple(
            int(row[name]) for name in ("Due", "Submitted", "Covered later")
        )
        for row in rows
    } == {
        (f"{month:%Y-%m}", slug): (each["owed"], each["filed"], each["covered"])
        for month, departments in found.items()
        for slug, each in departments.items()
    }


def tally_of(groups: dict[str, int]) -> str:
    counts = {
        "on time": groups["on_time"],
        "late": groups["late"],
        "covered later": groups["covered"],
        "incomplete": groups["some"] + groups["none"],
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def test_board_department_and_list_give_the_numbers_of_the_rows(demonstration: None) -> None:
    found = recounted(DAY, date(2023, 2, 1))
    client = Client()
    client.force_login(make.make_user("rita-9", role="reviewer"))
    for month in (date(2023, 3, 1), date(2023, 6, 1), JULY, AUGUST):
        departments, period = found[month], f"{month:%Y-%m}"
        page, sums = opened("/review/board/", client, period=period), summed(departments)
        groups = grouped(month, departments)
        assert f"Departments: {groups['owing']}, of which {tally_of(groups)}." in page
        assert "9 departments have reports outstanding for May to August." in page
        assert "Total {missing} {owed} {filed} {covered}".format(**sums) in page
        assert "All departments have reported this month" not in page
        assert Client().get(f"/api/v1/measures/?covered={period}").json()["count"] == sums["covered"]
    slug, july = next((slug, each) for slug, each in found[JULY].items() if each["covered"])
    cells = opened(f"/departments/{slug}/").partition("Submitted/due")[2]
    assert f" {july['filed']}/{july['owed']} +{july['covered']} {july['covered']} covered later " in cells
    left_out = " · ".join(
        f"{month:%B} {departments[slug]['covered']}"
        for month, departments in found.items()
        if slug in departments and departments[slug]["covered"]
    )
    for address in (f"/departments/{slug}/", f"/departments/{slug}/brief/"):
        assert f"Covered later, their month was left out: {left_out}." in opened(address)


def test_the_demonstrations_july_is_one_number(demonstration: None) -> None:
    """24, 26 and 27 of 35 before: reported on time on the overview, left out by the departments' page, complete on the
    board."""
    assert grouped(JULY, recounted(DAY, date(2023, 2, 1))[JULY]) == {
        "owing": 35, "on_time": 24, "late": 0, "covered": 3, "some": 8, "none": 0,
    }  # fmt: skip


@pytest.fixture
def science(settings: Any, open_reading: None, client: Any) -> Any:
    """Science leads nine measures, owed from July on. M009 left July out; all filed August but M008 and M009."""
    settings.PILOTZONE_TODAY = DAY
    settings.PILOTZONE_FIRST_REPORTING_MONTH = JULY
    client.cookies["pilotzone_language"] = "en"
    plan = make.make_plan()
    section, science = make.make_section(plan), make.make_department("science", short_en="Science")
    for number in range(1, 10):
        measure = make.make_measure(section, science, code=f"M00{number}")
        if number < 9:
            make.make_report(measure, date(2023, 7, 20))
        if number < 8:
            make.make_report(measure, date(2023, 8, 20))
    return science


def file_august(*codes: str, state: str = "submitted") -> list[Any]:
    return [make.make_report(Measure.objects.get(code=code), date(2023, 8, 24), state=state) for code in codes]


def july_of(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/summary/").json()["reports"]["months"][0]
    return found


def test_eight_of_nine_stays_eight_of_nine(science: Any, client: Any) -> None:
    before = july_of(client)
    assert (before["owed"], before["filed"], before["covered"], before["missing"]) == (9, 8, 0, 1)
    [_eighth, ninth] = file_august("M008", "M009")
    after = july_of(client)
    assert (after["owed"], after["filed"], after["covered"], after["missing"]) == (9, 8, 1, 0)
    assert after["departments"] == {"owing": 1, "on_time": 0, "late": 0, "covered": 1, "some": 0, "none": 0}
    page = opened("/departments/science/")
    assert "8/9 +1 1 covered later 9/9" in page
    assert "all reports for August are in" in page
    in_chinese = opened("/departments/science/", lang="zh-hans")
    assert "1项已报后月" in in_chinese and "当月未报、已报后月：7月1项。" in in_chinese
    client.force_login(make.make_user("rita", role="reviewer"))
    board = opened("/review/board/", client, period="2023-07")
    assert "Departments: 1, of which 1 covered later." in board
    assert "Science 0 Covered later 9 8 1 2023-07-20 0 0" in board
    assert "All departments have reported this month" not in board
    assert "All departments have reported this month" in opened("/review/board/", client, period="2023-08")
    assert "all departments have reported for August" in opened("/")
    # What was sent back is filed no more, and July owed again.
    ninth.state, ninth.decided_on = "returned", DAY
    ninth.save()
    assert july_of(client) == before


def test_a_month_with_nothing_but_covered_reports_is_not_reported(science: Any, client: Any) -> None:
    Report.objects.filter(period=JULY).delete()
    file_august("M008", "M009")
    assert july_of(client)["departments"]["covered"] == 1
    page = opened("/departments/", months="all")
    assert "0/9 +9 9 covered later 9/9 On time" in page
    assert "No report is outstanding; some were left out, and a later month was submitted." in opened("/departments/")


def test_all_have_reported_only_where_it_is_so(science: Any, client: Any) -> None:
    """One filed September in August: nothing is outstanding, and August is not reported."""
    file_august("M008")
    make.make_report(Measure.objects.get(code="M009"), date(2023, 8, 24), period=date(2023, 9, 1))
    page = opened("/")
    assert "no department has reports outstanding" in page
    assert "have reported for August" not in page
    page = opened("/departments/science/")
    assert "none is outstanding" in page and "are in" not in page


def test_who_is_covered_is_not_reminded(science: Any) -> None:
    make.make_user("ada", role="reporter", department=science)
    file_august("M009")
    rita = make.make_user("rita", role="reviewer")
    with translation.override("en"), pytest.raises(NotAllowed, match="it has submitted a later one"):
        remind_department(science, by=rita, plan=make.make_plan(), period=JULY)


def test_the_list_of_what_is_covered(science: Any, client: Any) -> None:
    file_august("M008", "M009")
    found = client.get("/api/v1/measures/?covered=2023-07").json()
    assert [each["code"] for each in found["results"]] == ["M009"]
    # A month that is filed, the last one, and one before the first: none is covered.
    for asked in ("2023-08", "2023-06"):
        assert client.get(f"/api/v1/measures/?covered={asked}").json()["count"] == 0
    assert client.get("/api/v1/measures/?covered=2023-07&as_of=2023-08-23").json()["count"] == 0
    assert client.get("/api/v1/measures/?covered=July").status_code == 400
    assert "Covered by a later month: July 2023" in opened("/measures/", covered="2023-07")


class TestWorkspace:
    """The page before "no change" is sent, which says which earlier months it ends."""

    def test_names_the_months_and_how_many_measures(self, science: Any, client: Any) -> None:
        Report.objects.filter(period=JULY, measure__code="M008").delete()
        client.force_login(make.make_user("ada", role="reporter", department=science))
        said = (
            "2 measures that can be selected still owe earlier months: July for 2; once August 2023 is submitted for "
            "them, those months are owed no longer and stay on record as covered later."
        )
        html = client.get("/workspace/?ticked=all").content.decode()
        assert said in text_of(html)
        # Above the button's rows, and in each row of its own.
        assert html.index('id="ends"') < html.index('value="M008"')
        assert text_of(html).count("ends the duty for July") == 2
        client.post("/workspace/no-change/", {"period": "2023-08", "measure": ["M008", "M009"]})
        after = opened("/workspace/", client)
        assert "ends the duty" not in after and "owe earlier months" not in after
        assert july_of(client)["covered"] == 2

    def test_says_nothing_where_no_earlier_month_is_owed(self, science: Any, client: Any) -> None:
        make.make_report(Measure.objects.get(code="M009"), date(2023, 7, 20))
        client.force_login(make.make_user("ada", role="reporter", department=science))
        page = opened("/workspace/", client)
        assert "Report no change for those selected" in page and "owe" not in page.partition("Submits a report")[2]

    def test_what_may_not_be_passed_over_is_not_counted(self, science: Any, client: Any) -> None:
        """A draft is somebody's work: "no change" leaves it out."""
        file_august("M009", state="draft")
        client.force_login(make.make_user("ada", role="reporter", department=science))
        assert "still owe" not in opened("/workspace/", client)

    def test_of_a_covered_month_it_does_not_say_that_all_is_reported(self, science: Any, client: Any) -> None:
        file_august("M008", "M009")
        client.force_login(make.make_user("ada", role="reporter", department=science))
        page = opened("/workspace/", client, period="2023-07")
        assert (
            "Nothing is outstanding for July 2023: 1 of 9 reports was left out, and a later month was submitted."
            in page
        )
        assert "Covered later 1 measure" in page and "are reported this month" not in page
        plan = make.make_plan()
        work = load_workspace(science, plan=plan, month=JULY, day=DAY, limits=LIMITS)
        assert (work.owed, work.missing, work.covered, work.late) == (9, 0, 1, {})


@pytest.mark.parametrize(
    ("owed", "filed", "covered", "last", "group"),
    [
        (9, 9, 0, 25, "on_time"),
        (9, 9, 0, 26, "late"),
        (9, 8, 1, 20, "covered"),
        (9, 8, 1, 26, "covered"),
        (9, 0, 9, None, "covered"),
        (9, 7, 1, 20, "some"),
        (9, 0, 8, None, "none"),
    ],
)
def test_each_department_is_in_one_group(owed: int, filed: int, covered: int, last: int | None, group: str) -> None:
    month = ReportingMonth(owed, filed, last and date(2023, 7, last), covered)
    found = tally([month, ReportingMonth(0, 0)], JULY, day=DAY)
    assert (getattr(found, group), found.owing) == (1, 1)
