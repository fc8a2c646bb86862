"""The values of a department's indicators as one workbook: Ada and Amy file for Science, Ben for another department,
Zoe for a city, Rita reviews."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from core.exceptions import NotAllowed
from core.period_codes import Period, read_period
from indicators.models import Observation, ValueReport, ValueReportStep
from indicators.values.filing import ValueFiling, file_values
from indicators.values.services import ValueData, accept_value, save_value, submit_value
from reporting.services import return_report, withdraw_report
from tests import factories as make
from tests.pages import text_of
from tests.workbooks.months import Rows, downloaded, heads_of, part, saved, shown, signed_in
from tests.workbooks.test_project_months import saved_by_libreoffice
from workbooks.models import Upload
from workbooks.uploads import decide, keep_upload, work_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PAGE = "/workspace/values/"
DOWNLOAD = f"{PAGE}download/"
TITLE = "Values of indicators"
VALUE, RELEASED, FROM, SOURCE, CHECKED, NOTE = (
    "Value",
    "Release date",
    "Where the value comes from",
    "Source",
    "Checked against the source",
    "Note",
)
PUBLISHED = "Published: the source can be named"
OWN = "From the department’s own records"
# What is typed into a row: complete, and as one would expect it.
FILLED = {VALUE: 5.3, RELEASED: date(2023, 7, 20), FROM: PUBLISHED, SOURCE: "Bureau", CHECKED: "yes", NOTE: "Low base"}
DATA = ValueData(
    Decimal("5.300000"), verified=True, released_on=date(2023, 7, 20), value_provenance="published", source="Bureau"
)


def period(code: str) -> Period:
    found = read_period(code)
    assert found is not None
    return found


@pytest.fixture
def site() -> SimpleNamespace:
    plan, science = make.make_plan(), make.make_department("science", short_en="Science")
    quarterly: dict[str, Any] = {"owner": science, "frequency": "quarter", "due_days": 20}
    growth = make.make_indicator("growth", name_en="Growth", **quarterly)
    capacity = make.make_indicator(
        "capacity", name_en="Capacity", unit="GW", unit_zh="万千瓦", zh_factor=100, owner=science, frequency="half_year"
    )
    capacity.due_days = 60
    capacity.save()
    for number, value in enumerate(("5.0", "5.2", "4.9", "5.1", "5.0"), 1):
        start = date(2022, 3 * number - 2, 1) if number < 5 else date(2023, 1, 1)
        code = f"2022Q{number}" if number < 5 else "2023Q1"
        days = period(code)
        assert days.start == start
        make.make_observation(
            growth,
            value,
            period=code,
            period_kind="quarter",
            period_start=days.start,
            period_end=days.end,
            released_on=date(2023, 5, 1),
        )
    make.make_observation(
        capacity,
        "80.5",
        period="2022H2",
        period_start=date(2022, 7, 1),
        period_end=date(2022, 12, 31),
        released_on=date(2023, 2, 1),
    )
    return SimpleNamespace(
        plan=plan,
        science=science,
        growth=growth,
        capacity=capacity,
        home=make.region(),
        ada=make.make_user("ada", role="reporter", department=science),
        amy=make.make_user("amy", role="reporter", department=science),
        ben=make.make_user("ben", role="reporter", department=make.make_department("other")),
        zoe=make.make_user("zoe", role="reporter", city=make.region("370300")),
        rita=make.make_user("rita", role="reviewer"),
    )


@pytest.fixture
def page_address() -> str:
    return PAGE


@pytest.fixture
def page(client: Client, site: SimpleNamespace) -> Client:
    return signed_in(client, site.ada)


def taken(page: Client, query: str = "") -> Any:
    return downloaded(page, DOWNLOAD + query)


def keys_of(sheet: Any) -> dict[str, int]:
    """Code and period of a row -> its number."""
    heads = heads_of(sheet)
    names = [next(head for head in heads if head in pair) for pair in (("Code", "编号"), ("Period", "时期"))]
    cells = [[sheet.cell(row, heads[name]).value for name in names] for row in range(2, sheet.max_row + 1)]
    return {" ".join(row): number for number, row in enumerate(cells, 2) if all(row)}


def rows_of(sheet: Any) -> dict[str, dict[str, Any]]:
    heads = heads_of(sheet)
    return {key: {head: sheet.cell(row, at).value for head, at in heads.items()} for key, row in keys_of(sheet).items()}


def fill(book: Any, rows: Rows, title: str = TITLE) -> bytes:
    sheet = book[title]
    heads, numbers = heads_of(sheet), keys_of(sheet)
    for key, cells in rows.items():
        for head, value in cells.items():
            sheet.cell(numbers[key], heads[head]).value = value
    return saved(book)


def filled(page: Client, rows: Rows) -> bytes:
    """Downloaded, and filled in."""
    return fill(taken(page), rows)


def report_of(code: str, text: str) -> ValueReport:
    return ValueReport.objects.get(indicator__code=code, period=text)


def states() -> dict[str, str]:
    found = ValueReport.objects.order_by("indicator__code", "period").values_list("indicator__code", "period", "state")
    return {f"{code} {text}": state for code, text, state in found}


def drafted(site: SimpleNamespace, text: str = "2023Q2", by: Any = None, **changes: Any) -> ValueReport:
    """Save a draft of a value, by a colleague."""
    data = ValueData(**{**DATA.__dict__, **changes})
    return save_value(site.growth, site.home, period(text), by=by or site.amy, data=data)


class TestDownload:
    def test_it_has_a_row_for_each_value_that_is_due_with_what_is_known(
        self, page: Client, site: SimpleNamespace
    ) -> None:
        make.make_indicator("idle", owner=site.science)
        make.make_indicator("theirs", owner=site.ben.department, frequency="year", due_days=30)
        rows = rows_of(taken(page)[TITLE])
        assert list(rows) == ["capacity 2023H1", "growth 2023Q2"]
        first = {name: value for name, value in rows["growth 2023Q2"].items() if value is not None}
        assert first == {
            "Code": "growth",
            "Indicator": "Growth",
            "Period": "2023Q2",
            "Period in words": first["Period in words"],
            "Unit": "%",
            "Due date": first["Due date"],
            "Last known value": first["Last known value"],
            "State": "Overdue",
            FROM: OWN,
        }
        assert first["Due date"] == "2023-07-20"
        assert first["Last known value"].startswith("5 (")
        # 万千瓦 in both languages: nobody knows in which language a file is filled in.
        assert rows["capacity 2023H1"]["Unit"] == "万千瓦, 100 = 1 GW"
        assert rows["capacity 2023H1"]["Last known value"].startswith("8,050 (")

    def test_a_returned_value_and_one_that_was_begun_come_along(self, page: Client, site: SimpleNamespace) -> None:
        submitted = submit_value(drafted(site), by=site.amy)
        return_report(submitted, by=site.rita, note="Check the day")
        drafted(site, "2021Q4", note="Old")
        rows = rows_of(taken(page)[TITLE])
        assert list(rows) == ["capacity 2023H1", "growth 2021Q4", "growth 2023Q2"]
        returned = rows["growth 2023Q2"]
        assert (returned["State"], returned["Note of the reviewer"]) == ("Returned", "Check the day")
        assert (returned[VALUE], returned[SOURCE], returned[CHECKED]) == (5.3, "Bureau", "yes")
        assert rows["growth 2021Q4"][NOTE] == "Old"

    def test_only_what_is_to_be_filled_in_is_unlocked_and_choices_drop_down(self, page: Client) -> None:
        sheet = taken(page)[TITLE]
        unlocked = {
            head
            for head, at in heads_of(sheet).items()
            for column in sheet.column_dimensions.values()
            if column.min <= at <= column.max and not column.protection.locked
        }
        assert unlocked == {VALUE, RELEASED, FROM, SOURCE, CHECKED, NOTE}
        assert sheet.protection.sheet and len(sheet.data_validations.dataValidation) == 2

    def test_it_is_in_the_language_of_the_reader(self, page: Client) -> None:
        page.cookies["pilotzone_language"] = "zh-hans"
        book = taken(page)
        assert book.sheetnames[:2] == ["填写说明", "指标数值"]
        heads = list(heads_of(book["指标数值"]))
        assert {"数值", "发布日期", "数据来源", "说明"} <= set(heads)


class TestRoundTrip:
    def test_nothing_changed_does_nothing(self, page: Client, send: Any, act: Any) -> None:
        upload = send(filled(page, {}))
        assert "2 rows are empty, or as they were downloaded." in part(page, upload, "left")
        assert "nothing that the site does not have" in act(upload)
        assert states() == {}

    def test_the_preview_says_of_each_row_what_becomes_of_it_and_writes_nothing(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        for code in ("early", "third", "wrong"):
            make.make_indicator(code, name_en=code, owner=site.science, frequency="quarter", due_days=20)
        rows: Rows = {
            "growth 2023Q2": FILLED,
            "capacity 2023H1": {VALUE: 8_200},
            "early 2023Q2": {**FILLED, RELEASED: date(2023, 6, 20)},
            "wrong 2023Q2": {**FILLED, VALUE: "much"},
        }
        upload = send(filled(page, rows))
        submitted = part(page, upload, "submit")
        assert "Growth, " in submitted and "(%)" in submitted
        assert f"{VALUE} 5.3" in submitted and f"{FROM} {PUBLISHED}" in submitted and f"{CHECKED} yes" in submitted
        draft = part(page, upload, "draft")
        assert "Say whether the value was checked against its source." in draft
        assert "Release date: This field is required" in draft
        assert "A number is wanted, not “much”." in part(page, upload, "wrong")
        assert "It was released before its period ended" in part(page, upload, "doubt")
        assert "1 row is empty, or as it was downloaded." in part(page, upload, "left")
        text = shown(page, upload)
        assert "1 to submit, 2 to keep as drafts. Conflicts to decide: 0; wrong rows: 1" in text
        assert states() == {}

    def test_a_share_of_a_whole_beyond_it_is_not_submitted(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        site.growth.is_share = True
        site.growth.save()
        upload = send(filled(page, {"growth 2023Q2": {**FILLED, VALUE: 530}}))
        sentence = "The indicator is a share of a whole: its value lies between 0 and 100."
        assert sentence in part(page, upload, "draft")
        act(upload)
        assert states() == {"growth 2023Q2": "draft"}

    def test_what_is_right_is_submitted_as_the_form_does_it(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        rows: Rows = {"growth 2023Q2": FILLED, "capacity 2023H1": {VALUE: "8,200.5"}}
        text = act(send(filled(page, rows)))
        assert "1 submitted, 1 kept as drafts." in text
        assert states() == {"capacity 2023H1": "draft", "growth 2023Q2": "submitted"}
        report = report_of("growth", "2023Q2")
        assert (report.value, report.released_on, report.verified) == (Decimal("5.3"), date(2023, 7, 20), True)
        assert (report.value_provenance, report.source, report.note) == ("published", "Bureau", "Low base")
        assert (report.region, report.department, report.submitted_by) == (site.home, site.science, site.ada)
        assert (report.submitted_on, report.version) == (date(2023, 8, 29), 1)
        capacity = report_of("capacity", "2023H1")
        assert (capacity.value, capacity.in_chinese_unit) == (Decimal("82.005"), True)
        [step] = report.steps.all()
        assert (step.move, step.made_by, step.content) == ("submit", site.ada, report.content())
        entry = LogEntry.objects.get_for_object(step).get()
        assert (entry.actor, entry.changes) == (site.ada, {"move": ["None", "submit"]})
        observation = accept_value(report, by=site.rita)
        assert (observation.value, observation.source) == (Decimal("5.3"), "Bureau")

    def test_a_draft_is_finished_and_a_returned_value_handed_in_again(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        return_report(submit_value(drafted(site), by=site.amy), by=site.rita, note="Check the day")
        act(send(filled(page, {"capacity 2023H1": {VALUE: 8_200}})))
        rows: Rows = {
            "growth 2023Q2": {RELEASED: date(2023, 7, 21)},
            "capacity 2023H1": {**FILLED, VALUE: 8_100},
        }
        act(send(filled(page, rows)))
        assert states() == {"capacity 2023H1": "submitted", "growth 2023Q2": "submitted"}
        report = report_of("growth", "2023Q2")
        assert [each.move for each in report.steps.order_by("pk")] == ["submit", "return", "resubmit"]
        assert (report.released_on, report.note, report_of("capacity", "2023H1").version) == (date(2023, 7, 21), "", 2)

    def test_a_revision_and_a_correction_that_were_begun_stay_what_they_are(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        wrong = Observation.objects.get(period="2022Q4")
        drafted(site, "2022Q4", purpose="correction", corrects=wrong.pk, reason="Typed wrong")
        drafted(site, "2023Q1", purpose="revision", reason="Second estimate")
        rows: Rows = {"growth 2022Q4": {VALUE: 5.2, NOTE: "Mended"}, "growth 2023Q1": {NOTE: "Second"}}
        act(send(filled(page, rows)))
        assert states() == {"growth 2022Q4": "submitted", "growth 2023Q1": "submitted"}
        corrected, revised = report_of("growth", "2022Q4"), report_of("growth", "2023Q1")
        assert (corrected.corrects, corrected.reason, corrected.value) == (wrong, "Typed wrong", Decimal("5.2"))
        assert (revised.purpose, revised.reason, revised.note) == ("revision", "Second estimate", "Second")

    def test_what_is_unlikely_is_submitted_once_the_person_says_that_it_is_so(
        self, page: Client, send: Any, act: Any
    ) -> None:
        content = filled(page, {"growth 2023Q2": {**FILLED, VALUE: 53}})
        upload = send(content)
        assert "The last 5 values lie between 4.9% and 5.2%. Is it 53.0%?" in part(page, upload, "doubt")
        act(upload)
        assert states() == {"growth 2023Q2": "draft"}
        upload = send(filled(page, {"growth 2023Q2": {NOTE: "Sure"}}))
        act(upload, **{"so-3": "on"})
        assert states() == {"growth 2023Q2": "submitted"}

    def test_what_excel_makes_of_a_typed_percentage_is_read_as_it_shows_it(
        self, page: Client, send: Any, act: Any
    ) -> None:
        book = taken(page)
        fill(book, {"growth 2023Q2": FILLED | {VALUE: 0.053}})
        sheet = book[TITLE]
        sheet.cell(keys_of(sheet)["growth 2023Q2"], heads_of(sheet)[VALUE]).number_format = "0.00%"
        upload = send(saved(book))
        assert "Value: percentages were read as they are shown, such as 5.3%; cells: 1." in shown(page, upload)
        act(upload)
        assert report_of("growth", "2023Q2").value == Decimal("5.3")

    def test_it_comes_back_from_libreoffice(
        self, page: Client, send: Any, act: Any, libreoffice: str, tmp_path: Path
    ) -> None:
        page.cookies["pilotzone_language"] = "zh-hans"
        book = taken(page)
        content = fill(
            book,
            {
                "growth 2023Q2": {"数值": 5.3, "发布日期": date(2023, 7, 20), "与来源核对": "是"},
                "capacity 2023H1": {"数值": 8_200},
            },
            "指标数值",
        )
        page.cookies["pilotzone_language"] = "en"
        act(send(saved_by_libreoffice(libreoffice, content, tmp_path)))
        assert states()["capacity 2023H1"] == "draft"
        assert report_of("growth", "2023Q2").value == Decimal("5.3")


class TestConflicts:
    def test_each_cell_that_both_changed_is_shown_and_one_is_chosen_first(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        content = filled(page, {"growth 2023Q2": FILLED})
        drafted(site, value=Decimal("5.4"), basis="Constant prices")
        upload = send(content)
        conflict = part(page, upload, "conflicts")
        assert f"{VALUE} At the download empty Site 5.4 File 5.3" in conflict and RELEASED not in conflict
        assert "decide first which value holds" in act(upload)
        act(upload, "load", **{"cell-0": "file"})
        report = report_of("growth", "2023Q2")
        # What the workbook does not have stays as it was.
        assert (report.state, report.value, report.basis) == ("submitted", Decimal("5.3"), "Constant prices")

    def test_a_value_of_which_a_colleague_chose_another_unit_is_no_other_value(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        data = ValueData(Decimal(82))
        save_value(site.capacity, site.home, period("2023H1"), by=site.amy, data=data, version=None)
        content = filled(page, {"capacity 2023H1": {NOTE: "New plants"}})
        act(send(content))
        assert report_of("capacity", "2023H1").value == Decimal(82)

    def test_what_a_colleague_submitted_or_the_office_accepted_is_not_written_over(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        content = filled(page, {"growth 2023Q2": FILLED})
        report = submit_value(drafted(site, note="Another"), by=site.amy)
        assert "This report waits for its review; withdraw it to change it." in part(page, send(content), "wrong")
        accept_value(report, by=site.rita)
        assert "This period has a value already" in part(page, send(content), "wrong")

    def test_what_changes_after_the_preview_is_shown_before_anything_is_written(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, {"growth 2023Q2": FILLED, "capacity 2023H1": {VALUE: 8_200}}))
        drafted(site, value=Decimal("5.4"))
        assert "The site has changed since the preview: look at it again." in act(upload)
        assert states() == {"growth 2023Q2": "draft"}


class TestRefusals:
    def test_a_file_of_another_department_plan_or_kind_is_refused(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        make.make_indicator("theirs", owner=site.ben.department, frequency="quarter", due_days=20)
        theirs = fill(taken(signed_in(Client(), site.ben)), {"theirs 2023Q2": FILLED})
        upload = send(theirs)
        assert "The file was downloaded for another department." in shown(page, upload)
        assert "The file cannot be loaded" in act(upload)
        make.make_measure(lead_department=site.science, code="M100", plan=site.plan)
        measures = saved(downloaded(page, "/workspace/ledger/download/"))
        assert "The file holds “Reports of the month”" in shown(page, send(measures))
        make.make_plan("other", starts_on=date(2022, 1, 1))
        other = fill(taken(page, "?plan=other"), {"growth 2023Q2": FILLED})
        assert "downloaded from another plan: other" in shown(page, send(other, query=f"?plan={site.plan.slug}"))
        assert states() == {}

    def test_all_that_is_wrong_is_said_at_once_with_row_and_column(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        make.make_indicator("theirs", owner=site.ben.department, frequency="quarter", due_days=20)
        book = taken(page)
        rows: Rows = {
            "capacity 2023H1": {VALUE: 8_200, RELEASED: "soon", FROM: "Hearsay", CHECKED: "perhaps"},
            "growth 2023Q2": {**FILLED, VALUE: 5.12345678},
        }
        fill(book, rows)
        sheet = book[TITLE]
        heads = heads_of(sheet)
        for code, text in (
            ("growth", "2023Q2"),
            ("growth", "2023Q1"),
            ("growth", "2019Q4"),
            ("growth", "spring"),
            ("theirs", "2023Q2"),
            ("nothing", "2023Q2"),
            ("growth", None),
        ):
            row = sheet.max_row + 1
            sheet.cell(row, heads["Code"]).value, sheet.cell(row, heads["Period"]).value = code, text
            sheet.cell(row, heads[VALUE]).value = 5
        upload = send(saved(book))
        text = part(page, upload, "wrong")
        for row, sentence in (
            (2, f"{RELEASED} A day such as 2023-06-30"),
            (2, f"{FROM} “Hearsay” is not one of: {PUBLISHED}, {OWN}."),
            (2, f"{CHECKED} Yes or no is wanted, not “perhaps”."),
            (3, f"{VALUE} A value has at most six decimals in %."),
            (4, "Code growth 2023Q2 stands in row 3 already."),
            (5, "Code This period has a value already"),
            (6, "Code No value of this period is due"),
            (7, "Code This is no period"),
            (8, "Code Only the responsible department may file values of this indicator"),
            (9, "Code There is no indicator with this code."),
            (10, "Code The code or the period is missing: they name the value."),
        ):
            assert f"{row} {sentence}" in text
        assert "Some rows are wrong" in act(upload)
        assert states() == {}

    def test_errors_are_in_the_language_of_the_reader(self, page: Client, send: Any) -> None:
        content = filled(page, {"growth 2023Q2": {**FILLED, VALUE: 5.12345678}, "capacity 2023H1": {VALUE: 8_200}})
        page.cookies["pilotzone_language"] = "zh-hans"
        upload = send(content)
        assert "小数" in part(page, upload, "wrong")
        assert "核对" in part(page, upload, "draft")
        page.cookies["pilotzone_language"] = "en"
        upload = send(content)
        assert "A value has at most six decimals in %." in part(page, upload, "wrong")
        assert "Say whether the value was checked against its source." in part(page, upload, "draft")

    def test_grey_columns_that_were_changed_are_not_read(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, {"growth 2023Q2": {**FILLED, "Unit": "GW", "Indicator": "Ours"}}))
        assert "changed and not read, since the site fills these columns in: Indicator, Unit" in shown(page, upload)
        act(upload)
        assert report_of("growth", "2023Q2").value == Decimal("5.3")

    def test_nobody_else_sees_the_file(self, page: Client, send: Any, site: SimpleNamespace) -> None:
        upload = send(filled(page, {"growth 2023Q2": FILLED}))
        assert upload.file_name in text_of(page.get(PAGE).content.decode())
        for person, status in ((site.amy, 404), (site.ben, 404), (site.zoe, 403), (site.rita, 403)):
            other = signed_in(Client(), person)
            assert other.post(upload.get_absolute_url(), {"action": "load"}).status_code == status
        assert page.get(f"/workspace/ledger/{upload.pk}/").status_code == 404
        assert page.post(upload.get_absolute_url(), {"action": "discard"})["Location"].startswith(PAGE)

    def test_who_reports_for_another_department_by_now_files_nothing(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, {"growth 2023Q2": FILLED}))
        site.ada.department = site.ben.department
        site.ada.save()
        signed_in(page, site.ada)
        assert "Only the responsible department may file values of this indicator" in act(upload)
        assert states() == {}

    def test_an_indicator_that_another_department_owns_by_now_is_not_filed(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(filled(page, {"growth 2023Q2": FILLED}))
        site.growth.owner = site.ben.department
        site.growth.save()
        assert "The site has changed since the preview" in act(upload)
        assert "Only the responsible department" in part(page, upload, "wrong")
        assert states() == {}

    def test_an_upload_of_values_is_of_a_department_and_of_no_month(self, site: SimpleNamespace) -> None:
        upload = keep_upload(site.plan, by=site.ada, name="v.csv", content=b"code", kind=Upload.Kind.VALUES)
        assert (upload.department, upload.city, upload.period) == (site.science, None, None)
        wrong: list[dict[str, Any]] = [
            {"department": None},
            {"plan": None},
            {"period": date(2023, 8, 1)},
            {"city": make.region("370300")},
        ]
        for values in wrong:
            with pytest.raises(IntegrityError), transaction.atomic():
                Upload.objects.update(**values)
        with pytest.raises(NotAllowed):
            keep_upload(site.plan, by=site.zoe, name="v.csv", content=b"code", kind=Upload.Kind.VALUES)


class TestFileValues:
    """The service behind it holds the rules of the form."""

    def filing(self, indicator: Any, text: str, **changes: Any) -> ValueFiling:
        return ValueFiling(indicator.pk, period(text), ValueData(**{**DATA.__dict__, **changes}), None, submits=True)

    @pytest.mark.parametrize(
        "changes", [{"value": None}, {"value": Decimal(900)}, {"released_on": date(2023, 8, 30)}, {"note": "x" * 301}]
    )
    def test_one_that_is_refused_refuses_all(self, site: SimpleNamespace, changes: dict[str, Any]) -> None:
        filings = [self.filing(site.capacity, "2023H1"), self.filing(site.growth, "2023Q2", **changes)]
        with pytest.raises(NotAllowed):
            file_values(filings, by=site.ada, region=site.home)
        assert states() == {}

    def test_nobody_files_for_another_department(self, site: SimpleNamespace) -> None:
        with override("en"), pytest.raises(NotAllowed, match="Only the responsible department"):
            file_values([self.filing(site.growth, "2023Q2")], by=site.ben, region=site.home)

    def test_a_release_that_is_there_already_is_refused(self, site: SimpleNamespace) -> None:
        filing = self.filing(site.growth, "2023Q1", released_on=date(2023, 5, 1), purpose="revision", reason="Again")
        with override("en"), pytest.raises(NotAllowed, match="a revision comes later"):
            file_values([filing], by=site.ada, region=site.home)

    def test_it_writes_what_the_form_writes(self, site: SimpleNamespace) -> None:
        twin = make.make_indicator("twin", owner=site.science, frequency="quarter", due_days=20)
        [many] = file_values([self.filing(twin, "2023Q2")], by=site.ada, region=site.home)
        one = submit_value(drafted(site, by=site.ada), by=site.ada)
        left_out = {"id", "indicator", "updated_at", "edited_at", "submitted_at"}
        columns = [field.name for field in ValueReport._meta.concrete_fields if field.name not in left_out]
        many = ValueReport.objects.get(pk=many.pk)
        one.refresh_from_db()
        assert {name: getattr(many, name) for name in columns} == {name: getattr(one, name) for name in columns}
        steps = ValueReportStep.objects.order_by("pk").values_list("move", "made_on", "made_by", "note", "content")
        assert steps[0] == steps[1]


@pytest.mark.one_database
class TestQueries:
    def test_download_preview_and_filing_ask_the_same_however_many_rows_there_are(
        self, page: Client, site: SimpleNamespace
    ) -> None:
        self.add_indicators(site, 1)
        # What is read once, and kept.
        self.asked(page, site)
        self.add_indicators(site, 1)
        few = self.asked(page, site)
        self.add_indicators(site, 20)
        many = self.asked(page, site)
        assert many == few
        # Ten of them for the lease of whoever files it.
        assert max(few) <= 50

    def add_indicators(self, site: SimpleNamespace, count: int) -> None:
        """A value to file of each, and one that was begun to correct another."""
        for _number in range(count):
            indicator = make.make_indicator(owner=site.science, frequency="half_year", due_days=20)
            year = {"period": "2022", "period_kind": "year", "period_start": date(2022, 1, 1)}
            wrong = make.make_observation(indicator, "5.0", period_end=date(2022, 12, 31), **year)
            data = ValueData(**{**DATA.__dict__, "purpose": "correction", "corrects": wrong.pk, "reason": "Wrong"})
            save_value(indicator, site.home, period("2022"), by=site.amy, data=data)

    def asked(self, page: Client, site: SimpleNamespace) -> tuple[int, int, int]:
        for report in ValueReport.objects.filter(state="submitted"):
            withdraw_report(report, by=site.ada)
        with CaptureQueriesContext(connection) as download:
            book = taken(page)
        keys = list(keys_of(book[TITLE]))
        typed = {**FILLED, NOTE: f"Note {ValueReportStep.objects.count()}"}
        content = fill(book, {key: {**typed, VALUE: 8_100} if "capacity" in key else typed for key in keys})
        upload = keep_upload(site.plan, by=site.ada, name="v.xlsx", content=content, kind=Upload.Kind.VALUES)
        with CaptureQueriesContext(connection) as preview:
            work_on(upload.pk)
        upload.refresh_from_db()
        assert upload.findings["counts"]["submit"] == len(keys)
        decide(upload, choices=[], leaves_out_wrong=False, is_confirmed=False, reason="", is_final=True)
        with CaptureQueriesContext(connection) as filing:
            work_on(upload.pk)
        assert ValueReport.objects.filter(state="submitted").count() == len(keys)
        return len(download), len(preview), len(filing)


def test_where_nothing_is_due_nothing_is_offered(client: Client, site: SimpleNamespace) -> None:
    page = signed_in(client, site.ben)
    make.make_indicator("idle", owner=site.ben.department, frequency="")
    assert PAGE not in page.get("/workspace/").content.decode()
    html = page.get(PAGE).content.decode()
    assert "No value is due now: the workbook would have no row." in text_of(html) and DOWNLOAD not in html


def test_the_workspace_leads_there(page: Client) -> None:
    html = page.get("/workspace/").content.decode()
    assert f'href="{PAGE}"' in html
    html = page.get(PAGE).content.decode()
    for each in (f'href="{DOWNLOAD}"', f'action="{PAGE}"', 'href="/workspace/#values"'):
        assert each in html
