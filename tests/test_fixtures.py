"""The shipped data set: its totals counted in plain Python from the files, and the same from the database."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from core.lights import Thresholds
from dashboard.models import PublishedFigure
from indicators.models import Indicator
from indicators.state import indicator_states
from measures.models import Measure, Plan, Report, StatusChange
from measures.rules import in_force
from measures.services import load_changes
from problems.categories import DEFAULT_CATEGORIES
from problems.on_day import problem_counts
from projects.models import Project
from rollups.models import MeasureRollup, ProjectRollup
from rollups.services import verify_rollups

FIXTURES = Path(__file__).parent.parent / "fixtures"
JUNE = "2023-06-30"
AUGUST = "2023-08-29"
HAN = re.compile("[\u3400-\u9fff]")
LIMITS = Thresholds(due_soon=60, silent=62)
Rows = list[dict[str, str]]


def read(name: str) -> Rows:
    with open(FIXTURES / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


MEASURES, CHANGES, REPORTS, PROJECTS = map(read, ("measures", "status_history", "reports", "projects"))
REGIONS = {row["code"]: row for row in read("regions")}


def statuses(day: str) -> dict[str, str]:
    """Each measure's status: of the rows that no correction replaces, the last in force by the day."""
    replaced = {(row["measure"], row["supersedes"]) for row in CHANGES if row["supersedes"]}
    rows = [
        row for row in CHANGES if row["effective_on"] <= day and (row["measure"], row["recorded_at"]) not in replaced
    ]
    rows.sort(key=lambda row: (row["effective_on"], row["recorded_at"]))
    return {row["measure"]: row["status"] for row in rows}


def lights(day: str) -> Counter[str]:
    on = date.fromisoformat(day)
    last: dict[str, date] = {}
    for row in REPORTS:
        filed = date.fromisoformat(row["submitted_on"])
        if row["state"] == "accepted" and filed <= on:
            last[row["measure"]] = max(filed, last.get(row["measure"], filed))
    count: Counter[str] = Counter()
    status = statuses(day)
    for row in MEASURES:
        due = date.fromisoformat(row["due_on"]) if row["due_on"] else None
        sign_of_life = max(date.fromisoformat(row["listed_on"]), last.get(row["code"], date.min))
        if status[row["code"]] == "completed":
            count["green"] += 1
        elif due and due < on:
            count["red"] += 1
        elif due and (due - on).days <= 60 and status[row["code"]] == "promoting":
            count["yellow"] += 1
        else:
            count["yellow" if (on - sign_of_life).days > 62 else "green"] += 1
    return count


class TestTheFiles:
    def test_249_measures_stand_as_published_at_the_end_of_june(self) -> None:
        assert len(MEASURES) == len({row["code"] for row in MEASURES}) == 249
        assert Counter(statuses(JUNE).values()) == {"completed": 13, "in_progress": 105, "promoting": 131}

    def test_nothing_takes_effect_after_june(self) -> None:
        assert max(row["effective_on"] for row in CHANGES) <= JUNE
        assert statuses(AUGUST) == statuses(JUNE)

    def test_all_measures_are_listed_on_3_january_as_promoting(self) -> None:
        assert {row["listed_on"] for row in MEASURES} == {"2023-01-03"}
        assert Counter(statuses("2023-01-03").values()) == {"promoting": 249}
        assert statuses("2023-01-02") == {}

    def test_the_plan_moved_step_by_step(self) -> None:
        march = Counter(statuses("2023-03-31").values())
        assert march.total() == 249
        assert 0 < 249 - march["promoting"] < 118

    def test_every_source_and_document_is_named_in_chinese_and_in_english(self) -> None:
        wrong, seen = set(), 0
        for path in FIXTURES.glob("*.csv"):
            for row in read(path.stem):
                for text in filter(None, (row.get("source"), row.get("document"))):
                    seen += 1
                    names = re.sub(r"; https?://\S+$", "", text).split(" | ")
                    if [bool(HAN.search(name)) for name in names] != [True, False]:
                        wrong.add(f"{path.name}: {text}")
        assert not wrong, "\n".join(sorted(wrong))
        assert seen > 5_000

    def test_3186_projects_sum_to_84500_yi(self) -> None:
        assert len({row["code"] for row in PROJECTS}) == 3186
        assert sum(Decimal(row["total_investment"]) for row in PROJECTS) == Decimal("84500.0000")
        assert all(Decimal(row["total_investment"]) > 0 for row in PROJECTS)
        assert {row["category"] for row in PROJECTS} == {"innovation", "industry", "infrastructure", "energy"}
        cities = {row["city"] for row in PROJECTS}
        assert len(cities) == 16
        assert {REGIONS[code]["kind"] for code in cities} == {"city"}

    def test_projects_are_listed_in_steps_by_the_end_of_june(self) -> None:
        days = sorted({row["listed_on"] for row in PROJECTS})
        assert len(days) == 6
        assert (days[0] >= "2023-01-01", days[-1]) == (True, JUNE)

    def test_all_lights_occur_on_the_day_of_the_article(self) -> None:
        assert lights(AUGUST) == {"red": 10, "yellow": 15, "green": 224}

    def test_each_change_but_the_first_and_the_corrections_has_its_accepted_report(self) -> None:
        accepted = {
            (row["measure"], row["submitted_on"]): (row["against_status"], row["status"])
            for row in REPORTS
            if row["state"] == "accepted"
        }
        behind = Counter()
        seen: set[str] = set()
        for row in sorted(CHANGES, key=lambda row: (row["recorded_at"], row["effective_on"])):
            is_first = row["measure"] not in seen
            seen.add(row["measure"])
            if is_first or row["supersedes"]:
                assert row["report"] == ""
            else:
                assert accepted[row["measure"], row["report"]] == (row["old_status"], row["status"])
                behind[row["measure"], row["report"]] += 1
        assert set(behind.values()) == {1}
        assert len(behind) == 387 - 249 - 4

    def test_a_completion_shows_a_document(self) -> None:
        documents = {(row["measure"], row["submitted_on"]): row["document_number"] for row in read("evidence")}
        completions = [row for row in CHANGES if row["status"] == "completed" and row["report"]]
        assert len(completions) >= 13
        assert all(documents[row["measure"], row["report"]] for row in completions)

    @pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.csv")), ids=lambda path: path.stem)
    def test_every_row_says_where_it_comes_from(self, path: Path) -> None:
        for row in read(path.stem):
            if path.stem in ("links", "evidence", "site", "problem_steps", "meetings", "meeting_items"):
                # Parts of rows that say it, and the name of this very site.
                assert "source" not in row
                continue
            assert row["source"].strip(), row
            # What is derived is computed here: no source states it, and nobody made it up.
            known = ("reported",) if row.get("derived_form") else ("published", "illustrative")
            assert row.get("provenance", "published") in known

    def test_statuses_and_reports_are_made_for_the_demonstration(self) -> None:
        assert {row["provenance"] for row in CHANGES + REPORTS} == {"illustrative"}

    def test_each_problem_is_that_of_the_newest_report_of_its_measure_that_names_one(self) -> None:
        problems = {row["measure"]: row for row in read("problems") if row["measure"]}
        newest = {row["measure"]: row for row in REPORTS if row["problem_zh"]}
        # Three more are of projects.
        assert (len(problems), len(newest)) == (len(read("problems")) - 3, 19)
        leads = {row["code"]: row["lead_department"] for row in MEASURES}
        categories = {row["slug"] for row in read("problem_categories")}
        for measure, report in newest.items():
            row = problems[measure]
            assert (row["text_zh"], row["text_en"]) == (report["problem_zh"], report["problem_en"])
            assert (row["raised_on"], row["raised_by"]) == (report["submitted_on"], leads[measure])
            assert (row["number"], row["provenance"], row["source"]) == ("1", report["provenance"], report["source"])
            assert row["category"] in categories
        told = {(row["measure"], row["submitted_on"]) for row in REPORTS if row["about_problem"]}
        assert told == {(row["measure"], row["raised_on"]) for row in problems.values()}

    def test_the_categories_of_problems_are_those_of_any_new_plan(self) -> None:
        found = [(row["slug"], row["name_zh"], row["name_en"]) for row in read("problem_categories")]
        assert tuple(found) == DEFAULT_CATEGORIES

    def test_growth_is_as_published(self) -> None:
        half = {
            row["region"]: (row["value"], row["provenance"])
            for row in read("observations")
            if (row["indicator"], row["period"], row["verified"]) == ("gdp_growth_ytd", "2023H1", "yes")
        }
        assert half["370000"] == ("6.2", "published")
        assert half["100000"] == ("5.5", "published")


@pytest.fixture(scope="module")
def loaded(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """The shipped data in the database for the tests of this file, taken back after them."""
    pinned = override_settings(PILOTZONE_TODAY=date(2023, 8, 29))
    with pinned, django_db_blocker.unblock(), transaction.atomic():
        call_command("load_data", FIXTURES, unlikely_is_so=True, stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded")
class TestTheDatabase:
    def test_holds_every_row(self) -> None:
        counts = (Measure.objects.count(), StatusChange.objects.count(), Report.objects.count())
        assert counts == (249, 387, 1604)
        assert Project.objects.count() == 3186
        counts = problem_counts(Plan.objects.get(), on=date(2023, 8, 29))
        states = {"raised": 9, "assigned": 7, "solved": 1, "closed": 4, "withdrawn": 1}
        assert counts.by_state == states
        assert (counts.overdue, counts.median_days) == (4, Decimal("77.5"))

    @pytest.mark.parametrize("day", ["2023-01-02", "2023-01-03", "2023-03-31", "2023-05-25", JUNE, AUGUST])
    def test_says_the_same_as_the_files(self, day: str) -> None:
        on = date.fromisoformat(day)
        rows: Any = Measure.objects.as_of(on, limits=LIMITS)
        assert {row.code: row.status for row in rows} == statuses(day)
        cells = list(StatusChange.objects.cells(on, limits=LIMITS))
        total: Counter[str] = Counter()
        for cell in cells:
            total.update({name: cell[name] for name in ("promoting", "in_progress", "completed")})
        assert +total == Counter(statuses(day).values())
        if day >= "2023-01-03":
            assert Counter(row.light for row in rows) == lights(day)

    def test_and_so_does_the_rule(self) -> None:
        measures = Measure.objects.prefetch_related("status_changes")
        got = {measure.code: in_force(load_changes(measure), on=date(2023, 6, 30)) for measure in measures}
        assert {code: row and row.status for code, row in got.items()} == statuses(JUNE)

    def test_investment_is_the_same_in_every_cell(self) -> None:
        expected: Counter[tuple[str, str, str]] = Counter()
        for row in PROJECTS:
            expected[row["city"], row["category"], row["stage"]] += int(Decimal(row["total_investment"]) * 10_000)
        cells = Project.objects.cells(date(2023, 6, 30)).values_list(
            "city__code", "category__slug", "stage", "investment"
        )
        assert {cell[:3]: cell[3] for cell in cells} == expected
        assert sum(expected.values()) == 845_000_000

    def test_rollups_are_stored_and_sound(self) -> None:
        stored = [sum(MeasureRollup.objects.values_list(name, flat=True)) for name in ("total", "completed", "red")]
        assert stored == [249, 13, 10]
        assert sum(ProjectRollup.objects.values_list("investment", flat=True)) == 845_000_000
        assert verify_rollups() == []

    def test_growth_is_seven_tenths_above_china(self) -> None:
        growth = indicator_states(
            [Indicator.objects.get(code="gdp_growth_ytd")], on=date(2023, 8, 29), plan=Plan.objects.get()
        )[0]
        assert (growth.value, growth.comparator, growth.gap) == (Decimal("6.2"), Decimal("5.5"), Decimal("0.7"))

    def test_what_was_published_is_what_the_rows_give(self) -> None:
        published = {(row.as_of.isoformat(), row.figure): row.value for row in PublishedFigure.objects.all()}
        assert published == {
            (JUNE, "measures.total"): 249,
            (JUNE, "measures.completed"): 13,
            (JUNE, "measures.in_progress"): 105,
            (JUNE, "measures.promoting"): 131,
            (AUGUST, "projects.total"): 3186,
            (AUGUST, "projects.total_investment"): 84500,
        }

    def test_loading_again_changes_nothing(self) -> None:
        models = (Measure, StatusChange, Report, Project, Indicator, MeasureRollup, ProjectRollup)
        before = [list(model._default_manager.order_by("pk").values_list()) for model in models]
        out = io.StringIO()
        call_command("load_data", FIXTURES, stdout=out)
        assert out.getvalue() == "Everything was loaded already.\n"
        assert [list(model._default_manager.order_by("pk").values_list()) for model in models] == before


@pytest.mark.services
@pytest.mark.django_db
def test_the_planner_knows_the_rows_that_were_just_loaded() -> None:
    """PostgreSQL took minutes to count what it believed to be an empty table."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE measures_statuschange")
        call_command("load_data", FIXTURES, unlikely_is_so=True, stdout=io.StringIO())
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'measures_statuschange'")
        assert cursor.fetchone() == (387,)
