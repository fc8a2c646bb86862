"""Each answer speaks of a day: the day it says, and no other spelling of it."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.addresses import ALL, LISTS, wrong
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.django_db

BAD_DAYS = [
    "2023-13-01",
    "2023-00-10",
    "2023-02-30",
    "2023-02-29",
    "2023-06-00",
    "20230630",
    "2023-W05-1",
    "2023-181",
    "２０２３-06-30",
    "٢٠٢٣-06-30",
    "2023-06-30x",
    " 2023-06-30",
    "2023-06-30 ",
    "2023-06-30\n",
    "2023-6-30",
    "2023/06/30",
    "30-06-2023",
    "10000-01-01",
    "0000-01-01",
    "-001-01-01",
    "2023-06-30T00:00:00",
    "today",
    "null",
    "2023-06-30\0",
    # After the pinned today.
    "2023-08-30",
    "9999-12-31",
]


@sample_or_whole
@pytest.mark.parametrize("path", ALL)
def test_what_is_no_day_is_refused_in_json_whatever_the_format(path: str, whole: bool, site: Any, ask: Any) -> None:
    for day in some_of(BAD_DAYS, path, whole=whole, number=4):
        for kind in ["json", "csv"] if path in LISTS else ["json"]:
            answer = ask(f"{path}?format={kind}&lang=en&as_of={quote(day)}")
            assert answer.status_code == 400, day
            assert list(wrong(answer)) == ["as_of"], day


def test_a_refused_day_names_the_allowed_range(site: Any, ask: Any) -> None:
    answer = ask("measures/?lang=en&as_of=2023-08-30").json()
    assert "or an earlier day" in answer["detail"]
    assert "2023-08-29" in answer["detail"]


@pytest.mark.parametrize("path", [path for path in LISTS if "001/" not in path])
def test_lists_answer_for_every_day_up_to_today(path: str, site: Any, ask: Any) -> None:
    for day in ("0001-01-01", "2023-01-02", "2023-08-29"):
        assert ask(f"{path}?as_of={day}").json()["as_of"] == day


@pytest.mark.parametrize("path", ["summary/", "indicators/gdp_growth_ytd/"])
def test_the_first_day_of_the_calendar_is_a_day(path: str, site: Any, ask: Any) -> None:
    assert ask(f"{path}?as_of=0001-01-01").json()["as_of"] == "0001-01-01"


@pytest.mark.parametrize(
    "path",
    [
        *("measures/M001/", "measures/M001/history/", "measures/M001/reports/"),
        *("projects/P0001/", "projects/P0001/months/", "projects/P0001/problems/"),
    ],
)
def test_what_was_not_listed_yet_is_not_found(path: str, site: Any, ask: Any) -> None:
    assert ask(f"{path}?as_of=2023-01-02").status_code == 404
    assert ask(f"{path}?as_of=2023-01-03").json()["as_of"] == "2023-01-03"


@pytest.mark.parametrize("path", ALL)
def test_without_a_day_it_is_today(path: str, site: Any, ask: Any) -> None:
    assert ask(path).json()["as_of"] == "2023-08-29"
    assert ask(f"{path}?as_of=").json()["as_of"] == "2023-08-29"


def test_the_last_day_of_the_calendar_can_be_today(site: Any, ask: Any, settings: Any) -> None:
    settings.PILOTZONE_TODAY = settings.PILOTZONE_TODAY.replace(year=9999, month=12, day=31)
    for path in ALL:
        assert ask(f"{path}?as_of=9999-12-31").status_code == 200, path


def test_measures_have_the_status_and_light_of_the_day(site: Any, ask: Any) -> None:
    def on(day: str) -> list[tuple[str, ...]]:
        rows = ask(f"measures/?as_of={day}").json()["results"]
        return [(row["code"], row["status"], row["status_since"], row["light"]) for row in rows]

    assert on("2023-01-02") == []
    assert on("2023-02-28")[0] == ("M001", "promoting", "2023-01-03", "green")
    assert on("2023-03-01")[0] == ("M001", "in_progress", "2023-03-01", "green")
    assert on("2023-06-27")[0] == ("M001", "in_progress", "2023-03-01", "yellow")
    assert on("2023-08-29") == [
        ("M001", "completed", "2023-06-28", "green"),
        ("M002", "in_progress", "2023-06-01", "red"),
        ("M003", "promoting", "2023-01-03", "yellow"),
        ("M004", "promoting", "2023-01-03", "green"),
    ]


def test_projects_and_observations_count_from_their_day(site: Any, ask: Any) -> None:
    def codes(path: str, name: str) -> list[str]:
        return [row[name] for row in ask(path).json()["results"]]

    assert codes("projects/?as_of=2023-07-31", "code") == ["P0001", "P0002"]
    assert codes("projects/?as_of=2023-08-01", "code") == ["P0001", "P0002", "P0003"]
    assert codes("observations/?as_of=2023-04-19", "period") == []
    assert codes("observations/?as_of=2023-07-19", "period") == ["2023Q1"]
    assert codes("observations/?as_of=2023-07-20", "period") == ["2023H1", "2023H1", "2023Q1"]


def test_status_changes_are_those_effective_by_the_day(site: Any, ask: Any) -> None:
    rows = ask("status-changes/?as_of=2023-05-31&ordering=effective_on").json()["results"]
    assert [row["effective_on"] for row in rows] == ["2023-01-03"] * 4 + ["2023-03-01"]


def test_rollups_and_summary_are_of_the_day(site: Any, ask: Any) -> None:
    assert ask("summary/?as_of=2023-06-27").json()["measures"]["completed"] == 0
    assert ask("summary/?as_of=2023-06-28").json()["measures"]["completed"] == 1
    [row] = ask("rollups/projects/?as_of=2023-07-31").json()["results"]
    assert row["total"] == 2
