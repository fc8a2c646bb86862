"""Notices to cities and departments of months of their projects that are due, late or asked for: Zoe and Zed report for
Zibo, Yan for Yantai, Ben for the department that leads one project of Zibo. Months are due on their 25th."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from notices.digests import send_digests
from notices.due_months import notify_of_due_months
from notices.models import Notice
from notices.reminders import remind_city
from notices.tasks import notify_of_due_months_task
from projects.models import Project
from projects.services import change_scope
from reporting.services import return_report
from tests.factories import make_department, make_plan, make_project, make_project_month, make_user, region
from tests.pages import text_of

pytestmark = pytest.mark.django_db
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)


@pytest.fixture
def site(today: date, settings: Any) -> SimpleNamespace:
    settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
    settings.PILOTZONE_FIRST_REPORTING_MONTH = None
    energy, plan = make_department("energy", short_en="Energy"), make_plan("plan", starts_on=date(2023, 1, 1))
    site = SimpleNamespace(
        plan=plan,
        energy=energy,
        rita=make_user("rita", role="reviewer"),
        zoe=make_user("zoe", role="reporter", city=region("370300"), language="en", email="zoe@zibo.example"),
        zed=make_user("zed", role="reporter", city=region("370300")),
        yan=make_user("yan", role="reporter", city=region("370600")),
        ben=make_user("ben", role="reporter", department=energy),
        projects=[make_project(plan, city="370300", code=f"P000{number}") for number in range(1, 4)],
    )
    make_user("gone", role="reporter", city=region("370300"), is_active=False)
    make_user("looker", role="viewer", city=region("370300"))
    make_user("other", role="reporter", department=make_department("other"))
    Project.objects.filter(code="P0001").update(lead_department=energy)
    # June is the first month that anybody filed: Zibo has filed all of it but one project.
    for project in site.projects[:2]:
        make_project_month(project, date(2023, 6, 1))
    return site


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def told(on: date) -> set[tuple[str, str, str]]:
    """Send a day's notices of due months, and return who was told what of which month."""
    notify_of_due_months(on)
    rows = Notice.objects.filter(day=on).values_list("user__username", "kind", "period")
    return {(user, kind, f"{month:%m}") for user, kind, month in rows}


def client_of(person: Any, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 8, 2), set()),
        (date(2023, 8, 18), {("zoe", "due_soon", "08"), ("zed", "due_soon", "08"), ("ben", "due_soon", "08")}),
        (date(2023, 8, 17), set()),
        (date(2023, 8, 19), set()),
        # 30 days after that of June.
        (date(2023, 7, 25), {("zoe", "overdue", "06"), ("zed", "overdue", "06")}),
        (date(2023, 8, 25), set()),
        (date(2023, 8, 26), {("zoe", "overdue", "08"), ("zed", "overdue", "08"), ("ben", "overdue", "08")}),
        (date(2023, 9, 1), {("zoe", "overdue", "08"), ("zed", "overdue", "08"), ("ben", "overdue", "08")}),
    ],
)
def test_are_told_on_the_days_of_other_due_dates(
    site: SimpleNamespace, on: date, expected: set[tuple[str, str, str]]
) -> None:
    assert told(on) == expected


def test_of_months_that_are_long_overdue_the_oldest_is_told_alone(site: SimpleNamespace) -> None:
    """30 days after that of July, and 60 after that of June: Zibo owes June still, the department July first."""
    assert told(date(2023, 8, 24)) == {
        ("zoe", "overdue", "06"),
        ("zed", "overdue", "06"),
        ("ben", "overdue", "07"),
        ("zoe", "due_soon", "08"),
        ("zed", "due_soon", "08"),
        ("ben", "due_soon", "08"),
    }


def test_a_month_is_told_once_a_day_however_many_projects_and_tries(site: SimpleNamespace) -> None:
    for number in range(4, 9):
        make_project(site.plan, city="370300", code=f"P000{number}")
    for _time in range(2):
        told(date(2023, 8, 18))
    assert Notice.objects.filter(user=site.zoe).count() == 1
    notify_of_due_months_task()
    assert not Notice.objects.exclude(day=date(2023, 8, 18)).exists(), "29 August is no day of notices"


def test_who_owes_nothing_is_told_nothing(site: SimpleNamespace) -> None:
    for project in site.projects[1:]:
        make_project_month(project, AUGUST, state="submitted")
    change_scope(site.projects[0], ScopeKind.WITHDRAWN, by=site.rita, effective_on=date(2023, 8, 20), reason="不再实施")
    assert told(date(2023, 8, 24)) & {("zoe", "due_soon", "08"), ("ben", "due_soon", "08")} == set()
    make_project(site.plan, city="370600", code="P0009")
    assert ("yan", "overdue", "08") in told(date(2023, 8, 26))


def test_what_was_returned_is_owed_and_a_project_of_later_is_not(site: SimpleNamespace) -> None:
    for project in site.projects[:2]:
        make_project_month(project, JULY, state="submitted")
    make_project_month(site.projects[2], date(2023, 6, 1))
    later = make_project(site.plan, city="370300", code="P0009", listed_on=date(2023, 8, 1))
    make_project_month(later, JULY, state="submitted")
    month = make_project_month(site.projects[2], JULY, state="submitted")
    assert told(date(2023, 7, 26)) == set()
    return_report(month, by=site.rita, note="请核对")
    assert told(date(2023, 8, 1)) == {("zoe", "overdue", "07"), ("zed", "overdue", "07")}


def test_say_how_many_are_outstanding_now_and_lead_to_the_month(site: SimpleNamespace) -> None:
    notify_of_due_months(date(2023, 8, 18))
    make_project_month(site.projects[0], AUGUST, state="submitted")
    sentence = "The monthly reports on your projects for August 2023 are due on 25 August 2023. "
    assert sentence + "Outstanding: 2 of 3." in text_of(client_of(site.zoe).get("/inbox/").content.decode())
    assert sentence + "All are submitted now." in text_of(client_of(site.ben).get("/inbox/").content.decode())
    chinese = text_of(client_of(site.zed, "zh-hans").get("/inbox/").content.decode())
    assert "2023年8月项目月报的填报截止日期为2023年8月25日。应报3项，未报2项。" in chinese
    notice = Notice.objects.get(user=site.zoe)
    opened = client_of(site.zoe).get(f"/inbox/{notice.pk}/")
    assert opened.url == "/workspace/?period=2023-08"
    assert client_of(site.zoe).get(opened.url).status_code == 200


def test_are_in_the_digest(site: SimpleNamespace) -> None:
    notify_of_due_months(date(2023, 8, 26))
    assert send_digests(date(2023, 8, 26)) == 1
    assert (
        "The monthly reports on your projects for August 2023 were due on 25 August 2023. Outstanding: 3 of 3.\n"
        "https://pilotzone.example/workspace/?period=2023-08&plan=plan\n"
    ) in mail.outbox[0].body


def test_the_first_month_of_the_settings_is_the_first(site: SimpleNamespace, settings: Any) -> None:
    settings.PILOTZONE_FIRST_REPORTING_MONTH = AUGUST
    assert {each[2] for each in told(date(2023, 8, 24))} == {"08"}
    # A setting of the time before anybody filed a month of a project makes none owed.
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 1, 1)
    assert told(date(2023, 7, 25)) == {("zoe", "overdue", "06"), ("zed", "overdue", "06")}


def test_the_statements_do_not_grow(site: SimpleNamespace) -> None:
    def statements() -> tuple[int, int]:
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as telling:
            notify_of_due_months(date(2023, 8, 26))
        number = len(telling)
        client = client_of(site.zoe)
        client.get("/inbox/")
        with CaptureQueriesContext(connection) as reading:
            client.get("/inbox/")
        return number, len(reading)

    statements()  # what is read once a process
    before = statements()
    for number in range(10, 20):
        make_project(site.plan, city=("370300", "370600")[number % 2], code=f"P00{number}")
    assert statements() == before


class TestBoard:
    """The board of cities, as far as it is like that of departments: reminders, and the months still owed."""

    URL = "/review/projects/board/"
    REMIND = "/review/projects/remind/"

    def test_reminds_a_city_once_a_day_of_the_month_and_of_those_before_that_it_owes(
        self, site: SimpleNamespace
    ) -> None:
        rita, form = client_of(site.rita), {"city": "370300", "period": "2023-08"}
        answer = rita.post(self.REMIND, form, follow=True)
        assert answer.redirect_chain == [(f"{self.URL}?period=2023-08", 302)]
        assert "2 people were reminded" in text_of(answer.content.decode())
        rows = Notice.objects.order_by("pk").values_list("user__username", "kind", "period", "city__code")
        months = (AUGUST, JULY, date(2023, 6, 1))
        assert list(rows) == [(name, "reminder", each, "370300") for each in months for name in ("zoe", "zed")]
        [row] = [each["row"] for each in answer.context["rows"]]
        assert (row.key, row.reminded_on) == ("370300", date(2023, 8, 29))
        assert "2023-08-29" in text_of(answer.content.decode())
        assert 'value="370300"' not in answer.content.decode()
        again = text_of(rita.post(self.REMIND, form, follow=True).content.decode())
        assert "Zibo: This city has been reminded today." in again
        assert Notice.objects.count() == 6

    def test_a_reminder_says_what_is_outstanding_and_leads_to_the_month(self, site: SimpleNamespace) -> None:
        remind_city(site.zoe.city, by=site.rita, plan=site.plan, period=JULY)
        make_project_month(site.projects[0], JULY, state="submitted")
        sentence = "The office reminds your city of its monthly reports on projects for July 2023. Outstanding: 2 of 3."
        assert sentence in text_of(client_of(site.zoe).get("/inbox/").content.decode())
        chinese = text_of(client_of(site.zed, "zh-hans").get("/inbox/").content.decode())
        assert "请尽快报送2023年7月项目月报。应报3项，未报2项。" in chinese
        newest = Notice.objects.filter(user=site.zoe, period=JULY).get()
        assert client_of(site.zoe).get(f"/inbox/{newest.pk}/").url == "/workspace/?period=2023-07"
        # Who files for another city since is told no more of what Zibo owes.
        make_project(site.plan, city="370600", code="P0009")
        User.objects.filter(pk=site.zoe.pk).update(city=site.yan.city)
        text = text_of(client_of(User.objects.get(pk=site.zoe.pk)).get("/inbox/").content.decode())
        assert "its monthly reports on projects for July 2023." in text and "Outstanding" not in text

    def test_reminds_all_that_owe_and_says_who_has_no_reporter(self, site: SimpleNamespace) -> None:
        make_project_month(make_project(site.plan, city="370600", code="P0008"), AUGUST, state="submitted")
        make_project(site.plan, city="370200", code="P0009")
        rita = client_of(site.rita)
        text = text_of(rita.post(self.REMIND, {"city": "all", "period": "2023-08"}, follow=True).content.decode())
        assert "2 people were reminded" in text and "Without a reporter to remind: Qingdao" in text
        assert set(Notice.objects.values_list("user__username", flat=True)) == {"zoe", "zed"}
        refused = text_of(rita.post(self.REMIND, {"city": "370600", "period": "2023-08"}, follow=True).content.decode())
        assert "Yantai: This city has reported the month of all its projects." in refused
        nobody = text_of(rita.post(self.REMIND, {"city": "x", "period": "2023-08"}, follow=True).content.decode())
        assert "There is no city to remind." in nobody

    def test_lists_every_month_that_is_still_owed(self, site: SimpleNamespace, settings: Any) -> None:
        make_project(site.plan, city="370600", code="P0009", listed_on=JULY)
        page = client_of(site.rita).get(f"{self.URL}?period=2023-07")
        assert (
            "Months outstanding Month None submitted Some submitted Outstanding "
            "June 2023 0 1 1 July 2023 2 0 4 August 2023 2 0 4"
        ) in text_of(page.content.decode())
        assert 'href="?period=2023-08"' in page.content.decode()
        assert "每市每日至多催报一次" in client_of(site.rita, "zh-hans").get(self.URL).content.decode()
        # Before its day a month is none of these.
        settings.PILOTZONE_TODAY = date(2023, 8, 25)
        assert "August 2023 2 0 4" not in text_of(client_of(site.rita).get(self.URL).content.decode())

    def test_is_reminded_from_by_the_office_alone(self, site: SimpleNamespace) -> None:
        audit = client_of(make_user("audit", role="auditor"))
        assert 'id="remind"' not in audit.get(self.URL).content.decode()
        for client in (audit, client_of(site.zoe), client_of(site.ben), Client()):
            assert client.post(self.REMIND, {"city": "370300", "period": "2023-08"}).status_code == 403
        with pytest.raises(NotAllowed):
            remind_city(site.zoe.city, by=site.zoe, plan=site.plan, period=AUGUST)
        assert not Notice.objects.exists()

    def test_takes_as_many_statements_for_many_cities(self, site: SimpleNamespace) -> None:
        client, counts = client_of(site.rita), []
        for code in ("370600", "370200"):
            client.get(self.URL)
            with CaptureQueriesContext(connection) as queries:
                client.get(self.URL)
            counts.append(len(queries))
            for number in range(3):
                make_project_month(make_project(site.plan, city=code, code=f"{code}-{number}"), JULY)
        assert counts[0] == counts[1]
