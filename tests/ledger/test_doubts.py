"""Unlikely values in a file are asked about, once for all rows of a kind, and loaded once they are said to be so."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from indicators.models import Observation
from ledger.preview import preview
from ledger.reading import read_ledger
from measures.models import Plan, Report
from projects.models import ProjectMonth
from tests.ledger.example import append, complaints, edit, load, refusal
from web.models import Site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
HEAD = "project,period,submitted_on,stage,started_on,invested_since_january,progress,state,decided_on,provenance\n"
REFUSED = "Some rows are unlikely: look at them, and confirm that they are so."


def month(period: str, invested: str, progress: int, *, project: str = "P0001", state: str = "accepted") -> str:
    decided = "" if state == "submitted" else f"{period}-28"
    begun = "under_construction,2023-01-05"
    return f"{project},{period},{period}-28,{begun},{invested},{progress},{state},{decided},reported\n"


def months(folder: Path, *lines: str) -> Path:
    (folder / "project_months.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return folder


def usual(project: str = "P0001") -> list[str]:
    """0.1 in each month."""
    return [month(f"2023-0{number + 2}", f"0.{number}", number, project=project) for number in (1, 2, 3, 4)]


def value(period: int, figure: str, *, code: str = "pm25", released: str = "") -> str:
    released = released or f"{period + 1}-02-01"
    days = f"year,{period}-01-01,{period}-12-31"
    return f"{code},370000,{period},{days},{figure},yes,,{released},stated,yes,published,Statistics"


def asked(folder: Path) -> list[str]:
    plan = Plan.objects.first()
    with override("en"):
        return [str(each) for each in preview(read_ledger(folder).ledger, plan, has_person=False).unlikely]


class TestMonths:
    def test_a_jump_is_asked_about_and_loaded_once_it_is_said_to_be_so(self, folder: Path) -> None:
        months(folder, *usual(), month("2023-07", "0.8", 5))
        sentence = "Months of projects, More is invested than in a usual month (3 times): 1 row (P0001 2023-07)"
        assert complaints(folder) == [f"Is this so? {sentence}"]
        assert refusal(folder) == f"{REFUSED} Nothing was changed. See --preview, and then --unlikely-is-so."
        load(folder, unlikely_is_so=True)
        assert ProjectMonth.objects.count() == 5

    def test_an_even_course_is_not(self, folder: Path) -> None:
        load(months(folder, *usual(), month("2023-07", "0.5", 5)))
        assert ProjectMonth.objects.count() == 5

    def test_is_set_against_what_the_site_holds(self, folder: Path) -> None:
        load(months(folder, *usual()))
        months(folder, month("2023-07", "0.8", 5))
        assert len(asked(folder)) == 1
        months(folder, month("2023-07", "0.5", 5))
        assert asked(folder) == []

    def test_what_is_there_already_is_asked_about_no_more(self, folder: Path) -> None:
        months(folder, *usual(), month("2023-07", "0.8", 5))
        load(folder, unlikely_is_so=True)
        assert asked(folder) == []
        assert load(folder) == "Everything was loaded already.\n"

    def test_of_many_the_first_are_named(self, folder: Path) -> None:
        codes = [f"P001{number}" for number in range(7)]
        for code in codes:
            append(
                folder, "projects", f"{code},项目,,370100,,,industry,preparing,10,2023-02-28,illustrative,illustrative,"
            )
        lines = [line for code in codes for line in (*usual(code), month("2023-07", "0.8", 5, project=code))]
        months(folder, *lines)
        named = ", ".join(f"{code} 2023-07" for code in codes[:5])
        assert asked(folder) == [
            f"Months of projects, More is invested than in a usual month (3 times): 7 rows ({named}, …)"
        ]

    def test_returned_ones_count_for_nothing(self, folder: Path) -> None:
        assert asked(months(folder, *usual(), month("2023-07", "0.8", 5, state="returned"))) == []

    def test_by_the_limits_of_the_office(self, folder: Path) -> None:
        months(folder, *usual(), month("2023-07", "0.8", 5))
        load(months(folder))
        months(folder, *usual(), month("2023-07", "0.8", 5))
        Site.objects.update_or_create(pk=1, defaults={"name_zh": "网站", "plausibility": {"jump": 5}})
        assert asked(folder) == []

    def test_the_annual_plan_of_the_file_counts(self, folder: Path) -> None:
        (folder / "annual_plans.csv").write_text("project,year,planned\nP0001,2023,0.2\n", encoding="utf-8")
        [sentence] = asked(months(folder, *usual()))
        assert sentence == (
            "Months of projects, The investment of the year is over the annual plan by (50 %): 1 row (P0001 2023-06)"
        )


class TestValues:
    @pytest.fixture(autouse=True)
    def _course(self, folder: Path) -> None:
        for year in (2017, 2018, 2019, 2020, 2021):
            append(folder, "observations", value(year, f"4{year - 2017}"))

    def test_one_far_from_the_last_is_asked_about(self, folder: Path) -> None:
        append(folder, "observations", value(2022, "450"))
        sentence = "The value lies far from the last ones (3 standard deviations): 1 row (pm25 370000 2022)"
        assert asked(folder) == [f"Observations, {sentence}"]
        load(folder, unlikely_is_so=True)
        assert Observation.objects.count() == 7

    def test_one_like_the_last_is_not(self, folder: Path) -> None:
        append(folder, "observations", value(2022, "43.5"))
        assert asked(folder) == []

    def test_what_was_released_later_is_no_past(self, folder: Path) -> None:
        # As of its release nothing but 2017 was known, and a year between was not yet.
        append(folder, "observations", value(2016, "41", released="2017-02-01"))
        assert asked(folder) == []

    def test_another_value_of_a_release_is_asked_about(self, folder: Path) -> None:
        append(folder, "observations", value(2022, "43.5"))
        load(folder)
        edit(folder, "observations", value(2022, "43.5"), value(2022, "435"))
        [sentence] = asked(folder)
        assert "pm25 370000 2022" in sentence

    def test_other_words_beside_it_are_not(self, folder: Path) -> None:
        append(folder, "observations", value(2022, "435"))
        load(folder, unlikely_is_so=True)
        edit(folder, "observations", f"{value(2022, '435')}", value(2022, "435").replace("Statistics", "Yearbook"))
        assert asked(folder) == []

    def test_several_releases_of_a_day_are_taken_by_their_periods(self, folder: Path) -> None:
        for year in (2014, 2012, 2013, 2011, 2010, 2015, 2016):
            append(folder, "observations", value(year, f"{year}", code="gdp_growth_ytd", released="2022-08-01"))
        # Each is near the year before: only the half year, which was released later, is of another length.
        assert asked(folder) == [
            "Observations, The last values were of another length: 1 row (gdp_growth_ytd 370000 2023H1)"
        ]


class TestReports:
    def test_the_words_of_the_last_one_are_asked_about(self, folder: Path) -> None:
        append(folder, "reports", "M001,2023-07-07,2023-07,completed,completed,完成,Done,,,,,,submitted,illustrative,")
        assert asked(folder) == [
            "Reports, The words are those of the last report: 1 row (M001 2023-07)",
        ]
        load(folder, unlikely_is_so=True)
        assert Report.objects.count() == 4


class TestDueDates:
    def test_one_after_the_plan_is_asked_about(self, folder: Path) -> None:
        edit(folder, "measures", "2023-01-03,2023-12-31", "2023-01-03,2026-01-01")
        sentence = "Measures, A measure is due after the last day of its plan: 1 row (M001)"
        assert complaints(folder) == [f"Is this so? {sentence}"]
        load(folder, unlikely_is_so=True)
        edit(folder, "measures", "Measure one", "Measure 1")
        assert asked(folder) == []

    def test_of_a_plan_that_the_file_makes_longer_it_is_not(self, folder: Path) -> None:
        edit(folder, "measures", "2023-01-03,2023-12-31", "2023-01-03,2026-01-01")
        edit(folder, "plan", "2025-12-31", "2026-12-31")
        assert asked(folder) == []


def test_they_cost_no_query(folder: Path) -> None:
    def queries() -> int:
        ledger = read_ledger(folder).ledger
        with CaptureQueriesContext(connection) as found:
            preview(ledger, Plan.objects.get(), has_person=False)
        return len(found)

    load(months(folder, *usual()))
    months(folder, month("2023-07", "0.5", 5))
    few = queries()
    months(folder, *(month(f"2023-0{number}", f"{number}", number) for number in (7, 8)))
    for year in (2019, 2020, 2021):
        append(folder, "observations", value(year, f"{year}"))
    assert asked(folder)
    assert queries() == few


def test_the_command_shows_them_beforehand(folder: Path) -> None:
    out = io.StringIO()
    months(folder, *usual(), month("2023-07", "0.8", 5))
    call_command("load_data", str(folder), preview=True, stdout=out)
    assert "Is this so? Months of projects, More is invested than in a usual month (3 times): 1 row" in out.getvalue()


def test_both_confirmations_are_named(folder: Path) -> None:
    load(folder)
    months(folder, *usual(), month("2023-07", "0.8", 5))
    edit(folder, "sections", "Energy", "Energies")
    told = refusal(folder, change=True)
    assert told.endswith("See --preview, and then --change and --unlikely-is-so.")
