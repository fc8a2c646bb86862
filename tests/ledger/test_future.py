"""Events that a file says happened cannot lie after the day of the site, which is 29 August 2023."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.clock import latest_day
from indicators.models import Observation
from measures.models import Measure
from tests.ledger.example import append, complaints, edit, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
AHEAD = "The day is in the future"
MONTHS = (
    "project,period,submitted_on,stage,started_on,invested_since_january,progress,state,decided_on,provenance\n"
    "P0001,{period},{submitted},under_construction,2023-03-01,0.85,40,{state},{decided},reported\n"
)


def months(folder: Path, **said: str) -> Path:
    row = {"period": "2023-08", "submitted": "2023-08-29", "state": "submitted", "decided": ""} | said
    (folder / "project_months.csv").write_text(MONTHS.format(**row), encoding="utf-8")
    return folder


def test_what_is_of_today_is_loaded(folder: Path) -> None:
    append(
        folder,
        "reports",
        "M002,2023-08-29,2023-07,promoting,promoting,开工,Begun,,,,,2023-08-29,accepted,illustrative,",
    )
    append(
        folder, "status_history", "M002,2023-08-29 23:59,promoting,in_progress,2023-08-29,,,开工,Begun,illustrative,"
    )
    edit(folder, "observations", "2023-07-20", "2023-08-29")
    load(months(folder, state="accepted", decided="2023-08-29"))
    assert Measure.objects.get(code="M002").status_changes.count() == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"period": "2023-09", "submitted": "2023-09-01"},
            ["period: The month is in the future.", f"submitted_on: {AHEAD}"],
        ),
        ({"submitted": "2023-08-30"}, [f"submitted_on: {AHEAD}"]),
        ({"state": "accepted", "decided": "2023-08-30"}, [f"decided_on: {AHEAD}"]),
    ],
)
def test_a_month_to_come_and_its_acceptance_are_refused(folder: Path, said: dict[str, str], told: list[str]) -> None:
    assert complaints(months(folder, **said)) == [f"project_months, row 2, {each}" for each in told]


@pytest.mark.parametrize(
    ("sheet", "line", "column"),
    [
        (
            "reports",
            "M001,2023-08-30,2023-08,promoting,promoting,开工,Begun,,,,,,submitted,illustrative,",
            "submitted_on",
        ),
        (
            "reports",
            "M001,2023-08-21,2023-08,promoting,promoting,开工,Begun,,,,,2023-09-01,accepted,illustrative,",
            "decided_on",
        ),
        (
            "status_history",
            "M002,2023-08-30 08:00,promoting,in_progress,2023-08-29,,,开工,Begun,illustrative,",
            "recorded_at",
        ),
        ("status_history", "M002,,promoting,in_progress,2023-08-30,,,开工,Begun,illustrative,", "effective_on"),
    ],
)
def test_a_report_or_a_status_to_come_is_refused_at_its_cell(folder: Path, sheet: str, line: str, column: str) -> None:
    append(folder, sheet, line)
    [told] = complaints(folder)
    assert told.startswith(f"{sheet}, row ") and told.endswith(f"{column}: {AHEAD}")


def test_from_when_a_reported_status_is_to_hold_lies_not_ahead(folder: Path) -> None:
    path = folder / "reports.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{head},effective_on", *(f"{row}," for row in rows)]) + "\n", encoding="utf-8")
    append(
        folder,
        "reports",
        "M001,2023-08-21,2023-08,completed,in_progress,完成,Done,,,,,,submitted,illustrative,,2023-09-01",
    )
    assert complaints(folder) == [f"reports, row 5, effective_on: {AHEAD}"]


def test_a_value_to_come_is_refused(folder: Path, settings: Any) -> None:
    settings.PILOTZONE_TODAY = None
    year = latest_day().year + 1
    append(
        folder,
        "observations",
        f"pm25,370000,{year},year,{year}-01-01,{year}-12-31,36,yes,,{year + 1}-02-01,stated,yes,published,Statistics",
    )
    assert complaints(folder) == [
        "observations, row 3, period_start: The period has not begun yet.",
        f"observations, row 3, released_on: {AHEAD}",
    ]


def test_a_site_of_a_past_day_holds_what_was_published_since(folder: Path) -> None:
    append(
        folder,
        "observations",
        "pm25,370000,2023,year,2023-01-01,2023-12-31,36,yes,,2024-02-01,stated,yes,published,Statistics",
    )
    load(folder)
    assert Observation.objects.filter(released_on__year=2024).count() == 1


def test_days_that_are_planned_may_lie_ahead(folder: Path) -> None:
    edit(folder, "measures", "2023-12-31", "2025-12-31")
    load(folder)
    assert Measure.objects.get(code="M001").due_on == date(2025, 12, 31)
