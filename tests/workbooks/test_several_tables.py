"""Several tables of one sheet in a file, such as one of each town: a wrong row is that of its table alone."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from measures.models import Measure
from tests.factories import make_plan, make_user
from tests.ledger.samples import saved, workbook
from tests.pages import text_of
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

HEAD: list[object] = ["编号", "任务名称", "责任单位", "完成时限"]
# Row 3 of the one is wrong, and right in the other.
TOWNS = workbook(
    ("东镇", [HEAD, ["E1", "造林", "林业局", "2024-06-30"], ["E2", "修渠", "水利局", "尽快"]]),
    ("西镇", [HEAD, ["W1", "架桥", "交通局", "2024-06-30"], ["W2", "铺路", "交通局", "2024-06-30"]]),
).getvalue()


@pytest.fixture
def page(client: Client) -> Client:
    make_plan("county")
    client.force_login(make_user("rita", role="reviewer", language="en"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def page_address() -> str:
    return "/data/"


def codes() -> list[str]:
    return list(Measure.objects.order_by("code").values_list("code", flat=True))


def test_the_row_of_that_number_of_the_other_table_is_loaded(page: Client, send: Any, act: Callable[..., str]) -> None:
    upload: Upload = send(TOWNS, "towns.xlsx")
    assert "Measures · 东镇 3 Due date" in text_of(page.get(upload.get_absolute_url()).content.decode())
    marked = openpyxl.load_workbook(io.BytesIO(b"".join(page.get(f"{upload.get_absolute_url()}marked/"))))
    assert [row[0].value for row in marked["Measures"].iter_rows(min_row=2)] == ["E2"]
    act(upload, "load", leave_out="on")
    assert codes() == ["E1", "W1", "W2"]


def test_the_command_names_the_table(tmp_path: Any, capsys: Any) -> None:
    make_plan("county")
    path = tmp_path / "towns.xlsx"
    path.write_bytes(TOWNS)
    with pytest.raises(CommandError):
        call_command("load_data", path)
    assert "measures, 东镇, row 3, due_on: " in capsys.readouterr().err
    call_command("load_data", path, "--leave-out-wrong")
    assert codes() == ["E1", "W1", "W2"]


def test_a_row_that_stands_in_both_names_the_other_table(page: Client, send: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(TOWNS))
    book["西镇"]["A2"] = "E1"
    upload: Upload = send(saved(book).getvalue(), "towns.xlsx")
    assert [(each["sheet"], each["number"], each["sentence"]) for each in upload.findings["wrong"]][1:] == [
        ("Measures · 西镇", 2, "The same row stands in row 2 of “东镇”.")
    ]


def test_a_single_table_needs_no_name(page: Client, send: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(TOWNS))
    del book["西镇"]
    upload: Upload = send(saved(book).getvalue(), "towns.xlsx")
    assert [(each["sheet"], each["number"]) for each in upload.findings["wrong"]] == [("Measures", 3)]
