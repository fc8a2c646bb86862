"""Tests of single answers, with figures worked out by hand from the site of conftest."""

import csv
import io
import itertools
import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from indicators.models import Indicator, Observation, Target
from measures.models import Measure, Plan, Report, StatusChange
from projects.models import Project, Stage
from tests import factories as make
from tests.api.conftest import API
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def test_the_summary(site: Any, ask: Any) -> None:
    answer = ask("summary/?lang=en").json()
    assert list(answer) == [
        "as_of",
        "plan",
        "computed_at",
        "refreshing",
        "measures",
        "projects",
        "problems",
        "reports",
        "indicators",
        "meta",
    ]
    assert answer["as_of"] == "2023-08-29"
    assert answer["plan"] == "shandong-2023-2025"
    assert answer["refreshing"] is False
    # 241 of 1096 days; 1 of 4 completed, 2 of 4 due.
    assert answer["measures"] == {
        "total": 4,
        "completed": 1,
        "in_progress": 1,
        "promoting": 2,
        "completion_rate": 25.0,
        "time_elapsed": 22.0,
        "gap": 3.0,
        "due": 2,
        "due_rate": 50.0,
        "gap_to_plan": -25.0,
        "lights": {"green": 2, "yellow": 1, "red": 1},
        "latest_change_on": "2023-07-05",
        # Due before the day: M001, completed in time, and since 28 days M002.
        "due_before": 2,
        "completed_in_time": 1,
        "completed_late": 0,
        "overdue": 1,
        "in_time_rate": None,
        "longest_overdue": 28,
        "due_days_moved": 0,
        "by_first_due_day": {"due_before": 2, "completed_in_time": 1, "completed_late": 0, "overdue": 1},
        # M003, and nothing in 2023 after it.
        "next_due": {"month": "2023-10", "in_month": 1, "peak_on": None, "on_peak": 0},
        # Of a single completion.
        "forecast": {"expected": None, "lowest": None, "highest": None},
    }
    assert answer["projects"] == {
        "total": 3,
        "total_investment": 1236.0678,
        "by_category": {
            "innovation": {"total": 1, "total_investment": 0.5},
            "industry": {"total": 0, "total_investment": 0},
            "infrastructure": {"total": 0, "total_investment": 0},
            "energy": {"total": 2, "total_investment": 1235.5678},
        },
    }
    assert answer["indicators"] == {
        "gdp_growth_ytd": {
            "name": "GDP growth",
            "unit": "%",
            "region": "370000",
            "period": "2023H1",
            "value": 6.2,
            "released_on": "2023-07-20",
            "previous": None,
            "comparator": {"region": "100000", "value": 5.5},
            "gap": 0.7,
            "target": {"value": 6, "due_year": 2025, "qualifier": "", "document": "A plan document"},
            "provenance": "illustrative",
            "source": "Made for tests",
        }
    }
    records = ("lights", "by_first_due_day", "forecast")
    figures = {
        *(f"measures.{name}" for name in answer["measures"].keys() - {*records, "next_due", "latest_change_on"}),
        *(f"measures.{record}.{name}" for record in records for name in answer["measures"][record]),
        "projects.total",
        "projects.total_investment",
        *(
            f"projects.by_category.{category}.{name}"
            for category in ("innovation", "industry", "infrastructure", "energy")
            for name in ("total", "total_investment")
        ),
        *(f"problems.{name}" for name in answer["problems"].keys() - {"waiting", "by_category"}),
        *(f"problems.waiting.{name}" for name in ("department", "office", "government")),
        "indicators.gdp_growth_ytd.value",
    }
    assert set(answer["meta"]) == figures
    for each in answer["meta"].values():
        assert each["unit"] and each["explain"] and each["provenance"] in ("published", "reported", "illustrative")


def test_the_summary_before_the_plan_has_totals_and_no_rates(site: Any, ask: Any) -> None:
    measures = ask("summary/?as_of=2022-12-31").json()["measures"]
    assert (measures["total"], measures["time_elapsed"]) == (0, 0.0)
    assert [measures[name] for name in ("completion_rate", "gap", "due_rate", "gap_to_plan")] == [None] * 4


def test_a_site_without_a_plan_says_so(db: Any, today: date, ask: Any) -> None:
    answer = ask("summary/?lang=en")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no action plan yet."
    for path in ("measures/", "projects/", "sections/", "status-changes/", "rollups/measures/", "rollups/projects/"):
        assert ask(path).json()["results"] == []


def test_a_measure_of_the_list(site: Any, ask: Any) -> None:
    Measure.objects.update(updated_at=datetime(2026, 3, 2, 2, 30, tzinfo=UTC))
    row = ask("measures/?lang=en&search=M001").json()["results"][0]
    assert row == {
        "code": "M001",
        "title": "Build a laboratory",
        "title_zh": "建设实验室",
        "title_en": "Build a laboratory",
        "description": "What it is about",
        "section": "innovation",
        "lead_department": "science",
        "participating_departments": ["power"],
        "status": "completed",
        "status_since": "2023-06-28",
        "light": "green",
        "light_reason": "",
        "scope": "in_plan",
        "due_on": "2023-06-30",
        "due_text": None,
        "listed_on": "2023-01-03",
        "target": "In full use",
        "last_report_on": "2023-06-28",
        "projects": [],
        "indicators": ["gdp_growth_ytd"],
        "provenance": "illustrative",
        "lead_provenance": "illustrative",
        "source": "Made for tests",
        "updated_at": "2026-03-02T10:30:00+08:00",
        "url": "http://testserver/api/v1/measures/M001/",
    }


def test_every_source_and_document_has_the_name_in_the_language_of_the_caller(site: Any, ask: Any) -> None:
    told = "统计公报 | Communique; https://example.org/a"
    for model in (Plan, Measure, Project, Indicator, Observation, Target, StatusChange, Report):
        assert model.objects.update(source=told), model
    Target.objects.update(document=told)
    paths = [
        "summary/",
        "plans/",
        "measures/",
        "measures/M001/",
        "measures/M001/history/",
        "measures/M001/reports/",
        "projects/",
        "indicators/",
        "indicators/gdp_growth_ytd/",
        "observations/",
        "explain/?figure=measures.time_elapsed",
        "explain/?figure=indicators.gdp_growth_ytd.value",
    ]
    for language, name in (("zh-hans", "统计公报"), ("en", "Communique")):
        for path in paths:
            answer = ask(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer.status_code == 200, path
            # Parsed and written anew, so that Chinese is not escaped.
            text = json.dumps(answer.json(), ensure_ascii=False)
            assert f"{name}; https://example.org/a" in text, (path, language)
            assert "|" not in text, (path, language)


def test_a_light_says_why(site: Any, ask: Any) -> None:
    reasons = {row["code"]: row["light_reason"] for row in ask("measures/?lang=en").json()["results"]}
    assert reasons == {
        "M001": "",
        "M002": "Past its due date and not completed",
        "M003": "Due in 33 days and still “Under way”",
        "M004": "",
    }


def test_a_measure_names_the_projects_of_the_day(site: Any, ask: Any) -> None:
    make.make_project(code="P0009", listed_on=date(2023, 8, 1), measures=[site.first])
    assert ask("measures/M001/").json()["projects"] == ["P0009"]
    assert ask("measures/M001/?as_of=2023-07-31").json()["projects"] == []


def test_one_measure_has_both_languages(site: Any, ask: Any) -> None:
    answer = ask("measures/M001/").json()
    assert answer["plan"] == "shandong-2023-2025"
    assert (answer["target_zh"], answer["target_en"]) == ("全面运行", "In full use")
    assert (answer["description_zh"], answer["description_en"]) == ("说明", "What it is about")
    assert answer["history"] == "http://testserver/api/v1/measures/M001/history/"


def test_a_corrected_row_stays_in_sight(site: Any, ask: Any) -> None:
    rows = {row["reason"]: row for row in ask("status-changes/?measure=M002&lang=en").json()["results"]}
    wrong, right = rows["Entered by mistake"], rows["It goes on"]
    assert (wrong["superseded_by"], wrong["supersedes"]) == (right["id"], None)
    assert (right["superseded_by"], right["supersedes"]) == (None, wrong["id"])
    assert right["recorded_at"] == "2023-07-05T09:00:00+08:00"
    assert (right["old_status"], right["status"]) == ("promoting", "in_progress")
    assert [row["id"] for row in ask("status-changes/?superseded=yes").json()["results"]] == [wrong["id"]]


def test_the_history_has_changes_and_accepted_reports_only(site: Any, ask: Any) -> None:
    answer = ask("measures/M004/history/?lang=en").json()
    assert [row["status"] for row in answer["status_changes"]] == ["promoting"]
    [report] = answer["reports"]
    assert report["period"] == "2023-07"
    assert (report["what_was_done_zh"], report["what_was_done_en"]) == ("做了工作", "Work was done")
    assert ask("measures/M004/history/?as_of=2023-07-19").json()["reports"] == []
    first = ask("measures/M001/history/?as_of=2023-03-01").json()
    assert [row["status"] for row in first["status_changes"]] == ["promoting", "in_progress"]


def test_only_the_office_sees_who_filed_and_no_one_gets_files(site: Any, client: Client, token_of: Any) -> None:
    rita = make.make_user("rita", role="reviewer")
    at = make.shanghai(date(2023, 8, 1))
    report = site.first.reports.first()
    report.submitted_by = report.decided_by = rita
    report.submitted_at = report.decided_at = at
    report.save()
    report.evidence.create(document_number="鲁科字〔2023〕1号")
    report.evidence.create(title_en="Minutes", file="reports/secret.pdf")

    def history(user: Any) -> Any:
        return client.get(f"{API}measures/M001/history/", headers=token_of(user))

    for user in (make.make_user("vic"), make.make_user("ada", role="reporter", department=site.first.lead_department)):
        answer = history(user)
        assert "rita" not in answer.content.decode()
        assert "secret" not in answer.content.decode()
        assert "submitted_by" not in answer.json()["reports"][0]
    for user in (rita, make.make_user("audit", role="auditor")):
        shown = history(user).json()["reports"][-1]
        assert (shown["submitted_by"], shown["decided_by"]) == ("rita", "rita")
        assert [each["document_number"] for each in shown["documents"]] == ["鲁科字〔2023〕1号"]


def test_one_project(site: Any, ask: Any) -> None:
    answer = ask("projects/P0001/?lang=en").json()
    assert answer["total_investment"] == 1234.5678
    assert (answer["city"], answer["county"], answer["also_in"]) == ("370200", None, ["370600"])
    assert answer["measures"] == ["M003"]
    assert (answer["city_name"], answer["county_name"], answer["plan"]) == ("Qingdao", "", "shandong-2023-2025")


def test_one_indicator(site: Any, ask: Any) -> None:
    answer = ask("indicators/gdp_growth_ytd/?lang=en").json()
    assert answer["latest"] == {
        "period": "2023H1",
        "value": 6.2,
        "released_on": "2023-07-20",
        "release_basis": "stated",
        "provenance": "illustrative",
    }
    assert answer["comparator"] == {"region": "100000", "value": 5.5}
    assert answer["gap"] == 0.7
    # From 30 June to 29 August.
    assert answer["staleness"] == 60
    assert answer["attainment"] is None
    assert [each["due_year"] for each in answer["targets"]] == [2025]
    before = ask("indicators/gdp_growth_ytd/?as_of=2023-07-19").json()
    assert before["latest"]["value"] == 4.9
    assert before["comparator"] is None
    none = ask("indicators/gdp_growth_ytd/?as_of=2022-11-30").json()
    assert (none["latest"], none["target"], none["staleness"], none["targets"]) == (None, None, None, [])


def test_an_assumed_day_of_release_is_told_with_each_value(site: Any, ask: Any) -> None:
    growth = Indicator.objects.get(code="gdp_growth_ytd")
    period = {"period": "2023Q1-Q3", "period_kind": "three_quarters", "period_start": date(2023, 1, 1)}
    make.make_observation(
        *(growth, "6.0"), **period, period_end=date(2023, 9, 30), released_on=date(2023, 8, 29), release_basis="assumed"
    )
    latest = ask("indicators/gdp_growth_ytd/").json()["latest"]
    listed = ask("indicators/?ordering=code").json()["results"]
    series = ask("indicators/gdp_growth_ytd/series/?regions=370000&ordering=-period_end").json()["results"]
    explained = ask("explain/?figure=indicators.gdp_growth_ytd.value").json()["observation"]
    (in_list,) = [each["latest"] for each in listed if each["code"] == "gdp_growth_ytd"]
    told = [(each["value"], each["release_basis"]) for each in (latest, in_list, series[0], explained)]
    assert told == [(6, "assumed")] * 4
    assert {each["release_basis"] for each in series[1:]} == {"stated"}


def test_the_target_and_the_sentence_beside_a_verdict_are_those_of_the_verdict(site: Any, ask: Any) -> None:
    """The newest document speaks of a part alone: it is in force, and says nothing of the whole."""
    capacity = make.make_indicator("nre_capacity", unit="GW")
    for day, value in ((date(2022, 6, 30), "66"), (date(2023, 6, 30), "84")):
        days = {"period_start": day, "period_end": day, "period": str(day), "released_on": day}
        make.make_observation(capacity, value, period_kind="day", **days)
    make.make_target(capacity, "90", document="The whole", qualifier="at least", adopted_on=date(2022, 12, 31))
    make.make_target(capacity, "91", document="A part", scope="renewables", adopted_on=date(2023, 1, 31))
    judged = {"value": 90, "due_year": 2025, "qualifier": "at least", "document": "The whole"}
    rows = {row["code"]: row for row in ask("indicators/?lang=en").json()["results"]}
    for row in (rows["nre_capacity"], ask("indicators/nre_capacity/?lang=en").json()):
        assert row["target"] == {"value": 91, "due_year": 2025, "qualifier": "", "document": "A part"}
        assert row["judged_target"] == judged
        # 24 GW in 1,280 days, of which 365 have passed: 66 + 6.84375.
        assert (row["verdict"], row["verdict_sentence"]) == ("ahead", "Ahead: 73 required by then")
    none = ask("indicators/nre_capacity/?as_of=2022-12-01").json()
    assert (none["verdict"], none["verdict_sentence"], none["judged_target"]) == (None, None, None)
    # Of growth nothing can be judged: beside the verdict stands the target in force.
    growth = ask("indicators/gdp_growth_ytd/?lang=en").json()
    assert growth["judged_target"] == growth["target"]
    assert growth["target"]["value"] == 6
    assert growth["verdict_sentence"] == "Cannot judge: Different scope"


def test_a_target_that_was_missed_stands_beside_the_later_one(site: Any, ask: Any) -> None:
    firms = make.make_indicator("hightech_firms", unit="enterprises", name_en="Firms")
    days = {"period_start": date(2022, 1, 1), "period_end": date(2022, 12, 31), "released_on": date(2023, 2, 28)}
    make.make_observation(firms, "35000", period="2022", period_kind="year", **days)
    for due, value in ((2022, "38000"), (2025, "40000")):
        make.make_target(firms, value, due_year=due, adopted_on=date(2022, 1, 1), single_year=due == 2022)
    answer = ask("indicators/hightech_firms/?lang=en").json()
    earlier = answer["earlier_judgement"]
    assert [earlier[each] for each in ("target", "due_year", "verdict", "met", "value")] == [
        *(38000, 2022, "behind", False, 35000)
    ]
    assert (answer["judgement"]["due_year"], answer["verdict"]) == (2025, "cannot_judge")
    assert [(each["due_year"], each["single_year"]) for each in answer["targets"]] == [(2022, True), (2025, False)]
    page = Client().get("/indicators/hightech_firms/?lang=en").content.decode()
    assert "The target for 2022, 38,000 enterprises, was missed: 35,000 enterprises." in text_of(page)


def test_rollups_list_every_member_with_the_rows_behind(site: Any, ask: Any) -> None:
    make.make_section(site.plan, slug="empty", number=3, title_en="Nothing yet")
    rows = {row["key"]: row for row in ask("rollups/measures/?by=section").json()["results"]}
    assert list(rows) == ["innovation", "energy", "empty"]
    assert rows["innovation"]["completion_rate"] == 50.0
    assert (rows["energy"]["total"], rows["energy"]["lights"]) == (2, {"green": 0, "yellow": 1, "red": 1})
    assert (rows["empty"]["total"], rows["empty"]["completion_rate"], rows["empty"]["gap"]) == (0, None, None)


@pytest.mark.parametrize(
    "query",
    [
        *(f"rollups/measures/?by={by}" for by in ("plan", "section", "department")),
        *(f"rollups/projects/?by={by}" for by in ("plan", "city", "category", "stage")),
        *(f"rollups/projects/?by={by}" for by in ("city,category", "stage,city", "category,stage")),
    ],
)
@pytest.mark.parametrize("day", ["", "&as_of=2023-06-30"])
def test_a_rollup_counts_what_its_address_lists(query: str, day: str, site: Any, ask: Any) -> None:
    rows = ask(query + day).json()["results"]
    assert sum(row["total"] for row in rows) > 0
    for row in rows:
        behind = ask(row["url"].removeprefix("http://testserver/api/v1/")).json()
        assert behind["count"] == row["total"]


def test_rollups_are_ordered_by_any_figure_with_the_unknown_last(site: Any, ask: Any) -> None:
    make.make_department("idle", number=9)
    for sign, expected in (("", ["power", "science"]), ("-", ["science", "power"])):
        rows = ask(f"rollups/measures/?by=department&ordering={sign}completion_rate").json()["results"]
        assert [row["key"] for row in rows if row["total"]] == expected
        assert [row["completion_rate"] for row in rows][2:] == [None] * (len(rows) - 2)


def test_names_of_categories_come_in_both_languages(site: Any, ask: Any) -> None:
    rows = ask("rollups/projects/?by=category&lang=en").json()["results"]
    assert [(row["key"], row["name"], row["name_en"]) for row in rows][3] == ("energy", "Energy", "Energy")


class TestProjectsByTwoKeys:
    """The rollups by two keys, whose rows are counted here once more, in plain Python."""

    @pytest.fixture
    def _projects(self, site: Any) -> None:
        places = [("370100", stage) for stage in Stage.values] + [("370200", "suspended")] * 2
        for number, (city, stage) in enumerate([*places, ("370600", "preparing")], start=1):
            make.make_project(site.plan, city=city, stage=stage, investment=10_000 * number)

    @pytest.mark.parametrize("keys", list(itertools.permutations(("city", "category", "stage"), 2)))
    @pytest.mark.usefixtures("_projects")
    def test_every_pair_is_listed_with_codes_names_and_counts(self, keys: tuple[str, str], ask: Any) -> None:
        counts, amounts = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for project in Project.objects.select_related("city", "category"):
            codes = {"city": project.city.code, "category": project.category.slug, "stage": project.opening_stage}
            pair = tuple(codes[key] for key in keys)
            counts[(*pair, "")] += 1
            counts[(*pair, project.opening_stage)] += 1
            amounts[pair] += project.investment_wan
        answer = ask(f"rollups/projects/?by={','.join(keys)}&page_size=1000&lang=en").json()
        found = {tuple(row[key] for key in keys): row for row in answer["results"]}
        lists = [ask(f"rollups/projects/?by={key}&lang=en").json()["results"] for key in keys]
        assert list(found) == [(one["key"], two["key"]) for one, two in itertools.product(*lists)]
        [other] = {"city", "category", "stage"} - set(keys)
        names = [{row["key"]: row["name"] for row in rows} for rows in lists]
        for pair, row in found.items():
            assert row["total"] == counts[(*pair, "")]
            assert {stage: row[stage] for stage in Stage.values} == {
                stage: counts[(*pair, stage)] for stage in Stage.values
            }
            assert round(row["total_investment"] * 10_000) == amounts[pair]
            assert row["key"] == "/".join(pair)
            assert [row[f"{key}_name"] for key in keys] == [by[code] for by, code in zip(names, pair, strict=True)]
            assert row["name_en"] == " / ".join(row[f"{key}_name"] for key in keys)
            assert (row[other], row[f"{other}_name"]) == (None, None)

    @pytest.mark.usefixtures("_projects")
    def test_a_file_has_names_beside_codes(self, ask: Any) -> None:
        answer = ask("rollups/projects/?by=city,stage&format=csv&lang=en&ordering=-suspended")
        text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == 3 * len(Stage)
        first = rows[0]
        assert (first["city"], first["city_name"]) == ("370200", "Qingdao")
        assert (first["stage"], first["stage_name"], first["suspended"]) == ("suspended", "Suspended", "2")
        assert (first["category"], first["category_name"]) == ("", "")

    @pytest.mark.usefixtures("_projects")
    def test_of_one_key_rows_name_it_too_and_pairs_can_be_asked_for_by_their_key(self, ask: Any) -> None:
        rows = ask("rollups/projects/?by=city&lang=en").json()["results"]
        assert [(row["city"], row["city_name"]) for row in rows] == [(row["key"], row["name"]) for row in rows]
        answer = ask("rollups/projects/?by=city,category&key=370200/energy,370100/energy&compare=2023-07-31").json()
        assert [row["key"] for row in answer["results"]] == ["370100/energy", "370200/energy"]
        assert all(row["suspended_then"] <= row["suspended"] for row in answer["results"])

    @pytest.mark.usefixtures("_projects")
    def test_pairs_ask_no_more_than_single_keys(self, ask: Any, django_assert_max_num_queries: Any) -> None:
        ask("rollups/projects/?by=city")
        with django_assert_max_num_queries(10):
            ask("rollups/projects/?by=city,category")
