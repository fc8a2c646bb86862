"""The office decides on what it was shown, and on nothing else: Ada reports for a department, Zoe for a city, Rita has
opened a page of what waits, and something happens before she decides. Each kind, each way, each thing that happens.
She undoes what she accepted today, and sees what she returned."""

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.period_codes import read_period
from indicators.models import Indicator
from indicators.values.services import ValueData, accept_value, save_value, submit_value
from measures.reports import ReportData, accept_report, save_draft, submit_report
from office.mergers import merge_departments
from projects.months.services import MonthData, accept_month, save_month, submit_month
from reporting.evidence import attach_document, attach_file, remove_evidence
from reporting.services import return_report, withdraw_report
from tests.documents import make_pdf
from tests.factories import make_department, make_indicator, make_measure, make_project, make_user, region
from tests.pages import text_of

pytestmark = pytest.mark.django_db
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
QUARTER = read_period("2023Q2")
VALUE = ValueData(
    Decimal("5.3"), verified=True, released_on=date(2023, 7, 21), value_provenance="published", source="山东省统计局"
)
CHANGED = "It says something else than when you opened this page: nothing was decided."


@dataclass
class Kind:
    """How one kind of report is filed, taken back and accepted. `says`: what its page shows of a first and of another
    version."""

    site: Any
    url: str
    says: tuple[str, str]

    def file(self) -> Any:
        return self.submit(self.write())

    def file_many(self, number: int) -> list[Any]:
        """File and return so many reports, each about another subject."""
        filed = []
        for _n in range(number):
            self.take_next_subject()
            filed.append(self.file())
        return filed

    def file_again(self, report: Any, change: Any = None, *, other: bool = False) -> None:
        """Taken back, perhaps changed, and submitted again."""
        self.take_back(report)
        if change is not None:
            change(report)
        self.submit(self.write(report, other=other))

    def take_back(self, report: Any) -> None:
        withdraw_report(report, by=self.by)


class Measures(Kind):
    @property
    def by(self) -> Any:
        return self.site.ada

    def take_next_subject(self) -> None:
        self.site.measure = make_measure(lead_department=self.site.science)

    def write(self, report: Any = None, *, other: bool = False) -> Any:
        status = "in_progress" if other else "promoting"
        data = ReportData(status, "promoting", what_was_done="第二稿" if other else "第一稿")
        return save_draft(self.site.measure, by=self.by, data=data, period=AUGUST, version=report and report.version)

    def submit(self, report: Any) -> Any:
        return submit_report(report, by=self.by)

    def accept(self, report: Any) -> None:
        accept_report(report, by=self.site.rolf)


class Months(Kind):
    @property
    def by(self) -> Any:
        return self.site.zoe

    def take_next_subject(self) -> None:
        self.site.project = make_project(city="370300", stage="preparing", investment=10_000)

    def write(self, report: Any = None, *, other: bool = False) -> Any:
        data = MonthData(
            "under_construction", started_on=date(2023, 3, 1), invested_wan=4_000 if other else 3_000, progress=40
        )
        return save_month(self.site.project, by=self.by, data=data, period=JULY, version=report and report.version)

    def submit(self, report: Any) -> Any:
        return submit_month(report, by=self.by)

    def accept(self, report: Any) -> None:
        accept_month(report, by=self.site.rolf)


class Values(Kind):
    @property
    def by(self) -> Any:
        return self.site.ada

    def take_next_subject(self) -> None:
        code = f"indicator_{Indicator.objects.count()}"
        self.site.growth = make_indicator(code, owner=self.site.science, frequency="quarter", due_days=20)

    def write(self, report: Any = None, *, other: bool = False) -> Any:
        data = replace(VALUE, value=Decimal("6.1")) if other else VALUE
        version = report and report.version
        return save_value(self.site.growth, self.site.home, QUARTER, by=self.by, data=data, version=version)

    def submit(self, report: Any) -> Any:
        return submit_value(report, by=self.by)

    def accept(self, report: Any) -> None:
        accept_value(report, by=self.site.rolf)


@pytest.fixture
def site(today: date, settings: Any, tmp_path: Any) -> SimpleNamespace:
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    science = make_department("science")
    return SimpleNamespace(
        science=science,
        measure=make_measure(lead_department=science, code="M019"),
        project=make_project(city="370300", code="P0001", stage="preparing", investment=10_000),
        growth=make_indicator("growth", owner=science, frequency="quarter", due_days=20),
        home=region(),
        ada=make_user("ada", role="reporter", department=science),
        zoe=make_user("zoe", role="reporter", city=region("370300")),
        rita=make_user("rita", role="reviewer"),
        rolf=make_user("rolf", role="reviewer"),
    )


@pytest.fixture(params=["measures", "months", "values"])
def kind(request: Any, site: SimpleNamespace) -> Kind:
    return {
        "measures": lambda: Measures(site, "/review/", ("第一稿", "第二稿")),
        "months": lambda: Months(site, "/review/projects/", ("30 million yuan", "40 million yuan")),
        "values": lambda: Values(site, "/review/indicators/", ("5.3%", "6.1%")),
    }[request.param]()


@pytest.fixture
def rita(site: SimpleNamespace) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(site.rita)
    return client


def shown_key(client: Client, url: str) -> str:
    """Return the report's key as the page that waits sends it back."""
    keys = set(re.findall(r'name="report"\s+value="([^"]+)"', client.get(url).content.decode()))
    [key] = keys
    return str(key)


WAYS = {
    "accepted": {"decision": "accept"},
    "returned with others": {"decision": "return", "note": "请核对"},
    "returned in its row": {"decision": "return", "note": "请核对", "in_row": "yes"},
}


def decide(client: Client, kind: Kind, key: str, way: str) -> str:
    answer = client.post(f"{kind.url}decide/", {"report": key, **WAYS[way]}, follow=True)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


@pytest.mark.parametrize("way", WAYS)
class TestMeanwhile:
    def test_it_was_filed_again_with_something_else(self, kind, rita, way):
        report = kind.file()
        key = shown_key(rita, kind.url)
        kind.file_again(report, other=True)
        text = decide(rita, kind, key, way)
        assert CHANGED in text
        before, now = kind.says
        after = text.partition("When you opened the page")[2].partition("Decide again")[0]
        assert before in after and now in after.partition("Now")[2]
        report.refresh_from_db()
        assert (report.state, report.steps.count()) == ("submitted", 3)
        # What is shown now may be decided.
        assert CHANGED not in decide(rita, kind, shown_key(rita, kind.url), way)
        report.refresh_from_db()
        assert report.state == ("accepted" if way == "accepted" else "returned")

    def test_it_was_filed_again_as_it_was(self, kind, rita, way):
        report = kind.file()
        key = shown_key(rita, kind.url)
        kind.file_again(report)
        assert CHANGED not in decide(rita, kind, key, way)
        report.refresh_from_db()
        assert report.state == ("accepted" if way == "accepted" else "returned")

    def test_a_document_came_with_it(self, kind, rita, way):
        report = kind.file()
        key = shown_key(rita, kind.url)
        kind.file_again(report, lambda draft: attach_document(draft, by=kind.by, number="鲁发〔2023〕9号"))
        text = decide(rita, kind, key, way)
        assert CHANGED in text
        assert "Evidence When you opened the page — Now 鲁发〔2023〕9号" in text
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_another_file_of_the_same_name_took_the_place_of_one(self, kind, rita, way):
        report = kind.file()
        kind.take_back(report)
        first = attach_file(report, by=kind.by, file=ContentFile(make_pdf(), "通知.pdf"))
        kind.submit(kind.write(report))

        def replace_file(draft: Any) -> None:
            remove_evidence(first, by=kind.by)
            attach_file(draft, by=kind.by, file=ContentFile(make_pdf(), "通知.pdf"))

        key = shown_key(rita, kind.url)
        kind.file_again(report, replace_file)
        text = decide(rita, kind, key, way)
        assert CHANGED in text
        assert "It was submitted again; nothing that is listed here differs." in text
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_a_colleague_decided(self, kind, rita, way):
        report = kind.file()
        key = shown_key(rita, kind.url)
        kind.accept(report)
        assert "This report has already been reviewed" in decide(rita, kind, key, way)
        report.refresh_from_db()
        assert (report.state, report.decided_by.username) == ("accepted", "rolf")

    def test_it_was_withdrawn(self, kind, rita, way):
        report = kind.file()
        key = shown_key(rita, kind.url)
        kind.take_back(report)
        assert "The department has withdrawn this report" in decide(rita, kind, key, way)
        report.refresh_from_db()
        assert report.state == "draft"

    def test_its_department_was_merged(self, kind, rita, way, site):
        """The report says what it said, so the decision stands."""
        report = kind.file()
        key = shown_key(rita, kind.url)
        merge_departments(site.science, into=make_department("new"), by=site.rolf, reason="机构改革")
        assert CHANGED not in decide(rita, kind, key, way)
        report.refresh_from_db()
        assert report.state == ("accepted" if way == "accepted" else "returned")

    @pytest.mark.parametrize("digest", ["", "-", "-0000000000000000"])
    def test_nothing_is_decided_without_what_was_shown(self, kind, rita, way, digest):
        report = kind.file()
        assert CHANGED in decide(rita, kind, f"{report.pk}{digest}", way)
        report.refresh_from_db()
        assert report.state == "submitted"


def test_an_acceptance_of_something_else_is_not_undone(kind, rita):
    report = kind.file()
    kind.accept(report)
    key = shown_key(rita, kind.url)
    undone = {"decision": "undo_acceptance", "note": "误点"}
    rita.post(f"{kind.url}decide/", {"report": key, **undone})
    report.refresh_from_db()
    kind.file_again(report, other=True)
    kind.accept(report)
    answer = rita.post(f"{kind.url}decide/", {"report": key, **undone})
    assert CHANGED in text_of(answer.content.decode())
    report.refresh_from_db()
    assert report.state == "accepted"


class TestReturned:
    """The list of what the office returned and nobody has submitted again, with the words."""

    def rows(self, client: Client, kind: Kind, query: str = "") -> list[str]:
        answer = client.get(f"{kind.url}returned/{query}")
        assert answer.status_code == 200
        body = answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
        return [text_of(f"<main>{row}</main>") for row in body.split("</tr>") if row.strip()]

    def test_the_last_one_first_with_words_and_who_said_them(self, kind, rita, site, settings):
        first, second, _waits = kind.file_many(3)
        return_report(first, by=site.rolf, note="请核对")
        settings.PILOTZONE_TODAY = date(2023, 8, 30)
        return_report(second, by=site.rita, note="请附文件")
        last, before = self.rows(rita, kind)
        assert "2023-08-30 rita 请附文件" in last and "2023-08-29 rolf 请核对" in before
        assert kind.by.username in last
        assert "Returned, not submitted again 2" in text_of(rita.get(kind.url).content.decode())

    def test_what_was_submitted_again_is_gone_from_it(self, kind, rita, site):
        report = kind.file()
        return_report(report, by=site.rolf, note="请核对")
        assert len(self.rows(rita, kind)) == 1
        kind.submit(kind.write(report, other=True))
        assert self.rows(rita, kind) == []
        assert "Nothing is returned at present" in text_of(rita.get(f"{kind.url}returned/").content.decode())

    def test_of_one_department_or_city(self, kind, rita, site):
        return_report(kind.file(), by=site.rolf, note="请核对")
        own, other = (
            ("?city=370300", "?city=370200") if isinstance(kind, Months) else ("?department=science", "?department=new")
        )
        make_department("new")
        region("370200")
        assert (len(self.rows(rita, kind, own)), len(self.rows(rita, kind, other))) == (1, 0)

    def test_many_cost_no_more_statements(self, kind, rita, site):
        counts = []
        for number in (2, 6):
            for report in kind.file_many(number):
                return_report(report, by=site.rolf, note="请核对")
            rita.get(f"{kind.url}returned/")
            with CaptureQueriesContext(connection) as queries:
                self.rows(rita, kind)
            counts.append(len(queries))
        assert counts[0] == counts[1]


def test_a_report_that_came_back_is_that_of_the_department_that_wrote_it(site, rita):
    """Also once another one leads the measure."""
    report = submit_report(
        save_draft(
            site.measure, by=site.ada, data=ReportData("promoting", "promoting", what_was_done="推进"), period=AUGUST
        ),
        by=site.ada,
    )
    return_report(report, by=site.rolf, note="请核对")
    site.measure.lead_department = make_department("new")
    site.measure.save()
    assert rita.get("/review/returned/?department=science").context["page"].paginator.count == 1


class TestManyUndone:
    def undo(self, client: Client, kind: Kind, reports: list[Any], **data: str) -> Any:
        keys = [each.content_key for each in reports]
        return client.post(f"{kind.url}decide/", {"report": keys, "decision": "undo_acceptance", **data})

    def accepted(self, kind: Kind, number: int) -> list[Any]:
        reports = kind.file_many(number)
        for each in reports:
            kind.accept(each)
        return reports

    def states(self, reports: list[Any]) -> list[tuple[str, str]]:
        for each in reports:
            each.refresh_from_db()
        return [(each.state, each.decision_note) for each in reports]

    def ticked(self, html: str) -> list[int]:
        boxes = re.findall(r'<input\s+type="checkbox"\s+name="report"[^>]*>', html)
        return [int(re.findall(r'value="(\d+)-', box)[0]) for box in boxes if "checked" in box]

    def test_with_one_reason(self, kind, rita):
        reports = self.accepted(kind, 3)
        page = rita.get(f"{kind.url}?ticked=accepted").content.decode()
        assert sorted(self.ticked(page)) == sorted(each.pk for each in reports)
        assert not self.ticked(rita.get(f"{kind.url}?ticked=all").content.decode())
        answer = self.undo(rita, kind, reports[:2], note="误点")
        assert answer.url == kind.url
        assert "2 acceptances were undone; the reports wait again" in text_of(rita.get(kind.url).content.decode())
        assert self.states(reports) == [("submitted", "误点"), ("submitted", "误点"), ("accepted", "")]

    def test_each_is_refused_by_itself_in_its_row(self, kind, rita, site):
        same, other = self.accepted(kind, 2)
        shown = other.content_key
        rita.post(f"{kind.url}decide/", {"report": shown, "decision": "undo_acceptance", "note": "误点"})
        other.refresh_from_db()
        kind.file_again(other, other=True)
        kind.accept(other)
        data = {"report": [same.content_key, shown], "decision": "undo_acceptance", "note": "看错行"}
        html = rita.post(f"{kind.url}decide/", data).content.decode()
        row = html.partition(f'id="accepted-{other.pk}"')[2].partition("</article>")[0]
        assert CHANGED in row
        assert "The acceptance was undone; the report waits again" in text_of(html)
        assert html.count("看错行</textarea>") == 1
        # What waits again is not ticked for the next decision, nor what says something else.
        assert not self.ticked(html)
        assert [state for state, _note in self.states([same, other])] == ["submitted", "accepted"]

    def test_without_a_reason_nothing_is_undone_and_ticks_stay(self, kind, rita):
        reports = self.accepted(kind, 2)
        html = self.undo(rita, kind, reports, note=" ").content.decode()
        assert text_of(html).count("Please say why the acceptance is undone") == 1
        assert sorted(self.ticked(html)) == sorted(each.pk for each in reports)
        assert self.states(reports) == [("accepted", ""), ("accepted", "")]

    def test_one_of_them_in_its_row(self, kind, rita):
        first, second = self.accepted(kind, 2)
        html = self.undo(rita, kind, [first], note="", in_row="yes").content.decode()
        row = html.partition(f'id="accepted-{first.pk}"')[2].partition("</article>")[0]
        assert "Please say why the acceptance is undone" in row and "<details open>" in row
        self.undo(rita, kind, [first], note="误点", in_row="yes")
        assert self.states([first, second]) == [("submitted", "误点"), ("accepted", "")]

    def test_many_cost_no_more_statements(self, kind, rita):
        self.accepted(kind, 2)
        rita.get(kind.url)
        with CaptureQueriesContext(connection) as few:
            rita.get(kind.url)
        self.accepted(kind, 6)
        with CaptureQueriesContext(connection) as many:
            assert rita.get(kind.url).content.decode().count('id="accepted-') == 1 + 8
        assert len(many) == len(few)


def test_a_tick_is_not_kept_for_another_content(kind, rita):
    """The browser keeps ticks by this name."""
    kept = r'data-keep-tick="([^"]+)"'
    report = kind.file()
    [before] = re.findall(kept, rita.get(kind.url).content.decode())
    kind.file_again(report, other=True)
    [now] = re.findall(kept, rita.get(kind.url).content.decode())
    assert before != now


def test_after_a_return_it_stands_beside_what_was_returned(kind, rita, site):
    report = kind.file()
    return_report(report, by=site.rolf, note="请核对")
    kind.submit(kind.write(report, other=True))
    html = rita.get(kind.url).content.decode()
    text = text_of(html)
    before, now = kind.says
    assert "Changed since then" in text
    if isinstance(kind, Measures):
        # Its words are marked where they stand.
        assert "Status Returned on 2023-08-29 Under way Now Progress made" in text
        assert f'<del><span lang="zh-Hans">{before}</span></del>' in html
        assert f'<ins><span lang="zh-Hans">{now}</span></ins>' in html
    else:
        after = text.partition("Changed since then")[2]
        assert before in after.partition("Now")[0] and now in after.partition("Now")[2]
