"""`updated_since`: what changed since the last time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Department
from indicators.models import Indicator, Observation, ValueReport
from measures.models import Measure, Plan, Report, Section, StatusChange
from measures.reports import accept_report
from problems.models import Meeting, Problem
from projects.models import Category, Project, ProjectMonth
from regions.models import Region
from tests import factories as make
from tests.api.addresses import LISTS
from themes.models import Theme

pytestmark = pytest.mark.django_db

MODELS: dict[str, Any] = {
    "measures/": Measure,
    "projects/": Project,
    "indicators/": Indicator,
    "observations/": Observation,
    "indicators/gdp_growth_ytd/series/": Observation,
    "indicators/gdp_growth_ytd/filed-values/": ValueReport,
    "plans/": Plan,
    "sections/": Section,
    "categories/": Category,
    "themes/": Theme,
    "departments/": Department,
    "regions/": Region,
    "status-changes/": StatusChange,
    "meetings/": Meeting,
    "project-months/": ProjectMonth,
    "projects/P0001/months/": ProjectMonth,
    "reports/": Report,
    "measures/M001/reports/": Report,
    "problems/": Problem,
    "measures/M001/problems/": Problem,
    "projects/P0001/problems/": Problem,
}
OLD = datetime(2026, 3, 1, tzinfo=UTC)
# 10:30 in Shanghai; the database keeps what lies below the second.
NEW = datetime(2026, 3, 2, 2, 30, 0, 123456, tzinfo=UTC)


def test_every_list_of_rows_takes_it() -> None:
    assert {*MODELS, "rollups/measures/", "rollups/projects/"} == set(LISTS)


@pytest.mark.parametrize("path", MODELS)
def test_a_list_keeps_the_rows_written_at_the_moment_or_later(path: str, site: Any, ask: Any) -> None:
    model = MODELS[path]
    every = ask(path).json()
    model.objects.update(updated_at=OLD)
    of_measure = {"measure__code": "M001"} if path.startswith("measures/M001/") else {}
    written = model.objects.filter(**of_measure).order_by("pk").first()
    model.objects.filter(pk=written.pk).update(updated_at=NEW)
    [row] = ask(f"{path}?updated_since=2026-03-02T02:30:00Z").json()["results"]
    assert row["updated_at"] == "2026-03-02T10:30:00+08:00"
    assert ask(f"{path}?updated_since=2026-03-02T02:30:01Z").json()["results"] == []
    assert ask(f"{path}?updated_since=2026-03-01T00:00:00Z").json()["count"] == every["count"]
    assert ask(f"{path}?updated_since=").status_code == 400


@pytest.mark.parametrize("path", ["rollups/measures/", "rollups/projects/"])
def test_sums_do_not_take_it(path: str, site: Any, ask: Any) -> None:
    answer = ask(f"{path}?updated_since=2026-03-01")
    assert answer.status_code == 400
    assert "updated_since" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2026-03-02T02:30:00Z", True),
        ("2026-03-02T10:30:00%2B08:00", True),
        ("2026-03-01T21:30:00-05:00", True),
        ("2026-03-02T10:30%2B08:00", True),
        ("2026-03-02T02:30:00.999999Z", True),
        ("2026-03-02T02:30:01Z", False),
        ("2026-03-02T10:30:01%2B08:00", False),
        ("2026-03-02T10:30:00Z", False),
        ("2026-03-02", True),
        ("2026-03-03", False),
        ("0001-01-01", True),
        ("0001-01-01T00:00:00%2B14:00", True),
        ("9999-12-31", False),
        ("9999-12-31T23:59:59-12:00", False),
    ],
)
def test_a_moment_has_an_offset_and_a_day_begins_in_shanghai(asked: str, found: bool, site: Any, ask: Any) -> None:
    Plan.objects.update(updated_at=NEW)
    assert bool(ask(f"plans/?updated_since={asked}").json()["results"]) is found


def test_a_day_is_its_start_in_shanghai_to_the_second(site: Any, ask: Any) -> None:
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    for moment, found in ((midnight, True), (midnight - timedelta(microseconds=1), False)):
        Plan.objects.update(updated_at=moment)
        assert bool(ask("plans/?updated_since=2026-03-02").json()["results"]) is found


SENTENCES = {
    "en": "Write a moment with its offset, such as 2023-08-29T01:30:00Z (the + of +08:00 must be encoded in an address)"
    ", or a day, such as 2023-08-29.",
    "zh-hans": "请填写带时区的时刻（如2023-08-29T01:30:00Z；网址中“+08:00”的加号须编码）或日期（如2023-08-29）。",
}


@pytest.mark.parametrize(
    "asked",
    [
        "yesterday",
        "2026-03-02T10:30:00",
        "2026-03-02T10:30:00+08:00",
        "2026-03-02 10:30:00Z",
        "2026-03-02T10Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T10:30:60Z",
        "2026-03-02T1:2:3:4:Z",
        "2026-02-30T10:30:00Z",
        "2026-03-02T10:30:00%2B08:60",
        "2026-03-02T10:30:00%2B24:00",
        "2026-03-02T10:30:00%2B0800",
        "2026-03-02T10:30:00z",
        "20260302T103000Z",
        "2026-3-2",
        "2026-03",
        "2026-W10-1",
        "1772418600",
        "２０２６-03-02",
    ],
)
def test_anything_else_is_refused(asked: str, site: Any, ask: Any) -> None:
    for language, sentence in SENTENCES.items():
        answer = ask(f"measures/?updated_since={asked}&lang={language}")
        assert answer.status_code == 400
        assert answer.json()["detail"] == sentence
        assert "updated_since" in str(answer.json()["errors"])


def test_what_the_last_answer_said_finds_the_row_again(site: Any, ask: Any) -> None:
    """The moment is as the database itself writes it, with as many decimals as it likes."""
    Project.objects.update(updated_at=OLD)
    Project.objects.filter(code="P0002").mark_updated()
    [said] = {row["updated_at"] for row in ask("projects/").json()["results"] if row["code"] == "P0002"}
    found = ask(f"projects/?updated_since={said.replace('+', '%2B')}").json()["results"]
    assert [row["code"] for row in found] == ["P0002"]


def test_an_analyst_gets_what_was_accepted_meanwhile(site: Any, ask: Any, today: date) -> None:
    for model in (Measure, StatusChange):
        model.objects.update(updated_at=OLD)
    report = make.make_report(site.first, date(2023, 8, 21), state="submitted")
    Report.objects.filter(pk=report.pk).update(status="completed", against_status="completed")
    last_time = datetime.now(UTC) - timedelta(seconds=1)
    asked = f"measures/?updated_since={last_time:%Y-%m-%dT%H:%M:%SZ}"
    assert ask(asked).json()["results"] == []
    report.refresh_from_db()
    accept_report(report, by=make.make_user("rita", role="reviewer"))
    assert [row["code"] for row in ask(asked).json()["results"]] == ["M001"]


def test_pages_take_it_too(site: Any, client: Client, open_reading: None) -> None:
    Project.objects.update(updated_at=OLD)
    Project.objects.filter(code="P0002").update(updated_at=NEW)
    page = client.get("/projects/?updated_since=2026-03-02T02:00:00Z&lang=en").content.decode()
    assert "P0002" in page
    assert "P0001" not in page
    assert "Updated since" in page
    assert "2026-03-02 10:00" in page
    refused = client.get("/projects/?updated_since=yesterday&lang=en")
    assert refused.status_code == 400
    assert "Write a moment with its offset" in refused.content.decode()
