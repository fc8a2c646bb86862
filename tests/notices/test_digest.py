"""One e-mail a day for each person, with everything that no e-mail told before."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from accounts.models import User
from core.clock import now
from measures.reports import accept_report, submit_report
from notices.digests import send_digests, send_returns
from notices.models import Notice, NoticeKind
from notices.services import notify_departments
from notices.tasks import send_digests_task, send_returns_task
from reporting.services import return_report
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(today: date, settings: Any) -> Any:
    settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
    science = make.make_department("science")
    make.make_user("ada", role="reporter", department=science, language="en", email="ada@science.example")
    make.make_user("colleague", role="reporter", department=science, email="colleague@science.example")
    make.make_user("silent", role="reporter", department=science)
    make.make_user("rita", role="reviewer", email="rita@office.example")
    return make.make_measure(
        lead_department=science,
        code="M001",
        title_zh="建设<实验室>",
        title_en="Build a <laboratory>",
        due_on=date(2023, 9, 28),
    )


def to(address: str) -> Any:
    [found] = [each for each in mail.outbox if each.to == [address]]
    return found


def return_one(measure: Any, note: str = "Please say how many & where") -> Any:
    ada = measure.lead_department.users.get(username="ada")
    report = make.file_report(measure, by=ada, status="in_progress")
    rita = type(ada).objects.get(username="rita")
    return return_report(report, by=rita, note=note)


def test_one_e_mail_tells_everything_in_the_persons_language(site: Any, today: date) -> None:
    return_one(site)
    notify_departments([site.lead_department_id], NoticeKind.REMINDER, period=date(2023, 8, 1))
    notify_departments([site.lead_department_id], NoticeKind.DUE_SOON, measure=site)

    assert send_digests(today) == 2
    assert len(mail.outbox) == 2
    english = to("ada@science.example")
    assert english.subject == "Key task progress: 3 notices"
    assert english.from_email == "pilotzone@localhost"
    assert english.body.startswith("Dear ada,\n")
    assert (
        "The report for August 2023 on M001 Build a <laboratory> was returned: Please say how many & where\n"
        "https://pilotzone.example/measures/M001/report/?period=2023-08&plan=shandong-2023-2025\n"
    ) in english.body
    assert (
        "The office reminds your department of its reports for August 2023.\n"
        "https://pilotzone.example/workspace/?plan=shandong-2023-2025\n"
    ) in english.body
    assert (
        "M001 Build a <laboratory> is due on 28 September 2023.\n"
        "https://pilotzone.example/measures/M001/?plan=shandong-2023-2025\n" in english.body
    )
    assert "https://pilotzone.example/inbox/" in english.body
    chinese = to("colleague@science.example")
    assert "M001 建设<实验室>" in chinese.body
    assert "2023年9月28日" in chinese.body
    assert "is due" not in chinese.body


def test_nothing_is_told_twice_and_nothing_to_tell_is_no_e_mail(site: Any, today: date) -> None:
    return_one(site)
    assert send_digests(today) == 2
    notify_departments([site.lead_department_id], NoticeKind.REMINDER, period=date(2023, 8, 1))
    assert send_digests(today) == 0, "one a day"
    send_digests_task()
    assert len(mail.outbox) == 2
    assert send_digests(date(2023, 8, 30)) == 2
    assert mail.outbox[-1].body.count("https://pilotzone.example/workspace/") == 1
    assert "/measures/M001/" not in mail.outbox[-1].body
    assert send_digests(date(2023, 8, 31)) == 0
    assert len(mail.outbox) == 4
    assert set(Notice.objects.filter(user__username="silent").values_list("emailed_on", flat=True)) == {None}


def test_who_has_left_gets_none(site: Any, today: date) -> None:
    return_one(site)
    site.lead_department.users.update(is_active=False)
    assert send_digests(today) == 0


def test_a_failure_holds_up_nobody_else_and_is_made_up_for(
    site: Any, today: date, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    return_one(site)
    plain = EmailBackend.send_messages

    def failing(self: Any, messages: Any) -> int:
        if messages[0].to == ["ada@science.example"]:
            raise OSError("the server is away")
        return plain(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", failing)
    assert send_digests(today) == 1
    assert [each.to for each in mail.outbox] == [["colleague@science.example"]]
    assert Notice.objects.get(user__username="ada").emailed_on is None
    assert Notice.objects.get(user__username="colleague").emailed_on == today
    assert "could not be sent" in caplog.text

    monkeypatch.setattr(EmailBackend, "send_messages", plain)
    assert send_digests(today) == 1
    assert "was returned" in to("ada@science.example").body


def test_an_accepted_report_is_told_and_its_old_return_without_the_words_of_another_decision(
    site: Any, today: date
) -> None:
    ada = site.lead_department.users.get(username="ada")
    rita = type(ada).objects.get(username="rita")
    report = return_one(site)
    accept_report(submit_report(report, by=ada), by=rita, note="Well done")
    send_digests(today)
    body = to("ada@science.example").body
    assert "The report for August 2023 on M001 Build a <laboratory> was returned.\n" in body
    assert "The report for August 2023 on M001 Build a <laboratory> was accepted.\n" in body
    assert "Well done" not in body


class TestReturnsAtOnce:
    def test_are_told_by_themselves_with_the_reason_and_not_again(self, site: Any, today: date) -> None:
        return_one(site)
        notify_departments([site.lead_department_id], NoticeKind.REMINDER, period=date(2023, 8, 1))
        send_returns_task()
        send_returns_task()
        assert [each.to for each in mail.outbox] == [["ada@science.example"], ["colleague@science.example"]]
        english = to("ada@science.example")
        assert english.subject == "Key task progress: 1 submission was returned"
        assert (
            "The report for August 2023 on M001 Build a <laboratory> was returned: Please say how many & where\n"
            "https://pilotzone.example/measures/M001/report/?period=2023-08&plan=shandong-2023-2025\n"
        ) in english.body
        assert "reminds" not in english.body
        assert "once a day only: https://pilotzone.example/accounts/password/#returns\n" in english.body
        assert to("colleague@science.example").subject.endswith("：1 项填报被退回")

        # The day's e-mail comes all the same, with the rest.
        assert send_digests(today) == 2
        assert [each.body.count("was returned") + each.body.count("/report/") for each in mail.outbox[2:]] == [0, 0]
        assert "https://pilotzone.example/workspace/" in mail.outbox[2].body
        assert "#returns" not in mail.outbox[2].body

    def test_of_many_that_are_returned_in_one_go_there_is_one_e_mail(self, site: Any) -> None:
        return_one(site)
        return_one(make.make_measure(lead_department=site.lead_department, code="M002"), note="Of which year?")
        assert send_returns(now()) == 2
        body = to("ada@science.example").body
        assert body.count("was returned") == 2 and "Of which year?" in body

    def test_wait_for_the_digest_of_who_prefers_that(self, site: Any, today: date, client: Client) -> None:
        ada = User.objects.get(username="ada")
        client.force_login(ada)
        page = "/accounts/password/"
        assert 'value="daily"' in client.get(page).content.decode()
        answer = client.post("/language/", {"returns": "daily", "next": page}, follow=True)
        assert "Your choice is saved" in answer.content.decode() and 'value="at_once"' in answer.content.decode()
        return_one(site)
        assert send_returns(now()) == 1
        assert [each.to for each in mail.outbox] == [["colleague@science.example"]]
        assert send_digests(today) == 1
        assert "was returned" in to("ada@science.example").body
        client.post("/language/", {"returns": "at_once"})
        client.post("/language/", {"returns": "never", "language": "en"})
        ada.refresh_from_db()
        assert ada.returns_at_once

    def test_a_choice_of_nobody_and_of_who_has_no_address_is_not_offered(self, site: Any, client: Client) -> None:
        client.post("/language/", {"returns": "daily"})
        for name in ("silent", "rita"):
            client.force_login(User.objects.get(username=name))
            assert 'name="returns"' not in client.get("/accounts/password/").content.decode()

    def test_that_failed_are_tried_again_for_a_while_and_then_are_in_the_digest(
        self, site: Any, today: date, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        return_one(site)
        with monkeypatch.context() as away:
            away.setattr(EmailBackend, "send_messages", Mock(side_effect=OSError("the server is away")))
            assert send_returns(now()) == 0
        assert set(Notice.objects.values_list("emailed_on", "emailed_at_once")) == {(None, False)}
        assert send_returns(now() + timedelta(minutes=16)) == 0, "too late"
        assert send_digests(today) == 2
        assert send_returns(now()) == 0, "known already"
