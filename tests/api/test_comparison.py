"""Comparing with an earlier day. On 31 May M001 was in progress, M002 promoting (see conftest)."""

import csv
import json
from datetime import date
from typing import Any

import jsonschema
import pytest

from tests import factories as make
from tests.api.addresses import ALL, wrong
from tests.api.test_schema import described, path_of, plain
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.django_db
TAKES = (
    "summary/",
    "changes/",
    "measures/",
    "projects/",
    "indicators/",
    "rollups/measures/",
    "rollups/projects/",
    "measures/M001/",
    "projects/P0001/",
    "indicators/gdp_growth_ytd/",
)
# Those of everything, and of what exists on any day.
ALWAYS = tuple(path for path in TAKES if path not in ("measures/M001/", "projects/P0001/"))


def rows_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize("path", ALL)
def test_only_what_can_be_compared_takes_a_comparison(path: str, site: Any, ask: Any) -> None:
    answer = ask(f"{path}?compare=last_month&lang=en")
    if path in TAKES:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400
        assert list(wrong(answer)) == ["compare"]


@sample_or_whole
@pytest.mark.parametrize("raw", ["2023-08-29", "2023-09-01", "last_year", "20230531", "2023-02-29", "day"])
def test_what_is_no_earlier_day_is_refused(raw: str, whole: bool, site: Any, ask: Any) -> None:
    for path in some_of(TAKES, raw, whole=whole, number=3):
        answer = ask(f"{path}?lang=en&compare={raw}")
        assert answer.status_code == 400
        assert wrong(answer)["compare"][1] == "Choose last_month, last_quarter, or 2023-08-28 or an earlier day."


@pytest.mark.parametrize("path", ALWAYS)
def test_the_calendar_s_first_days(path: str, site: Any, ask: Any) -> None:
    assert ask(f"{path}?as_of=0001-02-01&compare=last_month").status_code == 200
    assert ask(f"{path}?as_of=0001-01-31&compare=last_month").status_code == 400
    assert ask(f"{path}?as_of=0001-01-02&compare=0001-01-01").status_code == 200


@sample_or_whole
@pytest.mark.parametrize("path", TAKES)
def test_a_compared_answer_fits_its_description(path: str, whole: bool, site: Any, ask: Any) -> None:
    everything = described()
    shape = everything["paths"][path_of(path)]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    queries = ("compare=2023-05-31", "compare=2022-12-31", "as_of=2023-01-03&compare=last_quarter")
    for query in some_of(queries, path, whole=whole):
        jsonschema.validate(ask(f"{path}?{query}").json(), plain(shape, everything))


def test_the_summary_adds_what_each_figure_was(site: Any, ask: Any) -> None:
    plain_answer = ask("summary/").json()
    answer = ask("summary/?compare=2023-05-31").json()
    compare = answer.pop("compare")
    # Without a stored rollup each answer computes its figures, and a minute may pass between the two.
    assert {**answer, "computed_at": ""} == {**plain_answer, "computed_at": ""}
    assert compare["as_of"] == "2023-05-31"
    assert compare["figures"].keys() == answer["meta"].keys()
    figures = compare["figures"]
    assert figures["measures.total"] == {"then": 4, "change": 0}
    assert figures["measures.completed"] == {"then": 0, "change": 1}
    assert figures["measures.promoting"] == {"then": 3, "change": -1}
    # 0.0 - 13.8 then, 25.0 - 22.0 now.
    assert figures["measures.gap"] == {"then": -13.8, "change": 16.8}
    assert figures["projects.total"] == {"then": 2, "change": 1}
    assert figures["projects.total_investment"] == {"then": 1235.0678, "change": 1}
    assert figures["indicators.gdp_growth_ytd.value"] == {"then": 4.9, "change": 1.3}
    before = ask("summary/?compare=2022-12-31").json()["compare"]["figures"]
    assert before["measures.completion_rate"] == {"then": None, "change": None}
    assert before["indicators.gdp_growth_ytd.value"] == {"then": None, "change": None}


def test_the_changes(site: Any, ask: Any) -> None:
    make.make_measure(site.first.section, site.first.lead_department, code="M006", listed_on=date(2023, 7, 1))
    answer = ask("changes/?lang=en&compare=2023-05-31").json()
    assert list(answer) == [
        "as_of",
        "plan",
        "compared_with",
        "figures",
        "counts",
        "measures",
        "lights",
        "projects",
        "stock",
        "stages",
        "rates",
        "observations",
        "meta",
    ]
    assert set(answer["meta"]) == set(answer["figures"])
    assert (answer["as_of"], answer["compared_with"]) == ("2023-08-29", "2023-05-31")
    assert answer["figures"]["measures.total"] == {"then": 4, "now": 5, "change": 1}
    assert {name: each["total"] for name, each in answer["stock"].items()} == {
        "opening": 2, "listed": 1, "readmitted": 0, "reopened": 0, "completed": 1, "withdrawn": 0, "closing": 2,
    }  # fmt: skip
    # The third was built before it was listed.
    assert answer["stock"]["closing"]["total_investment"] == 1235.0678
    assert answer["stages"] == []
    assert (answer["rates"]["then"]["rate_month"], answer["rates"]["now"]["rate_month"]) == ("2023-05", "2023-07")
    counts = {"changed": 2, "completed": 1, "fell_back": 0, "newly_listed": 1, "left": 0, "returned": 0}
    assert answer["counts"] == counts
    assert [(row["code"], row["status_then"], row["status"], row["status_since"]) for row in answer["measures"]] == [
        ("M001", "in_progress", "completed", "2023-06-28"),
        ("M002", "promoting", "in_progress", "2023-06-01"),
        ("M006", None, "promoting", "2023-07-01"),
    ]
    assert answer["measures"][1] == {
        "code": "M002",
        "title": "Retire old plants",
        "title_zh": site.second.title_zh,
        "title_en": "Retire old plants",
        "lead_department": "power",
        "status_then": "promoting",
        "status": "in_progress",
        "status_since": "2023-06-01",
        "light_then": "yellow",
        "light": "red",
        "light_reason": "Past its due date and not completed",
        "scope_then": "in_plan",
        "scope": "in_plan",
        "url": "http://testserver/api/v1/measures/M002/",
    }
    projects = answer["projects"]
    assert (projects["total"], projects["total_investment"]) == (1, 1)
    behind = ask(projects["url"].removeprefix("http://testserver/api/v1/")).json()["results"]
    assert [row["code"] for row in behind] == ["P0003"]
    [value] = answer["observations"]
    assert (value["indicator"], value["period"], value["value"], value["released_on"]) == (
        "gdp_growth_ytd",
        "2023H1",
        6.2,
        "2023-07-20",
    )
    [row] = ask(value["url"].removeprefix("http://testserver/api/v1/")).json()["results"]
    assert row["value"] == 6.2


def test_the_changes_list_every_other_light_and_why(site: Any, ask: Any) -> None:
    make.make_measure(site.first.section, site.first.lead_department, code="M006", listed_on=date(2023, 7, 1))
    answer = ask("changes/?lang=en&compare=2023-05-31").json()
    # M003 was yellow then, too, and M006 had none. The status of M004 is what it was.
    assert [(row["code"], row["light_then"], row["light"]) for row in answer["lights"]] == [
        ("M002", "yellow", "red"),
        ("M001", "yellow", "green"),
        ("M004", "yellow", "green"),
    ]
    # A green light needs no reason.
    assert [bool(row["light_reason"]) for row in answer["lights"]] == [True, False, False]
    assert answer["lights"][0] == answer["measures"][1]
    rows = ask("measures/?compare=2023-05-31").json()["results"]
    changed = {row["code"] for row in rows if row["light_then"] not in (None, row["light"])}
    assert changed == {row["code"] for row in answer["lights"]}
    line = next(csv.DictReader(rows_of(ask("measures/?compare=2023-05-31&format=csv")).splitlines()))
    assert (line["light_then"], line["light"]) == ("yellow", "green")


def test_changes_are_since_the_end_of_last_month_unless_told(site: Any, ask: Any) -> None:
    assert ask("changes/").json()["compared_with"] == "2023-07-31"
    assert ask("changes/?as_of=2023-03-31").json()["compared_with"] == "2023-02-28"
    assert ask("changes/?compare=last_quarter").json()["compared_with"] == "2023-06-30"
    assert ask("changes/?as_of=0001-01-15").status_code == 400


def test_changes_of_a_site_without_a_plan(db: Any, today: date, ask: Any) -> None:
    assert ask("changes/?lang=en").json()["detail"] == "There is no action plan yet."


def test_measures_say_what_they_were(site: Any, ask: Any) -> None:
    make.make_measure(site.first.section, site.first.lead_department, code="M006", listed_on=date(2023, 7, 1))
    rows = ask("measures/?compare=2023-05-31").json()["results"]
    assert {row["code"]: row["status_then"] for row in rows} == {
        "M001": "in_progress",
        "M002": "promoting",
        "M003": "promoting",
        "M004": "promoting",
        "M006": None,
    }
    assert all("status_then" not in row for row in ask("measures/").json()["results"])
    lines = list(csv.DictReader(rows_of(ask("measures/?compare=2023-05-31&format=csv")).splitlines()))
    assert [line["status_then"] for line in lines] == ["in_progress", "promoting", "promoting", "promoting", ""]
    assert list(lines[0])[-2:] == ["status_then", "light_then"]
    lines = [json.loads(line) for line in rows_of(ask("measures/?compare=2023-05-31&format=ndjson")).splitlines()]
    assert lines == rows
    assert "status_then" not in rows_of(ask("measures/?format=csv"))


def test_a_measure_says_what_it_was(site: Any, ask: Any) -> None:
    def then(path: str) -> tuple[str | None, str | None]:
        answer = ask(path).json()
        return answer["status_then"], answer["light_then"]

    assert then("measures/M001/?compare=2023-05-31") == ("in_progress", "yellow")
    assert then("measures/M001/?compare=2023-02-28") == ("promoting", "green")
    assert then("measures/M001/?compare=2023-01-03") == ("promoting", "green")
    assert then("measures/M001/?compare=2023-01-02") == (None, None)
    # The correction of 5 July counts for the days before it, too.
    assert then("measures/M002/?compare=2023-06-01") == ("in_progress", "green")
    assert not {"status_then", "light_then"} & set(ask("measures/M001/").json())


def test_projects_say_whether_they_were_listed(site: Any, ask: Any) -> None:
    rows = ask("projects/?compare=2023-07-31").json()["results"]
    assert {row["code"]: row["listed_then"] for row in rows} == {"P0001": True, "P0002": True, "P0003": False}
    assert ask("projects/P0003/?compare=2023-08-01").json()["listed_then"] is True
    assert ask("projects/P0003/?compare=last_month").json()["listed_then"] is False
    assert "listed_then" not in ask("projects/P0003/").json()
    lines = list(csv.DictReader(rows_of(ask("projects/?compare=2023-07-31&format=csv")).splitlines()))
    assert [line["listed_then"].lower() for line in lines] == ["true", "true", "false"]
    assert "listed_then" not in rows_of(ask("projects/?format=csv"))


@pytest.mark.parametrize(
    ("day", "latest", "change"),
    [
        ("2023-04-19", None, None),
        ("2023-04-20", ("2023Q1", 4.9, "2023-04-20"), 1.3),
        ("2023-07-19", ("2023Q1", 4.9, "2023-04-20"), 1.3),
        ("2023-07-20", ("2023H1", 6.2, "2023-07-20"), 0),
    ],
)
def test_indicators_say_what_they_were(day: str, latest: Any, change: float | None, site: Any, ask: Any) -> None:
    fields = ("period", "value", "released_on", "release_basis", "provenance")
    expected = latest and dict(zip(fields, (*latest, "stated", "illustrative"), strict=True))
    for row in (
        *ask(f"indicators/?compare={day}").json()["results"],
        ask(f"indicators/gdp_growth_ytd/?compare={day}").json(),
    ):
        assert (row["latest_then"], row["change"]) == (expected, change)
    assert not {"latest_then", "change"} & set(ask("indicators/gdp_growth_ytd/").json())


def test_sums_of_different_periods_have_no_change(site: Any, ask: Any) -> None:
    amount = make.make_indicator("gdp_ytd", unit="100 million yuan", cumulative=True)
    quarter = {"period": "2023Q1", "period_kind": "quarter", "period_end": date(2023, 3, 31)}
    make.make_observation(amount, "20411", released_on=date(2023, 4, 18), **quarter)
    make.make_observation(amount, "44125")
    row = ask("indicators/gdp_ytd/?compare=2023-05-31").json()
    assert (row["latest"]["value"], row["latest_then"]["value"], row["change"]) == (44125, 20411, None)


def test_members_say_what_they_were(site: Any, ask: Any) -> None:
    def rows(path: str) -> dict[str, Any]:
        return {row["key"]: row for row in ask(path).json()["results"]}

    sections = rows("rollups/measures/?by=section&compare=2023-05-31")
    assert [sections["innovation"][name] for name in ("completed", "completed_then", "gap_then")] == [1, 0, -13.8]
    assert [sections["energy"][name] for name in ("promoting", "promoting_then", "total_then")] == [1, 2, 2]
    [plan] = rows("rollups/measures/?compare=2022-12-31").values()
    assert (plan["total_then"], plan["completion_rate_then"]) == (0, None)
    cities = rows("rollups/projects/?by=city&compare=2023-07-31")
    assert [cities["370200"][name] for name in ("total", "total_then", "total_investment_then")] == [2, 1, 1234.5678]
    assert [cities["370600"][name] for name in ("total_then", "total_investment_then")] == [0, 0]
    assert "total_then" not in rows("rollups/projects/?by=city")["370200"]
    head = rows_of(ask("rollups/projects/?compare=2023-07-31&format=csv")).splitlines()[0]
    assert ",url,total_then,total_investment_then," in head and head.endswith(",suspended_then,built_rate_then")


def test_only_the_changed_measures(site: Any, ask: Any) -> None:
    def codes(query: str) -> list[str]:
        return [row["code"] for row in ask(f"measures/?{query}").json()["results"]]

    assert codes("compare=2023-05-31&changed=yes") == ["M001", "M002"]
    assert codes("compare=2023-05-31&changed=no") == ["M003", "M004"]
    assert ask("measures/?compare=2023-05-31&changed=").status_code == 400
    assert codes("compare=2023-01-02&changed=yes") == ["M001", "M002", "M003", "M004"]
    # Without a day to compare with: the end of last month.
    assert codes("changed=yes") == []
    assert codes("changed=yes&as_of=2023-06-30") == ["M001", "M002"]
    assert ask("measures/?changed=maybe").status_code == 400


def test_projects_by_the_day_they_were_listed(site: Any, ask: Any) -> None:
    def codes(query: str) -> list[str]:
        return [row["code"] for row in ask(f"projects/?{query}").json()["results"]]

    assert codes("listed_from=2023-08-01") == ["P0003"]
    assert codes("listed_from=2023-08-02") == []
    assert codes("listed_to=2023-01-03") == ["P0001", "P0002"]
    assert ask("projects/?listed_to=20230103").status_code == 400
