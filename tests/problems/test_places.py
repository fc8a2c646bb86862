"""Problems where people act: workspace, measure page, review, board, reminders, inbox and e-mail."""

import re
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from measures.models import Measure
from notices.digests import send_digests
from notices.due_dates import notify_of_due_dates
from notices.models import Notice, NoticeKind
from notices.reminders import remind_department
from problems.models import Problem
from problems.services import move_problem
from tests import factories as make
from tests.pages import text_of
from web.site import site_profile

pytestmark = pytest.mark.django_db

DAY = date(2023, 8, 29)


@pytest.fixture
def measure(today: date, open_reading: None) -> Measure:
    """Energy leads it, Science takes part; Finance, which has no part in it, can be asked to help."""
    energy = make.make_department("energy", short_en="Energy")
    science = make.make_department("science", short_en="Science")
    finance = make.make_department("finance", short_en="Finance")
    make.make_user("ben", role="reporter", department=energy, language="en", email="ben@energy.example")
    make.make_user("ada", role="reporter", department=science, language="zh-hans", email="ada@science.example")
    make.make_user("fay", role="reporter", department=finance, language="en")
    make.make_user("rita", role="reviewer", language="en", email="rita@office.example")
    measure = make.make_measure(lead_department=energy, code="M001", title_en="Build wind power")
    measure.participating_departments.add(science)
    return measure


def person(name: str) -> User:
    return User.objects.get(username=name)


def page(address: str, user: str = "") -> str:
    client = Client()
    client.cookies["pilotzone_language"] = "en"
    if user:
        client.force_login(person(user))
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def part_of(html: str) -> str:
    """The part about problems; empty without one."""
    return html.partition('id="problems"')[2].partition("</section>")[0]


def words_of(part: str) -> str:
    return text_of(f"<main {part}</main>") if part else ""


def moves_of(part: str) -> list[str]:
    return re.findall(r'href="(/measures/M001/problems/\d+/\w+/)"', part)


def make_four(measure: Measure) -> list[Problem]:
    """Owned, asked to help with, raised, and none of Energy's business."""
    finance, energy = person("fay").department, measure.lead_department
    other = make.make_measure(lead_department=finance, code="M002", title_en="Found a fund")
    owned = make.make_problem(other, date(2023, 8, 1), steps=["assign"], owner=energy, due_on=date(2023, 8, 20))
    helped = make.make_problem(other, date(2023, 8, 2), steps=["assign"], text_en="Help is needed")
    assert energy is not None
    helped.helpers.add(energy)
    raised = make.make_problem(measure, date(2023, 8, 3), steps=["assign"], owner=finance, text_en="Finance must act")
    none = make.make_problem(other, date(2023, 8, 4), text_en="No business of Energy")
    return [owned, helped, raised, none]


class TestTheWorkspace:
    def test_shows_what_concerns_the_department_with_its_moves(self, measure: Measure) -> None:
        make_four(measure)
        measure.problems.create(number=9, text_en="Not yet raised", raised_by=measure.lead_department)
        html = page("/workspace/", "ben")
        assert "1 problem to solve, 1 overdue" in text_of(html).replace(" ,", ",")
        part = part_of(html)
        words = words_of(part)
        assert "Matching funds are missing Found a fund Solves 2023-08-20 9 days overdue Being solved" in words
        assert words.index("Solves") < words.index("Helps") < words.index("Raised")
        assert "Finance must act Build wind power Raised" in words
        assert "Not yet raised" in words and "No business" not in words
        assert 'href="/measures/M002/problems/1/solve/"' in part and 'href="/measures/M002/problems/1/reply/"' in part
        assert moves_of(part) == ["/measures/M001/problems/1/reply/", "/measures/M001/problems/1/withdraw/"]
        # A draft has no page of another department.
        assert "Not yet raised" not in page("/workspace/", "fay")

    def test_without_any_has_no_part(self, measure: Measure) -> None:
        assert part_of(page("/workspace/", "ben")) == ""

    def test_leaves_out_what_the_person_does_not_look_after(self, measure: Measure) -> None:
        make_four(measure)
        Measure.objects.filter(pk=measure.pk).update(owner=person("ben"))
        words = words_of(part_of(page("/workspace/?whose=mine", "ben")))
        assert "Finance must act" in words and "Help is needed" not in words and "Matching funds" not in words

    def test_of_a_settled_one_shows_nothing(self, measure: Measure) -> None:
        make.make_problem(measure, steps=["assign", "solve", "close"])
        make.make_problem(measure, steps=["withdraw"])
        assert part_of(page("/workspace/", "ben")) == ""

    def test_asks_the_same_queries_for_many(self, measure: Measure) -> None:
        def queries() -> int:
            site_profile()
            with CaptureQueriesContext(connection) as made:
                page("/workspace/", "ben")
            return len(made)

        make_four(measure)
        few = queries()
        for number in range(6):
            problem = make.make_problem(measure, steps=["assign"], owner=person("fay").department)
            problem.helpers.add(make.make_department(f"other-{number}"))
            make.make_problem(measure, steps=["assign", "solve"])
        assert queries() == few


class TestTheMeasure:
    def test_shows_open_ones_and_folds_the_others(self, measure: Measure) -> None:
        make.make_problem(measure, date(2023, 8, 1), steps=["assign"], due_on=date(2023, 9, 15), text_en="No land")
        make.make_problem(measure, date(2023, 8, 1), steps=["assign", "solve", "close"], text_en="Had no staff")
        measure.problems.create(number=9, text_en="Not yet raised", raised_by=measure.lead_department)
        for user in ("", "ben"):
            part = part_of(page("/measures/M001/", user))
            before, _tag, folded = part.partition("<details")
            assert "No land Energy 2023-09-15 17 days left Being solved" in words_of(before)
            assert "1 problem closed or withdrawn" in words_of(folded) and "Had no staff" in words_of(folded)
            assert "Not yet raised" not in part
        assert "No problem is open." in words_of(part_of(page("/measures/M001/?as_of=2023-07-31")))

    @pytest.mark.parametrize(
        ("user", "may"), [("", False), ("ben", True), ("ada", True), ("fay", False), ("rita", True)]
    )
    def test_offers_to_raise_one_to_those_who_may_today(self, measure: Measure, user: str, may: bool) -> None:
        link = 'href="/measures/M001/problems/new/"'
        assert (link in page("/measures/M001/", user)) is may
        assert link not in page("/measures/M001/?as_of=2023-08-28", user)


class TestTheOffice:
    def test_sees_what_waits_for_it(self, measure: Measure) -> None:
        assert "Problems that wait for the office" not in page("/review/", "rita")
        for steps in ([], [], ["assign"], ["assign", "solve"], ["assign", "solve", "close"]):
            make.make_problem(measure, steps=steps)
        html = page("/review/", "rita")
        assert "Problems that wait for the office: 2 to assign , 1 to verify" in text_of(html)
        for state, count in (("raised", 2), ("solved", 1)):
            assert f'href="/problems/?state={state}"' in html
            assert len(Client().get(f"/problems/?state={state}").context["page"].object_list) == count

    def test_sees_on_the_board_which_departments_are_overdue(self, measure: Measure) -> None:
        make_four(measure)
        html = page("/review/board/", "rita")
        assert 'href="/problems/?owner=energy&amp;overdue=yes"' in html
        assert "owner=finance" not in html

    def test_reminds_of_overdue_problems_beside_reports(self, measure: Measure) -> None:
        make_four(measure)
        energy = measure.lead_department
        remind_department(energy, by=person("rita"), plan=measure.plan, period=date(2023, 8, 1))
        said = "1 is outstanding (M001). 1 problem that your department must solve is overdue."
        assert said in text_of(page("/inbox/", "ben"))
        send_digests(DAY)
        [sent] = [each for each in mail.outbox if each.to == ["ben@energy.example"]]
        assert said in sent.body
        # Once it is solved the reminder does not speak of it.
        move_problem(Problem.objects.get(measure__code="M002", number=1), "solve", by=person("ben"), note="Done")
        assert "must solve" not in text_of(page("/inbox/", "ben"))


class TestNotices:
    def test_lead_to_the_problem_in_inbox_and_e_mail_of_either_language(self, measure: Measure, settings: Any) -> None:
        settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
        problem = make.make_problem(
            measure, steps=["assign"], due_on=date(2023, 8, 30), text_zh="缺少用地", text_en="No land"
        )
        problem.helpers.add(person("ada").department)
        move_problem(problem, "reply", by=person("ada"), note="We look into it")
        notify_of_due_dates(DAY)
        late = make.make_problem(
            measure, steps=["assign"], due_on=date(2023, 8, 28), text_zh="缺少资金", text_en="No money"
        )
        notify_of_due_dates(DAY)
        html = page("/inbox/", "ben")
        words = text_of(html)
        assert "Problem M001-1 No land: Replied." in words
        assert "Problem M001-1 No land is to be solved by 30 August 2023." in words
        assert "Problem M001-2 No money was to be solved by 28 August 2023 and is not solved yet." in words
        opened = Client()
        opened.force_login(person("ben"))
        notice = Notice.objects.get(user=person("ben"), kind=NoticeKind.PROBLEM_LATE)
        answer = opened.get(f"/inbox/{notice.pk}/")
        assert answer.headers["Location"] == late.get_absolute_url() == "/measures/M001/problems/2/"
        assert opened.get(answer.headers["Location"]).status_code == 200
        # A reply is for the office too.
        assert "Problem M001-1 No land: Replied." in text_of(page("/inbox/", "rita"))
        move_problem(problem, "solve", by=person("ben"), note="There is land now")
        send_digests(DAY)
        by_address = {each.to[0]: each.body for each in mail.outbox}
        assert "https://pilotzone.example/measures/M001/problems/2/" in by_address["ben@energy.example"]
        assert "M001-1 No land: Reported as solved." in by_address["rita@office.example"]
        assert "缺少用地" in by_address["ada@science.example"] and "No land" not in by_address["ada@science.example"]
