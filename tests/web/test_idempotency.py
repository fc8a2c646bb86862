"""Tests that what is sent twice is done once: forms by their hidden id, requests of the API by the header
Idempotency-Key."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from measures.models import Comment, Evidence, Measure, Report, StatusChange
from measures.reports import ReportData, save_draft, submit_report
from tests.documents import make_pdf
from tests.factories import make_change, make_measure, make_plan, make_user
from tests.services import ROOT
from web.idempotency import FORM_ID, delete_old_keys
from web.models import IdempotencyKey

pytestmark = pytest.mark.both_databases

AUGUST = date(2023, 8, 1)
FORM = "/measures/M001/report/?period=2023-08"
# They change nothing that a second time would double, or begin and end a session.
WITHOUT_ID = {
    "accounts/code.html",  # a code is good once
    "accounts/confirm.html",
    "accounts/forgotten.html",
    "accounts/login.html",
    "accounts/password_change.html",
    "accounts/password_set.html",  # the link is good once
    "accounts/tokens.html",  # the newest token stands in its form
    "base.html",
    "rollups/runs.html",
}


@pytest.fixture(autouse=True)
def _on_the_day(request: Any, today: date, settings: Any, tmp_path: Any) -> None:
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path
    settings.STORAGES = storages


@pytest.fixture
def measure(db: None) -> Measure:
    make_plan()
    measure: Measure = make_measure(code="M001")
    return measure


@pytest.fixture
def ada(measure: Measure) -> Any:
    return make_user("ada", role="reporter", department=measure.lead_department, language="en")


@pytest.fixture
def rita(measure: Measure) -> Any:
    return make_user("rita", role="reviewer", language="en")


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def twice(user: Any, path: str, **fields: Any) -> tuple[Any, Any]:
    """The same form sent twice, the first answer lost; both answers."""
    client = logged_in(user)
    sent = {FORM_ID: "made-by-the-client", **fields}
    first = client.post(path, sent)
    client.cookies.pop("messages", None)
    return first, client.post(path, sent)


def words(response: Any) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


def test_a_comment_sent_twice_stands_there_once(ada: Any) -> None:
    first, second = twice(ada, "/measures/M001/comment/", text="Well done")
    assert Comment.objects.count() == 1
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert words(second) == ["The comment was added"]
    assert second.cookies["pilotzone_done"].value == "made-by-the-client"


def test_other_words_under_the_same_id_are_another_comment(ada: Any) -> None:
    """A step back in the browser, and on with other words."""
    client = logged_in(ada)
    for text in ("One", "Two", "One"):
        client.post("/measures/M001/comment/", {FORM_ID: "same", "text": text})
    assert sorted(Comment.objects.values_list("text", flat=True)) == ["One", "Two"]


def test_the_id_of_one_person_says_nothing_of_another_s(ada: Any, rita: Any) -> None:
    for user in (ada, rita):
        logged_in(user).post("/measures/M001/comment/", {FORM_ID: "same", "text": "Seen"})
    assert Comment.objects.count() == 2


def test_a_file_and_a_link_attached_twice_are_there_once(ada: Any) -> None:
    client = logged_in(ada)
    for _each in range(2):
        sent = {
            FORM_ID: "one",
            "status": "promoting",
            "against_status": "promoting",
            "action": "attach",
            "evidence": SimpleUploadedFile("a.pdf", make_pdf("a")),
            "url": "https://example.org/",
            "version": "",
        }
        assert client.post(FORM, sent).status_code == 302
    assert Evidence.objects.count() == 2
    assert Report.objects.get().version == 1


def test_a_report_submitted_twice_is_submitted_once(ada: Any) -> None:
    sent = {"status": "promoting", "against_status": "promoting", "what_was_done": "Done", "action": "submit"}
    _first, second = twice(ada, FORM, **sent)
    assert words(second) == ["Report submitted"]
    assert Report.objects.get().state == "submitted"


def test_a_report_accepted_twice_is_accepted_and_not_refused(ada: Any, rita: Any, measure: Measure) -> None:
    data = ReportData(status="in_progress", against_status="promoting", what_was_done="Done")
    report = submit_report(save_draft(measure, by=ada, data=data, period=AUGUST), by=ada)
    _first, second = twice(rita, "/review/decide/", report=report.content_key, decision="accept")
    assert (second.status_code, words(second)) == (302, ["1 report accepted"])
    assert StatusChange.objects.filter(report=report).count() == 1


def test_a_reopening_sent_twice_is_one(rita: Any, measure: Measure) -> None:
    make_change(measure, "completed", date(2023, 8, 1))
    fields = {"status": "in_progress", "effective_on": "2023-08-20", "reason": "Not finished"}
    _first, second = twice(rita, "/measures/M001/reopen/", **fields)
    assert words(second) == ["The measure was reopened"]
    assert StatusChange.objects.filter(measure=measure, status="in_progress").count() == 1


def test_a_correction_sent_twice_is_one(rita: Any, measure: Measure) -> None:
    wrong = make_change(measure, "completed", date(2023, 8, 1))
    fields = {"status": "in_progress", "effective_on": "2023-08-01", "reason": "A slip"}
    _first, second = twice(rita, f"/measures/M001/correct/{wrong.pk}/", **fields)
    assert words(second) == ["The status change was corrected"]
    assert StatusChange.objects.filter(supersedes=wrong).count() == 1


def test_what_was_refused_is_not_kept_and_can_be_sent_again(ada: Any) -> None:
    first, second = twice(ada, "/measures/M001/comment/", text="")
    assert (first.status_code, second.status_code) == (200, 200)
    assert not IdempotencyKey.objects.exists()
    _first, second = twice(ada, "/measures/M404/comment/", text="Hm")
    assert second.status_code == 404
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("form_id", ["", "x" * 201, "with space", "\x00", "标识"])
def test_an_id_that_is_none_is_as_good_as_none(ada: Any, form_id: str) -> None:
    client = logged_in(ada)
    for _each in range(2):
        client.post("/measures/M001/comment/", {FORM_ID: form_id, "text": "Twice"})
    assert Comment.objects.count() == 2


def test_ids_are_swept_after_a_week(ada: Any) -> None:
    for days in (6, 8):
        IdempotencyKey.objects.create(
            user=ada, key=str(days), fingerprint="", created_at=timezone.now() - timedelta(days=days)
        )
    assert delete_old_keys() == 1
    assert [row.key for row in IdempotencyKey.objects.all()] == ["6"]


def test_each_form_that_changes_something_has_an_id() -> None:
    forms = {
        str(path.relative_to(ROOT / "templates")): re.findall(
            r'<form\b[^>]*method="post"(?:[^>{]|\{[%{].*?[%}]\})*>(.*?)</form>',
            path.read_text(encoding="utf-8"),
            re.DOTALL,
        )
        for path in sorted((ROOT / "templates").rglob("*.html"))
    }
    without = {name for name, found in forms.items() if any("{% form_id %}" not in each for each in found)}
    assert without == WITHOUT_ID
    assert sum(map(len, forms.values())) > 12


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_and_both_are_answered(real_connections: None, ada: Any) -> None:
    start = threading.Barrier(2)
    clients = [logged_in(ada), logged_in(ada)]

    def send(client: Client) -> Any:
        try:
            start.wait(10)
            return client.post("/measures/M001/comment/", {FORM_ID: "one", "text": "At once"})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, clients))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Comment.objects.count() == 1
