"""The workspace of a city: Zoe reports for one, Ada for a department."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from measures.models import Report
from projects.workspace import MAX_PROJECTS
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
URL = "/workspace/"


@pytest.fixture
def zoe() -> Client:
    make.make_plan()
    city = make.region("370300")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(make.make_user("zoe", role="reporter", city=city))
    return client


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"{URL}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def codes(client: Client) -> list[str]:
    return [each.code for each in client.get(URL).context["work"].projects]


class TestPage:
    def test_is_headed_by_the_city_and_counts_its_projects_by_stage(self, zoe: Client) -> None:
        make.make_project(city="370300", code="P0001", investment=20_000, stage="preparing")
        make.make_project(city="370300", code="P0002", investment=55_000)
        make.make_project(city="370300", code="P0003", investment=30_000)
        make.make_project(city="370600", code="P0004", investment=99_000)
        shown = page(zoe)
        assert re.search(r"<h1>\s*Zibo\s*</h1>", shown)
        text = text_of(shown)
        assert "3 projects, total investment 1.05 billion yuan." in text
        rows = {each.stage.value: (each.total, each.investment_wan) for each in zoe.get(URL).context["work"].stages}
        assert rows == {"preparing": (1, 20_000), "under_construction": (2, 85_000)}
        assert 'href="/projects/?city=370300&amp;stage=preparing"' in shown
        assert 'href="/projects/?city=370300"' in shown

    def test_the_largest_come_first(self, zoe: Client) -> None:
        for number, investment in enumerate((20_000, 55_000, 30_000), 1):
            make.make_project(city="370300", code=f"P000{number}", investment=investment)
        make.make_project(city="370600", code="P0004", investment=99_000)
        assert codes(zoe) == ["P0002", "P0003", "P0001"]

    def test_what_does_not_count_today_is_not_there(self, zoe: Client) -> None:
        make.make_project(city="370300", code="P0001", listed_on=date(2023, 8, 30))
        gone = make.make_project(city="370300", code="P0002")
        make.leave(gone, "withdrawn", date(2023, 8, 1))
        assert codes(zoe) == []

    def test_the_list_has_more_than_the_page(self, zoe: Client) -> None:
        for _number in range(MAX_PROJECTS + 1):
            make.make_project(city="370300")
        assert len(codes(zoe)) == MAX_PROJECTS
        assert f"View all {MAX_PROJECTS + 1} projects" in text_of(page(zoe))

    def test_a_city_without_projects_says_so(self, zoe: Client) -> None:
        text = text_of(page(zoe))
        assert "The plan has no projects in your city yet." in text
        assert "Projects by stage" not in text
        assert "本行动计划在我市尚无项目。" in page(zoe, "?lang=zh-hans")

    def test_an_empty_site_is_no_error(self) -> None:
        client = Client()
        client.force_login(make.make_user("zoe", role="reporter", city=make.region("370300")))
        page(client)

    def test_another_plan_has_projects_of_its_own(self, zoe: Client) -> None:
        other = make.make_plan("other", starts_on=date(2023, 1, 1))
        make.make_project(other, city="370300", code="P0009")
        shown = page(zoe, "?plan=other")
        assert "/projects/P0009/?plan=other" in shown
        assert "P0009" not in page(zoe)

    def test_queries_do_not_grow_with_the_rows(self, zoe: Client) -> None:
        numbers = []
        for _time in range(2):
            for _number in range(5):
                make.make_project(city="370300")
            page(zoe)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page(zoe)
            numbers.append(len(queries))
        assert numbers[0] == numbers[1]


class TestMenu:
    def test_calls_it_my_city(self, zoe: Client) -> None:
        for query, words in (("", "My city"), ("?lang=zh-hans", "我市工作台")):
            menu = page(zoe, query).partition('class="nav-list"')[2].partition("</ul>")[0]
            assert re.search(rf'href="/workspace/"[^>]*>\s*{words}\s*<', menu), words
            assert "My department" not in menu and "本部门工作台" not in menu

    def test_so_does_a_refusal(self, zoe: Client) -> None:
        refused = zoe.get("/workspace/ledger/")
        assert refused.status_code == 403
        assert re.search(r'<a href="/workspace/">\s*My city\s*</a>', refused.content.decode())


def test_a_department_keeps_its_own(zoe: Client) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(make.make_user("ada", role="reporter", department=make.make_department("science")))
    assert "<h1>My department</h1>" in page(client)


class TestMeasures:
    """None of their forms takes anything from a city's reporter."""

    @pytest.fixture
    def report(self, zoe: Client) -> Any:
        measure = make.make_measure(code="M001")
        ada = make.make_user("ada", role="reporter", department=measure.lead_department)
        return make.file_report(measure, by=ada, status="in_progress", what_was_done="尚未审核")

    @pytest.mark.parametrize(
        ("address", "body"),
        [
            ("/measures/M001/report/", {"status": "in_progress", "what_was_done": "开工", "action": "submit"}),
            ("/measures/M001/report/draft/", {"status": "in_progress"}),
            ("/measures/M001/report/discard/", {}),
            ("/measures/M001/comment/", {"text": "意见"}),
            ("/measures/M001/problems/new/", {"text": "缺人"}),
            ("/office/measures/M001/owners/", {"owner": "zoe"}),
            ("/workspace/no-change/", {"measure": "M001", "period": "2023-08"}),
            ("/workspace/ledger/", {}),
        ],
    )
    def test_a_form_is_refused(self, zoe: Client, report: Any, address: str, body: dict[str, str]) -> None:
        assert zoe.post(address, body).status_code == 403

    def test_what_is_not_accepted_stays_unread(self, zoe: Client, report: Any) -> None:
        """No department is not that of every report."""
        shown = page_of(zoe, "/measures/M001/")
        assert "尚未审核" not in shown
        assert not Report.objects.visible_to(User.objects.get(username="zoe")).exists()
        assert "/measures/M001/report/" not in shown

    @pytest.mark.parametrize("address", ["/inbox/", "/accounts/tokens/", "/measures/", "/problems/?state=open", "/"])
    def test_other_pages_open(self, zoe: Client, report: Any, address: str) -> None:
        page_of(zoe, address)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()
