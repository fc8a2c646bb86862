"""Findings of the data checks in what was loaded are said at once, by the command and on the page of the load."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

from core.clock import now
from integrity import running
from integrity.checks import Check, Severity, all_checks
from integrity.models import IntegrityRun
from measures.models import Load, Measure
from tests.factories import make_user
from tests.ledger.example import edit, load
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.both_databases]

NOTHING = "The data checks found nothing in what was loaded."
# The row of the status history that says what the report of 2023-04-07 does, without naming it.
NAMED, UNNAMED = "2023-04-04,,2023-04-07,", "2023-04-04,,,"
REPORTS = "measure,submitted_on,period,status,against_status,what_was_done_zh,decided_on,state\n"


def said(folder: Path, **options: Any) -> list[str]:
    """All that the command says."""
    out = io.StringIO()
    call_command("load_data", str(folder), stdout=out, **options)
    return out.getvalue().splitlines()


def newest() -> Load:
    return Load.objects.latest("pk")


def results() -> dict[str, Any]:
    """Return the results of the newest load."""
    found: dict[str, Any] = IntegrityRun.objects.get(load=newest()).results
    return found


def only(folder: Path, name: str, content: str) -> None:
    """A file of this table alone."""
    for path in folder.glob("*.csv"):
        if path.stem != "plan":
            path.unlink()
    (folder / f"{name}.csv").write_text(content, encoding="utf-8")


@pytest.fixture
def page() -> Iterator[Client]:
    client = Client()
    client.force_login(make_user("rita", role="reviewer"))
    yield client


def shown(page: Client, language: str = "en") -> str:
    return text_of(page.get(f"/data/loads/{newest().pk}/?lang={language}").content.decode())


def test_the_command_and_the_page_name_check_and_row(folder: Path, page: Client) -> None:
    edit(folder, "status_history", NAMED, UNNAMED)
    lines = said(folder)
    measure = Measure.objects.get(code="M001")
    assert "2 data checks found something in what was loaded." in lines
    at = lines.index("error, 1: An accepted report brought no change of status")
    assert lines[at + 1] == f"  measures.measure {measure.pk} M001: 2023-04-01"
    assert any(line.startswith("info, 1: An indicator with values has no department") for line in lines)
    text = shown(page)
    assert "2 data checks found something in what was loaded." in text
    assert "An accepted report brought no change of status Error 1 row" in text
    assert "Undo the acceptance and accept it again" in text
    html = page.get(f"/data/loads/{newest().pk}/?lang=en").content.decode()
    assert f'href="{measure.get_absolute_url()}"' in html.partition('id="checks"')[2].partition("</section>")[0]
    chinese = shown(page, "zh-hans")
    assert "2项核查在本次导入的数据中发现问题。" in chinese
    assert "已审核通过的报告没有带来它所报的状态" in chinese


def test_where_they_find_nothing_a_sentence_says_so(folder: Path, page: Client) -> None:
    load(folder)
    only(folder, "sections", "slug,number,title_zh\nair,3,大气\n")
    assert said(folder)[-1] == NOTHING
    assert NOTHING in shown(page)
    assert "数据核查未在本次导入的数据中发现问题。" in shown(page, "zh-hans")


def test_rows_that_were_wrong_before_are_not_of_the_load(folder: Path) -> None:
    edit(folder, "status_history", NAMED, UNNAMED)
    load(folder)
    only(folder, "measures", "code,title_en\nM002,The second measure\n")
    assert said(folder, change=True)[-1] == NOTHING
    assert results()["accepted_report_without_status"] == {"rows": [], "count": 0, "error": ""}


def test_a_measure_is_named_for_a_report_that_is_loaded_later(folder: Path) -> None:
    load(folder)
    # The history says it already, and names no report.
    only(folder, "reports", f"{REPORTS}M001,2023-04-20,2023-04,in_progress,promoting,开工,2023-04-21,accepted\n")
    assert "error, 1: An accepted report brought no change of status" in said(folder)


def test_checks_of_other_rows_and_of_files_are_not_run(folder: Path) -> None:
    load(folder)
    only(folder, "measures", "code,title_en\nM002,The second measure\n")
    load(folder, change=True)
    assert set(results()) == {
        "accepted_report_without_status",
        "due_day_not_of_its_last_change",
        "measure_of_merged_department",
        "measure_owner_elsewhere",
        "report_about_no_problem",
        "status_not_superseded_by_the_next",
        "successor_out_of_plan",
    }


def test_each_check_says_whose_rows_it_names() -> None:
    for check in all_checks():
        assert check.models, check.name
        assert all(apps.get_model(label) for label in check.models)


def test_a_check_that_cannot_run_stops_no_load(folder: Path, page: Client, monkeypatch: Any) -> None:
    broken = Check("broken", Severity.INFO, "SELECT 'measures.measure' AS model, nothing", *(["x"] * 6))
    monkeypatch.setattr(running, "all_checks", lambda: (broken,))
    monkeypatch.setattr("integrity.shown.all_checks", lambda: (broken,))
    lines = said(folder)
    assert lines[0].startswith("Load ") and "info, 0: x" in lines
    assert lines[-1].startswith("  could not run: ") and "nothing" in lines[-1]
    assert "It could not run; the database said:" in shown(page)


def test_of_many_rows_the_first_are_printed_and_their_number(folder: Path) -> None:
    rows = "".join(f"M{number:03},energy,措施,energy\n" for number in range(100, 125))
    only(folder, "measures", f"code,section,title_zh,lead_department\n{rows}")
    for name, content in (
        ("departments", "slug,name_zh,merged_into,merged_on\nenergy,省能源局,,\n"),
        ("sections", "slug,number,title_zh\nenergy,1,能源\n"),
        ("regions", "code,kind,name_zh\n370000,province,山东省\n"),
        (
            "reports",
            REPORTS
            + "".join(
                f"M{n},2023-04-07,2023-04,in_progress,promoting,开,2023-04-13,accepted\n" for n in range(100, 125)
            ),
        ),
        (
            "status_history",
            "measure,status,effective_on\n"
            + "".join(f"M{n},promoting,2023-01-01\nM{n},in_progress,2023-04-04\n" for n in range(100, 125)),
        ),
    ):
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    lines = said(folder)
    assert "error, 25: An accepted report brought no change of status" in lines
    assert lines[-1] == "  … and 5 more."
    assert len([line for line in lines if line.startswith("  measures.measure")]) == 20


def test_the_run_of_a_load_is_none_of_the_site(folder: Path) -> None:
    site = running.run_and_keep()
    load(folder)
    assert running.latest_run() == site
    assert IntegrityRun.objects.exclude(load=None).count() == 1
    IntegrityRun.objects.update(started_at=now() - timedelta(days=31))
    assert running.delete_old_runs() == 1
    assert IntegrityRun.objects.get().load == newest()


def test_it_goes_when_the_load_is_taken_back(folder: Path, page: Client) -> None:
    load(folder)
    only(folder, "sections", "slug,number,title_zh\nair,3,大气\n")
    load(folder)
    assert IntegrityRun.objects.filter(load=newest()).exists()
    call_command("load_data", take_back=newest().pk, stdout=io.StringIO())
    assert not IntegrityRun.objects.filter(load=newest()).exists()
    assert "data checks" not in shown(page).partition("What it did")[2]


def test_a_load_of_before_says_nothing_of_them(folder: Path, page: Client) -> None:
    load(folder)
    IntegrityRun.objects.all().delete()
    assert page.get(f"/data/loads/{newest().pk}/").status_code == 200
    assert NOTHING not in shown(page)
