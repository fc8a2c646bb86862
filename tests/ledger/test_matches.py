"""The page of a load says what was said of the columns of its file, and has it asked anew."""

import pytest
from django.test import Client

from ledger.commit import commit_ledger
from ledger.matches import known_matches
from ledger.take_back import take_back
from measures.models import Load, Plan
from tests.factories import make_department, make_plan, make_user
from tests.pages import text_of

from .test_layouts import read, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

HEADERS = "sheet:干什么|谁来干|备注"
MATCHED = {
    HEADERS: "measures",
    "measures:干什么": "title_zh",
    "measures:谁来干": "lead_department",
    "measures:备注": "-",
}


@pytest.fixture
def plan() -> Plan:
    return make_plan("county")


def loaded(plan: Plan, title: str, **more: str) -> Load:
    file = table(["干什么", "谁来干", "备注"], [title, "林业局", "x"])
    load = commit_ledger(read(file, MATCHED | more).ledger, plan, by=None)
    assert load is not None and load.matched == MATCHED | more
    return load


def page(name: str, role: str = "reviewer") -> Client:
    client = Client()
    client.force_login(make_user(name, role=role, language="en"))
    client.cookies["django_language"] = "en"
    return client


def address(load: Load) -> str:
    return f"/data/loads/{load.pk}/"


def test_the_page_says_what_they_were_said_to_be(plan: Plan) -> None:
    make_department("forests", name_en="Forests")
    load = loaded(plan, "造林", **{"name:departments:林业局": "forests"})
    text = text_of(page("rita").get(address(load)).content.decode())
    for row in (
        "Sheets of the file 干什么, 谁来干, 备注 Measures",
        "Measures 干什么 Title (Chinese)",
        "Measures 备注 Not read",
        "Departments 林业局 Forests",
    ):
        assert row in text


def test_what_is_forgotten_is_so_in_older_loads_too_and_nothing_else_is(plan: Plan) -> None:
    older, newer = loaded(plan, "造林"), loaded(plan, "修渠")
    answer = page("rita").post(address(newer), {"forget": "measures:干什么"}, follow=True)
    assert "The next file of that layout is asked about it" in text_of(answer.content.decode())
    assert known_matches() == {key: value for key, value in MATCHED.items() if key != "measures:干什么"}
    older.refresh_from_db()
    assert "measures:干什么" not in older.matched
    assert not newer.is_taken_back


def test_what_the_load_does_not_have_is_not_forgotten(plan: Plan) -> None:
    load, other = loaded(plan, "造林"), loaded(plan, "修渠", **{"measures:甲": "-"})
    page("rita").post(address(load), {"forget": "measures:甲"})
    other.refresh_from_db()
    assert "measures:甲" in other.matched


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_others_forget_nothing(plan: Plan, role: str) -> None:
    load = loaded(plan, "造林")
    assert page("vic", role).post(address(load), {"forget": "measures:干什么"}).status_code in (403, 404)
    assert known_matches() == MATCHED


def test_of_a_load_that_was_taken_back_nothing_is_known_and_nothing_to_be_forgotten(plan: Plan) -> None:
    load = loaded(plan, "造林")
    take_back(load, by=None, reason="Sent too early")
    html = page("rita").get(address(load)).content.decode()
    assert 'id="matches"' in html and 'name="forget"' not in html
