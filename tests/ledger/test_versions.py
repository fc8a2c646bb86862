"""A file that was downloaded names what it was made from: whoever changed a cell since is right, where only one did."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.clock import now
from ledger.commit import LoadRefused, commit_ledger
from ledger.last_changes import last_changes
from ledger.merging import What
from ledger.models import LedgerVersion
from ledger.preview import preview
from ledger.reading import read_ledger
from ledger.versions import KEPT_DAYS, delete_old_versions
from measures.models import Load, Measure, Plan, Section
from projects.models import Project
from tests.factories import make_user
from tests.ledger.example import complaints, edit, load, refusal, rows, write_example

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english"), pytest.mark.both_databases]


@pytest.fixture
def download(folder: Path, tmp_path: Path) -> Path:
    """The ledger of the loaded example, as somebody took it home."""
    load(folder)
    call_command("export_data", str(tmp_path / "download"), stdout=io.StringIO())
    return tmp_path / "download"


def differences(folder: Path) -> list[tuple[str, str, str, Any, Any, bool]]:
    seen = preview(read_ledger(folder).ledger, Plan.objects.get())
    return [
        (str(entry.what), entry.sheet, cell.column, cell.old, cell.new, cell.is_conflict)
        for entry in seen.entries
        for cell in entry.cells
    ]


def test_a_download_is_kept_once_for_equal_contents(download: Path, tmp_path: Path) -> None:
    call_command("export_data", str(tmp_path / "again.xlsx"), stdout=io.StringIO())
    version = LedgerVersion.objects.get()
    assert version.plan == Plan.objects.get()
    assert (download / "measures.csv").read_text(encoding="utf-8-sig").startswith(f"# {version.digest}")
    assert load(download) == "Everything was loaded already.\n"


def test_what_only_the_file_changed_is_changed_without_asking(download: Path) -> None:
    edit(download, "measures", "Measure one", "The first measure")
    assert differences(download) == [("changed", "measures", "title_en", "Measure one", "The first measure", False)]
    assert load(download) == "Loaded: 1 measures changed.\n"
    assert Measure.objects.get(code="M001").title_en == "The first measure"


def test_what_only_the_site_changed_stays(download: Path) -> None:
    Measure.objects.filter(code="M001").update(title_en="Edited here")
    edit(download, "measures", "Measure two", "The second measure")
    assert load(download) == "Loaded: 1 measures changed.\n"
    assert list(Measure.objects.values_list("title_en", flat=True)) == ["Edited here", "The second measure"]


def test_what_both_changed_is_a_conflict_and_decided_cell_by_cell(download: Path) -> None:
    """Nothing is loaded while one is open, not even what is in none."""
    Measure.objects.filter(code="M001").update(title_en="Edited here", title_zh="在此修改")
    edit(download, "measures", "措施一,Measure one", "改过的措施,The first measure")
    edit(download, "measures", "Measure two", "The second measure")
    assert [(each[2], each[3], each[4], each[5]) for each in differences(download)] == [
        ("title_zh", "在此修改", "改过的措施", True),
        ("title_en", "Edited here", "The first measure", True),
        ("title_en", "Measure two", "The second measure", False),
    ]
    assert "decide first which value holds" in refusal(download)
    ledger, plan = read_ledger(download).ledger, Plan.objects.get()
    key = ("M001",)
    answers = {("measures", key, "title_zh"): "file", ("measures", key, "title_en"): "site"}
    assert preview(ledger, plan, answers=answers).conflicts == []
    commit_ledger(ledger, plan, by=None, answers=answers)
    assert list(Measure.objects.values_list("title_zh", "title_en")) == [
        ("改过的措施", "Edited here"),
        ("措施二", "The second measure"),
    ]


@pytest.mark.parametrize(("answer", "title"), [("file", "The first measure"), ("site", "Edited here")])
def test_the_command_decides_all_conflicts_alike(download: Path, answer: str, title: str) -> None:
    Measure.objects.filter(code="M001").update(title_en="Edited here")
    edit(download, "measures", "Measure one", "The first measure")
    load(download, conflicts=answer)
    assert Measure.objects.get(code="M001").title_en == title


def test_the_same_change_on_both_sides_is_none(download: Path) -> None:
    Measure.objects.filter(code="M001").update(title_en="The same")
    edit(download, "measures", "Measure one", "The same")
    assert differences(download) == []


def test_a_row_that_was_removed_on_the_site_stays_away_unless_the_file_changed_it(download: Path) -> None:
    Project.measures.through.objects.filter(measure__code="M002").delete()
    assert load(download) == "Everything was loaded already.\n"
    Section.objects.filter(slug="water").update(number=9)
    assert differences(download) == []


def test_a_file_from_another_plan_is_refused(folder: Path, download: Path, tmp_path: Path) -> None:
    other = write_example(tmp_path / "other")
    edit(other, "plan", "plan,行动计划", "other,别的计划")
    load(other)
    (download / "plan.csv").unlink()
    seen = preview(read_ledger(download).ledger, Plan.objects.get(slug="other"))
    assert str(seen.faults[0]) == "The file was downloaded from another plan: plan, not other."
    before = rows()
    with pytest.raises(LoadRefused, match="cannot be loaded"):
        commit_ledger(read_ledger(download).ledger, Plan.objects.get(slug="other"), by=None, leave_out_wrong=True)
    assert rows() == before


def test_a_version_that_this_site_does_not_have_is_no_version(download: Path) -> None:
    LedgerVersion.objects.all().delete()
    Measure.objects.filter(code="M001").update(title_en="Edited here")
    assert differences(download) == [("changed", "measures", "title_en", "Edited here", "Measure one", False)]
    assert "confirm that it may" in refusal(download)


def test_a_preview_writes_nothing_and_is_worth_nothing_once_the_site_has_changed(folder: Path) -> None:
    load(folder)
    edit(folder, "measures", "Measure one", "The first measure")
    ledger, plan = read_ledger(folder).ledger, Plan.objects.get()
    before = rows()
    seen = preview(ledger, plan)
    assert rows() == before
    assert seen.count() == {What.CHANGED: 1, What.UNCHANGED: 33}
    Measure.objects.filter(code="M002").update(target_en="Edited here")
    with pytest.raises(LoadRefused, match="has changed since the preview"):
        commit_ledger(ledger, plan, by=None, site=seen.site, confirmed=True)
    commit_ledger(ledger, plan, by=make_user("rita", role="reviewer"), site=preview(ledger, plan).site, confirmed=True)
    assert Measure.objects.get(code="M001").title_en == "The first measure"


def test_the_command_says_who_changed_the_site_by_a_load_and_by_hand(download: Path, folder: Path) -> None:
    edit(folder, "measures", "Measure two", "By a load")
    rita = make_user("rita", role="reviewer", first_name="Rita")
    load(folder, by="rita", change=True)
    measure = Measure.objects.get(code="M001")
    measure.title_en = "By hand"
    with set_actor(rita):
        measure.save()
    edit(download, "measures", "Measure one", "Of the file")
    edit(download, "measures", "Measure two", "Of the file also")
    made, entry = Load.objects.latest("pk"), LogEntry.objects.get_for_object(measure).first()
    of_load, of_log = (f"{timezone.localtime(at):%Y-%m-%d %H:%M}" for at in (made.loaded_at, entry.timestamp))
    hand, by_load = complaints(download)
    assert hand.endswith(f"M001: title_en: By hand → Of the file (conflict: Changed by Rita, {of_log})")
    told = f"Changed by Rita, {of_load}, with load {made.pk}"
    assert by_load.endswith(f"M002: title_en: By a load → Of the file also (conflict: {told})")


def test_few_queries_say_who_changed_many_cells(download: Path) -> None:
    for name in ("measures", "projects"):
        path = download / f"{name}.csv"
        content = path.read_text(encoding="utf-8")
        path.write_text(content.replace("Measure", "File").replace("Project", "File"), encoding="utf-8")
    for row in (*Measure.objects.all(), *Project.objects.all()):
        setattr(row, "title_en" if isinstance(row, Measure) else "name_en", "By hand")
        row.save()
    seen = preview(read_ledger(download).ledger, Plan.objects.get())
    ContentType.objects.get_for_models(Measure, Project)
    with CaptureQueriesContext(connection) as queries:
        assert len(last_changes(seen)) == 4
    assert len(queries) == 2


@pytest.mark.one_database
def test_a_version_that_nobody_downloaded_for_long_is_forgotten(download: Path, tmp_path: Path) -> None:
    LedgerVersion.objects.update(made_at=now() - timedelta(days=KEPT_DAYS + 1))
    kept = LedgerVersion.objects.create(
        digest="0" * 64, plan=Plan.objects.get(), contents=b"", made_at=now() - timedelta(days=KEPT_DAYS - 1)
    )
    # Downloaded once more, it is as good as new.
    call_command("export_data", str(tmp_path / "again"), stdout=io.StringIO())
    assert delete_old_versions() == 0
    LedgerVersion.objects.exclude(pk=kept.pk).update(made_at=now() - timedelta(days=KEPT_DAYS + 1))
    assert delete_old_versions() == 1
    assert LedgerVersion.objects.get() == kept
