"""The demonstration, written as a ledger and loaded into an empty site: no page and no answer tells the two apart."""

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Department
from projects.models import Project
from rollups.services import rebuild_rollups
from tests.factories import make_user, shanghai
from tests.journeys.test_same_figures import PAGES, Reader, figures_of
from tests.ledger.test_export_data import contents, empty_the_site, export, preview
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

DAYS = ("2023-01-31", "2023-03-31", "2023-05-25", "2023-06-30", "2023-08-29")
EVERY_PAGE = [
    *(address for addresses in PAGES.values() for address in addresses),
    "/measures/",
    "/measures/M172/",
    "/projects/",
    "/projects/P0001/",
    "/problems/",
    "/indicators/",
    "/indicators/gdp_growth_ytd/",
]
FEW_PAGES = ["/", "/problems/", "/sections/innovation/", "/measures/M172/"]
LISTS = [
    "measures/",
    "projects/",
    "indicators/",
    "observations/",
    "status-changes/",
    "problems/",
    "plans/",
    "sections/",
    "categories/",
    "departments/",
    "regions/",
    *(f"rollups/measures/?by={by}" for by in ("plan", "section", "department")),
    *(f"rollups/projects/?by={by}" for by in ("plan", "city", "category", "stage")),
]
# What the database or the clock gives each row anew.
OWN = ("id", "updated_at", "computed_at")


class Visit(Reader):
    """The pages and the answers of a site on a day."""

    def __init__(self, day: str) -> None:
        super().__init__(day)
        # By id: what a row that another one names is of.
        changes = self.lines("/api/v1/status-changes/?format=ndjson")
        self.names = {row["id"]: [row["measure"], row["recorded_at"], row["status"]] for row in changes}

    def lines(self, address: str) -> list[dict[str, Any]]:
        answer: Any = self.client.get(address)
        assert answer.status_code == 200, address
        return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]

    def rows(self, path: str) -> list[dict[str, Any]]:
        address = self.at_day(f"/api/v1/{path}")
        rows = self.lines(f"{address}{'&' if '?' in address else '?'}format=ndjson")
        for row in rows:
            for name in ("supersedes", "superseded_by"):
                if row.get(name) is not None:
                    row[name] = self.names[row[name]]
        return [without_own(row) for row in rows]

    def shown(self, address: str) -> Any:
        """Figures and words, without the minute at which totals were counted; None: refused, as before the day."""
        answer = self.client.get(self.at_day(address))
        if answer.status_code == 400:
            return None
        assert answer.status_code == 200, address
        page = answer.content.decode()
        return figures_of(page), re.sub(r"\d\d:\d\d", "", text_of(page))

    def all(self, pages: list[str], lists: list[str]) -> dict[str, Any]:
        found = {address: self.shown(address) for address in pages}
        found |= {path: self.rows(path) for path in lists}
        return found | {"summary/": without_own(self.api("summary/"))}


def without_own(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in OWN}


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name, value in before.items() if value != after[name]]


def say_more_of_a_project() -> None:
    """Give a project values that none of the demonstration has, and a revision of its total."""
    project = Project.objects.get(code="P0001")
    project.lead_department = Department.objects.get(slug="energy")
    project.project_class, project.list_name = "reserve", "省重大项目名单"
    project.national_code = "2105-370602-04-01-123456"
    project.planned_start_on, project.planned_completion_on = date(2023, 4, 1), date(2024, 12, 31)
    project.save()
    if not project.terms_changes.exists():
        project.terms_changes.create(
            field="investment_wan",
            old_value="1",
            new_value=str(project.investment_wan),
            reason="概算调整",
            recorded_at=shanghai(date(2023, 5, 4)),
            recorded_by=make_user("rita", role="reviewer"),
        )


def move(home: Path, carrier: str, visits: dict[str, tuple[list[str], list[str]]]) -> None:
    """Move the site to an empty one. `visits`: by day the pages and the lists that are compared."""
    say_more_of_a_project()
    # Its class counts in the start rate.
    rebuild_rollups()
    for name in {"before", carrier}:
        export(home / name)
    before = {day: Visit(day).all(*asked) for day, asked in visits.items()}
    assert before["2023-08-29"]["summary/"]["measures"]["total"] == 249
    empty_the_site()
    call_command("load_data", str(home / carrier), unlikely_is_so=True, stdout=io.StringIO())
    assert preview(home / carrier) == "13187 unchanged\n"
    for day, asked in visits.items():
        assert differing(before[day], Visit(day).all(*asked)) == [], day
    export(home / "after")
    assert contents(home / "after") == contents(home / "before")


def test_a_workbook_carries_the_demonstration_with_its_totals(demonstration: None, tmp_path: Path) -> None:
    visits: dict[str, tuple[list[str], list[str]]] = {day: ([], []) for day in DAYS}
    visits["2023-06-30"] = (FEW_PAGES, [])
    visits["2023-08-29"] = (FEW_PAGES, LISTS)
    move(tmp_path, "before.xlsx", visits)


@pytest.mark.long
def test_csv_files_carry_every_page_and_every_list_of_five_days(demonstration: None, tmp_path: Path) -> None:
    say_more_of_a_project()
    export(tmp_path / "before.xlsx")
    move(tmp_path, "before", dict.fromkeys(DAYS, (EVERY_PAGE, LISTS)))
    assert preview(tmp_path / "before.xlsx") == "13187 unchanged\n"
    export(tmp_path / "after.xlsx")
    assert (tmp_path / "after.xlsx").read_bytes() == (tmp_path / "before.xlsx").read_bytes()
