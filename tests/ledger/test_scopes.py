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
TODAY = date(2023, 8, 29)
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


def succession_file(folder: Path, *lines: str) -> None:
    text = "\n".join(["measure,recorded_at,kind,effective_on,reason,successors", *lines]) + "\n"
    (folder / "scope_changes.csv").write_text(text, encoding="utf-8")


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


def add_measure(folder: Path, code: str, listed_on: str, title: str) -> None:
    with (folder / "measures.csv").open("a", encoding="utf-8") as measures:
        row = f"{code},water,,{title},,,water,,,,{listed_on},,illustrative,illustrative,"
        measures.write(row + chr(10))


def test_what_was_merged_and_split_loads_again_on_another_site(rita: Any, folder: Path, tmp_path: Path) -> None:
    add_measure(folder, "M003", "2023-07-01", "Measure three")
    load(folder)
    first, second, third = Measure.objects.order_by("code")
    days = {first: date(2023, 6, 1), second: date(2023, 8, 1)}
    for measure, successors in ((first, [second]), (second, [third])):
        change_scope(
            measure,
            ScopeKind.WITHDRAWN,
            by=rita,
            effective_on=days[measure],
            reason="并入",
            successors=successors,
        )
    change_scope(first, ScopeKind.RESUMED, by=rita, effective_on=date(2023, 8, 10), reason="并错")
    change_scope(
        first, ScopeKind.WITHDRAWN, by=rita, effective_on=TODAY, reason="拆分", successors=[third, make_fourth(folder)]
    )
    export(tmp_path / "before")
    export(tmp_path / "book.xlsx")
    lines = (tmp_path / "before" / "scope_changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[5] for line in lines[1:]] == ["successors", "M002", "", "M003; M004", "M003"]
    assert preview(tmp_path / "book.xlsx") == preview(tmp_path / "before") == "50 unchanged\n"
    refresh_stale_rollups()
    before = figures()
    empty_the_site()
    make_user("admin", is_superuser=True)
    load(tmp_path / "before", by="admin")
    assert figures() == before
    assert verify_rollups() == []
    assert followed() == {"M001": ["M003", "M004"], "M002": ["M003"]}
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def make_fourth(folder: Path) -> Measure:
    add_measure(folder, "M004", "2023-07-01", "Measure four")
    load(folder)
    return Measure.objects.get(code="M004")


def followed() -> dict[str, list[str]]:
    """The codes of those that take over today, by the code of the measure."""
    rows = ScopeChange.objects.out(TODAY)
    return {each.measure.code: [one.code for one in each.successors.all()] for each in rows.order_by("measure")}


def test_a_file_merges_into_a_measure_that_it_brings_and_both_are_taken_back(rita: Any, folder: Path) -> None:
    before = figures()
    add_measure(folder, "M003", "2023-08-20", "Measure three")
    succession_file(folder, "M001,,withdrawn,2023-08-20,并入,M003")
    assert "1 scope_changes new" in load(folder, by="rita")
    assert followed() == {"M001": ["M003"]}
    assert [each["measures"]["total"] for each in figures()] == [2, 2, 2, 2, 2]
    assert load(folder, by="rita") == "Everything was loaded already.\n"
    scope_file(folder, "M001,,withdrawn,2023-08-20,并入,")
    assert load(folder, by="rita") == "Everything was loaded already.\n"
    take_back(Load.objects.latest("pk"), by=rita)
    refresh_stale_rollups()
    assert not ScopeChange.successors.through.objects.exists()
    assert figures() == before


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["M001,,withdrawn,2023-08-20,并入,M001"], "A measure cannot take over from itself."),
        (["M001,,suspended,2023-08-20,并入,M002"], "Only a measure that is withdrawn is taken over by others."),
        (["M001,,withdrawn,2023-08-20,并入,M009"], "There is no “M009” in Measures."),
        (["M001,,withdrawn,2023-07-31,并入,M003"], "M003 is not in the plan on 2023-07-31"),
        (
            ["M001,,withdrawn,2023-08-20,并入,M002", "M002,,withdrawn,2023-08-20,并入,"],
            "M002 is not in the plan on 2023-08-20",
        ),
        (
            ["M001,,withdrawn,2023-08-20,并入,M002", "M002,2023-08-28 16:00,suspended,2023-08-01,停工,"],
            "M002 is not in the plan on 2023-08-20",
        ),
    ],
)
def test_who_cannot_take_over_is_said(rita: Any, folder: Path, lines: list[str], sentence: str) -> None:
    add_measure(folder, "M003", "2023-08-01", "Measure three")
    succession_file(folder, *lines)
    [complaint] = complaints(folder, by="rita")
    assert sentence in complaint


@pytest.mark.parametrize(
    ("line", "column"), [("M002,,suspended,2023-08-15,停工,", "effective_on"), ("M002,,,,,", "removed_on")]
)
def test_a_file_takes_nobody_out_who_takes_over_later(rita: Any, folder: Path, line: str, column: str) -> None:
    first, second = Measure.objects.order_by("code")
    change_scope(
        first, ScopeKind.WITHDRAWN, by=rita, effective_on=date(2023, 8, 20), reason="并入", successors=[second]
    )
    if column == "effective_on":
        succession_file(folder, line)
    else:
        measures = (folder / "measures.csv").read_text(encoding="utf-8").splitlines()
        wide = [f"{measures[0]},remove,removed_on", f"{measures[1]},,", f"{measures[2]},撤销,2023-08-15"]
        (folder / "measures.csv").write_text("\n".join(wide) + "\n", encoding="utf-8")
    [complaint] = complaints(folder, by="rita", change=True)
    assert "M002 is not in the plan on 2023-08-20" in complaint


def test_a_row_on_record_gets_no_other_successor_by_a_file(rita: Any, folder: Path) -> None:
    add_measure(folder, "M003", "2023-01-03", "Measure three")
    succession_file(folder, "M001,,withdrawn,2023-08-20,并入,M002")
    load(folder, by="rita")
    succession_file(folder, "M001,,withdrawn,2023-08-20,并入,M003")
    [complaint] = complaints(folder, by="rita", change=True)
    assert "This row is on record and says M002: correct it by a row of its own." in complaint


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
