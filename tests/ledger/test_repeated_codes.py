"""A further table whose numbers begin at 1 changes nothing of the site unless somebody said that it is to."""

import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.commit import commit_ledger
from ledger.preview import preview
from ledger.reading import Reading, with_codes
from measures.models import Measure, Plan
from tests.factories import make_department, make_measure, make_plan, make_section, make_user

from .samples import workbook
from .test_layouts import read, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

HEAD = ["序号", "任务名称", "责任单位"]
FURTHER = table(HEAD, [1, "架桥", "交通局"], [2, "造林两千亩", "林业局"], [3, "铺路", "交通局"], [4, "清淤", "水利局"])
KEY = "measures.code"


@pytest.fixture
def plan() -> Plan:
    plan = make_plan("county")
    section, lead = make_section(plan), make_department("forests", name_zh="林业局")
    for code, title in (("1", "造林两千亩"), ("2", "修渠十里"), ("3", "退耕还草")):
        make_measure(section, lead, code=code, title_zh=title, title_en="")
    return plan


def understood(file: io.BytesIO, plan: Plan, answers: dict[str, str] | None = None) -> Reading:
    return with_codes(read(file, answers), plan, answers or {})


def loaded(plan: Plan, answer: str) -> dict[str, str]:
    reading = understood(FURTHER, plan, {KEY: answer})
    assert reading.unmatched == []
    commit_ledger(reading.ledger, plan, by=make_user("rita", role="reviewer"), confirmed=True)
    return dict(Measure.objects.order_by("code").values_list("code", "title_zh"))


def test_what_its_rows_are_is_asked_once_with_what_would_change(plan: Plan) -> None:
    [question] = understood(FURTHER, plan).unmatched
    assert (question.key, question.kind, question.label, question.guess) == (KEY, "codes", "Code", "")
    assert question.examples == ("1: 造林两千亩 → 架桥", "2: 修渠十里 → 造林两千亩", "3: 退耕还草 → 铺路")
    assert [value for value, _label in question.choices] == ["further", "same"]


def test_further_rows_get_the_next_numbers_and_those_of_known_names_keep_theirs(plan: Plan) -> None:
    reading = understood(FURTHER, plan, {KEY: "further"})
    assert "Measures: the numbers of the file are no codes." in reading.notices
    assert preview(reading.ledger, plan).needs_confirmation is False
    assert loaded(plan, "further") == {
        "1": "造林两千亩",
        "2": "修渠十里",
        "3": "退耕还草",
        "4": "架桥",
        "5": "铺路",
        "6": "清淤",
    }


def test_the_same_rows_change_those_of_the_site(plan: Plan) -> None:
    assert preview(understood(FURTHER, plan, {KEY: "same"}).ledger, plan).needs_confirmation
    assert loaded(plan, "same") == {"1": "架桥", "2": "造林两千亩", "3": "铺路", "4": "清淤"}


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([[1, "造林两千亩"], [2, "修渠十里"], [3, "铺路"]], id="most are called as before"),
        pytest.param([[1, "架桥"], [3, "铺路"]], id="codes that do not count"),
        pytest.param([[1, None], [2, None]], id="nothing about names"),
    ],
)
def test_of_other_tables_it_is_not_asked(plan: Plan, rows: list[list[Any]]) -> None:
    assert understood(table(HEAD, *([*row, "林业局"] for row in rows)), plan).unmatched == []


def test_of_a_file_that_was_downloaded_or_names_the_rows_elsewhere_it_is_not_asked(plan: Plan) -> None:
    reading = read(FURTHER)
    downloaded = replace(reading, ledger=replace(reading.ledger, base="a version"))
    assert with_codes(downloaded, plan, {}).unmatched == []
    problems = ["政策措施", "提出日期", "问题（中文）"]
    rows: list[list[object]] = [["序号", "任务名称", "责任单位"], [1, "架桥", "交通局"], [2, "铺路", "交通局"]]
    named = workbook(("任务", rows), ("问题", [[*problems], ["1", "2023-05-04", "缺少资金"]]))
    ledger = read(named).ledger
    assert {sheet for sheet, held in ledger.rows.items() if held} == {"measures", "problems"}
    assert understood(named, plan).unmatched == []


def test_the_command_asks_too(plan: Plan, tmp_path: Any, capsys: Any) -> None:
    path = tmp_path / "further.xlsx"
    path.write_bytes(FURTHER.getvalue())
    with pytest.raises(CommandError, match=r"--answer 'measures.code=further'"):
        call_command("load_data", path)
    assert "measures.code, such as 1: 造林两千亩 → 架桥" in capsys.readouterr().err
    call_command("load_data", path, "--answer", "measures.code=further")
    assert Measure.objects.count() == 6
