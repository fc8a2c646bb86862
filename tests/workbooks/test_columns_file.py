"""The file of answers about columns, which a page writes for the command that loads the next workbook."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from measures.models import Load, Measure, Plan
from tests.factories import make_user
from tests.ledger.example import load
from tests.ledger.samples import workbook
from workbooks import uploads
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ROWS = [
    ["第几项", "干什么", "谁来干", "啥时候", "哪方面"],
    ["N1", "造林两千亩", "省水利厅", "6月底", "水"],
    ["N2", "建储能站三处", "省能源局", "2025年底", "能源"],
]


@pytest.fixture
def plan(folder: Path) -> Plan:
    load(folder)
    return Plan.objects.get()


@pytest.fixture
def rita(plan: Plan) -> Any:
    return make_user("rita", role="reviewer", language="en")


@pytest.fixture
def page(client: Client, rita: Any) -> Client:
    client.force_login(rita)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def page_address() -> str:
    return "/data/"


@pytest.fixture
def answered(send: Any, act: Any) -> Upload:
    """Return an upload whose sheet, columns and years somebody has told."""
    upload: Upload = send(workbook(("Sheet1", ROWS)).getvalue(), "任务.xlsx")
    for told in ({}, {"measures:哪方面": "section"}, {"measures.due_on": "2025"}):
        act(upload, "answer", **guesses(upload) | told)
        upload.refresh_from_db()
    return upload


def guesses(upload: Upload) -> dict[str, str]:
    return {each["key"]: each["guess"] for each in upload.findings["questions"]}


def written(measures: Any) -> list[tuple[Any, ...]]:
    columns = ("code", "title_zh", "lead_department__slug", "section__slug", "due_on")
    return list(measures.filter(code__startswith="N").order_by("code").values_list(*columns))


def test_the_command_reads_what_the_page_writes_and_loads_the_same(
    page: Client, answered: Upload, act: Any, tmp_path: Path
) -> None:
    assert f'href="{answered.get_absolute_url()}columns/"' in page.get(answered.get_absolute_url()).content.decode()
    answer = page.get(f"{answered.get_absolute_url()}columns/")
    assert "columns.txt" in answer["Content-Disposition"]
    columns, file = tmp_path / "columns.txt", tmp_path / "任务.xlsx"
    columns.write_bytes(b"".join(answer))
    file.write_bytes(workbook(("Sheet1", ROWS)).getvalue())
    act(answered, "load")
    loaded = written(Measure.objects)
    assert [row[2:4] for row in loaded] == [("water", "water"), ("energy", "energy")]
    made = Load.objects.latest("pk")
    call_command("load_data", take_back=made.pk, reason="Again by command", by="rita", stdout=io.StringIO())
    assert written(Measure.objects) == []
    with pytest.raises(CommandError, match="may be several"):
        call_command("load_data", str(file), stderr=io.StringIO())
    call_command("load_data", str(file), "--columns", str(columns), stdout=io.StringIO())
    assert written(Measure.objects) == loaded


def test_a_file_that_was_not_asked_about_offers_none(page: Client, send: Any) -> None:
    upload = send(b"code,title_en\nM002,Clean water\n", "measures.csv")
    address = f"{upload.get_absolute_url()}columns/"
    assert address not in page.get(upload.get_absolute_url()).content.decode()
    assert page.get(address)["Location"] == upload.get_absolute_url()


def test_nobody_else_gets_it(answered: Upload) -> None:
    other = Client()
    other.force_login(make_user("rolf", role="reviewer"))
    assert other.get(f"{answered.get_absolute_url()}columns/").status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"measures:x=title", r"columns.txt: Line 1: Measures has no column “title”"),
        (b"\xff\xfe\x00", "columns.txt cannot be read as text"),
        (None, "columns.txt cannot be read as text"),
    ],
)
def test_a_file_of_answers_that_answers_nothing_changes_nothing(
    plan: Plan, folder: Path, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    columns = tmp_path / "columns.txt"
    if content is not None:
        columns.write_bytes(content)
    with pytest.raises(CommandError, match=rf"{sentence}.* Nothing was changed\.$"):
        call_command("load_data", str(folder), "--columns", str(columns))


def test_pasted_rows_have_no_file_of_answers(rita: Any, plan: Plan) -> None:
    upload = uploads.keep_upload(
        plan, by=rita, name="x", content=b"1\t2", is_pasted=True, answers={"measures:#1": "code"}
    )
    assert uploads.answers_file(upload) == ""
