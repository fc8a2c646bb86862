"""A revision in mid-term: a list of measures and new due days is loaded with one reason for all of them."""

from collections.abc import Callable

import pytest
from django.test import Client

from ledger.take_back import take_back
from measures.models import Load, TermsChange
from tests.factories import make_user
from tests.ledger.example import load
from tests.pages import text_of
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = "编号,完成时限\nM001,2025年6月底\nM002,2025-12-31\n"


@pytest.fixture
def page_address() -> str:
    return "/data/"


@pytest.fixture
def page(client: Client, folder: object) -> Client:
    load(folder)
    client.force_login(make_user("rita", role="reviewer", language="zh"))
    return client


def test_one_reason_and_one_day_stand_with_every_due_day(
    page: Client, send: Callable[..., Upload], act: Callable[..., str]
) -> None:
    upload = send(LIST.encode(), "中期调整.csv")
    assert not TermsChange.objects.exists()
    act(upload, "load", reason="中期调整，经专题会议审定", confirm="on")
    rows = TermsChange.objects.order_by("measure__code")
    assert [(row.measure.code, row.old_value, row.new_value) for row in rows] == [
        ("M001", "2023-12-31", "2025-06-30"),
        ("M002", "", "2025-12-31"),
    ]
    assert {(row.field, row.reason) for row in rows} == {("due_on", "中期调整，经专题会议审定")}
    [(at, by)] = {(row.recorded_at, row.recorded_by) for row in rows}
    load_row = Load.objects.get(reason="中期调整，经专题会议审定")
    assert (at, by) == (load_row.loaded_at, load_row.loaded_by)
    assert "完成时限原为2023-12-31，现为2025-06-30" in text_of(page.get("/plan/first/").content.decode())


def test_the_plan_stands_as_first_listed_once_the_revision_is_taken_back(
    page: Client, send: Callable[..., Upload], act: Callable[..., str]
) -> None:
    act(send(LIST.encode(), "中期调整.csv"), "load", reason="中期调整", confirm="on")
    take_back(Load.objects.get(reason="中期调整"), by=None, reason="报送有误")
    assert "此后没有变动记录" in text_of(page.get("/plan/first/").content.decode())
