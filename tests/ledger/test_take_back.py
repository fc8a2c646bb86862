"""A load is taken back as long as nothing rests on it: the site is as before, and what was loaded stays readable."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.exceptions import NotAllowed
from ledger.take_back import take_back
from measures.editing.terms import change_terms
from measures.models import Comment, Load, LoadedRow, Measure, Plan, Report, StatusChange, TermsChange
from projects.models import Project
from rollups.services import verify_rollups
from tests.factories import file_report, make_user, shanghai
from tests.ledger.example import append, edit, load, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english"), pytest.mark.both_databases]

# The load itself and its rows are kept; what was counted, and when a row was last written, may be anew.
KEPT = ("measures.Load", "measures.LoadedRow", "rollups.RollupRun", "web.DataChange")


@pytest.fixture
def rita(folder: Path) -> Any:
    load(folder)
    return make_user("rita", role="reviewer")


def newest() -> Load:
    return Load.objects.latest("pk")


def undo(**options: Any) -> str:
    """Takes the newest load back."""
    out = io.StringIO()
    call_command("load_data", take_back=newest().pk, stdout=out, **options)
    return out.getvalue()


def state(folder: Path) -> dict[str, bytes]:
    """All that the ledger knows of the site."""
    call_command("export_data", str(folder), stdout=io.StringIO())
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def change_everything(folder: Path) -> None:
    """New, changed and removed rows of many sheets."""
    edit(folder, "departments", "water,2", "audit,3,省审计厅,Audit,审计厅,Audit,illustrative,\nwater,2")
    edit(folder, "sections", "水,Water", "水利,Water works")
    edit(folder, "measures", "Measure one,,,energy,water,", "The first measure,,,audit,water;energy,")
    edit(folder, "measures", "2023-12-31", "2024-06-30")
    append(
        folder, "measures", "M003,water,措施三,Measure three,,,water,energy,,,2023-02-01,,illustrative,illustrative,"
    )
    append(
        folder,
        "status_history",
        "M002,2023-08-20 16:00,promoting,in_progress,2023-08-18,,,开工,Begun,illustrative,",
    )
    edit(folder, "projects", "9.4201", "10.5")
    append(
        folder,
        "projects",
        "P0003,项目三,Project three,370100,,370200,energy,preparing,1,2023-02-28,illustrative,illustrative,",
    )
    edit(folder, "links", "measure,project,indicator", "measure,project,indicator,remove")
    edit(folder, "links", "M002,P0001,", "M002,P0001,,录入有误")
    append(folder, "links", "M003,P0003,,")
    edit(folder, "observations", "2023-06-30,6.2,", "2023-06-30,6.3,")
    edit(folder, "indicators", "no,2", "no,5")
    append(folder, "published_figures", "2023-08-29,projects.total,3,projects,A newspaper")


def test_whatever_a_load_did_is_undone(folder: Path, tmp_path: Path, rita: Any) -> None:
    before = state(tmp_path / "before")
    change_everything(folder)
    load(folder, change=True, by="rita")
    assert state(tmp_path / "between") != before
    assert verify_rollups() == []
    assert undo(by="rita").startswith(f"Load {newest().pk} was taken back: 1 departments new,")
    after = state(tmp_path / "after")
    assert after == before
    assert verify_rollups() == []
    assert not TermsChange.objects.exists()
    # It can be loaded again, as if it had never been.
    assert load(folder, change=True, by="rita").startswith("Loaded: 1 departments new,")
    assert Measure.objects.filter(code="M003").exists()


def test_what_was_loaded_stays_readable_and_says_when_and_by_whom(folder: Path, rita: Any) -> None:
    append(
        folder,
        "projects",
        "P0003,项目三,Project three,370100,,,energy,preparing,1,2023-02-28,illustrative,illustrative,",
    )
    load(folder, by="rita")
    undo(by="rita")
    one = newest()
    assert (one.taken_back_by, one.taken_back_at is not None, one.plan) == (rita, True, Plan.objects.get())
    row = LoadedRow.objects.get(load=one)
    assert (row.what, row.key, row.new["name_zh"]) == ("new", ["P0003"], "项目三")
    assert not Project.objects.filter(code="P0003").exists()
    with pytest.raises(CommandError, match="taken back already"):
        undo(by="rita")
    with pytest.raises(CommandError, match=r"There is no load 999999\."):
        call_command("load_data", take_back=999_999)


def test_the_first_load_leaves_an_empty_site(folder: Path) -> None:
    before = rows()
    load(folder)
    undo()
    after = rows()
    assert {name: held for name, held in after.items() if name not in KEPT} == {
        name: held for name, held in before.items() if name not in KEPT
    }
    assert Load.objects.get().plan is None


def test_a_withdrawn_measure_is_back_from_the_same_day(folder: Path, rita: Any) -> None:
    edit(folder, "measures", "lead_provenance,source", "lead_provenance,source,remove,removed_on")
    edit(
        folder,
        "measures",
        "2023-12-31,illustrative,illustrative,",
        "2023-12-31,illustrative,illustrative,,并入,2023-08-20",
    )
    load(folder, change=True, by="rita")
    with pytest.raises(CommandError, match="by whom"):
        undo()
    undo(by="rita")
    changes = Measure.objects.get(code="M001").scope_changes.order_by("pk")
    assert [(each.kind, each.effective_on) for each in changes] == [
        ("withdrawn", date(2023, 8, 20)),
        ("resumed", date(2023, 8, 20)),
    ]
    assert verify_rollups() == []


def _edit_a_cell(rita: Any) -> None:
    Measure.objects.filter(code="M003").update(title_en="Edited here")


def _change_terms(rita: Any) -> None:
    change_terms(Measure.objects.get(code="M003"), by=rita, reason="延期", due_on=date(2024, 1, 1))


def _file_a_report(rita: Any) -> None:
    measure = Measure.objects.get(code="M003")
    file_report(measure, by=make_user("ben", role="reporter", department=measure.lead_department), status="promoting")


def _comment(rita: Any) -> None:
    Comment.objects.create(
        measure=Measure.objects.get(code="M003"), text="?", written_at=shanghai(date(2023, 8, 29)), written_by=rita
    )


def _link(rita: Any) -> None:
    Project.objects.get(code="P0002").measures.add(Measure.objects.get(code="M003"))


def _unlink(rita: Any) -> None:
    Project.objects.get(code="P0001").measures.remove(Measure.objects.get(code="M003"))


@pytest.mark.parametrize("act", [_edit_a_cell, _change_terms, _file_a_report, _comment, _link, _unlink])
def test_nothing_is_taken_back_once_something_rests_on_it(folder: Path, rita: Any, act: Callable[[Any], None]) -> None:
    append(folder, "measures", "M003,water,措施三,Measure three,,,water,,,,2023-02-01,,illustrative,illustrative,")
    append(folder, "links", "M003,P0001,")
    load(folder, by="rita")
    act(rita)
    before = rows()
    with pytest.raises(NotAllowed, match=r"changed since|in use"):
        take_back(newest(), by=rita)
    assert rows() == before


def test_a_later_correction_of_a_loaded_status_keeps_the_load(folder: Path, rita: Any) -> None:
    append(
        folder, "status_history", "M002,2023-08-20 16:00,promoting,in_progress,2023-08-18,,,开工,Begun,illustrative,"
    )
    load(folder)
    wrong = StatusChange.objects.get(effective_on=date(2023, 8, 18))
    StatusChange.objects.create(
        measure=wrong.measure,
        old_status="in_progress",
        status="in_progress",
        effective_on=date(2023, 8, 19),
        recorded_at=shanghai(date(2023, 8, 29)),
        supersedes=wrong,
        reason_zh="更正",
    )
    with pytest.raises(NotAllowed, match="in use"):
        take_back(newest(), by=rita)


def test_only_reviewers_take_loads_back(folder: Path, rita: Any) -> None:
    with pytest.raises(NotAllowed, match="may not"):
        take_back(Load.objects.get(), by=make_user("vic"))
    assert Report.objects.exists()
