"""The inbox: what a person was told, and only that person."""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.clock import now
from measures.reports import accept_report
from notices.models import Notice, NoticeKind
from notices.services import notify_departments
from reporting.services import return_report
from tests import factories as make
from web.site import site_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(today: date) -> Any:
    science = make.make_department("science")
    measure = make.make_measure(lead_department=science, code="M001", title_en="Build a <laboratory>")
    ada = make.make_user("ada", role="reporter", department=science, language="en")
    make.make_user("ben", role="reporter", department=make.make_department("energy"), language="en")
    rita = make.make_user("rita", role="reviewer")
    report = make.file_report(measure, by=ada, status="in_progress")
    return_report(report, by=rita, note="<b>How many?</b>")
    return measure


def logged_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def text_of(client: Client, address: str = "/inbox/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")]).split())


@pytest.mark.parametrize("role", ["auditor", "administrator", "reviewer", "viewer"])
def test_the_head_counts_the_unread_notices_of_everybody(site: Any, role: str) -> None:
    olga = make.make_user("olga", role=role, language="en")
    Notice.objects.create(user=olga, kind=NoticeKind.ACCOUNT, day=date(2023, 8, 29), created_at=now())
    head = logged_in("olga").get("/measures/M001/").content.decode().partition("<main")[0]
    assert re.search(r'<span data-own-unread>\s*<b class="count">1<', head)


def test_ada_reads_what_came_back_and_opens_its_form(site: Any) -> None:
    ada = logged_in("ada")
    text = text_of(ada)
    assert "1 unread notice " in text
    assert "Returned Unread 2023-08-29" in text
    assert (
        "The report for August 2023 on M001 Build a &lt;laboratory&gt; was returned: &lt;b&gt;How many?&lt;/b&gt;"
        in text
    )
    notice = Notice.objects.get()
    answer = ada.get(f"/inbox/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/measures/M001/report/?period=2023-08")
    notice.refresh_from_db()
    first = notice.read_at
    assert first is not None
    text = text_of(ada)
    assert "No unread notices" in text
    assert "Unread" not in text
    ada.get(f"/inbox/{notice.pk}/")
    notice.refresh_from_db()
    assert notice.read_at == first


def test_a_sentence_is_in_the_readers_language(site: Any) -> None:
    text = text_of(logged_in("ada"), "/inbox/?lang=zh-hans")
    assert "2023年8月" in text
    assert "M001" in text
    assert "returned" not in text


def test_newest_first_each_with_its_page(site: Any) -> None:
    lead = site.lead_department_id
    site.due_on = date(2023, 10, 1)
    site.save()
    notify_departments([lead], NoticeKind.DUE_SOON, measure=site)
    notify_departments([lead], NoticeKind.OVERDUE, measure=site)
    notify_departments([lead], NoticeKind.REMINDER, period=date(2023, 8, 1))
    report = make.make_report(make.make_measure(code="M002", title_en="Plant trees"), date(2023, 8, 20))
    notify_departments([lead], NoticeKind.ACCEPTED, measure=report.measure, report=report)
    ada = logged_in("ada")
    text = text_of(ada)
    sentences = [
        "The report for August 2023 on M002 Plant trees was accepted.",
        "The office reminds your department of its reports for August 2023.",
        "was due on 1 October 2023 and was not completed in time.",
        "is due on 1 October 2023.",
        "was returned",
    ]
    places = [text.index(each) for each in sentences]
    assert places == sorted(places)
    addresses = [ada.get(f"/inbox/{pk}/")["Location"] for pk in Notice.objects.values_list("pk", flat=True)]
    assert addresses == [
        "/measures/M002/",
        "/workspace/",
        "/measures/M001/",
        "/measures/M001/",
        "/measures/M001/report/?period=2023-08",
    ]
    site.due_on = None
    site.save()
    assert "no longer has a due date." in text_of(ada)


def test_a_reminder_names_what_is_outstanding_now(site: Any) -> None:
    lead, august = site.lead_department, date(2023, 8, 1)
    other = make.make_measure(site.section, lead, code="M007")
    make.make_measure(site.section, code="M008")  # led by another department
    notify_departments([lead.pk], NoticeKind.REMINDER, plan=site.plan, period=august)
    ada = logged_in("ada")
    make.make_report(site, date(2023, 8, 20), state="accepted")
    sentence = "Please submit your department's reports for August 2023: 1 is outstanding (M007)."
    assert sentence in html.unescape(text_of(ada))
    assert "请尽快报送2023年8月填报：还有1项未报（M007）。" in ada.get("/inbox/?lang=zh-hans").content.decode()
    make.make_report(other, date(2023, 8, 21), state="submitted")
    assert "reports for August 2023; all are submitted now." in text_of(ada)


def test_who_reports_for_a_city_now_keeps_what_the_department_was_told(site: Any) -> None:
    """Ada, who reports for a city now, is not told that all is submitted: it may not be."""
    notify_departments([site.lead_department_id], NoticeKind.REMINDER, plan=site.plan, period=date(2023, 8, 1))
    User.objects.filter(username="ada").update(department=None, city=make.region("370200"))
    ada = logged_in("ada")
    text = text_of(ada)
    assert "The office reminds your department of its reports for August 2023." in text
    assert "submitted now" not in text
    reminder = Notice.objects.get(user__username="ada", kind=NoticeKind.REMINDER)
    assert ada.get(f"/inbox/{reminder.pk}/")["Location"] == "/workspace/"
    assert ada.get("/workspace/").status_code == 200


def test_the_head_says_how_many_are_new(site: Any, client: Client, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    page = logged_in("ada").get("/measures/").content.decode()
    assert re.search(r'href="/inbox/">\s*Inbox\s+<span data-own-unread>\s*<b class="count">1<i', page)
    assert re.search(
        r'href="/inbox/">\s*Inbox\s*<span data-own-unread>\s*</span>\s*</a>',
        logged_in("ben").get("/measures/").content.decode(),
    )
    with CaptureQueriesContext(connection) as queries:
        assert "/inbox/" not in client.get("/measures/").content.decode()
    assert not [each for each in queries if "measures_notice" in each["sql"]]
    with CaptureQueriesContext(connection) as queries:
        logged_in("ada").get("/measures/")
    assert len([each for each in queries if "measures_notice" in each["sql"]]) == 1


def test_mark_all_as_read(site: Any) -> None:
    notify_departments([User.objects.get(username="ben").department_id], NoticeKind.REMINDER, period=date(2023, 8, 1))
    ada = logged_in("ada")
    page = ada.post("/inbox/read/", follow=True).content.decode()
    assert "1 notice marked as read." in page
    assert not Notice.objects.filter(user__username="ada", read_at=None).exists()
    assert Notice.objects.filter(user__username="ben", read_at=None).count() == 1
    assert "Every notice was read already." in ada.post("/inbox/read/", follow=True).content.decode()
    assert ada.get("/inbox/read/").status_code == 405


def test_ben_sees_none_of_adas(site: Any) -> None:
    ben = logged_in("ben")
    assert "There are no notices." in text_of(ben)
    assert ben.get(f"/inbox/{Notice.objects.get().pk}/").status_code == 404
    assert Notice.objects.get().read_at is None
    assert ben.get("/inbox/99999999999999999999999/").status_code == 404


def test_nobody_is_sent_to_the_log_in(site: Any, client: Client, settings: Any) -> None:
    settings.PILOTZONE_PUBLIC_READING = True
    for address, ask in (("/inbox/", client.get), (f"/inbox/{Notice.objects.get().pk}/", client.get)):
        assert ask(address)["Location"] == f"/accounts/login/?next={address}"
    assert client.post("/inbox/read/")["Location"].startswith("/accounts/login/")
    assert Notice.objects.get().read_at is None
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="ada"))
    strict.post("/inbox/read/")
    assert Notice.objects.get().read_at is None


def test_fifty_on_a_page_in_as_many_queries_as_one(site: Any) -> None:
    ada = logged_in("ada")

    def count() -> int:
        site_profile()
        with CaptureQueriesContext(connection) as queries:
            ada.get("/inbox/")
        return len(queries)

    few = count()
    for _ in range(59):
        notify_departments([site.lead_department_id], NoticeKind.REMINDER, period=date(2023, 8, 1))
    assert count() == few <= 10
    assert text_of(ada).count("reminds") == 50
    assert "Page 1 of 2" in text_of(ada)
    assert "Page 2 of 2" in text_of(ada, "/inbox/?page=2")
    assert text_of(ada, "/inbox/?page=2").count("was returned") == 1


@pytest.mark.parametrize("number", ["3", "0", "many", "-1"])
def test_a_page_that_is_none_is_refused(site: Any, number: str) -> None:
    assert logged_in("ada").get(f"/inbox/?page={number}").status_code == 400


def test_an_accepted_report_is_told(site: Any) -> None:
    ada = User.objects.get(username="ada")
    other = make.make_measure(lead_department=site.lead_department, code="M003", title_en="Save water")
    report = make.file_report(other, by=ada, status="promoting")
    accept_report(report, by=User.objects.get(username="rita"))
    assert "The report for August 2023 on M003 Save water was accepted." in text_of(logged_in("ada"))
