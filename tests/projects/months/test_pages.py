"""The pages on which months of projects are filed and accepted: Zoe reports for the project's city, Ben for the
department that leads it, Yan for another city, Rita reviews, Vic only looks."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.scope import ScopeKind
from projects.annual_plans import set_annual_plan
from projects.models import Project, ProjectMonth
from projects.months.services import MonthData, accept_month, save_month, submit_month
from projects.services import change_scope
from reporting.services import return_report
from tests.documents import make_pdf
from tests.factories import YES, make_department, make_plan, make_project, make_project_month, make_user, region
from tests.pages import text_of

pytestmark = pytest.mark.django_db
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
BUILDING = MonthData("under_construction", started_on=date(2023, 3, 1), invested_wan=3_000, progress=40)
FORM = {
    "stage": "under_construction",
    "started_on": "2023-03-01",
    "invested_wan": "0.3",
    "progress": "40",
    "what_was_done": "主体封顶。",
}
URL = "/projects/P0001/month/?period=2023-07"


@pytest.fixture
def site(today: date, settings: Any, tmp_path: Any) -> SimpleNamespace:
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    energy = make_department("energy", short_en="Energy")
    project = make_project(city="370300", code="P0001", stage="preparing", investment=10_000, lead_department=energy)
    return SimpleNamespace(
        project=project,
        zoe=make_user("zoe", role="reporter", city=region("370300")),
        yan=make_user("yan", role="reporter", city=region("370600")),
        ben=make_user("ben", role="reporter", department=energy),
        rita=make_user("rita", role="reviewer"),
        vic=make_user("vic"),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def signed_in(person: Any, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(person)
    return client


def filed(site: SimpleNamespace, project: Project | None = None, **changes: Any) -> ProjectMonth:
    project = project or site.project
    data = MonthData(**{**vars(BUILDING), **changes})
    return submit_month(save_month(project, by=site.zoe, data=data, period=JULY), by=site.zoe)


def sent(person: Any, action: str = "submit", address: str = URL, **values: Any) -> Any:
    return signed_in(person).post(address, {**FORM, "action": action, **values})


class TestForm:
    def test_begins_with_what_was_accepted_last(self, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 6, 1), invested_wan=2_000, progress=30, started_on=date(2023, 3, 1))
        set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=4_000)
        answer = signed_in(site.zoe).get(URL)
        html = answer.content.decode()
        assert answer.context["form"]["invested_wan"].value() == "0.2"
        assert answer.context["form"]["started_on"].value() == date(2023, 3, 1)
        assert "Accepted for June 2023: 20 million yuan. Annual plan: 40 million yuan." in text_of(html)
        assert "It was due on 25 July 2023; you can still submit it." in text_of(html)

    def test_speaks_chinese(self, site: SimpleNamespace) -> None:
        text = text_of(signed_in(site.zoe, "zh-hans").get(URL).content.decode())
        for words in ("填报项目月报", "本年累计完成投资（亿元）", "形象进度（%）", "开工日期", "保存草稿"):
            assert words in text

    def test_without_a_month_it_is_that_of_today(self, site: SimpleNamespace) -> None:
        answer = signed_in(site.zoe).get("/projects/P0001/month/")
        assert answer.context["month"] == AUGUST

    @pytest.mark.parametrize("name", ["zoe", "ben"])
    def test_is_saved_and_submitted(self, site: SimpleNamespace, name: str) -> None:
        person = getattr(site, name)
        answer = sent(person, "draft")
        assert (answer.status_code, answer["Location"]) == (302, URL)
        draft = ProjectMonth.objects.get()
        assert (draft.state, draft.invested_wan, draft.progress) == ("draft", 3_000, 40)
        answer = sent(person, version=str(draft.version))
        assert (answer.status_code, answer["Location"]) == (302, "/workspace/?period=2023-07")
        draft.refresh_from_db()
        assert (draft.state, draft.submitted_by) == ("submitted", person)

    @pytest.mark.parametrize("name", ["yan", "rita", "vic"])
    def test_is_for_its_city_and_its_lead_alone(self, site: SimpleNamespace, name: str) -> None:
        person = getattr(site, name)
        assert signed_in(person).get(URL).status_code == 403
        assert sent(person).status_code == 403
        assert not ProjectMonth.objects.exists()

    def test_nobody_logs_in_first_and_keeps_what_was_typed(self, site: SimpleNamespace) -> None:
        assert Client().get(URL)["Location"].startswith("/accounts/login/?next=/projects/P0001/month/")
        answer = Client().post(URL, {**FORM, "action": "submit"})
        assert answer.status_code == 403
        assert "主体封顶。" in answer.content.decode()

    def test_a_month_to_come_and_one_before_it_was_listed_are_refused(self, site: SimpleNamespace) -> None:
        client = signed_in(site.zoe)
        assert client.get("/projects/P0001/month/?period=2023-09").status_code == 400
        assert client.get("/projects/P0001/month/?period=2022-12").status_code == 400
        assert client.get("/projects/P0001/month/?period=July").status_code == 400
        assert client.get("/projects/P0009/month/").status_code == 404

    def test_a_withdrawn_project_has_no_form(self, site: SimpleNamespace) -> None:
        change_scope(site.project, ScopeKind.WITHDRAWN, by=site.rita, effective_on=AUGUST, reason="不再实施")
        html = signed_in(site.zoe).get(URL).content.decode()
        assert "Withdrawn since" in text_of(html)
        assert 'id="report-form"' not in html
        assert "Withdrawn since" in text_of(sent(site.zoe).content.decode())


REFUSED = [
    ({"invested_wan": ""}, "invested_wan", "This field is required"),
    ({"invested_wan": "much"}, "invested_wan", "Write an amount in 100 million yuan as digits"),
    ({"invested_wan": "0.12345"}, "invested_wan", "Write an amount in 100 million yuan as digits"),
    ({"progress": ""}, "progress", "This field is required"),
    ({"progress": "101"}, "progress", "less than or equal to 100"),
    ({"started_on": ""}, "started_on", "Say on which day this stage began."),
    ({"started_on": "2023-02-30"}, "started_on", "There is no such date"),
    ({"started_on": "2023-08-01"}, "started_on", "The day is after"),
    ({"completed_on": "2023-07-01"}, "completed_on", "this day is not known yet"),
    ({"stage": "suspended"}, "stage_reason", "why the project is suspended"),
    ({"stage": "unheard"}, "stage", "Select a valid choice"),
]


@pytest.mark.parametrize(("values", "field", "words"), REFUSED)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    site: SimpleNamespace, values: dict[str, str], field: str, words: str
) -> None:
    answer = sent(site.zoe, **values)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert words in " ".join(form.errors[field])
    html = answer.content.decode()
    assert "主体封顶。" in html
    assert f'href="#id_{field}' in html
    for name, value in {**FORM, **values}.items():
        assert form[name].value() == value


class TestDoubts:
    @pytest.fixture(autouse=True)
    def june(self, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 6, 1), invested_wan=4_000, progress=45, started_on=date(2023, 3, 1))

    def test_are_asked_about_and_then_believed(self, site: SimpleNamespace) -> None:
        answer = sent(site.zoe)
        html = answer.content.decode()
        asked = [each.doubt.name for each in answer.context["doubts"]]
        assert asked == ["less_invested", "less_progress"]
        assert "Less is invested since January than 40 million yuan" in text_of(html)
        assert "主体封顶。" in html
        draft = ProjectMonth.objects.open().get()
        assert draft.state == "draft"
        # One of two is not enough; what was ticked stays so.
        answer = sent(site.zoe, version=str(draft.version), confirmed=["less_invested"])
        assert [each.is_confirmed for each in answer.context["doubts"]] == [True, False]
        answer = sent(site.zoe, version=str(draft.version), confirmed=["less_invested", "less_progress"])
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert draft.state == "submitted"

    def test_the_office_sees_them_and_they_are_not_ticked_with_all(self, site: SimpleNamespace) -> None:
        month = save_month(site.project, by=site.zoe, data=BUILDING, period=JULY)
        submit_month(month, by=site.zoe, answers=YES)
        html = signed_in(site.rita).get("/review/projects/?ticked=all").content.decode()
        assert "Said to be so Less is invested since January than 40 million yuan" in text_of(html)
        assert not re.search(r'name="report"[^>]*checked', html)


class TestDraft:
    def test_of_two_who_write_the_second_sees_both_versions(self, site: SimpleNamespace) -> None:
        draft = save_month(site.project, by=site.zoe, data=BUILDING, period=JULY)
        sent(site.ben, "draft", version=str(draft.version), progress="45")
        answer = sent(site.zoe, "draft", version=str(draft.version), progress="50")
        text = text_of(answer.content.decode())
        assert "both versions are shown" in text
        assert re.search(r"Physical progress \(%\) Saved at \d\d:\d\d · Energy 45 Yours, kept in the form 50", text)
        assert ProjectMonth.objects.get().progress == 45
        # The next one is written on what was shown.
        version = answer.context["form"]["version"].value()
        assert sent(site.zoe, "draft", version=str(version), progress="50").status_code == 302
        assert ProjectMonth.objects.get().progress == 50

    def test_is_deleted(self, site: SimpleNamespace) -> None:
        save_month(site.project, by=site.zoe, data=BUILDING, period=JULY)
        assert sent(site.zoe, "discard")["Location"] == "/workspace/?period=2023-07"
        assert not ProjectMonth.objects.exists()

    def test_is_not_made_again_where_the_office_has_decided(self, site: SimpleNamespace) -> None:
        month = filed(site)
        accept_month(month, by=site.rita)
        answer = sent(site.zoe, version=str(month.version))
        assert "This report has already been reviewed" in text_of(answer.content.decode())
        assert ProjectMonth.objects.count() == 1

    def test_has_evidence(self, site: SimpleNamespace) -> None:
        file = ContentFile(make_pdf(), name="施工许可证.pdf")
        answer = sent(
            site.zoe, "attach", evidence=file, document_number="淄建字〔2023〕3号", document_title="施工许可证"
        )
        assert answer["Location"] == f"{URL}#evidence"
        pieces = list(ProjectMonth.objects.get().evidence.order_by("pk"))
        assert [each.file_name or each.document_number for each in pieces] == ["施工许可证.pdf", "淄建字〔2023〕3号"]
        address = f"/projects/P0001/evidence/{pieces[0].key}/"
        assert address in signed_in(site.zoe).get(URL).content.decode()
        answers = {
            name: signed_in(getattr(site, name)).get(address).status_code
            for name in ("zoe", "ben", "yan", "vic", "rita")
        }
        assert answers == {"zoe": 200, "ben": 200, "yan": 403, "vic": 403, "rita": 200}
        removed = sent(site.zoe, "draft", version="1", remove=str(pieces[1].key))
        assert removed["Location"] == f"{URL}#evidence"
        assert ProjectMonth.objects.get().evidence.count() == 1


class TestSubmitted:
    def test_is_shown_and_withdrawn(self, site: SimpleNamespace) -> None:
        filed(site)
        html = signed_in(site.zoe).get(URL).content.decode()
        assert "it waits for its review" in text_of(html)
        assert 'id="report-form"' not in html
        assert sent(site.zoe, "withdraw")["Location"] == URL
        assert ProjectMonth.objects.get().state == "draft"

    def test_the_same_again_is_done_and_anything_else_is_shown_to_be_copied(self, site: SimpleNamespace) -> None:
        month = filed(site, what_was_done="主体封顶。")
        assert sent(site.zoe, version=str(month.version)).status_code == 302
        answer = sent(site.zoe, version=str(month.version), what_was_done="设备进场。")
        assert "what you typed was not saved" in text_of(answer.content.decode())
        assert "设备进场。" in answer.content.decode()

    def test_returned_it_says_why_and_comes_again(self, site: SimpleNamespace) -> None:
        month = filed(site)
        return_report(month, by=site.rita, note="投资额请核对")
        html = signed_in(site.zoe).get(URL).content.decode()
        assert "投资额请核对" in html
        assert "Submit again" in text_of(html)
        assert sent(site.zoe, version=str(month.version)).status_code == 302
        month.refresh_from_db()
        assert month.state == "submitted"


class TestWorkspace:
    def test_counts_the_month_and_has_the_returned_first(self, site: SimpleNamespace) -> None:
        plan = site.project.plan
        second, third, fourth = (
            make_project(plan, city="370300", code=f"P000{number}", investment=number * 10_000) for number in (2, 3, 4)
        )
        filed(site, second)
        return_report(filed(site), by=site.rita, note="投资额请核对")
        save_month(third, by=site.zoe, data=BUILDING, period=JULY)
        gone = make_project(plan, city="370300", code="P0005")
        change_scope(gone, ScopeKind.WITHDRAWN, by=site.rita, effective_on=AUGUST, reason="不再实施")
        make_project(plan, city="370600", code="P0006")
        client = signed_in(site.zoe)
        answer = client.get("/workspace/?period=2023-07")
        work = answer.context["months"]
        assert dict(work.counts) == {"returned": 1, "outstanding": 1, "draft": 1, "submitted": 1, "accepted": 0}
        assert [row.project.code for row in answer.context["month_rows"]] == ["P0001", "P0004", "P0003", "P0002"]
        text = text_of(answer.content.decode())
        assert "1 of 4 projects are filed" in text
        assert "投资额请核对" in text
        assert "Out of the plan, with nothing to file: P0005" in text
        drafts = client.get("/workspace/?period=2023-07&state=draft").context["month_rows"]
        assert [row.project.code for row in drafts] == ["P0003"]
        assert client.get("/workspace/?state=unheard").status_code == 400
        # A returned one is there whatever the month is.
        now = client.get("/workspace/").context["month_rows"]
        assert [(row.project.code, row.month) for row in now][:2] == [("P0001", JULY), ("P0004", AUGUST)]
        assert fourth.months.count() == 0

    def test_says_so_in_chinese(self, site: SimpleNamespace) -> None:
        filed(site)
        text = text_of(signed_in(site.zoe, "zh-hans").get("/workspace/?period=2023-07").content.decode())
        assert "应报1个项目，已报1个" in text

    def test_a_department_has_those_that_it_leads_below_its_measures(self, site: SimpleNamespace) -> None:
        make_project(site.project.plan, city="370300", code="P0002")
        filed(site)
        answer = signed_in(site.ben).get("/workspace/?period=2023-07")
        assert [row.project.code for row in answer.context["month_rows"]] == ["P0001"]
        assert "1 of 1 project is filed" in text_of(answer.content.decode())
        assert "report-form" not in answer.content.decode()
        other = make_user("ada", role="reporter", department=make_department("other"))
        assert 'id="months"' not in signed_in(other).get("/workspace/").content.decode()

    def test_takes_as_many_queries_for_many_projects(self, site: SimpleNamespace) -> None:
        client = signed_in(site.zoe)
        filed(site)
        counts = []
        for _round in range(2):
            client.get("/workspace/?period=2023-07")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get("/workspace/?period=2023-07")
            counts.append(len(queries))
            for _number in range(5):
                filed(site, make_project(site.project.plan, city="370300", stage="preparing"))
        assert counts[0] == counts[1]


class TestReview:
    URL = "/review/projects/"
    DECIDE = "/review/projects/decide/"

    @pytest.fixture
    def months(self, site: SimpleNamespace) -> list[ProjectMonth]:
        others = [
            make_project(site.project.plan, city="370300", code=f"P000{number}", stage="preparing") for number in (2, 3)
        ]
        return [filed(site), *(filed(site, each) for each in others)]

    def test_shows_what_changes_by_city(self, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 6, 1), invested_wan=2_000, progress=30, started_on=date(2023, 3, 1))
        set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=4_000)
        filed(site)
        far = make_project(site.project.plan, city="370600", code="P0002", stage="preparing")
        submit_month(save_month(far, by=site.yan, data=BUILDING, period=JULY), by=site.yan)
        html = signed_in(site.rita).get(self.URL).content.decode()
        text = text_of(html)
        assert "+10 million yuan since June 2023; 75.0% of the annual plan of 40 million yuan" in text
        assert "July 2023 Under construction 0.30 +0.1 75.0% 40% (+10)" in text
        assert "Preparing → Under construction 0.30 +0.3 — 40%" in text
        assert "By city Zibo 1 Yantai 1" in text
        only = signed_in(site.rita).get(f"{self.URL}?city=370600").content.decode()
        assert "P0002" in only
        assert "month-" in only
        assert "P0001" not in text_of(only)

    def test_a_suspension_and_a_step_back_are_looked_at_one_by_one(self, site: SimpleNamespace) -> None:
        begun = {"started_on": date(2023, 3, 1), "invested_wan": 3_000, "progress": 40}
        built = {**begun, "stage": "completed", "completed_on": date(2023, 6, 20)}
        make_project_month(site.project, date(2023, 6, 1), **built)
        halted = make_project(site.project.plan, city="370300", code="P0002")
        goes_on = make_project(site.project.plan, city="370300", code="P0003", stage="suspended")
        filed(site)
        filed(site, halted, stage="suspended", stage_reason="用地未落实")
        filed(site, goes_on, stage_reason="用地已落实")
        html = signed_in(site.rita).get(f"{self.URL}?ticked=all").content.decode()
        assert "Completed → Under construction Stage reversed" in text_of(html)
        assert re.findall(r'value="(\d+)-[0-9a-f]+"[^>]*checked', html) == [str(goes_on.months.get().pk)]

    def test_accepts_many_at_once_and_undoes_one(self, site: SimpleNamespace, months: list[ProjectMonth]) -> None:
        client = signed_in(site.rita)
        html = client.get(f"{self.URL}?ticked=all").content.decode()
        assert len(re.findall(r'name="report"[^>]*checked', html)) == 3
        answer = client.post(
            self.DECIDE, {"decision": "accept", "report": [each.content_key for each in months]}, follow=True
        )
        assert answer.redirect_chain == [(self.URL, 302)]
        text = text_of(answer.content.decode())
        assert "3 reports accepted" in text
        assert "Nothing to review" in text
        assert set(ProjectMonth.objects.values_list("state", flat=True)) == {"accepted"}
        undo = {"decision": "undo_acceptance", "report": months[0].content_key}
        refused = client.post(self.DECIDE, {**undo, "note": ""})
        assert "Please say why the acceptance is undone" in text_of(refused.content.decode())
        client.post(self.DECIDE, {**undo, "note": "误点"})
        months[0].refresh_from_db()
        assert months[0].state == "submitted"

    def test_of_many_those_that_fail_stay_with_the_reason(
        self, site: SimpleNamespace, months: list[ProjectMonth]
    ) -> None:
        # A project left the plan meanwhile; another month was accepted by a colleague.
        change_scope(months[1].project, ScopeKind.WITHDRAWN, by=site.rita, effective_on=AUGUST, reason="不再实施")
        accept_month(months[2], by=site.rita)
        client = signed_in(site.rita)
        answer = client.post(self.DECIDE, {"decision": "accept", "report": [each.content_key for each in months]})
        text = text_of(answer.content.decode())
        assert "1 report accepted" in text
        assert "Withdrawn since" in text
        assert "P0003: This report has already been reviewed" in text
        states = list(ProjectMonth.objects.order_by("pk").values_list("state", flat=True))
        assert states == ["accepted", "submitted", "accepted"]

    def test_returns_many_with_one_reason(self, site: SimpleNamespace, months: list[ProjectMonth]) -> None:
        client = signed_in(site.rita)
        form = {"decision": "return", "report": [each.content_key for each in months[:2]]}
        refused = client.post(self.DECIDE, {**form, "note": " "})
        html = refused.content.decode()
        assert "Please say why the report is returned" in text_of(html)
        assert len(re.findall(r'name="report"[^>]*checked', html)) == 2
        client.post(self.DECIDE, {**form, "note": "请附施工许可证"})
        states = list(ProjectMonth.objects.order_by("pk").values_list("state", "decision_note"))
        assert states == [("returned", "请附施工许可证")] * 2 + [("submitted", "")]

    def test_nothing_selected_and_no_such_decision_are_refused(
        self, site: SimpleNamespace, months: list[ProjectMonth]
    ) -> None:
        client = signed_in(site.rita)
        answer = client.post(self.DECIDE, {"decision": "accept", "report": "x"}, follow=True)
        assert "Select at least one report." in answer.content.decode()
        answer = client.post(self.DECIDE, {"decision": "burn", "report": months[0].content_key}, follow=True)
        assert "choose one of: accept, return, undo_acceptance" in answer.content.decode()

    @pytest.mark.parametrize("name", ["zoe", "ben", "vic"])
    def test_is_the_offices_alone(self, site: SimpleNamespace, months: list[ProjectMonth], name: str) -> None:
        client = signed_in(getattr(site, name))
        assert client.get(self.URL).status_code == 403
        assert client.post(self.DECIDE, {"decision": "accept", "report": months[0].content_key}).status_code == 403

    def test_takes_as_many_queries_for_many_months(self, site: SimpleNamespace, months: list[ProjectMonth]) -> None:
        client, counts = signed_in(site.rita), []
        for _round in range(2):
            client.get(self.URL)
            with CaptureQueriesContext(connection) as queries:
                client.get(self.URL)
            counts.append(len(queries))
            for _number in range(5):
                filed(site, make_project(site.project.plan, city="370300", stage="preparing"))
        assert counts[0] == counts[1]

    def test_the_menu_and_the_page_of_reports_say_how_many_wait(
        self, site: SimpleNamespace, months: list[ProjectMonth]
    ) -> None:
        html = signed_in(site.rita).get("/review/").content.decode()
        assert "Months of projects waiting for review 3" in text_of(html)
        assert re.search(r"Review\s*<[^>]*>\s*3\b", html)
        assert "待审核的项目月报" in signed_in(site.rita, "zh-hans").get(self.URL).content.decode()

    def test_the_board_counts_by_city(self, site: SimpleNamespace, months: list[ProjectMonth]) -> None:
        accept_month(months[0], by=site.rita)
        return_report(months[1], by=site.rita, note="请核对")
        make_project(site.project.plan, city="370600", code="P0009")
        answer = signed_in(site.rita).get("/review/projects/board/?period=2023-07")
        found = {
            row.key: (month.owed, month.filed, month.accepted, month.returned, month.missing, month.late)
            for row, month in ((each["row"], each["row"].month) for each in answer.context["rows"])
        }
        # All came, or are still to come, after the day of July.
        assert found == {"370300": (3, 2, 1, 1, 1, 3), "370600": (1, 0, 0, 0, 1, 1)}
        assert "2 of 4 projects are filed" in text_of(answer.content.decode())
        assert signed_in(site.zoe).get("/review/projects/board/").status_code == 403


class TestProjectPage:
    def test_shows_accepted_months_to_all_and_the_others_to_those_who_may(self, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 6, 1), invested_wan=2_000, progress=30)
        set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=4_000)
        filed(site)
        seen = {}
        for name in ("vic", "zoe", "ben", "yan", "rita"):
            answer = signed_in(getattr(site, name)).get("/projects/P0001/")
            seen[name] = (
                [each.month.period for each in answer.context["months"]],
                bool(answer.context["month_form_url"]),
            )
        june = date(2023, 6, 1)
        assert seen == {
            "vic": ([june], False),
            "zoe": ([JULY, june], True),
            "ben": ([JULY, june], True),
            "yan": ([june], False),
            "rita": ([JULY, june], False),
        }
        text = text_of(signed_in(site.vic).get("/projects/P0001/").content.decode())
        assert "June 2023" in text
        assert "June 2023 0.20 0.20 50.0% 0.0 30%" in text

    def test_says_that_a_month_waits_to_those_who_may_know_it(self, site: SimpleNamespace) -> None:
        filed(site, what_was_done="主体封顶", problem="缺资金")
        words = "The month July 2023 was submitted on 29 August 2023 and waits for its review."
        said = {}
        for name in ("vic", "zoe", "ben", "yan", "rita"):
            page = signed_in(getattr(site, name)).get("/projects/P0001/").content.decode()
            said[name] = words in text_of(page)
            assert "主体封顶" not in page, name
            assert said[name] or "July 2023" not in text_of(page), name
        assert said == {"vic": False, "zoe": True, "ben": True, "yan": False, "rita": True}
        assert words not in text_of(signed_in(site.zoe).get("/projects/P0001/?as_of=2023-08-01").content.decode())

    def test_a_day_of_the_past_shows_what_was_for_it(self, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 5, 1), invested_wan=1_000, progress=20)
        make_project_month(site.project, date(2023, 6, 1), invested_wan=2_000, progress=30)
        filed(site)
        answer = signed_in(site.zoe).get("/projects/P0001/?as_of=2023-05-31")
        assert [each.month.period for each in answer.context["months"]] == [date(2023, 5, 1)]
        assert answer.context["month_form_url"] == ""


def test_an_empty_site_is_no_error(today: date) -> None:
    make_plan()
    rita = make_user("rita", role="reviewer")
    for address in ("/review/projects/", "/review/projects/board/"):
        assert signed_in(rita).get(address).status_code == 200
