"""Every step of a report is a row that nothing rewrites: Ada files for Science, Rita returns and accepts."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from core.append_only import AppendOnlyError
from core.clock import SHANGHAI
from core.exceptions import NotAllowed
from measures.filing import rewrite_report
from measures.models import Report, ReportStep
from measures.reports import accept_report
from office.mergers import merge_departments
from reporting.services import discard_draft, return_report, withdraw_report
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

WORDS = "数字与上月不符，请核实。"
PAGE = "/measures/M001/report/?period=2023-08"
API = "/api/v1/measures/M001/reports/"


@pytest.fixture
def ada() -> User:
    department = make.make_department("science", short_en="Science")
    make.make_measure(make.make_section(make.make_plan()), department, code="M001")
    return make.make_user("ada", role="reporter", department=department, language="en")


@pytest.fixture
def rita() -> User:
    return make.make_user("rita", role="reviewer", language="en")


@pytest.fixture
def returned(ada: User, rita: User) -> Report:
    """Filed with a document, returned by Rita with words."""
    values = {"texts": {"what_was_done": "第一稿"}, "evidence": [{"document_number": "鲁1号", "title": "通知"}]}
    report = make.file_report(ada.department.led_measures.get(), by=ada, status="promoting", **values)
    return return_report(report, by=rita, note=WORDS)


@pytest.fixture
def accepted(returned: Report, ada: User, rita: User) -> Report:
    """Written anew without the document, submitted again, and accepted."""
    values = {"what_was_done": "第二稿"}
    report = rewrite_report(returned, by=ada, version=returned.version, values=values, evidence=[], submit=True)
    accept_report(report, by=rita, note="同意")
    return report


def life(report: Report) -> list[tuple[str, str, str]]:
    return [(step.move, step.made_by.username, step.note) for step in report.steps.select_related("made_by")]


def test_the_words_of_a_return_outlive_the_acceptance(accepted: Report) -> None:
    assert life(accepted) == [
        ("submit", "ada", ""),
        ("return", "rita", WORDS),
        ("resubmit", "ada", ""),
        ("accept", "rita", "同意"),
    ]


def test_each_step_keeps_what_the_report_said_then(accepted: Report) -> None:
    first, last = accepted.steps.first(), accepted.steps.last()
    [evidence_key] = [each["key"] for each in first.content["evidence"]]
    assert len(evidence_key) == 32
    assert first.content == {
        "status": "promoting",
        "against_status": "promoting",
        "effective_on": None,
        "what_was_done_zh": "第一稿",
        "what_was_done_en": "",
        "problem_zh": "",
        "problem_en": "",
        "next_step_zh": "",
        "next_step_en": "",
        "problem_choice": "",
        "about_problem": None,
        "answers": [],
        "evidence": [
            {
                "title_zh": "通知",
                "title_en": "",
                "document_number": "鲁1号",
                "url": "",
                "file_name": "",
                "key": evidence_key,
            }
        ],
    }
    assert (last.content["what_was_done_zh"], last.content["evidence"]) == ("第二稿", [])
    assert (first.made_on, first.made_at.astimezone(SHANGHAI).date()) == (date(2023, 8, 29), date(2023, 8, 29))


def test_a_withdrawal_is_a_step_and_such_a_draft_is_not_thrown_away(ada: User) -> None:
    report = make.file_report(ada.department.led_measures.get(), by=ada, status="promoting")
    withdraw_report(report, by=ada)
    assert [move for move, _who, _note in life(report)] == ["submit", "withdraw"]
    with pytest.raises(NotAllowed):
        discard_draft(report, by=ada)
    assert report.steps.count() == 2


def test_no_code_rewrites_a_step(accepted: Report) -> None:
    step = accepted.steps.first()
    step.note = ""
    for change in (step.save, step.delete, ReportStep.objects.all().delete, lambda: accepted.steps.update(note="")):
        with pytest.raises(AppendOnlyError):
            change()
    assert [note for _move, _who, note in life(accepted)] == ["", WORDS, "", "同意"]


def test_a_merger_and_a_closed_account_keep_the_life_of_a_report(accepted: Report, rita: User) -> None:
    before = list(ReportStep.objects.values())
    merge_departments(accepted.measure.lead_department, into=make.make_department(), by=rita, reason="机构改革")
    User.objects.filter(username__in=("ada", "rita")).update(is_active=False)
    assert list(ReportStep.objects.values()) == before


def test_the_department_reads_the_life_of_its_report_without_names(client: Client, accepted: Report, ada: User) -> None:
    client.force_login(ada)
    text = text_of(client.get("/measures/M001/").content.decode())
    assert "Life of this report: 4 steps" in text
    assert WORDS in text
    assert "第一稿" in text
    assert "rita" not in text


def test_the_office_reads_it_with_names(client: Client, accepted: Report, rita: User) -> None:
    client.force_login(rita)
    text = text_of(client.get("/measures/M001/").content.decode())
    assert WORDS in text
    assert "ada" in text


def test_readers_of_accepted_reports_see_the_last_text_alone(
    client: Client, open_reading: None, accepted: Report
) -> None:
    text = text_of(client.get("/measures/M001/", headers={"Accept-Language": "en"}).content.decode())
    assert "第二稿" in text
    assert "第一稿" not in text
    assert WORDS not in text
    [report] = client.get(API).json()["results"]
    assert report["steps"] is None


def test_the_form_of_a_returned_report_shows_its_life(client: Client, returned: Report, ada: User) -> None:
    client.force_login(ada)
    assert "Life of this report: 2 steps" in text_of(client.get(PAGE).content.decode())


def test_the_reviewer_sees_the_words_of_each_earlier_return(
    client: Client, returned: Report, ada: User, rita: User
) -> None:
    for words in ("第二次退回", ""):
        report = rewrite_report(returned, by=ada, version=returned.version, values={}, submit=True)
        if words:
            return_report(report, by=rita, note=words)
    client.force_login(rita)
    page = client.get("/review/")
    [row] = page.context["rows"]
    assert [step.note for step in row.returned_before] == [WORDS, "第二次退回"]
    text = text_of(page.content.decode())
    assert WORDS in text
    assert "第二次退回" in text


@pytest.mark.parametrize(("who", "name"), [("ada", None), ("rita", "ada"), ("audit", "ada")])
def test_the_api_gives_the_steps_and_names_to_those_who_may_see_them(
    client: Client, accepted: Report, ada: User, rita: User, who: str, name: str | None
) -> None:
    audit = make.make_user("audit", role="auditor")
    client.force_login({"ada": ada, "rita": rita, "audit": audit}[who])
    answer = client.get(f"{API}{accepted.pk}/").json()
    assert [(step["move"], step["note"]) for step in answer["steps"]] == [
        ("submit", ""),
        ("return", WORDS),
        ("resubmit", ""),
        ("accept", "同意"),
    ]
    first = answer["steps"][0]
    assert (first["made_by"], first["made_on"], first["content"]["what_was_done_zh"]) == (name, "2023-08-29", "第一稿")
    assert first["made_at"].startswith("2023-08-29T")
