"""Notices of values that are due, late or decided, who is sent them, and their words: Ada and a colleague report for
the department that owns `growth`, Ben for another, Rita reviews. The days are written by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from core.period_codes import Period, read_period
from indicators.dues import Rhythm, next_due
from indicators.models import Indicator, ValueReport
from indicators.values.services import ValueData, accept_value, save_value, submit_value, undo_value
from notices.digests import send_digests
from notices.due_values import notify_of_due_values
from notices.models import Notice
from notices.services import notices_for
from notices.tasks import notify_of_due_values_task
from notices.wording import notice_sentence, notice_url
from office.mergers import merge_departments
from pilotzone.schedule import TASKS as SCHEDULE
from reporting.services import return_report
from tests.factories import make_department, make_indicator, make_observation, make_plan, make_user, region
from tests.pages import text_of

pytestmark = pytest.mark.django_db
VALUE = ValueData(
    Decimal("6.3"), verified=True, released_on=date(2023, 7, 21), value_provenance="published", source="山东省统计局"
)
FIRST_QUARTER = {"period": "2023Q1", "period_kind": "quarter", "period_end": date(2023, 3, 31)}
# Of Q2 2023, 20 days after its end.
DUE = date(2023, 7, 20)


@pytest.fixture
def site(today: date, settings: Any) -> SimpleNamespace:
    settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
    plan, science = make_plan(), make_department("science", short_en="Science", short_zh="科技厅")
    growth = make_indicator("growth", name_en="Growth", name_zh="增速", owner=science, frequency="quarter", due_days=20)
    make_observation(growth, "5.3", released_on=date(2023, 4, 20), **FIRST_QUARTER)
    return SimpleNamespace(
        plan=plan,
        science=science,
        growth=growth,
        home=region(),
        ada=make_user("ada", role="reporter", department=science, language="en", email="ada@science.example"),
        colleague=make_user("colleague", role="reporter", department=science, email="colleague@science.example"),
        gone=make_user("gone", role="reporter", department=science, is_active=False, email="gone@science.example"),
        vic=make_user("vic", department=science, email="vic@science.example"),
        ben=make_user("ben", role="reporter", department=make_department("other"), email="ben@other.example"),
        rita=make_user("rita", role="reviewer", email="rita@office.example"),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def a_period(code: str) -> Period:
    period = read_period(code)
    assert period is not None
    return period


def filed(site: SimpleNamespace, code: str = "2023Q2") -> ValueReport:
    draft = save_value(site.growth, site.home, a_period(code), by=site.ada, data=VALUE)
    return submit_value(draft, by=site.ada)


def told() -> set[tuple[str, str, str, str]]:
    rows = Notice.objects.values_list("user__username", "kind", "indicator__code", "value_period")
    return {(str(user), kind, str(code), period) for user, kind, code, period in rows}


def told_on(*days: date) -> list[tuple[str, str, date]]:
    """Run the task on these days, and return all that Ada is told: kind, period and day."""
    for day in days:
        notify_of_due_values(day)
    rows = Notice.objects.filter(user__username="ada").order_by("day", "value_period")
    return list(rows.values_list("kind", "value_period", "day"))


class TestDue:
    def test_the_owners_reporters_are_told_on_the_days_of_due_dates(self, site: SimpleNamespace) -> None:
        days = [date(2023, 6, 15) + timedelta(days=number) for number in range(70)]
        assert told_on(*days) == [
            # Not before the period is over: there is nothing to file.
            ("due_soon", "2023Q2", date(2023, 7, 13)),
            ("due_soon", "2023Q2", date(2023, 7, 19)),
            ("overdue", "2023Q2", date(2023, 7, 21)),
            ("overdue", "2023Q2", date(2023, 7, 27)),
            ("overdue", "2023Q2", date(2023, 8, 19)),
        ]
        assert {name for name, *_rest in told()} == {"ada", "colleague"}

    def test_twice_on_a_day_is_told_once(self, site: SimpleNamespace, settings: Any) -> None:
        settings.PILOTZONE_TODAY = date(2023, 7, 19)
        for _time in range(2):
            notify_of_due_values_task()
        expected = {(name, "due_soon", "growth", "2023Q2") for name in ("ada", "colleague")}
        assert told() == expected and Notice.objects.count() == 2

    def test_a_value_that_waits_or_is_there_is_owed_no_more(self, site: SimpleNamespace) -> None:
        report = filed(site)
        notify_of_due_values(date(2023, 7, 27))
        assert not Notice.objects.exists()
        accept_value(report, by=site.rita)
        Notice.objects.all().delete()
        assert told_on(date(2023, 8, 19)) == []

    def test_one_that_was_begun_or_came_back_is(self, site: SimpleNamespace) -> None:
        return_report(filed(site), by=site.rita, note="来源？")
        Notice.objects.all().delete()
        assert told_on(date(2023, 7, 27)) == [("overdue", "2023Q2", date(2023, 7, 27))]

    @pytest.mark.parametrize(
        "changes", [{"owner": None}, {"frequency": ""}, {"due_days": None}], ids=["owner", "frequency", "days"]
    )
    def test_without_an_owner_or_a_rhythm_nothing_is_owed(self, site: SimpleNamespace, changes: dict[str, Any]) -> None:
        Indicator.objects.update(**changes)
        assert told_on(date(2023, 7, 19), date(2023, 7, 21)) == []

    def test_of_those_that_are_long_overdue_the_oldest_alone(self, site: SimpleNamespace) -> None:
        """Q2 2023 was due on 20 July, Q3 on 20 October, Q4 on 20 January. 16 January 2024 is 180 days after the first,
        18 January 90 days after the second, the other two 1 and 7 days after the third."""
        days = [date(2024, 1, 16), date(2024, 1, 18), date(2024, 1, 21), date(2024, 1, 27)]
        assert told_on(*days) == [
            ("overdue", "2023Q2", date(2024, 1, 16)),
            ("overdue", "2023Q4", date(2024, 1, 21)),
            ("overdue", "2023Q4", date(2024, 1, 27)),
        ]

    def test_a_value_of_another_region_is_not_the_one_that_is_owed(self, site: SimpleNamespace) -> None:
        second = {"period": "2023Q2", "period_kind": "quarter", "period_end": date(2023, 6, 30)}
        make_observation(site.growth, region_code="370200", released_on=date(2023, 7, 10), **second)
        assert len(told_on(date(2023, 7, 19))) == 1

    def test_a_site_without_a_plan_has_nothing_to_tell(self, today: date) -> None:
        notify_of_due_values(today)

    def test_the_number_of_queries_does_not_grow(
        self, site: SimpleNamespace, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            make_indicator(f"other_{number}", owner=site.science, frequency="quarter", due_days=20)
        with django_assert_max_num_queries(8):
            notify_of_due_values(date(2023, 7, 19))
        assert Notice.objects.count() == 42

    def test_the_task_stands_in_the_schedule_before_the_e_mail(self) -> None:
        entries = {each["task"]: each["schedule"] for each in SCHEDULE.values()}
        hours = [
            (max(entries[name].hour), max(entries[name].minute))
            for name in ("notices.tasks.notify_of_due_values_task", "notices.tasks.send_digests_task")
        ]
        assert hours == [(7, 30), (8, 0)]


class TestDecisions:
    def test_the_department_is_told_each_and_nobody_else(self, site: SimpleNamespace) -> None:
        report = filed(site)
        assert not Notice.objects.exists()
        return_report(report, by=site.rita, note="请附公报")
        accept_value(submit_value(report, by=site.ada), by=site.rita)
        undo_value(report, by=site.rita, note="看错行")
        kinds = Notice.objects.order_by("pk").values_list("user__username", "kind")
        assert list(kinds) == [
            (name, kind) for kind in ("returned", "accepted", "undone") for name in ("ada", "colleague")
        ]

    def test_one_that_was_refused_tells_nobody(self, site: SimpleNamespace) -> None:
        report = filed(site)
        with pytest.raises(NotAllowed):
            return_report(report, by=site.rita, note=" ")
        assert not Notice.objects.exists()

    def test_the_reason_is_of_the_return_that_stands(self, site: SimpleNamespace) -> None:
        report = return_report(filed(site), by=site.rita, note="100% of what?")
        notice = notices_for(site.ada).get()
        start = "The value of Growth for Q2 2023 (Shandong) was returned"
        assert notice_sentence(notice) == f"{start}: 100% of what?"
        submit_value(report, by=site.ada)
        assert notice_sentence(notices_for(site.ada).get()) == f"{start}."

    def test_it_leads_to_the_form_or_where_that_is_anothers_by_now_to_the_indicator(
        self, site: SimpleNamespace
    ) -> None:
        report = return_report(filed(site), by=site.rita, note="来源？")
        assert notice_url(notices_for(site.ada).get()) == "/indicators/growth/value/?period=2023Q2&region=370000"
        site.growth.owner = site.ben.department
        site.growth.save()
        assert notice_url(notices_for(site.ada).get()) == "/indicators/growth/"
        Notice.objects.all().delete()
        accept_value(submit_by_owner(site, report), by=site.rita)
        assert notice_url(notices_for(site.ada).get()) == "/indicators/growth/"

    def test_the_successor_of_a_department_is_told(self, site: SimpleNamespace) -> None:
        """The successor has a draft of its own of the same period, from when it owned the indicator: so the other
        report stays with the department that is no more."""
        site.growth.owner = site.ben.department
        site.growth.save()
        save_value(site.growth, site.home, a_period("2023Q2"), by=site.ben, data=VALUE)
        site.growth.owner = site.science
        site.growth.save()
        report = filed(site)
        merge_departments(site.science, into=site.ben.department, by=site.rita, reason="机构改革")
        Notice.objects.all().delete()
        report = ValueReport.objects.get(pk=report.pk)
        return_report(report, by=site.rita, note="来源？")
        assert report.department == site.science
        assert set(Notice.objects.values_list("user__username", flat=True)) == {"ada", "ben", "colleague"}


def submit_by_owner(site: SimpleNamespace, report: ValueReport) -> ValueReport:
    """Once the indicator is the department's again."""
    site.growth.owner = site.science
    site.growth.save()
    return submit_value(ValueReport.objects.get(pk=report.pk), by=site.ada)


class TestWords:
    @pytest.fixture
    def told_all(self, site: SimpleNamespace, today: date) -> SimpleNamespace:
        """Due soon, late, returned and accepted."""
        notify_of_due_values(date(2023, 7, 19))
        notify_of_due_values(date(2023, 7, 21))
        report = return_report(filed(site), by=site.rita, note="请附公报 <原文>")
        third = ValueReport.objects.get(pk=report.pk)
        accept_value(submit_value(third, by=site.ada), by=site.rita)
        return_report(filed(site, "2022Q4"), by=site.rita, note="请附公报 <原文>")
        assert send_digests(today) == 2
        return site

    def body(self, name: str) -> str:
        [found] = [each for each in mail.outbox if each.to == [f"{name}@science.example"]]
        return str(found.body)

    def test_of_the_e_mail_in_english(self, told_all: SimpleNamespace) -> None:
        form = "https://pilotzone.example/indicators/growth/value/?period=2023Q2&region=370000&plan=shandong-2023-2025"
        body = self.body("ada")
        for sentence, url in (
            ("The value of Growth for Q2 2023 (Shandong) is due on 20 July 2023.", form),
            ("The value of Growth for Q2 2023 (Shandong) was due on 20 July 2023 and is not submitted yet.", form),
            (
                "The value of Growth for Q4 2022 (Shandong) was returned: 请附公报 <原文>",
                form.replace("2023Q2", "2022Q4"),
            ),
            (
                "The value of Growth for Q2 2023 (Shandong) was accepted.",
                "https://pilotzone.example/indicators/growth/?plan=shandong-2023-2025",
            ),
        ):
            assert f"{sentence}\n{url}\n" in body

    def test_of_the_e_mail_in_chinese(self, told_all: SimpleNamespace) -> None:
        body = self.body("colleague")
        for sentence in (
            "增速：山东2023年二季度的数值应在2023年7月20日前填报。",
            "增速：山东2023年二季度的数值填报期限为2023年7月20日，逾期未提交。",
            "增速：山东2022年四季度的数值已退回，审核意见：请附公报 <原文>",
            "增速：山东2023年二季度的数值已审核通过。",
        ):
            assert f"{sentence}\n" in body
        assert "The value" not in body

    def test_of_the_inbox(self, told_all: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(told_all.ada)
        words = text_of(client.get("/inbox/").content.decode())
        assert "Overdue" in words
        assert "The value of Growth for Q2 2023 (Shandong) was due on 20 July 2023 and is not submitted yet." in words
        notice = told_all.ada.notices.filter(kind="overdue").get()
        answer = client.get(f"/inbox/{notice.pk}/")
        assert answer["Location"] == "/indicators/growth/value/?period=2023Q2&region=370000"
        assert client.get(answer["Location"]).status_code == 200

    def test_who_has_no_address_or_a_closed_account_gets_no_e_mail(self, site: SimpleNamespace, today: date) -> None:
        type(site.ada).objects.filter(pk=site.ada.pk).update(email="")
        notify_of_due_values(date(2023, 7, 19))
        assert send_digests(today) == 1
        assert [each.to for each in mail.outbox] == [["colleague@science.example"]]


class TestNextValue:
    QUARTER = Rhythm("quarter", 20)

    @pytest.mark.parametrize(
        ("on", "period", "due_on"),
        [
            (date(2023, 6, 30), "2023Q2", DUE),
            (date(2023, 7, 20), "2023Q2", DUE),
            # A day that has passed is no next one.
            (date(2023, 7, 21), "2023Q3", date(2023, 10, 20)),
        ],
    )
    def test_is_the_one_that_is_due_on_the_day_or_after_it(self, on: date, period: str, due_on: date) -> None:
        due = next_due(self.QUARTER, known_until=date(2023, 3, 31), on=on)
        assert due is not None and (due.period.code, due.due_on) == (period, due_on)

    def test_is_a_later_one_where_the_value_is_there(self) -> None:
        due = next_due(self.QUARTER, known_until=date(2023, 6, 30), on=date(2023, 7, 10))
        assert due is not None and due.period.code == "2023Q3"
        assert next_due(None, known_until=None, on=DUE) is None

    def page(self, language: str, as_of: str = "2023-07-10") -> str:
        answer = Client(headers={"Accept-Language": language}).get(f"/indicators/growth/?as_of={as_of}")
        return text_of(answer.content.decode())

    def test_stands_on_the_indicators_page(self, site: SimpleNamespace, open_reading: Any) -> None:
        assert "Next value Q2 2023, due from Science by 20 July 2023" in self.page("en")
        assert "Next value Q3 2023, due from Science by 20 October 2023" in self.page("en", "2023-07-21")
        assert "下一个数值 2023年二季度，由科技厅在2023年7月20日前填报" in self.page("zh-hans")

    @pytest.mark.parametrize("changes", [{"owner": None}, {"frequency": ""}], ids=["owner", "rhythm"])
    def test_stands_nowhere_without_an_owner_or_a_rhythm(
        self, site: SimpleNamespace, open_reading: Any, changes: dict[str, Any]
    ) -> None:
        Indicator.objects.update(**changes)
        assert "Next value" not in self.page("en")
