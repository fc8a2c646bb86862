"""`fields=`: only what was asked for, in that order, in every format."""

import csv
import io
import json
from typing import Any

import openpyxl
import pytest

from tests.api.addresses import ALL, LISTS, SINGLE, wrong
from tests.api.test_lists import whole
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.django_db


def test_a_row_has_them_in_the_callers_order(site: Any, ask: Any) -> None:
    answer = ask("projects/?fields=total_investment,code,code").json()
    assert [list(row.items()) for row in answer["results"]] == [
        [("total_investment", 1234.5678), ("code", "P0001")],
        [("total_investment", 0.5), ("code", "P0002")],
        [("total_investment", 1), ("code", "P0003")],
    ]
    assert list(answer["meta"]) == ["total_investment"]
    assert ask("projects/?fields=code").json()["meta"] == {}


def test_files_have_them_too(site: Any, ask: Any) -> None:
    path = "projects/?fields=city,code&format="
    rows = [["370200", "P0001"], ["370100", "P0002"], ["370200", "P0003"]]
    text = whole(ask(f"{path}csv")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [["city", "code"], *rows]
    lines = whole(ask(f"{path}ndjson")).decode().splitlines()
    assert [list(json.loads(line).values()) for line in lines] == rows
    sheet = openpyxl.load_workbook(io.BytesIO(whole(ask(f"{path}xlsx")))).worksheets[0]
    assert [list(row) for row in sheet.values] == [["city", "code"], *rows]


@pytest.mark.parametrize("path", SINGLE)
def test_a_single_answer_has_them_too(path: str, site: Any, ask: Any) -> None:
    every = [name for name in ask(path).json() if name not in ("as_of", "meta")]
    answer = ask(f"{path}?fields={every[-1]},{every[0]}").json()
    assert list(answer) == list(dict.fromkeys(["as_of", every[-1], every[0], "meta"]))


@sample_or_whole
@pytest.mark.parametrize("path", LISTS)
def test_each_field_can_be_asked_for_alone(path: str, whole: bool, site: Any, ask: Any) -> None:
    for name in some_of(ask(path).json()["results"][0], path, whole=whole, number=3):
        assert all(list(row) == [name] for row in ask(f"{path}?fields={name}").json()["results"]), name


@sample_or_whole
@pytest.mark.parametrize("path", ALL)
def test_an_unknown_one_is_refused_with_those_that_are_known(path: str, whole: bool, site: Any, ask: Any) -> None:
    known = ask(path).json()
    # A row of a list may have a day of its own.
    row, always = (known["results"][0], ()) if "results" in known else (known, ("as_of", "meta"))
    unknown = ("nothing", "pk", "__class__", "code,nothing", "status_then", "' or 1=1")
    for name in some_of(unknown, path, whole=whole):
        answer = ask(f"{path}?fields={name}")
        assert answer.status_code == 400, name
        assert list(wrong(answer)) == ["fields"], name
        [error] = answer.json()["errors"]
        assert error["allowed"] == [each for each in row if each not in always], name


def test_those_of_a_comparison_need_one(site: Any, ask: Any) -> None:
    rows = ask("measures/?compare=2023-05-31&fields=code,status_then").json()["results"]
    assert rows[0] == {"code": "M001", "status_then": "in_progress"}
