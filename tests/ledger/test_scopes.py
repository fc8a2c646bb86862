"""Changes of scope move with a plan's ledger: suspensions, resumptions, withdrawals."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from core.scope import ScopeKind
from ledger.preview import preview as preview_of
from ledger.reading import read_ledger
from ledger.take_back import take_back
from measures.editing.scope import change_scope
from measures.models import Load, Measure, Plan, ScopeChange
from projects.models import Project
from projects.services import change_scope as change_project_scope
from rollups.services import refresh_stale_rollups, verify_rollups
from tests.factories import make_user
from tests.ledger.example import complaints, load
from tests.ledger.test_export_data import contents, empty_the_site, export, preview
from workbooks.findings import moved_totals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english", "open_reading")]
HEAD = "measure,recorded_at,kind,effective_on,reason,recorded_by"
DAYS = ("2023-03-31", "2023-06-10", "2023-06-30", "2023-07-10", "2023-08-29")


@pytest.fixture
def rita(folder: Path) -> Any:
    load(folder)
    return make_user("rita", role="reviewer")


def figures() -> list[Any]:
    """The summary on five days."""
    answers = [Client().get(f"/api/v1/summary/?as_of={day}").json() for day in DAYS]
    return [{name: value for name, value in each.items() if name != "computed_at"} for each in answers]


def scope_file(folder: Path, *lines: str) -> None:
    (folder / "scope_changes.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")


def test_a_plan_whose_measures_and_projects_left_and_returned_moves_with_every_figure(
    rita: Any, tmp_path: Path
) -> None:
    first, second = Measure.objects.order_by("code")
    change_scope(first, ScopeKind.SUSPENDED, by=rita, effective_on=date(2023, 6, 1), reason="征地")
    change_scope(first, ScopeKind.RESUMED, by=rita, effective_on=date(2023, 6, 20), reason="已征")
    change_scope(second, ScopeKind.SUSPENDED, by=rita, effective_on=date(2023, 7, 1), reason="停工")
    change_scope(second, ScopeKind.WITHDRAWN, by=rita, effective_on=date(2023, 8, 1), reason="并入")
    project = Project.objects.get(code="P0001")
    change_project_scope(project, ScopeKind.WITHDRAWN, by=rita, effective_on=date(2023, 6, 1), reason="重复")
    change_project_scope(project, ScopeKind.READMITTED, by=rita, effective_on=date(2023, 7, 1), reason="不重复")
    refresh_stale_rollups()
    before = figures()
    totals = [(each["measures"]["total"], each["projects"]["total"]) for each in before]
    assert totals == [(2, 2), (1, 1), (2, 1), (1, 2), (1, 2)]
    export(tmp_path / "before")
    export(tmp_path / "book.xlsx")
    assert preview(tmp_path / "book.xlsx") == "48 unchanged\n"
    empty_the_site()
    make_user("admin", is_superuser=True)
    load(tmp_path / "before", by="admin")
    assert verify_rollups() == []
    assert figures() == before
    assert preview(tmp_path / "before") == "48 unchanged\n"
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_a_file_suspends_and_resumes(rita: Any, folder: Path) -> None:
    scope_file(folder, "M001,,suspended,2023-06-01,征地,", "M001,,resumed,2023-06-20,已征,")
    assert load(folder, by="rita") == "Loaded: 2 scope_changes new.\n"
    rows = ScopeChange.objects.order_by("effective_on").values_list("kind", "effective_on", "recorded_by__username")
    assert list(rows) == [("suspended", date(2023, 6, 1), "rita"), ("resumed", date(2023, 6, 20), "rita")]
    assert verify_rollups() == []
    assert [each["measures"]["total"] for each in figures()] == [2, 1, 2, 2, 2]


def test_a_withdrawal_that_has_a_row_is_recorded_once(rita: Any, folder: Path) -> None:
    measures = (folder / "measures.csv").read_text(encoding="utf-8").splitlines()
    wide = [f"{measures[0]},remove,removed_on", f"{measures[1]},并入,2023-08-20", f"{measures[2]},,"]
    (folder / "measures.csv").write_text("\n".join(wide) + "\n", encoding="utf-8")
    scope_file(folder, "M001,,withdrawn,2023-08-20,并入,")
    load(folder, by="rita", change=True)
    assert ScopeChange.objects.get().effective_on == date(2023, 8, 20)
    assert load(folder, by="rita") == "Everything was loaded already.\n"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("M001,,resumed,2023-08-20,继续,", "It is “In the plan” by then; this cannot follow."),
        ("M001,,readmitted,2023-08-20,继续,", "It is “In the plan” by then; this cannot follow."),
        ("M001,,suspended,2023-01-02,停工,", "The day must lie between 2023-01-03 and 2023-08-29."),
        ("M001,,suspended,2023-08-30,停工,", "The day must lie between 2023-01-03 and 2023-08-29."),
        ("M001,2023-08-19 16:00,suspended,2023-08-20,停工,", "The change is recorded before it takes effect."),
        ("M001,,suspended,2023-08-20,,", "A value is wanted."),
        ("M001,,closed,2023-08-20,停工,", "“closed” is not one of: Suspended, Resumed, Withdrawn, Readmitted."),
        ("M009,,suspended,2023-08-20,停工,", "There is no “M009” in Measures."),
    ],
)
def test_what_cannot_be_is_said(rita: Any, folder: Path, line: str, sentence: str) -> None:
    scope_file(folder, line)
    [complaint] = complaints(folder, by="rita")
    assert complaint.endswith(sentence)


def test_it_is_on_record_by_whom(rita: Any, folder: Path) -> None:
    scope_file(folder, "M001,,suspended,2023-08-20,停工,")
    assert "load the file as a person" in complaints(folder)[0]


def test_it_is_taken_back_unless_a_later_one_rests_on_it(rita: Any, folder: Path) -> None:
    before = figures()
    scope_file(folder, "M001,,suspended,2023-08-01,停工,")
    load(folder, by="rita")
    take_back(Load.objects.latest("pk"), by=rita)
    assert not ScopeChange.objects.exists()
    refresh_stale_rollups()
    assert figures() == before
    assert verify_rollups() == []
    load(folder, by="rita")
    change_scope(
        Measure.objects.get(code="M001"), ScopeKind.RESUMED, by=rita, effective_on=date(2023, 8, 20), reason="继续"
    )
    with translation.override("en"), pytest.raises(NotAllowed, match="changed since"):
        take_back(Load.objects.latest("pk"), by=rita)


def test_what_a_superuser_recorded_is_no_obstacle_to_the_file_that_says_so(rita: Any, tmp_path: Path) -> None:
    admin = make_user("admin", is_superuser=True)
    change_scope(
        Measure.objects.get(code="M001"), ScopeKind.SUSPENDED, by=admin, effective_on=date(2023, 8, 1), reason="停工"
    )
    export(tmp_path / "out")
    assert preview(tmp_path / "out") == "43 unchanged\n"


def test_a_superuser_changes_terms_by_a_file(rita: Any, folder: Path) -> None:
    make_user("admin", is_superuser=True)
    measures = (folder / "measures.csv").read_text(encoding="utf-8")
    (folder / "measures.csv").write_text(measures.replace("2023-12-31", "2024-06-30"), encoding="utf-8")
    assert "1 measures changed" in load(folder, by="admin", change=True)


def test_the_preview_counts_who_is_out(rita: Any, folder: Path) -> None:
    scope_file(folder, "M002,,suspended,2023-08-20,停工,rita")
    seen = preview_of(read_ledger(folder).ledger, Plan.objects.get())
    totals = {each["label"]: each["change"] for each in moved_totals(seen.merged, date(2023, 8, 29))}
    assert totals == {"Measures": "-1", "Under way": "-1"}
