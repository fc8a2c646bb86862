"""Reports by API: the same services and the same refusals as the form, and nothing half-saved."""

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Evidence, Measure, Report
from measures.reports import accept_report
from reporting.evidence import attach_document
from reporting.services import return_report
from tests import factories as make
from tests.api.addresses import WRITTEN, wrong
from tests.api.conftest import API
from tests.api.test_schema import described, plain

pytestmark = pytest.mark.django_db

REPORTS = "measures/M004/reports/"
FILED = [each for each in WRITTEN if "/reports/" in each[1]]
DOCUMENT = {"document_number": "鲁科字〔2023〕1号", "title": "关于公布名单的通知"}
LINK = {"url": "https://kjt.shandong.gov.cn/1.html", "title": "公示"}
WHOLE = {
    "period": "2023-08",
    "status": "in_progress",
    "effective_on": "2023-08-25",
    "what_was_done": "已开工",
    "problem": "缺人",
    "next_step": "招聘",
    "evidence": [DOCUMENT, LINK],
}


def nothing_was_saved() -> bool:
    return not Report.objects.exclude(state="accepted").exists() and not Evidence.objects.exists()


def address(report: Any, move: str = "") -> str:
    return f"{REPORTS}{report['id'] if isinstance(report, dict) else report.pk}/{f'{move}/' if move else ''}"


def test_ada_files_a_draft(people: Any) -> None:
    answer = people.ada("post", REPORTS, WHOLE)
    assert answer.status_code == 201, answer.content
    report = answer.json()
    assert answer["Location"] == report["url"] == f"http://testserver{API}{address(report)}"
    evidence = report.pop("evidence")
    assert [(each["document_number"], each["url"], each["title"]) for each in evidence] == [
        ("鲁科字〔2023〕1号", "", "关于公布名单的通知"),
        ("", "https://kjt.shandong.gov.cn/1.html", "公示"),
    ]
    assert report == {
        "as_of": "2023-08-29",
        "id": Report.objects.get(state="draft").pk,
        "measure": "M004",
        "department": "science",
        "period": "2023-08",
        "state": "draft",
        "version": 1,
        "status": "in_progress",
        "against_status": "promoting",
        "effective_on": "2023-08-25",
        "what_was_done": "已开工",
        "what_was_done_zh": "已开工",
        "what_was_done_en": "",
        "problem": "缺人",
        "problem_zh": "缺人",
        "problem_en": "",
        "next_step": "招聘",
        "next_step_zh": "招聘",
        "next_step_en": "",
        "problem_choice": "",
        "about_problem": None,
        "submitted_on": None,
        "decided_on": None,
        "decision_note": "",
        "steps": [],
        "moves": ["submit"],
        "provenance": "reported",
        "source": "",
        "updated_at": report["updated_at"],
        "url": report["url"],
    }


def test_ada_files_and_submits_at_once_and_rita_accepts(people: Any) -> None:
    report = people.ada("post", REPORTS, {**WHOLE, "submit": True}).json()
    assert (report["state"], report["submitted_on"], report["moves"]) == ("submitted", "2023-08-29", ["withdraw"])
    assert people.rita("get", address(report)).json()["moves"] == ["accept", "return"]
    accept_report(Report.objects.get(pk=report["id"]), by=people.users["rita"])
    assert people.ada("get", "measures/M004/").json()["status"] == "in_progress"
    done = people.ada("get", address(report)).json()
    assert (done["state"], done["moves"], done["decided_on"]) == ("accepted", [], "2023-08-29")


def test_the_least_that_makes_a_draft(people: Any) -> None:
    report = people.ada("post", REPORTS, {"period": "2023-08", "status": "promoting"}).json()
    assert (report["what_was_done"], report["evidence"], report["effective_on"]) == ("", [], None)


def test_a_draft_is_changed_submitted_withdrawn_and_submitted_again(people: Any) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    changed = people.ada("put", address(report), {"version": 1, "problem": "", "evidence": [DOCUMENT]}).json()
    assert (changed["version"], changed["problem"], changed["what_was_done"]) == (2, "", "已开工")
    assert [each["document_number"] for each in changed["evidence"]] == ["鲁科字〔2023〕1号"]
    assert changed["evidence"][0]["id"] in [each["id"] for each in report["evidence"]]
    moved = people.ada("post", address(report, "submit"))
    assert (moved.status_code, moved.json()["state"]) == (200, "submitted")
    moved = people.ada("post", address(report, "withdraw"), {})
    assert (moved.status_code, moved.json()["state"]) == (200, "draft")
    again = people.ada("put", address(report), {"version": 3, "next_step": "等待", "submit": True})
    assert (again.json()["state"], again.json()["next_step"]) == ("submitted", "等待")


def test_a_returned_report_comes_with_the_words_and_is_submitted_again(people: Any) -> None:
    report = people.ada("post", REPORTS, {**WHOLE, "submit": True}).json()
    return_report(Report.objects.get(pk=report["id"]), by=people.users["rita"], note="请补充数量")
    returned = people.ada("get", address(report)).json()
    assert (returned["state"], returned["decision_note"], returned["moves"]) == ("returned", "请补充数量", ["resubmit"])
    again = people.ada("put", address(report), {"version": 1, "what_was_done": "已开工3个", "submit": True}).json()
    assert (again["state"], again["what_was_done"]) == ("submitted", "已开工3个")


def test_a_colleagues_version_is_shown_and_kept(people: Any) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    people.ada("put", address(report), {"version": 1, "problem": "缺钱"})
    answer = people.ada("put", address(report), {"version": 1, "problem": "缺地", "evidence": []})
    assert answer.status_code == 409
    assert "A colleague has saved this report" in answer.json()["detail"]
    assert wrong(answer) == {}
    theirs = answer.json()["theirs"]
    assert (theirs["problem"], theirs["version"], len(theirs["evidence"])) == ("缺钱", 2, 2)
    assert Report.objects.get(pk=report["id"]).problem_zh == "缺钱"


def test_a_second_report_of_the_month_is_refused_with_the_first(people: Any) -> None:
    first = people.ada("post", REPORTS, WHOLE).json()
    answer = people.ada("post", REPORTS, WHOLE)
    assert answer.status_code == 409
    assert list(wrong(answer)) == ["#/period"]
    assert answer.json()["theirs"]["id"] == first["id"]
    assert Report.objects.filter(state="draft").count() == 1
    assert Evidence.objects.count() == 2


def test_a_status_that_has_changed_since_is_refused_with_both(people: Any) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    make.make_change(Measure.objects.get(code="M004"), "in_progress", date(2023, 8, 20))
    answer = people.ada("post", address(report, "submit"))
    assert answer.status_code == 409
    sentence = "The status has changed since you began this report"
    assert answer.json() == {
        "type": "/api/help/#conflict",
        "title": "Not allowed in the present state",
        "status": 409,
        "request_id": answer["X-Request-ID"],
        "detail": sentence,
        "errors": [{"pointer": "#/status", "detail": sentence}],
        "was": "promoting",
        "current": "in_progress",
    }
    mended = {"version": 1, "against_status": "in_progress", "effective_on": None, "submit": True}
    assert people.ada("put", address(report), mended).json()["state"] == "submitted"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what_was_done": " "}, "what_was_done"),
        ({"effective_on": "2023-08-30"}, "effective_on"),
        ({"effective_on": "2023-01-02"}, "effective_on"),
        ({"status": "completed", "evidence": []}, "evidence"),
        ({"against_status": "in_progress", "status": "completed"}, "status"),
        ({"period": "2023-09"}, "period"),
        ({"period": "2022-12"}, "period"),
    ],
)
def test_what_the_rules_refuse_is_a_409_that_names_the_field_and_saves_nothing(
    people: Any, change: dict[str, Any], field: str
) -> None:
    answer = people.ada("post", REPORTS, {**WHOLE, "submit": True, **change})
    assert answer.status_code == 409, answer.content
    assert list(wrong(answer)) == [f"#/{field}"]
    assert answer.json()["detail"]
    assert nothing_was_saved()


@pytest.mark.parametrize("move", ["submit", "withdraw"])
def test_a_finished_report_stays_as_it_is(people: Any, move: str) -> None:
    report = Report.objects.get(measure__code="M004")
    assert people.ada("put", address(report), {"version": 1, "problem": "x"}).status_code == 409
    assert people.ada("post", address(report, move)).status_code == 409
    report.refresh_from_db()
    assert (report.state, report.problem_zh) == ("accepted", "")
    assert Report.objects.filter(measure__code="M004").count() == 1


def test_a_submitted_report_is_not_changed_nor_submitted_twice(people: Any) -> None:
    report = people.ada("post", REPORTS, {**WHOLE, "submit": True}).json()
    assert people.ada("put", address(report), {"version": 1, "problem": "x"}).status_code == 409
    assert people.ada("post", address(report, "submit")).status_code == 409


BAD = [
    ({"period": "2023-8"}, "period"),
    ({"period": 202308}, "period"),
    ({"period": None}, "period"),
    ({"status": "done"}, "status"),
    ({"status": None}, "status"),
    ({"status": ["promoting"]}, "status"),
    ({"effective_on": "25/08/2023"}, "effective_on"),
    ({"effective_on": 20230825}, "effective_on"),
    ({"effective_on": "2023-02-30"}, "effective_on"),
    ({"what_was_done": 5}, "what_was_done"),
    ({"what_was_done": None}, "what_was_done"),
    ({"what_was_done": "字" * 2001}, "what_was_done"),
    ({"problem": "x" * 100_000}, "problem"),
    ({"next_step": "a\x00b"}, "next_step"),
    ({"submit": "yes"}, "submit"),
    ({"submit": 1}, "submit"),
    ({"evidence": DOCUMENT}, "evidence"),
    ({"evidence": ["a document"]}, "evidence/0"),
    ({"evidence": [DOCUMENT, {}]}, "evidence/1"),
    ({"evidence": [{**DOCUMENT, **LINK}]}, "evidence/0"),
    ({"evidence": [{"document_number": " "}]}, "evidence/0/document_number"),
    ({"evidence": [{"document_number": "x" * 81}]}, "evidence/0/document_number"),
    ({"evidence": [DOCUMENT, {"url": "javascript:alert(1)"}]}, "evidence/1/url"),
    ({"evidence": [{"url": "ftp://example.org/x"}]}, "evidence/0/url"),
    ({"evidence": [{**LINK, "title": "x" * 201}]}, "evidence/0/title"),
    ({"evidence": [{**LINK, "file": "x"}]}, "evidence/0/file"),
    ({"evidence": [DOCUMENT] * 21}, "evidence"),
    ({"state": "accepted"}, "state"),
    ({"version": 1}, "version"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_does_not_fit_is_a_400_that_names_the_field_and_saves_nothing(
    people: Any, change: dict[str, Any], field: str, language: str
) -> None:
    body = json.dumps({**WHOLE, "submit": True, **change})
    answer = Client().post(
        f"{API}{REPORTS}?lang={language}", body, content_type="application/json", headers=people.ada.headers
    )
    assert answer.status_code == 400, answer.content
    assert list(wrong(answer)) == [f"#/{field}"]
    [sentence] = wrong(answer)[f"#/{field}"]
    assert sentence.isascii() == (language == "en"), sentence
    assert nothing_was_saved()


@pytest.mark.parametrize("missing", ["period", "status"])
def test_what_is_missing_is_named(people: Any, missing: str) -> None:
    body = {name: value for name, value in WHOLE.items() if name != missing}
    assert wrong(people.ada("post", REPORTS, body)) == {f"#/{missing}": ["This field is required"]}


def test_every_wrong_field_is_named_at_once(people: Any) -> None:
    errors = wrong(people.ada("post", REPORTS, {"status": 1, "more/less": 2, "submit": 3}))
    assert set(errors) == {"#/status", "#/more~1less", "#/submit", "#/period"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('"text"', 400),
        ("null", 400),
        ('{"period": NaN}', 400),
        (b"\xff\xfe", 400),
        ("[" * 100_000, 400),
        (json.dumps({"what_was_done": "x" * 1_000_001}), 413),
    ],
)
def test_what_is_no_json_object_is_refused(people: Any, body: Any, status: int) -> None:
    answer = people.ada("post", REPORTS, body)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert nothing_was_saved()


def test_a_form_is_no_json(people: Any) -> None:
    sent = {"data": "status=completed", "content_type": "application/x-www-form-urlencoded"}
    answer = people.ada("post", REPORTS, **sent)
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_script_is_only_text(people: Any) -> None:
    text = '<script>alert("x")</script>'
    assert people.ada("post", REPORTS, {**WHOLE, "what_was_done": text}).json()["what_was_done"] == text


@pytest.mark.parametrize("body", [{"problem": "x"}, {"version": "1"}, {"version": 1.5}, {"version": True}])
def test_a_change_needs_the_version(people: Any, body: dict[str, Any]) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    answer = people.ada("put", address(report), body)
    assert answer.status_code == 400
    assert list(wrong(answer)) == ["#/version"]


def test_a_move_takes_no_fields(people: Any) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    answer = people.ada("post", address(report, "submit"), {"status": "completed"})
    assert list(wrong(answer)) == ["#/status"]
    assert Report.objects.get(pk=report["id"]).state == "draft"


@pytest.mark.parametrize(
    ("who", "status"), [("ben", 403), ("vic", 403), ("rita", 403), ("audit", 403), ("reads", 403), ("nobody", 401)]
)
@pytest.mark.parametrize("number", range(len(FILED)))
def test_nobody_else_files(people: Any, settings: Any, who: str, status: int, number: int) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    report = people.ada("post", REPORTS, {**WHOLE, "submit": number == 3}).json()
    state = report["state"]
    method, path = FILED[number]
    path = path.replace("M001", "M004").replace("/1/", f"/{report['id']}/")
    answer = getattr(people, who)(method, path, {**WHOLE, "period": "2023-07", "version": 1})
    assert answer.status_code == status
    assert list(answer.json()) == ["type", "title", "status", "detail", "request_id"]
    assert [each.state for each in Report.objects.exclude(state="accepted")] == [state]
    if who == "reads":
        assert "of the scope “read”" in answer.json()["detail"]
    elif status == 403:
        assert answer.json()["detail"] == "Only the lead department may report on this measure"


def test_who_sees_which(people: Any, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    report = people.ada("post", REPORTS, WHOLE).json()
    for who, states in {
        "ada": ["draft", "accepted"],
        "reads": ["draft", "accepted"],
        "rita": ["draft", "accepted"],
        "audit": ["draft", "accepted"],
        "ben": ["accepted"],
        "vic": ["accepted"],
        "nobody": ["accepted"],
    }.items():
        rows = getattr(people, who)("get", REPORTS).json()["results"]
        assert [row["state"] for row in rows] == states, who
        status = 200 if len(states) == 2 else 401 if who == "nobody" else 403
        assert getattr(people, who)("get", address(report)).status_code == status, who
        note = "" if len(states) == 2 else None
        assert rows[-1]["decision_note"] == note


def test_a_files_name_is_for_those_who_may_have_it(people: Any, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    report = Report.objects.get(measure__code="M004")
    file = SimpleUploadedFile("名单.pdf", b"%PDF-1.7")
    Evidence.objects.create(report=report, file=file, file_name="名单.pdf", content_type="application/pdf", size=8)
    assert people.vic("get", address(report)).json()["evidence"][0]["file_name"] == "名单.pdf"
    assert people.nobody("get", address(report)).json()["evidence"] == []


def test_a_file_stays_when_documents_are_replaced(people: Any) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    stored = Report.objects.get(pk=report["id"])
    file = SimpleUploadedFile("名单.pdf", b"%PDF-1.7")
    Evidence.objects.create(report=stored, file=file, file_name="名单.pdf", content_type="application/pdf", size=8)
    attach_document(stored, by=people.users["ada"], number="2号")
    left = people.ada("put", address(report), {"version": 1, "evidence": [LINK]}).json()["evidence"]
    assert {(each["file_name"], each["url"]) for each in left} == {("", LINK["url"]), ("名单.pdf", "")}


@pytest.mark.parametrize("path", ["measures/M999/reports/", "measures/M004/reports/999999/"])
def test_what_does_not_exist_is_not_found(people: Any, path: str) -> None:
    assert people.ada("get", path).status_code == 404
    method = "post" if "M999" in path else "put"
    assert people.ada(method, path, {**WHOLE, "version": 1}).status_code == 404


def test_a_report_is_that_of_its_measure(people: Any) -> None:
    report = people.ada("post", REPORTS, WHOLE).json()
    assert people.ada("get", f"measures/M001/reports/{report['id']}/").status_code == 404


def test_what_is_sent_is_of_today(people: Any) -> None:
    answer = Client().post(
        f"{API}{REPORTS}?as_of=2023-08-01",
        json.dumps(WHOLE),
        content_type="application/json",
        headers=people.ada.headers,
    )
    assert list(wrong(answer)) == ["as_of"]


def test_drafts_are_of_the_day_they_were_last_edited(people: Any) -> None:
    people.ada("post", REPORTS, WHOLE)
    answer = Client().get(f"{API}{REPORTS}?as_of=2023-08-28", headers=people.ada.headers).json()
    assert [row["state"] for row in answer["results"]] == ["accepted"]


def test_in_the_browser_a_post_needs_its_csrf_token(people: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.users["ada"])
    body = json.dumps(WHOLE)
    answer = strict.post(f"{API}{REPORTS}?lang=en", body, content_type="application/json")
    assert answer.status_code == 403
    assert "needs the CSRF token of a page" in answer.json()["detail"]
    assert nothing_was_saved()
    strict.get("/accounts/password/")
    token = {"X-CSRFToken": strict.cookies["csrftoken"].value}
    answer = strict.post(f"{API}{REPORTS}", body, content_type="application/json", headers=token)
    assert answer.status_code == 201


def test_a_token_needs_no_csrf_token(people: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(
        f"{API}{REPORTS}", json.dumps(WHOLE), content_type="application/json", headers=people.ada.headers
    )
    assert answer.status_code == 201


def test_what_is_sent_and_answered_fits_the_schema(people: Any) -> None:
    everything = described()

    def fits(path: str, method: str, answer: Any) -> None:
        shapes = everything["paths"][API + path][method]["responses"][str(answer.status_code)]["content"]
        jsonschema.validate(answer.json(), plain(shapes[answer["Content-Type"]]["schema"], everything))

    each, one = "measures/{code}/reports/", "measures/{code}/reports/{report}/"
    sent = everything["paths"][API + each]["post"]["requestBody"]
    assert sent["required"]
    shape = plain(sent["content"]["application/json"]["schema"], everything)
    jsonschema.validate({**WHOLE, "submit": True}, shape)
    for unfit in (
        {"status": "promoting"},
        {**WHOLE, "more": 1},
        {**WHOLE, "submit": "yes"},
        {**WHOLE, "evidence": [{}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(unfit, shape)

    made = people.ada("post", REPORTS, WHOLE)
    fits(each, "post", made)
    fits(each, "post", people.ada("post", REPORTS, WHOLE))
    fits(each, "post", people.ada("post", REPORTS, {}))
    fits(each, "post", people.ben("post", REPORTS, {}))
    fits(each, "post", people.nobody("post", REPORTS, {}))
    fits(each, "post", people.ada("post", REPORTS, "x" * 1_000_001))
    fits(each, "post", people.ada("post", REPORTS, data="x", content_type="text/plain"))
    fits(each, "get", people.ada("get", REPORTS))
    fits(one, "get", people.ada("get", address(made.json())))
    fits(one, "put", people.ada("put", address(made.json()), {"version": 1, "problem": "x"}))
    fits(one, "put", people.ada("put", address(made.json()), {"version": 1, "problem": "y"}))
    fits(f"{one}submit/", "post", people.ada("post", address(made.json(), "submit")))
    fits(f"{one}submit/", "post", people.ada("post", address(made.json(), "submit")))
    fits(f"{one}withdraw/", "post", people.ada("post", address(made.json(), "withdraw")))


def test_the_number_of_queries_does_not_grow(people: Any) -> None:
    measure = Measure.objects.get(code="M004")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert people.rita("get", REPORTS).status_code == 200
        return len(queries)

    people.rita("get", REPORTS)
    few = count()
    for day in range(1, 28):
        attached = make.make_report(measure, date(2023, 6, day))
        Evidence.objects.create(report=attached, document_number=str(day))
    assert count() == few


def of_report(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.content
    found: dict[str, Any] = answer.json()
    return {name: found[name] for name in found if name.endswith(("_zh", "_en"))}


def test_a_bare_text_stands_in_the_language_in_which_it_is_written(people: Any) -> None:
    # Whichever language the caller reads in: the address says English.
    sent = {
        "what_was_done": "已开工",
        "problem": "Two permits are missing",
        "evidence": [{**DOCUMENT, "title": "List"}],
    }
    answer = people.ada("post", REPORTS, {**WHOLE, **sent})
    assert of_report(answer) == {
        "what_was_done_zh": "已开工",
        "what_was_done_en": "",
        "problem_zh": "",
        "problem_en": "Two permits are missing",
        "next_step_zh": "招聘",
        "next_step_en": "",
    }
    [piece] = answer.json()["evidence"]
    assert (piece["title_zh"], piece["title_en"]) == ("", "List")
    # A word in the other language takes its place.
    report = answer.json()
    changed = people.ada("put", address(report), {"version": 1, "what_was_done": "Begun", "problem": "缺证"})
    assert of_report(changed) == {
        "what_was_done_zh": "",
        "what_was_done_en": "Begun",
        "problem_zh": "缺证",
        "problem_en": "",
        "next_step_zh": "招聘",
        "next_step_en": "",
    }


def test_a_body_may_say_what_a_text_is_in_each_language(people: Any) -> None:
    texts = {"what_was_done_zh": "已开工", "what_was_done_en": "Begun", "problem_en": "缺人"}
    answer = people.ada("post", REPORTS, {"period": "2023-08", "status": "promoting", **texts})
    report = answer.json()
    assert of_report(answer) == {**texts, "problem_zh": "", "next_step_zh": "", "next_step_en": ""}
    # What is left out stays, in the other language too.
    changed = people.ada("put", address(report), {"version": 1, "what_was_done_en": "It began", "next_step": "招聘"})
    assert of_report(changed) == {
        "what_was_done_zh": "已开工",
        "what_was_done_en": "It began",
        "problem_zh": "",
        "problem_en": "缺人",
        "next_step_zh": "招聘",
        "next_step_en": "",
    }
    again = people.ada("put", address(report), {"version": 2, "status": "promoting", "next_step": "培训"})
    assert of_report(again)["what_was_done_en"] == "It began"


def test_a_text_comes_either_bare_or_by_its_languages(people: Any) -> None:
    answer = people.ada("post", REPORTS, {**WHOLE, "problem_en": "Nobody"})
    assert answer.status_code == 400
    assert wrong(answer) == {"#/problem": ["Send the text either bare or by its languages."]}
    assert nothing_was_saved()


def test_an_accepted_english_report_is_the_reason_of_its_change_in_english(people: Any) -> None:
    sent = {**WHOLE, "what_was_done": "Building began", "problem": "", "next_step": "", "submit": True}
    report = Report.objects.get(pk=people.ada("post", REPORTS, sent).json()["id"])
    change = accept_report(report, by=people.users["rita"])
    assert (change.reason_zh, change.reason_en) == ("", "Building began")
