"""Accepted reports of a file change the status of their measures as an acceptance on the site does, where no row of the
status history names them."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import override

from integrity.checks import all_checks
from integrity.running import run_check
from ledger.preview import preview
from ledger.reading import read_ledger
from measures.models import Load, Measure, Report, StatusChange
from rollups.services import verify_rollups
from tests.factories import make_user, shanghai
from tests.ledger.example import append, complaints, edit, load, rows
from tests.ledger.test_export_data import contents, empty_the_site, export
from workbooks.findings import found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.both_databases]

FOLLOW = "2 status changes follow from accepted reports that no row of the status history names."


@pytest.fixture
def untold(folder: Path) -> Path:
    """The example without a status history; its reports were accepted on 2023-04-13 and 2023-06-26."""
    (folder / "status_history.csv").unlink()
    return folder


def story(code: str = "M001") -> list[tuple[str | None, str, str, str, str | None]]:
    """Old and new status, from when, when recorded, and the day of the report behind it."""
    return [
        (
            row.old_status,
            row.status,
            row.effective_on.isoformat(),
            f"{row.recorded_at.astimezone(shanghai(date(2023, 1, 1)).tzinfo):%Y-%m-%d %H:%M}",
            row.report.submitted_on.isoformat() if row.report and row.report.submitted_on else None,
        )
        for row in StatusChange.objects.filter(measure__code=code).order_by("recorded_at", "pk")
    ]


TOLD = [
    (None, "promoting", "2023-01-03", "2023-01-03 00:00", None),
    ("promoting", "in_progress", "2023-04-07", "2023-04-13 16:00", "2023-04-07"),
    ("in_progress", "completed", "2023-06-22", "2023-06-26 16:00", "2023-06-22"),
]


def only_reports(folder: Path, *lines: str) -> None:
    """A file that brings these rows of reports to a site that has the rest."""
    for path in folder.glob("*.csv"):
        if path.stem not in ("plan", "reports"):
            path.unlink()
    head = "measure,submitted_on,period,status,against_status,what_was_done_zh,decided_on,state,effective_on\n"
    (folder / "reports.csv").write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_the_status_follows_from_them(untold: Path) -> None:
    said = load(untold)
    assert "4 status_history new" in said and said.endswith(f".\n{FOLLOW}\n")
    assert story() == TOLD
    assert story("M002") == [(None, "promoting", "2023-01-03", story("M002")[0][3], None)]
    done = StatusChange.objects.get(status="completed")
    assert (done.reason_zh, done.reason_en, done.provenance, done.source) == ("完成", "Done", "illustrative", "")
    assert (done.load, done.acceptance, done.recorded_by) == (Load.objects.get(), 1, None)
    # A report says from when its status holds.
    assert [each.effective_on for each in Report.objects.filter(state="accepted").order_by("submitted_on")] == [
        date(2023, 4, 7),
        date(2023, 6, 22),
    ]
    assert verify_rollups() == []
    assert [check.name for check in all_checks() if run_check(check).count and check.severity == "error"] == []


def test_they_are_there_when_the_file_comes_again(untold: Path) -> None:
    load(untold)
    before = rows()
    assert load(untold) == "Everything was loaded already.\n"
    assert rows() == before


@pytest.mark.usefixtures("english")
def test_the_preview_says_how_many_in_both_languages(untold: Path) -> None:
    out = io.StringIO()
    call_command("load_data", str(untold), preview=True, stdout=out)
    assert out.getvalue().endswith(f" new\n{FOLLOW}\n")
    assert not Measure.objects.exists()
    seen = preview(read_ledger(untold).ledger, None)
    # Two measures begin, and one of them changes twice.
    told = found(seen, seen, base={}, notices=[])
    assert sum(row["sheet"] == "Status history" for row in told["new"]) == 4
    assert told["counts"]["new"] == sum(len(lines) for lines in seen.merged.items.values())
    with override("zh-hans"):
        assert (
            found(seen, seen, base={}, notices=[])["follows"]
            == "有2条状态变更由已通过的填报得出，状态变更记录未列出这些填报。"
        )


def test_nothing_is_said_where_the_history_names_them(folder: Path) -> None:
    seen = preview(read_ledger(folder).ledger, None)
    assert found(seen, seen, base={}, notices=[])["follows"] == ""
    assert "follow" not in load(folder)


def test_the_effective_date_and_the_moment_of_a_report_hold(untold: Path) -> None:
    make_user("rita", role="reviewer")
    edit(
        untold,
        "reports",
        "decided_on,state,provenance,source",
        "decided_on,state,provenance,source,effective_on,decided_at,decided_by",
    )
    edit(
        untold,
        "reports",
        "2023-04-13,accepted,illustrative,",
        "2023-04-13,accepted,illustrative,,2023-04-02,2023-04-13 09:30,rita",
    )
    edit(untold, "reports", "2023-06-26,accepted,illustrative,", "2023-06-26,accepted,published,A gazette,,,")
    load(untold)
    assert story()[1] == ("promoting", "in_progress", "2023-04-02", "2023-04-13 09:30", "2023-04-07")
    begun, done = StatusChange.objects.exclude(report=None).order_by("recorded_at")
    assert begun.recorded_by is not None and begun.recorded_by.username == "rita"
    assert (done.provenance, done.source) == ("published", "A gazette")


def test_a_report_between_rows_of_the_history_takes_its_place(folder: Path) -> None:
    line = "M001,2023-04-13 16:00,promoting,in_progress,2023-04-04,,2023-04-07,开工,Begun,illustrative,\n"
    edit(folder, "status_history", line, "")
    assert load(folder).endswith(
        "1 status change follows from an accepted report that no row of the status history names.\n"
    )
    assert [each[1:3] for each in story()] == [
        ("promoting", "2023-01-03"),
        ("in_progress", "2023-04-07"),
        ("completed", "2023-06-20"),
        ("completed", "2023-06-25"),
        ("in_progress", "2023-08-01"),
    ]


@pytest.mark.parametrize("day", ["2023-04-04", "2023-04-20"])
def test_a_row_that_says_the_same_without_naming_the_report_stands(folder: Path, day: str) -> None:
    """The row may date the change before the report or after it."""
    edit(
        folder,
        "status_history",
        "2023-04-13 16:00,promoting,in_progress,2023-04-04,,2023-04-07",
        f"2023-04-21 16:00,promoting,in_progress,{day},,",
    )
    assert "follow" not in load(folder)
    assert [row.effective_on.isoformat() for row in StatusChange.objects.filter(old_status="promoting")] == [day]


def test_reports_of_measures_that_are_there_are_recorded_after_what_the_site_recorded(untold: Path) -> None:
    (untold / "reports.csv").rename(untold.parent / "reports.csv")
    (untold / "evidence.csv").unlink()
    load(untold)
    [(*_first, begun_at, _report)] = story()
    (untold.parent / "reports.csv").rename(untold / "reports.csv")
    assert load(untold) == f"Loaded: 3 reports new, 2 status_history new.\n{FOLLOW}\n"
    assert [each[1:4] for each in story()] == [
        ("promoting", "2023-01-03", begun_at),
        ("in_progress", "2023-04-07", begun_at),
        ("completed", "2023-06-22", begun_at),
    ]
    # So they are numbered, and go as they came.
    call_command("load_data", take_back=Load.objects.latest("pk").pk, stdout=io.StringIO())
    assert [each[1] for each in story()] == ["promoting"]
    assert not Report.objects.exists()


def test_reports_that_wait_or_were_returned_change_nothing(untold: Path) -> None:
    edit(untold, "reports", "2023-06-26,accepted", "2023-06-26,returned")
    edit(untold, "reports", "promoting,promoting,无变化,No change", "completed,promoting,完成,Done")
    load(untold)
    assert [each[1] for each in story()] == ["promoting", "in_progress"]
    assert [each[1] for each in story("M002")] == ["promoting"]


class TestTheyAreCheckedAsWrittenRows:
    """Errors of a change stand at the report that it follows from."""

    def test_the_status_before(self, untold: Path) -> None:
        edit(untold, "reports", "completed,in_progress", "completed,promoting")
        assert complaints(untold)[0] == "reports, row 3, against_status: “Progress made” was in force before this row."

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("2023-06-27", "The change is recorded before it takes effect."),
            ("2023-01-02", "The row takes effect before the first one."),
        ],
    )
    def test_the_effective_day(self, untold: Path, day: str, sentence: str) -> None:
        edit(untold, "reports", "decided_on,state,provenance,source", "decided_on,state,provenance,source,effective_on")
        edit(untold, "reports", "2023-06-26,accepted,illustrative,", f"2023-06-26,accepted,illustrative,,{day}")
        assert complaints(untold)[0] == f"reports, row 3, effective_on: {sentence}"

    def test_a_reopening(self, untold: Path) -> None:
        load(untold)
        only_reports(untold, "M001,2023-08-20,2023-08,in_progress,completed,复查,2023-08-21,accepted,")
        assert complaints(untold) == [
            "reports, row 2, against_status: The first row, corrections and reopenings rest on no report."
        ]

    def test_rows_of_the_site_that_would_not_fit_any_more(self, folder: Path) -> None:
        load(folder)
        only_reports(folder, "M001,2023-05-04,2023-05,completed,in_progress,提前,2023-05-08,accepted,")
        assert complaints(folder) == [
            "reports, row 2, against_status: The row of 2023-06-20 would not fit any more: “Completed” was in force"
            " before this row."
        ]

    def test_a_wrong_one_is_left_out_and_the_others_are_loaded(self, untold: Path) -> None:
        append(
            untold,
            "reports",
            "M002,2023-06-08,2023-06,completed,in_progress,完成,Done,,,,,2023-06-09,accepted,illustrative,",
        )
        assert complaints(untold) == ["reports, row 5, against_status: “Under way” was in force before this row."]
        load(untold, leave_out_wrong=True)
        assert story() == TOLD
        assert [each[1] for each in story("M002")] == ["promoting"]


class TestAReportThatChangesNothing:
    def test_is_wrong_where_its_measure_never_had_the_status(self, untold: Path) -> None:
        edit(untold, "reports", "completed,in_progress", "completed,completed")
        assert complaints(untold)[0] == (
            "reports, row 3, against_status: The measure never had this status; it had “Progress made”."
        )

    def test_is_right_where_the_status_was_corrected_since(self, folder: Path) -> None:
        """An export of a site with such a correction has these rows."""
        edit(
            folder,
            "reports",
            "M002,2023-08-10,",
            "M001,2023-07-20,2023-07,completed,completed,巩固,Kept,,,,,2023-07-21,accepted,illustrative,\nM002,2023-08-10,",
        )
        append(
            folder,
            "status_history",
            "M001,2023-08-10 16:00,completed,in_progress,2023-06-25,2023-07-03 16:00,,未完成,Not yet,illustrative,",
        )
        edit(
            folder,
            "status_history",
            "M001,2023-08-02 16:00,completed,in_progress,2023-08-01,,,复查,Reopened,illustrative,\n",
            "",
        )
        load(folder)
        assert Report.objects.filter(status="completed", against_status="completed").exists()


def test_what_follows_is_exported_and_comes_back(untold: Path, tmp_path: Path) -> None:
    load(untold)
    export(tmp_path / "before")
    empty_the_site()
    said = load(tmp_path / "before")
    assert "follow" not in said
    assert story() == TOLD
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
