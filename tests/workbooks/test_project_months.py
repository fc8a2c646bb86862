"""The months of a city's projects as one workbook: Zoe and Max report for Zibo, Yan for Yantai, Ben for the department
that leads P101, Rita reviews."""

import shutil
import subprocess
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.exceptions import NotAllowed
from core.scope import ScopeKind
from problems.models import Problem
from projects.annual_plans import set_annual_plan
from projects.models import Project, ProjectMonth, ProjectMonthStep
from projects.months.filing import MonthFiling, file_months
from projects.months.services import MonthData, accept_month, save_month, submit_month
from projects.services import change_scope
from reporting.evidence import attach_document
from reporting.services import return_report, withdraw_report
from tests import factories as make
from tests.pages import text_of
from tests.workbooks.months import Rows, downloaded, fill, heads_of, part, rows_of, shown, signed_in
from workbooks.models import Upload
from workbooks.uploads import decide, keep_upload, work_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PAGE = "/workspace/projects/month/"
DOWNLOAD = f"{PAGE}download/"
TITLE = "Projects of the month"
INVESTED, PROGRESS, STAGE, STARTED, REASON, DONE, PROBLEM, NEXT, NUMBER, LINK = (
    "Invested since 1 January (10,000 yuan)",
    "Physical progress (%)",
    "Stage",
    "Started on",
    "Why it was suspended or resumed",
    "What was done",
    "What stands in the way",
    "Next steps",
    "Document number",
    "Link",
)
OWNER = "Who can solve it"
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
BUILDING = MonthData("under_construction", date(2023, 3, 1), invested_wan=3_000, progress=40)
# What is typed into a row of a project that is being built.
FILLED = {INVESTED: 3_500, PROGRESS: 45, DONE: "Roof closed"}


@pytest.fixture
def site() -> SimpleNamespace:
    energy = make.make_department("energy")
    projects = [
        make.make_project(
            city="370300",
            code=f"P10{number}",
            investment=100_000,
            position=number,
            lead_department=energy if number == 1 else None,
        )
        for number in range(5)
    ]
    for each in projects:
        month = {"stage": "under_construction", "started_on": date(2023, 3, 1), "invested_wan": 3_000, "progress": 40}
        make.make_project_month(each, JULY, **month)
    return SimpleNamespace(
        projects=projects,
        plan=projects[0].plan,
        other=make.make_project(city="370600", code="P200"),
        energy=energy,
        zoe=make.make_user("zoe", role="reporter", city=make.region("370300")),
        max=make.make_user("max", role="reporter", city=make.region("370300")),
        yan=make.make_user("yan", role="reporter", city=make.region("370600")),
        ben=make.make_user("ben", role="reporter", department=energy),
        rita=make.make_user("rita", role="reviewer"),
    )


@pytest.fixture
def page_address() -> str:
    return PAGE


@pytest.fixture
def page(client: Client, site: SimpleNamespace) -> Client:
    return signed_in(client, site.zoe)


def taken(page: Client, query: str = "") -> Any:
    return downloaded(page, DOWNLOAD + query)


def filled(page: Client, rows: Rows) -> bytes:
    """Downloaded, and filled in."""
    return fill(taken(page), rows, TITLE)


def month_of(code: str) -> ProjectMonth:
    return ProjectMonth.objects.get(project__code=code, period=AUGUST)


def states() -> dict[str, str]:
    months = ProjectMonth.objects.filter(period=AUGUST).order_by("project__code", "pk")
    return dict(months.values_list("project__code", "state"))


def open_draft(site: SimpleNamespace, number: int = 0, by: Any = None, **values: Any) -> ProjectMonth:
    """Save a draft of August, by a colleague."""
    data = MonthData(**{"stage": "under_construction", "started_on": date(2023, 3, 1), **values})
    return save_month(site.projects[number], by=by or site.max, data=data, period=AUGUST)


class TestDownload:
    def test_it_has_a_row_for_each_project_of_the_city_with_what_is_known(
        self, page: Client, site: SimpleNamespace
    ) -> None:
        set_annual_plan(site.projects[0], by=site.rita, year=2023, planned_wan=6_000)
        returned = submit_month(open_draft(site, 1, invested_wan=3_100, progress=41), by=site.max)
        return_report(returned, by=site.rita, note="Check the figure")
        rows = rows_of(taken(page)[TITLE])
        assert list(rows) == ["P100", "P101", "P102", "P103", "P104"]
        first = {name: value for name, value in rows["P100"].items() if value is not None}
        assert first == {
            "Code": "P100",
            "Project": site.projects[0].name_en,
            "Category": "Energy",
            "Total investment (10,000 yuan)": 100_000,
            "Annual plan (10,000 yuan)": 6_000,
            "Stage now": "Under construction",
            "Last accepted investment (10,000 yuan)": 3_000,
            "Last accepted progress (%)": 40,
            "This month's report": "Not begun",
            STAGE: "Under construction",
            STARTED: first[STARTED],
        }
        assert first[STARTED].date() == date(2023, 3, 1)
        assert (
            rows["P101"]
            | {
                "This month's report": "Returned",
                "Note of the reviewer": "Check the figure",
                INVESTED: 3_100,
                PROGRESS: 41,
            }
            == rows["P101"]
        )

    def test_only_what_is_to_be_filled_in_is_unlocked(self, page: Client) -> None:
        sheet = taken(page)[TITLE]
        unlocked = {
            head
            for head, at in heads_of(sheet).items()
            for column in sheet.column_dimensions.values()
            if column.min <= at <= column.max and not column.protection.locked
        }
        days = {"Completed on", "In production since"}
        assert unlocked == {INVESTED, PROGRESS, STAGE, STARTED, REASON, DONE, PROBLEM, NEXT, NUMBER, LINK, OWNER} | days

    def test_a_department_gets_the_projects_that_it_leads(self, client: Client, site: SimpleNamespace) -> None:
        assert list(rows_of(taken(signed_in(client, site.ben))[TITLE])) == ["P101"]

    def test_what_is_listed_later_or_has_left_has_no_row(self, page: Client, site: SimpleNamespace) -> None:
        change_scope(
            site.projects[2], ScopeKind.WITHDRAWN, by=site.rita, effective_on=date(2023, 8, 1), reason="No more"
        )
        Project.objects.filter(code="P103").update(listed_on=date(2023, 8, 2))
        assert list(rows_of(taken(page)[TITLE])) == ["P100", "P101", "P103", "P104"]
        assert list(rows_of(taken(page, "?period=2023-07")[TITLE])) == ["P100", "P101", "P104"]


class TestRoundTrip:
    ROWS: Rows = {
        "P100": {
            **FILLED,
            PROBLEM: "No grid yet",
            OWNER: "Energy",
            NEXT: "Cables",
            NUMBER: "No. 7",
            LINK: "https://example.org/a",
        },
        # Not complete.
        "P101": {INVESTED: 3_500},
        # Wrong.
        "P102": {INVESTED: "much", PROGRESS: 45},
        # Unlikely: less than what was accepted.
        "P103": {INVESTED: 2_900, PROGRESS: 45},
    }

    def test_nothing_changed_does_nothing(self, page: Client, send: Any, act: Any) -> None:
        upload = send(filled(page, {}))
        assert "5 rows are empty, or as they were downloaded." in part(page, upload, "left")
        assert "nothing that the site does not have" in act(upload)
        assert states() == {}

    def test_a_new_problem_comes_on_the_list_of_whoever_can_solve_it(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        asked = {**FILLED, PROBLEM: "No grid yet"}
        upload = send(filled(page, {"P100": asked, "P101": asked, "P103": {**asked, OWNER: "Nobody"}}))
        # P101 has a lead department.
        assert "P101" in part(page, upload, "submit") and "P100" not in part(page, upload, "submit")
        assert "Say who can solve it: this project has no lead department." in part(page, upload, "draft")
        assert "No department has this name." in part(page, upload, "wrong")
        upload = send(filled(page, {"P100": {**asked, OWNER: " energy "}, "P101": asked}))
        act(upload)
        assert states() == {"P100": "submitted", "P101": "submitted"}
        for code in ("P100", "P101"):
            problem = Problem.objects.get(project__code=code, number=month_of(code).about_problem)
            assert (problem.text_en, problem.last_step.owner) == ("No grid yet", site.ben.department)

    def test_the_preview_says_of_each_row_what_becomes_of_it_and_writes_nothing(self, page: Client, send: Any) -> None:
        upload = send(filled(page, self.ROWS))
        submitted = part(page, upload, "submit")
        assert "P100" in submitted and f"{INVESTED} 3,500" in submitted and "Roof closed" in submitted
        assert "Physical progress: This field is required." in part(page, upload, "draft")
        assert f"4 {INVESTED} A number is wanted, not “much”." in part(page, upload, "wrong")
        doubt = part(page, upload, "doubt")
        assert "P103" in doubt and "Less is invested since January than 30 million yuan" in doubt
        assert "1 row is empty, or as it was downloaded." in part(page, upload, "left")
        text = shown(page, upload)
        assert "August 2023: 1 to submit, 2 to keep as drafts. Conflicts to decide: 0; wrong rows: 1" in text
        assert "1 unlikely row stays a draft until you say that it is so" in text
        assert states() == {}

    def test_what_is_right_is_submitted_and_the_steps_name_the_person(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, self.ROWS))
        assert "Some rows are wrong" in act(upload)
        assert states() == {}
        text = act(upload, leave_out="on")
        assert "August 2023: 1 submitted, 2 kept as drafts." in text and "1 wrong row was left out" in text
        assert "Less is invested since January" in text
        assert states() == {"P100": "submitted", "P101": "draft", "P103": "draft"}
        month = month_of("P100")
        assert (month.stage, month.started_on, month.invested_wan, month.progress, month.version) == (
            "under_construction",
            date(2023, 3, 1),
            3_500,
            45,
            1,
        )
        assert (month.what_was_done_en, month.problem_en, month.next_step_en) == (
            "Roof closed",
            "No grid yet",
            "Cables",
        )
        assert (month.provenance, month.submitted_by, month.submitted_on) == ("reported", site.zoe, date(2023, 8, 29))
        assert [(each.document_number, each.url) for each in month.evidence.order_by("pk")] == [
            ("No. 7", ""),
            ("", "https://example.org/a"),
        ]
        [step] = month.steps.all()
        assert (step.move, step.made_by, step.content) == ("submit", site.zoe, month.content())
        assert len(step.content["evidence"]) == 2
        entry = LogEntry.objects.get_for_object(step).get()
        assert (entry.actor, entry.action, entry.changes) == (
            site.zoe,
            LogEntry.Action.CREATE,
            {"move": ["None", "submit"]},
        )

    def test_what_is_unlikely_is_submitted_once_the_person_says_that_it_is_so(
        self, page: Client, send: Any, act: Any
    ) -> None:
        upload = send(filled(page, {"P103": {INVESTED: 2_900, PROGRESS: 35}}))
        act(upload, "save", **{"so-5": "on"})
        upload.refresh_from_db()
        assert "1 to submit, 0 to keep as drafts" in shown(page, upload)
        # Ticked and unticked again.
        act(upload, "save")
        assert "0 to submit, 1 to keep as drafts" in shown(page, upload)
        act(upload, **{"so-5": "on"})
        assert states() == {"P103": "submitted"}

    def test_the_same_file_again_does_nothing_twice_and_finishes_the_draft(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        act(send(filled(page, self.ROWS)), leave_out="on")
        accept_month(month_of("P100"), by=site.rita)
        upload = send(filled(page, {"P101": {PROGRESS: 46}, "P103": {INVESTED: 3_600}}))
        assert "3 rows are empty, or as they were downloaded." in part(page, upload, "left")
        act(upload)
        assert states() == {"P100": "accepted", "P101": "submitted", "P103": "submitted"}
        assert month_of("P101").version == 2

    def test_a_stage_that_changes_needs_its_day_and_an_emptied_one_stays(
        self, page: Client, send: Any, act: Any
    ) -> None:
        rows: Rows = {
            "P100": {INVESTED: 70_000, PROGRESS: 100, STAGE: "建成"},
            "P101": {**FILLED, STAGE: None},
            "P102": {**FILLED, STAGE: "Suspended"},
        }
        upload = send(filled(page, rows))
        drafts = part(page, upload, "draft")
        assert "Completed on: Say on which day this stage began." in drafts
        assert "Please say why the project is suspended." in drafts
        act(upload)
        assert [month_of(code).stage for code in ("P100", "P101", "P102")] == [
            "completed",
            "under_construction",
            "suspended",
        ]

    def test_pressed_twice_it_is_done_once(self, page: Client, send: Any, act: Any) -> None:
        upload = send(filled(page, {"P100": FILLED}))
        assert act(upload) == act(upload)
        assert month_of("P100").steps.count() == 1

    def test_what_was_uploaded_can_be_withdrawn_and_sent_again(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        act(send(filled(page, {"P100": FILLED})))
        withdraw_report(month_of("P100"), by=site.zoe)
        act(send(filled(page, {"P100": {INVESTED: 3_700}})))
        assert (month_of("P100").state, month_of("P100").invested_wan) == ("submitted", 3_700)

    def test_a_returned_month_is_submitted_again(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        month = submit_month(open_draft(site, 1, invested_wan=3_100, progress=41), by=site.max)
        attach = withdraw_report(month, by=site.max)
        attach_document(attach, by=site.max, number="No. 1", title="Notice")
        return_report(submit_month(attach, by=site.max), by=site.rita, note="Check the figure")
        act(send(filled(page, {"P101": {INVESTED: 3_200, NUMBER: "No. 2"}})))
        month.refresh_from_db()
        assert (month.state, month.invested_wan, month.decided_by) == ("submitted", 3_200, None)
        assert [step.move for step in month.steps.order_by("pk")][-1] == "resubmit"
        assert list(month.evidence.values_list("document_number", "title_zh")) == [("No. 2", "")]

    def test_over_an_accepted_month_one_is_filed_that_takes_its_place(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        accept_month(submit_month(open_draft(site, invested_wan=3_100, progress=41), by=site.max), by=site.rita)
        upload = send(filled(page, {"P100": {INVESTED: 3_150}}))
        assert "this one takes its place once it is accepted" in shown(page, upload)
        act(upload)
        months = ProjectMonth.objects.filter(project__code="P100", period=AUGUST).order_by("pk")
        assert list(months.values_list("state", "invested_wan")) == [("accepted", 3_100), ("submitted", 3_150)]

    def test_a_csv_file_that_names_no_download_is_asked_about_and_confirmed(
        self, page: Client, send: Any, act: Any
    ) -> None:
        lines = "项目编号,本年累计完成投资（万元）,形象进度\nP100,3500,45%\nP104,0.4亿元,50\n"
        upload = send(lines.replace("项目编号", "编号").encode(), "月报.csv")
        assert "confirm that it may" in act(upload)
        act(upload, confirm="on")
        assert states() == {"P100": "submitted", "P104": "submitted"}
        assert [(month_of(code).invested_wan, month_of(code).progress) for code in ("P100", "P104")] == [
            (3_500, 45),
            (4_000, 50),
        ]

    def test_an_amount_finer_than_what_is_kept_is_asked_about_before_it_is_rounded(
        self, page: Client, send: Any, act: Any
    ) -> None:
        upload = send(filled(page, {"P100": {INVESTED: 3500.4, PROGRESS: 45}}))
        assert "What becomes of them?" in shown(page, upload) and "3500.4 → 3,500 万元" in shown(page, upload)
        text = act(upload, "answer", **{"project_month.invested_wan.rounding": "round"})
        assert "amounts that were rounded to whole 万元: 1." in text
        act(upload)
        assert month_of("P100").invested_wan == 3_500

        upload = send(filled(page, {"P104": {INVESTED: 0.5, PROGRESS: 45}}))
        act(upload, "answer", **{"project_month.invested_wan.rounding": "refuse"})
        assert "0.5 would become 1. Write a whole one." in part(page, upload, "wrong")

    def test_the_names_of_columns_say_ten_thousand_yuan(self, page: Client, send: Any, act: Any) -> None:
        act(send(b"code,invested_wan,progress\nP100,3500,45\n", "month.csv"), confirm="on")
        assert month_of("P100").invested_wan == 3_500

    def test_nothing_invested_and_no_progress_are_figures_too(self, page: Client, send: Any, act: Any) -> None:
        make.make_project(city="370300", code="P105", stage="preparing")
        upload = send(filled(page, {"P105": {INVESTED: 0, PROGRESS: 0}}))
        act(upload)
        assert (month_of("P105").state, month_of("P105").invested_wan, month_of("P105").progress) == ("submitted", 0, 0)

    def test_a_lead_department_files_the_projects_that_it_leads(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        signed_in(page, site.ben)
        act(send(filled(page, {"P101": FILLED})))
        assert (month_of("P101").state, month_of("P101").submitted_by) == ("submitted", site.ben)

    def test_thirty_rows_of_a_workbook_that_libreoffice_saved(
        self, page: Client, send: Any, act: Any, libreoffice: str, tmp_path: Path, site: SimpleNamespace
    ) -> None:
        many = [make.make_project(city="370300", investment=100_000) for _number in range(35)]
        rows: dict[str, Any] = {each.code: {**FILLED, STARTED: date(2023, 4, 1)} for each in many[:28]}
        conflict, wrong = many[28], many[29]
        rows |= {conflict.code: {**FILLED, STARTED: date(2023, 4, 1)}, wrong.code: {**FILLED, PROGRESS: 450}}
        content = saved_by_libreoffice(libreoffice, filled(page, rows), tmp_path)
        save_month(conflict, by=site.max, data=MonthData("under_construction", invested_wan=9), period=AUGUST)
        upload = send(content)
        assert "28 to submit, 0 to keep as drafts. Conflicts to decide: 1; wrong rows: 1" in shown(page, upload)
        assert f"{INVESTED} At the download empty Site 9 File 3,500" in part(page, upload, "conflicts")
        act(upload, leave_out="on", **{"cell-0": "file"})
        assert list(states().values()) == ["submitted"] * 29
        mended = saved_by_libreoffice(
            libreoffice, filled(page, {wrong.code: {**FILLED, STARTED: date(2023, 4, 1)}}), tmp_path
        )
        act(send(mended))
        assert list(states().values()) == ["submitted"] * 30


def saved_by_libreoffice(program: str, content: bytes, folder: Path) -> bytes:
    source, out = folder / "month.xlsx", folder / "saved"
    source.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    words = ["--headless", "--convert-to", "xlsx", "--outdir", str(out), str(source)]
    subprocess.run([program, profile, *words], check=True, capture_output=True, timeout=180)
    found = (out / "month.xlsx").read_bytes()
    shutil.rmtree(out)
    return found


class TestConflicts:
    @pytest.fixture
    def content(self, page: Client) -> bytes:
        """Downloaded before anybody wrote, and filled in."""
        return filled(page, {"P100": FILLED, "P101": FILLED})

    def test_each_cell_that_both_changed_is_shown_and_one_is_chosen_first(
        self, page: Client, send: Any, act: Any, content: bytes, site: SimpleNamespace
    ) -> None:
        theirs = open_draft(site, invested_wan=3_400, progress=45, next_step="Go on")
        upload = send(content)
        conflict = part(page, upload, "conflicts")
        assert f"{INVESTED} At the download empty Site 3,400 File 3,500" in conflict
        assert PROGRESS not in conflict and NEXT not in conflict
        assert "decide first which value holds" in act(upload)
        act(upload, "load", **{"cell-0": "file"})
        theirs.refresh_from_db()
        assert (theirs.state, theirs.invested_wan, theirs.next_step_en) == ("submitted", 3_500, "Go on")

    def test_where_the_site_holds_the_row_is_left_alone(
        self, page: Client, send: Any, act: Any, content: bytes, site: SimpleNamespace
    ) -> None:
        open_draft(site, invested_wan=3_400, progress=45)
        act(send(content), "load", **{"cell-0": "site"})
        assert states() == {"P100": "draft", "P101": "submitted"}

    def test_one_that_is_unlikely_too_needs_both_answers(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        content = filled(page, {"P100": {INVESTED: 2_900, PROGRESS: 45}})
        open_draft(site, invested_wan=3_400, progress=45)
        upload = send(content)
        assert "Less is invested since January" in part(page, upload, "conflicts")
        act(upload, "save", **{"cell-0": "file"})
        assert "0 to submit, 1 to keep as drafts" in shown(page, upload)
        act(upload, "load", **{"cell-0": "file", "so-2": "on"})
        assert (month_of("P100").state, month_of("P100").invested_wan) == ("submitted", 2_900)

    def test_what_was_accepted_meanwhile_comes_along_where_the_file_did_not_change_it(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        new = make.make_project(city="370300", code="P105", stage="preparing", investment=100_000)
        content = filled(page, {"P105": {INVESTED: 100, PROGRESS: 1}})
        make.make_project_month(new, JULY, stage="under_construction", started_on=date(2023, 7, 20))
        act(send(content))
        assert (month_of("P105").stage, month_of("P105").started_on) == ("under_construction", date(2023, 7, 20))

    def test_what_changes_after_the_preview_is_shown_before_anything_is_written(
        self, page: Client, send: Any, act: Any, content: bytes, site: SimpleNamespace
    ) -> None:
        upload = send(content)
        # It is less likely now: more was accepted before.
        make.make_project_month(site.projects[1], JULY, invested_wan=9_000, progress=40, started_on=date(2023, 3, 1))
        assert "The site has changed since the preview: look at it again." in act(upload)
        assert "Less is invested since January" in part(page, upload, "doubt")
        assert states() == {}

    def test_what_a_colleague_submitted_is_not_written_over(
        self, page: Client, send: Any, content: bytes, site: SimpleNamespace
    ) -> None:
        submit_month(open_draft(site, invested_wan=3_400, progress=45), by=site.max)
        assert "This report waits for its review; withdraw it to change it." in part(page, send(content), "wrong")


class TestRefusals:
    def test_a_file_of_another_month_city_plan_or_kind_is_refused(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        july = fill(taken(page, "?period=2023-07"), {"P100": {INVESTED: 3_100}}, TITLE)
        assert "The file was downloaded for July 2023, and this page is for August 2023." in shown(page, send(july))
        theirs = fill(taken(signed_in(Client(), site.yan)), {"P200": FILLED}, TITLE)
        upload = send(theirs)
        assert "The file was downloaded for another city." in shown(page, upload)
        assert "The file cannot be loaded" in act(upload)
        lead = fill(taken(signed_in(Client(), site.ben)), {"P101": FILLED}, TITLE)
        assert "The file was downloaded for another city." in shown(page, send(lead))
        plan = make.make_plan("other", starts_on=date(2022, 1, 1))
        make.make_project(plan, city="370300", code="P100")
        other = fill(taken(page, "?plan=other"), {"P100": FILLED}, TITLE)
        upload = send(other, query="?plan=shandong-2023-2025")
        assert "The file was downloaded from another plan: other" in shown(page, upload)
        make.make_measure(lead_department=site.energy, code="M100", plan=site.plan)
        measures = downloaded(signed_in(Client(), site.ben), "/workspace/ledger/download/?plan=shandong-2023-2025")
        content = fill(measures, {"M100": {DONE: "Talks"}})
        assert "The file holds “Reports of the month”" in shown(page, send(content, query="?plan=shandong-2023-2025"))
        assert states() == {}

    def test_all_that_is_wrong_is_said_at_once_with_row_and_column(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        book = taken(page)
        sheet = book[TITLE]
        heads = heads_of(sheet)
        change_scope(
            site.projects[4], ScopeKind.WITHDRAWN, by=site.rita, effective_on=date(2023, 8, 1), reason="No more"
        )
        later = make.make_project(city="370300", code="P300", listed_on=date(2023, 9, 1))
        for code in ("P100", "P200", "P999", later.code, ""):
            row = sheet.max_row + 1
            sheet.cell(row, heads["Code"]).value, sheet.cell(row, heads[INVESTED]).value = code, 10
        rows: Rows = {
            "P100": FILLED,
            "P101": {STAGE: "Nearly", PROGRESS: 101},
            "P102": {STARTED: "1850-01-01"},
            "P103": {LINK: "ftp://a"},
            "P104": FILLED,
        }
        text = part(page, send(fill(book, rows, TITLE)), "wrong")
        for row, sentence in (
            (3, "Stage “Nearly” is not one of: Preparing, Under construction, Completed, In production, Suspended."),
            (3, f"{PROGRESS} At most 100 is wanted."),
            (5, "Link It must be an address that begins with http:// or https://."),
            (6, "Code Withdrawn since 2023-08-01: No more. Nothing can be reported any more."),
            (7, "Code P100 stands in row 2 already."),
            (8, "Code Only the project&#x27;s city and its lead department may report on this project."),
            (9, "Code The plan has no project with this code."),
            (10, "Code The project was not yet listed in this month."),
            (11, "Code The code is missing: it names the project."),
        ):
            assert f"{row} {sentence}" in text
        assert f"4 {STARTED}" in text

    def test_grey_columns_that_were_changed_are_not_read(self, page: Client, send: Any, act: Any) -> None:
        upload = send(filled(page, {"P100": {**FILLED, "Project": "Ours", "Total investment (10,000 yuan)": 5}}))
        text = shown(page, upload)
        assert "Row 2: changed and not read, since the site fills these columns in: Project, Total investment" in text
        act(upload)
        assert Project.objects.get(code="P100").investment_wan == 100_000

    def test_nobody_else_sees_the_file_and_it_can_be_forgotten(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, {"P100": FILLED}))
        assert upload.file_name in text_of(page.get(PAGE).content.decode())
        for person in (site.max, site.yan, site.ben):
            other = signed_in(Client(), person)
            assert other.post(upload.get_absolute_url(), {"action": "load"}).status_code == 404
        assert page.get(f"/workspace/ledger/{upload.pk}/").status_code == 403
        answer = page.post(upload.get_absolute_url(), {"action": "discard"})
        assert answer["Location"].startswith(PAGE)
        assert not Upload.objects.exists()

    def test_who_reports_for_another_city_by_now_files_nothing(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, {"P100": FILLED}))
        site.zoe.city = make.region("370600")
        site.zoe.save()
        signed_in(page, site.zoe)
        assert "city and its lead department may report on this project." in act(upload)
        # Nor does it show what the city is writing.
        upload.refresh_from_db()
        assert upload.state == "refused"
        assert states() == {}

    def test_an_upload_is_of_a_city_or_of_a_department(self, site: SimpleNamespace) -> None:
        upload = keep_upload(
            site.plan, by=site.zoe, name="m.csv", content=b"code", period=AUGUST, kind=Upload.Kind.PROJECTS
        )
        assert (upload.city, upload.department) == (site.zoe.city, None)
        wrong: list[dict[str, Any]] = [
            {"city": None},
            {"department": site.energy},
            {"kind": "month"},
            {"kind": "ledger"},
        ]
        for values in wrong:
            with pytest.raises(IntegrityError), transaction.atomic():
                Upload.objects.update(**values)
        with pytest.raises(NotAllowed):
            keep_upload(site.plan, by=site.zoe, name="m.csv", content=b"code", period=AUGUST, kind=Upload.Kind.MONTH)


class TestFileMonths:
    """The service behind it holds the rules of the form."""

    def filing(self, project: Project, **values: Any) -> MonthFiling:
        data = MonthData(**{"stage": "under_construction", "started_on": date(2023, 3, 1), **values})
        return MonthFiling(project.pk, data, None, (), submits=True)

    def test_one_that_is_refused_refuses_all(self, site: SimpleNamespace) -> None:
        good, bad = site.projects[0], site.projects[1]
        for values in ({"invested_wan": 4_000}, {"invested_wan": 10, "progress": 50}):
            with pytest.raises(NotAllowed):
                file_months(
                    [self.filing(good, invested_wan=4_000, progress=50), self.filing(bad, **values)],
                    by=site.zoe,
                    period=AUGUST,
                )
        assert states() == {}

    def test_nobody_files_for_another_city(self, site: SimpleNamespace) -> None:
        with pytest.raises(NotAllowed, match="只有项目所在市和牵头部门可填报该项目"):
            file_months([self.filing(site.projects[0], invested_wan=4_000, progress=50)], by=site.yan, period=AUGUST)

    def test_it_writes_what_the_form_writes(self, site: SimpleNamespace) -> None:
        values = {"invested_wan": 4_000, "progress": 50, "what_was_done": "Roof"}
        [many] = file_months([self.filing(site.projects[0], **values)], by=site.zoe, period=AUGUST)
        one = submit_month(open_draft(site, 1, by=site.zoe, **values), by=site.zoe)
        left_out = {"id", "project", "updated_at", "edited_at", "submitted_at"}
        columns = [field.name for field in ProjectMonth._meta.concrete_fields if field.name not in left_out]
        many = ProjectMonth.objects.get(pk=many.pk)
        one.refresh_from_db()
        assert {name: getattr(many, name) for name in columns} == {name: getattr(one, name) for name in columns}
        steps = ProjectMonthStep.objects.order_by("pk").values_list("move", "made_on", "made_by", "note", "content")
        assert steps[0] == steps[1]
        assert all(getattr(many, name) is not None for name in ("updated_at", "edited_at", "submitted_at"))


@pytest.mark.one_database
class TestQueries:
    def test_download_preview_and_filing_ask_the_same_however_many_rows_there_are(
        self, page: Client, site: SimpleNamespace
    ) -> None:
        self.add_projects(1)
        # What is read once, and kept.
        self.asked(page, site)
        self.add_projects(1)
        few = self.asked(page, site)
        self.add_projects(20)
        many = self.asked(page, site)
        assert many == few
        # Ten of them for the lease of whoever files it.
        assert max(few) <= 50

    def add_projects(self, count: int) -> None:
        for _number in range(count):
            project = make.make_project(city="370300", investment=100_000)
            make.make_project_month(project, JULY, started_on=date(2023, 3, 1), invested_wan=3_000, progress=40)

    def asked(self, page: Client, site: SimpleNamespace) -> tuple[int, int, int]:
        for month in ProjectMonth.objects.filter(period=AUGUST, state="submitted"):
            withdraw_report(month, by=site.zoe)
        with CaptureQueriesContext(connection) as download:
            book = taken(page)
        codes = list(rows_of(book[TITLE]))
        number = ProjectMonthStep.objects.count()
        typed = {INVESTED: 4_000 + number, PROGRESS: 50, LINK: "https://example.org/a"}
        rows = dict.fromkeys(codes, typed)
        content = fill(book, rows, TITLE)
        upload = keep_upload(
            site.plan, by=site.zoe, name="m.xlsx", content=content, period=AUGUST, kind=Upload.Kind.PROJECTS
        )
        with CaptureQueriesContext(connection) as preview:
            work_on(upload.pk)
        upload.refresh_from_db()
        assert upload.findings["counts"]["submit"] == len(codes)
        decide(upload, choices=[], leaves_out_wrong=False, is_confirmed=False, reason="", is_final=True)
        with CaptureQueriesContext(connection) as filing:
            work_on(upload.pk)
        assert ProjectMonth.objects.filter(period=AUGUST, state="submitted").count() == len(codes)
        return len(download), len(preview), len(filing)


def test_the_workspaces_lead_there(client: Client, site: SimpleNamespace) -> None:
    city = signed_in(client, site.zoe).get("/workspace/?period=2023-08").content.decode()
    assert 'href="/workspace/projects/month/download/?period=2023-08"' in city
    assert 'action="/workspace/projects/month/?period=2023-08"' in city
    department = signed_in(Client(), site.ben).get("/workspace/?period=2023-08").content.decode()
    assert 'href="/workspace/projects/month/?period=2023-08"' in department
    assert 'href="/workspace/ledger/download/?period=2023-08"' in department
